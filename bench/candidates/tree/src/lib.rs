//! Candidate (a): the flat tree with decoders that are not generic. What the project has.

mod generated {
    pub mod clodo;
    pub mod macloud;
}

pub use generated::{clodo, macloud};
