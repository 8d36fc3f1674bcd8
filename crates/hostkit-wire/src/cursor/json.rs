//! JSON under a cursor.

use std::borrow::Cow;

use super::{Cursor, Digits, Frame, Irregular, NextKey, Number, WrittenKey};
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

    #[inline]
    pub(super) fn json_boolean(&mut self) -> Result<bool, Irregular> {
        match self.text.as_bytes().get(self.at..) {
            Some([b't', b'r', b'u', b'e', ..]) => {
                self.at += 4;
                Ok(true)
            }
            Some([b'f', b'a', b'l', b's', b'e', ..]) => {
                self.at += 5;
                Ok(false)
            }
            _ => Err(Irregular),
        }
    }

    #[inline]
    pub(super) fn json_scalar(&mut self) -> Result<Cow<'a, str>, Irregular> {
        match self.byte(self.at) {
            Some(b'"') => match self.json_plain_text() {
                Some(text) => {
                    self.at = self.peeked;
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

    #[inline(never)]
    pub(super) fn json_digits(&mut self) -> Option<Digits> {
        match self.json_few_digits() {
            Some((digits, end)) => {
                self.peeked = end;
                Some(digits)
            }
            None => self.json_many_digits(),
        }
    }

    #[inline(always)]
    pub(super) fn json_few_digits(&self) -> Option<(Digits, usize)> {
        let window: &[u8; 9] = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        let (Some(number), Some(text)) = (window.first_chunk(), window.last_chunk()) else { return None };
        if window[0] == b'"' {
            let (Number { number, scale, length }, b'"') = Number::few(*text)? else { return None };
            return Some((Digits::new(number, scale, true), self.at + length + 2));
        }
        let (Number { number, scale, length }, end) = Number::few(*number)?;
        let is_whole = is_number_end([window[0], window[1]], end, length);
        is_whole.then_some((Digits::new(number, scale, false), self.at + length))
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
        self.peeked = self.at + length + if is_text { 2 } else { 0 };
        let is_whole = if is_text { end == b'"' } else { is_number_end([text[0], *text.get(1)?], end, length) };
        is_whole.then_some(Digits::new(number, scale, is_text))
    }

    #[inline(always)]
    pub(super) fn json_text_of<const N: usize>(&self) -> Option<(&'a [u8; N], usize)> {
        let [b'"', rest @ ..] = self.text.as_bytes().get(self.at..)? else { return None };
        match rest.split_first_chunk() {
            Some((text, [b'"', ..])) => Some((text, self.at + N + 2)),
            _ => None,
        }
    }

    #[inline(always)]
    pub(super) fn json_plain_text(&mut self) -> Option<&'a str> {
        match self.json_short_text() {
            None if self.byte(self.at) == Some(b'"') => self.json_long_text(),
            short => short,
        }
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
        self.peeked = start + length + 1;
        self.text.get(start..start + length)
    }

    #[inline(never)]
    fn json_long_text(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let [b'"', inside @ ..] = self.text.as_bytes().get(self.at..)? else { return None };
        let length = plain_length(inside);
        let is_plain = length > 0 && inside.get(length) == Some(&b'"');
        self.peeked = start + length + 1;
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
        self.at = self.json_after_space(self.at);
    }

    /// Stays at the bracket, which stands before the first entry as a comma does before the others.
    #[inline(always)]
    pub(super) fn json_enter(&mut self) -> Result<Frame, Irregular> {
        match self.byte(self.at) {
            Some(b'{') => Ok(Frame::new(false)),
            Some(b'[') => Ok(Frame::new(true)),
            _ => Err(Irregular),
        }
    }

    #[inline(always)]
    pub(super) fn json_next(&mut self, frame: &Frame) -> Result<bool, Irregular> {
        let is_first = frame.found == 0;
        self.at += usize::from(is_first);
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
            Some(b',') if !is_first => {
                self.at += 1;
                self.json_space();
            }
            Some(_) if is_first => {}
            _ => return Err(Irregular),
        }
        Ok(true)
    }

    /// Goes on to the next entry of an object if it is `,"key":` without whitespace. Where it is not,
    /// [`Cursor::json_next_key`] tells what follows.
    #[inline(always)]
    pub fn json_next_is(&mut self, frame: &mut Frame, key: &WrittenKey) -> bool {
        let Some(text) = self.text.as_bytes().get(self.at..) else { return false };
        let Some(value) = key.value_in(text, frame.separator) else { return false };
        self.at += value;
        frame.found += 1;
        frame.separator = b',';
        true
    }

    /// [`Cursor::enter_object`] for JSON, into a frame that is [`Frame::OBJECT`].
    #[inline(always)]
    pub fn json_enter_object(&mut self, frame: &mut Frame) -> Result<(), Irregular> {
        if self.byte(self.at) != Some(b'{') {
            *frame = self.enter_empty_list()?;
            return Ok(());
        }
        self.depth = self.depth.checked_sub(1).ok_or(Irregular)?;
        Ok(())
    }

    /// Passes the end of an object, if that comes next behind an entry.
    #[inline(always)]
    pub fn json_leave(&mut self, frame: &Frame) -> Result<bool, Irregular> {
        let end = self.json_after_space(self.at);
        if self.byte(end) != Some(b'}') {
            return Ok(false);
        }
        self.at = end + 1;
        self.depth += 1;
        if frame.found > self.max_items { Err(Irregular) } else { Ok(true) }
    }

    /// Whether the next entry may be written without whitespace.
    #[inline(always)]
    pub fn json_is_compact(&self) -> bool {
        self.byte(self.at + 1) == Some(b'"')
    }

    /// The text of the next entry's key, read without moving, if it is written without whitespace.
    #[inline(always)]
    pub fn json_compact_key(&self) -> Option<&'a [u8]> {
        let [_, b'"', inside @ ..] = self.text.as_bytes().get(self.at..)? else { return None };
        let length = inside.first_chunk().and_then(short_length).unwrap_or_else(|| plain_length(inside));
        inside.get(..length)
    }

    /// The key of the next entry, read without moving, if it is plain. Else [`Cursor::next`] and [`Cursor::key`] tell what
    /// follows.
    #[inline]
    pub fn json_next_key(&self, frame: &Frame) -> Option<NextKey<'a>> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let [separator, b'"', inside @ ..] = rest else { return self.json_next_spaced_key(frame) };
        if frame.found > 0 && *separator != b',' {
            return None;
        }
        let length = inside.first_chunk().and_then(short_length).unwrap_or_else(|| plain_length(inside));
        match inside.get(length..)? {
            [b'"', b':', value, ..] if *value > b' ' => {
                Some(NextKey { text: inside.get(..length)?, value: self.at + length + 4 })
            }
            _ => self.json_next_spaced_key(frame),
        }
    }

    /// [`Cursor::json_next_key`] among whitespace.
    #[inline(never)]
    fn json_next_spaced_key(&self, frame: &Frame) -> Option<NextKey<'a>> {
        if frame.found > 0 && self.byte(self.json_after_space(self.at)) != Some(b',') {
            return None;
        }
        let start = self.json_after_space(self.json_after_space(self.at) + 1);
        let [b'"', inside @ ..] = self.text.as_bytes().get(start..)? else { return None };
        let length = plain_length(inside);
        let (text, [b'"', ..]) = inside.split_at_checked(length)? else { return None };
        let colon = self.json_after_space(start + length + 2);
        if self.byte(colon) != Some(b':') {
            return None;
        }
        Some(NextKey { text, value: self.json_after_space(colon + 1) })
    }

    /// Where the whitespace ends that may stand here.
    #[inline(always)]
    fn json_after_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte(at) {
            at += 1;
        }
        at
    }

    #[inline]
    pub(super) fn json_key(&mut self) -> Result<&'a str, Irregular> {
        if self.byte(self.at) != Some(b'"') {
            return Err(Irregular);
        }
        let start = self.at + 1;
        let inside = self.text.as_bytes().get(start..).ok_or(Irregular)?;
        let end = start + inside.first_chunk().and_then(short_length).unwrap_or_else(|| plain_length(inside));
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
                    self.pass_key(&frame)?;
                    self.json_skip()?;
                }
                Ok(())
            }
        }
    }
}

/// Whether digits that start and end so are the whole number: it has no leading zero, and an exponent takes the other way.
#[inline(always)]
fn is_number_end(start: [u8; 2], end: u8, length: usize) -> bool {
    let has_zero = length > 1 && start[0] == b'0' && start[1] != b'.';
    matches!(end, b',' | b'}' | b']') && !has_zero
}
