//! Values read directly from the body, without a tree: what nearly all answers are read by.
//!
//! Whatever is not plainly right ends as [`Irregular`], and the answer is read again from the tree, which has every
//! rule, report and error. So what is read here has to be what the tree gives, and nothing here has a text for an error.
//!
//! Each key is met once, in the order of the document. The field that is expected next is compared in place; which one
//! that is, is learnt from the objects before.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hostkit_wire::{Cursor, EntryKey, Format, Frame, Irregular, Kind, NextKey};

use super::fill::{FIELDS, Field, Fields, Table};
use super::reader::{At, Reader, Step};
use super::{DecodeError, FromText, FromWire};
use crate::codec::UnknownFields;
use crate::leniency::{Leniency, is_position};
use crate::word::Word;

/// Keys of an envelope that are noted.
const NOTED: usize = 8;
/// Places in an order, more than a table has fields.
const PLACES: usize = 2 * FIELDS;
/// Changes of an order that are learnt, beyond one in four fields.
const CHANGES: i64 = 64;
/// Steps of the path to an item of a list that stands directly under a key of the document.
const LIST_IN_ROOT: usize = 3;
/// Fields whose keys are compared one by one sooner than a hash of the key is made.
const FEW_FIELDS: usize = 4;
/// Items that a list within an item has room for at first, as a `Vec` that grows by itself.
const FIRST_INNER_ITEMS: usize = 4;
/// Items that other lists have room for at first. They are large, and often few.
const FIRST_ITEMS: usize = 2;
/// Bytes that may be reserved for each byte of the body that is left.
const RESERVED: usize = 4;

/// The reading of one value.
type Read = Result<(), DecodeError>;

/// Reads the field with this index.
type ReadField<'f> = dyn FnMut(usize, &mut Reader<'_>) -> Read + 'f;

/// What was learnt about the order of each table's fields.
#[derive(Debug, Default)]
pub(super) struct Orders {
    known: Vec<Known>,
    /// Where the next table is likely to be: items of a list have objects of the same types in the same order.
    next: usize,
    /// Whether each object has an order of its own, so that none is worth learning.
    are_random: bool,
}

/// The order of one table.
#[derive(Debug)]
struct Known {
    /// The address of its fields.
    fields: usize,
    learnt: Option<Learnt>,
    /// Four for each field that came in another place than before, less one for each that could have.
    changes: i64,
}

/// The first item of a list in which orders are learnt: further objects of its kinds are likely then.
const LEARNING: usize = 2;

/// The field that came behind each one, in the object before; the first is the one at the start.
type Learnt = Box<[u8; PLACES]>;

/// The order of the table itself.
const IN_ORDER: [u8; PLACES] = {
    let (mut order, mut place) = ([0; PLACES], 0);
    while place < PLACES {
        order[place] = place as u8;
        place += 1;
    }
    order
};

/// The order of a table's fields while an object is read.
#[derive(Debug)]
struct Order {
    /// That of the table, if nothing else was learnt.
    learnt: Option<Learnt>,
    /// Fields that came in another place than before.
    changes: u32,
    /// Its number among all orders.
    number: u32,
}

impl Orders {
    /// The order for an object with this table.
    #[inline]
    fn take(&mut self, table: &Table) -> Order {
        if self.are_random {
            return Order::OF_THE_TABLE;
        }
        let fields = table.fields.as_ptr().addr();
        let is_next = self.known.get(self.next).is_some_and(|known| known.fields == fields);
        let place = if is_next { self.next } else { self.find(fields) };
        self.next = place + 1;
        match self.known.get_mut(place) {
            Some(known) => {
                known.changes -= table.fields.len() as i64;
                Order { learnt: known.learnt.take(), changes: 0, number: place as u32 }
            }
            None => Order::OF_THE_TABLE,
        }
    }

    /// The place of the order of these fields.
    #[inline(never)]
    fn find(&mut self, fields: usize) -> usize {
        if let Some(place) = self.known.iter().position(|known| known.fields == fields) {
            return place;
        }
        if self.known.is_empty() {
            self.known.reserve(8);
        }
        self.known.push(Known { fields, learnt: None, changes: 0 });
        self.known.len() - 1
    }

    /// Keeps an order for the next object.
    #[inline]
    fn keep(&mut self, order: Order) {
        if let (Some(known), true) = (self.known.get_mut(order.number as usize), order.learnt.is_some()) {
            known.learnt = order.learnt;
            known.changes += 4 * i64::from(order.changes);
            self.are_random |= known.changes > 4 * CHANGES;
        }
    }
}

impl Order {
    /// The order of the table, which is not learnt.
    const OF_THE_TABLE: Self = Self { learnt: None, changes: 0, number: u32::MAX };

