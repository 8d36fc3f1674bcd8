//! Reads the form on one line, in which any run of whitespace counts as one blank.
//!
//! An entry is `[`, a key without brackets and line ends, `] =>`, and the value. A value is a container if it is
//! `Array (` or `Class Object (` followed by an entry or a `)`. A scalar ends at whitespace that is followed by an
//! entry or, inside a container, by a closing `)`. Such a `)` stands alone, does not close a `(` that stands alone
//! earlier in the same text, and is followed by an entry, another `)`, or the end of the body.

use super::frame::{Frame, header};
use crate::builder::{Builder, Piece};
use crate::{WireError, WireErrorKind};

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    let mut scan = Scan { body, at: 0 };
    let mut open: Vec<Frame> = Vec::new();
    scan.space();
    let (start, outer) = (scan.at, scan.container());
    if outer.is_none() && key(scan.rest()).is_none() {
        return Err(scan.expected("`Array (` or `[key] =>`"));
    }
    open.push(Frame::open(outer.unwrap_or(false), start, builder)?);
    // Without the outer parentheses there is one frame that no `)` closes.
    let bare = usize::from(outer.is_none());
    while let Some(frame) = open.last_mut() {
        scan.space();
        if scan.rest().is_empty() && bare == 1 && frame.seen > 0 {
            frame.close(builder);
            open.pop();
            // A container inside the missing outer one is still open, so the body was cut off.
            if !open.is_empty() {
                return Err(scan.expected("`)`"));
            }
            break;
        }
        let level = open.len();
        let Some(frame) = open.last_mut() else { break };
        if level > bare && scan.rest().starts_with(')') {
            frame.close(builder);
            open.pop();
            scan.at += 1;
            continue;
        }
        let Some(name) = key(scan.rest()) else { return Err(scan.expected("`[key] =>` or `)`")) };
        frame.key(scan.at + 1, name, builder)?;
        scan.at += name.len() + 5;
        let behind = scan.at;
        scan.space();
        let start = scan.at;
        if let Some(object) = scan.container() {
            open.push(Frame::open(object, start, builder)?);
            continue;
        }
        scan.at = behind;
        let end = scan.scalar_end(level > bare);
        let text = body.get(start..end).unwrap_or("").trim_end_matches(SPACE);
        // Without a value, `start` is already at the next entry.
        let start = if text.is_empty() { behind } else { start };
        builder.text(start, Piece::Body(start, start + text.len()))?;
        scan.at = end;
    }
    scan.space();
    match scan.rest().is_empty() {
        true => Ok(()),
        false => Err(WireError::new(scan.at, WireErrorKind::TrailingBytes)),
    }
}

struct Scan<'s> {
    body: &'s str,
    at: usize,
}

impl<'s> Scan<'s> {
    fn rest(&self) -> &'s str {
        self.text_from(self.at)
    }

    fn text_from(&self, at: usize) -> &'s str {
        self.body.get(at..).unwrap_or("")
    }

    fn expected(&self, what: &'static str) -> WireError {
        let kind = if self.rest().is_empty() { WireErrorKind::Truncated } else { WireErrorKind::Expected(what) };
        WireError::new(self.at, kind)
    }

    fn space(&mut self) {
        self.at = self.body.len() - self.rest().trim_start_matches(SPACE).len();
    }

    /// Steps over the `(` of a container, if one starts here; returns whether it is an object.
    fn container(&mut self) -> Option<bool> {
        let (head, rest) = self.rest().split_at_checked(self.rest().find(['(', ')', '[', ']', '='])?)?;
        let behind = rest.strip_prefix('(')?;
        let name = head.trim_end_matches(SPACE);
        let object = header(name).filter(|_| name.len() < head.len())?;
        let inside = behind.trim_start_matches(SPACE);
        if inside.len() == behind.len() || !(inside.starts_with(')') || key(inside).is_some()) {
            return None;
        }
        self.at += head.len() + 1;
        Some(object)
    }

    /// Where the scalar that starts here ends. `closable` says whether a `)` may end it.
    fn scalar_end(&self, closable: bool) -> usize {
        let bytes = self.body.as_bytes();
        let mut parentheses = 0_usize;
        let mut at = self.at;
        while let Some(byte) = bytes.get(at) {
            // Tokens start after whitespace.
            let behind_space = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(is_space);
            match byte {
                b'[' if behind_space && key(self.text_from(at)).is_some() => return at,
                b'(' if behind_space && bytes.get(at + 1).is_none_or(is_space) => parentheses += 1,
                b')' if closable && behind_space && bytes.get(at + 1).is_none_or(is_space) => {
                    if parentheses > 0 {
                        parentheses -= 1;
                    } else {
                        let rest = self.text_from(at + 1).trim_start_matches(SPACE);
                        if rest.is_empty() || rest.starts_with(')') || key(rest).is_some() {
                            return at;
                        }
                    }
                }
                _ => {}
            }
            at += 1;
        }
        bytes.len()
    }
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The key of the entry that starts here.
fn key(text: &str) -> Option<&str> {
    let text = text.strip_prefix('[')?;
    let (key, rest) = text.split_at_checked(text.find(['[', ']', '\n'])?)?;
    let behind = rest.strip_prefix("] =>")?;
    (behind.is_empty() || behind.starts_with(SPACE)).then_some(key)
}
