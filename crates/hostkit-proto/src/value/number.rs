//! Whole numbers as distinct types, so that the hour of a schedule cannot be passed for its day.

use std::fmt;

/// A number outside the range of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange {
    type_name: &'static str,
    number: u64,
    range: (u64, u64),
}

impl OutOfRange {
    /// Only for [`ranged_number!`](crate::ranged_number).
    #[doc(hidden)]
    pub const fn new(type_name: &'static str, number: u64, range: (u64, u64)) -> Self {
        Self { type_name, number, range }
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { type_name, number, range: (lowest, highest) } = self;
        match *highest {
            u64::MAX => write!(f, "{type_name}: expected a number from {lowest} up, found {number}"),
            highest => write!(f, "{type_name}: expected a number from {lowest} to {highest}, found {number}"),
        }
    }
}

impl std::error::Error for OutOfRange {}

/// Declares a whole number within a range, both ends included.
///
/// ```
/// hostkit_proto::ranged_number! {
///     #[range(1, 31)]
///     /// The day of a month.
///     pub struct MonthDay;
/// }
/// assert_eq!(MonthDay::new(7)?.to_string(), "7");
/// assert_eq!(MonthDay::new(32).unwrap_err().to_string(), "MonthDay: expected a number from 1 to 31, found 32");
/// assert_eq!("0".parse::<MonthDay>().unwrap_err().to_string(), "\"0\" is not a number from 1 to 31");
/// # Ok::<(), hostkit_proto::OutOfRange>(())
/// ```
///
/// Where the document says no highest number, the range has one end:
///
/// ```
/// hostkit_proto::ranged_number! {
///     #[range(100)]
///     /// The number of a machine.
///     pub struct MachineNumber;
/// }
/// assert_eq!(MachineNumber::new(u64::MAX)?.get(), u64::MAX);
/// assert_eq!(MachineNumber::new(99).unwrap_err().to_string(), "MachineNumber: expected a number from 100 up, found 99");
/// assert_eq!("x".parse::<MachineNumber>().unwrap_err().to_string(), "\"x\" is not a number from 100 up");
/// # Ok::<(), hostkit_proto::OutOfRange>(())
/// ```
///
/// A number of another type is not accepted:
///
/// ```compile_fail,E0308
/// hostkit_proto::ranged_number! {
///     #[range(1, 31)]
///     /// The day of a month.
///     pub struct MonthDay;
/// }
/// hostkit_proto::ranged_number! {
///     #[range(0, 23)]
///     /// The hour of a day.
///     pub struct Hour;
/// }
/// let day: MonthDay = Hour::new(3).unwrap();
/// ```
///
/// An answer may hold a number outside the range: it is kept as it came, and refused when it is sent.
#[macro_export]
macro_rules! ranged_number {
    (#[range($lowest:literal)] $(#[$meta:meta])* pub struct $name:ident;) => {
        $crate::ranged_number! { @ ($lowest, u64::MAX, concat!("a number from ", $lowest, " up")) $(#[$meta])* pub struct $name; }
    };
    (#[range($lowest:literal, $highest:literal)] $(#[$meta:meta])* pub struct $name:ident;) => {
        $crate::ranged_number! {
            @ ($lowest, $highest, concat!("a number from ", $lowest, " to ", $highest)) $(#[$meta])* pub struct $name;
        }
    };
    (@ ($lowest:literal, $highest:expr, $expected:expr) $(#[$meta:meta])* pub struct $name:ident;) => {
        $crate::whole_number! { $(#[$meta])* pub struct $name; }

        impl $name {
            #[doc = concat!("Wraps ", $expected, "; any other is an error.")]
            pub const fn new(number: u64) -> Result<Self, $crate::OutOfRange> {
                const RANGE: (u64, u64) = ($lowest, $highest);
                if number < RANGE.0 || number > RANGE.1 {
                    return Err($crate::OutOfRange::new(stringify!($name), number, RANGE));
                }
                Ok(Self(number))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseError;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let number = <u64 as $crate::codec::FromText>::from_text(text).and_then(|number| Self::new(number).ok());
                number.ok_or_else(|| $crate::ParseError::new(text, $expected))
            }
        }
    };
}

/// The shared part of [`number_id!`](crate::number_id) and [`ranged_number!`](crate::ranged_number).
#[doc(hidden)]
#[macro_export]
macro_rules! whole_number {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The number.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::codec::FromText for $name {
            const EXPECTED: &'static str = "a whole number";

            fn from_text(text: &str) -> Option<Self> {
                <u64 as $crate::codec::FromText>::from_text(text).map(Self)
            }
        }

        impl $crate::codec::ToText for $name {
            #[inline]
            fn to_text(&self) -> ::std::borrow::Cow<'_, str> {
                self.0.to_string().into()
            }
        }

        impl $crate::codec::FromWire for $name {
            const IS_SCALAR: bool = true;

            fn from_wire(reader: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::codec::DecodeError> {
                reader.id_number().map(Self)
            }

            #[inline]
            fn plain(reader: &mut $crate::codec::Reader<'_>) -> Option<Self> {
                <u64 as $crate::codec::FromWire>::plain(reader).map(Self)
            }

            fn blank() -> Self {
                Self(0)
            }
        }

        impl $crate::codec::ToWire for $name {
            #[inline]
            fn to_wire(&self, format: $crate::Format) -> Option<$crate::Value> {
                $crate::codec::ToWire::to_wire(&self.0, format)
            }
        }

        impl $crate::codec::Limited for $name {
            #[inline]
            fn each(&self, see: &mut dyn FnMut(&str, bool)) {
                see(&$crate::codec::ToText::to_text(self), false);
            }
        }

        $crate::serde_as_number!($name);
    };
}

/// Implements serde's traits as a number where the feature `serde` is on.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_as_number {
    ($name:ident) => {
        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u64(self.0)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <u64 as $crate::serde::Deserialize>::deserialize(deserializer).map(Self)
            }
        }
    };
}

/// Without the feature `serde` there is nothing to implement.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_as_number {
    ($name:ident) => {};
}
