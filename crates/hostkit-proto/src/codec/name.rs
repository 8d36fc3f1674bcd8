//! The names of a field in each format.

use hostkit_wire::{Format, Key};

/// The names of one field. Those of JSON also apply to PHP, `print_r` and forms, which carry the same arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    json: Key<'static>,
    json_rest: &'static [&'static str],
    xml: Key<'static>,
    xml_rest: &'static [&'static str],
    also: &'static [&'static str],
    /// The wrapper around each item of a list.
    item: Option<&'static str>,
    /// Whether there is one name per format, without a path or further names.
    plain: bool,
    /// Whether it is one key in JSON and an element of that name in XML, one that starts with a letter.
    same: bool,
}

impl Name {
    /// A field with the same name in all formats.
    pub const fn new(name: &'static str) -> Self {
        let key = Key::new(name);
        let same = matches!(name.as_bytes(), [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..]);
        Self { json: key, json_rest: &[], xml: key, xml_rest: &[], also: &[], item: None, plain: true, same }
    }

    /// Another name in XML; `@name` is an attribute, `$text` the element's own text.
    pub const fn xml(mut self, name: &'static str) -> Self {
        self.xml = Key::new(name);
        self.same = false;
        self
    }

    /// Elements below [`Name::xml`]: `Name::new("rate").xml_inner(&["limit"])` is `rate/limit`.
    pub const fn xml_inner(mut self, rest: &'static [&'static str]) -> Self {
        self.xml_rest = rest;
        self.plain = false;
        self.same = false;
        self
    }

    /// Keys below the JSON name: `Name::new("_attr").json_inner(&["id"])` is `_attr.id`.
    pub const fn json_inner(mut self, rest: &'static [&'static str]) -> Self {
        self.json_rest = rest;
        self.plain = false;
        self.same = false;
        self
    }

    /// More names that a decoder accepts.
    pub const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self.plain = false;
        self
    }

    /// The key under which each item of the list stands, in all formats but XML: `thing` in `[{"thing": {}}]`.
    pub const fn item(mut self, key: &'static str) -> Self {
        self.item = Some(key);
        self
    }

    pub(crate) const fn has_item(&self) -> bool {
        self.item.is_some()
    }

    /// The wrapper around each item in a format.
    pub(crate) fn item_in(&self, format: Format) -> Option<&'static str> {
        self.item.filter(|_| format != Format::Xml)
    }

    pub(crate) fn first(&self, format: Format) -> &'static str {
        self.parts(format == Format::Xml).0
    }

    /// The first name as a lookup key.
    #[inline]
    pub(crate) fn key(&self, format: Format) -> &Key<'static> {
        self.key_of(format == Format::Xml)
    }

    #[inline]
    pub(crate) fn key_of(&self, is_xml: bool) -> &Key<'static> {
        if is_xml { &self.xml } else { &self.json }
    }

    /// The first name in JSON.
    pub(crate) const fn json(&self) -> &Key<'static> {
        &self.json
    }

    pub(crate) const fn json_rest(&self) -> &'static [&'static str] {
        self.json_rest
    }

    pub(crate) const fn xml_rest(&self) -> &'static [&'static str] {
        self.xml_rest
    }

    /// A number that is the same for fields with the same first name in XML.
    pub(crate) const fn xml_slot(&self) -> usize {
        self.xml.slot(usize::MAX)
    }

    /// Whether the field has one name per format, without a path or further names.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether it is one key in JSON and an element of that name in XML.
    #[inline]
    pub(crate) fn is_same(&self) -> bool {
        self.same
    }

    /// The first name, and the rest of the path.
    #[inline(always)]
    pub(crate) fn parts(&self, is_xml: bool) -> (&'static str, &'static [&'static str]) {
        if is_xml { (self.xml.text(), self.xml_rest) } else { (self.json.text(), self.json_rest) }
    }

    pub(crate) fn rest(&self, format: Format) -> &'static [&'static str] {
        self.parts(format == Format::Xml).1
    }

    pub(crate) const fn aliases(&self) -> &'static [&'static str] {
        self.also
    }

    /// The name of one item in XML, where the list has a wrapper.
    pub(crate) fn singular(&self) -> Option<&'static str> {
        self.xml_rest.last().copied()
    }
}

impl From<&'static str> for Name {
    /// The same name in all formats.
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

impl From<&Self> for Name {
    fn from(name: &Self) -> Self {
        *name
    }
}
