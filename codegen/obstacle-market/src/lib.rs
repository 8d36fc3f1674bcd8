//! An API of a reseller: a success may hold the failure of a queue or wait for money, hosts have currencies of their own,
//! and calls show in lists, in maps, in fields that change, and in the records of every zone.
//!
//! It exists for tests: the crate has to compile, and the examples of `specs/obstacle-market` have to pass.

mod generated;

pub use generated::*;
