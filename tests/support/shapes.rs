//! Bodies of any length, made of a wire example: one of its lists, objects or texts is blown up.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use hostkit::Format;
use hostkit::protocol::Value;

/// What grows, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A list, by empty objects.
    EmptyItems,
    /// A list, by what it holds.
    SameItems,
    /// A list, by numbers.
    Numbers,
    /// An object or a map, by empty objects under keys of their own.
    EmptyEntries,
    /// An object or a map, by what it holds, under keys of their own: unknown fields of the one, entries of the other.
    SameEntries,
    /// An object, by the same key again and again.
    SameKey,
    /// An object, by a field that is nested forty levels deep.
    Deep,
    /// An object, by a field with a long name.
    LongKey,
    /// A scalar, by digits.
    LongText,
    /// A scalar, by commas: where it holds several values, by values.
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

    /// Whether one place of a document is like another for it.
    fn is_anywhere(self) -> bool {
        matches!(self, Self::SameKey | Self::Deep | Self::LongKey | Self::LongText)
    }

    /// Blows up a node; `false` where there is nothing that grows so.
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

    /// The document with one place blown up to about this many bytes; `None` where nothing there grows so, or the
    /// format cannot write it.
    pub fn body(self, format: Format, tree: &Value, place: usize, size: usize) -> Option<Vec<u8>> {
        // A writer that refuses a name of this kind refuses the short one, too.
        let write = |count: usize| {
            let grown = super::entries::variant(tree, place, |_, node| self.grow(node, count))?;
            hostkit::protocol::wire::write(format, &grown).ok()
        };
        let (few, more) = (write(8)?, write(40)?);
        let each = (more.len().checked_sub(few.len())? / 32).max(1);
        let missing = size.saturating_sub(few.len()) / each;
        // What is the same again and again need not be written again and again.
        let start = few.iter().zip(&more).take_while(|(few, more)| few == more).count();
        let piece = more.get(start..start + each)?;
        let repeated = |count: usize| [&few[..start], &piece.repeat(count), &few[start..]].concat();
        if repeated(32) == more { Some(repeated(missing)) } else { write(8 + missing) }
    }
}

/// Further entries; where the keys are numbers, so are these.
fn extend(fields: &mut Vec<(Cow<'static, str>, Value)>, count: usize, value: &Value) {
    let is_numbered = fields.iter().all(|(key, _)| key.bytes().all(|byte| byte.is_ascii_digit()));
    let key = |number| if is_numbered { format!("{}", 1_000_000_000 + number) } else { format!("k{number}") };
    fields.extend((0..count).map(|number| (key(number).into(), value.clone())));
}

/// Places that are alike hold the same type: one of each, by its number among the nodes of the tree.
#[derive(Default)]
struct Places {
    seen: BTreeSet<String>,
    next: usize,
    places: Vec<usize>,
}

impl Places {
    /// Those of a tree that no tree before had.
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
                    // Numbers are ids, and what stands under them is alike.
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

    /// Which endpoint, example and shape it is.
    pub fn name(&self) -> String {
        format!("{} {} {} {:?} at {}", self.entry.folder, self.case, self.format, self.shape, self.place)
    }
}

/// Shows a body for each endpoint, format, shape and place. Unless `is_all`: of each shape one place, the innermost; and
/// of each endpoint one answer, for further ones mostly have the same lists.
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
                // A text is a text in any format.
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
