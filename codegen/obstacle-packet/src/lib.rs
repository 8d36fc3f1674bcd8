//! An API in XML whose results each have the marker of a success, and whose session has two secrets.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-packet` have to pass.

mod generated;

pub use generated::*;
