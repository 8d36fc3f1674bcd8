//! Reads JSON (RFC 8259) and keeps numbers as lexemes.
//!
//! Numbers are not converted, so no digit is lost, and no feature that another crate switches on in a JSON library
//! changes what is read. There is no recursion: a level of nesting costs one byte on the heap.

use crate::builder::{Builder, Piece};
use crate::{WireError, WireErrorKind};

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    Reader { text: body, bytes: body.as_bytes(), scratch: String::new() }.document(builder)
}

struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    /// A buffer for strings with escapes, reused to avoid an allocation for each.
    scratch: String,
}

impl Reader<'_> {
    /// `at` is a local variable, not a field, so that it stays in a register.
    fn document(&mut self, builder: &mut Builder<'_>) -> Result<(), WireError> {
        // The closing bytes of all open containers but the innermost; zero stands for the document.
        let mut around: Vec<u8> = Vec::new();
        let mut closer = 0;
        let mut at = 0;
        loop {
            if closer == b'}' {
                at = self.key(builder, at)?;
            }
            at = self.skip_space(at);
            match self.bytes.get(at) {
                Some(b'"') => at = self.string(builder, at, false)?,
                Some(b'-' | b'0'..=b'9') => {
                    let end = self.number(at)?;
                    builder.number(at, end)?;
                    at = end;
                }
                Some(b'{') => {
                    builder.open_map(at)?;
                    around.push(closer);
                    closer = b'}';
                    at = self.skip_space(at + 1);
                    if self.bytes.get(at) != Some(&b'}') {
                        continue;
                    }
                }
                Some(b'[') => {
                    builder.open_list(at)?;
                    around.push(closer);
                    closer = b']';
                    at = self.skip_space(at + 1);
                    if self.bytes.get(at) != Some(&b']') {
                        continue;
                    }
                }
                Some(b't') => {
                    builder.boolean(at, true)?;
                    at = self.word(at, "true")?;
                }
                Some(b'f') => {
                    builder.boolean(at, false)?;
                    at = self.word(at, "false")?;
                }
                Some(b'n') => {
                    builder.null(at)?;
                    at = self.word(at, "null")?;
                }
                _ => return Err(self.expected(at, "a JSON value")),
            }
            // A value has ended, or the next byte closes an empty container.
            loop {
                at = self.skip_space(at);
                match self.bytes.get(at) {
                    None if closer == 0 => return Ok(()),
                    Some(_) if closer == 0 => return Err(WireError::new(at, WireErrorKind::TrailingBytes)),
                    Some(b',') => break,
                    Some(byte) if *byte == closer => {
                        at += 1;
                        builder.close();
                        closer = around.pop().unwrap_or(0);
                    }
                    _ if closer == b']' => return Err(self.expected(at, "`,` or `]`")),
                    _ => return Err(self.expected(at, "`,` or `}`")),
                }
            }
            at += 1;
        }
    }

    /// The position after optional whitespace.
    #[inline(always)]
    fn skip_space(&self, at: usize) -> usize {
        if self.bytes.get(at).is_some_and(|byte| *byte > b' ') { at } else { self.skip_more_space(at) }
    }

    #[inline(never)]
    fn skip_more_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(at) {
            at += 1;
        }
        at
    }

    #[cold]
    fn expected(&self, at: usize, what: &'static str) -> WireError {
        let before = self.bytes.get(..at).unwrap_or_default().trim_ascii_end().last();
        let kind = match (before, self.bytes.get(at)) {
            (_, None) => WireErrorKind::Truncated,
            (Some(b','), Some(b'}' | b']')) => WireErrorKind::Expected("something after the comma"),
            _ => WireErrorKind::Expected(what),
        };
        WireError::new(at, kind)
    }

    #[inline(always)]
    fn key(&mut self, builder: &mut Builder<'_>, at: usize) -> Result<usize, WireError> {
        let at = self.skip_space(at);
        if self.bytes.get(at) != Some(&b'"') {
            return Err(self.expected(at, "a key in quotes"));
        }
        let at = self.string(builder, at, true)?;
        let at = self.skip_space(at);
        if self.bytes.get(at) != Some(&b':') {
            return Err(self.expected(at, "`:`"));
        }
        Ok(at + 1)
    }

    #[inline]
    fn word(&self, at: usize, word: &'static str) -> Result<usize, WireError> {
        let end = at + word.len();
        if self.bytes.get(at..end) == Some(word.as_bytes()) { Ok(end) } else { Err(self.no_word(at, word)) }
    }

    #[cold]
    fn no_word(&self, at: usize, word: &'static str) -> WireError {
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        let right = rest.iter().zip(word.bytes()).take_while(|(byte, expected)| *byte == expected).count();
        self.expected(at + right, "`true`, `false` or `null`")
    }

    #[inline]
    fn number(&self, start: usize) -> Result<usize, WireError> {
        match number_end(self.bytes, start) {
            Ok(end) => Ok(end),
            Err((at, what)) => Err(self.expected(at, what)),
        }
    }

    /// Reads a key or a value from its opening quote; returns the position after the closing quote.
    #[inline(always)]
    fn string(&mut self, builder: &mut Builder<'_>, start: usize, is_key: bool) -> Result<usize, WireError> {
        let inside = self.bytes.get(start + 1..).unwrap_or(&[]);
        let length = plain_length(inside);
        let end = start + 1 + length;
        match inside.split_at_checked(length) {
            Some((key, [b'"', ..])) if is_key => builder.body_key(start, start + 1, key)?,
            Some((_, [b'"', ..])) => builder.text(start, Piece::Body(start + 1, end))?,
            _ => return self.string_with_escapes(builder, start, end, is_key),
        }
        Ok(end + 1)
    }

    /// Like [`Reader::string`], where `end`, the first byte that is not plain, is not the closing quote.
    #[inline(never)]
    fn string_with_escapes(
        &mut self,
        builder: &mut Builder<'_>,
        start: usize,
        end: usize,
        is_key: bool,
    ) -> Result<usize, WireError> {
        let behind = self.unescape(start, end)?;
        let piece = Piece::Owned(&self.scratch);
        if is_key {
            builder.key(start, piece)?
        } else {
            builder.text(start, piece)?
        }
        Ok(behind)
    }

    /// Unescapes the string from its opening quote at `start`, whose first byte that is not plain is at `end`, into
    /// `scratch`; returns the position after the closing quote.
    fn unescape(&mut self, start: usize, end: usize) -> Result<usize, WireError> {
        let mut run = start + 1;
        let mut at = end;
        self.scratch.clear();
        loop {
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.scratch.push_str(self.text.get(run..at).unwrap_or(""));
                    return Ok(at + 1);
                }
                Some(b'\\') => {
                    self.scratch.push_str(self.text.get(run..at).unwrap_or(""));
                    let (character, behind) = self.escape(at)?;
                    self.scratch.push(character);
                    run = behind;
                    at = run + plain_length(self.bytes.get(run..).unwrap_or(&[]));
                }
                _ => return Err(self.expected(at, "an escape instead of a control character")),
            }
        }
    }

    /// The character that the escape at this backslash stands for, and the position after it.
    fn escape(&self, start: usize) -> Result<(char, usize), WireError> {
        let Some(letter) = self.bytes.get(start + 1) else {
            return Err(self.expected(self.bytes.len(), "an escape"));
        };
        let character = match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code(start),
            _ => return Err(WireError::expected(start, "a known escape")),
        };
        Ok((character, start + 2))
    }

    /// Like [`Reader::escape`], for `\u` with four digits, or two of them as a surrogate pair.
    fn code(&self, start: usize) -> Result<(char, usize), WireError> {
        let mut end = start + 6;
        let mut code = self.four_digits(start + 2)?;
        if (0xD800..0xDC00).contains(&code) && self.bytes.get(end..end + 2) == Some(b"\\u") {
            let low = self.four_digits(end + 2)?;
            end += 6;
            // Otherwise `code` remains a lone surrogate, which `char::from_u32` refuses.
            if (0xDC00..0xE000).contains(&low) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            }
        }
        match char::from_u32(code) {
            Some(character) => Ok((character, end)),
            None if end >= self.bytes.len() => Err(WireError::new(end, WireErrorKind::Truncated)),
            None => Err(WireError::expected(start, "both halves of a surrogate pair")),
        }
    }

    fn four_digits(&self, start: usize) -> Result<u32, WireError> {
        (start..start + 4).try_fold(0, |code, at| {
            let digit = self.bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            digit.map(|digit| code * 16 + digit).ok_or_else(|| self.expected(at, "four hexadecimal digits"))
        })
    }
}

