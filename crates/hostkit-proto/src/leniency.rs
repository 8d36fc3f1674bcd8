//! How leniently an API's answers are read: data of `service.toml`, and what they make of a node.
//!
//! The codec, the generator's check of wire examples and its OpenAPI documents ask here, so that none is more lenient than
//! the others.

use hostkit_wire::{Format, Kind, Node};

/// The tolerated deviations of one API's answers. Everything that is not enabled is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leniency {
    /// A list of one may come as the item itself, and a list with gaps as a map whose keys are numbers.
    pub one_as_list: bool,
    /// A list may come as a map; its values are the items.
    pub map_as_list: bool,
    /// A list or map may come as `null` or as empty text.
    pub null_as_empty: bool,
    /// A map may come as `[]` when it is empty.
    pub list_as_empty_map: bool,
    /// A number may come as text, and text as a number.
    pub loose_scalars: bool,
    /// `""` means that there is no value.
    pub empty_text_is_absent: bool,
    /// A truth value may come as `0`, `1`, `"0"`, `"1"`, `""` or `null`.
    pub loose_flags: bool,
    /// The forms of date-times, in `strptime` notation, tried in order.
    pub date_times: &'static [&'static str],
    /// The forms of dates.
    pub dates: &'static [&'static str],
    /// Keys of the envelope that are no fields of the data.
    pub envelope: &'static [&'static str],
    /// Paths to the parts of answers that are skipped, as [`ignored`](crate::place::ignored) reads them.
    pub ignore: &'static [&'static str],
    /// Path to the marker that every success has without an envelope, as [`all`](crate::place::all) reads it; empty if there
    /// is none. The verdict reads it, so it is no field of the data, and an item that has nothing else is none.
    pub marker: &'static str,
    /// The key of the scalar in an object that may stand for it, such as `$`; empty if none does.
    pub scalar: &'static str,
}

impl Leniency {
    /// Nothing is lenient; date-times are `2012-01-24 04:00:02`.
    pub const STRICT: Self = Self {
        one_as_list: false,
        map_as_list: false,
        null_as_empty: false,
        list_as_empty_map: false,
        loose_scalars: false,
        empty_text_is_absent: false,
        loose_flags: false,
        date_times: &["%Y-%m-%d %H:%M:%S"],
        dates: &["%Y-%m-%d"],
        envelope: &[],
        ignore: &[],
        marker: "",
        scalar: "",
    };
}

/// What stands in the place of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListShape {
    /// A list.
    Items,
    /// Something empty.
    Nothing,
    /// A map whose values are the items.
    Values,
    /// One item by itself, or a wrapper with the name of an item.
    Item,
}

/// What stands in the place of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapShape {
    /// A map.
    Entries,
    /// Something empty.
    Nothing,
}

impl Leniency {
    /// What the node is where a list belongs; `None` where it is none.
    pub fn list(&self, node: Node<'_>) -> Option<ListShape> {
        match node.kind() {
            Kind::List => Some(ListShape::Items),
            Kind::Null if self.null_as_empty => Some(ListShape::Nothing),
            Kind::Text if self.null_as_empty && node.is_empty_text() => Some(ListShape::Nothing),
            Kind::Map if is_nil(node) => Some(ListShape::Nothing),
            Kind::Map if node.is_empty() && (self.one_as_list || self.map_as_list) => Some(ListShape::Nothing),
            Kind::Map if self.map_as_list => Some(ListShape::Values),
            // PHP writes a list so from which items were removed.
            Kind::Map if self.one_as_list && node.entries().all(|(key, _)| is_position(key)) => Some(ListShape::Values),
            Kind::Text | Kind::Number | Kind::Bool | Kind::Map if self.one_as_list => Some(ListShape::Item),
            _ => None,
        }
    }

    /// What the node is where a map belongs; `None` where it is none.
    pub fn map(&self, node: Node<'_>) -> Option<MapShape> {
        match node.kind() {
            Kind::Map => Some(MapShape::Entries),
            // A list with items is refused: its positions, taken as ids, would name other items.
            Kind::List if self.is_list_a_map(node.format()) && node.is_empty() => Some(MapShape::Nothing),
            Kind::Null if self.null_as_empty || node.format() == Format::Xml => Some(MapShape::Nothing),
            Kind::Text if self.null_as_empty && node.is_empty_text() => Some(MapShape::Nothing),
            _ => None,
        }
    }

