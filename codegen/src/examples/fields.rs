//! The fields of an object in an example, looked up by their names in the format.

use std::collections::BTreeMap;

use hostkit_proto::Leniency;
use hostkit_proto::codec::{Filled, FromText, Names};
use hostkit_wire::{Format, Kind, Node};

use super::items::Items;
use super::scalar::Scalars;
use super::walk::Walker;
use crate::diagnostic::did_you_mean;
use crate::model::{Field, Total, Type, WireName};

/// What an answer says about the number of items of a list or map.
#[derive(Default)]
pub(super) struct Counted {
    /// Whether it says that there are none.
    is_nothing: bool,
}

/// An object that is being read.
#[derive(Clone)]
pub(super) struct Fields<'t> {
    pub(super) node: Node<'t>,
    seen: Vec<bool>,
    /// Intermediate objects on the paths of fields, and the key that a field has in each; several fields may share one.
    between: Vec<(Node<'t>, String)>,
    /// What stands in one of them under the key of another, which is there, too.
    twice: Vec<(String, Node<'t>)>,
}

impl<'t> Fields<'t> {
    /// Opens an object; reports a problem and returns `None` if the node is not one.
    pub(super) fn open(walker: &mut Walker<'_>, node: Node<'t>) -> Option<Self> {
        if !Leniency::is_object(node) {
            walker.expected("an object", node);
            return None;
        }
        Some(Self { node, seen: vec![false; node.entries().count()], between: Vec::new(), twice: Vec::new() })
    }

    /// Takes the entry with this key.
    pub(super) fn take(&mut self, key: &str) -> Option<Node<'t>> {
        let found = self.node.entries().position(|(name, _)| name == key)?;
        self.mark(found);
        self.node.entries().nth(found).map(|(_, node)| node)
    }

    fn mark(&mut self, position: usize) {
        if let Some(seen) = self.seen.get_mut(position) {
            *seen = true;
        }
    }

    /// Marks every entry as known, for types that keep the whole object.
    pub(super) fn keep_all(&mut self) {
        self.seen.fill(true);
    }

    /// Number of entries that no field has taken, in the objects on the paths of fields, too.
    pub(super) fn untaken(&self) -> usize {
        let between = self.between.iter().enumerate().filter(|(position, (object, _))| {
            self.between.iter().take(*position).all(|(other, _)| other.index() != object.index())
        });
        let untaken = between.flat_map(|(_, (object, _))| {
            let looked_up =
                |key: &str| self.between.iter().any(|(other, own)| other.index() == object.index() && own == key);
            object.entries().filter(move |(key, _)| !looked_up(key))
        });
        self.seen.iter().filter(|seen| !**seen).count() + untaken.count()
    }

    /// Takes the remaining entries whose keys `wants` accepts.
    pub(super) fn rest(&mut self, wants: impl Fn(&str) -> bool) -> Vec<(&'t str, Node<'t>)> {
        let mut rest = Vec::new();
        for (position, (name, node)) in self.node.entries().enumerate() {
            if !self.seen.get(position).copied().unwrap_or(true) && wants(name) {
                self.mark(position);
                rest.push((name, node));
            }
        }
        rest
    }

    fn path<'n>(&self, name: &'n WireName) -> &'n [String] {
        if self.node.format() == Format::Xml { &name.xml } else { &name.json }
    }

    /// What stands below a node of this object.
    pub(super) fn descend(&mut self, mut node: Node<'t>, rest: &[String]) -> Option<Node<'t>> {
        for key in rest {
            self.between.push((node, key.clone()));
            self.once(node, key);
            node = node.get(key)?;
        }
        Some(node)
    }

    /// Notes a second entry under a key on the path of a field: a reader could take either.
    fn once(&mut self, object: Node<'t>, key: &str) {
        let second = object.entries().filter(|(name, _)| *name == key).nth(1).map(|(_, node)| node);
        if let Some(second) =
            second.filter(|second| self.twice.iter().all(|(_, known)| known.index() != second.index()))
        {
            self.twice.push((key.to_owned(), second));
        }
    }

    fn find(&mut self, name: &WireName) -> Option<Node<'t>> {
        let (first, rest) = self.path(name).split_first()?;
        if let Some(node) = self.take(first)
            && let Some(found) = self.descend(node, rest)
        {
            return Some(found);
        }
        name.also.iter().find_map(|alias| self.take(alias))
    }

    /// Whether nothing stands in the object in which a field would be the last step of its path.
    pub(super) fn lacks(&mut self, name: &WireName) -> bool {
        let (steps, before) = (self.path(name).len(), self.between.len());
        if steps < 2 || self.find(name).is_some() {
            return false;
        }
        let is_reached = self.between.len() + 1 == before + steps;
        is_reached && self.between.last().is_some_and(|(object, _)| Leniency::is_nothing(*object))
    }

    /// Reads every field of a struct.
    pub(super) fn fields(&mut self, walker: &mut Walker<'_>, fields: &[Field]) {
        let in_body = fields.iter().filter(|field| field.is_in_object());
        let (made, plain): (Vec<&Field>, Vec<&Field>) = in_body.partition(|field| field.names().is_some());
        plain.into_iter().for_each(|field| self.field(walker, field));
        made.into_iter().for_each(|field| self.gather(walker, field));
    }

    pub(super) fn field(&mut self, walker: &mut Walker<'_>, field: &Field) {
        walker.limited(field, |walker| self.read_field(walker, field));
    }

    fn read_field(&mut self, walker: &mut Walker<'_>, field: &Field) {
        let total = self.total(walker, field.total());
        if field.is_required() {
            if self.required(walker, &field.ty, &field.name, field.wire(), &total) {
                walker.shown.push(field.surface.wire.span.clone());
            }
        } else {
            self.optional(walker, &field.ty, &field.name, field.wire(), &total);
        }
    }

    /// What the answer says about the number of items.
    pub(super) fn total(&mut self, walker: &mut Walker<'_>, total: Option<Total>) -> Counted {
        let Some(total) = total else { return Counted::default() };
        let found = self.find(&total.name).map(|node| walker.unwrapped(&Type::Uint, node));
        let found = found.filter(|node| !walker.scalars().is_absent(&Type::Uint, *node));
        let mut is_nothing = false;
        if let Some(node) = found {
            walker.value(&Type::Uint, node);
            walker.shown.push(total.place);
            is_nothing = Leniency::scalar_text(node).and_then(u64::from_text) == Some(0);
        }
        Counted { is_nothing }
    }

    /// Returns whether it is there.
    pub(super) fn required(
        &mut self,
        walker: &mut Walker<'_>,
        ty: &Type,
        name: &WireName,
        step: &str,
        total: &Counted,
    ) -> bool {
        match ty {
            Type::List(item) => match self.items(walker, name) {
                found if total.is_nothing && found.is_nothing() => return false,
                Items::Absent => {
                    walker.missing(step, self.node.offset());
                    return false;
                }
                found => walker.within(step, |walker| found.read(walker, item)),
            },
            ty => match self.find(name) {
                found if total.is_nothing && found.is_none_or(Leniency::is_nothing) => return false,
                Some(node) => walker.within(step, |walker| walker.value(ty, node)),
                None => {
                    walker.missing(step, self.node.offset());
                    return false;
                }
            },
        }
        true
    }

    pub(super) fn optional(
        &mut self,
        walker: &mut Walker<'_>,
        ty: &Type,
        name: &WireName,
        step: &str,
        total: &Counted,
    ) {
        match ty {
            Type::List(item) => {
                let found = self.items(walker, name);
                if total.is_nothing && found.is_nothing() {
                    return;
                }
                walker.within(step, |walker| found.read(walker, item));
            }
            ty => {
                let Some(node) = self.find(name) else { return };
                walker.within(step, |walker| {
                    let node = walker.unwrapped(ty, node);
                    let is_absent = !matches!(ty, Type::Map(..)) && walker.scalars().is_absent(ty, node)
                        || total.is_nothing && Leniency::is_nothing(node);
                    if !is_absent {
                        walker.value(ty, node);
                    }
                });
            }
        }
    }

    /// Finds the items of a list.
    fn items(&mut self, walker: &mut Walker<'_>, name: &WireName) -> Items<'t> {
        if self.node.format() != Format::Xml {
            return match self.find(name) {
                Some(node) if let Some(key) = &name.item => Items::Wrapped(node, key.clone()),
                Some(node) => Items::In(node, name.xml.get(1..).and_then(|rest| rest.last()).cloned()),
                None if self.wraps_nothing(walker, name) => Items::Elements(Vec::new()),
                None => Items::Absent,
            };
        }
        // In XML the items are all elements with the last name of the path, wherever in their parent they are.
        let Some((last, parents)) = name.xml.split_last() else {
            return Items::Absent;
        };
        let mut parent = None;
        for (depth, key) in parents.iter().enumerate() {
            let node = match parent {
                None => self.take(key),
                Some(parent) => {
                    self.once(parent, key);
                    Node::get(parent, key)
                }
            };
            if let (Some(node), Some(next)) = (node, name.xml.get(depth + 1)) {
                self.between.push((node, next.clone()));
            }
            match node {
                Some(node) => parent = Some(node),
                None if self.wraps_nothing(walker, name) => return Items::Elements(Vec::new()),
                None => return Items::Absent,
            }
        }
        let mut nodes = Vec::new();
        match parent {
            Some(parent) => {
                nodes.extend(parent.entries().filter(|(key, _)| key == last).map(|(_, node)| node));
                if !matches!(parent.kind(), Kind::Map | Kind::Null) {
                    walker.unknown("$text", parent, false, None);
                }
            }
            None => {
                for (position, (key, node)) in self.node.entries().enumerate() {
                    if key == last {
                        self.mark(position);
                        nodes.push(node);
                    }
                }
                if nodes.is_empty() {
                    return Items::Absent;
                }
            }
        }
        Items::Elements(nodes)
    }

    /// Whether the list's outermost wrapper is there but empty: `{"backups":[]}` for `backups/backup`.
    fn wraps_nothing(&self, walker: &Walker<'_>, name: &WireName) -> bool {
        let wrapper = match self.path(name) {
            [first, _, ..] => self.node.get(first),
            _ => None,
        };
        wrapper.is_some_and(|wrapper| walker.model.service.lenient.wraps_nothing(wrapper))
    }

    /// Reads a value whose parts have made names.
    pub(super) fn gather(&mut self, walker: &mut Walker<'_>, field: &Field) {
        let Some(names) = field.names() else { return };
        let (key, item) = match &field.ty {
            Type::Map(key, item) => (Some(&**key), &**item),
            Type::List(item) => (None, &**item),
            item => (None, item),
        };
        let known = walker.model.fields(item).unwrap_or_default();
        let wires: Vec<&str> = known.iter().map(Field::wire_in_json).collect();
        let mut items: BTreeMap<&str, Vec<(&str, Node<'_>)>> = BTreeMap::new();
        let scalars = walker.scalars();
        let is_made = |name: &str| filled(names, &wires, name).is_some_and(|filled| is_key(scalars, key, filled.item));
        for (name, node) in self.rest(is_made) {
            if let Some(filled) = filled(names, &wires, name) {
                items.entry(filled.item).or_default().push((filled.field, node));
            }
        }
        if items.is_empty() && field.is_required() {
            walker.missing(field.wire(), self.node.offset());
        }
        for (made, parts) in items {
            for (inner, node) in &parts {
                match known.iter().find(|field| field.wire_in_json() == *inner) {
                    Some(field) if node.kind() == Kind::Null && !field.is_required() => {}
                    Some(field) => walker.within(*inner, |walker| walker.value(&field.ty, *node)),
                    None => walker.within(made, |walker| walker.value(item, *node)),
                }
            }
            let is_whole = parts.iter().any(|(inner, _)| inner.is_empty());
            for field in known.iter().filter(|field| field.is_required() && !is_whole) {
                if !parts.iter().any(|(inner, _)| field.wire_in_json() == *inner) {
                    walker.missing(field.wire(), self.node.offset());
                }
            }
            if !is_whole {
                let is_given = |field: &Field| parts.iter().any(|(inner, _)| field.wire_in_json() == *inner);
                walker.choices(known, self.node, |_, field| is_given(field));
            }
        }
    }

    /// Reports the entries that no field has taken.
    pub(super) fn finish(self, walker: &mut Walker<'_>, known: &[Field]) {
        for (position, (object, _)) in self.between.iter().enumerate() {
            let is_same = |(other, _): &&(Node<'_>, String)| other.index() == object.index();
            if self.between.iter().take(position).any(|other| is_same(&other)) {
                continue;
            }
            let looked_up: Vec<&String> = self.between.iter().filter(is_same).map(|(_, key)| key).collect();
            for (key, node) in object.entries().filter(|(key, _)| !looked_up.iter().any(|known| known == key)) {
                let near = did_you_mean(key, looked_up.iter().map(|known| known.as_str())).map(str::to_owned);
                walker.unknown(key, node, false, near);
            }
        }
        for (key, node) in &self.twice {
            walker.unknown(key, *node, true, None);
        }
        let is_top = self.node.index() == walker.top;
        let entries: Vec<(&str, Node<'_>)> = self.node.entries().collect();
        for ((key, node), seen) in entries.iter().zip(&self.seen) {
            if *seen || is_top && walker.envelope.iter().any(|name| name == key) {
                continue;
            }
            let is_double = entries.iter().filter(|(name, _)| name == key).count() > 1
                && entries.iter().zip(&self.seen).any(|((name, _), seen)| name == key && *seen);
            let names = known.iter().flat_map(|field| self.path(&field.name).first());
            let near = did_you_mean(key, names.map(String::as_str)).map(str::to_owned);
            walker.unknown(key, *node, is_double, near);
        }
    }
}

fn filled<'n>(names: Names<'_>, wires: &[&'n str], name: &'n str) -> Option<Filled<'n>> {
    names.read(name, wires.iter().copied())
}

/// Whether a text in a name is a key of this map; other values have none.
fn is_key(scalars: Scalars<'_>, key: Option<&Type>, item: &str) -> bool {
    key.is_none_or(|key| scalars.fits(key, item))
}
