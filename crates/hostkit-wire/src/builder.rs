//! Builds the flat tree while a reader walks the body, and keeps the limits.

use crate::document::{Document, RawKind, RawNode};
use crate::lookup::hash;
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
    /// Where the reader's text starts in the body: readers count from there, nodes from the start of the body.
    base: usize,
    arena: String,
    nodes: Vec<RawNode>,
    /// The innermost open container, or a placeholder for the document while none is open.
    innermost: Open,
    /// What encloses the innermost container, outermost first: the placeholder, then containers.
    around: Vec<Open>,
    limits: Limits,
}

/// An open container, with the number of its children so far.
#[derive(Clone, Copy, Default)]
struct Open {
    index: u32,
    children: usize,
}

impl<'a> Builder<'a> {
    /// `expected_nodes` is an upper bound that the reader counted: one allocation, no growth.
    pub(crate) fn new(format: Format, body: &'a str, limits: &Limits, expected_nodes: usize) -> Self {
        Self {
            format,
            body,
            base: 0,
            arena: String::new(),
            nodes: Vec::with_capacity(expected_nodes.min(limits.max_nodes)),
            innermost: Open::default(),
            around: Vec::new(),
            limits: *limits,
        }
    }

    /// The reader's text starts at this byte of the body.
    pub(crate) fn with_base(self, base: usize) -> Self {
        Self { base, ..self }
    }

    /// Discards what was pushed, so that another reader can start on the same text.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.arena.clear();
        self.around.clear();
        self.innermost = Open::default();
    }

    pub(crate) fn depth(&self) -> usize {
        self.around.len()
    }

    /// Whether nothing was pushed: a document without a root must never leave this crate.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    #[inline(always)]
    fn push(&mut self, kind: RawKind, offset: usize, start: usize, len: usize) -> Result<(), WireError> {
        if self.nodes.len() >= self.limits.max_nodes {
            return Err(self.too_many_nodes(offset));
        }
        self.innermost.children += 1;
        // The root is not a child of any container.
        if self.innermost.children > self.limits.max_items && !self.around.is_empty() {
            return Err(self.too_many_items(offset));
        }
        let next = self.nodes.len() as u32 + 1;
        let start = if kind == RawKind::ArenaText { start } else { start + self.base };
        let offset = offset + self.base;
        self.nodes.push(RawNode { offset: offset as u32, start: start as u32, len: len as u32, next, kind });
        Ok(())
    }

    #[inline(always)]
    fn push_key(&mut self, kind: RawKind, offset: usize, start: usize, key: &[u8]) -> Result<(), WireError> {
        if self.nodes.len() >= self.limits.max_nodes {
            return Err(self.too_many_nodes(offset));
        }
        let (offset, start, len) = ((offset + self.base) as u32, start as u32, key.len() as u32);
        self.nodes.push(RawNode { offset, start, len, next: hash(key), kind });
        Ok(())
    }

    #[cold]
    fn too_many_nodes(&self, offset: usize) -> WireError {
        WireError::new(offset, WireErrorKind::TooManyNodes(self.limits.max_nodes))
    }

    #[cold]
    fn too_many_items(&self, offset: usize) -> WireError {
        WireError::new(offset, WireErrorKind::TooManyItems(self.limits.max_items))
    }

    /// The key of the value that is pushed next.
    #[inline(always)]
    pub(crate) fn key(&mut self, offset: usize, piece: Piece<'_>) -> Result<(), WireError> {
        match piece {
            Piece::Body(start, end) => {
                let key = self.body.as_bytes().get(start + self.base..end + self.base).unwrap_or(&[]);
                self.body_key(offset, start, key)
            }
            Piece::Owned(key) => self.arena_key(offset, key),
        }
    }

    /// Like [`Builder::key`], for a key at `start` of the reader's text.
    #[inline(always)]
    pub(crate) fn body_key(&mut self, offset: usize, start: usize, key: &[u8]) -> Result<(), WireError> {
        self.push_key(RawKind::Key, offset, start + self.base, key)
    }

    #[inline(never)]
    fn arena_key(&mut self, offset: usize, key: &str) -> Result<(), WireError> {
        let start = self.arena.len();
        self.arena.push_str(key);
        self.push_key(RawKind::ArenaKey, offset, start, key.as_bytes())
    }

    pub(crate) fn null(&mut self, offset: usize) -> Result<(), WireError> {
        self.push(RawKind::Null, offset, 0, 0)
    }

    pub(crate) fn boolean(&mut self, offset: usize, value: bool) -> Result<(), WireError> {
        self.push(if value { RawKind::True } else { RawKind::False }, offset, 0, 0)
    }

    /// A number whose lexeme is `start..end` of the reader's text.
    #[inline(always)]
    pub(crate) fn number(&mut self, start: usize, end: usize) -> Result<(), WireError> {
        self.push(RawKind::Number, start, start, end - start)
    }

    #[inline(always)]
    pub(crate) fn text(&mut self, offset: usize, piece: Piece<'_>) -> Result<(), WireError> {
        match piece {
            Piece::Body(start, end) => self.push(RawKind::Text, offset, start, end - start),
            Piece::Owned(text) => self.arena_text(offset, text),
        }
    }

    #[inline(never)]
    fn arena_text(&mut self, offset: usize, text: &str) -> Result<(), WireError> {
        let start = self.arena.len();
        self.arena.push_str(text);
        self.push(RawKind::ArenaText, offset, start, text.len())
    }

    pub(crate) fn open_list(&mut self, offset: usize) -> Result<(), WireError> {
        self.open(RawKind::List, offset)
    }

    pub(crate) fn open_map(&mut self, offset: usize) -> Result<(), WireError> {
        self.open(RawKind::Map, offset)
    }

    fn open(&mut self, kind: RawKind, offset: usize) -> Result<(), WireError> {
        if self.around.len() >= self.limits.max_depth {
            return Err(WireError::new(offset, WireErrorKind::TooDeep(self.limits.max_depth)));
        }
        let index = self.nodes.len() as u32;
        self.push(kind, offset, 0, 0)?;
        self.around.push(self.innermost);
        self.innermost = Open { index, children: 0 };
        Ok(())
    }

    /// The node of the innermost open container; `None` if a reader with a bug closes more than it opened.
    fn innermost(&mut self) -> Option<&mut RawNode> {
        if self.around.is_empty() { None } else { self.nodes.get_mut(self.innermost.index as usize) }
    }

    /// Closes the innermost container.
    pub(crate) fn close(&mut self) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.innermost() {
            node.next = next;
        }
        self.innermost = self.around.pop().unwrap_or_default();
    }

    /// Closes the innermost map and records the range between its tags.
    pub(crate) fn close_element(&mut self, inner_start: usize, inner_end: usize) {
        let base = self.base;
        if let Some(node) = self.innermost() {
            node.start = (inner_start + base) as u32;
            node.len = inner_end.saturating_sub(inner_start) as u32;
        }
        self.close();
    }

    /// Closes the innermost map as a list: whether a PHP array is a list is known only at its end. Its keys remain, and
    /// [`crate::Items`] skips them.
    pub(crate) fn close_list(&mut self) {
        if let Some(node) = self.innermost() {
            node.kind = RawKind::List;
        }
        self.close();
    }

    pub(crate) fn finish(self) -> Document<'a> {
        Document { format: self.format, body: self.body, arena: self.arena, nodes: self.nodes }
    }
}