    /// The field that is expected behind this place: 0 is the start, 1 stands behind the first field.
    #[inline(always)]
    fn next(&self, place: usize) -> usize {
        self.learnt.as_ref().map_or(place, |learnt| usize::from(learnt[place % PLACES]))
    }

    #[inline]
    fn learn(&mut self, place: usize, field: usize) {
        if self.number != u32::MAX && self.next(place) != field {
            self.learn_first(place, field);
        }
    }

    #[inline(never)]
    fn learn_first(&mut self, place: usize, field: usize) {
        self.changes += 1;
        self.learnt.get_or_insert_with(|| Box::new(IN_ORDER))[place % PLACES] = field as u8;
    }
}

/// The texts that an answer has at its top under the keys of the envelope.
#[derive(Debug, Default)]
pub(crate) struct Notes<'r>([Note<'r>; NOTED]);

/// What stands under one key of the envelope.
#[derive(Debug, Default)]
pub(crate) enum Note<'r> {
    #[default]
    Nothing,
    /// Null, or something empty.
    Empty,
    /// A list or an object with something in it.
    Data,
    Flag(bool),
    Number(Cow<'r, str>),
    Text(Cow<'r, str>),
}

impl<'r> Notes<'r> {
    /// What stands under a key of this envelope.
    pub(crate) fn at(&self, envelope: &[&str], key: &str) -> Option<&Note<'r>> {
        self.0.get(envelope.iter().position(|known| *known == key)?)
    }
}

impl Note<'_> {
    /// Whether the key is not there.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Whether it says nothing, in a place where a code would stand.
    pub(crate) fn is_no_code(&self, none: &[&str]) -> bool {
        match self {
            Self::Nothing | Self::Empty | Self::Flag(false) => true,
            Self::Text(text) | Self::Number(text) => text.is_empty() || none.contains(&text.as_ref()),
            Self::Flag(true) | Self::Data => false,
        }
    }

    /// Whether this word stands there.
    pub(crate) fn is(&self, word: Word<'_>) -> bool {
        match (self, word) {
            (Self::Text(found), Word::Text(text)) => found == text,
            (Self::Number(found), Word::Number(number)) => found == number,
            (Self::Flag(found), Word::Flag(flag)) => *found == flag,
            _ => false,
        }
    }
}

/// What a key of an object is.
enum Found {
    Field(usize),
    /// The first key of the paths of several fields; the first of them.
    Group(usize),
    Unknown,
}

/// The fields of one object that were met.
#[derive(Debug, Default, Clone, Copy)]
struct Met {
    fields: Fields,
    groups: Fields,
    unknown_attribute: bool,
    has_entries: bool,
    /// How many items a list or map has, and how many the answer says that there are.
    items: Option<usize>,
    total: Option<u64>,
}

impl Met {
    /// Notes a field. Only the elements of a list may come again.
    #[inline]
    fn field(&mut self, index: usize, may_repeat: bool) -> Result<(), Irregular> {
        if self.fields.insert(index) || may_repeat { Ok(()) } else { Err(Irregular) }
    }
}

/// An object that is being read.
struct Open {
    frame: Frame,
    met: Met,
    order: Order,
    /// The place in the order: behind the field that was read last.
    place: usize,
    /// Whether it is the document itself, which has the keys of the envelope.
    is_top: bool,
}

