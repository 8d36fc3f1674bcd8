//! A transport that answers from a script, a driver for it, and what a client has to do over a real socket: for tests of
//! this project's crates and of its users.

pub mod conformance;
mod drive;
mod scripted;

pub use drive::{drive, drive_async};
pub use scripted::{Script, Scripted, Sent};
