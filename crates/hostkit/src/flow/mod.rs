//! Calls that belong together, as one machine over exchanges. So far: waiters.
//!
//! What is deliberately not here: reconciliation and guarded operations. They are calls in a row that a caller writes in
//! a row; a machine for them pays once two of them are generated.

mod wait;
mod waiter;

pub use wait::{WaitError, WaitMachine};
pub use waiter::{Observation, Progress, Waiter, WaiterInfo};
