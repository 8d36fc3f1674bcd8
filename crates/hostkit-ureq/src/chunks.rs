//! The chunks of a body, read as strictly as hyper does: an answer is whole for both clients or for neither.
//!
//! `ureq-proto` takes a sign before the size of a chunk and any text as a trailer, and refuses extensions of 20 bytes.

use http::{HeaderName, HeaderValue};

/// The most bytes of all extensions together, and of all trailers.
const MOST: usize = 16 << 10;

/// The most trailers.
const MOST_TRAILERS: usize = 100;

/// A chunked body that is being read.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    state: State,
    /// The present line, without its end.
    line: Vec<u8>,
    extensions: usize,
    trailers: usize,
    trailer_bytes: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In the line with the size of a chunk.
    #[default]
    Size,
    /// So many bytes of the chunk are to come.
    Data(u64),
    /// In the end of the line behind a chunk.
    DataEnd,
    /// Behind the last chunk, in the lines up to the empty one.
    Trailers,
    End,
}

/// What is wrong with a chunk or a trailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadChunk(pub(crate) &'static str);

impl Chunks {
    pub(crate) fn is_at_end(&self) -> bool {
        self.state == State::End
    }

    /// Moves data from `input` to `output`; returns how many bytes were used, and how many written.
    ///
    /// # Errors
    /// It is no chunked body.
    pub(crate) fn read(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), BadChunk> {
        let (mut rest, mut written) = (input, 0);
        while !rest.is_empty() && self.state != State::End {
            let State::Data(left) = self.state else {
                rest = self.take_line(rest)?;
                continue;
            };
            let room = output.get_mut(written..).unwrap_or_default();
            let count = rest.len().min(room.len()).min(usize::try_from(left).unwrap_or(usize::MAX));
            if count == 0 {
                break;
            }
            let (data, behind) = rest.split_at(count);
            room.get_mut(..count).unwrap_or_default().copy_from_slice(data);
            written += count;
            rest = behind;
            self.state = match left - count as u64 {
                0 => State::DataEnd,
                left => State::Data(left),
            };
        }
        Ok((input.len() - rest.len(), written))
    }

