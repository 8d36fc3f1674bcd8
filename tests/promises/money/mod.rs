//! The promises about money, against the sandbox: what the ledger at the server says, against what either client said.

mod deadlines;
mod ground;
mod names;
mod orders;
mod origins;
mod outage;
mod pace;
mod sessions;
mod sweep;
