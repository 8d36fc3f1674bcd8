//! Calls whose end is open, and calls that arrive twice or as something else: what reconciliation and the guarded
//! operations say, against the sandbox's ledger, through both clients.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod acts;
mod ahead;
#[path = "../support/clients.rs"]
mod clients;
mod flows;
mod ground;
mod options;
mod orders;
mod tickets;
mod verdicts;
