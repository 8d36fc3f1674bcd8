//! What a real nginx and a real PHP do to calls and answers, through both clients.
//!
//! `cargo xtask test real` installs what is missing and says in `HOSTKIT_REAL` what is there; a test fails whose program is
//! named there and cannot be run. Without the name it is skipped with a printed line, as in an ordinary `cargo test`.

mod name_server;
mod names;
mod nginx;
mod php;

mod program;
