//! Candidate (b): one generic decoder per type over a streaming source.

pub mod clodo;
pub mod macloud;
