//! Maps: objects whose keys are data.

use std::collections::BTreeMap;

use hostkit_wire::Node;

use super::Fields;
use crate::codec::reader::Step;
use crate::codec::{DecodeError, FromText, FromWire, Name, Reader};
use crate::leniency::MapShape;

impl Fields<'_, '_, '_> {
    /// Decodes an optional map, empty if absent. An unreadable one is empty too and reported as a defect.
    pub fn map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        let Some(node) = self.find(name)? else {
            return Ok(BTreeMap::new());
        };
        let (step, spec) = (self.step(name), self.reader.spec);
        match self.reader.within(step, |reader| read_map(node, reader)) {
            Ok(map) => Ok(map),
            Err(error) => {
                self.defect(error, spec)?;
                Ok(BTreeMap::new())
            }
        }
    }

    /// Decodes a required map.
    pub fn required_map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        let step = self.step(name);
        match self.find(name)? {
            None => self.reader.within(step, |reader| Err(reader.error("a map", "nothing"))),
            Some(node) => self.reader.within(step, |reader| read_map(node, reader)),
        }
    }
}

fn read_map<K: FromText + Ord, V: FromWire>(
    node: Node<'_>,
    reader: &mut Reader<'_>,
) -> Result<BTreeMap<K, V>, DecodeError> {
    let mut map = BTreeMap::new();
    match reader.leniency.map(node) {
        Some(MapShape::Entries) => {
            for (key, value) in node.entries() {
                let Some(parsed) = K::from_text(key) else {
                    return Err(reader.error(format!("{} as a key", K::EXPECTED), format!("{key:?}")));
                };
                let value = reader.within_key(key, |reader| V::from_wire(value, reader))?;
                if map.insert(parsed, value).is_some() {
                    return Err(reader.error("each key once", format!("{key:?} twice")));
                }
            }
            Ok(map)
        }
        Some(MapShape::Positions) => {
            for (index, value) in node.items().enumerate() {
                let Some(key) = K::from_text(&index.to_string()) else {
                    return Err(reader.expected("a map", node));
                };
                let value = reader.within(Step::Index(index), |reader| V::from_wire(value, reader))?;
                map.insert(key, value);
            }
            Ok(map)
        }
        Some(MapShape::Nothing) => Ok(map),
        None => Err(reader.expected("a map", node)),
    }
}

impl<K: FromText + Ord, V: FromWire> FromWire for BTreeMap<K, V> {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_map(node, reader)
    }
}
