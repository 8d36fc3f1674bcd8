//! The state of one decode: where it stands, leniency, the current path, and the report.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use hostkit_wire::{Cursor, Format, Irregular, Kind, Node};

use super::direct::{Notes, Orders};
use super::fields::{Fields, Items};
use super::fill::{Field, Table};
use super::{DecodeError, Found, FromText, FromWire, MistakenChoice, Raw, one_object};
use crate::codec::raw::Source;
use crate::codec::{Report, UnknownFields};
use crate::leniency::Leniency;
use crate::place;
use crate::value::{Currency, DateTime, Money};

/// One step of the path to a value. Copied for every field, so it owns nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'r> {
    Name(&'static str),
    Key(&'r str),
    Index(usize),
}

/// Where a reader stands.
#[derive(Debug)]
pub(crate) enum At<'r> {
    /// A node of a tree.
    Node(Node<'r>),
    /// The items of a list, in a tree.
    Items(Items<'r>),
    /// A place in the body itself, which is read without a tree.
    Body(Cursor<'r>),
}

/// The state of one decode.
#[derive(Debug)]
pub struct Reader<'r> {
    pub(super) at: At<'r>,
    pub(crate) endpoint: &'static str,
    pub(crate) leniency: &'r Leniency,
    pub(crate) unknown: UnknownFields,
    pub(crate) report: Report,
    pub(super) path: Vec<Step<'r>>,
    /// The text of the document, once an object is kept as received.
    source: Option<Arc<Source>>,
    pub(crate) spec: &'static str,
    /// The fields of all answers of the API, where the call acts: its answer has none that belong to another call.
    pub(crate) others: Option<&'static [&'static str]>,
    /// The most items of a list, in place of those of the spec.
    pub(crate) max_items: Option<usize>,
    /// The currency of amounts of money without one of their own.
    pub(crate) currency: Option<Currency>,
    /// Why a value that is read cannot be used all the same.
    doubt: Option<DecodeError>,
    /// Keys at the top of the document that are not fields.
    pub(crate) envelope: &'static [&'static str],
    /// The index of the node at the top, which may be below the root.
    pub(crate) top: usize,
    /// The indices of the nodes that are ignored, once somebody asks.
    ignored: Option<HashSet<usize>>,
    pub(super) orders: Orders,
    /// Whether there was a list with so many items that their orders are learnt.
    pub(super) has_repeats: bool,
    pub(super) notes: Notes<'r>,
    /// The field whose value is read next in the body, while it is not in the path.
    pub(super) field: Option<&'static Field>,
    /// How many items the list or map had that was read last, left out or not.
    pub(super) items: Option<usize>,
    /// Where the object starts that was read last, in the body, and whether it is an element of XML.
    pub(super) object_start: (usize, bool),
}

/// Characters of a value that an error shows.
const SHOWN: usize = 60;

impl<'r> Reader<'r> {
    pub(crate) fn new(
        endpoint: &'static str,
        start: &'static str,
        leniency: &'r Leniency,
        unknown: UnknownFields,
        at: At<'r>,
    ) -> Self {
        let mut path = Vec::with_capacity(8);
        path.push(Step::Name(start));
        Self {
            endpoint,
            leniency,
            unknown,
            report: Report::default(),
            path,
            source: None,
            spec: "",
            others: None,
            max_items: None,
            currency: None,
            doubt: None,
            envelope: leniency.envelope,
            top: match &at {
                At::Node(node) => node.index(),
                At::Items(_) | At::Body(_) => 0,
            },
            ignored: None,
            at,
            orders: Orders::default(),
            has_repeats: false,
            notes: Notes::default(),
            field: None,
            items: None,
            object_start: (0, false),
        }
    }

    /// A reader for another document, whose values belong to where this one stands.
    pub(crate) fn inner<'i>(&self, node: Node<'i>, leniency: &'i Leniency) -> Reader<'i>
    where
        'r: 'i,
    {
        let mut inner = Reader::new(self.endpoint, "", leniency, self.unknown, At::Node(node));
        inner.path.clear();
        inner.path.extend_from_slice(&self.path);
        inner.spec = self.spec;
        inner.envelope = self.envelope;
        inner.currency = self.currency;
        inner
    }

