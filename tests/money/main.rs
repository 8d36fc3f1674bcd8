//! The promises about money, against the sandbox: the server's ledger is compared with what either client reported.
//!
//! A program of its own, because some of them measure deadlines: tests that keep a core busy would delay the answers.
//! `HOSTKIT_PROMISE_SIZE=long` runs the long sizes. A case that fails prints `HOSTKIT_PROMISE_CASE=…`, which runs it
//! alone.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod deadlines;
mod documents;
mod ground;
mod lost;
mod names;
mod odd;
mod orders;
mod origins;
mod outage;
mod pace;
mod sessions;
mod sweep;
mod waiters;
