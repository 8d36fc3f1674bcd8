//! Reads values directly from the bytes of a body, without building a tree.
//!
//! A cursor reads regular documents only, and gives up on anything else: an error, a limit, markup that is not plain, a
//! key with an escape. The caller then parses the body into a [`Document`](crate::Document), where every rule and every
//! error message lives. So a cursor needs no error messages, and whatever it reads, the tree says the same.

mod json;
mod php;
mod written_key;
mod xml;

use std::borrow::Cow;
use std::num::NonZeroU32;

pub use written_key::WrittenKey;

use crate::read::xml::plain::root_start;
use crate::read::{detect, expected_nodes};
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
    /// The same name, if it is that of a key.
    key: Option<&'static WrittenKey>,
    /// Where the value ends that was read last without moving.
    peeked: usize,
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
    /// The digits behind the point, whether it is a text, and a one: with two scalars, it is returned in registers.
    shape: NonZeroU32,
}

impl Digits {
    #[inline(always)]
    fn new(number: i64, scale: u32, is_text: bool) -> Self {
        Self { number, shape: NonZeroU32::MIN | scale << 2 | u32::from(is_text) << 1 }
    }

    /// The digits behind the point.
    #[inline(always)]
    pub fn scale(self) -> u32 {
        self.shape.get() >> 2
    }

    /// Whether it is written as a text.
    #[inline(always)]
    pub fn is_text(self) -> bool {
        self.shape.get() & 2 != 0
    }
}

/// Digits with at most one point among them, up to another byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number {
    number: i64,
    scale: u32,
    length: usize,
}

impl Number {
    /// That at the start of this text.
    #[inline(always)]
    fn at_start(text: &[u8]) -> Option<Self> {
        match text.first_chunk().and_then(|chunk| Self::few(*chunk)) {
            Some((number, _)) => Some(number),
            None => Self::many(text),
        }
    }

    /// That at the start of these eight bytes, if all of it and the byte behind it are among them; with that byte.
    #[inline(always)]
    fn few(chunk: [u8; 8]) -> Option<(Self, u8)> {
        let chunk = u64::from_le_bytes(chunk);
        // The values of the digits, the first one in the lowest byte.
        let values = chunk ^ u64::from_ne_bytes([b'0'; 8]);
        // Bits of the digits before the point.
        let whole = 8 * digits_of(values)?;
        if whole == 0 {
            return None;
        }
        let end = (chunk >> whole) as u8;
        if end != b'.' {
            let number = joined(values << (u64::BITS - whole));
            return Some((Self { number, scale: 0, length: (whole / 8) as usize }, end));
        }
        let before = (1 << whole) - 1;
        let values = values & before | (values >> 8) & !before;
        let digits = 8 * digits_of(values)?;
        if digits == whole {
            return None;
        }
        let number = joined(values << (u64::BITS - digits));
        let number = Self { number, scale: (digits - whole) / 8, length: (digits / 8 + 1) as usize };
        Some((number, (chunk >> 8 >> digits) as u8))
    }

    /// That at the start of this text, of any length.
    #[inline(never)]
    fn many(text: &[u8]) -> Option<Self> {
        let mut number = 0;
        let whole = more_digits(&mut number, text);
        let (point, scale) = match text.get(whole)? {
            b'.' => (1, more_digits(&mut number, text.get(whole + 1..)?)),
            _ => (0, 0),
        };
        let length = whole + point + scale;
        // Eighteen digits fit into the number; one that was longer is not used.
        let is_plain = whole > 0 && length <= 18 && (point == 0 || scale > 0);
        is_plain.then_some(Self { number, scale: scale as u32, length })
    }
}

/// How many of these bytes are digits before the first that is none; `None` if all are.
#[inline(always)]
fn digits_of(values: u64) -> Option<u32> {
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    // Adding 0x76 sets the high bit of what is above 9; the lowest marked byte is exact, a carry comes from a marked one.
    let others = (values.wrapping_add(u64::from_ne_bytes([0x76; 8])) | values) & HIGHS;
    if others == 0 { None } else { Some(others.trailing_zeros() / 8) }
}