impl<'r> Reader<'r> {
    #[inline(always)]
    fn cursor(&mut self) -> Result<&mut Cursor<'r>, Irregular> {
        match &mut self.at {
            At::Body(cursor) => Ok(cursor),
            At::Node(_) | At::Items(_) => Err(Irregular),
        }
    }

    /// Whether everything was read, and all of it is reported.
    pub(crate) fn is_finished(&self) -> bool {
        match &self.at {
            At::Body(cursor) => cursor.end().is_ok() && self.report.is_complete(),
            At::Node(_) | At::Items(_) => true,
        }
    }

    /// Reads the fields of an object.
    pub(super) fn object_in_body(&mut self, table: &Table, read: &mut ReadField<'_>) -> Read {
        match self.cursor()?.format() {
            Format::Json => self.object_of::<Json>(table, read),
            Format::Php => self.object_of::<Php>(table, read),
            _ => self.object_of::<Xml>(table, read),
        }
    }

    #[inline(always)]
    fn object_of<S: Syntax>(&mut self, table: &Table, read: &mut ReadField<'_>) -> Read {
        let is_top = self.is_at_top();
        let cursor = self.cursor()?;
        let start = if table.is_plain { (0, false) } else { Self::unusual_object::<S>(table, cursor, is_top)? };
        // Entered where it stands: an object that is moved costs as much as a field.
        let (frame, order) = (Frame::OBJECT, Order::OF_THE_TABLE);
        let mut open = Open { frame, met: Met::default(), order, place: 0, is_top };
        if !S::enter(cursor, &mut open.frame)? {
            return self.finish_in_body(table, &open.met, start, read);
        }
        if self.has_repeats {
            open.order = self.orders.take(table);
        }
        let depth = self.enter_path();
        let is_direct = table.total.is_none() && (!is_top || self.envelope.is_empty());
        while !(is_direct && self.direct_fields::<S>(table, &mut open, read)?)
            && self.cursor()?.next(&mut open.frame)?
        {
            self.any_entry(table, &mut open, read)?;
        }
        self.path.truncate(depth);
        if self.has_repeats {
            self.orders.keep(open.order);
        }
        self.finish_in_body(table, &open.met, start, read)
    }

    /// Where an object starts that is kept as received, and whether it is an element, in front of it.
    #[inline(never)]
    fn unusual_object<S: Syntax>(table: &Table, cursor: &Cursor<'_>, is_top: bool) -> Result<(usize, bool), Irregular> {
        if table.has_wrappers
            || table.has_made
            || table.total.is_some_and(|(_, name)| !name.parts(S::IS_XML).1.is_empty())
        {
            return Err(Irregular);
        }
        if table.raw.is_some() { Ok((cursor.start()?, S::IS_XML && !is_top)) } else { Ok((0, false)) }
    }

    /// Reads any entry, from its key on.
    #[inline(never)]
    fn any_entry(&mut self, table: &Table, open: &mut Open, read: &mut ReadField<'_>) -> Read {
        let envelope = if open.is_top { self.envelope } else { &[] };
        let cursor = self.cursor()?;
        let format = cursor.format();
        let (list, total) = match &table.total {
            Some((list, name)) => (Some(*list), name.first(format)),
            None => (None, ""),
        };
        let key = cursor.key()?;
        let found = find(table, format, open.order.next(open.place), key);
        let EntryKey { text, is_attribute } = key;
        if let Some(position) = envelope.iter().position(|key| *key == text) {
            let is_field = !matches!(found, Found::Unknown);
            self.note(position, is_field)?;
            if !is_field {
                return Ok(());
            }
        }
        open.met.has_entries = true;
        let is_total = if is_attribute { total.strip_prefix('@') == Some(text) } else { total == text };
        if list.is_some() && is_total && matches!(found, Found::Unknown) {
            let number = self.plain_number::<u64>().ok_or(Irregular)?;
            // There twice.
            return if open.met.total.replace(number).is_some() { Err(Irregular.into()) } else { Ok(()) };
        }
        match found {
            // A key without letters is the name of no field.
            Found::Field(_) if text.is_empty() => Err(Irregular.into()),
            Found::Field(index) => {
                let field = &table.fields[index];
                open.met.field(index, format == Format::Xml && field.is_list())?;
                open.order.learn(open.place, index);
                open.place = index + 1;
                self.field = Some(field);
                read(index, self)?;
                if list == Some(index) {
                    open.met.items = self.items;
                }
                Ok(())
            }
            Found::Group(index) => {
                open.order.learn(open.place, index);
                if !open.met.groups.insert(index) {
                    return Err(Irregular.into());
                }
                self.group(table, index, &[], &mut open.met, read)?;
                open.place = self.last_of_group(table, index) + 1;
                Ok(())
            }
            Found::Unknown => {
                let is_ignored =
                    |path: &&str| if is_attribute { path.strip_prefix('@') == Some(text) } else { *path == text };
                if open.is_top && self.leniency.ignore.iter().any(is_ignored) {
                    return Ok(self.cursor()?.skip()?);
                }
                // Of several unknown attributes, two may be one.
                if is_attribute && std::mem::replace(&mut open.met.unknown_attribute, true) {
                    return Err(Irregular.into());
                }
                if table.raw.is_none() {
                    self.unknown_in_body(text, is_attribute)?;
                }
                Ok(self.cursor()?.skip()?)
            }
        }
    }

    /// Reads fields as long as their values stand directly under their keys, which is the usual way, in any order; whether
    /// the object was passed then.
    #[inline(always)]
    fn direct_fields<S: Syntax>(
        &mut self,
        table: &Table,
        open: &mut Open,
        read: &mut ReadField<'_>,
    ) -> Result<bool, DecodeError> {
        // What changes with each field is kept in registers, so fields from the 65th on are any entries.
        let fields = table.fields.get(..u64::BITS as usize).unwrap_or(table.fields);
        let (mut met, mut place) = (open.met.fields.first_word(), open.place);
        loop {
            let At::Body(cursor) = &mut self.at else { return Err(Irregular.into()) };
            let mut index = open.order.next(place);
            let field = match fields.get(index) {
                Some(field) if S::next_is(cursor, &mut open.frame, field) => field,
                Some(field) if S::next_is_around(cursor, &mut open.frame, field, table) => {
                    if !open.met.groups.insert(index) {
                        return Err(Irregular.into());
                    }
                    open.met.fields.set_first_word(met);
                    self.group(table, index, &[], &mut open.met, read)?;
                    met = open.met.fields.first_word();
                    place = index + 1;
                    continue;
                }
                _ => {
                    let is_passed = S::leave(cursor, &open.frame)?;
                    let found = if is_passed {
                        None
                    } else {
                        another_field::<S>(cursor, &mut open.frame, fields, table, index)
                    };
                    let Some((found, field)) = found else {
                        open.met.fields.set_first_word(met);
                        open.place = place;
                        return Ok(is_passed);
                    };
                    open.order.learn(place, found);
                    index = found;
                    field
                }
            };
            let bit = 1 << index;
            // Only the elements of a list may come again.
            if met & bit != 0 && !(S::IS_XML && field.is_list()) {
                return Err(Irregular.into());
            }
            met |= bit;
            place = index + 1;
            self.field = Some(field);
            read(index, self)?;
        }
    }

    /// Whether the value that is read is the whole document.
    #[inline]
    pub(super) fn is_at_top(&self) -> bool {
        self.path.len() == 1 && self.field.is_none()
    }

    /// Adds the field whose value is read to the path, before what is below it; returns the length of the path.
    #[inline]
    fn enter_path(&mut self) -> usize {
        let depth = self.path.len();
        if let Some(field) = self.field.take() {
            self.path.push(Step::Name(field.name.first(self.format())));
        }
        depth
    }

    #[inline]
    fn step_to(&mut self, step: Step<'r>) {
        if let Some(last) = self.path.last_mut() {
            *last = step;
        }
    }

    /// Checks that all is there that has to be, and keeps the object as received where that is asked for.
    fn finish_in_body(&mut self, table: &Table, met: &Met, start: (usize, bool), read: &mut ReadField<'_>) -> Read {
        let is_another = met.has_entries && met.fields.is_empty() && met.groups.is_empty() && table.raw.is_none();
        // A list or map that is a part, or not there, is read from the tree.
        let is_whole = met.total.is_none_or(|total| met.items.is_some_and(|items| items as u64 == total));
        if !met.fields.has_all(table.required) || is_another || !is_whole {
            return Err(Irregular.into());
        }
        match table.raw {
            Some(index) => {
                self.object_start = start;
                read(index, self)
            }
            None => Ok(()),
        }
    }

    fn last_of_group(&self, table: &Table, index: usize) -> usize {
        let format = self.format();
        let first = table.fields[index].name.first(format);
        table.fields.iter().rposition(|field| field.name.first(format) == first).unwrap_or(index)
    }

    /// Reads the fields whose paths start with the keys of this one: the first, and those below it.
    #[inline(never)]
    fn group(
        &mut self,
        table: &Table,
        first: usize,
        inner: &'static [&'static str],
        met: &mut Met,
        read: &mut ReadField<'_>,
    ) -> Read {
        let fields = table.fields;
        let group = &fields[first];
        let cursor = self.cursor()?;
        let format = cursor.format();
        let below = |field: &Field| -> Option<&'static [&'static str]> {
            let rest = field.name.rest(format);
            let is_below = field.name.first(format) == group.name.first(format) && rest.starts_with(inner);
            if is_below { rest.get(inner.len()..).filter(|rest| !rest.is_empty()) } else { None }
        };
        if format == Format::Xml {
            // A wrapper without elements is an empty list.
            for (index, field) in fields.iter().enumerate() {
                if field.is_list() && below(field).is_some_and(|rest| rest.len() == 1) {
                    met.fields.insert(index);
                }
            }
        }
        if format != Format::Xml && cursor.kind() != Some(Kind::Map) {
            return Err(Irregular.into());
        }
        let mut frame = match cursor.enter_object()? {
            Some(frame) => frame,
            None => {
                // Whatever is wrapped deeper is empty, too.
                for (index, field) in fields.iter().enumerate() {
                    if field.is_list() && below(field).is_some() {
                        met.fields.insert(index);
                    }
                }
                return Ok(());
            }
        };
        // Fields of this group that were met in it, which the mark of a list above does not say.
        let mut here = Met::default();
        let mut wrappers: Vec<&'static str> = Vec::new();
        // Most groups are a list of elements.
        if let (Format::Xml, true, Some([key])) = (format, group.is_list(), below(group)) {
            while table.total.is_none() && self.cursor()?.xml_next_is(&mut frame, key) {
                here.fields.insert(first);
                self.field = Some(group);
                read(first, self)?;
            }
        }
        loop {
            let cursor = self.cursor()?;
            if !cursor.next(&mut frame)? {
                break;
            }
            let EntryKey { text, is_attribute } = cursor.key()?;
            let is_it = |key: &str| if is_attribute { key.strip_prefix('@') == Some(text) } else { key == text };
            let is_next = |rest: &[&'static str]| rest.first().is_some_and(|key| is_it(key));
            let mut matching = fields.iter().enumerate();
            let matching =
                matching.find_map(|(index, field)| below(field).filter(|rest| is_next(rest)).map(|rest| (index, rest)));
            match matching {
                Some((index, [_])) => {
                    let field = &fields[index];
                    here.field(index, format == Format::Xml && field.is_list())?;
                    if !field.is_list() {
                        met.field(index, false)?;
                    }
                    met.fields.insert(index);
                    self.field = Some(field);
                    read(index, self)?;
                    if table.total.is_some_and(|(list, _)| list == index) {
                        met.items = self.items;
                    }
                }
                Some((index, [key, ..])) => {
                    if wrappers.contains(key) {
                        return Err(Irregular.into());
                    }
                    wrappers.push(*key);
                    let rest = fields[index].name.rest(format);
                    self.group(table, index, rest.get(..=inner.len()).unwrap_or(rest), met, read)?;
                }
                _ => {
                    if is_attribute && std::mem::replace(&mut here.unknown_attribute, true) || !inner.is_empty() {
                        return Err(Irregular.into());
                    }
                    self.field = Some(group);
                    let depth = self.enter_path();
                    self.unknown_in_body(text, is_attribute)?;
                    self.path.truncate(depth);
                    self.cursor()?.skip()?;
                }
            }
        }
        Ok(())
    }

    /// Reports an unknown key.
    #[inline(never)]
    fn unknown_in_body(&mut self, text: &str, is_attribute: bool) -> Read {
        match self.unknown {
            UnknownFields::Ignore => {}
            UnknownFields::Deny => return Err(Irregular.into()),
            // What is ignored is known by the path of its node.
            UnknownFields::Collect if self.has_ignored() => return Err(Irregular.into()),
            UnknownFields::Collect => {
                if is_attribute {
                    self.unknown_key(&["@", text].concat())
                } else {
                    self.unknown_key(text)
                }
            }
        }
        Ok(())
    }

    /// Notes what stands under a key of the envelope, and passes it if it is no field as well.
    fn note(&mut self, position: usize, is_field: bool) -> Result<(), Irregular> {
        let cursor = self.cursor()?;
        let mut ahead = cursor.clone();
        let note = match ahead.kind() {
            Some(Kind::Text) => Note::Text(ahead.scalar()?),
            Some(Kind::Number) => Note::Number(ahead.scalar()?),
            Some(Kind::Bool) => Note::Flag(ahead.boolean()?),
            kind => {
                let has_data = matches!(kind, Some(Kind::List | Kind::Map)) && !ahead.is_empty_container();
                if !is_field {
                    ahead.skip()?;
                }
                if has_data { Note::Data } else { Note::Empty }
            }
        };
        if !is_field {
            *cursor = ahead;
        }
        match self.notes.0.get_mut(position) {
            Some(place @ Note::Nothing) => {
                *place = note;
                Ok(())
            }
            // There twice, or beyond what is noted.
            _ => Err(Irregular),
        }
    }

    /// Reads a list that is a field; in XML, one element of it.
    pub(super) fn field_list_in_body<T: FromWire>(&mut self, place: &mut Vec<T>, max_items: usize) -> Read {
        if self.format() != Format::Xml {
            return self.list_in_body(place, max_items);
        }
        if place.len() >= max_items {
            return Err(Irregular.into());
        }
        if place.len() == place.capacity() {
            place.reserve_exact(self.room(place.len(), 0, size_of::<T>()));
        }
        self.has_repeats |= place.len() == LEARNING;
        let depth = self.enter_path();
        self.path.push(Step::Index(place.len()));
        T::push(place, self)?;
        self.path.truncate(depth);
        self.items = Some(place.len());
        Ok(())
    }

    /// Reads a list, of any format but XML.
    pub(super) fn list_in_body<T: FromWire>(&mut self, place: &mut Vec<T>, max_items: usize) -> Read {
        let mut frame = match self.enter_list()? {
            List::Nothing => {
                self.items = Some(0);
                return Ok(());
            }
            List::One if place.len() >= max_items => return Err(Irregular.into()),
            List::One => {
                let depth = self.enter_path();
                self.path.push(Step::Index(0));
                T::push(place, self)?;
                self.path.truncate(depth);
                self.items = Some(1);
                return Ok(());
            }
            List::Items(frame) => frame,
        };
        let depth = self.enter_path();
        self.path.push(Step::Index(0));
        while self.next_item(&mut frame, max_items)? {
            if place.len() == place.capacity() {
                place.reserve_exact(self.room(place.len(), frame.start, size_of::<T>()));
            }
            T::push(place, self)?;
        }
        self.path.truncate(depth);
        self.items = Some(frame.frame.found());
        Ok(())
    }

    /// Enters what stands in the place of a list.
    #[inline]
    fn enter_list(&mut self) -> Result<List, Irregular> {
        let cursor = self.cursor()?;
        match cursor.kind() {
            Some(Kind::List) if cursor.format() != Format::Xml => {
                Ok(List::Items(ListFrame { frame: cursor.enter()?, start: cursor.position() }))
            }
            _ => self.enter_unusual_list(),
        }
    }

    #[inline(never)]
    fn enter_unusual_list(&mut self) -> Result<List, Irregular> {
        // The name that a wrapper of the items has.
        let singular = self.field.and_then(|field| field.name.singular());
        let Leniency { null_as_empty, map_as_list, one_as_list, .. } = *self.leniency;
        let cursor = self.cursor()?;
        let is_nothing = match cursor.kind() {
            _ if cursor.format() == Format::Xml => return Err(Irregular),
            Some(Kind::Null) if null_as_empty => true,
            Some(Kind::Text) if null_as_empty && cursor.is_empty_text() => true,
            Some(Kind::Map) if (map_as_list || one_as_list) && cursor.is_empty_container() => true,
            Some(Kind::Map) if one_as_list => {
                let mut inner = cursor.clone();
                let mut frame = inner.enter()?;
                // A wrapper, and a list with gaps, are told from an item by the tree.
                let is_item = !inner.next(&mut frame)?
                    || !matches!(inner.key()?.text, key if key == singular.unwrap_or("") || is_position(key));
                return if is_item { Ok(List::One) } else { Err(Irregular) };
            }
            Some(Kind::Text | Kind::Number | Kind::Bool) if one_as_list => return Ok(List::One),
            _ => return Err(Irregular),
        };
        if is_nothing {
            cursor.skip()?;
            return Ok(List::Nothing);
        }
        let frame = ListFrame { frame: cursor.enter()?, start: cursor.position() };
        Ok(List::Items(frame))
    }

    #[inline]
    fn next_item(&mut self, frame: &mut ListFrame, max_items: usize) -> Result<bool, Irregular> {
        let found = frame.frame.found();
        self.has_repeats |= found == LEARNING;
        self.step_to(Step::Index(found));
        self.field = None;
        let is_there = self.cursor()?.next_item(&mut frame.frame)?;
        if frame.frame.found() > max_items { Err(Irregular) } else { Ok(is_there) }
    }

    /// How many more items to make exact room for: as many as the rest of the body has, if they are like those so far. Not
    /// so in lists within items, of which there may be many: each would reserve for the whole rest.
    #[inline(never)]
    fn room(&mut self, items: usize, start: usize, size: usize) -> usize {
        let is_inner = self.path.len() > LIST_IN_ROOT;
        let Ok(cursor) = self.cursor() else { return 1 };
        let (left, read) = (cursor.left(), cursor.position().saturating_sub(start));
        match items {
            0 if is_inner => return FIRST_INNER_ITEMS,
            0 => return FIRST_ITEMS,
            _ if is_inner => return items,
            _ => {}
        }
        let alike = left / (read / items).max(1);
        // A few more, since one that is missing moves the list; and never so few that moving them all becomes the work.
        let alike = (alike + alike / 32 + 1).max(items / 8);
        // Never on the word of a few short items: a list of empty objects must not reserve many times its text.
        alike.min((left * RESERVED / size.max(1)).max(items))
    }

    /// Reads a map.
    pub(super) fn map_in_body<K: FromText + Ord, V: FromWire>(&mut self, map: &mut BTreeMap<K, V>) -> Read {
        let null_as_empty = self.leniency.null_as_empty;
        let cursor = self.cursor()?;
        match cursor.kind() {
            Some(Kind::Map) => {}
            Some(Kind::Null) if null_as_empty || cursor.format() == Format::Xml => {
                cursor.skip()?;
                self.items = Some(0);
                return Ok(());
            }
            _ => return Err(Irregular.into()),
        }
        let mut frame = cursor.enter()?;
        let depth = self.enter_path();
        self.path.push(Step::Key(""));
        loop {
            let cursor = self.cursor()?;
            if !cursor.next(&mut frame)? {
                break;
            }
            let EntryKey { text, is_attribute } = cursor.key()?;
            if is_attribute || text.is_empty() {
                return Err(Irregular.into());
            }
            let key = K::from_text(text).ok_or(Irregular)?;
            self.has_repeats |= map.len() == LEARNING;
            self.step_to(Step::Key(text));
            self.field = None;
            let value = V::from_wire(self)?;
            if map.insert(key, value).is_some() {
                return Err(Irregular.into());
            }
        }
        self.path.truncate(depth);
        self.items = Some(map.len());
        Ok(())
    }
}

