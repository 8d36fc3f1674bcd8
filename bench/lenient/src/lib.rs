//! What serde derives need beside them to accept what the APIs send.

mod generated;
mod scalar;

use std::fmt;
use std::marker::PhantomData;

pub use scalar::Scalar;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Reads a scalar in any notation; `None` if it stands for an absent value.
struct Any<T> {
    is_optional: bool,
    of: PhantomData<T>,
}

impl<T> Any<T> {
    const REQUIRED: Self = Self { is_optional: false, of: PhantomData };
    const OPTIONAL: Self = Self { is_optional: true, of: PhantomData };
}

impl<'de, T: Scalar> Visitor<'de> for Any<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if self.is_optional && T::is_absent(text) {
            return Ok(None);
        }
        match T::read(text) {
            Some(value) => Ok(Some(value)),
            None => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        match T::number(number) {
            Some(value) => Ok(Some(value)),
            None => Err(E::invalid_value(serde::de::Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        match T::read(itoa::Buffer::new().format(number)) {
            Some(value) => Ok(Some(value)),
            None => Err(E::invalid_value(serde::de::Unexpected::Signed(number), &self)),
        }
    }

    // Loses digits: `17.550` arrives as 17.55.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        match T::read(&number.to_string()) {
            Some(value) => Ok(Some(value)),
            None => Err(E::invalid_value(serde::de::Unexpected::Float(number), &self)),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        match T::read(if value { "true" } else { "false" }) {
            Some(read) => Ok(Some(read)),
            None => Err(E::invalid_value(serde::de::Unexpected::Bool(value), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        if self.is_optional { Ok(None) } else { Err(E::invalid_type(serde::de::Unexpected::Unit, &self)) }
    }

    /// quick-xml presents an element as a map to `deserialize_any`.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            if key == "$text" {
                value = map.next_value_seed(Seed(PhantomData))?;
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        if value.is_none() && !self.is_optional {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self));
        }
        Ok(value)
    }
}

struct Seed<T>(PhantomData<T>);

impl<'de, T: Scalar> serde::de::DeserializeSeed<'de> for Seed<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(Any::OPTIONAL)
    }
}

pub fn required<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Any::REQUIRED)?.ok_or_else(|| D::Error::custom("no value"))
}

pub fn optional<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Any::OPTIONAL)
}

pub fn or_default<'de, D: Deserializer<'de>, T: Scalar + Default>(deserializer: D) -> Result<T, D::Error> {
    optional(deserializer).map(Option::unwrap_or_default)
}

pub fn xml_required<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Any::REQUIRED)?.ok_or_else(|| D::Error::custom("no value"))
}

pub fn xml_optional<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_str(Any::OPTIONAL)
}

pub fn xml_or_default<'de, D: Deserializer<'de>, T: Scalar + Default>(deserializer: D) -> Result<T, D::Error> {
    xml_optional(deserializer).map(Option::unwrap_or_default)
}

/// An object that may be absent: `null`, or PHP's empty array.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    struct Absent<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Absent<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            if text.is_empty() { Ok(None) } else { Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)) }
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            match items.next_element::<serde::de::IgnoredAny>()? {
                None => Ok(None),
                Some(_) => Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self)),
            }
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Some)
        }
    }
    deserializer.deserialize_any(Absent(PhantomData))
}

pub fn xml_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

struct Scalars<T>(PhantomData<T>);

struct Item<T>(T);

impl<'de, T: Scalar> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        required(deserializer).map(Self)
    }
}

impl<'de, T: Scalar> Visitor<'de> for Scalars<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Any::OPTIONAL.visit_str(text).map(|item| item.into_iter().collect())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Any::OPTIONAL.visit_u64(number).map(|item| item.into_iter().collect())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Item(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list)
    }
}

pub fn scalars<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_any(Scalars(PhantomData))
}

pub fn xml_scalars<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(Scalars(PhantomData))
}

/// One object or many.
pub fn many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Many<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Many<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            if text.is_empty() { Ok(Vec::new()) } else { Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)) }
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                list.push(item);
            }
            Ok(list)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Ok(vec![T::deserialize(serde::de::value::MapAccessDeserializer::new(map))?])
        }
    }
    deserializer.deserialize_any(Many(PhantomData))
}
