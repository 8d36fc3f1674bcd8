//! Candidate (b): a streaming reader per format behind one trait, walked by one generic decoder per type.

mod error;
mod json;
mod xml;

use std::borrow::Cow;

use candidate_scalars::Scalar;

pub use error::Error;
pub use json::Json;
pub use xml::Xml;

/// The name of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'k> {
    /// A key of an object, or a child element.
    Child(&'k str),
    /// An attribute.
    Attribute(&'k str),
    /// The own text of an element with children or attributes.
    Text,
}

/// A scalar, or the kind of container that was skipped in its place.
#[derive(Debug)]
pub enum Found<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    Container(&'static str),
}

/// One step of the path to a value.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Name(&'static str),
    Index(usize),
}

/// State of a decode, other than its position in the body.
#[derive(Debug, Default)]
pub struct State {
    pub path: Vec<Step>,
    pub unknown: Vec<String>,
    pub defects: Vec<Error>,
}

/// Most unknown fields and defects that a state keeps; `MAX_DEPTH` limits nesting.
const KEPT: usize = 100;
pub(crate) const MAX_DEPTH: usize = 64;

/// Reads values in sequence; each reader consumes exactly the value that it is given.
pub trait Source<'a>: Sized {
    fn state(&mut self) -> &mut State;

    /// Offset of the value in the body.
    fn offset(&self) -> usize;

    /// Current nesting depth.
    fn depth(&self) -> usize;

    /// Skips to the end of a value that could not be read, back to this depth.
    fn resume(&mut self, depth: usize, start: usize) -> Result<(), Error>;

    /// Whether the value stands for an absent one, which is then consumed.
    fn absent(&mut self) -> Result<bool, Error>;

    fn scalar(&mut self) -> Result<Found<'a>, Error>;

    fn skip(&mut self) -> Result<(), Error>;

    fn entries(&mut self, each: impl FnMut(&mut Self, Key<'_>) -> Result<(), Error>) -> Result<(), Error>;

    fn items(
        &mut self,
        singular: Option<&str>,
        each: &mut impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Fails if anything follows the document.
    fn finish(&mut self) -> Result<(), Error>;
}

/// A type that decodes itself from any source.
pub trait Decode: Sized {
    fn decode<'a, S: Source<'a>>(source: &mut S) -> Result<Self, Error>;

    fn decode_optional<'a, S: Source<'a>>(source: &mut S) -> Result<Option<Self>, Error> {
        if source.absent()? { Ok(None) } else { Self::decode(source).map(Some) }
    }
}

impl<T: Scalar> Decode for T {
    fn decode<'a, S: Source<'a>>(source: &mut S) -> Result<Self, Error> {
        let offset = source.offset();
        let found = source.scalar()?;
        let value = match &found {
            Found::Number(text) => T::read(text),
            Found::Text(text) => T::read(text),
            Found::Bool(value) => T::read(if *value { "true" } else { "false" }),
            Found::Null | Found::Container(_) => None,
        };
        value.ok_or_else(|| Error::new(source.state(), offset, T::EXPECTED, &found))
    }

    fn decode_optional<'a, S: Source<'a>>(source: &mut S) -> Result<Option<Self>, Error> {
        let offset = source.offset();
        let found = source.scalar()?;
        let value = match &found {
            Found::Null => return Ok(None),
            Found::Text(text) if T::is_absent(text) => return Ok(None),
            Found::Number(text) => T::read(text),
            Found::Text(text) => T::read(text),
            Found::Bool(value) => T::read(if *value { "true" } else { "false" }),
            Found::Container(_) => None,
        };
        value.map(Some).ok_or_else(|| Error::new(source.state(), offset, T::EXPECTED, &found))
    }
}

/// A field without which the object is not recognised.
pub fn required<'a, S: Source<'a>, T: Decode>(
    source: &mut S,
    name: &'static str,
    slot: &mut Option<T>,
) -> Result<(), Error> {
    if slot.is_some() {
        return unknown(source, Key::Child(name));
    }
    source.state().path.push(Step::Name(name));
    *slot = Some(T::decode(source)?);
    source.state().path.pop();
    Ok(())
}

/// An optional field; an unreadable one counts as absent and is recorded as a defect.
pub fn optional<'a, S: Source<'a>, T: Decode>(
    source: &mut S,
    name: &'static str,
    slot: &mut Option<T>,
) -> Result<(), Error> {
    if slot.is_some() {
        return unknown(source, Key::Child(name));
    }
    source.state().path.push(Step::Name(name));
    lenient(source, |source| {
        *slot = T::decode_optional(source)?;
        Ok(())
    })?;
    source.state().path.pop();
    Ok(())
}

fn lenient<'a, S: Source<'a>>(source: &mut S, read: impl FnOnce(&mut S) -> Result<(), Error>) -> Result<(), Error> {
    let (depth, start, steps) = (source.depth(), source.offset(), source.state().path.len());
    match read(source) {
        Err(error) if !error.is_syntax() => {
            source.state().path.truncate(steps);
            if source.state().defects.len() < KEPT {
                source.state().defects.push(error);
            }
            source.resume(depth, start)
        }
        other => other,
    }
}

/// A list, or one of its items where items have no wrapper.
pub fn list<'a, S: Source<'a>, T: Decode>(
    source: &mut S,
    name: &'static str,
    singular: Option<&str>,
    max_items: usize,
    slot: &mut Option<Vec<T>>,
) -> Result<(), Error> {
    source.state().path.push(Step::Name(name));
    let items = slot.get_or_insert_default();
    lenient(source, |source| read_items(source, singular, max_items, items))?;
    source.state().path.pop();
    Ok(())
}

/// A list that fails the decode if it cannot be read.
pub fn required_list<'a, S: Source<'a>, T: Decode>(
    source: &mut S,
    name: &'static str,
    singular: Option<&str>,
    max_items: usize,
    slot: &mut Option<Vec<T>>,
) -> Result<(), Error> {
    source.state().path.push(Step::Name(name));
    read_items(source, singular, max_items, slot.get_or_insert_default())?;
    source.state().path.pop();
    Ok(())
}

fn read_items<'a, S: Source<'a>, T: Decode>(
    source: &mut S,
    singular: Option<&str>,
    max_items: usize,
    items: &mut Vec<T>,
) -> Result<(), Error> {
    source.items(singular, &mut |source| {
        if items.len() >= max_items {
            let offset = source.offset();
            return Err(Error::new(source.state(), offset, "fewer items", &Found::Container("more")));
        }
        source.state().path.push(Step::Index(items.len()));
        items.push(T::decode(source)?);
        source.state().path.pop();
        Ok(())
    })
}

/// Records and skips an unknown field.
pub fn unknown<'a, S: Source<'a>>(source: &mut S, key: Key<'_>) -> Result<(), Error> {
    let state = source.state();
    if state.unknown.len() < KEPT {
        let name = match key {
            Key::Child(name) => name.to_owned(),
            Key::Attribute(name) => format!("@{name}"),
            Key::Text => "$text".to_owned(),
        };
        state.unknown.push(format!("{}.{name}", error::path(state)));
    }
    source.skip()
}

/// The value of a required field, or an error if it was missing.
pub fn there<'a, S: Source<'a>, T>(source: &mut S, name: &'static str, slot: Option<T>) -> Result<T, Error> {
    slot.ok_or_else(|| {
        source.state().path.push(Step::Name(name));
        let offset = source.offset();
        Error::new(source.state(), offset, "a value", &Found::Null)
    })
}
