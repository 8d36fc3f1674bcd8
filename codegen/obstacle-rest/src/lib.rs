//! An API whose errors are documents of several forms, without translations, document and envelope.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-rest` have to pass.

mod generated;

pub use generated::*;