/// How the format writes the entries of an object.
trait Syntax {
    const IS_XML: bool = false;

    /// Enters an object, into a frame that is [`Frame::OBJECT`]; `false` if it is an element without content, which is
    /// passed.
    fn enter(cursor: &mut Cursor<'_>, frame: &mut Frame) -> Result<bool, Irregular>;

    /// Goes on to the value of this field if that comes next, directly under its key.
    fn next_is(cursor: &mut Cursor<'_>, frame: &mut Frame, field: &'static Field) -> bool;

    /// Goes on to what stands in the element around the items of this list, if that comes next and is the only field below
    /// its element.
    #[inline(always)]
    fn next_is_around(_: &mut Cursor<'_>, _: &mut Frame, _: &Field, _: &Table) -> bool {
        false
    }

    /// Whether the next entry may be written as [`Syntax::next_is`] takes it.
    #[inline(always)]
    fn is_compact(_: &Cursor<'_>) -> bool {
        true
    }

    /// Passes the end of the object, if that certainly comes next.
    fn leave(cursor: &mut Cursor<'_>, frame: &Frame) -> Result<bool, Irregular>;

    /// The key of the next entry, where that is plain.
    fn next_key<'r>(cursor: &Cursor<'r>, frame: &Frame) -> Option<NextKey<'r>>;

    /// [`another_field`] by the key as it is written, with what stands around it, as the expected one is compared; `None`
    /// where that is not tried or does not tell.
    #[inline(always)]
    fn as_written(
        _: &mut Cursor<'_>,
        _: &mut Frame,
        _: &'static [Field],
        _: &Table,
    ) -> Option<(usize, &'static Field)> {
        None
    }
}

/// Goes on to the value of the next entry, if that is one of these fields and stands directly under its key, where the
/// field with the index `guess` was expected.
#[inline(never)]
fn another_field<S: Syntax>(
    cursor: &mut Cursor<'_>,
    frame: &mut Frame,
    fields: &'static [Field],
    table: &Table,
    guess: usize,
) -> Option<(usize, &'static Field)> {
    // Most often one field is left out.
    let behind = guess + 1;
    if let Some(field) = fields.get(behind)
        && S::next_is(cursor, frame, field)
    {
        return Some((behind, field));
    }
    if let Some(found) = S::as_written(cursor, frame, fields, table) {
        return Some(found);
    }
    let key = S::next_key(cursor, frame)?;
    let is_guess = || fields.get(guess).is_some_and(|field| field.name.key_of(S::IS_XML).is(key.text));
    let index = if !S::is_compact(cursor) && is_guess() { guess } else { table.find(S::IS_XML, key.text)? };
    let field = fields.get(index)?;
    field.direct_key(S::IS_XML)?;
    cursor.enter_entry(frame, key);
    Some((index, field))
}

struct Json;
struct Php;
struct Xml;

impl Syntax for Json {
    #[inline(always)]
    fn enter(cursor: &mut Cursor<'_>, frame: &mut Frame) -> Result<bool, Irregular> {
        cursor.json_enter_object(frame).map(|()| true)
    }

