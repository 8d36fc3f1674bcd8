//! The store in files: one program, because linking takes longer than most of the tests.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod common;
mod files;
mod processes;
