//! The values that the examples of a call decode to, as text: each value once, under the names of its files.

use std::collections::BTreeMap;

/// The file beside the examples of a call.
pub(super) const FILE: &str = "values.txt";

/// Starts a line that names a file.
const NAME: &str = "== ";

/// Values, as `{:#?}` writes them, by the names of the files.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Values(BTreeMap<String, String>);

impl Values {
    pub(super) fn of(text: &str) -> Self {
        let mut values = BTreeMap::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (mut names, mut value) = (Vec::new(), rest);
            while let Some((name, behind)) = value.strip_prefix(NAME).and_then(|named| named.split_once('\n')) {
                names.push(name);
                value = behind;
            }
            let next = format!("\n\n{NAME}");
            let end = value.find(&next).map_or(value.len(), |end| end + 1);
            (value, rest) = value.split_at(end);
            rest = rest.trim_start();
            values.extend(names.into_iter().map(|name| (name.to_owned(), value.to_owned())));
        }
        Self(values)
    }

    pub(super) fn to_text(&self) -> String {
        let mut sections: Vec<(String, &str)> = Vec::new();
        for (name, value) in &self.0 {
            let name = format!("{NAME}{name}\n");
            match sections.iter_mut().find(|(_, known)| known == value) {
                Some((names, _)) => names.push_str(&name),
                None => sections.push((name, value)),
            }
        }
        let sections: Vec<String> = sections.into_iter().map(|(names, value)| names + value).collect();
        sections.join("\n")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn insert(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::Values;

    const TEXT: &str = "== a.answer.json\n== a.answer.xml\nSome(\n    \"== b\",\n)\n\n== b.answer.json\n()\n";

    #[test]
    fn each_value_stands_once_under_its_names() {
        let values = Values::of(TEXT);
        let found: Vec<_> = values.iter().collect();
        let text = "Some(\n    \"== b\",\n)\n";
        assert_eq!(found, [("a.answer.json", text), ("a.answer.xml", text), ("b.answer.json", "()\n")]);
        assert_eq!(values.to_text(), TEXT);
        assert_eq!(Values::of(""), Values::default());
    }

    #[test]
    fn malformed_texts_are_read_to_their_end() {
        for text in ["x", "== a", "== a\n", "\n\n\n", "== a\n\n\n== b\n", "\n\n== a\nx"] {
            assert!(Values::of(text).iter().all(|(name, _)| name.len() == 1), "{text:?}");
        }
    }
}
