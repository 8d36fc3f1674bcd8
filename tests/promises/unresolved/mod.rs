//! Calls whose end is open, and calls that arrive twice or as another call: the verdicts of recovery and of the deletion of
//! a record are compared with the sandbox's ledger, through both clients.

mod acts;
mod ahead;
mod flows;
pub(crate) mod ground;
mod options;
pub(crate) mod orders;
mod tickets;
mod verdicts;