    #[inline(always)]
    fn next_is(cursor: &mut Cursor<'_>, frame: &mut Frame, field: &'static Field) -> bool {
        cursor.json_next_is(frame, &field.written)
    }

    #[inline(always)]
    fn is_compact(cursor: &Cursor<'_>) -> bool {
        cursor.json_is_compact()
    }

    #[inline(always)]
    fn leave(cursor: &mut Cursor<'_>, frame: &Frame) -> Result<bool, Irregular> {
        cursor.json_leave(frame)
    }

    #[inline(always)]
    fn next_key<'r>(cursor: &Cursor<'r>, frame: &Frame) -> Option<NextKey<'r>> {
        cursor.json_next_key(frame)
    }

    #[inline(always)]
    fn as_written(
        cursor: &mut Cursor<'_>,
        frame: &mut Frame,
        fields: &'static [Field],
        table: &Table,
    ) -> Option<(usize, &'static Field)> {
        // Loops, not iterators: what an iterator calls is not compiled into this.
        if fields.len() <= FEW_FIELDS {
            for (index, field) in fields.iter().enumerate() {
                if cursor.json_next_is(frame, &field.written) {
                    return Some((index, field));
                }
            }
            return None;
        }
        let first = table.slot_of(cursor.json_compact_key()?);
        for slot in first..first + FIELDS {
            let index = table.at_slot(slot);
            let field = fields.get(index)?;
            if cursor.json_next_is(frame, &field.written) {
                return Some((index, field));
            }
        }
        None
    }
}

