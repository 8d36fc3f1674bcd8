//! Errors of the world, which each site translates into those of its API.

use std::fmt;

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorldError {
    /// There is no such thing, such as a `server`.
    NotFound(&'static str),
    /// The balance is too small.
    NotEnoughMoney,
    /// The state of the object forbids it.
    WrongState,
    /// The name is taken.
    Taken,
    /// The value of this field is not valid; the name is the world's.
    Invalid(&'static str),
    /// No address is left.
    NoAddress,
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(what) => write!(f, "there is no such {what}"),
            Self::NotEnoughMoney => f.write_str("the balance is too small"),
            Self::WrongState => f.write_str("the state of the object forbids it"),
            Self::Taken => f.write_str("the name is taken"),
            Self::Invalid(what) => write!(f, "the {what} is not valid"),
            Self::NoAddress => f.write_str("no address is left"),
        }
    }
}

impl std::error::Error for WorldError {}
