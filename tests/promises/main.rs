//! Promises of `SECURITY.md` that do not concern money, and other tests over every API, in one program, because linking takes longer than
//! most of the tests.
//!
//! `HOSTKIT_PROMISE_SIZE=long` runs the long sizes.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod confusion;
mod direct;
mod error_texts;
mod every_call;
mod good_and_bad;
mod one_decision;
mod p07;
mod p13;
mod p14;
mod p15_time;
mod p16_lists;
mod p17;
mod p18;
mod p19;
mod p20;
mod p21;
mod p32;
#[path = "p32/rows.rs"]
mod p32_rows;
mod real;
mod removed;
mod sandbox_answers;
mod totals;
mod unresolved;