/// The end of the number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`; or where something else was expected,
/// and what.
#[inline]
pub(crate) fn number_end(bytes: &[u8], start: usize) -> Result<usize, (usize, &'static str)> {
    let whole = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut at = digits(bytes, whole)?;
    if at - whole > 1 && bytes.get(whole) == Some(&b'0') {
        return Err((whole + 1, "a number without a leading zero"));
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let has_sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(bytes, at + 1 + usize::from(has_sign))?;
    }
    Ok(at)
}

/// The end of one or more digits.
#[inline]
fn digits(bytes: &[u8], start: usize) -> Result<usize, (usize, &'static str)> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == start { Err((at, "a digit")) } else { Ok(at) }
}

/// The text of a string with escapes, and the position after it; `end` is its first byte that is not plain.
pub(crate) fn unescape(text: &str, start: usize, end: usize) -> Result<(String, usize), WireError> {
    let mut reader = Reader { text, bytes: text.as_bytes(), scratch: String::new() };
    let behind = reader.unescape(start, end)?;
    Ok((reader.scratch, behind))
}

/// The number of bytes before the first quote, backslash or control character, or before the end.
#[inline]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    // A chunk is looked at as a whole, which the compiler turns into vector instructions.
    while let Some((chunk, behind)) = rest.split_first_chunk::<16>() {
        if chunk.iter().fold(false, |has_end, byte| has_end | !is_plain(*byte)) {
            break;
        }
        rest = behind;
    }
    while let Some((chunk, behind)) = rest.split_first_chunk() {
        if let Some(plain) = plain_in(*chunk) {
            return bytes.len() - rest.len() + plain;
        }
        rest = behind;
    }
    let plain = rest.iter().take_while(|byte| is_plain(**byte)).count();
    bytes.len() - rest.len() + plain
}

#[inline(always)]
fn is_plain(byte: u8) -> bool {
    (byte >= 0x20) & (byte != b'"') & (byte != b'\\')
}

/// [`plain_length`] of a text that ends among these bytes, the usual case; `None` for a longer one.
#[inline(always)]
pub(crate) fn short_length(bytes: &[u8; 16]) -> Option<usize> {
    let (Some(first), Some(second)) = (bytes.first_chunk(), bytes.last_chunk()) else { return None };
    plain_in(*first).or_else(|| plain_in(*second).map(|plain| 8 + plain))
}

/// The number of bytes before the first quote, backslash or control character; `None` if there is none.
#[inline(always)]
fn plain_in(chunk: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let word = u64::from_le_bytes(chunk);
    // The lowest marked byte is exact: a borrow can mark a wrong byte only above it. With this bit flipped the quote is
    // 0x20, next to the control characters.
    let quote_or_control = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    let marked = (quote_or_control | backslash) & !word & HIGHS;
    if marked == 0 { None } else { Some((marked.trailing_zeros() / 8) as usize) }
}
