//! Reads the form with lines and indentation, as PHP prints it.
//!
//! On level n (from 0) the parentheses of a container stand alone on lines of 8·n blanks, and its entries on lines of
//! 8·n + 4 blanks, `[`, the key up to the first `] =>`, and the value. A value continues over further lines until an
//! entry of the same level or the closing parenthesis of that level. The latter is followed by an empty line, or on
//! level 0 by the end of the body. A value is a container if it is `Array` or `Class Object` and the next line is the
//! `(` of the next level. Blanks at the end of lines do not count.

use super::frame::{Frame, header, trimmed};
use crate::builder::Builder;
use crate::{WireError, WireErrorKind};

const STEP: usize = 8;

pub(super) fn applies(body: &str) -> bool {
    let mut lines = body.trim_ascii_start().lines().map(|line| line.trim_end_matches([' ', '\t', '\r']));
    lines.next().is_some_and(|line| header(line).is_some())
        && lines.next() == Some("(")
        && lines.next().is_some_and(|line| line == ")" || line.starts_with("    ["))
}

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    let start = body.len() - body.trim_ascii_start().len();
    let mut lines = Lines { body, at: start, end: body.trim_ascii_end().len() };
    let mut open: Vec<Frame> = Vec::new();
    let first = lines.line();
    open.push(Frame::open(header(first.text).unwrap_or(false), first.start, builder)?);
    lines.at = lines.next_of(&first);
    let parenthesis = lines.line();
    lines.at = lines.next_of(&parenthesis);
    while let Some(level) = open.len().checked_sub(1) {
        let Some(frame) = open.last_mut() else { break };
        let line = lines.line();
        if lines.closes(&line, level) {
            frame.close(builder);
            open.pop();
            lines.at = lines.next_of(&line);
            if level > 0 {
                let empty = lines.line();
                lines.at = lines.next_of(&empty);
            }
            continue;
        }
        let Some((key, value)) = entry(&line, level) else {
            let kind = if lines.at >= lines.end {
                WireErrorKind::Truncated
            } else {
                WireErrorKind::Expected("an entry, or the closing parenthesis, of this level")
            };
            return Err(WireError::new(line.start, kind));
        };
        frame.key(line.start + level * STEP + 5, key, builder)?;
        lines.at = lines.next_of(&line);
        if let Some(object) = header(body.get(value..line.end).unwrap_or("").trim_end_matches([' ', '\t', '\r'])) {
            let parenthesis = lines.line();
            if strip_indent(parenthesis.text, (level + 1) * STEP) == Some("(") {
                open.push(Frame::open(object, value, builder)?);
                lines.at = lines.next_of(&parenthesis);
                continue;
            }
        }
        let mut end = line.end;
        loop {
            if lines.at >= body.len() {
                return Err(WireError::new(body.len(), WireErrorKind::Truncated));
            }
            let next = lines.line();
            if lines.closes(&next, level) || entry(&next, level).is_some() {
                break;
            }
            end = next.end;
            lines.at = lines.next_of(&next);
        }
        builder.text(value, trimmed(body, value, end))?;
    }
    match lines.at < lines.end {
        true => Err(WireError::new(lines.at, WireErrorKind::TrailingBytes)),
        false => Ok(()),
    }
}

struct Line<'s> {
    start: usize,
    /// Where the line feed stands, or the end of the body.
    end: usize,
    /// All of it.
    raw: &'s str,
    /// Without the blanks at its end.
    text: &'s str,
}

struct Lines<'s> {
    body: &'s str,
    at: usize,
    /// Where the whitespace at the end of the body starts.
    end: usize,
}

impl<'s> Lines<'s> {
    /// The line that starts here.
    fn line(&self) -> Line<'s> {
        let rest = self.body.get(self.at..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        Line { start: self.at, end: self.at + line.len(), raw: line, text: line.trim_end_matches([' ', '\t', '\r']) }
    }

    fn next_of(&self, line: &Line<'_>) -> usize {
        (line.end + 1).min(self.body.len())
    }

    fn closes(&self, line: &Line<'_>, level: usize) -> bool {
        if strip_indent(line.text, level * STEP) != Some(")") {
            return false;
        }
        let next = Lines { at: self.next_of(line), ..*self };
        match level {
            0 => line.end >= self.end,
            _ => line.end < self.body.len() && next.line().text.is_empty(),
        }
    }
}

/// The line without exactly this many leading blanks; `None` if it has fewer.
fn strip_indent(line: &str, blanks: usize) -> Option<&str> {
    let (indent, rest) = line.split_at_checked(blanks)?;
    indent.bytes().all(|byte| byte == b' ').then_some(rest)
}

/// The key of an entry of this level, and the offset of its value.
fn entry<'s>(line: &Line<'s>, level: usize) -> Option<(&'s str, usize)> {
    let text = strip_indent(line.raw, level * STEP + 4)?.strip_prefix('[')?;
    let (key, value) = text.split_once("] =>")?;
    let value = line.start + level * STEP + 5 + key.len() + 4 + usize::from(value.starts_with(' '));
    Some((key, value))
}