impl Syntax for Php {
    #[inline(always)]
    fn enter(cursor: &mut Cursor<'_>, frame: &mut Frame) -> Result<bool, Irregular> {
        cursor.php_enter_object(frame).map(|()| true)
    }

    #[inline(always)]
    fn next_is(cursor: &mut Cursor<'_>, frame: &mut Frame, field: &'static Field) -> bool {
        cursor.php_next_is(frame, &field.written)
    }

    #[inline(always)]
    fn leave(cursor: &mut Cursor<'_>, frame: &Frame) -> Result<bool, Irregular> {
        cursor.php_leave(frame)
    }

    #[inline(always)]
    fn next_key<'r>(cursor: &Cursor<'r>, frame: &Frame) -> Option<NextKey<'r>> {
        cursor.php_next_key(frame)
    }
}

impl Syntax for Xml {
    const IS_XML: bool = true;

    #[inline(always)]
    fn enter(cursor: &mut Cursor<'_>, frame: &mut Frame) -> Result<bool, Irregular> {
        let entered = cursor.enter_object()?;
        let is_there = entered.is_some();
        *frame = entered.unwrap_or(Frame::OBJECT);
        Ok(is_there)
    }

    #[inline(always)]
    fn next_is(cursor: &mut Cursor<'_>, frame: &mut Frame, field: &'static Field) -> bool {
        if field.name.is_same() {
            return cursor.xml_next_is_key(frame, &field.written);
        }
        field.direct_key(true).is_some_and(|key| cursor.xml_next_is(frame, key))
    }

