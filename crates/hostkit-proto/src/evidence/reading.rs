//! The reads that show whether a call happened, as data: one call, or a list and one call for each of its items.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use crate::answer::RawAnswer;
use crate::api::Api;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::endpoint::{Call, Endpoint};
use crate::info::EndpointInfo;
use crate::request::RequestParts;

/// The calls of a read, as data: a safe call, and the calls that follow from its answer.
///
/// Every safe call is a reading by itself.
pub trait Reading: Send {
    /// The API that is read.
    type Api: Api;
    /// The call that comes first.
    type First: Call + Endpoint<Api = Self::Api>;
    /// The calls that follow.
    type Then: Call + Endpoint<Api = Self::Api>;
    /// The combined answer.
    type Answer: Send;

    /// The call that comes first.
    fn first(&self) -> &Self::First;

    /// Starts the combined answer, and lists the calls that follow. One whose object is not found adds nothing, and the
    /// answer is then not whole.
    fn follow(&self, first: <Self::First as Endpoint>::Output) -> (Self::Answer, Vec<Self::Then>);

    /// Adds a further answer.
    fn add(&self, answer: &mut Self::Answer, output: <Self::Then as Endpoint>::Output);
}

impl<E: Call> Reading for E {
    type Api = E::Api;
    type First = E;
    type Then = E;
    type Answer = E::Output;

    fn first(&self) -> &E {
        self
    }

    fn follow(&self, first: E::Output) -> (E::Output, Vec<E>) {
        (first, Vec::new())
    }

    fn add(&self, answer: &mut E::Output, output: E::Output) {
        *answer = output;
    }
}

/// A list, and a call for each of its items; the answer is the items of all of these.
pub struct Each<L: Endpoint, E: Endpoint, T = <<E as Endpoint>::Output as IntoIterator>::Item> {
    list: L,
    each: Box<dyn Fn(L::Output) -> Vec<E> + Send>,
    items: fn(E::Output) -> Vec<T>,
}

impl<L: Endpoint, E: Endpoint<Output = Vec<T>>, T> Each<L, E, T> {
    /// Reads `list`, and then the calls that `each` makes of its answer, each of which gives several items.
    pub fn new(list: L, each: impl Fn(L::Output) -> Vec<E> + Send + 'static) -> Self {
        Self { list, each: Box::new(each), items: |items| items }
    }
}

impl<L: Endpoint, E: Endpoint> Each<L, E, E::Output> {
    /// Reads `list`, and then the calls that `each` makes of its answer, each of which gives one item.
    pub fn single(list: L, each: impl Fn(L::Output) -> Vec<E> + Send + 'static) -> Self {
        Self { list, each: Box::new(each), items: |item| vec![item] }
    }
}

impl<L, E, T> Reading for Each<L, E, T>
where
    L: Call,
    E: Call + Endpoint<Api = L::Api>,
    T: Send,
{
    type Api = L::Api;
    type First = L;
    type Then = E;
    type Answer = Vec<T>;

    fn first(&self) -> &L {
        &self.list
    }

    fn follow(&self, first: L::Output) -> (Vec<T>, Vec<E>) {
        (Vec::new(), (self.each)(first))
    }

    fn add(&self, answer: &mut Vec<T>, output: E::Output) {
        answer.extend((self.items)(output));
    }
}

impl<L: Endpoint + fmt::Debug, E: Endpoint, T> fmt::Debug for Each<L, E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Each").field(&self.list).finish()
    }
}

/// The reading of a call without evidence; the type has no values.
#[derive(Debug, Clone, Copy)]
pub struct Unshown<A>(Infallible, PhantomData<fn() -> A>);

impl<A: Api> Endpoint for Unshown<A> {
    type Api = A;
    type Output = ();

    const INFO: EndpointInfo = EndpointInfo::DEFAULT;

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        match self.0 {}
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<(), DecodeError> {
        answer.nothing()
    }
}

impl<A: Api> Call for Unshown<A> {}
