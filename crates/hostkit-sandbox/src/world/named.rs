//! The objects that calls and answers name, by what `{:?}` shows of them: the one form in which every value has its ids.

use std::collections::BTreeSet;

/// An object by the type of its id, and the id.
pub(crate) type Object = (&'static str, String);

/// Ids with their types, such as `ServerId(7)`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named(BTreeSet<String>);

impl Named {
    /// Adds every id of a value that is shown so.
    pub(crate) fn add(&mut self, shown: &str) {
        let mut rest = shown;
        while let Some(start) = rest.find(|letter: char| letter == '"' || letter.is_alphabetic()) {
            rest = rest.get(start..).unwrap_or_default();
            if rest.starts_with('"') {
                rest = rest.get(text(rest)..).unwrap_or_default();
                continue;
            }
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
            let name = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            let inner = rest.get(name..).and_then(|inner| inner.strip_prefix('(')).unwrap_or_default();
            let length = match inner.starts_with('"') {
                true => text(inner),
                false => inner.find(['(', ')', ',', ' ']).unwrap_or(inner.len()),
            };
            if length > 0 && inner.get(length..).is_some_and(|rest| rest.starts_with(')')) {
                self.0.insert(rest.get(..name + length + 2).unwrap_or_default().to_owned());
            }
            rest = rest.get(name..).unwrap_or_default();
        }
    }

    /// Whether an object is named.
    pub(crate) fn has(&self, (kind, id): &Object) -> bool {
        self.0.contains(&format!("{kind}({id})")) || self.0.contains(&format!("{kind}({id:?})"))
    }

    /// Whether any object with ids of this type is named.
    pub(crate) fn has_any(&self, kind: &str) -> bool {
        let start = format!("{kind}(");
        self.0.range(start.clone()..).next().is_some_and(|first| first.starts_with(&start))
    }
}

/// The length of the text in quotes with which this begins.
fn text(shown: &str) -> usize {
    let mut is_escaped = false;
    let mut letters = shown.char_indices().skip(1);
    let end = letters.find(|(_, letter)| {
        let is_end = *letter == '"' && !is_escaped;
        is_escaped = *letter == '\\' && !is_escaped;
        is_end
    });
    end.map_or(shown.len(), |(end, _)| end + 1)
}

#[cfg(test)]
mod tests {
    use super::Named;

    #[test]
    fn every_id_is_found_and_no_text_is_taken_for_one() {
        let mut named = Named::default();
        named.add(r#"[Order { id: OrderId(7), plan: Some(PlanId("a \"b\"")), note: "FakeId(8)", is_é: true }]"#);
        for (kind, id) in [("OrderId", "7"), ("PlanId", "a \"b\"")] {
            assert!(named.has(&(kind, id.to_owned())) && named.has_any(kind), "{kind} {named:?}");
        }
        for (kind, id) in [("OrderId", "8"), ("FakeId", "8"), ("PlanId", "a")] {
            assert!(!named.has(&(kind, id.to_owned())), "{kind} {id} {named:?}");
        }
        assert!(!named.has_any("FakeId") && !named.has_any("Order"));
    }
}
