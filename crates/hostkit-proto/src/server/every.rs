//! Every endpoint of an API with its wire examples, for tests over all of them and for servers that answer from them.

use std::fmt::Debug;
use std::marker::PhantomData;

use hostkit_wire::Format;

use super::{ReceivedRequest, Serve, Simulate};
use crate::api::Api;
use crate::codec::DecodeError;
use crate::endpoint::{Call, Endpoint};
use crate::evidence::Perform;
use crate::info::EndpointInfo;
use crate::waiter::Waiter;

/// An API with its server half. Generated.
pub trait Served: Api<Credentials: Debug, Code: Ord> {
    /// Shows every endpoint to a visitor, with its wire examples.
    fn every(visitor: &mut impl Visitor<Api = Self>);

    /// The endpoint that a request calls.
    ///
    /// # Errors
    /// No endpoint takes the request: the error of the one that came nearest.
    fn route(request: &ReceivedRequest<'_>) -> Result<EndpointInfo, DecodeError>;

    /// Credentials of each kind for tests, all with this secret.
    fn credentials_with(secret: &str) -> Vec<Self::Credentials>;
}

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

/// Visits every endpoint of an API, and every waiter; the generated function `serve::every` calls it. What has no method
/// of its own is passed.
pub trait Visitor {
    /// The API that is visited.
    type Api: Api;

    /// A call that only reads, or sets a state.
    fn call<E>(&mut self, _: &Examples)
    where
        E: Serve + Call + Endpoint<Api = Self::Api> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
    }

    /// A call that acts.
    fn perform<E>(&mut self, _: &Examples)
    where
        E: Serve + Simulate + Perform + Endpoint<Api = Self::Api> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
    }

    /// A waiter, after the call that it polls, by what makes one of that call.
    fn waiter<W>(&mut self, _: fn(W::Endpoint) -> W)
    where
        W: Waiter<Endpoint: Serve + Endpoint<Api = Self::Api>, Found: Debug> + 'static,
    {
    }
}

/// Every endpoint of an API with its wire examples, without their types.
pub fn list<A: Served>() -> Vec<(EndpointInfo, Examples)> {
    let mut list = List(Vec::new(), PhantomData);
    A::every(&mut list);
    list.0
}

struct List<A>(Vec<(EndpointInfo, Examples)>, PhantomData<A>);

impl<A: Api> Visitor for List<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.0.push((E::INFO, *examples));
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.0.push((E::INFO, *examples));
    }
}
