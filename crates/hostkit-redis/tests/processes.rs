//! Several processes with one server: what every store has to hold.

#![allow(clippy::unwrap_used, reason = "a test")]
mod common;

hostkit_store_tests::store_tests!(common::Redis);
