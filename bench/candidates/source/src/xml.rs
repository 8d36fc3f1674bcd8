//! The XML source, over quick-xml's events.

use std::borrow::Cow;

use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;

use crate::{Error, Found, Key, MAX_DEPTH, Source, State};

/// Reads XML as a stream; starts on the document, an object whose one entry is the root element.
pub struct Xml<'a> {
    text: &'a str,
    events: quick_xml::Reader<&'a [u8]>,
    value: Value<'a>,
    depth: usize,
    state: State,
}

/// The current value.
enum Value<'a> {
    Document,
    /// The tag between `<` and `>`, and the length of its name.
    Element {
        content: &'a str,
        name: usize,
        empty: bool,
    },
    Text(Cow<'a, str>),
    Consumed,
}

impl<'a> Xml<'a> {
    pub fn new(text: &'a str) -> Self {
        let events = quick_xml::Reader::from_str(text);
        Self { text, events, value: Value::Document, depth: 0, state: State::default() }
    }

    #[cold]
    fn syntax(&self, expected: &'static str) -> Error {
        Error::syntax(&self.state, self.offset(), expected)
    }

    #[inline]
    fn event(&mut self) -> Result<Event<'a>, Error> {
        match self.events.read_event() {
            Ok(event) => Ok(event),
            Err(_) => Err(self.syntax("well-formed XML")),
        }
    }

    /// Moves to the element whose tag starts at this byte.
    #[inline]
    fn open(&mut self, start: usize, len: usize, name: usize, empty: bool) -> Result<&'a str, Error> {
        if !empty {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.syntax("fewer levels"));
            }
        }
        let content = self.text.get(start + 1..start + 1 + len).unwrap_or("");
        self.value = Value::Element { content, name, empty };
        Ok(content.get(..name).unwrap_or(""))
    }

    /// Leaves elements up to this depth.
    fn leave(&mut self, depth: usize) -> Result<(), Error> {
        while self.depth > depth {
            match self.event()? {
                Event::Start(_) => self.depth += 1,
                Event::End(_) => self.depth -= 1,
                Event::Eof => return Err(self.syntax("an end tag")),
                _ => {}
            }
        }
        Ok(())
    }

    /// The text up to the end tag; `None` if an element is in between, and the rest is then skipped.
    fn text(&mut self) -> Result<Option<Cow<'a, str>>, Error> {
        let depth = self.depth - 1;
        let mut text = Cow::Borrowed("");
        loop {
            match self.event()? {
                Event::Text(piece) => add(&mut text, piece.into_inner()),
                Event::CData(piece) => add(&mut text, piece.into_inner()),
                Event::GeneralRef(name) => match self.reference(&name)? {
                    Some(character) => text.to_mut().push(character),
                    None => return Err(self.syntax("a known reference")),
                },
                Event::Start(_) => {
                    self.depth += 1;
                    self.leave(depth)?;
                    return Ok(None);
                }
                Event::Empty(_) => {
                    self.leave(depth)?;
                    return Ok(None);
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(Some(text));
                }
                Event::Eof => return Err(self.syntax("an end tag")),
                _ => {}
            }
        }
    }

    fn reference(&self, name: &quick_xml::events::BytesRef<'_>) -> Result<Option<char>, Error> {
        match name.resolve_char_ref() {
            Ok(Some(character)) => Ok(Some(character)),
            Ok(None) => Ok(match &**name {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                _ => None,
            }),
            Err(_) => Err(self.syntax("a reference to a character")),
        }
    }
}

fn add<'a>(text: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    if text.is_empty() {
        *text = piece;
    } else {
        text.to_mut().push_str(&piece);
    }
}

fn trimmed(text: Cow<'_, str>) -> Found<'_> {
    let short = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    };
    if short.is_empty() { Found::Null } else { Found::Text(short) }
}

impl<'a> Source<'a> for Xml<'a> {
    fn state(&mut self) -> &mut State {
        &mut self.state
    }

    fn offset(&self) -> usize {
        self.events.buffer_position() as usize
    }

    fn depth(&self) -> usize {
        // The current element has not been entered yet.
        self.depth - usize::from(matches!(self.value, Value::Element { empty: false, .. }))
    }

    fn resume(&mut self, depth: usize, _: usize) -> Result<(), Error> {
        self.value = Value::Consumed;
        self.leave(depth)
    }

    fn absent(&mut self) -> Result<bool, Error> {
        match &self.value {
            Value::Element { content, name, empty: true } if content.len() == *name => {
                self.value = Value::Consumed;
                Ok(true)
            }
            Value::Text(text) => Ok(text.is_empty()),
            _ => Ok(false),
        }
    }

    #[inline]
    fn scalar(&mut self) -> Result<Found<'a>, Error> {
        match std::mem::replace(&mut self.value, Value::Consumed) {
            Value::Element { empty: true, .. } | Value::Consumed => Ok(Found::Null),
            Value::Element { .. } => Ok(match self.text()? {
                Some(text) => trimmed(text),
                None => Found::Container("an object"),
            }),
            Value::Text(text) => Ok(trimmed(text)),
            Value::Document => Err(self.syntax("a root element")),
        }
    }

    fn skip(&mut self) -> Result<(), Error> {
        let depth = self.depth();
        self.value = Value::Consumed;
        self.leave(depth)
    }

    #[inline]
    fn entries(&mut self, mut each: impl FnMut(&mut Self, Key<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let depth = self.depth();
        let empty = match std::mem::replace(&mut self.value, Value::Consumed) {
            Value::Element { content, name, empty } => {
                if content.len() > name {
                    for attribute in Attributes::new(content, name) {
                        let attribute = attribute.map_err(|_| self.syntax("an attribute"))?;
                        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
                        let value = value.map_err(|_| self.syntax("the value of an attribute"))?;
                        self.value = Value::Text(value);
                        each(self, Key::Attribute(attribute.key.0))?;
                    }
                }
                empty
            }
            Value::Document => false,
            Value::Text(text) => return Err(Error::new(&self.state, self.offset(), "an object", &Found::Text(text))),
            Value::Consumed => true,
        };
        if empty {
            return Ok(());
        }
        let mut own = Cow::Borrowed("");
        loop {
            let start = self.offset();
            match self.event()? {
                Event::Start(tag) => {
                    let name = self.open(start, tag.len(), tag.name().0.len(), false)?;
                    each(self, Key::Child(name))?;
                }
                Event::Empty(tag) => {
                    let name = self.open(start, tag.len(), tag.name().0.len(), true)?;
                    each(self, Key::Child(name))?;
                }
                Event::Text(piece) if !piece.trim_ascii().is_empty() => add(&mut own, piece.into_inner()),
                Event::CData(piece) => add(&mut own, piece.into_inner()),
                Event::End(_) => {
                    self.depth -= 1;
                    break;
                }
                Event::Eof if self.depth == 0 => break,
                Event::Eof => return Err(self.syntax("an end tag")),
                _ => {}
            }
        }
        debug_assert_eq!(depth, self.depth);
        if !own.is_empty() {
            self.value = Value::Text(own);
            each(self, Key::Text)?;
        }
        Ok(())
    }

    fn items(
        &mut self,
        singular: Option<&str>,
        each: &mut impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match singular {
            None => each(self),
            Some(singular) => self.entries(|source, key| match key {
                Key::Child(name) if name == singular => each(source),
                other => crate::unknown(source, other),
            }),
        }
    }

    fn finish(&mut self) -> Result<(), Error> {
        match self.event()? {
            Event::Eof => Ok(()),
            _ => Err(self.syntax("the end")),
        }
    }
}
