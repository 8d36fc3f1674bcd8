//! Accessors that only a server needs: constants, variants, composed keys.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hostkit_wire::{Format, Key, Limits, Node, Value};

use super::Fields;
use crate::codec::fill::{Field, How};
use crate::codec::reader::{Step, describe};
use crate::codec::{DecodeError, FromText, FromWire, Name, Reader, ToText};

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

    /// Decodes an optional text without the whitespace around it; whitespace alone counts as absent.
    pub fn trimmed(&mut self, name: &Name) -> Result<Option<String>, DecodeError> {
        self.one(name, How::Optional, None, |reader, place| reader.trimmed(place))
    }

    /// Decodes an optional list, empty if absent.
    pub fn list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        self.one(name, How::List, Vec::new(), |reader, place| reader.list(place, max_items))
    }

    /// Decodes a required list.
    pub fn required_list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        self.one(name, How::RequiredList, Vec::new(), |reader, place| reader.required_list(place, max_items))
    }

    /// Decodes an optional map, empty if absent.
    pub fn map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        self.one(name, How::Optional, BTreeMap::new(), |reader, place| reader.map(place))
    }

    /// Decodes a required map.
    pub fn required_map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        self.one(name, How::RequiredMap, BTreeMap::new(), |reader, place| reader.required_map(place))
    }

    /// Checks a constant that identifies this call.
    ///
    /// # Errors
    /// A different text or none, so the request is for another call.
    pub fn fixed(&mut self, name: &'static str, text: &str) -> Result<(), DecodeError> {
        let found = self.take(&Key::new(name));
        if found.and_then(Node::as_str) == Some(text) {
            return Ok(());
        }
        let found = found.map_or_else(|| "nothing".to_owned(), describe);
        self.reader.within(Step::Name(name), |reader| Err(reader.error(format!("{text:?}"), found)))
    }

    /// The node of a required field.
    pub(crate) fn node_of(&mut self, name: &Name) -> Result<Node<'r>, DecodeError> {
        let step = self.step(name);
        match self.find(name)? {
            Some(node) => Ok(node),
            None => self.reader.within(step, |reader| Err(reader.error("an object", "nothing"))),
        }
    }

    /// Whether there is an entry with one of these names.
    pub fn has_any(&self, names: &[&str]) -> bool {
        self.node.entries().any(|(key, _)| names.contains(&key))
    }

    /// Tries to read one variant of a group; if that fails, its entries are left for the next one.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        let (seen, spec) = (self.seen.clone(), self.reader.spec);
        let result = read(self);
        if result.is_err() {
            self.seen = seen;
            self.reader.spec = spec;
        }
        result
    }

    /// Reads items whose fields have composed keys: the reverse of `Object::spread_map`.
    pub fn gather_map<K: FromText + ToText + Ord, V: FromWire>(
        &mut self,
        template: &str,
    ) -> Result<BTreeMap<K, V>, DecodeError> {
        let mut map = BTreeMap::new();
        for (key, item) in self.gather(template, "{key}")? {
            // `01` is not accepted for 1, since a leading zero has another meaning.
            match K::from_text(&key).filter(|parsed| parsed.to_text() == key) {
                Some(parsed) => map.insert(parsed, item),
                None => return Err(self.reader.error(K::EXPECTED, format!("{key:?}"))),
            };
        }
        Ok(map)
    }

    /// Reads items whose fields have composed keys: the reverse of `Object::spread_list`.
    pub fn gather_list<V: FromWire>(&mut self, template: &str) -> Result<Vec<V>, DecodeError> {
        let mut items = Vec::new();
        for (key, item) in self.gather(template, "{index}")? {
            match u32::from_text(&key) {
                Some(index) => items.push((index, item)),
                None => return Err(self.reader.error("a number", format!("{key:?}"))),
            }
        }
        items.sort_by_key(|(index, _)| *index);
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    /// The items, each with the text that its keys have in the place of `hole`.
    fn gather<V: FromWire>(&mut self, template: &str, hole: &str) -> Result<Vec<(String, V)>, DecodeError> {
        let separator = template.replace("{field}", "").replace(hole, "");
        let mut groups: BTreeMap<String, Vec<(Cow<'static, str>, Value)>> = BTreeMap::new();
        for (position, (name, node)) in self.node.entries().enumerate() {
            if self.seen.has(position) {
                continue;
            }
            if let Some((field, key)) = name.rsplit_once(&separator) {
                self.seen.set(position);
                groups.entry(key.to_owned()).or_default().push((field.to_owned().into(), node.into()));
            }
        }
        let mut items = Vec::new();
        for (key, fields) in groups {
            // An item is read from a document, so its fields are written as a small one.
            let wrong = |what: String| DecodeError::new("request", key.clone(), "fields of one item", what);
            let bytes = hostkit_wire::write(Format::Json, &Value::Map(fields)).map_err(|e| wrong(e.to_string()))?;
            let limits = Limits::DEFAULT;
            let document = hostkit_wire::parse(Format::Json, &bytes, &limits).map_err(|e| wrong(e.to_string()))?;
            let mut inner = self.reader.inner(document.root());
            let item = V::from_wire(&mut inner)?;
            self.reader.report.merge(inner.report);
            items.push((key, item));
        }
        Ok(items)
    }
}
