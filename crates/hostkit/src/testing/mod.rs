//! A transport that answers from a script, and a driver for it: for tests of this crate and of its users.

mod drive;
mod scripted;

pub use drive::{drive, drive_async};
pub use scripted::{Script, Scripted, Sent};
