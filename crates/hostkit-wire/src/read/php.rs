//! Reads what PHP's `serialize()` writes: one pass, no recursion, and no allocation sized by a declared length.
//!
//! Deliberately not here: references (`r`, `R`), classes with custom serialisation (`C`) and escaped strings (`S`).
//! They are refused by name. Whitespace is accepted after the document, where many PHP scripts leave some, but not
//! before it, where `unserialize()` refuses it too.

use crate::builder::{Builder, Piece};
use crate::{WireError, WireErrorKind};

/// The shortest entry that an array can hold, `i:0;N;`, in bytes.
const SHORTEST_ENTRY: usize = 6;

/// An array or an object whose entries are being read.
struct Frame {
    /// Entries still to be read.
    left: usize,
    /// Entries read so far.
    seen: usize,
    /// Whether the keys so far were 0, 1, 2, … in order.
    sequence: bool,
    object: bool,
}

struct Reader<'s> {
    body: &'s str,
    at: usize,
}

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    let mut reader = Reader { body, at: 0 };
    let mut open: Vec<Frame> = Vec::new();
    loop {
        if let Some(frame) = reader.value(builder)? {
            open.push(frame);
        }
        // Close what is full, then read the next key; without an open container the document is complete.
        loop {
            let Some(frame) = open.last_mut() else { return reader.end() };
            if frame.left > 0 {
                frame.left -= 1;
                reader.key(frame, builder)?;
                break;
            }
            reader.expect("}", "`}` after the last entry")?;
            if frame.sequence && !frame.object {
                builder.close_list();
            } else {
                builder.close();
            }
            open.pop();
        }
    }
}

