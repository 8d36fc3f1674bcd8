//! An API that wraps what it says: a root whose name changes with the call, a list around the envelope, keys around
//! items, objects around scalars.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-panel` have to pass.

mod generated;

pub use generated::*;
