//! Objects that are read field by field, whatever they are read from.

use hostkit_wire::{Format, Key, WrittenKey};

use super::{DecodeError, Filled, FromText, FromWire, MistakenChoice, Name, Names, Reader, ToText, is_key};

/// An object that is filled field by field. Generated.
pub trait FromFields: Sized {
    /// The fields, in the order of their indices.
    const TABLE: &'static Table;

    /// The object before it is filled. Its required fields hold placeholders, so it must not leave the codec.
    fn blank() -> Self;

    /// Reads one field.
    fn field(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError>;

    /// Passes on what one field says about others, once all are read: the currency of the amounts beside it.
    fn finish(&mut self) {}

    /// What is wrong with the fields of which one may be given, once all are read.
    fn mistaken_choice(&self) -> Option<MistakenChoice> {
        None
    }
}

/// The fields of an object.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The file that describes the object.
    pub(crate) spec: &'static str,
    pub(crate) fields: &'static [Field],
    /// The fields by the hash of their key in JSON, with linear probing.
    slots: [u8; FIELDS],
    /// The required ones.
    pub(crate) required: Fields,
    /// The field that keeps the object as received.
    pub(crate) raw: Option<usize>,
    /// Whether some field has further names.
    pub(crate) has_aliases: bool,
    /// Whether it has none of what follows, and is not kept as received.
    pub(crate) is_plain: bool,
    /// Whether the items of some list have a wrapper.
    pub(crate) has_wrappers: bool,
    /// Whether no two fields stand below one element.
    pub(crate) has_own_elements: bool,
    /// Whether some field is the entries with made names.
    pub(crate) has_made: bool,
    /// The list or map of which the answer says how many items there are in all, and where it says so.
    pub(crate) total: Option<(usize, Name)>,
}

impl Table {
    /// A table of at most 128 fields.
    pub const fn new(spec: &'static str, fields: &'static [Field]) -> Self {
        assert!(fields.len() <= FIELDS, "at most 128 fields");
        let (mut required, mut raw, mut index) = (Fields([0; 2]), None, 0);
        let (mut has_aliases, mut has_wrappers, mut has_made) = (false, false, false);
        let (mut slots, mut has_own_elements) = ([NONE; FIELDS], true);
        while index < fields.len() {
            let (element, mut other) = (&fields[index].name, 0);
            while !element.xml_rest().is_empty() && other < fields.len() {
                has_own_elements &= other == index || element.xml_slot() != fields[other].name.xml_slot();
                other += 1;
            }
            match fields[index].how {
                How::Required | How::RequiredMap | How::RequiredList => required.0[index / 64] |= 1 << (index % 64),
                How::Raw => raw = Some(index),
                How::Made => has_made = true,
                How::Optional | How::List => {}
            }
            has_aliases |= !fields[index].name.aliases().is_empty();
            has_wrappers |= fields[index].name.has_item();
            let mut slot = fields[index].name.json().slot(FIELDS);
            while slots[slot] != NONE {
                slot = (slot + 1) % FIELDS;
            }
            slots[slot] = index as u8;
            index += 1;
        }
        Self {
            spec,
            fields,
            slots,
            required,
            raw,
            has_aliases,
            is_plain: raw.is_none() && !has_wrappers && !has_made,
            has_wrappers,
            has_own_elements,
            has_made,
            total: None,
        }
    }

    /// The first field with this first key.
    #[inline]
    pub(crate) fn find(&self, is_xml: bool, text: &[u8]) -> Option<usize> {
        if is_xml {
            return self.fields.iter().position(|field| field.name.key(Format::Xml).is(text));
        }
        let slot = self.slot_of(text);
        let mut indices = (slot..slot + FIELDS).map(|slot| self.at_slot(slot));
        let is_it = |index: &usize| self.fields.get(*index).is_none_or(|field| field.name.json().is(text));
        indices.find(is_it).filter(|index| *index < self.fields.len())
    }

