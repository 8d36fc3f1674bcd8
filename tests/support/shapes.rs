//! Bodies of any length, made from a wire example by enlarging one of its lists, objects or texts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use hostkit::Format;
use hostkit::protocol::Value;

/// What is enlarged, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A list, by empty objects.
    EmptyItems,
    /// A list, by copies of its items.
    SameItems,
    /// A list, by numbers.
    Numbers,
    /// An object or a map, by empty objects under new keys.
    EmptyEntries,
    /// An object or a map, by copies of its values under new keys, which are unknown fields of an object and entries of
    /// a map.
    SameEntries,
    /// An object, by repeating the same key.
    SameKey,
    /// An object, by a field that is nested forty levels deep.
    Deep,
    /// An object, by a field with a long name.
    LongKey,
    /// A scalar, by digits.
    LongText,
    /// A scalar, by commas, which add values to a comma-separated list.
    Commas,
}

impl Shape {
    pub const ALL: [Self; 10] = [
        Self::EmptyItems,
        Self::SameItems,
        Self::Numbers,
        Self::EmptyEntries,
        Self::SameEntries,
        Self::SameKey,
        Self::Deep,
        Self::LongKey,
        Self::LongText,
        Self::Commas,
    ];

    fn is_of_texts(self) -> bool {
        matches!(self, Self::LongText | Self::Commas)
    }

    /// Whether all places of a document are alike for this shape.
    fn is_anywhere(self) -> bool {
        matches!(self, Self::SameKey | Self::Deep | Self::LongKey | Self::LongText)
    }

    /// Enlarges a node; `false` if the shape does not apply to it.
    fn grow(self, node: &mut Value, count: usize) -> bool {
        let zero = || Value::Number("0".to_owned());
        let empty = || Value::Map(Vec::new());
        match (self, node) {
            (Self::EmptyItems, Value::List(items)) => *items = vec![empty(); count],
            (Self::SameItems, Value::List(items)) if !items.is_empty() => {
                *items = items.iter().cycle().take(count).cloned().collect();
            }
            (Self::Numbers, Value::List(items)) => *items = vec![zero(); count],
            (Self::EmptyEntries, Value::Map(fields)) => extend(fields, count, &empty()),
            (Self::SameEntries, Value::Map(fields)) => {
                let Some((_, value)) = fields.last().cloned() else { return false };
                extend(fields, count, &value);
            }
            (Self::SameKey, Value::Map(fields)) => {
                let Some(field) = fields.last().cloned() else { return false };
                fields.extend(std::iter::repeat_n(field, count));
            }
            (Self::Deep, Value::Map(fields)) => {
                let nest = (0..40).fold(zero(), |inner, _| Value::Map(vec![("a".into(), inner)]));
                fields.push(("deep".into(), Value::List(vec![nest; count])));
            }
            (Self::LongKey, Value::Map(fields)) => fields.push(("k".repeat(count).into(), empty())),
            (Self::LongText, Value::Text(text) | Value::Number(text)) => *text = "1".repeat(count),
            (Self::Commas, Value::Text(text) | Value::Number(text)) => *text = "1,".repeat(count) + "1",
            _ => return false,
        }
        true
    }

    /// The document with one place enlarged to about this many bytes; `None` if the shape does not apply there, or the
    /// format cannot represent it.
    pub fn body(self, format: Format, tree: &Value, place: usize, size: usize) -> Option<Vec<u8>> {
        // If the writer refuses a long name, it also refuses the short one.
        let write = |count: usize| {
            let grown = super::entries::variant(tree, place, |_, node| self.grow(node, count))?;
            hostkit::protocol::wire::write(format, &grown).ok()
        };
        let (few, more) = (write(8)?, write(40)?);
        let each = (more.len().checked_sub(few.len())? / 32).max(1);
        let missing = size.saturating_sub(few.len()) / each;
        // A repeated piece is written once and copied.
        let start = few.iter().zip(&more).take_while(|(few, more)| few == more).count();
        let piece = more.get(start..start + each)?;
        let repeated = |count: usize| [&few[..start], &piece.repeat(count), &few[start..]].concat();
        if repeated(32) == more { Some(repeated(missing)) } else { write(8 + missing) }
    }
}