    pub(crate) fn into_notes(self) -> Notes<'r> {
        self.notes
    }

    /// Reads the fields of an object, each by a call of `read` with its index.
    pub fn object(
        &mut self,
        table: &Table,
        read: &mut dyn FnMut(usize, &mut Reader<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        match self.at {
            At::Body(_) => self.object_in_body(table, read),
            _ => self.object_in_tree(table, read),
        }
    }

    fn object_in_tree(
        &mut self,
        table: &Table,
        read: &mut dyn FnMut(usize, &mut Reader<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut fields = self.fields(table.spec)?;
        for (index, field) in table.fields.iter().enumerate() {
            match &table.total {
                Some((list, name)) if *list == index => {
                    fields.fill_of_total(field, name, &mut |reader| read(index, reader))?;
                }
                _ => fields.fill(field, None, &mut |reader| read(index, reader))?,
            }
        }
        fields.finish()
    }

    /// The number of the one of several objects, by their fields, that stands here. All of them are looked at before one is
    /// read, so the answer is read from a tree.
    ///
    /// # Errors
    /// It is no object, could be two of them, or is none.
    pub fn one_object(&self, objects: &[&[Field]]) -> Result<usize, DecodeError> {
        let node = self.node().ok_or(Irregular)?;
        if !Leniency::is_object(node) {
            return Err(self.expected("an object"));
        }
        let is_xml = node.format() == Format::Xml;
        let path = |field: &Field| {
            let (first, rest) = field.name.parts(is_xml);
            std::iter::once(first).chain(rest.iter().copied())
        };
        let meets = |one: &Field, other: &Field| path(one).zip(path(other)).all(|(step, own)| step == own);
        let found = |field: &Field| {
            let at_path = path(field).try_fold(node, |node, step| node.get(step));
            let found = at_path.or_else(|| field.name.aliases().iter().find_map(|name| node.get(name)));
            Found {
                name: field.name.first(node.format()),
                is_required: field.is_required(),
                is_there: found.is_some_and(|found| is_xml || found.kind() != Kind::Null),
                has_value: found.is_some_and(|found| !self.leniency.is_absent(found)),
            }
        };
        let of_object = |(index, fields): (usize, &&[Field])| {
            let others = objects.iter().enumerate().filter(|(other, _)| *other != index);
            let others: Vec<&Field> = others.flat_map(|(_, fields)| fields.iter()).collect();
            fields.iter().filter(|field| !others.iter().any(|other| meets(field, other))).map(found).collect()
        };
        let objects: Vec<Vec<Found<'_>>> = objects.iter().enumerate().map(of_object).collect();
        one_object(&objects).map_err(|MistakenChoice { expected, found }| self.error(expected, found))
    }

    /// Opens an object of a tree; `spec` names the file that describes it.
    pub(crate) fn fields<'a>(&'a mut self, spec: &'static str) -> Result<Fields<'a, 'r>, DecodeError> {
        let node = self.node().ok_or(Irregular)?;
        let outer = std::mem::replace(&mut self.spec, spec);
        if Leniency::is_object(node) { Ok(Fields::new(node, self, outer)) } else { Err(self.expected("an object")) }
    }

    /// What stands here.
    #[inline]
    pub fn kind(&self) -> Kind {
        match &self.at {
            At::Node(node) => node.kind(),
            At::Items(_) => Kind::List,
            // What takes the tree ends as an error in any case, which then is read from the tree.
            At::Body(cursor) => cursor.kind().unwrap_or(Kind::Null),
        }
    }

    /// The format of what is read.
    #[inline]
    pub(crate) fn format(&self) -> Format {
        match &self.at {
            At::Node(node) => node.format(),
            At::Items(_) => Format::Xml,
            At::Body(cursor) => cursor.format(),
        }
    }

    /// The node that is read; `None` where there is no tree.
    #[inline]
    pub(crate) fn node(&self) -> Option<Node<'r>> {
        match &self.at {
            At::Node(node) => Some(*node),
            At::Items(_) | At::Body(_) => None,
        }
    }

    /// Whether an optional field has no value here.
    #[inline]
    pub fn is_absent(&self) -> bool {
        match &self.at {
            At::Node(node) => self.leniency.is_absent(*node),
            At::Items(_) => false,
            At::Body(cursor) => match cursor.kind() {
                Some(Kind::Text) => {
                    (self.leniency.empty_text_is_absent || cursor.format() == Format::Xml) && cursor.is_empty_text()
                }
                Some(Kind::Null) => true,
                Some(Kind::List) => self.leniency.list_as_empty_map && cursor.is_empty_container(),
                _ => false,
            },
        }
    }

    /// Whether a zero date stands here.
    pub(crate) fn is_zero_date(&self) -> bool {
        match &self.at {
            At::Node(node) => node.as_str().is_some_and(DateTime::is_zero),
            At::Items(_) => false,
            At::Body(cursor) => cursor.clone().scalar().is_ok_and(|text| DateTime::is_zero(&text)),
        }
    }

    /// Whether a number may be text here, and text a number.
    #[inline]
    pub(crate) fn is_loose(&self) -> bool {
        match &self.at {
            At::Node(node) => self.leniency.is_loose(*node),
            _ => self.leniency.loose_scalars || self.format() == Format::Xml,
        }
    }

    /// Whether a flag may be something else than `true` and `false` here.
    pub(crate) fn has_loose_flags(&self) -> bool {
        match &self.at {
            At::Node(node) => self.leniency.has_loose_flags(*node),
            _ => self.leniency.loose_flags || self.format() == Format::Xml,
        }
    }

    /// Whether the format has nothing but text.
    pub(super) fn has_only_text(&self) -> bool {
        matches!(self.format(), Format::Xml | Format::PrintR | Format::Form)
    }

    /// Whether an optional flag has no value here.
    pub(crate) fn is_flag_absent(&self) -> bool {
        match &self.at {
            At::Node(node) => self.leniency.is_flag_absent(*node),
            _ => self.kind() == Kind::Null && self.format() != Format::Xml && !self.leniency.loose_flags,
        }
    }

    /// The truth value that stands here, if the body has it as such; passes it then.
    #[inline]
    pub(crate) fn plain_boolean(&mut self) -> Option<bool> {
        match &mut self.at {
            At::Body(cursor) => cursor.boolean().ok(),
            _ => None,
        }
    }

    /// The truth value that stands here.
    pub(crate) fn boolean(&mut self) -> Result<bool, DecodeError> {
        match &mut self.at {
            At::Node(node) => Ok(node.as_bool().ok_or(Irregular)?),
            At::Items(_) => Err(Irregular.into()),
            At::Body(cursor) => Ok(cursor.boolean()?),
        }
    }

    /// What `read` makes of the text that stands here, if that is plain; passes it then.
    #[inline]
    pub fn plain<T>(&mut self, read: impl FnOnce(&'r str) -> Option<T>) -> Option<T> {
        let value = read(self.plain_text()?)?;
        if let At::Body(cursor) = &mut self.at {
            cursor.pass_peeked();
        }
        Some(value)
    }

    /// The text that stands here, if that is plain. Not a part of what calls it, of which there is one for each type.
    #[inline(never)]
    fn plain_text(&mut self) -> Option<&'r str> {
        match &mut self.at {
            At::Body(cursor) => cursor.plain_text(),
            _ => None,
        }
    }

    /// [`Reader::plain`] for the types of this crate, a part of what calls it.
    #[inline(always)]
    pub(super) fn plain_here<T>(&mut self, read: impl FnOnce(&'r str) -> Option<T>) -> Option<T> {
        let At::Body(cursor) = &mut self.at else { return None };
        let value = read(cursor.plain_text()?)?;
        cursor.pass_peeked();
        Some(value)
    }

    /// The time that stands here, if it is written as most are; passes it then.
    #[inline(always)]
    pub(super) fn usual_time(&mut self) -> Option<DateTime> {
        let At::Body(cursor) = &mut self.at else { return None };
        let (text, end) = cursor.text_of()?;
        let time = DateTime::parse_usual(self.leniency.date_times, text)?;
        cursor.go_to(end);
        Some(time)
    }

    /// The flag of the text `0` or `1` that stands here, and where it ends.
    #[inline(always)]
    pub(super) fn short_flag(&self) -> Option<(bool, usize)> {
        let At::Body(cursor) = &self.at else { return None };
        match cursor.text_of()? {
            (b"0", end) => Some((false, end)),
            (b"1", end) => Some((true, end)),
            _ => None,
        }
    }

    /// Goes to where a value of the body ends.
    #[inline(always)]
    pub(super) fn go_to(&mut self, end: usize) {
        if let At::Body(cursor) = &mut self.at {
            cursor.go_to(end);
        }
    }

    /// The number that stands here, if it has few digits, as most have; passes it then.
    #[inline(always)]
    pub(super) fn short_number<T: FromText>(&mut self) -> Option<T> {
        let At::Body(cursor) = &mut self.at else { return None };
        let (digits, end) = cursor.few_digits()?;
        if digits.is_text() && !self.leniency.loose_scalars && cursor.format() != Format::Xml {
            return None;
        }
        let number = T::from_digits(digits)?;
        cursor.go_to(end);
        Some(number)
    }

    /// The number that stands here, if that is plain; passes it then.
    #[inline]
    pub(crate) fn plain_number<T: FromText>(&mut self) -> Option<T> {
        let At::Body(cursor) = &mut self.at else { return None };
        let digits = cursor.digits()?;
        if digits.is_text() && !self.leniency.loose_scalars && cursor.format() != Format::Xml {
            return None;
        }
        let number = T::from_digits(digits)?;
        cursor.pass_peeked();
        Some(number)
    }

    /// The text of a scalar: text, or the lexeme of a number.
    #[inline]
    pub fn scalar(&mut self, expected: &'static str) -> Result<Cow<'r, str>, DecodeError> {
        match &mut self.at {
            At::Body(cursor) => Ok(cursor.scalar()?),
            _ => {
                let text = Leniency::scalar_text(self.node().ok_or(Irregular)?);
                text.map(Cow::Borrowed).ok_or_else(|| self.expected(expected))
            }
        }
    }

    /// A value that is written as text.
    pub fn text_value<T: FromText>(&mut self) -> Result<T, DecodeError> {
        let text = self.scalar(T::EXPECTED)?;
        T::from_text(&text).ok_or_else(|| self.expected(T::EXPECTED))
    }

    /// The number of an id. An answer that says that the call made something has a number for it, so not 0.
    pub fn id_number(&mut self) -> Result<u64, DecodeError> {
        let number = self.number::<u64>()?;
        if number == 0 && self.others.is_some() {
            return Err(self.expected("a number of at least 1"));
        }
        Ok(number)
    }

    /// A value that is written as a number.
    #[inline]
    pub fn number<T: FromText>(&mut self) -> Result<T, DecodeError> {
        match self.short_number() {
            Some(number) => Ok(number),
            None => self.unusual_number(),
        }
    }

    #[inline(never)]
    fn unusual_number<T: FromText>(&mut self) -> Result<T, DecodeError> {
        if let Some(number) = self.plain_number() {
            return Ok(number);
        }
        if self.kind() != Kind::Number && !self.is_loose() {
            return Err(self.expected(T::EXPECTED));
        }
        self.text_value()
    }

    /// Decodes what stands here.
    #[inline]
    pub(crate) fn value<T: FromWire>(&mut self) -> Result<T, DecodeError> {
        if T::IS_SCALAR {
            self.enter_scalar()?;
        }
        T::from_wire(self)
    }

    /// Goes to the scalar that the object here stands for, if it does.
    #[inline]
    pub(super) fn enter_scalar(&mut self) -> Result<(), DecodeError> {
        match self.at {
            At::Node(node) if !self.leniency.scalar.is_empty() => {
                self.at = At::Node(self.scalar_in(node)?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The scalar that an object stands for, or the node itself. A field beside the scalar is unknown.
    pub(super) fn scalar_in(&mut self, node: Node<'r>) -> Result<Node<'r>, DecodeError> {
        let key = self.leniency.scalar;
        if key.is_empty() || node.kind() != Kind::Map {
            return Ok(node);
        }
        let Some(scalar) = self.only(node, key) else { return Ok(node) };
        for (other, node) in node.entries().filter(|(other, _)| *other != key) {
            self.unknown_field(other, node)?;
        }
        Ok(scalar)
    }

    /// Decodes a required field.
    #[inline(never)]
    pub fn required<T: FromWire>(&mut self, place: &mut T) -> Result<(), DecodeError> {
        *place = self.value()?;
        Ok(())
    }

    /// Decodes an optional field. An unreadable one counts as absent and is reported as a defect.
    #[inline(always)]
    pub fn optional<T: FromWire>(&mut self, place: &mut Option<T>) -> Result<(), DecodeError> {
        T::optional(place, self)
    }

    /// [`FromWire::optional`] by [`FromWire::plain`], of a type that has no value for null.
    #[inline(never)]
    pub(super) fn optional_by_plain<T: FromWire>(&mut self, place: &mut Option<T>) -> Result<(), DecodeError> {
        if self.pass_null() {
            return Ok(());
        }
        match T::plain(self) {
            Some(value) => {
                *place = Some(value);
                Ok(())
            }
            None => self.optional_unless_plain(place),
        }
    }

    /// [`FromWire::optional`] of a number.
    #[inline(never)]
    pub(super) fn optional_number<T: FromWire + FromText>(&mut self, place: &mut Option<T>) -> Result<(), DecodeError> {
        if self.pass_null() {
            return Ok(());
        }
        match self.plain_number() {
            Some(value) => {
                *place = Some(value);
                Ok(())
            }
            None => self.optional_unless_plain(place),
        }
    }

    /// [`Reader::optional`] for what is absent, unreadable, in an unusual spelling, or in a tree.
    #[inline(never)]
    pub(super) fn optional_unless_plain<T: FromWire>(&mut self, place: &mut Option<T>) -> Result<(), DecodeError> {
        if self.pass_null() {
            return Ok(());
        }
        self.present(place, T::from_wire)
    }

    /// Decodes an optional field with `read`, if there is a value.
    pub(crate) fn present<T: FromWire>(
        &mut self,
        place: &mut Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<(), DecodeError> {
        if T::IS_SCALAR {
            self.enter_scalar()?;
        }
        if T::is_absent(self) {
            return self.pass();
        }
        let spec = self.spec;
        match read(self) {
            Ok(value) => {
                *place = Some(value);
                Ok(())
            }
            Err(error) => self.defect_of(error, spec, Report::add_defect),
        }
    }

    /// Decodes an optional amount of money; an unreadable one is an error of the answer or of the item of a list.
    pub fn money(&mut self, place: &mut Option<Money>) -> Result<(), DecodeError> {
        if let Some(amount) = self.short_number() {
            *place = Some(Money { amount, currency: self.currency });
            return Ok(());
        }
        self.unusual_money(place)
    }

    #[inline(never)]
    fn unusual_money(&mut self, place: &mut Option<Money>) -> Result<(), DecodeError> {
        if let Some(amount) = Money::plain(self) {
            *place = Some(amount);
            return Ok(());
        }
        if self.pass_null() {
            return Ok(());
        }
        self.enter_scalar()?;
        if self.is_absent() {
            return self.pass();
        }
        match Money::from_wire(self) {
            Ok(amount) => {
                *place = Some(amount);
                Ok(())
            }
            Err(error) => self.defect_of(error.of_money(), self.spec, Report::add_defect),
        }
    }

    /// Decodes a required amount of money, whose error is also that of an optional object around it.
    pub fn required_money(&mut self, place: &mut Money) -> Result<(), DecodeError> {
        *place = self.value::<Money>().map_err(DecodeError::of_money)?;
        Ok(())
    }

    /// Decodes a field with a default, which is in its place already.
    #[inline(never)]
    pub fn or<T: FromWire>(&mut self, place: &mut T) -> Result<(), DecodeError> {
        let mut found = None;
        self.optional(&mut found)?;
        if let Some(value) = found {
            *place = value;
        }
        Ok(())
    }

    /// Decodes an optional text without the whitespace around it; whitespace alone counts as absent.
    #[inline(never)]
    pub fn trimmed(&mut self, place: &mut Option<String>) -> Result<(), DecodeError> {
        self.optional(place)?;
        *place = place.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(())
    }

    /// The value that stands here, as received.
    pub(super) fn raw_value(&mut self) -> Result<Raw, DecodeError> {
        let is_top = self.is_at_top();
        if let At::Body(cursor) = &mut self.at {
            self.object_start = (cursor.start()?, cursor.format() == Format::Xml && !is_top);
            cursor.skip()?;
        }
        let mut raw = Raw::default();
        self.raw(&mut raw)?;
        Ok(raw)
    }

    /// Keeps the object that was read as received.
    pub fn raw(&mut self, place: &mut Raw) -> Result<(), DecodeError> {
        *place = match &self.at {
            At::Node(node) => {
                let node = *node;
                self.raw_node(node)
            }
            At::Body(cursor) => {
                let (format, document, end) = (cursor.format(), cursor.document(), cursor.position());
                let (start, is_element) = self.object_start;
                let source = self.source.get_or_insert_with(|| Arc::new(Source::new(format, document)));
                Raw::piece(Arc::clone(source), start..end, is_element)
            }
            At::Items(_) => Raw::default(),
        };
        Ok(())
    }

    fn raw_node(&mut self, node: Node<'r>) -> Raw {
        let document = node.document();
        let Some(text) = node.source() else { return Raw::new(node.into()) };
        let source = self.source.get_or_insert_with(|| Arc::new(Source::new(document.format(), document.body())));
        let is_element = document.format() == Format::Xml && node.index() > 0;
        let start = if document.format() == Format::Xml && !is_element { 0 } else { node.offset() };
        Raw::piece(Arc::clone(source), start..start + text.len(), is_element)
    }

    /// Passes over a null of the body, which is no value of any type.
    #[inline]
    pub(super) fn pass_null(&mut self) -> bool {
        match &mut self.at {
            At::Body(cursor) => cursor.pass_null(),
            _ => false,
        }
    }

    /// Passes over a value that counts as absent.
    pub(crate) fn pass(&mut self) -> Result<(), DecodeError> {
        match &mut self.at {
            At::Body(cursor) => Ok(cursor.skip()?),
            _ => Ok(()),
        }
    }

    /// The error that something else was expected here.
    #[cold]
    pub fn expected(&self, expected: impl Into<String>) -> DecodeError {
        match &self.at {
            At::Node(node) => self.expected_at(expected, *node),
            At::Items(_) => self.error(expected, "a list"),
            At::Body(_) => Irregular.into(),
        }
    }

    /// The error that something else was expected at a node.
    pub(crate) fn expected_at(&self, expected: impl Into<String>, node: Node<'_>) -> DecodeError {
        self.error(expected, describe(node)).at(node.offset())
    }

    /// The error that something else was expected at this place.
    pub fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> DecodeError {
        DecodeError::new(self.endpoint, self.path_text(), expected, found).spec(self.spec)
    }

    /// The path to the current value. Map keys come from the answer, so they are shortened: a long one would otherwise
    /// be repeated for each field below it.
    pub(crate) fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            let separator = if text.is_empty() { "" } else { "." };
            // Writing to a String does not fail.
            let _ = match step {
                Step::Name(name) => write!(text, "{separator}{name}"),
                Step::Key(key) => write!(text, "{separator}{}", shorten(key)),
                Step::Index(index) => write!(text, "[{index}]"),
            };
        }
        text
    }

    /// Runs `read` one step further down.
    #[inline]
    pub(crate) fn within<T>(&mut self, step: Step<'r>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = read(self);
        self.path.pop();
        result
    }

    /// Runs `read` one step further down, at a node.
    pub(crate) fn within_node<T>(&mut self, step: Step<'r>, node: Node<'r>, read: impl FnOnce(&mut Self) -> T) -> T {
        let node = self.unwrapped(node);
        let outer = std::mem::replace(&mut self.at, At::Node(node));
        let result = self.within(step, read);
        self.at = outer;
        result
    }

    /// Runs `read` at a node that has no path of its own.
    #[cfg(feature = "server")]
    pub(crate) fn at_node<T>(&mut self, node: Node<'r>, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.at, At::Node(node));
        let result = read(self);
        self.at = outer;
        result
    }

    /// Whether fields that the spec does not know matter.
    pub(super) fn minds_unknown_fields(&self) -> bool {
        self.unknown != UnknownFields::Ignore || self.others.is_some()
    }

    /// Checks that a field that the spec does not know does not belong to the answer of another call.
    pub(super) fn check_foreign(&mut self, key: &str, node: Node<'_>) {
        if !self.is_ignored(node) && self.others.is_some_and(|others| others.binary_search(&key).is_ok()) {
            let error = self.error("an answer to this call", format!("`{key}`, which belongs to another call's"));
            self.doubt(error.at(node.offset()));
        }
    }

    /// What stands under a key that is expected once; of several the last, as PHP, Python and JavaScript read it.
    pub(crate) fn only<'t>(&mut self, node: Node<'t>, key: &str) -> Option<Node<'t>> {
        let mut named = node.entries().filter(|(name, _)| *name == key).map(|(_, node)| node);
        let first = named.next()?;
        let Some(last) = named.last() else { return Some(first) };
        let error = self.error("each key once", format!("`{}` twice", shorten(key))).at(last.offset());
        if self.unknown == UnknownFields::Deny || self.others.is_some() {
            self.doubt(error);
        } else {
            self.report.add_defect(error);
        }
        Some(last)
    }

    #[cold]
    fn doubt(&mut self, error: DecodeError) {
        self.doubt.get_or_insert(error);
    }

    /// Why a value that was read up to here cannot be used, which is then forgotten.
    #[cfg(feature = "server")]
    pub(crate) fn take_doubt(&mut self) -> Option<DecodeError> {
        self.doubt.take()
    }

    /// Puts back a doubt from before, which counts more than a later one.
    #[cfg(feature = "server")]
    pub(crate) fn put_back(&mut self, doubt: Option<DecodeError>) {
        self.doubt = doubt.or(self.doubt.take());
    }

    /// The first doubt, if there is one.
    pub(crate) fn check_doubts(&self) -> Result<(), DecodeError> {
        self.doubt.clone().map_or(Ok(()), Err)
    }

    /// The scalar in an object that stands for it, or the node itself.
    #[inline]
    pub(super) fn unwrapped<'t>(&self, node: Node<'t>) -> Node<'t> {
        if self.leniency.scalar.is_empty() { node } else { place::unwrapped(node, self.leniency.scalar) }
    }

    /// Whether the spec names parts of answers that are no fields.
    pub(super) fn has_ignored(&self) -> bool {
        !self.leniency.ignore.is_empty() || !self.leniency.marker.is_empty()
    }

    /// Ignores those of these keys that are attributes of the root element below a node: every request has them.
    #[cfg(feature = "server")]
    pub(crate) fn ignore_attributes(&mut self, keys: &[&str], top: Node<'_>) {
        let keys: Vec<&&str> = keys.iter().filter(|key| key.starts_with('@')).collect();
        if keys.is_empty() {
            return;
        }
        let mut found = place::ignored(top, self.leniency.ignore);
        for (_, element) in top.entries() {
            found.extend(keys.iter().filter_map(|key| element.get(key)).map(Node::index));
        }
        self.ignored = Some(found);
    }

    /// Whether the spec says that this is not wanted.
    pub(crate) fn is_ignored(&mut self, node: Node<'_>) -> bool {
        let (top, paths, marker) = (self.top, self.leniency.ignore, self.leniency.marker);
        if self.ignored.is_none() && !self.has_ignored() {
            return false;
        }
        let ignored = || {
            let top = node.document().node(top);
            let mut found = top.map(|top| place::ignored(top, paths)).unwrap_or_default();
            found.extend(top.filter(|_| !marker.is_empty()).iter().flat_map(|top| place::ignored(*top, &[marker])));
            found
        };
        self.ignored.get_or_insert_with(ignored).contains(&node.index())
    }

    /// Whether the only item of a list, or an object, has the marker of a success and nothing else: so some APIs say that
    /// there is none.
    ///
    /// A new field may stand beside the marker, but so does an item whose fields all have new names: the list is then
    /// empty, and reported as a part.
    pub(crate) fn is_marker_alone<T: FromWire>(&mut self, mut items: impl Iterator<Item = Node<'r>>) -> bool {
        let marker = self.leniency.marker;
        // What a call did that acts has what it needs to be told, or it is not known.
        if self.others.is_some() && T::FIELDS.iter().any(Field::is_required) {
            return false;
        }
        let (Some(item), None) = (items.next().filter(|_| !marker.is_empty()), items.next()) else { return false };
        let marks = item.document().node(self.top).map(|top| place::ignored(top, &[marker])).unwrap_or_default();
        if item.kind() != Kind::Map
            || !T::may_be_none(item)
            || !item.entries().any(|(_, inner)| marks.contains(&inner.index()))
        {
            return false;
        }
        let mut others = item.entries().filter(|(_, inner)| !marks.contains(&inner.index()));
        let Some((key, other)) = others.next() else { return true };
        let has_field = |key: &str| T::FIELDS.iter().any(|field| field.may_be_under(key, item.format()));
        let is_strict = self.unknown == UnknownFields::Deny || self.others.is_some();
        if is_strict || T::FIELDS.is_empty() || has_field(key) || others.any(|(key, _)| has_field(key)) {
            return false;
        }
        let error = self.error("an item, or the marker of a success alone", format!("`{}` beside it", shorten(key)));
        self.report.add_left_out(error.at(other.offset()));
        true
    }

    /// Reports a field that the spec does not know.
    pub(crate) fn unknown_field(&mut self, key: &str, node: Node<'_>) -> Result<(), DecodeError> {
        if self.is_ignored(node) {
            return Ok(());
        }
        self.check_foreign(key, node);
        match self.unknown {
            UnknownFields::Deny => {
                let found = format!("`{}`", shorten(key));
                Err(self.error("only fields that the spec knows, each once", found).at(node.offset()))
            }
            UnknownFields::Ignore | UnknownFields::Collect => {
                self.unknown_key(key);
                Ok(())
            }
        }
    }

    /// Lists a key that the spec does not know, where that is asked for.
    pub(super) fn unknown_key(&mut self, key: &str) {
        if self.unknown == UnknownFields::Collect {
            let path = format!("{}.{}", self.path_text(), shorten(key));
            self.report.add_unknown(path);
        }
    }

    /// Adds an optional field that cannot be read to the report; it then counts as absent. A list over its limit remains
    /// an error, since it is not empty, and so does money, since "no amount" reads like "no money"; but not in the answer
    /// to a call that acts, whose proof that it was carried out is worth more. `spec` is that of the object.
    #[cold]
    pub(super) fn defect_of(
        &mut self,
        error: DecodeError,
        spec: &'static str,
        add: fn(&mut Report, DecodeError),
    ) -> Result<(), DecodeError> {
        self.spec = spec;
        let is_final = error.is_over_limit() || error.is_of_money() && self.others.is_none();
        if self.unknown == UnknownFields::Deny || is_final || matches!(self.at, At::Body(_)) {
            return Err(error);
        }
        add(&mut self.report, error);
        Ok(())
    }
}

/// Describes a node for an error text, shortened.
pub(crate) fn describe(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Null => "nothing".to_owned(),
        Kind::Bool => format!("{}", node.as_bool() == Some(true)),
        Kind::Number => shorten(node.as_str().unwrap_or_default()),
        Kind::Text => format!("{:?}", shorten(node.as_str().unwrap_or_default())),
        Kind::List => "a list".to_owned(),
        Kind::Map => "an object".to_owned(),
    }
}

/// At most the characters of a value that an error shows.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
