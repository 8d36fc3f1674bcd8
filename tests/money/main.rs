//! The promises about money, against the sandbox: the server's ledger is compared with what either client reported.

mod deadlines;
mod ground;
mod names;
mod orders;
mod origins;
mod outage;
mod pace;
mod sessions;
mod sweep;
