//! The async client over sockets: one program, because linking takes longer than most of the tests.

mod common;
mod conformance;
mod dropped;
mod tls;