    /// Where to look first for a field with this key in JSON; then in the slots behind it, up to one without a field.
    #[inline(always)]
    pub(crate) fn slot_of(&self, text: &[u8]) -> usize {
        Key::slot_of(text, FIELDS)
    }

    /// The index of the field in this slot; none has it where the slot is empty.
    #[inline(always)]
    pub(crate) fn at_slot(&self, slot: usize) -> usize {
        usize::from(self.slots[slot % FIELDS])
    }

    /// Names the key beside the list or map with this index that says how many items there are in all.
    pub const fn total(mut self, list: usize, name: Name) -> Self {
        self.total = Some((list, name));
        self.is_plain = false;
        self
    }
}

/// The most fields that a table has.
pub(crate) const FIELDS: usize = 128;
/// No field.
const NONE: u8 = u8::MAX;

/// A set of fields, by their indices.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Fields([u64; 2]);

impl Fields {
    /// Adds a field; `false` if it was there.
    #[inline]
    pub(crate) fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (&mut self.0[index / 64 % 2], 1 << (index % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// The first 64 fields.
    #[inline]
    pub(crate) fn first_word(self) -> u64 {
        self.0[0]
    }

    /// Sets which of the first 64 fields are there.
    #[inline]
    pub(crate) fn set_first_word(&mut self, word: u64) {
        self.0[0] = word;
    }

    #[inline]
    pub(crate) fn has_all(self, others: Self) -> bool {
        self.0[0] & others.0[0] == others.0[0] && self.0[1] & others.0[1] == others.0[1]
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0 == [0; 2]
    }
}

/// A field of an object: its names, and whether it has to be there.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub(crate) name: Name,
    /// The key in all formats but XML, if the value stands directly under it.
    pub(crate) written: WrittenKey,
    pub(crate) how: How,
    /// Of a map whose entries stand in the object itself: whether what fills the hole of a name is a key. Of a part that
    /// is called by the value of another field: whether a name is such a value.
    pub(crate) is_key: fn(&str) -> bool,
    /// The field by whose value it is called.
    pub(crate) caller: &'static str,
}

/// How a field is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    Required,
    Optional,
    RequiredMap,
    /// The object itself, as received.
    Raw,
    /// The entries of the object whose names are of a template.
    Made,
    // The lists come last: see `is_list`.
    RequiredList,
    List,
}

impl Field {
    /// Whether an object without it is none.
    pub(crate) fn is_required(&self) -> bool {
        matches!(self.how, How::Required | How::RequiredMap | How::RequiredList)
    }

    /// A value that has to be there.
    pub const fn required(name: &'static str) -> Self {
        Self::named(Name::new(name), How::Required)
    }

    /// A value or a map that may be absent.
    pub const fn optional(name: &'static str) -> Self {
        Self::named(Name::new(name), How::Optional)
    }

    /// A map that has to be there.
    pub const fn required_map(name: &'static str) -> Self {
        Self::named(Name::new(name), How::RequiredMap)
    }

    /// A list that has to be there.
    pub const fn required_list(name: &'static str) -> Self {
        Self::named(Name::new(name), How::RequiredList)
    }

    /// A list that may be absent.
    pub const fn list(name: &'static str) -> Self {
        Self::named(Name::new(name), How::List)
    }

    /// The object as received; none of its other fields is unknown then.
    pub const fn raw() -> Self {
        Self::named(Name::new(""), How::Raw)
    }

    /// A map whose entries stand in the object itself, each under a name of this template with `{key}`.
    pub const fn made<K: FromText + ToText>(template: &'static str) -> Self {
        let field = Self::named(Name::new(template), How::Made);
        Self { written: WrittenKey::NEVER, is_key: is_key::<K>, ..field }
    }

