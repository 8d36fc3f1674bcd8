//! The sandbox and its sites over sockets: one program, because linking takes longer than most of the tests.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "in a test a panic is the report")]

mod clodo;
mod common;
mod documented;
mod exchange;
mod faults;
mod inferno;
mod macloud;
mod macloud_examples;
mod rootpanel;
mod server;
mod spec_requests;
mod strangers;
