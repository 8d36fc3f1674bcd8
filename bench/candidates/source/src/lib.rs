//! Candidate (b): a streaming reader per format behind one trait, which one generic decoder per type walks.

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
    /// A key of an object, or an element.
    Child(&'k str),
    /// An attribute.
    Attribute(&'k str),
    /// The text of an element that has children or attributes.
    Text,
}

/// A value that is no container, or the name of the container that was skipped in its place.
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

/// What a decode knows beside its place in the body.
#[derive(Debug, Default)]
pub struct State {
    pub path: Vec<Step>,
    pub unknown: Vec<String>,
    pub defects: Vec<Error>,
}

/// How much of each a state keeps, and how deep a body may nest.
const KEPT: usize = 100;
pub(crate) const MAX_DEPTH: usize = 64;

/// Reads values one after the other. Whoever gets a source on a value consumes exactly that value.
pub trait Source<'a>: Sized {
    fn state(&mut self) -> &mut State;

    /// Where the value starts in the body.
    fn offset(&self) -> usize;

    /// How deep the source is.
    fn depth(&self) -> usize;

    /// Leaves everything that is deeper than this, and the rest of the value that could not be read.
    fn resume(&mut self, depth: usize, start: usize) -> Result<(), Error>;

    /// Whether the value stands for "no value". It is consumed then.
    fn absent(&mut self) -> Result<bool, Error>;

    fn scalar(&mut self) -> Result<Found<'a>, Error>;

    fn skip(&mut self) -> Result<(), Error>;

    fn entries(&mut self, each: impl FnMut(&mut Self, Key<'_>) -> Result<(), Error>) -> Result<(), Error>;

    fn items(
        &mut self,
        singular: Option<&str>,
        each: &mut impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Whether anything follows the document.
    fn finish(&mut self) -> Result<(), Error>;
}

/// A type that reads itself.
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

/// A field without which the object is not this object.
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

/// A field that may be absent. One that cannot be read is absent too, and a defect.
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

/// A list, or one of its items where they have no wrapper.
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

/// A list that must be readable.
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

/// Takes note of a field that the type does not have, and skips it.
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

/// The value of a required field.
pub fn there<'a, S: Source<'a>, T>(source: &mut S, name: &'static str, slot: Option<T>) -> Result<T, Error> {
    slot.ok_or_else(|| {
        source.state().path.push(Step::Name(name));
        let offset = source.offset();
        Error::new(source.state(), offset, "a value", &Found::Null)
    })
}
