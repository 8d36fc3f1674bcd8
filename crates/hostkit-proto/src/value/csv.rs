//! Values in one text, separated by commas.

/// `1,2,3` as a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Csv<T>(pub Vec<T>);

impl<T> From<Vec<T>> for Csv<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T> FromIterator<T> for Csv<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T> std::ops::Deref for Csv<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}