impl<'s> Reader<'s> {
    #[inline]
    fn rest(&self) -> &'s [u8] {
        self.body.as_bytes().get(self.at..).unwrap_or(&[])
    }

    /// The error that `what` is missing here; at the end of the body, that the body is truncated.
    fn expected(&self, what: &'static str) -> WireError {
        let kind = if self.at >= self.body.len() { WireErrorKind::Truncated } else { WireErrorKind::Expected(what) };
        WireError::new(self.at, kind)
    }

    fn expect(&mut self, text: &str, what: &'static str) -> Result<(), WireError> {
        if !self.rest().starts_with(text.as_bytes()) {
            if text.as_bytes().starts_with(self.rest()) {
                return Err(WireError::new(self.body.len(), WireErrorKind::Truncated));
            }
            return Err(self.expected(what));
        }
        self.at += text.len();
        Ok(())
    }

    fn end(&self) -> Result<(), WireError> {
        let behind = self.rest().trim_ascii_start();
        match behind.is_empty() {
            true => Ok(()),
            false => Err(WireError::new(self.body.len() - behind.len(), WireErrorKind::TrailingBytes)),
        }
    }

    /// Reads one value; of a container only the head, whose entries are then read through the returned frame.
    fn value(&mut self, builder: &mut Builder<'_>) -> Result<Option<Frame>, WireError> {
        let start = self.at;
        match self.rest().first() {
            Some(b'N') => {
                self.expect("N;", "`N;`")?;
                builder.null(start)?;
            }
            Some(b'b') => {
                self.expect("b:", "`b:`")?;
                let value = self.rest().starts_with(b"1");
                if !value && !self.rest().starts_with(b"0") {
                    return Err(self.expected("`0` or `1`"));
                }
                self.at += 1;
                self.expect(";", "`;` after a truth value")?;
                builder.boolean(start, value)?;
            }
            Some(b'i') => {
                let (from, to) = self.integer()?;
                builder.number(from, to)?;
            }
            Some(b'd') => {
                let (from, to) = self.float()?;
                builder.number(from, to)?;
            }
            Some(b's') => {
                let (from, to) = self.string()?;
                builder.text(start, Piece::Body(from, to))?;
            }
            Some(b'E') => {
                self.expect("E", "`E`")?;
                let (from, to) = self.counted(";")?;
                builder.text(start, Piece::Body(from, to))?;
            }
            Some(b'a') => {
                self.expect("a", "`a`")?;
                let left = self.count()?;
                builder.open_map(start)?;
                return Ok(Some(Frame { left, seen: 0, sequence: true, object: false }));
            }
            Some(b'O') => {
                self.expect("O", "`O`")?;
                self.counted("")?;
                let left = self.count()?;
                builder.open_map(start)?;
                return Ok(Some(Frame { left, seen: 0, sequence: false, object: true }));
            }
            Some(b'r' | b'R') => return Err(WireError::new(start, WireErrorKind::Unsupported("a PHP reference"))),
            Some(b'C') => {
                let what = WireErrorKind::Unsupported("a PHP class with custom serialisation");
                return Err(WireError::new(start, what));
            }
            Some(b'S') => return Err(WireError::new(start, WireErrorKind::Unsupported("an escaped PHP string"))),
            _ => return Err(self.expected("a serialized PHP value")),
        }
        Ok(None)
    }

    fn key(&mut self, frame: &mut Frame, builder: &mut Builder<'_>) -> Result<(), WireError> {
        let start = self.at;
        let (mut from, to) = match self.rest().first() {
            Some(b'i') => self.integer()?,
            Some(b's') => {
                frame.sequence = false;
                self.string()?
            }
            _ => return Err(self.expected("an array key")),
        };
        let text = self.body.get(from..to).unwrap_or("");
        if frame.sequence && text.parse() != Ok(frame.seen) {
            frame.sequence = false;
        }
        if frame.object && text.starts_with('\0') {
            // `\0*\0name` is protected, `\0Class\0name` private: the visibility is dropped.
            if let Some(mark) = text.get(1..).and_then(|name| name.find('\0')) {
                from += mark + 2;
            }
        }
        frame.seen += 1;
        builder.key(start, Piece::Body(from, to))
    }

    /// `i:-5;`, as the range of the digits with their sign. Its size is not limited here.
    fn integer(&mut self) -> Result<(usize, usize), WireError> {
        if let Some(range) = plain_integer(self.body, self.at) {
            self.at = range.1 + 1;
            return Ok(range);
        }
        self.expect("i:", "`i:`")?;
        let from = self.at;
        self.sign();
        self.digits("a digit")?;
        let to = self.at;
        self.expect(";", "`;` after an integer")?;
        Ok((from, to))
    }

    fn sign(&mut self) {
        if self.rest().starts_with(b"-") {
            self.at += 1;
        }
    }

    fn digits(&mut self, what: &'static str) -> Result<(), WireError> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.expected(what));
        }
        self.at += count;
        Ok(())
    }

    /// `d:5.5;`, as the range of the lexeme.
    fn float(&mut self) -> Result<(usize, usize), WireError> {
        self.expect("d:", "`d:`")?;
        let from = self.at;
        self.float_lexeme()?;
        let to = self.at;
        self.expect(";", "`;` after a float")?;
        Ok((from, to))
    }

    fn float_lexeme(&mut self) -> Result<(), WireError> {
        if self.rest().starts_with(b"NAN") {
            self.at += 3;
            return Ok(());
        }
        self.sign();
        if self.rest().starts_with(b"INF") {
            self.at += 3;
            return Ok(());
        }
        self.digits("a float")?;
        if self.rest().starts_with(b".") {
            self.at += 1;
            self.digits("a digit after the point")?;
        }
        if let Some(b'e' | b'E') = self.rest().first() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.rest().first() {
                self.at += 1;
            }
            self.digits("a digit of the exponent")?;
        }
        Ok(())
    }

    #[inline]
    fn string(&mut self) -> Result<(usize, usize), WireError> {
        if let Some(range) = plain_string(self.body, self.at) {
            self.at = range.1 + 2;
            return Ok(range);
        }
        self.expect("s", "`s`")?;
        self.counted(";")
    }

    /// Reads `:LEN:"…"` and what must follow it; returns the range between the quotes.
    fn counted(&mut self, behind: &str) -> Result<(usize, usize), WireError> {
        let (length, number_at) = self.length()?;
        self.expect(":\"", "`:\"` after a length")?;
        let from = self.at;
        let to = from.checked_add(length).filter(|to| *to <= self.body.len());
        let to = to.ok_or_else(|| WireError::new(number_at, WireErrorKind::Truncated))?;
        if !self.body.is_char_boundary(to) {
            return Err(WireError::expected(number_at, "a length that ends between two characters"));
        }
        self.at = to;
        self.expect("\"", "`\"` where the length of the text ends")?;
        self.expect(behind, "`;` after a text")?;
        Ok((from, to))
    }

    /// Reads `:N:{`, the number of entries; an error if the rest of the body is too short for them.
    fn count(&mut self) -> Result<usize, WireError> {
        let (count, number_at) = self.length()?;
        self.expect(":{", "`:{` after a count")?;
        match count <= self.rest().len() / SHORTEST_ENTRY {
            true => Ok(count),
            false => Err(WireError::new(number_at, WireErrorKind::Truncated)),
        }
    }

    /// Reads `:N`; returns the number, at most `usize::MAX`, and its offset.
    fn length(&mut self) -> Result<(usize, usize), WireError> {
        self.expect(":", "`:`")?;
        let number_at = self.at;
        self.digits("a length")?;
        let text = self.body.get(number_at..self.at).unwrap_or("");
        Ok((text.parse().unwrap_or(usize::MAX), number_at))
    }
}

