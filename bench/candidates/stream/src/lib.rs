//! Candidate (b): one generic decoder per type over a streaming source.

mod generated {
    pub mod clodo;
    pub mod macloud;
}

pub use generated::{clodo, macloud};
