//! An API of remote procedures: one address, and around each request the name of its procedure.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-rpc` have to pass.

mod generated;

pub use generated::*;
