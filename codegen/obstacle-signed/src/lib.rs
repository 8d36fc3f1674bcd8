//! An API whose calls are signed with a digest, by the clock of the server.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-signed` have to pass.

#![allow(clippy::type_complexity, reason = "one call has an input of every kind that may be null")]

mod generated;

pub use generated::*;
