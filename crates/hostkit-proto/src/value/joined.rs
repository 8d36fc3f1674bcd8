//! An object, a map or any value in one text.

/// The fields of an object or the entries of a map in one text, `size=32,tag=5`, with a comma or another separator between
/// them. Absent fields are left out, and the order in which they are read does not count. The field `.` of a spec has no
/// name: `local:8,size=32`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Joined<T, const SEPARATOR: char = ','>(pub T);

impl<T, const SEPARATOR: char> From<T> for Joined<T, SEPARATOR> {
    fn from(object: T) -> Self {
        Self(object)
    }
}

impl<T, const SEPARATOR: char> std::ops::Deref for Joined<T, SEPARATOR> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A value whose JSON is one text: `"{\"a\":1}"`, or `filter=%7B%22a%22%3A1%7D` in a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct JsonText<T>(pub T);

impl<T> From<T> for JsonText<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> std::ops::Deref for JsonText<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
