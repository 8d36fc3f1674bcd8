//! Both clients against a real nginx, a real HAProxy, a real PHP and the system's resolver.
//!
//! `cargo xtask test real` installs missing programs and lists the available ones in `HOSTKIT_REAL`. A test fails if
//! its program is listed and cannot be run; if it is not listed, as in an ordinary `cargo test`, it is skipped with a
//! printed line.

mod cache;
mod haproxy;
mod name_server;
mod names;
mod nginx;
mod php;

mod program;
