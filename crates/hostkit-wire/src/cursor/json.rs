//! JSON under a cursor.

use std::borrow::Cow;

use super::{Cursor, Digits, Frame, Irregular, JsonKey, Number};
use crate::Kind;
use crate::read::json::{self, plain_length, short_length};

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn json_kind(&self) -> Option<Kind> {
        Some(match self.byte(self.at)? {
            b'"' => Kind::Text,
            b'-' | b'0'..=b'9' => Kind::Number,
            b'{' => Kind::Map,
            b'[' => Kind::List,
            b'n' => Kind::Null,
            b't' | b'f' => Kind::Bool,
            _ => return None,
        })
    }

    fn word(&mut self, word: &str) -> Result<(), Irregular> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        if !rest.starts_with(word.as_bytes()) {
            return Err(Irregular);
        }
        self.at += word.len();
        Ok(())
    }

    pub(super) fn json_boolean(&mut self) -> Result<bool, Irregular> {
        let value = self.byte(self.at) == Some(b't');
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    #[inline]
    pub(super) fn json_scalar(&mut self) -> Result<Cow<'a, str>, Irregular> {
        match self.byte(self.at) {
            Some(b'"') => match self.json_plain_text() {
                Some(text) => {
                    self.at = self.told;
                    Ok(Cow::Borrowed(text))
                }
                None => self.json_escaped().map(Cow::Owned),
            },
            Some(b'-' | b'0'..=b'9') => {
                let start = self.at;
                self.json_number()?;
                self.text.get(start..self.at).map(Cow::Borrowed).ok_or(Irregular)
            }
            _ => Err(Irregular),
        }
    }

    #[inline]
    fn json_number(&mut self) -> Result<(), Irregular> {
        self.at = json::number_end(self.text.as_bytes(), self.at).map_err(|_| Irregular)?;
        Ok(())
    }

    /// A text that is not plain.
    #[inline(never)]
    fn json_escaped(&mut self) -> Result<String, Irregular> {
        let inside = self.text.as_bytes().get(self.at + 1..).ok_or(Irregular)?;
        let first = self.at + 1 + plain_length(inside);
        let (text, behind) = json::unescape(self.text, self.at, first).map_err(|_| Irregular)?;
        self.at = behind;
        Ok(text)
    }

    pub(super) fn json_digits(&mut self) -> Option<Digits> {
        let few = self.json_few_digits();
        if few.is_some() { few } else { self.json_many_digits() }
    }

    #[inline(always)]
    fn json_few_digits(&mut self) -> Option<Digits> {
        let window: &[u8; 9] = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        let (Some(number), Some(text)) = (window.first_chunk::<8>(), window.last_chunk::<8>()) else { return None };
        let is_text = window[0] == b'"';
        let chunk = if is_text { *text } else { *number };
        let Number { number, scale, length } = Number::few(chunk)?;
        self.json_told(chunk, chunk[length % 8], is_text, length).then_some(Digits::new(number, scale, is_text))
    }

    #[inline(never)]
    fn json_many_digits(&mut self) -> Option<Digits> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let (text, is_text) = match rest {
            [b'"', text @ ..] => (text, true),
            [b'0'..=b'9', ..] => (rest, false),
            _ => return None,
        };
        let Number { number, scale, length } = Number::many(text)?;
        let end = *text.get(length)?;
        let start = [text[0], *text.get(1)?, 0, 0, 0, 0, 0, 0];
        self.json_told(start, end, is_text, length).then_some(Digits::new(number, scale, is_text))
    }

    /// Notes where digits end; `false` if what starts and ends so is more than digits.
    #[inline(always)]
    fn json_told(&mut self, start: [u8; 8], end: u8, is_text: bool, length: usize) -> bool {
        self.told = self.at + length + if is_text { 2 } else { 0 };
        if is_text {
            return end == b'"';
        }
        // A number has no leading zero, and an exponent takes the other way.
        let has_zero = length > 1 && start[0] == b'0' && start[1] != b'.';
        matches!(end, b',' | b'}' | b']') && !has_zero
    }

    pub(super) fn json_plain_text(&mut self) -> Option<&'a str> {
        let short = self.json_short_text();
        if short.is_some() { short } else { self.json_long_text() }
    }

    #[inline(always)]
    fn json_short_text(&mut self) -> Option<&'a str> {
        let window: &[u8; 17] = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        let [b'"', inside @ ..] = window else { return None };
        let length = short_length(inside)?;
        if length == 0 || inside[length % 16] != b'"' {
            return None;
        }
        let start = self.at + 1;
        self.told = start + length + 1;
        self.text.get(start..start + length)
    }

    #[inline(never)]
    fn json_long_text(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let [b'"', inside @ ..] = self.text.as_bytes().get(self.at..)? else { return None };
        let length = plain_length(inside);
        let is_plain = length > 0 && inside.get(length) == Some(&b'"');
        self.told = start + length + 1;
        if is_plain { self.text.get(start..start + length) } else { None }
    }

    #[inline(always)]
    fn json_space(&mut self) {
        if self.byte(self.at).is_none_or(|byte| byte <= b' ') {
            self.json_more_space();
        }
    }

    #[inline(never)]
    fn json_more_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte(self.at) {
            self.at += 1;
        }
    }

    #[inline(always)]
    pub(super) fn json_enter(&mut self) -> Result<Frame, Irregular> {
        let is_list = match self.byte(self.at) {
            Some(b'{') => false,
            Some(b'[') => true,
            _ => return Err(Irregular),
        };
        self.at += 1;
        Ok(Frame::new(is_list))
    }

    #[inline(always)]
    pub(super) fn json_next(&mut self, frame: &Frame) -> Result<bool, Irregular> {
        self.json_space();
        match self.byte(self.at) {
            Some(b'}') if !frame.is_list => {
                self.at += 1;
                return Ok(false);
            }
            Some(b']') if frame.is_list => {
                self.at += 1;
                return Ok(false);
            }
            Some(b',') if frame.found > 0 => {
                self.at += 1;
                self.json_space();
            }
            Some(_) if frame.found == 0 => {}
            _ => return Err(Irregular),
        }
        Ok(true)
    }

    /// Goes on to the next entry of an object if it is `,"key":` without whitespace. Where it is not,
    /// [`Cursor::json_next_key`] tells what follows.
    #[inline(always)]
    pub fn json_next_is(&mut self, frame: &mut Frame, key: &JsonKey) -> bool {
        // Before the first entry stands a brace.
        let is_first = frame.found == 0;
        let start = self.at.wrapping_sub(usize::from(is_first));
        let Some(text) = self.text.as_bytes().get(start..) else { return false };
        let Some(value) = key.value_in(text, is_first) else { return false };
        self.at = start + value;
        frame.found += 1;
        true
    }

    /// The key of the next entry, told without moving, if the entry is written without whitespace; with it, where the
    /// value starts. Else [`Cursor::next`] and [`Cursor::key`] tell what follows.
    #[inline]
    pub fn json_next_key(&self, frame: &Frame) -> Option<(&'a str, usize)> {
        let bytes = self.text.as_bytes();
        let is_first = frame.found == 0;
        if !is_first && self.byte(self.at) != Some(b',') {
            return None;
        }
        let start = self.at + 1 + usize::from(!is_first);
        let inside = bytes.get(start..)?;
        let length = inside.first_chunk().and_then(short_length).unwrap_or_else(|| plain_length(inside));
        match inside.get(length..)? {
            [b'"', b':', value, ..] if bytes[start - 1] == b'"' && *value > b' ' => {
                Some((self.text.get(start..start + length)?, start + length + 2))
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn json_key(&mut self) -> Result<&'a str, Irregular> {
        if self.byte(self.at) != Some(b'"') {
            return Err(Irregular);
        }
        let start = self.at + 1;
        let end = start + plain_length(self.text.as_bytes().get(start..).ok_or(Irregular)?);
        if self.byte(end) != Some(b'"') {
            return Err(Irregular);
        }
        self.at = end + 1;
        self.json_space();
        if self.byte(self.at) != Some(b':') {
            return Err(Irregular);
        }
        self.at += 1;
        self.json_space();
        self.text.get(start..end).ok_or(Irregular)
    }

    pub(super) fn json_skip(&mut self) -> Result<(), Irregular> {
        match self.byte(self.at) {
            Some(b'"' | b'-' | b'0'..=b'9') => self.json_scalar().map(|_| ()),
            Some(b'n') => self.word("null"),
            Some(b't' | b'f') => self.json_boolean().map(|_| ()),
            _ => {
                let mut frame = self.enter()?;
                while self.next(&mut frame)? {
                    self.item(&frame, true)?;
                    self.json_skip()?;
                }
                Ok(())
            }
        }
    }
}
