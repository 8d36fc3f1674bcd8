//! Candidate (a), the project's own: non-generic decoders over the flat tree.

mod generated {
    pub mod clodo;
    pub mod macloud;
}

pub use generated::{clodo, macloud};
