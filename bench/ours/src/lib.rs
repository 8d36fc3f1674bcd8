//! The output types of Clodo and Macloud with their decoders, copied from the proto crates without requests.
//!
//! It is only compiled, to be compared with the derives of `bench-serde`.

mod generated;

pub use generated::{clodo, macloud};
