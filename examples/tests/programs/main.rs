//! The programs and the code of this folder that a user would copy.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "in a test a panic is the report")]

mod doctor;
mod money;
mod names;
mod outcomes;
mod readme;
mod record_deletion;
mod testing;
