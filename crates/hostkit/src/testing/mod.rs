//! A transport that answers from a script, the drivers, and what a client has to do over a real socket: for tests of
//! this project's crates and of its users.

pub mod conformance;
mod scripted;

pub use crate::driver::{drive, drive_async};
pub use scripted::{Script, Scripted, Sent};