/// Adds entries; with numeric keys if the present keys are numbers.
fn extend(fields: &mut Vec<(Cow<'static, str>, Value)>, count: usize, value: &Value) {
    let is_numbered = fields.iter().all(|(key, _)| key.bytes().all(|byte| byte.is_ascii_digit()));
    let key = |number| if is_numbered { format!("{}", 1_000_000_000 + number) } else { format!("k{number}") };
    fields.extend((0..count).map(|number| (key(number).into(), value.clone())));
}

/// One place of each type, by its number among the nodes of the tree; places with the same path have the same type.
#[derive(Default)]
struct Places {
    seen: BTreeSet<String>,
    next: usize,
    places: Vec<usize>,
}

impl Places {
    /// The places of a tree that no earlier tree had.
    fn find(&mut self, tree: &Value) -> Vec<usize> {
        self.next = 0;
        self.walk(tree, "");
        std::mem::take(&mut self.places)
    }

    fn walk(&mut self, value: &Value, path: &str) {
        let kind = std::mem::discriminant(value);
        if self.seen.insert(format!("{path} {kind:?}")) {
            self.places.push(self.next);
        }
        self.next += 1;
        match value {
            Value::List(items) => items.iter().for_each(|item| self.walk(item, &format!("{path}[]"))),
            Value::Map(fields) => {
                fields.iter().for_each(|(key, value)| {
                    // Numeric keys are ids with values of the same type.
                    let is_number = key.bytes().all(|byte| byte.is_ascii_digit());
                    self.walk(value, &format!("{path}/{}", if is_number { "0" } else { key }));
                });
            }
            _ => {}
        }
    }
}

/// A body to try.
pub struct Body<'e> {
    pub entry: &'e super::entries::Entry,
    pub case: &'static str,
    pub format: Format,
    pub status: u16,
    tree: &'e Value,
    place: usize,
    pub shape: Shape,
}

impl Body<'_> {
    /// The body in about this many bytes.
    pub fn bytes(&self, size: usize) -> Option<Vec<u8>> {
        self.shape.body(self.format, self.tree, self.place, size)
    }

    /// Names the endpoint, example and shape.
    pub fn name(&self) -> String {
        format!("{} {} {} {:?} at {}", self.entry.folder, self.case, self.format, self.shape, self.place)
    }
}

/// Calls `see` with a body for each endpoint, format, shape and place. Without `is_all`, only with the innermost place
/// of each shape, and one answer of each endpoint, since others mostly have the same lists.
pub fn each(shapes: &[Shape], is_all: bool, mut see: impl FnMut(&Body<'_>)) {
    // One endpoint alone: `HOSTKIT_PROMISE_CASE=inferno/services/list_services`.
    let one = std::env::var("HOSTKIT_PROMISE_CASE").ok();
    for entry in super::entries::all().iter().filter(|entry| one.as_ref().is_none_or(|one| entry.folder == one)) {
        let mut seen: BTreeMap<String, Places> = BTreeMap::new();
        let mut has_texts = false;
        for answer in entry.answers.iter().filter(|answer| answer.format != Format::Form) {
            if !is_all && !seen.is_empty() {
                break;
            }
            let Some(tree) = super::entries::tree(answer.format, &answer.bytes) else { continue };
            let found = seen.entry(answer.format.to_string()).or_default().find(&tree);
            for shape in shapes {
                let mut bodies = found.iter().rev().filter_map(|place| {
                    let body = Body {
                        entry,
                        case: answer.case,
                        format: answer.format,
                        status: answer.status,
                        tree: &tree,
                        place: *place,
                        shape: *shape,
                    };
                    body.bytes(1 << 10).is_some().then_some(body)
                });
                // Texts are alike in all formats.
                let count = match shape.is_of_texts() {
                    true if has_texts => 0,
                    _ if is_all && !shape.is_anywhere() => usize::MAX,
                    _ => 1,
                };
                bodies.by_ref().take(count).for_each(|body| see(&body));
            }
            has_texts = true;
        }
    }
}
