//! Builds the flat tree while a reader walks the body, and keeps the limits.

use crate::document::{Document, RawKind, RawNode};
use crate::{Format, Limits, WireError, WireErrorKind};

/// Text that a reader found: a range of the body, or text that had to be unescaped.
pub(crate) enum Piece<'s> {
    /// `start..end` of the body.
    Body(usize, usize),
    /// Unescaped, copied into the arena.
    Owned(&'s str),
}

pub(crate) struct Builder<'a> {
    format: Format,
    body: &'a str,
    arena: String,
    nodes: Vec<RawNode>,
    /// Indexes of the containers that are open, with the number of their children so far.
    open: Vec<(u32, u32)>,
    limits: Limits,
}

impl<'a> Builder<'a> {
    /// `expected_nodes` is an upper bound that the reader counted: one allocation, no growth.
    pub(crate) fn new(format: Format, body: &'a str, limits: &Limits, expected_nodes: usize) -> Self {
        Self {
            format,
            body,
            arena: String::new(),
            nodes: Vec::with_capacity(expected_nodes.min(limits.max_nodes)),
            open: Vec::new(),
            limits: *limits,
        }
    }

    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    fn push(&mut self, kind: RawKind, offset: usize, start: usize, len: usize) -> Result<(), WireError> {
        if self.nodes.len() >= self.limits.max_nodes {
            return Err(WireError::new(offset, WireErrorKind::TooManyNodes(self.limits.max_nodes)));
        }
        if !matches!(kind, RawKind::Key | RawKind::ArenaKey) {
            if let Some((_, children)) = self.open.last_mut() {
                *children += 1;
                if *children as usize > self.limits.max_items {
                    return Err(WireError::new(offset, WireErrorKind::TooManyItems(self.limits.max_items)));
                }
            }
        }
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(RawNode { offset: offset as u32, start: start as u32, len: len as u32, next, kind });
        Ok(())
    }

    fn push_piece(&mut self, offset: usize, piece: Piece<'_>, body: RawKind, arena: RawKind) -> Result<(), WireError> {
        match piece {
            Piece::Body(start, end) => self.push(body, offset, start, end - start),
            Piece::Owned(text) => {
                let start = self.arena.len();
                self.arena.push_str(text);
                self.push(arena, offset, start, text.len())
            }
        }
    }

    /// The key of the value that is pushed next.
    pub(crate) fn key(&mut self, offset: usize, piece: Piece<'_>) -> Result<(), WireError> {
        self.push_piece(offset, piece, RawKind::Key, RawKind::ArenaKey)
    }

    pub(crate) fn null(&mut self, offset: usize) -> Result<(), WireError> {
        self.push(RawKind::Null, offset, 0, 0)
    }

    pub(crate) fn boolean(&mut self, offset: usize, value: bool) -> Result<(), WireError> {
        self.push(if value { RawKind::True } else { RawKind::False }, offset, 0, 0)
    }

    /// A number whose lexeme is `start..end` of the body.
    pub(crate) fn number(&mut self, start: usize, end: usize) -> Result<(), WireError> {
        self.push(RawKind::Number, start, start, end - start)
    }

    pub(crate) fn text(&mut self, offset: usize, piece: Piece<'_>) -> Result<(), WireError> {
        self.push_piece(offset, piece, RawKind::Text, RawKind::ArenaText)
    }

    pub(crate) fn open_list(&mut self, offset: usize) -> Result<(), WireError> {
        self.open(RawKind::List, offset)
    }

    pub(crate) fn open_map(&mut self, offset: usize) -> Result<(), WireError> {
        self.open(RawKind::Map, offset)
    }

    fn open(&mut self, kind: RawKind, offset: usize) -> Result<(), WireError> {
        if self.open.len() >= self.limits.max_depth {
            return Err(WireError::new(offset, WireErrorKind::TooDeep(self.limits.max_depth)));
        }
        let index = self.nodes.len() as u32;
        self.push(kind, offset, 0, 0)?;
        self.open.push((index, 0));
        Ok(())
    }

    /// Closes the innermost container. A reader that closes more than it opened has a bug; that is ignored here.
    pub(crate) fn close(&mut self) {
        if let Some((index, _)) = self.open.pop() {
            let next = self.nodes.len() as u32;
            self.nodes[index as usize].next = next;
        }
    }

    /// Closes the innermost map and remembers which part of the body stands between its tags.
    pub(crate) fn close_element(&mut self, inner_start: usize, inner_end: usize) {
        if let Some((index, _)) = self.open.last() {
            let node = &mut self.nodes[*index as usize];
            node.start = inner_start as u32;
            node.len = inner_end.saturating_sub(inner_start) as u32;
        }
        self.close();
    }

    /// The innermost open map becomes a list: PHP arrays show what they are only at their end.
    pub(crate) fn nodes_mut(&mut self) -> &mut Vec<RawNode> {
        &mut self.nodes
    }

    pub(crate) fn finish(self) -> Document<'a> {
        Document { format: self.format, body: self.body, arena: self.arena, nodes: self.nodes }
    }
}
