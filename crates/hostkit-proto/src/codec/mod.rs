//! Building blocks of generated code: accessors that decode the wire tree, and encoders.

mod choice;
#[cfg(feature = "serde")]
pub mod decimals;
mod direct;
mod encode_error;
mod error;
mod fields;
mod fill;
mod flags;
#[cfg(feature = "server")]
mod gather;
mod joined;
mod limit;
mod name;
mod names;
mod object;
mod page;
mod raw;
mod reader;
mod report;
mod scalar;
mod shape;
mod text;
mod tree;
mod wire;

pub use choice::{Found, MistakenChoice, one_object, one_of};
pub(crate) use direct::{Note, Notes};
pub use encode_error::{EncodeError, FieldName, Mistake};
pub use error::DecodeError;
pub(crate) use error::HEADER;
pub use fields::Fields;
pub(crate) use fields::key_twice;
pub(crate) use fill::How;
pub use fill::{Field, FromFields, Table};
#[cfg(feature = "server")]
pub(crate) use flags::flag_of;
pub use flags::{FlagWords, Flags, InWords};
#[cfg(feature = "server")]
pub(crate) use gather::{Part, gather, gather_map, gathered};
pub use joined::InOneText;
pub(crate) use limit::number;
pub use limit::{InputLimit, Limited};
pub use name::Name;
pub(crate) use names::is_key;
pub use names::{Filled, Names};
#[cfg(feature = "server")]
pub(crate) use object::wrapped;
pub use object::{AsText, DatePattern, Object, number_or_text};
pub use page::{last_page, next_page};
pub use raw::Raw;
pub use reader::Reader;
#[cfg(feature = "server")]
pub(crate) use reader::Step;
pub(crate) use reader::{At, describe, shorten};
pub use report::{Report, UnknownFields};
pub use shape::TextShape;
pub use text::{FromText, ToText};
pub use wire::{FromWire, ToWire};
