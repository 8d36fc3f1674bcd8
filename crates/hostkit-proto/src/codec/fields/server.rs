//! Accessors that only a server needs: constants, variants, composed keys.

use std::collections::BTreeMap;

use hostkit_wire::{Format, Kind, Node};

use super::Fields;
use crate::codec::fill::{Field, How};
use crate::codec::gather::{Part, gather, gather_map};
use crate::codec::reader::describe;
use crate::codec::{DecodeError, FlagWords, FromText, FromWire, Name, Names, Reader, ToText, is_key};

impl<'r> Fields<'_, 'r> {
    fn one<T>(
        &mut self,
        name: &Name,
        how: How,
        mut place: T,
        read: impl Fn(&mut Reader<'_>, &mut T) -> Result<(), DecodeError>,
    ) -> Result<T, DecodeError> {
        self.fill(&Field::named(*name, how), None, &mut |reader| read(reader, &mut place))?;
        Ok(place)
    }

    /// Decodes a required field.
    pub fn required<T: FromWire>(&mut self, name: &Name) -> Result<T, DecodeError> {
        self.one(name, How::Required, T::blank(), |reader, place| reader.required(place))
    }

    /// Decodes an optional field.
    pub fn optional<T: FromWire>(&mut self, name: &Name) -> Result<Option<T>, DecodeError> {
        self.one(name, How::Optional, None, |reader, place| reader.optional(place))
    }

    /// Decodes a field with a default.
    pub fn or<T: FromWire>(&mut self, name: &Name, absent: T) -> Result<T, DecodeError> {
        self.one(name, How::Optional, absent, |reader, place| reader.or(place))
    }

    /// Decodes a required flag that may be one of these words.
    pub fn required_flag(&mut self, name: &Name, words: &'static FlagWords) -> Result<bool, DecodeError> {
        self.one(name, How::Required, false, |reader, place| reader.in_words(words).required(place))
    }

    /// Decodes an optional flag that may be one of these words.
    pub fn optional_flag(&mut self, name: &Name, words: &'static FlagWords) -> Result<Option<bool>, DecodeError> {
        self.one(name, How::Optional, None, |reader, place| reader.in_words(words).optional(place))
    }

    /// Decodes a flag with a default that may be one of these words.
    pub fn or_flag(&mut self, name: &Name, words: &'static FlagWords, absent: bool) -> Result<bool, DecodeError> {
        self.one(name, How::Optional, absent, |reader, place| reader.in_words(words).or(place))
    }

    /// Decodes an optional text without the whitespace around it; whitespace alone counts as absent.
    pub fn trimmed(&mut self, name: &Name) -> Result<Option<String>, DecodeError> {
        self.one(name, How::Optional, None, |reader, place| reader.trimmed(place))
    }

    /// Decodes an optional list, empty if absent.
    pub fn list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        self.one(name, How::List, Vec::new(), |reader, place| reader.list(place, max_items))
    }

    /// Decodes a required list. No request has an empty one: where the objects around it are those of another call, this
    /// is a request for that one.
    pub fn required_list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        let items =
            self.one(name, How::RequiredList, Vec::new(), |reader, place| reader.required_list(place, max_items))?;
        self.some(name, "an item", items.is_empty())?;
        Ok(items)
    }

    /// Decodes an optional map, empty if absent.
    pub fn map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        self.one(name, How::Optional, BTreeMap::new(), |reader, place| reader.map(place))
    }

    /// Decodes a required map.
    pub fn required_map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        let map = self.one(name, How::RequiredMap, BTreeMap::new(), |reader, place| reader.required_map(place))?;
        self.some(name, "an entry", map.is_empty())?;
        Ok(map)
    }

    fn some(&mut self, name: &Name, expected: &str, is_empty: bool) -> Result<(), DecodeError> {
        let step = self.step(name);
        self.reader.within(step, |reader| if is_empty { Err(reader.error(expected, "nothing")) } else { Ok(()) })
    }

    /// Checks a constant that identifies this call.
    ///
    /// # Errors
    /// A different text or none, so the request is for another call.
    pub fn fixed(&mut self, name: impl Into<Name>, text: &str) -> Result<(), DecodeError> {
        let name = name.into();
        let step = self.step(&name);
        let found = self.find(&name)?;
        // An element without content is an empty text.
        let is_empty = |node: Node<'_>| text.is_empty() && node.kind() == Kind::Null && node.format() == Format::Xml;
        if found.is_some_and(|node| node.as_str() == Some(text) || is_empty(node)) {
            return Ok(());
        }
        let found = found.map_or_else(|| "nothing".to_owned(), describe);
        self.reader.within(step, |reader| Err(reader.error(format!("{text:?}"), found).of_constant()))
    }

    /// The node of a required field.
    pub(crate) fn node_of(&mut self, name: &Name) -> Result<Node<'r>, DecodeError> {
        let step = self.step(name);
        match self.find(name)? {
            Some(node) => Ok(node),
            None => self.reader.within(step, |reader| Err(reader.error("an object", "nothing"))),
        }
    }

    /// Whether something stands at one of these paths.
    pub fn has_any(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| path.split('/').try_fold(self.node, Node::get).is_some())
    }

    /// Checks that something stands at one of these paths, of a variant that may be without each of them.
    ///
    /// # Errors
    /// Nothing stands there, so another variant is meant.
    pub fn some_of(&self, paths: &[&str]) -> Result<(), DecodeError> {
        if self.has_any(paths) {
            return Ok(());
        }
        Err(self.reader.error(format!("one of `{}`", paths.join("`, `")), "nothing"))
    }

    /// Tries to read one variant of a group; if that fails, its entries are left for the next one.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        let (seen, spec, between) = (self.seen.clone(), self.reader.spec, self.between.len());
        let doubt = self.reader.take_doubt();
        let result = read(self);
        if result.is_err() {
            self.seen = seen;
            self.reader.spec = spec;
            self.between.truncate(between);
            // What another variant reads as a list is no key that is there twice.
            self.reader.take_doubt();
        }
        self.reader.put_back(doubt);
        result
    }

    /// Checks that an object is there once and has no entries but these: with others, another variant is meant, which
    /// reads all of it.
    ///
    /// # Errors
    /// There is another entry, or another object.
    pub fn only_below(&mut self, path: &[&str], names: &[&str]) -> Result<(), DecodeError> {
        let object = path.iter().try_fold(self.node, |node, step| node.get(step));
        let outer = path
            .split_last()
            .and_then(|(last, above)| Some((last, above.iter().try_fold(self.node, |node, step| node.get(step))?)));
        let mut again =
            outer.into_iter().flat_map(|(last, outer)| outer.entries().filter(move |(name, _)| name == last));
        if let Some((name, node)) = again.nth(1) {
            let error = self.reader.error(format!("`{}` once", path.join("/")), format!("`{name}` again"));
            return Err(error.at(node.offset()));
        }
        let other = object.and_then(|object| object.entries().find(|(name, _)| !names.contains(name)));
        match other {
            Some((name, node)) => {
                let error = self.reader.error(format!("nothing else in `{}`", path.join("/")), format!("`{name}`"));
                Err(error.at(node.offset()))
            }
            None => Ok(()),
        }
    }

    /// The list or object whose parts have names of a template, the reverse of `Object::set_names`; `None` if there are
    /// no such names.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn gather<T: FromWire>(&mut self, names: &Names<'_>) -> Result<Option<T>, DecodeError> {
        let parts = self.parts(names, T::FIELDS, |_| true);
        gather(self.reader, names, parts)
    }

    /// The map whose parts have names of a template; `None` if there are no such names.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn gather_map<K: FromText + ToText + Ord, V: FromWire>(
        &mut self,
        names: &Names<'_>,
    ) -> Result<Option<BTreeMap<K, V>>, DecodeError> {
        let parts = self.parts(names, V::FIELDS, is_key::<K>);
        gather_map(self.reader, parts)
    }

    /// Takes the entries whose names are of a template, with an item that fits.
    fn parts(&mut self, names: &Names<'_>, fields: &'static [Field], is_item: impl Fn(&str) -> bool) -> Vec<Part<'r>> {
        let mut parts = Vec::new();
        for (position, (name, node)) in self.node.entries().enumerate() {
            if !self.seen.has(position)
                && let Some(filled) = names.read(name, fields.iter().map(|field| field.text()))
                && is_item(filled.item)
            {
                self.seen.set(position);
                parts.push((filled, node.into()));
            }
        }
        parts
    }
}
