//! The names that nested values have in a form, a query or an object: a template that is filled to write and matched to
//! read.

use hostkit_wire::Value;

use super::{FromText, ToText};

/// The place of a position in a list.
const INDEX: &str = "{index}";
/// The place of a key of a map.
const KEY: &str = "{key}";
/// The place of a field of an object.
const FIELD: &str = "{field}";

/// A template of names: `rules[in][{index}][{field}]` for a list of objects, `pid[{index}]` for a list of scalars,
/// `addon_{key}` for a map, `Owner{field}` for an object. A template without a hole is a name that repeats.
///
/// ```
/// use hostkit_proto::codec::{Names, Object};
/// use hostkit_proto::wire::{Format, write};
///
/// let mut body = Object::new(Format::Form);
/// body.set_names(&Names::new("pid[{index}]").from(0), &vec![7_u64, 9]);
/// assert_eq!(write(Format::Form, &body.into_value())?, b"pid%5B0%5D=7&pid%5B1%5D=9");
/// # Ok::<(), hostkit_proto::wire::WriteError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names<'t> {
    template: &'t str,
    from: u32,
}

/// What a name has in the holes of its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled<'n> {
    /// The position or the key; empty without such a hole.
    pub item: &'n str,
    /// The field; empty without such a hole.
    pub field: &'n str,
}

impl<'t> Names<'t> {
    /// The names of this template; positions count from 1.
    pub const fn new(template: &'t str) -> Self {
        Self { template, from: 1 }
    }

    /// Sets the number of the first position.
    pub const fn from(mut self, first: u32) -> Self {
        self.from = first;
        self
    }

    /// Calls `put` with the name and value of each part of a value, in order.
    pub(crate) fn each(&self, value: Value, put: &mut dyn FnMut(String, Value)) {
        match value {
            Value::List(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.fields(&(self.from as usize + index).to_string(), item, put);
                }
            }
            Value::Map(entries) if self.template.contains(KEY) => {
                entries.into_iter().for_each(|(key, item)| self.fields(&key, item, put));
            }
            value => self.fields("", value, put),
        }
    }

    fn fields(&self, item: &str, value: Value, put: &mut dyn FnMut(String, Value)) {
        match value {
            Value::Map(fields) if self.template.contains(FIELD) => {
                fields.into_iter().for_each(|(field, value)| put(self.fill(item, &field), value));
            }
            value => put(self.fill(item, ""), value),
        }
    }

    /// The name of one part. What is filled in has no holes, whatever it looks like.
    fn fill(&self, item: &str, field: &str) -> String {
        let mut name = String::with_capacity(self.template.len() + item.len() + field.len());
        let mut rest = self.template;
        while let Some((before, hole, after)) = first_hole(rest) {
            name.push_str(before);
            name.push_str(if hole == FIELD { field } else { item });
            rest = after;
        }
        name.push_str(rest);
        name
    }

    /// What a name has in the holes; `None` if it is not of this template. Of several fields that fit, it is the
    /// longest.
    pub fn read<'n>(&self, name: &'n str, fields: impl IntoIterator<Item = &'n str>) -> Option<Filled<'n>> {
        if !self.template.contains(FIELD) {
            return Some(Filled { item: self.item(name, "")?, field: "" });
        }
        let found = fields.into_iter().filter_map(|field| Some(Filled { item: self.item(name, field)?, field }));
        found.max_by_key(|filled| filled.field.len())
    }

    /// The position or key in a name whose field is this one.
    fn item<'n>(&self, name: &'n str, field: &str) -> Option<&'n str> {
        let hole = [INDEX, KEY].into_iter().find(|hole| self.template.contains(hole));
        let Some((before, after)) = hole.and_then(|hole| self.template.split_once(hole)) else {
            return (Self::new(self.template).fill("", field) == name).then_some("");
        };
        let (before, after) = (Self::new(before).fill("", field), Self::new(after).fill("", field));
        let item = name.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
        let fits = match hole {
            // `01` is another name than `1`.
            Some(INDEX) => {
                item.bytes().all(|byte| byte.is_ascii_digit()) && (item.len() == 1 || !item.starts_with('0'))
            }
            _ => true,
        };
        (fits && !item.is_empty()).then_some(item)
    }

    /// The error that a required value has no part.
    #[cfg(feature = "server")]
    pub fn missing(&self) -> crate::codec::DecodeError {
        crate::codec::DecodeError::new("request", self.template.to_owned(), "a value", "nothing")
    }

    /// Whether the template has a position.
    #[cfg(feature = "server")]
    pub(crate) fn has_index(&self) -> bool {
        self.template.contains(INDEX)
    }
}