    /// Whether a map without entries may be an empty list: PHP has one kind of array for both.
    pub(crate) fn is_list_a_map(&self, format: Format) -> bool {
        self.list_as_empty_map || matches!(format, Format::Php | Format::PrintR)
    }

    /// Whether the node is an object: PHP and XML write one without fields as something empty.
    pub fn is_object(node: Node<'_>) -> bool {
        match node.kind() {
            Kind::Map => true,
            Kind::List => node.is_empty(),
            Kind::Null => node.format() == Format::Xml,
            _ => false,
        }
    }

    /// Whether the node has nothing in it, in whatever way a format or PHP writes that: for the place of a list or map
    /// that has no items by another field of the answer.
    pub fn is_nothing(node: Node<'_>) -> bool {
        match node.kind() {
            Kind::Null => true,
            Kind::Text => node.is_empty_text(),
            Kind::List | Kind::Map => node.is_empty(),
            Kind::Bool | Kind::Number => false,
        }
    }

    /// Whether the outermost wrapper of a list is empty: `[]` in `{"backups":[]}` for `backups/backup`.
    pub fn wraps_nothing(&self, wrapper: Node<'_>) -> bool {
        match wrapper.kind() {
            Kind::Null => self.null_as_empty || wrapper.format() == Format::Xml,
            Kind::Text => self.null_as_empty && wrapper.is_empty_text(),
            Kind::List => self.is_list_a_map(wrapper.format()) && wrapper.is_empty(),
            Kind::Map => (self.one_as_list || self.map_as_list) && wrapper.is_empty(),
            _ => false,
        }
    }

    /// Whether an optional value is absent; flags and dates have more to say.
    pub fn is_absent(&self, node: Node<'_>) -> bool {
        match node.kind() {
            Kind::Null => true,
            Kind::Text => {
                let is_text_only = matches!(node.format(), Format::Xml | Format::Form);
                node.is_empty_text() && (self.empty_text_is_absent || is_text_only)
            }
            Kind::List => self.list_as_empty_map && node.is_empty(),
            Kind::Map => is_nil(node),
            _ => false,
        }
    }

    /// Whether an optional flag is absent: an empty element or text is the PHP spelling of `false`.
    pub fn is_flag_absent(&self, node: Node<'_>) -> bool {
        node.kind() == Kind::Null && node.format() != Format::Xml && !self.loose_flags || is_nil(node)
    }

    /// Whether a number may be text here, and text a number.
    #[inline]
    pub fn is_loose(&self, node: Node<'_>) -> bool {
        self.loose_scalars || has_only_text(node)
    }

    /// Whether a flag may be something else than `true` and `false` here.
    pub fn has_loose_flags(&self, node: Node<'_>) -> bool {
        self.loose_flags || has_only_text(node)
    }

    /// The text of a scalar, or the lexeme of a number; an XML element may be empty, and may have attributes beside its text.
    pub fn scalar_text(node: Node<'_>) -> Option<&str> {
        match node.kind() {
            Kind::Null if node.format() == Format::Xml => Some(""),
            Kind::Map if node.format() == Format::Xml => node.get("$text").and_then(Node::as_str),
            _ => node.as_str(),
        }
    }
}

/// Whether the node is an element without content that says `xsi:nil="true"`, whatever the prefix.
fn is_nil(node: Node<'_>) -> bool {
    let says_nil =
        |(key, value): (&str, Node<'_>)| key.ends_with(":nil") && matches!(value.as_str(), Some("true" | "1"));
    node.format() == Format::Xml && node.entries().all(|(key, _)| key.starts_with('@')) && node.entries().any(says_nil)
}

/// Whether a key is a position in a list.
pub(crate) fn is_position(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// XML, `print_r` and forms have no scalars but text, so there every number comes as text.
#[inline]
fn has_only_text(node: Node<'_>) -> bool {
    matches!(node.format(), Format::Xml | Format::PrintR | Format::Form)
}
