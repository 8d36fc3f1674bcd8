//! An API whose calls are signed with a digest, by the clock of the server.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-signed` have to pass.

mod generated;

pub use generated::*;
