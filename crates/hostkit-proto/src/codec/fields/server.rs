//! Accessors that only a server needs: constants, variants, composed keys.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hostkit_wire::{Format, Key, Limits, Node, Value};

use super::Fields;
use crate::codec::reader::{Step, describe};
use crate::codec::{DecodeError, FromText, FromWire, Name, ToText, tree};

impl<'t> Fields<'t, '_, '_> {
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
    pub(crate) fn node(&mut self, name: &Name) -> Result<Node<'t>, DecodeError> {
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
                groups.entry(key.to_owned()).or_default().push((field.to_owned().into(), tree::copy(node)));
            }
        }
        let mut items = Vec::new();
        for (key, fields) in groups {
            // An item is read from a document, so its fields are written as a small one.
            let wrong = |what: String| DecodeError::new("request", key.clone(), "fields of one item", what);
            let bytes = hostkit_wire::write(Format::Json, &Value::Map(fields)).map_err(|e| wrong(e.to_string()))?;
            let limits = Limits::DEFAULT;
            let document = hostkit_wire::parse(Format::Json, &bytes, &limits).map_err(|e| wrong(e.to_string()))?;
            items.push((key, self.reader.elsewhere(|reader| V::from_wire(document.root(), reader))?));
        }
        Ok(items)
    }
}
