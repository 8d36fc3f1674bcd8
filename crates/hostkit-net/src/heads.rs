//! Where the heads of an answer end, as its bytes arrive, and the limit of all of them together.
//!
//! A server may send heads of 1xx without end before the final one, and HTTP libraries count none of them.

use std::fmt;

/// The largest head that is read, in bytes, with those of 1xx before it; the limit of the call is checked afterwards.
pub const MAX_HEAD: usize = 128 << 10;

/// Where the first digit of the status stands in the first line.
const STATUS: usize = "HTTP/1.1 ".len();

/// The heads of one answer, seen as they arrive.
#[derive(Debug, Clone, Default)]
pub struct Heads {
    /// The lines of this head that have ended, the bytes of its present line, and those of all heads.
    lines: usize,
    column: usize,
    total: usize,
    is_informational: bool,
    /// Whether the present line has nothing but a carriage return.
    is_blank: bool,
}

/// What the bytes of a head end with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadPart {
    /// Nothing yet.
    Inside,
    /// A line, of which this head has had so many before.
    Line(usize),
    /// The final head: the body follows.
    Final,
}

impl Heads {
    /// Takes the next bytes up to the end of a line; returns how many these are, and what they end.
    ///
    /// # Errors
    /// The heads are larger than the limit.
    pub fn see(&mut self, bytes: &[u8]) -> Result<(usize, HeadPart), HeadTooLarge> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        let taken = line.len() + usize::from(end.is_some());
        self.total += taken;
        if self.total > MAX_HEAD {
            return Err(HeadTooLarge);
        }
        if self.lines == 0 {
            let digit = STATUS.checked_sub(self.column).and_then(|at| line.get(at));
            self.is_informational |= digit == Some(&b'1');
        }
        if !line.is_empty() {
            self.is_blank = self.column == 0 && line == b"\r";
        }
        self.column += line.len();
        if end.is_none() {
            return Ok((taken, HeadPart::Inside));
        }
        let is_empty = self.column == 0 || self.is_blank;
        let lines = self.lines;
        self.column = 0;
        self.is_blank = false;
        if is_empty && lines > 0 {
            self.lines = 0;
            let is_final = !std::mem::take(&mut self.is_informational);
            return Ok((taken, if is_final { HeadPart::Final } else { HeadPart::Line(lines) }));
        }
        // Parsers skip empty lines before a head.
        self.lines += usize::from(!is_empty);
        Ok((taken, HeadPart::Line(lines)))
    }

    /// How many lines of the present head have ended; 0 before its first line has.
    pub fn lines(&self) -> usize {
        self.lines
    }
}

/// The heads of an answer are larger than 128 KiB together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadTooLarge;

impl fmt::Display for HeadTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the heads of the answer are larger than {MAX_HEAD} bytes, those of 1xx included")
    }
}

impl std::error::Error for HeadTooLarge {}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes belong to the heads of an answer that comes in pieces of this size.
    fn length_in(answer: &str, size: usize) -> Result<usize, HeadTooLarge> {
        let mut heads = Heads::default();
        let mut length = 0;
        for mut piece in answer.as_bytes().chunks(size) {
            while !piece.is_empty() {
                let (taken, part) = heads.see(piece)?;
                length += taken;
                if part == HeadPart::Final {
                    return Ok(length);
                }
                piece = &piece[taken..];
            }
        }
        Ok(length)
    }

    fn length(answer: &str) -> Result<usize, HeadTooLarge> {
        let length = length_in(answer, answer.len());
        assert_eq!(length_in(answer, 1), length);
        length
    }

    #[test]
    fn the_final_head_ends_at_its_empty_line() {
        for heads in [
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\nA: 1\n\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204\r\n\r\n",
            "\r\n\nHTTP/1.1 103 Early Hints\nLink: 1\n\n\r\nHTTP/1.1 200 OK\r\nA: \r\n \r\n\r\n",
        ] {
            let answer = format!("{heads}\n\nHTTP/1.1 100 Continue\r\n\r\n");
            for size in 1..=answer.len() {
                assert_eq!(length_in(&answer, size), Ok(heads.len()), "{heads:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn heads_are_limited_together() {
        let last = "HTTP/1.1 200 OK\r\n\r\n";
        for head in ["HTTP/1.1 100 Continue\r\n\r\n", "\r\nHTTP/1.1 199 \n\n", "\n"] {
            let most = (MAX_HEAD - last.len()) / head.len();
            let heads = format!("{}{last}", head.repeat(most));
            assert_eq!(length(&format!("{heads}{}", "x".repeat(MAX_HEAD))), Ok(heads.len()), "{head:?}");
            assert_eq!(length(&format!("{}{last}", head.repeat(most + 1))), Err(HeadTooLarge), "{head:?}");
        }
        assert_eq!(length(&"x".repeat(MAX_HEAD + 1)), Err(HeadTooLarge));
    }
}
