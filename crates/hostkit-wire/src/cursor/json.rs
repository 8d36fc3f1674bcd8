//! JSON under a cursor.

use std::borrow::Cow;

use super::{Cursor, Digits, EntryKey, Frame, Irregular};
use crate::Kind;
use crate::lookup::is_same;
use crate::read::json::{self, plain_length};

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
                Some((text, end)) => {
                    self.at = end;
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

    #[inline]
    pub(super) fn json_digits(&self) -> Option<Digits> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at)? {
            b'"' => {
                let digits = Digits::read(bytes, self.at + 1, true)?;
                (bytes.get(digits.end) == Some(&b'"')).then_some(Digits { end: digits.end + 1, ..digits })
            }
            first @ b'0'..=b'9' => {
                let digits = Digits::read(bytes, self.at, false)?;
                // A number has no leading zero, and an exponent takes the other way.
                let is_short = *first != b'0' || matches!(bytes.get(self.at + 1), Some(b'.' | b',' | b'}' | b']'));
                let is_end = matches!(bytes.get(digits.end), Some(b',' | b'}' | b']'));
                (is_short && is_end).then_some(digits)
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn json_plain_text(&self) -> Option<(&'a str, usize)> {
        let start = self.at + 1;
        let [b'"', inside @ ..] = self.text.as_bytes().get(self.at..)? else { return None };
        let length = plain_length(inside);
        let is_plain = length > 0 && inside.get(length) == Some(&b'"');
        if is_plain { Some((self.text.get(start..start + length)?, start + length + 1)) } else { None }
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

    #[inline]
    pub(super) fn json_enter(&mut self) -> Result<Frame, Irregular> {
        let is_list = match self.byte(self.at) {
            Some(b'{') => false,
            Some(b'[') => true,
            _ => return Err(Irregular),
        };
        self.at += 1;
        Ok(Frame::new(is_list))
    }

    #[inline]
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

    /// Goes on to the next entry of an object if it is `,"key":` without whitespace. Where it is not, [`Cursor::next`] and [`Cursor::key`] tell
    /// what follows.
    #[inline(always)]
    pub fn json_next_is(&mut self, frame: &mut Frame, key: &str) -> bool {
        // Before the first entry stands a brace.
        let is_first = frame.found == 0;
        let start = self.at.wrapping_sub(usize::from(is_first));
        let end = start.wrapping_add(key.len() + 5);
        let Some(entry) = self.text.as_bytes().get(start..end) else { return false };
        let [before, b'"', found @ .., b'"', b':', value] = entry else { return false };
        let is_entry = (*before == b',' || is_first) && *value > b' ' && is_same(found, key.as_bytes());
        if is_entry {
            self.at = end - 1;
            frame.found += 1;
        }
        is_entry
    }

    #[inline]
    pub(super) fn json_key(&mut self, expected: &str) -> Result<EntryKey<'a>, Irregular> {
        if self.byte(self.at) != Some(b'"') {
            return Err(Irregular);
        }
        let start = self.at + 1;
        let end = start + expected.len();
        let bytes = self.text.as_bytes();
        let is_expected = self.byte(end) == Some(b'"')
            && bytes.get(start..end).is_some_and(|found| is_same(found, expected.as_bytes()));
        let key = if is_expected {
            self.at = end + 1;
            EntryKey::Expected
        } else {
            let end = start + plain_length(bytes.get(start..).ok_or(Irregular)?);
            if self.byte(end) != Some(b'"') {
                return Err(Irregular);
            }
            self.at = end + 1;
            EntryKey::Other { text: self.text.get(start..end).ok_or(Irregular)?, is_attribute: false }
        };
        self.json_space();
        if self.byte(self.at) != Some(b':') {
            return Err(Irregular);
        }
        self.at += 1;
        self.json_space();
        Ok(key)
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
