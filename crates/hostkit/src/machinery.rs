//! The parts of a client: the core shared by all drivers, its machines, and the loops that run them.

pub use crate::after::{RecoveryMachine, WaitMachine};
pub use crate::builder::FromParts;
pub use crate::call::{CallMachine, RawMachine};
pub use crate::client::ClientCore;
pub use crate::driver::{drive, drive_async};
pub use crate::limits::rate::Permit;
pub use crate::machine::{Machine, Step, Wakeup};
pub use crate::pages::Pages;
pub use crate::perform::PerformMachine;
