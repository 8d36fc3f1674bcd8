//! Open enumerations: a value that the spec does not know is kept, not refused.

use std::fmt;

/// A value that the spec does not list. Only a decoder makes one, so that a known value never hides in it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownText(Box<str>);

impl UnknownText {
    /// Only for [`text_enum!`](crate::text_enum) and [`number_enum!`](crate::number_enum).
    #[doc(hidden)]
    pub fn from_wire(text: &str) -> Self {
        Self(text.into())
    }

    /// The text as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Declares an open enumeration that travels as text.
///
/// ```
/// hostkit_proto::text_enum! {
///     /// What a server is doing.
///     pub enum Status {
///         /// It runs.
///         Running = ("is_running", [("en", "It runs."), ("ru", "Работает.")]),
///     }
/// }
/// assert_eq!(Status::Running.meaning("ru"), Some("Работает."));
/// assert!(Status::from_text("is_running").is_known());
/// assert_eq!(Status::from_text("is_dancing").as_str(), "is_dancing");
/// assert_eq!("is_running".parse(), Ok(Status::Running));
/// let error = "is_dancing".parse::<Status>().unwrap_err();
/// assert_eq!(error.to_string(), "\"is_dancing\" is not one of is_running");
/// ```
#[macro_export]
macro_rules! text_enum {
    ($($item:tt)+) => { $crate::open_enum! { text $($item)+ } };
}

/// Declares an open enumeration that travels as a number; otherwise as [`text_enum!`](crate::text_enum).
///
/// ```
/// hostkit_proto::number_enum! {
///     /// How urgent a request is.
///     pub enum Urgency {
///         /// It can wait.
///         Low = "1",
///     }
/// }
/// assert_eq!((Urgency::Low.to_string().as_str(), Urgency::Low.as_str()), ("Low", "1"));
/// assert_eq!("Low".parse::<Urgency>(), "1".parse());
/// ```
#[macro_export]
macro_rules! number_enum {
    ($($item:tt)+) => { $crate::open_enum! { number $($item)+ } };
}

/// The shared part of [`text_enum!`](crate::text_enum) and [`number_enum!`](crate::number_enum).
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    (
        $kind:ident
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident =
                    ($text:literal, [$(($language:literal, $meaning:literal $(,)?)),* $(,)?] $(,)?),
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that the spec does not know.
            Unknown($crate::UnknownText),
        }

        impl $name {
            /// The value on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text.as_str(),
                }
            }

            /// What the value means in a language, such as `en` or `ru`, by the spec; `None` where the spec does not say it.
            pub fn meaning(&self, language: &str) -> Option<&'static str> {
                match (self, language) {
                    $($((Self::$variant, $language) => Some($meaning),)*)*
                    _ => None,
                }
            }

            /// Whether the spec knows the value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }

            /// The value that this text stands for.
            pub fn from_text(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unknown($crate::UnknownText::from_wire(other)),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad($crate::open_enum!(@shown $kind, self, $($variant)*))
            }
        }

        /// Takes a value on the wire or its name here; unlike an answer's, it has to be known.
        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text | stringify!($variant) => Ok(Self::$variant),)*
                    _ => {
                        let known: &[String] = &[$(Self::$variant.to_string()),*];
                        Err($crate::ParseError::new(text, &["one of ", &known.join(", ")].concat()))
                    }
                }
            }
        }

        impl $crate::codec::FromText for $name {
            const EXPECTED: &'static str = "text";

            fn from_text(text: &str) -> Option<Self> {
                Some(Self::from_text(text))
            }
        }

        impl $crate::codec::ToText for $name {
            #[inline]
            fn to_text(&self) -> ::std::borrow::Cow<'_, str> {
                self.as_str().into()
            }
        }

        impl $crate::codec::FromWire for $name {
            const IS_SCALAR: bool = true;

            fn from_wire(reader: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::codec::DecodeError> {
                match $crate::codec::FromWire::plain(reader) {
                    Some(value) => Ok(value),
                    None => Ok(Self::from_text(&reader.scalar("text")?)),
                }
            }

            #[inline]
            fn plain(reader: &mut $crate::codec::Reader<'_>) -> Option<Self> {
                reader.plain(|text| Some(Self::from_text(text)))
            }

            fn blank() -> Self {
                Self::from_text("")
            }
        }

        impl $crate::codec::ToWire for $name {
            #[inline]
            fn to_wire(&self, _: $crate::Format) -> Option<$crate::Value> {
                Some($crate::open_enum!(@value $kind, self.as_str().to_owned()))
            }
        }

        impl $crate::codec::Limited for $name {
            #[inline]
            fn each(&self, see: &mut dyn FnMut(&str, bool)) {
                see(&$crate::codec::ToText::to_text(self), false);
            }
        }

        $crate::open_enum!(@serde $name);
    };
    (
        $kind:ident
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $crate::open_enum! {
            $kind
            $(#[$meta])*
            pub enum $name {
                $($(#[$variant_meta])* $variant = ($text, []),)*
            }
        }
    };
    (@shown text, $value:expr, $($variant:ident)*) => { $value.as_str() };
    (@shown number, $value:expr, $($variant:ident)*) => {
        match $value {
            $(Self::$variant => stringify!($variant),)*
            Self::Unknown(text) => text.as_str(),
        }
    };
    (@value text, $text:expr) => { $crate::Value::Text($text) };
    (@value number, $text:expr) => { $crate::codec::number_or_text($text) };
    (@serde $name:ident) => {
        $crate::serde_as_text!($name, |text| Ok::<_, ::std::convert::Infallible>(Self::from_text(text)));
    };
}

/// Implements serde's traits through `as_str` and a function from text where the feature `serde` is on.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_as_text {
    ($name:ident, |$text:ident| $read:expr) => {
        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $text = &*<String as $crate::serde::Deserialize>::deserialize(deserializer)?;
                $read.map_err($crate::serde::de::Error::custom)
            }
        }
    };
}

/// Without the feature `serde` there is nothing to implement.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_as_text {
    ($name:ident, |$text:ident| $read:expr) => {};
}