    /// Takes the bytes up to the end of the line, and returns those behind it.
    fn take_line<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], BadChunk> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (line, behind) = bytes.split_at(end.unwrap_or(bytes.len()));
        self.line.extend_from_slice(line);
        // A size has sixteen digits at most, unless zeros stand before it.
        if self.line.len() > 2 * MOST {
            return Err(BadChunk("a line between chunks is too long"));
        }
        if end.is_some() {
            let line = std::mem::take(&mut self.line);
            let line = line.strip_suffix(b"\r").filter(|line| !line.contains(&b'\r'));
            self.state = self.behind(line.ok_or(BadChunk("a line between chunks does not end in CRLF"))?)?;
        }
        Ok(behind.get(1..).unwrap_or_default())
    }

    /// The state behind a line.
    fn behind(&mut self, line: &[u8]) -> Result<State, BadChunk> {
        match self.state {
            State::Size => Ok(match self.size(line)? {
                0 => State::Trailers,
                size => State::Data(size),
            }),
            State::Trailers if line.is_empty() => Ok(State::End),
            State::Trailers => self.trailer(line).map(|()| State::Trailers),
            _ if line.is_empty() => Ok(State::Size),
            _ => Err(BadChunk("a chunk is longer than its size")),
        }
    }

    fn size(&mut self, line: &[u8]) -> Result<u64, BadChunk> {
        let digits = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
        let (digits, rest) = line.split_at(digits);
        let size = digits.iter().try_fold(0_u64, |size, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            size.checked_mul(16)?.checked_add(digit.into())
        });
        let size = size.filter(|_| !digits.is_empty()).ok_or(BadChunk("the size of a chunk is no number"))?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match rest.get(blanks..) {
            None | Some([]) => {}
            Some([b';', extension @ ..]) => self.extensions += extension.len(),
            Some(_) => return Err(BadChunk("the size of a chunk is no number")),
        }
        if self.extensions >= MOST {
            return Err(BadChunk("the extensions of chunks are too long"));
        }
        Ok(size)
    }

    fn trailer(&mut self, line: &[u8]) -> Result<(), BadChunk> {
        self.trailers += 1;
        self.trailer_bytes += line.len() + 2;
        if self.trailers > MOST_TRAILERS || self.trailer_bytes >= MOST {
            return Err(BadChunk("there are too many trailers"));
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(BadChunk("a trailer has no colon"))?;
        let (name, value) = line.split_at(colon);
        let is_header =
            HeaderName::from_bytes(name).is_ok() && HeaderValue::from_bytes(value.get(1..).unwrap_or_default()).is_ok();
        if is_header { Ok(()) } else { Err(BadChunk("a trailer is no header")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data of a body that comes in pieces of this size into a buffer of three bytes, and what stands behind it.
    fn read(body: &str, size: usize) -> Result<(String, String), BadChunk> {
        let (mut chunks, mut data, mut behind) = (Chunks::default(), Vec::new(), Vec::new());
        for mut piece in body.as_bytes().chunks(size) {
            while !piece.is_empty() && !chunks.is_at_end() {
                let mut output = [0; 3];
                let (used, written) = chunks.read(piece, &mut output)?;
                data.extend_from_slice(&output[..written]);
                piece = &piece[used..];
            }
            behind.extend_from_slice(piece);
        }
        let end = if chunks.is_at_end() { "" } else { "no end " };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&data), format!("{end}{}", text(&behind))))
    }

    fn all(body: &str) -> Result<(String, String), BadChunk> {
        let whole = read(body, body.len());
        for size in 1..body.len().min(40) {
            assert_eq!(read(body, size), whole, "{body:?} in pieces of {size}");
        }
        whole
    }

    #[test]
    fn a_body_is_its_chunks() {
        for (body, data, behind) in [
            ("5\r\nhello\r\n0\r\n\r\n", "hello", ""),
            ("5\r\nhello\r\n0\r\n\r\nHTTP/1.1", "hello", "HTTP/1.1"),
            ("00A\r\nhello\r\nyou\r\n1\t ;a=\"b\";c\r\n!\r\n0 ;x\r\nA: b\r\nC:\r\n\r\n", "hello\r\nyou!", ""),
            ("5\r\nhello\r\n0\r\n", "hello", "no end "),
            ("5\r\nhel", "hel", "no end "),
            ("1;a-long-extension-is-an-extension\r\n!\r\n0\r\n\r\n", "!", ""),
        ] {
            assert_eq!(all(body), Ok((data.to_owned(), behind.to_owned())), "{body:?}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_no_body() {
        let sizes = ["", "+1", "-1", " 1", "\t1", "0x1", "1 1", "1,", "g", "10000000000000000", "1\u{b}", "1 \u{b};a"];
        for size in sizes {
            assert!(all(&format!("{size}\r\n!\r\n0\r\n\r\n")).is_err(), "{size:?}");
        }
        for body in
            ["1\n!\r\n0\r\n\r\n", "1\r\n!\n0\r\n\r\n", "1\r\n!!\r\n0\r\n\r\n", "1\r\r\n!\r\n0\r\n\r\n", "0\r\n\n"]
        {
            assert!(all(body).is_err(), "{body:?}");
        }
        for trailer in ["A", ": b", "A b: c", "A : b", " A: b", "A: b\r\n c", "A: \u{1}", "\u{1}: b", "A: b\r"] {
            assert!(all(&format!("0\r\n{trailer}\r\n\r\n")).is_err(), "{trailer:?}");
        }
    }

    #[test]
    fn lines_between_chunks_are_limited() {
        let trailers = |count: usize| format!("0\r\n{}\r\n", "A: b\r\n".repeat(count));
        assert!(read(&trailers(MOST_TRAILERS), 9).is_ok() && read(&trailers(MOST_TRAILERS + 1), 9).is_err());
        let extended = |length: usize| format!("0;{}\r\n\r\n", "x".repeat(length));
        assert!(read(&extended(MOST - 1), 999).is_ok() && read(&extended(MOST), 999).is_err());
        assert!(read(&"0".repeat(2 * MOST + 1), 999).is_err(), "a line without end");
        assert!(read(&format!("0\r\nA: {}\r\n\r\n", "x".repeat(MOST)), 999).is_err());
    }
}
