//! Values in one text, with a character between them.

/// `1,2,3` as a list; in place of the comma may stand another separator: `1;2;3` is a `Csv<u64, ';'>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Csv<T, const SEPARATOR: char = ','>(pub Vec<T>);

impl<T, const SEPARATOR: char> From<Vec<T>> for Csv<T, SEPARATOR> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T, const SEPARATOR: char> FromIterator<T> for Csv<T, SEPARATOR> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T, const SEPARATOR: char> std::ops::Deref for Csv<T, SEPARATOR> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}
