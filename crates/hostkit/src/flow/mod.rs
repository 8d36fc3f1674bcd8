//! Calls that belong together, as one machine over exchanges: flows, whose bodies are plain async code,
//! reconciliation as one of them, and waiters.
//!
//! What is deliberately not here: running several calls at once. Order is what a flow is for.

mod calls;
mod desk;
mod inputs;
mod machine;
mod pause;
mod reconcile;
pub mod trace;
mod wait;
mod waiter;

pub use calls::Calls;
pub(crate) use inputs::Input;
pub use inputs::{Before, Inputs};
pub use machine::FlowMachine;
pub use reconcile::{Reconcile, Reconciled, StillOpen};
pub(crate) use reconcile::{before, reconcile, ticket};
pub use wait::{WaitError, WaitMachine};
pub use waiter::{Observation, Progress, Waiter, WaiterInfo};
