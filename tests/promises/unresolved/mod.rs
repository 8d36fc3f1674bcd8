//! Calls whose end is open, and calls that arrive twice or as something else: what reconciliation and the guarded
//! operations say, against the sandbox's ledger, through both clients.

mod acts;
mod ahead;
mod flows;
mod ground;
mod options;
mod orders;
mod tickets;
mod verdicts;
