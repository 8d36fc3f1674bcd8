//! Readers and writers of all formats: one program, because linking takes longer than most of the tests.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/mutation.rs"]
mod mutation;

mod hostile;
mod json;
mod p14;
mod php;
mod roundtrip;
mod tree;
mod xml;