/// Whether a text in a name is a key as it is written: another name such as `01` for 1 has another meaning, and may be of
/// another template.
pub(crate) fn is_key<K: FromText + ToText>(text: &str) -> bool {
    K::from_text(text).is_some_and(|key| key.to_text() == text)
}

/// The first hole of a template, with what stands before and behind it.
fn first_hole(template: &str) -> Option<(&str, &'static str, &str)> {
    let holes = [INDEX, KEY, FIELD].into_iter();
    let (at, hole) = holes.filter_map(|hole| Some((template.find(hole)?, hole))).min()?;
    Some((template.get(..at)?, hole, template.get(at + hole.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn map(entries: &[(&'static str, Value)]) -> Value {
        Value::Map(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    fn written(names: Names<'_>, value: Value) -> Vec<String> {
        let mut all = Vec::new();
        names.each(value, &mut |name, value| match value {
            Value::Text(text) => all.push(format!("{name}={text}")),
            other => all.push(format!("{name}: {other:?}")),
        });
        all
    }

    #[test]
    fn each_kind_of_value_has_its_names() {
        let list = || Value::List(vec![text("a"), text("b")]);
        assert_eq!(written(Names::new("pid[{index}]").from(0), list()), ["pid[0]=a", "pid[1]=b"]);
        assert_eq!(written(Names::new("key[]"), list()), ["key[]=a", "key[]=b"]);
        let item = map(&[("port", text("80")), ("action", text("drop"))]);
        assert_eq!(
            written(Names::new("rules[in][{index}][{field}]"), Value::List(vec![item.clone()])),
            ["rules[in][1][port]=80", "rules[in][1][action]=drop"]
        );
        assert_eq!(
            written(Names::new("{field}_{key}"), map(&[("12", item.clone())])),
            ["port_12=80", "action_12=drop"]
        );
        assert_eq!(written(Names::new("addon_{key}"), map(&[("5", text("10"))])), ["addon_5=10"]);
        assert_eq!(written(Names::new("Owner{field}"), item), ["Ownerport=80", "Owneraction=drop"]);
        assert!(written(Names::new("key[]"), Value::List(Vec::new())).is_empty());
    }

    #[test]
    fn what_is_filled_in_has_no_holes() {
        let value = map(&[("{field}", map(&[("{key}", text("x"))]))]);
        assert_eq!(written(Names::new("{field}/{key}"), value), ["{key}/{field}=x"]);
    }

    #[test]
    fn a_name_is_read_by_its_template() {
        let read = |template: &'static str, name: &'static str| {
            let filled = Names::new(template).read(name, ["a", "a_b", "port"])?;
            Some((filled.item, filled.field))
        };
        assert_eq!(read("pid[{index}]", "pid[12]"), Some(("12", "")));
        for other in ["pid[]", "pid[x]", "pid[01]", "pid[1", "qid[1]", "pid[+1]"] {
            assert_eq!(read("pid[{index}]", other), None, "{other}");
        }
        assert_eq!(read("pid[{index}]", "pid[0]"), Some(("0", "")));
        assert_eq!(read("r[{index}][{field}]", "r[3][port]"), Some(("3", "port")));
        assert_eq!(read("r[{index}][{field}]", "r[3][prot]"), None);
        assert_eq!(read("{field}_{key}", "a_b_7"), Some(("7", "a_b")));
        assert_eq!(read("{field}_{key}", "a_"), None);
        assert_eq!(read("Owner{field}", "Ownerport"), Some(("", "port")));
        assert_eq!(read("Owner{field}", "Owner"), None);
        assert_eq!(read("key[]", "key[]"), Some(("", "")));
        assert_eq!(read("key[]", "key"), None);
    }
}
