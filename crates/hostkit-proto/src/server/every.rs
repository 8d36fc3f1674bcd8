//! A visitor of every endpoint of an API with its wire examples, for tests over all of them.

use std::fmt::Debug;

use hostkit_wire::Format;

use super::Serve;
use crate::api::Api;
use crate::endpoint::{Call, Endpoint};
use crate::evidence::Perform;

/// The wire examples of one endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Examples {
    /// The folder of their files, below `specs/`.
    pub folder: &'static str,
    /// Cases of requests with their head.
    pub requests: &'static [&'static str],
    /// Cases of requests that are a body alone: case, format, path.
    pub request_bodies: &'static [(&'static str, Format, &'static str)],
    /// Cases of answers without a head: case, format, status.
    pub answers: &'static [(&'static str, Format, u16)],
    /// Cases of answers with their head.
    pub answers_with_head: &'static [&'static str],
    /// Cases of `answers` that are the same value in each of their formats.
    pub agreeing: &'static [&'static str],
    /// Cases of faults without a head: case, format, status.
    pub faults: &'static [(&'static str, Format, u16)],
    /// Cases of faults with their head.
    pub faults_with_head: &'static [&'static str],
}

/// Visits every endpoint of an API; the generated function `serve::every` calls it.
pub trait Visitor {
    /// The API that is visited.
    type Api: Api;

    /// A call that only reads, or sets a state.
    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = Self::Api> + Debug + 'static,
        E::Output: Debug + PartialEq;

    /// A call that acts.
    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = Self::Api> + Debug + 'static,
        E::Output: Debug + PartialEq;
}
