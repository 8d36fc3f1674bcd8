//! What a field is called in each format.

use hostkit_wire::Format;

/// The names of one field. JSON's names hold for PHP, `print_r` and forms too: they carry the same arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    json: &'static str,
    json_rest: &'static [&'static str],
    xml: &'static str,
    xml_rest: &'static [&'static str],
    also: &'static [&'static str],
}

impl Name {
    /// A field with the same name in all formats.
    pub const fn new(name: &'static str) -> Self {
        Self { json: name, json_rest: &[], xml: name, xml_rest: &[], also: &[] }
    }

    /// Another name in XML; `@name` is an attribute, `$text` the element's own text.
    pub const fn xml(mut self, name: &'static str) -> Self {
        self.xml = name;
        self
    }

    /// Elements below [`Name::xml`]: `Name::new("rate").xml_inner(&["limit"])` is `rate/limit`.
    pub const fn xml_inner(mut self, rest: &'static [&'static str]) -> Self {
        self.xml_rest = rest;
        self
    }

    /// Keys below the JSON name: `Name::new("_attr").json_inner(&["id"])` is `_attr.id`.
    pub const fn json_inner(mut self, rest: &'static [&'static str]) -> Self {
        self.json_rest = rest;
        self
    }

    /// More names that a decoder accepts.
    pub const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self
    }

    pub(crate) fn first(&self, format: Format) -> &'static str {
        if format == Format::Xml { self.xml } else { self.json }
    }

    pub(crate) fn rest(&self, format: Format) -> &'static [&'static str] {
        if format == Format::Xml { self.xml_rest } else { self.json_rest }
    }

    pub(crate) fn aliases(&self) -> &'static [&'static str] {
        self.also
    }

    /// The name of one item in XML, where the list has a wrapper.
    pub(crate) fn singular(&self) -> Option<&'static str> {
        self.xml_rest.last().copied()
    }
}
