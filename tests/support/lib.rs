//! Shared parts of the tests of this folder: every call with its types erased, either client, servers with fixed
//! answers, and bodies and texts of every kind.

#![allow(missing_docs, reason = "only the tests beside it use this")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

pub mod calls;
pub mod canary;
pub mod canned_server;
pub mod clients;
pub mod entries;
pub mod impostors;
pub mod lists;
#[path = "../../crates/hostkit-wire/tests/common/mutation.rs"]
pub mod mutation;
pub mod raw_server;
pub mod sandboxes;
pub mod shapes;
pub mod sign_in;
pub mod size;
pub mod targets;
