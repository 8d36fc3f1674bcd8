//! An API whose errors are documents of several forms, without translations, document and envelope.
//!
//! Nobody offers it. That this crate compiles, and that the examples of `specs/obstacle-rest` pass, is the test.

mod generated;

pub use generated::*;
