//! The engine against a scripted transport: one program, because linking takes longer than most of the tests.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[path = "../common/mod.rs"]
mod common;

mod ahead;
mod calls;
mod judgement;
mod p09;
mod p33;
mod parts;
mod perform;
mod properties;
mod recovery;
mod refusals;
mod retry_table;
mod serde;
mod session;
mod sign_in_rest;
mod signed;
mod stores;
mod text;
mod together;
mod waiter;
mod watch;
mod worlds;