    pub(crate) const fn named(name: Name, how: How) -> Self {
        let written = if name.json_rest().is_empty() { WrittenKey::new(name.json().text()) } else { WrittenKey::NEVER };
        Self { name, written, how, is_key: |_| false, caller: "" }
    }

    /// Of an object in one text: its part has the value of another field for a name, if that is a known one.
    pub const fn called(mut self, caller: &'static str, is_known: fn(&str) -> bool) -> Self {
        self.caller = caller;
        self.is_key = is_known;
        self
    }

    /// Whether this is a name that is the value of another field.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        !self.caller.is_empty() && (self.is_key)(name)
    }

    /// As [`Name::xml`].
    pub const fn xml(mut self, name: &'static str) -> Self {
        self.name = self.name.xml(name);
        self
    }

    /// As [`Name::xml_inner`].
    pub const fn xml_inner(mut self, rest: &'static [&'static str]) -> Self {
        self.name = self.name.xml_inner(rest);
        self
    }

    /// As [`Name::json_inner`].
    pub const fn json_inner(mut self, rest: &'static [&'static str]) -> Self {
        self.name = self.name.json_inner(rest);
        self.written = WrittenKey::NEVER;
        self
    }

    /// As [`Name::item`].
    pub const fn item(mut self, key: &'static str) -> Self {
        self.name = self.name.item(key);
        self
    }

    /// As [`Name::also`].
    pub const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.name = self.name.also(names);
        self
    }

    /// Its first name where formats do not differ.
    #[cfg(feature = "server")]
    pub(crate) fn text(&self) -> &'static str {
        self.name.json().text()
    }

    /// Its first name, if it stands directly under it.
    #[inline(always)]
    pub(crate) fn direct_key(&self, is_xml: bool) -> Option<&'static str> {
        let (key, rest) = self.name.parts(is_xml);
        (rest.is_empty() && !matches!(self.how, How::Raw | How::Made)).then_some(key)
    }

    /// Whether it may be read from what stands under this key: of a path, the first. An object kept as received is.
    pub(crate) fn may_be_under(&self, key: &str, format: Format) -> bool {
        self.how == How::Raw
            || self.has_made(key)
            || self.name.first(format) == key
            || self.name.aliases().contains(&key)
    }

    /// Whether this is the name of one of its entries.
    pub(crate) fn has_made(&self, key: &str) -> bool {
        let is_it = |filled: Filled<'_>| (self.is_key)(filled.item);
        self.how == How::Made && Names::new(self.name.json().text()).read(key, []).is_some_and(is_it)
    }

    #[inline]
    pub(crate) fn is_list(&self) -> bool {
        self.how >= How::RequiredList
    }

    /// The element around the items, if it is a list with one.
    #[inline]
    pub(crate) fn element_around(&self) -> Option<&'static str> {
        match self.name.parts(true) {
            (element, [_]) if self.is_list() => Some(element),
            _ => None,
        }
    }
}

impl<T: FromFields> FromWire for T {
    const FIELDS: &'static [Field] = T::TABLE.fields;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut object = <T as FromFields>::blank();
        fill(&mut object, reader)?;
        Ok(object)
    }

    fn blank() -> Self {
        <T as FromFields>::blank()
    }

    /// An item is read in its place in the list, since a large object is expensive to move.
    fn push(items: &mut Vec<Self>, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        items.push(<T as FromFields>::blank());
        let read = items.last_mut().map_or(Ok(()), |object| fill(object, reader));
        if read.is_err() {
            // A blank must not leave.
            items.pop();
        }
        read
    }
}

/// The one place that reads an object of this type, so that its fields are compiled into it.
#[inline(never)]
fn fill<T: FromFields>(object: &mut T, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    reader.object(T::TABLE, &mut |index, reader| object.field(index, reader))?;
    object.finish();
    match object.mistaken_choice() {
        None => Ok(()),
        Some(MistakenChoice { expected, found }) => Err(reader.error(expected, found)),
    }
}
