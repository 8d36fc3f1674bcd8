//! The JSON source.

use std::borrow::Cow;

use crate::{Error, Found, Key, MAX_DEPTH, Source, State};

/// Reads JSON as a stream.
#[derive(Debug)]
pub struct Json<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    state: State,
}

impl<'a> Json<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, depth: 0, state: State::default() }
    }

    #[inline]
    fn next_byte(&mut self) -> u8 {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    #[cold]
    fn syntax(&self, expected: &'static str) -> Error {
        Error::syntax(&self.state, self.at, expected)
    }

    fn word(&mut self, word: &'static str) -> Result<(), Error> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.syntax("`true`, `false` or `null`"))
        }
    }

    #[inline]
    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.at + 1;
        self.at = plain_end(self.bytes, start);
        if self.bytes.get(self.at) == Some(&b'"') {
            let end = self.at;
            self.at += 1;
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.escaped(start)
    }

    #[cold]
    fn escaped(&mut self, start: usize) -> Result<Cow<'a, str>, Error> {
        let mut text = String::new();
        let mut run = start;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    text.push_str(&self.text[run..self.at]);
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    text.push_str(&self.text[run..self.at]);
                    text.push(self.escape()?);
                    run = self.at;
                    self.at = plain_end(self.bytes, run);
                }
                _ => return Err(self.syntax("the end of the string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        let letter = self.bytes.get(self.at + 1).copied().unwrap_or(0);
        self.at += 2;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hexadecimal()?;
                if (0xD800..0xDC00).contains(&code) && self.bytes[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let low = self.hexadecimal()?.wrapping_sub(0xDC00);
                    code = 0x10000 + ((code - 0xD800) << 10) + low;
                }
                char::from_u32(code).ok_or_else(|| self.syntax("both halves of a surrogate pair"))?
            }
            _ => return Err(self.syntax("a known escape")),
        })
    }

    fn hexadecimal(&mut self) -> Result<u32, Error> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        digits.ok_or_else(|| self.syntax("four hexadecimal digits"))
    }

    #[inline]
    fn number(&mut self) -> Result<&'a str, Error> {
        let start = self.at;
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        let whole = self.digits()?;
        if whole > 1 && self.bytes[self.at - whole] == b'0' {
            return Err(self.syntax("a number without a leading zero"));
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
        Ok(&self.text[start..self.at])
    }

    #[inline]
    fn digits(&mut self) -> Result<usize, Error> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.syntax("a digit")) } else { Ok(self.at - start) }
    }

    fn enter(&mut self) -> Result<(), Error> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.syntax("fewer levels")) } else { Ok(()) }
    }

    /// Whether the container has another entry or item.
    #[inline]
    fn more(&mut self, first: &mut bool, closer: u8) -> Result<bool, Error> {
        let byte = self.next_byte();
        if byte == closer {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if !std::mem::take(first) {
            if byte != b',' {
                return Err(self.syntax("`,` or the end of the object or list"));
            }
            self.at += 1;
        }
        Ok(true)
    }

    #[inline]
    fn key(&mut self) -> Result<Cow<'a, str>, Error> {
        if self.next_byte() != b'"' {
            return Err(self.syntax("a key in quotes"));
        }
        let key = self.string()?;
        if self.next_byte() != b':' {
            return Err(self.syntax("`:`"));
        }
        self.at += 1;
        Ok(key)
    }
}

impl<'a> Source<'a> for Json<'a> {
    fn state(&mut self) -> &mut State {
        &mut self.state
    }

    fn offset(&self) -> usize {
        self.at
    }

    fn depth(&self) -> usize {
        self.depth
    }

    fn resume(&mut self, depth: usize, start: usize) -> Result<(), Error> {
        self.depth = depth;
        self.at = start;
        self.skip()
    }

    fn absent(&mut self) -> Result<bool, Error> {
        match self.next_byte() {
            b'n' => self.word("null").map(|()| true),
            b'"' if self.bytes.get(self.at + 1) == Some(&b'"') => {
                self.at += 2;
                Ok(true)
            }
            b'[' if self.bytes.get(self.at + 1) == Some(&b']') => {
                self.at += 2;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    #[inline]
    fn scalar(&mut self) -> Result<Found<'a>, Error> {
        match self.next_byte() {
            b'"' => self.string().map(Found::Text),
            b'-' | b'0'..=b'9' => self.number().map(Found::Number),
            b't' => self.word("true").map(|()| Found::Bool(true)),
            b'f' => self.word("false").map(|()| Found::Bool(false)),
            b'n' => self.word("null").map(|()| Found::Null),
            b'{' => Ok(Found::Container("an object")),
            b'[' => Ok(Found::Container("a list")),
            _ => Err(self.syntax("a JSON value")),
        }
    }

    fn skip(&mut self) -> Result<(), Error> {
        match self.next_byte() {
            b'{' => {
                self.enter()?;
                let mut first = true;
                while self.more(&mut first, b'}')? {
                    self.key()?;
                    self.skip()?;
                }
            }
            b'[' => {
                self.enter()?;
                let mut first = true;
                while self.more(&mut first, b']')? {
                    self.skip()?;
                }
            }
            _ => {
                self.scalar()?;
            }
        }
        Ok(())
    }

    #[inline]
    fn entries(&mut self, mut each: impl FnMut(&mut Self, Key<'_>) -> Result<(), Error>) -> Result<(), Error> {
        match self.next_byte() {
            b'{' => {
                self.enter()?;
                let mut first = true;
                while self.more(&mut first, b'}')? {
                    let key = self.key()?;
                    each(self, Key::Child(&key))?;
                }
                Ok(())
            }
            b'[' if self.bytes.get(self.at + 1) == Some(&b']') => {
                self.at += 2;
                Ok(())
            }
            _ => {
                let offset = self.at;
                let found = self.scalar()?;
                Err(Error::new(&self.state, offset, "an object", &found))
            }
        }
    }

    fn items(
        &mut self,
        singular: Option<&str>,
        each: &mut impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self.next_byte() {
            b'[' => {
                self.enter()?;
                let mut first = true;
                while self.more(&mut first, b']')? {
                    each(self)?;
                }
                Ok(())
            }
            b'n' => self.word("null"),
            b'{' => {
                // A single entry under the item name is a wrapper; anything else is the item itself.
                let (start, depth) = (self.at, self.depth);
                self.enter()?;
                if self.next_byte() == b'}' {
                    return self.resume(depth, start);
                }
                let key = self.key()?;
                if Some(&*key) == singular {
                    self.items(None, each)?;
                    if !self.more(&mut false, b'}')? {
                        return Ok(());
                    }
                    return Err(Error::new(&self.state, start, "a list", &Found::Container("an object")));
                }
                (self.at, self.depth) = (start, depth);
                each(self)
            }
            _ if self.absent()? => Ok(()),
            _ => each(self),
        }
    }

    fn finish(&mut self) -> Result<(), Error> {
        if self.next_byte() == 0 && self.at == self.bytes.len() { Ok(()) } else { Err(self.syntax("the end")) }
    }
}

/// End of a string's plain bytes: a quote, a backslash, a control character, or the end of the body.
#[inline]
fn plain_end(bytes: &[u8], start: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut at = start;
    while let Some(Ok(chunk)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let word = u64::from_le_bytes(chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let marked =
            ((quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash) | control) & HIGHS;
        if marked != 0 {
            return at + (marked.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\') {
        at += 1;
    }
    at
}
