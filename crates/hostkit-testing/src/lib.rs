//! For tests of what stands on hostkit: a transport that answers from a script, and what a transport has to do over a
//! real socket.

pub mod conformance;
mod scripted;

pub use scripted::{Script, Scripted, Sent};
