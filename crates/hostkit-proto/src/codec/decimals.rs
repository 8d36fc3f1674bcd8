//! Serialises fields with decimals as texts, and reads them back.
//!
//! Any crate of a build can make `rust_decimal` write floats or numbers, so generated code does not ask it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::{Joined, JsonText, Nullable};

/// A decimal, or a container of decimals.
pub trait Decimals: Sized {
    /// The same with texts in place of the decimals.
    type Texts: Serialize + for<'de> Deserialize<'de>;

    /// Writes the decimals as texts.
    fn to_texts(&self) -> Self::Texts;

    /// Reads the texts.
    ///
    /// # Errors
    /// A text that is no decimal, or has more digits than one holds.
    fn from_texts(texts: Self::Texts) -> Result<Self, rust_decimal::Error>;
}

/// Serialises a decimal or a container of decimals as texts: the `serialize_with` of generated fields.
///
/// # Errors
/// The serializer's own.
pub fn serialize<T: Decimals, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.to_texts().serialize(serializer)
}

/// Reads what [`serialize`] writes.
///
/// # Errors
/// The deserializer's own, or a text that is no decimal.
pub fn deserialize<'de, T: Decimals, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_texts(T::Texts::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

impl Decimals for Decimal {
    type Texts = String;

    fn to_texts(&self) -> String {
        self.to_string()
    }

    fn from_texts(text: String) -> Result<Self, rust_decimal::Error> {
        Self::from_str_exact(&text)
    }
}

impl<T: Decimals> Decimals for Option<T> {
    type Texts = Option<T::Texts>;

    fn to_texts(&self) -> Self::Texts {
        self.as_ref().map(T::to_texts)
    }

    fn from_texts(texts: Self::Texts) -> Result<Self, rust_decimal::Error> {
        texts.map(T::from_texts).transpose()
    }
}

impl<T: Decimals> Decimals for Nullable<T> {
    type Texts = Nullable<T::Texts>;

    fn to_texts(&self) -> Self::Texts {
        match self {
            Self::Null => Nullable::Null,
            Self::Value(value) => Nullable::Value(value.to_texts()),
        }
    }

    fn from_texts(texts: Self::Texts) -> Result<Self, rust_decimal::Error> {
        Ok(match texts {
            Nullable::Null => Self::Null,
            Nullable::Value(text) => Self::Value(T::from_texts(text)?),
        })
    }
}

impl<T: Decimals, const SEPARATOR: char> Decimals for Joined<T, SEPARATOR> {
    type Texts = Joined<T::Texts, SEPARATOR>;

    fn to_texts(&self) -> Self::Texts {
        Joined(self.0.to_texts())
    }

    fn from_texts(texts: Self::Texts) -> Result<Self, rust_decimal::Error> {
        T::from_texts(texts.0).map(Self)
    }
}

impl<T: Decimals> Decimals for JsonText<T> {
    type Texts = JsonText<T::Texts>;

    fn to_texts(&self) -> Self::Texts {
        JsonText(self.0.to_texts())
    }

    fn from_texts(texts: Self::Texts) -> Result<Self, rust_decimal::Error> {
        T::from_texts(texts.0).map(Self)
    }
}

impl<T: Decimals> Decimals for Vec<T> {
    type Texts = Vec<T::Texts>;

    fn to_texts(&self) -> Self::Texts {
        self.iter().map(T::to_texts).collect()
    }

    fn from_texts(texts: Self::Texts) -> Result<Self, rust_decimal::Error> {
        texts.into_iter().map(T::from_texts).collect()
    }
}

impl<K: Serialize + for<'de> Deserialize<'de> + Ord + Clone, T: Decimals> Decimals for BTreeMap<K, T> {
    type Texts = BTreeMap<K, T::Texts>;

    fn to_texts(&self) -> Self::Texts {
        self.iter().map(|(key, value)| (key.clone(), value.to_texts())).collect()
    }

    fn from_texts(texts: Self::Texts) -> Result<Self, rust_decimal::Error> {
        texts.into_iter().map(|(key, text)| Ok((key, T::from_texts(text)?))).collect()
    }
}
