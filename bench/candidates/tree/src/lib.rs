//! Candidate (a): the flat tree with decoders that are not generic. What the project has.

pub mod clodo;
pub mod macloud;