/// `i:5;` with one to nine digits and without a sign, as the range of the digits; `None` leaves it to
/// [`Reader::integer`].
#[inline]
fn plain_integer(text: &str, at: usize) -> Option<(usize, usize)> {
    let [b'i', b':', rest @ ..] = text.as_bytes().get(at..)? else { return None };
    let (_, count) = leading_number(rest)?;
    (rest.get(count) == Some(&b';')).then_some((at + 2, at + 2 + count))
}

/// `s:3:"abc";`, as the range between the quotes; `None` leaves it to [`Reader::string`].
#[inline]
pub(crate) fn plain_string(text: &str, at: usize) -> Option<(usize, usize)> {
    let [b's', b':', rest @ ..] = text.as_bytes().get(at..)? else { return None };
    let (length, count, rest) = match rest {
        [ones @ b'0'..=b'9', b':', b'"', rest @ ..] => (usize::from(ones - b'0'), 1, rest),
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', b':', b'"', rest @ ..] => {
            (10 * usize::from(tens - b'0') + usize::from(ones - b'0'), 2, rest)
        }
        _ => {
            let (length, count) = leading_number(rest)?;
            let [b':', b'"', rest @ ..] = rest.get(count..)? else { return None };
            (length, count, rest)
        }
    };
    // The byte after the text is a quote, so the text does not end within a character.
    let [b'"', b';', ..] = rest.get(length..)? else { return None };
    let from = at + 2 + count + 2;
    Some((from, from + length))
}

/// The range of the lexeme of an integer or a float; a semicolon follows it.
#[inline]
pub(crate) fn number(text: &str, at: usize) -> Option<(usize, usize)> {
    match text.as_bytes().get(at)? {
        b'i' => plain_integer(text, at).or_else(|| Reader { body: text, at }.integer().ok()),
        b'd' => Reader { body: text, at }.float().ok(),
        _ => None,
    }
}

/// The number of entries of `a:2:{`, and where they start; `None` also where the rest of the body is too short for them.
#[inline]
pub(crate) fn array_head(text: &str, at: usize) -> Option<(usize, usize)> {
    let [b'a', b':', rest @ ..] = text.as_bytes().get(at..)? else { return None };
    // Nothing is made room for by so small a number.
    if let [ones @ b'0'..=b'9', b':', b'{', ..] = rest {
        return Some((usize::from(ones - b'0'), at + 5));
    }
    let (entries, count) = leading_number(rest)?;
    let [b':', b'{', rest @ ..] = rest.get(count..)? else { return None };
    (entries <= rest.len() / SHORTEST_ENTRY).then_some((entries, at + 2 + count + 2))
}

/// The number of one to nine digits that starts here, and how many digits it has.
#[inline]
fn leading_number(rest: &[u8]) -> Option<(usize, usize)> {
    let (mut number, mut count) = (0, 0);
    while let Some(digit @ b'0'..=b'9') = rest.get(count) {
        number = number * 10 + usize::from(digit - b'0');
        count += 1;
        if count > 9 {
            return None;
        }
    }
    (count > 0).then_some((number, count))
}

#[cfg(test)]
mod tests;
