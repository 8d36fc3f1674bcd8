//! Reads JSON as RFC 8259 has it, with numbers as their lexemes.
//!
//! No number is computed here and no value is interpreted, so that neither digits are lost nor a feature of another
//! JSON crate changes what is read. There is no recursion: depth costs a byte on the heap.

use crate::builder::{Builder, Piece};
use crate::{WireError, WireErrorKind};

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    Reader { text: body, bytes: body.as_bytes(), at: 0, scratch: String::new() }.document(builder)
}

struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    /// The string with escapes that is being read; reused, so that it costs one allocation for all of them.
    scratch: String,
}

impl Reader<'_> {
    fn document(&mut self, builder: &mut Builder<'_>) -> Result<(), WireError> {
        // The bytes that will close what is open, without the innermost one. Zero closes the document.
        let mut around: Vec<u8> = Vec::new();
        let mut closer = 0;
        loop {
            match self.next_byte() {
                Some(b'"') => self.string(builder, false)?,
                Some(b'{') => {
                    builder.open_map(self.at)?;
                    self.at += 1;
                    around.push(closer);
                    closer = b'}';
                    if self.next_byte() != Some(b'}') {
                        self.key(builder)?;
                        continue;
                    }
                }
                Some(b'[') => {
                    builder.open_list(self.at)?;
                    self.at += 1;
                    around.push(closer);
                    closer = b']';
                    if self.next_byte() != Some(b']') {
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => {
                    let start = self.at;
                    self.number()?;
                    builder.number(start, self.at)?;
                }
                Some(b't') => {
                    builder.boolean(self.at, true)?;
                    self.word("true")?;
                }
                Some(b'f') => {
                    builder.boolean(self.at, false)?;
                    self.word("false")?;
                }
                Some(b'n') => {
                    builder.null(self.at)?;
                    self.word("null")?;
                }
                _ => return Err(self.expected("a JSON value")),
            }
            // A value has ended, or an empty container stands before its end.
            loop {
                match self.next_byte() {
                    None if closer == 0 => return Ok(()),
                    Some(_) if closer == 0 => return Err(self.error(WireErrorKind::TrailingBytes)),
                    Some(byte) if byte == closer => {
                        self.at += 1;
                        builder.close();
                        closer = around.pop().unwrap_or(0);
                    }
                    Some(b',') if closer == b'}' => {
                        self.at += 1;
                        self.key(builder)?;
                        break;
                    }
                    Some(b',') if closer == b']' => {
                        self.at += 1;
                        break;
                    }
                    _ if closer == b']' => return Err(self.expected("`,` or `]`")),
                    _ => return Err(self.expected("`,` or `}`")),
                }
            }
        }
    }

    /// The byte behind the whitespace, not consumed.
    #[inline]
    fn next_byte(&mut self) -> Option<u8> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.byte_behind_space(),
        }
    }

    fn byte_behind_space(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    fn error(&self, kind: WireErrorKind) -> WireError {
        WireError::new(self.at, kind)
    }

    #[cold]
    fn expected(&self, what: &'static str) -> WireError {
        self.error(if self.at >= self.bytes.len() { WireErrorKind::Truncated } else { WireErrorKind::Expected(what) })
    }

    #[inline]
    fn key(&mut self, builder: &mut Builder<'_>) -> Result<(), WireError> {
        if self.next_byte() != Some(b'"') {
            return Err(self.expected("a key in quotes"));
        }
        self.string(builder, true)?;
        if self.next_byte() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn word(&mut self, word: &'static str) -> Result<(), WireError> {
        if self.bytes.get(self.at..self.at + word.len()) == Some(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        for expected in word.bytes() {
            if self.bytes.get(self.at) != Some(&expected) {
                return Err(self.expected("`true`, `false` or `null`"));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Walks over `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    #[inline]
    fn number(&mut self) -> Result<(), WireError> {
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
            if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                return Err(self.expected("a number without a leading zero"));
            }
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    #[inline]
    fn digits(&mut self) -> Result<(), WireError> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    /// A string, from its opening quote to behind its closing one, as a key or as a value.
    #[inline(always)]
    fn string(&mut self, builder: &mut Builder<'_>, is_key: bool) -> Result<(), WireError> {
        let offset = self.at;
        let end = plain_end(self.bytes, offset + 1);
        if self.bytes.get(end) != Some(&b'"') {
            return self.string_with_escapes(builder, offset, end, is_key);
        }
        self.at = end + 1;
        let piece = Piece::Body(offset + 1, end);
        if is_key { builder.key(offset, piece) } else { builder.text(offset, piece) }
    }

    /// The same where `end`, the first byte that is not plain, does not close the string.
    #[inline(never)]
    fn string_with_escapes(
        &mut self,
        builder: &mut Builder<'_>,
        offset: usize,
        end: usize,
        is_key: bool,
    ) -> Result<(), WireError> {
        let mut run = offset + 1;
        self.at = end;
        self.scratch.clear();
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.scratch.push_str(self.text.get(run..self.at).unwrap_or(""));
                    self.at += 1;
                    let piece = Piece::Owned(&self.scratch);
                    return if is_key { builder.key(offset, piece) } else { builder.text(offset, piece) };
                }
                Some(b'\\') => {
                    self.scratch.push_str(self.text.get(run..self.at).unwrap_or(""));
                    let character = self.escape()?;
                    self.scratch.push(character);
                    run = self.at;
                    self.at = plain_end(self.bytes, run);
                }
                _ => return Err(self.expected("an escape instead of a control character")),
            }
        }
    }

    /// From the backslash to behind the escape.
    fn escape(&mut self) -> Result<char, WireError> {
        let start = self.at;
        let Some(letter) = self.bytes.get(start + 1) else {
            self.at = self.bytes.len();
            return Err(self.expected("an escape"));
        };
        self.at += 2;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.four_digits()?;
                if (0xD800..0xDC00).contains(&code) && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
                    self.at += 2;
                    let low = self.four_digits()?;
                    // Anything but a low half makes a code that no character has.
                    code = if (0xDC00..0xE000).contains(&low) {
                        0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                    } else {
                        code
                    };
                }
                match char::from_u32(code) {
                    Some(character) => character,
                    None if self.at >= self.bytes.len() => return Err(self.error(WireErrorKind::Truncated)),
                    None => {
                        return Err(WireError::new(start, WireErrorKind::Expected("both halves of a surrogate pair")));
                    }
                }
            }
            _ => return Err(WireError::new(start, WireErrorKind::Expected("a known escape"))),
        })
    }

    fn four_digits(&mut self) -> Result<u32, WireError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.bytes.get(self.at).and_then(|byte| char::from(*byte).to_digit(16));
            let Some(digit) = digit else { return Err(self.expected("four hexadecimal digits")) };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

/// Where the plain bytes of a string end: at a quote, a backslash, a control character, or the end of the body.
#[inline]
fn plain_end(bytes: &[u8], start: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut rest = bytes.get(start..).unwrap_or(&[]);
    // Eight bytes at a time. The lowest byte that is marked is right; borrows may mark wrong ones, but only above it.
    while let Some((chunk, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
        let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        let control = word.wrapping_sub(ONES * 0x20);
        let marked = (quote | backslash | control) & !word & HIGHS;
        if marked != 0 {
            return bytes.len() - rest.len() + (marked.trailing_zeros() / 8) as usize;
        }
        rest = behind;
    }
    let plain = rest.iter().take_while(|byte| **byte >= 0x20 && **byte != b'"' && **byte != b'\\').count();
    bytes.len() - rest.len() + plain
}