/// The number that the values of eight digits make, the first one in the lowest byte; above them stands what is no digit.
#[inline(always)]
fn joined(values: u64) -> i64 {
    // Two digits become one number, then four, then all eight.
    let pairs = (values & 0x0F0F_0F0F_0F0F_0F0F).wrapping_mul(10 << 8 | 1) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(100 << 16 | 1) >> 16;
    ((fours & 0x0000_FFFF_0000_FFFF).wrapping_mul(10_000 << 32 | 1) >> 32) as i64
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
    /// In JSON, what stands before the next entry.
    separator: u8,
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

/// The key of the next entry, read without moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextKey<'a> {
    /// Its text; in XML the name of an element.
    pub text: &'a [u8],
    /// Where the value starts; in XML, where the tag goes on.
    value: usize,
}

/// The key of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryKey<'a> {
    /// Its text; for an attribute the name without `@`.
    pub text: &'a str,
    /// Whether it is the name of an XML attribute.
    pub is_attribute: bool,
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of a body; `None` where only a tree can be read: other formats, and whatever
    /// [`parse_any`](crate::parse_any) refuses at first sight.
    pub fn open(formats: &[Format], body: &'a [u8], limits: &Limits) -> Option<Self> {
        let body = detect::text(body, limits).ok()?;
        let format = match formats {
            [only] => *only,
            _ => detect::format(formats, body).ok()?,
        };
        Self::over(format, body, limits)
    }

    fn over(format: Format, body: &'a str, limits: &Limits) -> Option<Self> {
        if !matches!(format, Format::Json | Format::Php | Format::Xml) {
            return None;
        }
        let (base, text) = detect::document(format, body).ok()?;
        // A node takes two bytes or more.
        let may_be_too_many = text.len() / 2 + 3 > limits.max_nodes;
        if may_be_too_many && expected_nodes(format, text.as_bytes()) > limits.max_nodes {
            return None;
        }
        let at = if format == Format::Xml { root_start(text)? } else { 0 };
        // Those in the document itself are seen where they stand.
        let around = [text.get(..at)?, body.get(base + text.len()..)?];
        if format == Format::Xml && around.into_iter().any(|text| detect::control_character(text).is_some()) {
            return None;
        }
        let (depth, max_items) = (limits.max_depth, limits.max_items);
        Some(Self { format, text, at, depth, max_items, place: Place::Document, name: (0, 0), key: None, peeked: 0 })
    }

    /// The text of a value that a tree found at `at` of this body; an XML element starts with its tag.
    pub(crate) fn text_at(format: Format, body: &'a str, at: usize) -> Option<&'a str> {
        // Deeper values are few, and left to the tree.
        let (depth, max_items) = (1_000, usize::MAX);
        let place = Place::Element;
        let mut cursor = Self { format, text: body, at, depth, max_items, place, name: (0, 0), key: None, peeked: 0 };
        match format {
            Format::Json | Format::Php => cursor.slice().ok(),
            Format::Xml if cursor.byte(at) == Some(b'<') => {
                cursor.key().ok()?;
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

    /// Whether what stands here is a container without entries, read without moving; `false` where that is not plain.
    pub fn is_empty_container(&self) -> bool {
        let is_json = self.format == Format::Json;
        match self.text.as_bytes().get(self.at..) {
            Some([b'{', b'}', ..] | [b'[', b']', ..]) if is_json => return self.depth > 0,
            Some([b'{' | b'[', inside, ..]) if is_json && *inside > b' ' => return false,
            _ => {}
        }
        let mut inner = self.clone();
        matches!(inner.enter().and_then(|mut frame| inner.next(&mut frame)), Ok(false))
    }

    /// The digits that stand here, with at most one point among them, read without moving: in quotes or as a number, with
    /// less than 19 digits. `None` where anything else stands here. [`Cursor::pass_peeked`] goes behind them.
    #[inline]
    pub fn digits(&mut self) -> Option<Digits> {
        match self.format {
            Format::Json => self.json_digits(),
            Format::Php => self.php_digits(),
            _ => self.xml_digits(),
        }
    }

    /// The digits that stand here, and where the value ends, if they are few, as most are: a quick way before
    /// [`Cursor::digits`], which leaves the others to functions of their own.
    #[inline(always)]
    pub fn few_digits(&self) -> Option<(Digits, usize)> {
        match self.format {
            Format::Json => self.json_few_digits(),
            Format::Php => self.php_few_digits(),
            _ => self.xml_few_digits(),
        }
    }

    /// The text of `N` bytes that stands here, whatever is in it, and where it ends: a quick way, for PHP where `N` is
    /// less than ten.
    #[inline(always)]
    pub fn text_of<const N: usize>(&self) -> Option<(&'a [u8; N], usize)> {
        match self.format {
            Format::Json => self.json_text_of(),
            Format::Php => self.php_text_of(),
            _ => self.xml_text_of(),
        }
    }

    /// Goes to where a value ends.
    #[inline(always)]
    pub fn go_to(&mut self, end: usize) {
        self.at = end;
    }

    /// The text that stands here, read without moving, if it is plain: not empty, nothing in it escaped, no blanks around
    /// it in XML. [`Cursor::pass_peeked`] goes behind it.
    #[inline(always)]
    pub fn plain_text(&mut self) -> Option<&'a str> {
        match self.format {
            Format::Json => self.json_plain_text(),
            Format::Php => self.php_plain_text(),
            _ => self.xml_plain_text(),
        }
    }

    /// Passes over the value that was read last without moving.
    #[inline]
    pub fn pass_peeked(&mut self) {
        self.at = self.peeked;
    }

    /// Passes over a null, if one stands here: in XML, an element without content that is one tag, `<key/>`.
    #[inline]
    pub fn pass_null(&mut self) -> bool {
        let length = match (self.format, self.text.as_bytes().get(self.at..)) {
            (Format::Json, Some([b'n', b'u', b'l', b'l', ..])) => 4,
            (Format::Php, Some([b'N', b';', ..])) => 2,
            (Format::Xml, Some([b'/', b'>', ..])) if self.place == Place::Element => 2,
            _ => return false,
        };
        self.at += length;
        true
    }

    /// Whether an empty text stands here, read without moving.
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
    pub(crate) fn slice(&mut self) -> Result<&'a str, Irregular> {
        let start = self.start()?;
        self.skip()?;
        self.text.get(start..self.at).ok_or(Irregular)
    }

    /// Enters a list or an object.
    #[inline(always)]
    pub fn enter(&mut self) -> Result<Frame, Irregular> {
        self.depth = self.depth.checked_sub(1).ok_or(Irregular)?;
        match self.format {
            Format::Json => self.json_enter(),
            Format::Php => self.php_enter(),
            _ => self.xml_enter(),
        }
    }

    /// Enters an object, or the empty list that PHP writes for one; `None` if it is an XML element without content, which
    /// is passed.
    #[inline(always)]
    pub fn enter_object(&mut self) -> Result<Option<Frame>, Irregular> {
        match self.format {
            Format::Json if self.byte(self.at) == Some(b'{') => self.enter().map(Some),
            Format::Json => self.enter_empty_list().map(Some),
            Format::Php => self.enter().and_then(|frame| self.php_object(frame).map(Some)),
            _ => self.xml_enter_object(),
        }
    }

    #[inline(never)]
    fn enter_empty_list(&mut self) -> Result<Frame, Irregular> {
        let is_it = self.byte(self.at) == Some(b'[') && self.is_empty_container();
        if is_it { self.enter() } else { Err(Irregular) }
    }

    /// Goes on to the next entry, for [`Cursor::key`], or to the next item; `false` at the end, which is passed.
    ///
    /// In XML only objects are entered: an object has an entry for each element.
    #[inline(always)]
    pub fn next(&mut self, frame: &mut Frame) -> Result<bool, Irregular> {
        let is_there = match self.format {
            Format::Json => self.json_next(frame),
            Format::Php => self.php_next(frame),
            _ => self.xml_next(frame),
        }?;
        frame.found += usize::from(is_there);
        frame.separator = b',';
        self.depth += usize::from(!is_there);
        // Entries that `json_next_is` and the like met are counted here, too.
        if frame.found > self.max_items { Err(Irregular) } else { Ok(is_there) }
    }

    /// Goes on to the next item of a list; `false` at the end, which is passed. The keys of a PHP array have to be 0, 1, …
    #[inline]
    pub fn next_item(&mut self, frame: &mut Frame) -> Result<bool, Irregular> {
        let is_there = match self.format {
            Format::Json if frame.is_list => self.json_next(frame)?,
            Format::Php => self.php_next(frame)?,
            _ => return Err(Irregular),
        };
        if !is_there {
            self.depth += 1;
            return Ok(false);
        }
        frame.found += 1;
        if frame.found > self.max_items {
            return Err(Irregular);
        }
        if self.format == Format::Php {
            self.php_item(frame)?;
        }
        Ok(true)
    }

    /// The key of an object's entry.
    #[inline]
    pub fn key(&mut self) -> Result<EntryKey<'a>, Irregular> {
        let text = match self.format {
            Format::Json => self.json_key(),
            Format::Php => self.php_key(),
            _ => return self.xml_key(),
        }?;
        Ok(EntryKey { text, is_attribute: false })
    }

    /// Goes on to the value of the next entry, which [`Cursor::json_next_key`] and the like read.
    #[inline]
    pub fn enter_entry(&mut self, frame: &mut Frame, key: NextKey<'_>) {
        self.at = key.value;
        frame.found += 1;
        frame.separator = b',';
        match self.format {
            Format::Xml => self.xml_enter_entry(key.text.len(), None),
            _ => frame.left = frame.left.saturating_sub(1),
        }
    }

    /// Passes the key of an entry or item that is skipped. Only PHP's arrays have keys of items.
    fn pass_key(&mut self, frame: &Frame) -> Result<(), Irregular> {
        match self.format {
            Format::Json if frame.is_list => Ok(()),
            Format::Json => self.json_key().map(|_| ()),
            _ => self.php_key().map(|_| ()),
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
    /// The entries or items that were found.
    #[inline(always)]
    pub fn found(&self) -> usize {
        self.found
    }

    /// An object before its first entry, for the ways to enter one that take a frame.
    pub const OBJECT: Self = Self::new(false);

    const fn new(is_list: bool) -> Self {
        Self { left: 0, found: 0, is_list, separator: b'{', part: Part::Children, name: (0, 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Frame, Irregular, Number, WrittenKey};
    use crate::{Format, Limits, parse};

    #[test]
    fn an_entry_needs_its_comma_however_the_one_before_was_met() {
        for (body, is_it) in [("{\"a\":1,\"b\":2", true), ("{\"a\":1{\"b\":2", false)] {
            let body = format!("{body},\"a long enough rest of the body\":0}}");
            let [a, b] = ["a", "b"].map(WrittenKey::new);
            for way in 0..3 {
                let mut cursor = Cursor::open(&[Format::Json], body.as_bytes(), &Limits::DEFAULT).expect("JSON");
                let mut frame = Frame::OBJECT;
                cursor.json_enter_object(&mut frame).expect("an object");
                match way {
                    0 => assert!(cursor.json_next_is(&mut frame, &a)),
                    1 => {
                        let key = cursor.json_next_key(&frame).expect("a key");
                        cursor.enter_entry(&mut frame, key);
                    }
                    _ => {
                        assert_eq!(cursor.next(&mut frame), Ok(true));
                        assert_eq!(cursor.key().map(|key| key.text), Ok("a"));
                    }
                }
                cursor.skip().expect("a number");
                assert_eq!(cursor.json_next_is(&mut frame, &b), is_it, "{body} {way}");
            }
        }
    }

    /// Reads a whole document, texts and values of attributes as such where they are plain.
    fn walk(body: &str, is_skipped: bool) -> Result<(), Irregular> {
        let mut cursor = Cursor::open(&[Format::Xml], body.as_bytes(), &Limits::DEFAULT).ok_or(Irregular)?;
        if is_skipped {
            cursor.skip()?;
            return cursor.end();
        }
        let mut document = cursor.enter()?;
        while cursor.next(&mut document)? {
            cursor.key()?;
            let Some(mut root) = cursor.enter_object()? else { continue };
            while cursor.next(&mut root)? {
                cursor.key()?;
                match cursor.plain_text() {
                    Some(_) => cursor.pass_peeked(),
                    None => cursor.skip()?,
                }
            }
        }
        Ok(())
    }

    #[test]
    fn an_element_among_attributes_is_none() {
        for is_skipped in [true, false] {
            for body in
                ["<a b=\"c\" <d/> e=\"f\"/>", "<a><b c=\"d\" <e/>/></a>", "<a <b/>></a>", "<a><b <c/>>d</b></a>"]
            {
                assert_eq!(walk(body, is_skipped), Err(Irregular), "{body}");
            }
        }
    }

    #[test]
    fn a_control_character_is_seen_wherever_it_stands() {
        let body = "<?xml version='1.0'?>\n<a b=\"c\">\n<d e=\"f\" g='h'>i j</d><k>l</k><m>n &amp; o</m><p/> </a>\n";
        for is_skipped in [true, false] {
            assert_eq!(walk(body, is_skipped), Ok(()));
            for (at, control) in
                (0..=body.len()).flat_map(|at| ["\0", "\u{1}", "\u{B}", "\u{C}", "\u{1F}", "\r"].map(|c| (at, c)))
            {
                let mut other = body.to_owned();
                other.insert_str(at, control);
                let is_read = walk(&other, is_skipped).is_ok();
                assert!(!is_read || parse(Format::Xml, other.as_bytes(), &Limits::DEFAULT).is_ok(), "{other:?}");
            }
        }
    }

    #[test]
    fn few_digits_are_read_as_many_are() {
        let alphabet = b"0179./:\"-,}x\x00\x80\xD0\xFF";
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut few = 0;
        for _ in 0..200_000 {
            let mut chunk = [0; 8];
            for byte in &mut chunk {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                // Mostly digits, so that numbers of every length are among them.
                *byte = alphabet[(state >> 32) as usize % if state & 3 == 0 { alphabet.len() } else { 4 }];
            }
            if let Some((read, end)) = Number::few(chunk) {
                assert_eq!(Some(read), Number::many(&chunk), "{chunk:?}");
                assert_eq!(end, chunk[read.length], "{chunk:?}");
                few += 1;
            }
        }
        assert!(few > 50_000, "{few}");
        let number = |number, scale, length, end| Some((Number { number, scale, length }, end));
        assert_eq!(Number::few(*b"63.05\",\""), number(6305, 2, 5, b'"'));
        assert_eq!(Number::few(*b"1234567\""), number(1_234_567, 0, 7, b'"'));
        assert_eq!(Number::few(*b"0.12345,"), number(12_345, 5, 7, b','));
        for left in [b"12345678", b"1.234567", b".5,     ", b"5.,     ", b",       "] {
            assert_eq!(Number::few(*left), None);
        }
    }
}
