//! An API whose forms carry a nonce, and are signed with a key.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-hmac` have to pass.

mod generated;

pub use generated::*;
