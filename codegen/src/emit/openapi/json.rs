//! JSON values as written to files, with keys in insertion order.

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Text(String),
    Number(i64),
    Flag(bool),
    List(Vec<Json>),
    Object(Object),
}

impl Json {
    /// The object that this value is or, if it is none, that replaces it.
    fn make_object(&mut self) -> &mut Object {
        match self {
            Self::Object(object) => object,
            other => {
                *other = Self::Object(Object::default());
                other.make_object()
            }
        }
    }
}

/// An object that keeps its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Object(Vec<(String, Json)>);

impl Object {
    /// Sets a key, replacing its value if present.
    pub(super) fn set(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, place)) => *place = value,
            None => self.0.push((key, value)),
        }
    }

    /// Sets a key unless the value is an empty text, list or object.
    pub(super) fn say(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        let value = value.into();
        let is_empty = match &value {
            Json::Text(text) => text.is_empty(),
            Json::List(items) => items.is_empty(),
            Json::Object(object) => object.0.is_empty(),
            Json::Number(_) | Json::Flag(_) => false,
        };
        if !is_empty {
            self.set(key, value);
        }
    }

    /// The object at a key, created if missing.
    pub(super) fn object(&mut self, key: &str) -> &mut Object {
        let place = self.0.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            self.0.push((key.to_owned(), Json::Object(Self::default())));
            self.0.len() - 1
        });
        self.0[place].1.make_object()
    }

    /// Adds an item to the list at a key.
    pub(super) fn append(&mut self, key: &str, item: impl Into<Json>) {
        let mut items = match self.get(key) {
            Some(Json::List(items)) => items.clone(),
            _ => Vec::new(),
        };
        items.push(item.into());
        self.set(key, items);
    }

    /// The texts of the list at a key.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let Some(Json::List(items)) = self.get(key) else {
            return Vec::new();
        };
        let text = |item: &Json| if let Json::Text(text) = item { Some(text.clone()) } else { None };
        items.iter().filter_map(text).collect()
    }

    /// Copies the entries of another object.
    pub(super) fn extend(&mut self, other: Object) {
        other.0.into_iter().for_each(|(key, value)| self.set(key, value));
    }

    fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The entries, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The keys, in their order.
    pub(super) fn keys(&self) -> Vec<String> {
        self.0.iter().map(|(key, _)| key.clone()).collect()
    }

    /// Moves a key into an object of its own.
    pub(super) fn split_off(&mut self, key: &str) -> Object {
        let (out, rest) = std::mem::take(&mut self.0).into_iter().partition(|(known, _)| known == key);
        self.0 = rest;
        Self(out)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.trim_end().to_owned())
    }
}

impl From<&String> for Json {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Json {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// `object! { "a": 1, "b": "c" }`.
macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut object = $crate::emit::openapi::json::Object::default();
        $(object.set($key, $value);)*
        object
    }};
}
pub(super) use object;

/// Text of a document, indented by two spaces per level.
pub(super) fn print(value: &Json) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Json, level: usize) {
    match value {
        Json::Text(content) => quote(text, content),
        Json::Number(number) => text.push_str(&number.to_string()),
        Json::Flag(flag) => text.push_str(&flag.to_string()),
        Json::List(items) if items.is_empty() => text.push_str("[]"),
        Json::Object(Object(entries)) if entries.is_empty() => text.push_str("{}"),
        Json::List(items) if items.iter().all(|item| !matches!(item, Json::List(_) | Json::Object(_))) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write(text, item, level);
            }
            text.push(']');
        }
        Json::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                next_line(text, index, level + 1);
                write(text, item, level + 1);
            }
            last_line(text, level);
            text.push(']');
        }
        Json::Object(Object(entries)) => {
            text.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                next_line(text, index, level + 1);
                quote(text, key);
                text.push_str(": ");
                write(text, item, level + 1);
            }
            last_line(text, level);
            text.push('}');
        }
    }
}

fn next_line(text: &mut String, index: usize, level: usize) {
    text.push_str(if index > 0 { ",\n" } else { "\n" });
    text.push_str(&"  ".repeat(level));
}

fn last_line(text: &mut String, level: usize) {
    text.push('\n');
    text.push_str(&"  ".repeat(level));
}

fn quote(text: &mut String, content: &str) {
    text.push('"');
    for character in content.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            other if other.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Json, print};

    #[test]
    fn what_has_to_be_escaped_is_escaped() {
        let value = object! { "a\"b": "line\nbreak \\ \u{1} я", "list": vec![1, 2], "none": object! {} };
        let text = "{\n  \"a\\\"b\": \"line\\nbreak \\\\ \\u0001 я\",\n  \"list\": [1, 2],\n  \"none\": {}\n}\n";
        assert_eq!(print(&Json::from(value)), text);
    }

    #[test]
    fn a_key_is_there_once() {
        let mut value = object! { "a": 1, "b": true };
        value.set("a", 2);
        value.object("c").set("d", "e");
        value.object("c").set("f", "g");
        value.say("empty", "");
        let text = "{\n  \"a\": 2,\n  \"b\": true,\n  \"c\": {\n    \"d\": \"e\",\n    \"f\": \"g\"\n  }\n}\n";
        assert_eq!(print(&Json::from(value)), text);
    }
}
