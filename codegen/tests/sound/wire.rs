//! Values as they stand in the bodies of examples.

use std::fmt::Write;

/// A value in an answer or a request.
#[derive(Debug, Clone)]
pub enum Wire {
    /// A text in every format.
    Text(String),
    /// A number, without quotes where the format has numbers.
    Number(String),
    /// A truth value; `1` or `0` in XML.
    Flag(bool),
    /// Entries by their names in JSON and in XML; `@name` is an attribute.
    Object(Vec<(String, String, Wire)>),
    /// Items, with the key of each in all formats but XML. In XML the element of the list is repeated.
    List(Option<String>, Vec<Wire>),
}

impl Wire {
    pub fn json(&self) -> String {
        match self {
            Self::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Number(number) => number.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Object(entries) => {
                let entries = nested(entries, |(json, _, value)| (json, value));
                let entries: Vec<_> =
                    entries.iter().map(|(name, value)| format!("\"{name}\":{}", value.json())).collect();
                format!("{{{}}}", entries.join(","))
            }
            Self::List(..) => {
                let items: Vec<_> = self.items().iter().map(Self::json).collect();
                format!("[{}]", items.join(","))
            }
        }
    }

    pub fn php(&self) -> String {
        match self {
            Self::Text(text) => format!("s:{}:\"{text}\";", text.len()),
            Self::Number(number) if number.contains('.') => format!("d:{number};"),
            Self::Number(number) => format!("i:{number};"),
            Self::Flag(flag) => format!("b:{};", u8::from(*flag)),
            Self::Object(entries) => {
                let entries = nested(entries, |(json, _, value)| (json, value));
                let mut text = format!("a:{}:{{", entries.len());
                for (name, value) in &entries {
                    // PHP makes a number of a key that is one.
                    let is_number = name.parse::<u32>().is_ok_and(|number| number.to_string() == *name);
                    text.push_str(&if is_number {
                        format!("i:{name};")
                    } else {
                        format!("s:{}:\"{name}\";", name.len())
                    });
                    text.push_str(&value.php());
                }
                text.push('}');
                text
            }
            Self::List(..) => {
                let items = self.items();
                let mut text = format!("a:{}:{{", items.len());
                for (index, item) in items.iter().enumerate() {
                    let _ = write!(text, "i:{index};{}", item.php());
                }
                text.push('}');
                text
            }
        }
    }

    /// The items, each below the key of its wrapper.
    fn items(&self) -> Vec<Wire> {
        let Self::List(wrapper, items) = self else { return Vec::new() };
        let wrap = |item: &Wire| match wrapper {
            Some(key) => Self::Object(vec![(key.clone(), key.clone(), item.clone())]),
            None => item.clone(),
        };
        items.iter().map(wrap).collect()
    }

    /// The element of this name; of a list, one for each item.
    pub fn xml(&self, name: &str) -> String {
        match self {
            Self::Text(text) => {
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                format!("<{name}>{text}</{name}>")
            }
            Self::Number(number) => format!("<{name}>{number}</{name}>"),
            Self::Flag(flag) => format!("<{name}>{}</{name}>", u8::from(*flag)),
            Self::Object(entries) => {
                let entries = nested(entries, |(_, xml, value)| (xml, value));
                let (attributes, children): (Vec<_>, Vec<_>) =
                    entries.iter().partition(|(name, _)| name.starts_with('@'));
                let mut text = format!("<{name}");
                for (name, value) in attributes {
                    let _ = write!(
                        text,
                        " {}=\"{}\"",
                        &name[1..],
                        value.plain().replace('&', "&amp;").replace('"', "&quot;")
                    );
                }
                text.push('>');
                children.iter().for_each(|(name, value)| text.push_str(&value.xml(name)));
                let _ = write!(text, "</{name}>");
                text
            }
            Self::List(_, items) => items.iter().map(|item| item.xml(name)).collect(),
        }
    }

    /// A scalar as a text.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Number(text) => text.clone(),
            Self::Flag(flag) => u8::from(*flag).to_string(),
            Self::Object(_) | Self::List(..) => String::new(),
        }
    }
}

/// The entries by their names in one format, with those that share the head of a path below one entry.
fn nested<'w>(
    entries: &'w [(String, String, Wire)],
    pick: impl Fn(&'w (String, String, Wire)) -> (&'w String, &'w Wire) + Copy,
) -> Vec<(String, Wire)> {
    let mut found: Vec<(String, Wire)> = Vec::new();
    for entry in entries {
        let (name, value) = pick(entry);
        match name.split_once('/') {
            None => found.push((name.clone(), value.clone())),
            Some((head, rest)) => {
                let entry = (rest.to_owned(), rest.to_owned(), value.clone());
                match found.iter_mut().find(|(name, _)| name == head) {
                    Some((_, Wire::Object(inner))) => inner.push(entry),
                    _ => found.push((head.to_owned(), Wire::Object(vec![entry]))),
                }
            }
        }
    }
    found
}
