//! The text between two tags: usually one piece of the body, joined in a buffer where there are several.

use crate::builder::Piece;

pub(super) struct Run<'s> {
    body: &'s str,
    /// A piece of the body; empty when there is none, or when the pieces are joined.
    start: usize,
    end: usize,
    /// The pieces, once there are several or one that differs from the body.
    joined: String,
}

impl<'s> Run<'s> {
    pub(super) fn new(body: &'s str) -> Self {
        Self { body, start: 0, end: 0, joined: String::new() }
    }

    pub(super) fn clear(&mut self) {
        self.end = self.start;
        self.joined.clear();
    }

    fn piece(&self) -> &'s str {
        self.body.get(self.start..self.end).unwrap_or("")
    }

    /// Adds text of the body; its line ends become line feeds.
    #[inline]
    pub(super) fn text(&mut self, start: usize, end: usize) {
        let text = self.body.get(start..end).unwrap_or("");
        let is_first = self.joined.is_empty() && self.start == self.end;
        if is_first && text.trim_ascii_start().is_empty() {
            // Whitespace at the start of a run would be trimmed anyway.
            return;
        }
        let is_plain = !text.as_bytes().contains(&b'\r');
        if is_first && is_plain {
            (self.start, self.end) = (start, end);
            return;
        }
        self.join();
        if is_plain {
            self.joined.push_str(text);
            return;
        }
        let mut rest = text;
        while let Some((line, behind)) = rest.split_once('\r') {
            self.joined.push_str(line);
            self.joined.push('\n');
            rest = behind.strip_prefix('\n').unwrap_or(behind);
        }
        self.joined.push_str(rest);
    }

    /// Adds a character that was written as a reference.
    pub(super) fn character(&mut self, character: char) {
        self.join();
        self.joined.push(character);
    }

    fn join(&mut self) {
        let piece = self.piece();
        self.joined.push_str(piece);
        self.end = self.start;
    }

    /// The run without the whitespace around it; `None` if it is blank.
    #[inline]
    pub(super) fn trimmed(&self) -> Option<Piece<'_>> {
        if !self.joined.is_empty() {
            let text = self.joined.trim_ascii();
            return (!text.is_empty()).then_some(Piece::Owned(text));
        }
        let piece = self.piece().trim_ascii_end();
        let text = piece.trim_ascii_start();
        let start = self.start + (piece.len() - text.len());
        (!text.is_empty()).then_some(Piece::Body(start, start + text.len()))
    }

    /// Appends the run to an element's own text, unless it is blank, and clears it.
    #[inline]
    pub(super) fn append_to(&mut self, own: &mut String) {
        if self.trimmed().is_some() {
            own.push_str(if self.joined.is_empty() { self.piece() } else { &self.joined });
        }
        self.clear();
    }
}
