//! Reads values straight from the bytes of a body, without building a tree.
//!
//! A cursor reads regular documents only, and gives up on anything else: an error, a limit, markup that is not plain, a
//! key with an escape. The caller then parses the body into a [`Document`](crate::Document), where every rule and every
//! error message lives. So a cursor needs no error messages, and whatever it reads, the tree says the same.

mod json;
mod php;
mod xml;

use std::borrow::Cow;

use crate::read::xml::plain::root_start;
use crate::read::{expected_nodes, look};
use crate::{Format, Kind, Limits, Node};

/// A document that a [`Cursor`] leaves to the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Irregular;

/// A position in a JSON, PHP or XML body, before a value or within a container.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    format: Format,
    text: &'a str,
    at: usize,
    /// Levels of nesting that the limits leave.
    depth: usize,
    max_items: usize,
    /// In XML, what the next value is.
    place: Place,
    /// In XML, the name of the element whose value is next: start and length.
    name: (usize, usize),
}

/// What the next value of an XML document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The document: an object with the root element as its one entry.
    Document,
    /// An element, after its name.
    Element,
    /// An attribute, after the opening quote.
    Attribute(u8),
    /// The text of an element that has attributes.
    OwnText,
}

/// A plain number, read where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digits {
    /// All digits, without the point.
    pub number: i64,
    /// The digits behind the point.
    pub scale: u32,
    /// Whether it is written as a text.
    pub is_text: bool,
    /// Where it ends, for [`Cursor::go_to`].
    pub end: usize,
}

impl Digits {
    /// Reads from `start` to the first byte that is neither digit nor point.
    #[inline]
    fn read(bytes: &[u8], start: usize, is_text: bool) -> Option<Self> {
        let rest = bytes.get(start..)?;
        let mut number = 0;
        let whole = more_digits(&mut number, rest);
        let (point, scale) = match rest.get(whole)? {
            b'.' => (1, more_digits(&mut number, rest.get(whole + 1..)?)),
            _ => (0, 0),
        };
        let length = whole + point + scale;
        // Eighteen digits fit into the number; one that was longer is not used.
        let is_plain = whole > 0 && length <= 18 && (point == 0 || scale > 0);
        is_plain.then_some(Self { number, scale: scale as u32, is_text, end: start + length })
    }
}

/// Appends the digits that stand here to a number, and counts them.
#[inline(always)]
fn more_digits(number: &mut i64, bytes: &[u8]) -> usize {
    let mut count = 0;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        *number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
        count += 1;
    }
    count
}

/// A container that is being read.
#[derive(Debug)]
pub struct Frame {
    /// In PHP, the entries that are left.
    left: usize,
    /// The entries that were found.
    found: usize,
    is_list: bool,
    part: Part,
    /// In XML, the name of the element.
    name: (usize, usize),
}

/// Which part of an XML element is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Document,
    Attributes,
    Children,
    OwnText,
}

