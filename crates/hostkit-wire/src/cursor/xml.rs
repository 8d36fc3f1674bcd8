//! Plain XML under a cursor: elements, attributes, text and references.

use std::borrow::Cow;

use super::{Cursor, Digits, EntryKey, Frame, Irregular, NextKey, Number, Part, Place, WrittenKey};
use crate::Kind;
use crate::lookup::is_same;
use crate::read::xml::attributes::{IS_NAME, is_name};
use crate::read::xml::plain::{plain_end, reference_name, text_end};
use crate::read::xml::reference;

/// Attributes of a skipped element that are compared to find one that is there twice.
const COMPARED: usize = 8;

impl<'a> Cursor<'a> {
    fn after_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte(at) {
            at += 1;
        }
        at
    }

    fn name_end(&self, mut at: usize) -> usize {
        while self.byte(at).is_some_and(|byte| IS_NAME[usize::from(byte)]) {
            at += 1;
        }
        at
    }

    pub(super) fn xml_kind(&self) -> Option<Kind> {
        match self.place {
            Place::Document => return Some(Kind::Map),
            Place::Attribute(_) | Place::OwnText => return Some(Kind::Text),
            Place::Element => {}
        }
        let tag = self.after_space(self.at);
        match self.byte(tag)? {
            b'/' => (self.byte(tag + 1)? == b'>').then_some(Kind::Null),
            b'>' => {
                let inner = self.after_space(tag + 1);
                match (self.byte(inner)?, self.byte(inner + 1)?) {
                    (b'<', b'/') => Some(Kind::Null),
                    (b'<', byte) => IS_NAME[usize::from(byte)].then_some(Kind::Map),
                    _ => Some(Kind::Text),
                }
            }
            _ => (tag > self.at).then_some(Kind::Map),
        }
    }

    /// Passes the end tag of the element with this name.
    fn end_tag(&mut self, (start, length): (usize, usize)) -> Result<(), Irregular> {
        let bytes = self.text.as_bytes();
        let name = bytes.get(start..start + length).ok_or(Irregular)?;
        let tag = bytes.get(self.at..).and_then(|rest| rest.strip_prefix(b"</")).ok_or(Irregular)?;
        match tag.split_at_checked(length) {
            Some((found, [b'>', ..])) if is_same(found, name) => {
                self.at += 2 + length + 1;
                Ok(())
            }
            _ => Err(Irregular),
        }
    }

    /// The text up to the next tag, without the whitespace around it; `None` if it is blank.
    fn run(&mut self) -> Result<Option<Cow<'a, str>>, Irregular> {
        let bytes = self.text.as_bytes();
        let end = text_end(bytes, self.at);
        let piece = self.text.get(self.at..end).ok_or(Irregular)?;
        if self.byte(end) == Some(b'<') && !is_odd(piece) {
            self.at = end;
            let text = piece.trim_ascii();
            return Ok((!text.is_empty()).then_some(Cow::Borrowed(text)));
        }
        let mut joined = String::new();
        loop {
            let end = text_end(bytes, self.at);
            let piece = self.text.get(self.at..end).ok_or(Irregular)?;
            if is_odd(piece) {
                return Err(Irregular);
            }
            joined.push_str(piece);
            self.at = end;
            match self.byte(end) {
                Some(b'<') => break,
                Some(b'&') => {
                    let name = reference_name(self.text, end + 1).ok_or(Irregular)?;
                    joined.push(reference::character(name).ok_or(Irregular)?);
                    self.at = end + 1 + name.len() + 1;
                }
                _ => return Err(Irregular),
            }
        }
        let text = joined.trim_ascii();
        if text.is_empty() { Err(Irregular) } else { Ok(Some(Cow::Owned(text.to_owned()))) }
    }

    /// Where the element ends whose content does.
    #[inline(always)]
    fn behind_end_tag(&self, content: usize) -> Option<usize> {
        let end = self.text.as_bytes().get(content..).and_then(|text| self.key?.end_tag_in(text));
        end.map_or_else(|| self.behind_other_end_tag(content), |end| Some(content + end))
    }

    #[inline(never)]
    fn behind_other_end_tag(&self, content: usize) -> Option<usize> {
        let (start, length) = self.name;
        let bytes = self.text.as_bytes();
        let name = bytes.get(start..start + length)?;
        let end = content + length + 3;
        let [b'<', b'/', found @ .., b'>'] = bytes.get(content..end)? else { return None };
        is_same(found, name).then_some(end)
    }

    /// Where the text starts that may be all that stands here: `>text</name>`, or the value of an attribute.
    #[inline(always)]
    fn text_start(&self) -> Option<usize> {
        match self.place {
            Place::Element if self.byte(self.at) == Some(b'>') => Some(self.at + 1),
            Place::Attribute(_) => Some(self.at),
            _ => None,
        }
    }

    /// Where the value ends whose text does.
    #[inline(always)]
    fn behind_text(&self, end: usize) -> Option<usize> {
        match self.place {
            Place::Attribute(quote) => (self.byte(end) == Some(quote)).then_some(end + 1),
            _ => self.behind_end_tag(end),
        }
    }

    /// A text without blanks around it.
    #[inline(never)]
    pub(super) fn xml_plain_text(&mut self) -> Option<&'a str> {
        let start = self.text_start()?;
        let quote = if let Place::Attribute(quote) = self.place { quote } else { b'<' };
        let end = plain_end(self.text.as_bytes(), start, quote);
        let text = self.text.get(start..end)?;
        let ([first, ..], [.., last]) = (text.as_bytes(), text.as_bytes()) else { return None };
        if *first == b' ' || *last == b' ' {
            return None;
        }
        self.peeked = self.behind_text(end)?;
        Some(text)
    }

    /// The text of `N` bytes of an element.
    #[inline(always)]
    pub(super) fn xml_text_of<const N: usize>(&self) -> Option<(&'a [u8; N], usize)> {
        let start = self.text_start()?;
        let text = self.text.as_bytes().get(start..)?.first_chunk()?;
        Some((text, self.behind_text(start + N)?))
    }

    #[inline(always)]
    pub(super) fn xml_few_digits(&self) -> Option<(Digits, usize)> {
        let rest = self.text.as_bytes().get(self.at..)?;
        if self.place != Place::Element {
            let Place::Attribute(quote) = self.place else { return None };
            let (Number { number, scale, length }, end) = Number::few(*rest.first_chunk()?)?;
            return (end == quote).then_some((Digits::new(number, scale, true), self.at + length + 1));
        }
        let [b'>', text @ ..] = rest.first_chunk::<9>()? else { return None };
        let (Number { number, scale, length }, _) = Number::few(*text.first_chunk()?)?;
        Some((Digits::new(number, scale, true), self.behind_end_tag(self.at + 1 + length)?))
    }

    #[inline(never)]
    pub(super) fn xml_digits(&mut self) -> Option<Digits> {
        let start = self.text_start()?;
        let Number { number, scale, length } = Number::at_start(self.text.as_bytes().get(start..)?)?;
        self.peeked = self.behind_text(start + length)?;
        Some(Digits::new(number, scale, true))
    }

    pub(super) fn xml_scalar(&mut self) -> Result<Cow<'a, str>, Irregular> {
        match self.place {
            Place::Document => Err(Irregular),
            Place::Attribute(quote) => {
                let start = self.at;
                let rest = self.text.as_bytes().get(start..).ok_or(Irregular)?;
                let is_end = |byte: &u8| *byte == quote || *byte < b' ' || matches!(byte, b'<' | b'&');
                let end = start + rest.iter().position(is_end).ok_or(Irregular)?;
                if self.byte(end) != Some(quote) {
                    return Err(Irregular);
                }
                self.at = end + 1;
                self.text.get(start..end).map(Cow::Borrowed).ok_or(Irregular)
            }
            Place::OwnText => self.run()?.ok_or(Irregular),
            Place::Element => {
                let name = self.name;
                let tag = self.after_space(self.at);
                match (self.byte(tag), self.byte(tag + 1)) {
                    (Some(b'/'), Some(b'>')) => {
                        self.at = tag + 2;
                        Ok(Cow::Borrowed(""))
                    }
                    (Some(b'>'), _) => {
                        self.at = tag + 1;
                        let text = self.run()?;
                        self.end_tag(name)?;
                        Ok(text.unwrap_or_default())
                    }
                    _ => Err(Irregular),
                }
            }
        }
    }

    /// [`Cursor::enter_object`] for XML.
    #[inline]
    pub(super) fn xml_enter_object(&mut self) -> Result<Option<Frame>, Irregular> {
        if self.place == Place::Element && self.byte(self.at) == Some(b'>') {
            let inner = self.after_space(self.at + 1);
            if self.byte(inner) == Some(b'<') && self.byte(inner + 1).is_some_and(|byte| IS_NAME[usize::from(byte)]) {
                self.depth = self.depth.checked_sub(1).ok_or(Irregular)?;
                self.at = inner;
                return Ok(Some(Frame { name: self.name, ..Frame::new(false) }));
            }
        }
        match self.xml_kind() {
            Some(Kind::Map) => self.enter().map(Some),
            Some(Kind::Null) => self.xml_scalar().map(|_| None),
            _ => Err(Irregular),
        }
    }

    #[inline(never)]
    pub(super) fn xml_enter(&mut self) -> Result<Frame, Irregular> {
        let part = match self.place {
            Place::Document => Part::Document,
            Place::Element => Part::Attributes,
            Place::Attribute(_) | Place::OwnText => return Err(Irregular),
        };
        Ok(Frame { part, name: self.name, ..Frame::new(false) })
    }

    #[inline(never)]
    pub(super) fn xml_next(&mut self, frame: &mut Frame) -> Result<bool, Irregular> {
        match frame.part {
            Part::Document if frame.found > 0 => {
                self.end()?;
                self.at = self.text.len();
                return Ok(false);
            }
            Part::Document => return Ok(true),
            Part::Attributes => {
                let tag = self.after_space(self.at);
                match (self.byte(tag), self.byte(tag + 1)) {
                    (Some(b'/'), Some(b'>')) => {
                        self.at = tag + 2;
                        return Ok(false);
                    }
                    (Some(b'>'), _) => {
                        self.at = tag + 1;
                        frame.part = Part::Children;
                        // From here on, entries are counted to tell text beside elements.
                        frame.left = frame.found;
                    }
                    // An element among the attributes is an error of syntax.
                    (Some(byte), _) if tag > self.at && byte != b'<' => {
                        self.at = tag;
                        self.place = Place::Element;
                        return Ok(true);
                    }
                    _ => return Err(Irregular),
                }
            }
            Part::Children | Part::OwnText => {}
        }
        let at = self.after_space(self.at);
        match (self.byte(at), self.byte(at + 1)) {
            (Some(b'<'), Some(b'/')) => {
                self.at = at;
                self.end_tag(frame.name)?;
                Ok(false)
            }
            (Some(b'<'), Some(byte)) if IS_NAME[usize::from(byte)] && frame.part == Part::Children => {
                self.at = at;
                Ok(true)
            }
            (Some(byte), _) if byte != b'<' && frame.part == Part::Children && frame.found == frame.left => {
                self.at = at;
                frame.part = Part::OwnText;
                self.place = Place::OwnText;
                Ok(true)
            }
            _ => Err(Irregular),
        }
    }

    /// [`Cursor::xml_next_is`] of an element with the name of this key.
    #[inline(always)]
    pub fn xml_next_is_key(&mut self, frame: &mut Frame, key: &'static WrittenKey) -> bool {
        if frame.part != Part::Children {
            return false;
        }
        let mut before = self.at.wrapping_sub(1);
        if self.byte(self.at) != Some(b'<') {
            before = self.after_space(self.at).wrapping_sub(1);
        }
        let Some(end) = self.text.as_bytes().get(before..).and_then(|text| key.name_end_in(text)) else { return false };
        self.at = before + end;
        self.xml_enter_entry(end - 2, Some(key));
        frame.found += 1;
        true
    }

    /// Goes on to the next entry of an object if it is the element `<key` among the children, or, where the key is `@key`,
    /// the attribute ` key="`. Where it is not, [`Cursor::xml_next_key`] tells what follows.
    #[inline(always)]
    pub fn xml_next_is(&mut self, frame: &mut Frame, key: &str) -> bool {
        match frame.part {
            Part::Children => self.next_is_element(frame, key),
            Part::Attributes => self.next_is_attribute(frame, key),
            Part::Document | Part::OwnText => false,
        }
    }

    #[inline]
    fn next_is_attribute(&mut self, frame: &mut Frame, key: &str) -> bool {
        let Some(key) = key.strip_prefix('@') else { return false };
        let value = self.at + key.len() + 3;
        let Some([b' ', found @ .., b'=', b'"']) = self.text.as_bytes().get(self.at..value) else { return false };
        if !is_same(found, key.as_bytes()) {
            return false;
        }
        self.at = value;
        self.place = Place::Attribute(b'"');
        frame.found += 1;
        true
    }

    #[inline]
    fn next_is_element(&mut self, frame: &mut Frame, key: &str) -> bool {
        let at = self.after_space(self.at);
        let end = at + key.len() + 1;
        let Some([b'<', found @ .., behind]) = self.text.as_bytes().get(at..=end) else { return false };
        // `@id` is the name of no element.
        let is_element = found.first().is_some_and(|byte| IS_NAME[usize::from(*byte)]);
        if !is_element || IS_NAME[usize::from(*behind)] || !is_same(found, key.as_bytes()) {
            return false;
        }
        self.at = end;
        self.xml_enter_entry(key.len(), None);
        frame.found += 1;
        true
    }

    /// Passes the end of an element, if that comes next.
    #[inline(never)]
    pub fn xml_leave(&mut self, frame: &Frame) -> Result<bool, Irregular> {
        let at = self.after_space(self.at);
        match (frame.part, self.byte(at), self.byte(at + 1)) {
            (Part::Children, Some(b'<'), Some(b'/')) => {
                self.at = at;
                self.end_tag(frame.name)?;
            }
            (Part::Attributes, Some(b'/'), Some(b'>')) => self.at = at + 2,
            _ => return Ok(false),
        }
        self.depth += 1;
        if frame.found > self.max_items { Err(Irregular) } else { Ok(true) }
    }

    /// The name of the next entry, if it is an element among the children. Else [`Cursor::next`] and [`Cursor::key`] tell what follows.
    #[inline]
    pub fn xml_next_key(&self, frame: &Frame) -> Option<NextKey<'a>> {
        let at = self.after_space(self.at);
        if frame.part != Part::Children || self.byte(at) != Some(b'<') {
            return None;
        }
        let end = self.name_end(at + 1);
        let name = self.text.get(at + 1..end)?;
        if is_name(name) { Some(NextKey { text: name.as_bytes(), value: end }) } else { None }
    }

    /// Stands behind the name of an element.
    #[inline]
    pub(super) fn xml_enter_entry(&mut self, length: usize, key: Option<&'static WrittenKey>) {
        self.name = (self.at - length, length);
        self.key = key;
        self.place = Place::Element;
    }

    pub(super) fn xml_key(&mut self) -> Result<EntryKey<'a>, Irregular> {
        let is_element = self.byte(self.at) == Some(b'<');
        if !is_element && self.place == Place::OwnText {
            return Ok(EntryKey { text: "$text", is_attribute: false });
        }
        let start = self.at + usize::from(is_element);
        let end = self.name_end(start);
        let text = self.text.get(start..end).ok_or(Irregular)?;
        if !is_name(text) {
            return Err(Irregular);
        }
        if is_element {
            self.at = end;
            self.xml_enter_entry(end - start, None);
        } else {
            let (Some(b'='), Some(quote @ (b'"' | b'\''))) = (self.byte(end), self.byte(end + 1)) else {
                return Err(Irregular);
            };
            self.at = end + 2;
            self.place = Place::Attribute(quote);
        }
        Ok(EntryKey { text, is_attribute: !is_element })
    }

    pub(super) fn xml_skip(&mut self) -> Result<(), Irregular> {
        if !matches!(self.kind(), Some(Kind::Map)) {
            return self.xml_scalar().map(|_| ());
        }
        let mut frame = self.enter()?;
        let mut attributes = [""; COMPARED];
        while self.next(&mut frame)? {
            if let EntryKey { text, is_attribute: true } = self.xml_key()? {
                let place = frame.found - 1;
                if attributes.iter().take(place).any(|other| *other == text) {
                    return Err(Irregular);
                }
                *attributes.get_mut(place).ok_or(Irregular)? = text;
            }
            self.xml_skip()?;
        }
        Ok(())
    }
}

/// Whether a text has what XML does not allow or reads as something else: control characters and carriage returns.
fn is_odd(text: &str) -> bool {
    text.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n'))
}
