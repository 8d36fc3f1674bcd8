//! Maps: objects whose keys are data.

use std::collections::BTreeMap;

use hostkit_wire::{Irregular, Node};

use crate::codec::reader::{At, Step};
use crate::codec::{DecodeError, Field, FromText, FromWire, Names, Reader, Report, ToText, is_key};
use crate::leniency::MapShape;

impl<'r> Reader<'r> {
    /// Decodes an optional map, empty if absent. An unreadable one is empty too and reported as left out.
    pub fn map<K: FromText + Ord, V: FromWire>(&mut self, place: &mut BTreeMap<K, V>) -> Result<(), DecodeError> {
        let spec = self.spec;
        match self.required_map(place) {
            Ok(()) => Ok(()),
            Err(error) => {
                place.clear();
                self.items = None;
                self.defect_of(error, spec, Report::add_left_out)
            }
        }
    }

    /// Decodes the entries of this object whose names are of a template, as a map. Where none of them can be read, it is
    /// empty and reported as left out.
    pub fn made_map<K: FromText + ToText + Ord, V: FromWire>(
        &mut self,
        place: &mut BTreeMap<K, V>,
        names: &Names<'_>,
    ) -> Result<(), DecodeError> {
        let (node, spec, mut unreadable) = (self.node().ok_or(Irregular)?, self.spec, None);
        for (name, value) in node.entries() {
            let key = names.read(name, []).filter(|filled| is_key::<K>(filled.item));
            let Some(key) = key.and_then(|filled| K::from_text(filled.item)) else { continue };
            match self.within_node(Step::Key(name), value, Reader::value::<V>) {
                Ok(value) => {
                    if place.insert(key, value).is_some() {
                        return Err(self.error("each key once", format!("{name:?} twice")));
                    }
                }
                Err(error) => {
                    self.spec = spec;
                    self.leave_out(error, &mut unreadable)?;
                }
            }
        }
        match self.finish_items(unreadable, !place.is_empty()) {
            Ok(()) => Ok(()),
            Err(error) => self.defect_of(error, spec, Report::add_left_out),
        }
    }

    /// Decodes a required map.
    pub fn required_map<K: FromText + Ord, V: FromWire>(
        &mut self,
        place: &mut BTreeMap<K, V>,
    ) -> Result<(), DecodeError> {
        match self.at {
            At::Node(node) => self.read_map(place, node),
            At::Body(_) => self.map_in_body(place),
            At::Items(_) => Err(Irregular.into()),
        }
    }

    fn read_map<K: FromText + Ord, V: FromWire>(
        &mut self,
        map: &mut BTreeMap<K, V>,
        node: Node<'r>,
    ) -> Result<(), DecodeError> {
        match self.leniency.map(node) {
            Some(MapShape::Entries) => {
                let (spec, mut unreadable) = (self.spec, None);
                for (key, value) in node.entries() {
                    let Some(parsed) = K::from_text(key) else {
                        let error = self.error(format!("{} as a key", K::EXPECTED), format!("{key:?}"));
                        self.leave_out(error, &mut unreadable)?;
                        continue;
                    };
                    let value = match self.within_node(Step::Key(key), value, Reader::value::<V>) {
                        Ok(value) => value,
                        Err(error) => {
                            self.spec = spec;
                            self.leave_out(error, &mut unreadable)?;
                            continue;
                        }
                    };
                    if map.insert(parsed, value).is_some() {
                        return Err(self.error("each key once", format!("{key:?} twice")));
                    }
                }
                self.items = Some(node.entries().count());
                self.finish_items(unreadable, !map.is_empty())
            }
            Some(MapShape::Nothing) => {
                self.items = Some(0);
                Ok(())
            }
            None => Err(self.expected_at("a map", node)),
        }
    }
}

impl<K: FromText + Ord, V: FromWire> FromWire for BTreeMap<K, V> {
    const FIELDS: &'static [Field] = V::FIELDS;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::new();
        reader.required_map(&mut map)?;
        Ok(map)
    }

    fn blank() -> Self {
        Self::new()
    }
}