    #[inline(always)]
    fn next_is_around(cursor: &mut Cursor<'_>, frame: &mut Frame, field: &Field, table: &Table) -> bool {
        let Some(element) = field.element_around() else { return false };
        table.has_own_elements && cursor.xml_next_is(frame, element)
    }

    #[inline(always)]
    fn leave(cursor: &mut Cursor<'_>, frame: &Frame) -> Result<bool, Irregular> {
        cursor.xml_leave(frame)
    }

    #[inline(always)]
    fn next_key<'r>(cursor: &Cursor<'r>, frame: &Frame) -> Option<NextKey<'r>> {
        cursor.xml_next_key(frame)
    }
}

/// What a key of an object is, where the field with the index `guess` is expected.
fn find(table: &Table, format: Format, guess: usize, EntryKey { text, is_attribute }: EntryKey<'_>) -> Found {
    let is_expected = |field: &Field| !is_attribute && field.name.first(format) == text;
    let found = if is_attribute {
        let is_it = |field: &Field| field.name.first(format).strip_prefix('@') == Some(text);
        table.fields.iter().position(is_it)
    } else if table.fields.get(guess).is_some_and(is_expected) {
        Some(guess)
    } else {
        table.find(format == Format::Xml, text.as_bytes())
    };
    match found {
        // The first one stands for all fields with this first key.
        Some(index) if !table.fields[index].name.rest(format).is_empty() => {
            let first = table.fields[index].name.first(format);
            let is_it = |field: &Field| field.name.first(format) == first;
            Found::Group(table.fields.iter().position(is_it).unwrap_or(index))
        }
        Some(index) => Found::Field(index),
        None if table.has_aliases => {
            let is_it = |alias: &&str| match is_attribute {
                true => alias.strip_prefix('@') == Some(text),
                false => *alias == text,
            };
            let is_it = |field: &Field| field.name.aliases().iter().any(is_it);
            table.fields.iter().position(is_it).map_or(Found::Unknown, Found::Field)
        }
        None => Found::Unknown,
    }
}

/// What stands in the place of a list.
enum List {
    Nothing,
    /// One item by itself.
    One,
    /// Items. A map of items may have a key twice, which its tree tells.
    Items(ListFrame),
}

/// A list that is being read.
struct ListFrame {
    frame: Frame,
    /// Where its first item starts.
    start: usize,
}
