//! The obstacle course: every construct of the spec language once, under names that get in the way.
//!
//! Nobody offers this API. That this crate compiles, and that the examples of `specs/obstacle` pass, is the test.

mod generated;

pub use generated::*;
