//! Ids as distinct types, so that the id of a backup cannot be passed for that of a server.

/// Declares an id that is a whole number.
///
/// ```
/// hostkit_proto::number_id! {
///     /// The number of a server.
///     pub struct ServerId;
/// }
/// assert_eq!(ServerId::new(7).to_string(), "7");
/// assert_eq!("7".parse(), Ok(ServerId::new(7)));
/// ```
///
/// Text that the program does not parse is not accepted, whatever it contains:
///
/// ```compile_fail,E0308
/// hostkit_proto::number_id! {
///     /// The number of a server.
///     pub struct ServerId;
/// }
/// let id = ServerId::new("7/../../user");
/// ```
#[macro_export]
macro_rules! number_id {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $crate::whole_number! { $(#[$meta])* pub struct $name; }

        impl $name {
            /// Wraps a number.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let expected = <Self as $crate::codec::FromText>::EXPECTED;
                <Self as $crate::codec::FromText>::from_text(text).ok_or_else(|| $crate::ParseError::new(text, expected))
            }
        }
    };
}

/// Declares an id of letters, digits, `-` and `_`, which cannot leave its segment of a path.
///
/// ```
/// hostkit_proto::text_id! {
///     /// The key of a download.
///     pub struct DownloadKey;
/// }
/// assert!(DownloadKey::new("0af1").is_some());
/// assert!(DownloadKey::new("../servers").is_none());
/// ```
#[macro_export]
macro_rules! text_id {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $crate::checked_id! { $(#[$meta])* pub struct $name; "letters, digits, `-` or `_`", 128, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
        } }
    };
}

/// Declares an id that is any text without control characters, such as `ns1.example.net:53/a`. In a path it is
/// percent-encoded, slashes too, so it cannot leave its segment; `.` and `..` are refused there.
///
/// ```
/// hostkit_proto::free_id! {
///     /// The name of a record.
///     pub struct RecordName;
/// }
/// assert!(RecordName::new("a.example.net:53/x").is_some());
/// assert!(RecordName::new("a\nb").is_none());
/// ```
#[macro_export]
macro_rules! free_id {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $crate::checked_id! { $(#[$meta])* pub struct $name; "text without control characters", 255, |byte| {
            !byte.is_ascii_control()
        } }
    };
}

/// Declares an id that is a text of at most `$longest` bytes, each of which `$fits`.
#[doc(hidden)]
#[macro_export]
macro_rules! checked_id {
    ($(#[$meta:meta])* pub struct $name:ident; $expected:literal, $longest:literal, |$byte:ident| $fits:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("Wraps a text; `None` if it is empty, longer than ", $longest, " bytes or not ", $expected, ".")]
            pub fn new(text: &str) -> Option<Self> {
                let fits = |$byte: u8| $fits;
                ((1..=$longest).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let expected = <Self as $crate::codec::FromText>::EXPECTED;
                <Self as $crate::codec::FromText>::from_text(text).ok_or_else(|| $crate::ParseError::new(text, expected))
            }
        }

        impl $crate::codec::FromText for $name {
            const EXPECTED: &'static str = $expected;

            fn from_text(text: &str) -> Option<Self> {
                Self::new(text)
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
                    None => reader.text_value(),
                }
            }

            #[inline]
            fn plain(reader: &mut $crate::codec::Reader<'_>) -> Option<Self> {
                reader.plain($crate::codec::FromText::from_text)
            }

            fn blank() -> Self {
                Self("".into())
            }
        }

        impl $crate::codec::ToWire for $name {
            #[inline]
            fn to_wire(&self, _: $crate::Format) -> Option<$crate::Value> {
                Some($crate::Value::Text(self.as_str().to_owned()))
            }
        }

        impl $crate::codec::Limited for $name {
            #[inline]
            fn each(&self, see: &mut dyn FnMut(&str, bool)) {
                see(&$crate::codec::ToText::to_text(self), false);
            }
        }

        $crate::serde_as_text!($name, |text| text.parse());
    };
}