/// The key of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKey<'a> {
    /// The one that was expected.
    Expected,
    /// Another one.
    Other {
        /// Its text; for an attribute the name without `@`.
        text: &'a str,
        /// Whether it is the name of an XML attribute.
        is_attribute: bool,
    },
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of a body; `None` where only a tree can be read: other formats, and whatever
    /// [`parse_any`](crate::parse_any) refuses at first sight.
    pub fn open(formats: &[Format], body: &'a [u8], limits: &Limits) -> Option<Self> {
        let body = look::text(body, limits).ok()?;
        let format = match formats {
            [only] => *only,
            _ => look::format(formats, body).ok()?,
        };
        Self::over(format, body, limits)
    }

    fn over(format: Format, body: &'a str, limits: &Limits) -> Option<Self> {
        if !matches!(format, Format::Json | Format::Php | Format::Xml) {
            return None;
        }
        let (_, text) = look::document(format, body).ok()?;
        // A node takes two bytes or more.
        let may_be_too_many = text.len() / 2 + 3 > limits.max_nodes;
        if may_be_too_many && expected_nodes(format, text.as_bytes()) > limits.max_nodes {
            return None;
        }
        let at = if format == Format::Xml { root_start(text)? } else { 0 };
        let (depth, max_items) = (limits.max_depth, limits.max_items);
        Some(Self { format, text, at, depth, max_items, place: Place::Document, name: (0, 0) })
    }

    /// The text of a value that a tree found at `at` of this body; an XML element starts with its tag.
    pub(crate) fn text_at(format: Format, body: &'a str, at: usize) -> Option<&'a str> {
        // Deeper values are few, and left to the tree.
        let (depth, max_items) = (1_000, usize::MAX);
        let mut cursor = Self { format, text: body, at, depth, max_items, place: Place::Element, name: (0, 0) };
        match format {
            Format::Json | Format::Php => cursor.slice().ok(),
            Format::Xml if cursor.byte(at) == Some(b'<') => {
                cursor.key("").ok()?;
                cursor.slice().ok()
            }
            _ => None,
        }
    }

    /// The format of the body.
    #[inline]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The bytes that are left.
    pub fn left(&self) -> usize {
        self.text.len() - self.at
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// What stands here; `None` where that takes the tree. A PHP array whose first key is 0 is called a list, and turns
    /// out [`Irregular`] if it is none.
    #[inline]
    pub fn kind(&self) -> Option<Kind> {
        match self.format {
            Format::Json => self.json_kind(),
            Format::Php => self.php_kind(),
            _ => self.xml_kind(),
        }
    }

    /// Whether what stands here is a container without entries, told without moving; `false` where that is not plain.
    pub fn is_empty_container(&self) -> bool {
        let mut inner = self.clone();
        matches!(inner.enter().and_then(|mut frame| inner.next(&mut frame)), Ok(false))
    }

    /// The digits that stand here, with at most one point among them, told without moving: in quotes or as a number, with
    /// less than 19 digits. `None` where anything else stands here.
    #[inline]
    pub fn digits(&self) -> Option<Digits> {
        match self.format {
            Format::Json => self.json_digits(),
            Format::Php => self.php_digits(),
            _ => self.xml_digits(),
        }
    }

    /// The text that stands here, told without moving, if it is plain: not empty, nothing in it escaped, no blanks around
    /// it in XML. With it, where it ends for [`Cursor::go_to`].
    #[inline]
    pub fn plain_text(&self) -> Option<(&'a str, usize)> {
        match self.format {
            Format::Json => self.json_plain_text(),
            Format::Php => self.php_plain_text(),
            _ => self.xml_plain_text(),
        }
    }

    /// Goes to the end of a value that was told without moving.
    #[inline]
    pub fn go_to(&mut self, end: usize) {
        self.at = end;
    }

    /// Whether an empty text stands here, told without moving.
    #[inline]
    pub fn is_empty_text(&self) -> bool {
        match self.format {
            Format::Json => self.byte(self.at + 1) == Some(b'"') && self.byte(self.at) == Some(b'"'),
            _ => self.clone().scalar().is_ok_and(|text| text.is_empty()),
        }
    }

    /// The whole document.
    pub fn document(&self) -> &'a str {
        self.text
    }

    /// Where the value that stands here starts in [`Cursor::document`].
    pub fn start(&self) -> Result<usize, Irregular> {
        match (self.format, self.place) {
            (Format::Xml, Place::Element) => Ok(self.name.0 - 1),
            (Format::Xml, Place::Attribute(_) | Place::OwnText) => Err(Irregular),
            _ => Ok(self.at),
        }
    }

    /// Where the value ends that was read last.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The truth value that stands here.
    pub fn boolean(&mut self) -> Result<bool, Irregular> {
        match self.format {
            Format::Json => self.json_boolean(),
            Format::Php => self.php_boolean(),
            _ => Err(Irregular),
        }
    }

    /// The text that stands here, or the lexeme of a number. An XML element without content is an empty text.
    #[inline]
    pub fn scalar(&mut self) -> Result<Cow<'a, str>, Irregular> {
        match self.format {
            Format::Json => self.json_scalar(),
            Format::Php => self.php_scalar(),
            _ => self.xml_scalar(),
        }
    }

    /// Passes over what stands here, of whatever kind.
    #[inline]
    pub fn skip(&mut self) -> Result<(), Irregular> {
        match self.format {
            Format::Json => self.json_skip(),
            Format::Php => self.php_skip(),
            _ => self.xml_skip(),
        }
    }

    /// Passes over what stands here, and gives its text, which by itself is a document.
    pub fn slice(&mut self) -> Result<&'a str, Irregular> {
        let start = self.start()?;
        self.skip()?;
        self.text.get(start..self.at).ok_or(Irregular)
    }

    /// Enters a list or an object.
    #[inline]
    pub fn enter(&mut self) -> Result<Frame, Irregular> {
        self.depth = self.depth.checked_sub(1).ok_or(Irregular)?;
        match self.format {
            Format::Json => self.json_enter(),
            Format::Php => self.php_enter(),
            _ => self.xml_enter(),
        }
    }

    /// Goes on to the next entry, for [`Cursor::key`], or to the next item; `false` at the end, which is passed.
    ///
    /// In XML only objects are entered: an object has an entry for each element.
    #[inline]
    pub fn next(&mut self, frame: &mut Frame) -> Result<bool, Irregular> {
        let is_there = match self.format {
            Format::Json => self.json_next(frame),
            Format::Php => self.php_next(frame),
            _ => self.xml_next(frame),
        }?;
        frame.found += usize::from(is_there);
        self.depth += usize::from(!is_there);
        // Entries that `json_next_is` and the like met are counted here, too.
        if frame.found > self.max_items { Err(Irregular) } else { Ok(is_there) }
    }

    /// The key of an object's entry.
    #[inline]
    pub fn key(&mut self, expected: &str) -> Result<EntryKey<'a>, Irregular> {
        match self.format {
            Format::Json => self.json_key(expected),
            Format::Php => self.php_key(expected),
            _ => self.xml_key(expected),
        }
    }

    /// Passes the key of a list's item. Only PHP's arrays have them; `any` takes other keys than 0, 1, 2, … too.
    #[inline]
    pub fn item(&mut self, frame: &Frame, any: bool) -> Result<(), Irregular> {
        match self.format {
            Format::Json if frame.is_list => Ok(()),
            Format::Json if any => self.json_key("").map(|_| ()),
            Format::Php => self.php_item(frame, any),
            _ => Err(Irregular),
        }
    }

    /// Checks that nothing follows the document.
    pub fn end(&self) -> Result<(), Irregular> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        if rest.trim_ascii_start().is_empty() { Ok(()) } else { Err(Irregular) }
    }
}

impl<'t> Node<'t> {
    /// The text of this value in the body, which by itself is a document; `None` where it is not one plain piece of it.
    pub fn source(self) -> Option<&'t str> {
        let document = self.document();
        match (document.format(), self.index()) {
            (Format::Xml, 0) => Some(document.body()),
            (format, _) => Cursor::text_at(format, document.body(), self.offset()),
        }
    }
}

impl Frame {
    fn new(is_list: bool) -> Self {
        Self { left: 0, found: 0, is_list, part: Part::Children, name: (0, 0) }
    }
}
