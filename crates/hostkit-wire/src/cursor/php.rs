//! PHP `serialize()` output under a cursor.

use std::borrow::Cow;

use super::{Cursor, Digits, Frame, Irregular, NextKey, Number, WrittenKey};
use crate::Kind;
use crate::read::php;

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn php_kind(&self) -> Option<Kind> {
        Some(match self.byte(self.at)? {
            b's' => Kind::Text,
            b'i' | b'd' => Kind::Number,
            b'b' => Kind::Bool,
            b'N' => Kind::Null,
            b'a' => match php::array_head(self.text, self.at)? {
                (0, _) => Kind::List,
                (_, entries) if self.text.as_bytes().get(entries..)?.starts_with(b"i:0;") => Kind::List,
                _ => Kind::Map,
            },
            _ => return None,
        })
    }

    pub(super) fn php_boolean(&mut self) -> Result<bool, Irregular> {
        let value = match self.text.as_bytes().get(self.at..).unwrap_or(&[]) {
            [b'b', b':', b'1', b';', ..] => true,
            [b'b', b':', b'0', b';', ..] => false,
            _ => return Err(Irregular),
        };
        self.at += 4;
        Ok(value)
    }

    /// Passes a text, and gives what stands between its quotes.
    #[inline]
    fn php_string(&mut self) -> Result<&'a str, Irregular> {
        let (from, to) = php::plain_string(self.text, self.at).ok_or(Irregular)?;
        self.at = to + 2;
        self.text.get(from..to).ok_or(Irregular)
    }

    #[inline(never)]
    pub(super) fn php_plain_text(&mut self) -> Option<&'a str> {
        let (from, to) = php::plain_string(self.text, self.at)?;
        self.peeked = to + 2;
        if to > from { self.text.get(from..to) } else { None }
    }

    /// The text of `N` bytes, less than ten.
    #[inline(always)]
    pub(super) fn php_text_of<const N: usize>(&self) -> Option<(&'a [u8; N], usize)> {
        let [b's', b':', ones, b':', b'"', rest @ ..] = self.text.as_bytes().get(self.at..)? else { return None };
        match rest.split_first_chunk() {
            Some((text, [b'"', b';', ..])) if usize::from(ones.wrapping_sub(b'0')) == N && N < 10 => {
                Some((text, self.at + 5 + N + 2))
            }
            _ => None,
        }
    }

    /// [`Cursor::php_digits`] of at most seven.
    #[inline(always)]
    pub(super) fn php_few_digits(&self) -> Option<(Digits, usize)> {
        let window: &[u8; 16] = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        let [b's', b':', ones, b':', b'"', text @ ..] = window else {
            let (number, end) = self.php_few_index()?;
            return Some((Digits::new(number, 0, false), end));
        };
        let (Number { number, scale, length }, b'"') = Number::few(*text.first_chunk()?)? else { return None };
        let is_whole = ones.wrapping_sub(b'0') as usize == length && window[(length + 6) % 16] == b';';
        is_whole.then_some((Digits::new(number, scale, true), self.at + 5 + length + 2))
    }

    /// An integer of at most seven digits, and where it ends.
    #[inline(always)]
    fn php_few_index(&self) -> Option<(i64, usize)> {
        let window: &[u8; 10] = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        let [b'i', b':', text @ ..] = window else { return None };
        let (Number { number, scale: 0, length }, b';') = Number::few(*text)? else { return None };
        Some((number, self.at + 2 + length + 1))
    }

    /// An integer, or digits in a text.
    #[inline(never)]
    pub(super) fn php_digits(&mut self) -> Option<Digits> {
        let bytes = self.text.as_bytes();
        let (from, to, is_text) = match bytes.get(self.at)? {
            b's' => php::plain_string(self.text, self.at).map(|(from, to)| (from, to, true))?,
            b'i' if bytes.get(self.at + 1) == Some(&b':') => (self.at + 2, usize::MAX, false),
            _ => return None,
        };
        let Number { number, scale, length } = Number::at_start(bytes.get(from..)?)?;
        let end = from + length;
        let is_whole = if is_text { end == to } else { scale == 0 && bytes.get(end) == Some(&b';') };
        self.peeked = end + if is_text { 2 } else { 1 };
        is_whole.then_some(Digits::new(number, scale, is_text))
    }

    /// Passes a number, and gives its lexeme.
    #[inline]
    fn php_number(&mut self) -> Result<&'a str, Irregular> {
        let (from, to) = php::number(self.text, self.at).ok_or(Irregular)?;
        self.at = to + 1;
        self.text.get(from..to).ok_or(Irregular)
    }

    #[inline]
    pub(super) fn php_scalar(&mut self) -> Result<Cow<'a, str>, Irregular> {
        let text = if self.byte(self.at) == Some(b's') { self.php_string() } else { self.php_number() };
        text.map(Cow::Borrowed)
    }

    #[inline(never)]
    pub(super) fn php_enter(&mut self) -> Result<Frame, Irregular> {
        let (left, entries) = php::array_head(self.text, self.at).ok_or(Irregular)?;
        self.at = entries;
        Ok(Frame { left, ..Frame::new(true) })
    }

    /// [`Cursor::enter_object`] for PHP, into a frame that is [`Frame::OBJECT`].
    #[inline(always)]
    pub fn php_enter_object(&mut self, frame: &mut Frame) -> Result<(), Irregular> {
        let (left, entries) = php::array_head(self.text, self.at).ok_or(Irregular)?;
        self.depth = self.depth.checked_sub(1).ok_or(Irregular)?;
        self.at = entries;
        (frame.left, frame.is_list) = (left, true);
        if self.php_starts_list(frame) { Err(Irregular) } else { Ok(()) }
    }

    /// Whether the first key of an array that was entered is that of a list.
    #[inline(always)]
    fn php_starts_list(&self, frame: &Frame) -> bool {
        let entries = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        frame.left > 0 && entries.first_chunk() == Some(b"i:0;")
    }

    /// An array that was entered, if it is no list.
    #[inline]
    pub(super) fn php_object(&self, frame: Frame) -> Result<Frame, Irregular> {
        if self.php_starts_list(&frame) { Err(Irregular) } else { Ok(frame) }
    }

    #[inline(always)]
    pub(super) fn php_next(&mut self, frame: &mut Frame) -> Result<bool, Irregular> {
        if frame.left > 0 {
            frame.left -= 1;
            return Ok(true);
        }
        if self.byte(self.at) != Some(b'}') {
            return Err(Irregular);
        }
        self.at += 1;
        Ok(false)
    }

    /// Goes on to the next entry of an object if it is `s:3:"key";`. Where it is not, [`Cursor::php_next_key`] tells
    /// what follows.
    #[inline(always)]
    pub fn php_next_is(&mut self, frame: &mut Frame, key: &WrittenKey) -> bool {
        let Some(text) = self.text.as_bytes().get(self.at..) else { return false };
        let (Some(value), Some(left)) = (key.php_value_in(text), frame.left.checked_sub(1)) else { return false };
        self.at += value;
        frame.left = left;
        frame.found += 1;
        true
    }

    /// Passes the end of an array, if all its entries were met.
    #[inline(always)]
    pub fn php_leave(&mut self, frame: &Frame) -> Result<bool, Irregular> {
        if frame.left > 0 {
            return Ok(false);
        }
        if self.byte(self.at) != Some(b'}') || frame.found > self.max_items {
            return Err(Irregular);
        }
        self.at += 1;
        self.depth += 1;
        Ok(true)
    }

    /// The key of the next entry, if it is a text. Else
    /// [`Cursor::next`] and [`Cursor::key`] tell what follows.
    #[inline]
    pub fn php_next_key(&self, frame: &Frame) -> Option<NextKey<'a>> {
        let (from, to) = php::plain_string(self.text, self.at)?;
        let text = self.text.as_bytes().get(from..to)?;
        if frame.left > 0 { Some(NextKey { text, value: to + 2 }) } else { None }
    }

    #[inline]
    pub(super) fn php_key(&mut self) -> Result<&'a str, Irregular> {
        match self.byte(self.at) {
            Some(b's') => self.php_string(),
            Some(b'i') => self.php_number(),
            _ => Err(Irregular),
        }
    }

    /// Passes the key of the item that was found last, which is its index.
    #[inline(always)]
    pub(super) fn php_item(&mut self, frame: &Frame) -> Result<(), Irregular> {
        // Most lists are short.
        if let Some(short @ [b'i', b':', ones, b';']) =
            self.text.as_bytes().get(self.at..).and_then(<[u8]>::first_chunk)
            && usize::from(ones.wrapping_sub(b'0')) + 1 == frame.found
            && frame.found <= 10
        {
            self.at += short.len();
            return Ok(());
        }
        if let Some((index, end)) = self.php_few_index() {
            self.at = end;
            return if index as usize + 1 == frame.found { Ok(()) } else { Err(Irregular) };
        }
        self.php_unusual_item(frame)
    }

    #[inline(never)]
    fn php_unusual_item(&mut self, frame: &Frame) -> Result<(), Irregular> {
        if self.byte(self.at) != Some(b'i') {
            return Err(Irregular);
        }
        let index = self.php_number()?.parse::<usize>().map_err(|_| Irregular)?;
        // This item was counted already.
        if index.checked_add(1) == Some(frame.found) { Ok(()) } else { Err(Irregular) }
    }

    pub(super) fn php_skip(&mut self) -> Result<(), Irregular> {
        match self.byte(self.at) {
            Some(b's' | b'i' | b'd') => self.php_scalar().map(|_| ()),
            Some(b'b') => self.php_boolean().map(|_| ()),
            Some(b'N') if self.byte(self.at + 1) == Some(b';') => {
                self.at += 2;
                Ok(())
            }
            _ => {
                let mut frame = self.enter()?;
                while self.next(&mut frame)? {
                    self.pass_key(&frame)?;
                    self.php_skip()?;
                }
                Ok(())
            }
        }
    }
}
