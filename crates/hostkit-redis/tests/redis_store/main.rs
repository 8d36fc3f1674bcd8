//! The store in a Redis server: one program, because linking takes longer than most of the tests.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod common;
mod processes;
mod server;
mod tls;
