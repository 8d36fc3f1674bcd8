//! The promises about money, against the sandbox: what the ledger at the server says, against what either client said.
//!
//! `HOSTKIT_PROMISE_SIZE=long` runs the long sizes. A case that fails prints `HOSTKIT_PROMISE_CASE=…`, which runs it
//! alone.

mod deadlines;
mod ground;
mod names;
mod orders;
mod origins;
mod outage;
mod pace;
mod sessions;
mod sweep;
