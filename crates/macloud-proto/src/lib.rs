//! Macloud's control API, which VDSina's hosts speak too.

#[rustfmt::skip]
mod generated;

pub use generated::*;
