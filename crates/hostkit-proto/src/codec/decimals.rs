//! Serialises fields with decimals as texts.
//!
//! Any crate of a build can make `rust_decimal` write floats or numbers, so generated code does not ask it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// A decimal, or a container of decimals.
pub trait Decimals {
    /// Serialises the decimals as texts.
    ///
    /// # Errors
    /// The serializer's own.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Serialises a decimal or a container of decimals as texts: the `serialize_with` of generated fields.
///
/// # Errors
/// The serializer's own.
pub fn serialize_decimals<T: Decimals, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

struct Text<'v, T>(&'v T);

impl<T: Decimals> Serialize for Text<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Decimals for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<T: Decimals> Decimals for Option<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => serializer.serialize_some(&Text(value)),
            None => serializer.serialize_none(),
        }
    }
}

impl<T: Decimals> Decimals for Vec<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Text))
    }
}

impl<K: Serialize, T: Decimals> Decimals for BTreeMap<K, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Text(value))))
    }
}
