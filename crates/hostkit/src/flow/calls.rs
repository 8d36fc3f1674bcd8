//! The handle that the body of a flow makes its calls with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::AGE;

use super::desk::Desk;
use super::pause::Pause;
use super::{Before, Observation, Reconcile, Reconciled, WaitError, Waiter};
use crate::api::Api;
use crate::client::ClientCore;
use crate::endpoint::{Call, Endpoint, EndpointInfo, Perform};
use crate::error::{Error, ErrorOf};
use crate::machine::Machine;
use crate::options::CallOptions;
use crate::outcome::{Outcome, OutcomeOf, Reply};
use crate::ticket::Ticket;
use crate::time::Now;

/// Makes the calls of one flow. Clones belong to the same flow.
///
/// Each method is that of the clients; its await is where the driver sends, sleeps or waits. Calls run one after the
/// other, also where the body joins them. A call gets its own deadline, and never more than the flow has left.
pub struct Calls<A: Api> {
    core: ClientCore<A>,
    options: CallOptions,
    desk: Arc<Desk>,
}

impl<A: Api> Calls<A> {
    pub(super) fn new(core: &ClientCore<A>, options: CallOptions, desk: &Arc<Desk>) -> Self {
        Self { core: core.clone(), options, desk: Arc::clone(desk) }
    }

    /// Makes a call that only reads, or sets a state.
    ///
    /// # Errors
    /// Whatever kept the value from coming; past the flow's deadline [`ErrorKind::Exhausted`](crate::ErrorKind).
    pub async fn call<E: Call<Api = A> + 'static>(&self, endpoint: &E) -> Result<E::Output, ErrorOf<E>> {
        self.call_with(endpoint, CallOptions::new()).await.map(|reply| reply.value)
    }

    /// The same with options of this one call, and everything around the value.
    ///
    /// # Errors
    /// As [`Calls::call`].
    pub async fn call_with<E: Call<Api = A> + 'static>(
        &self,
        endpoint: &E,
        options: CallOptions,
    ) -> Result<Reply<E::Output>, ErrorOf<E>> {
        let options = self.options_of(&E::INFO, options);
        let reply = self.run(self.core.call(endpoint, options)).await?;
        self.desk.saw(age(&reply.headers));
        Ok(reply)
    }

    /// How old the oldest answer is that came since the last question.
    pub(super) fn take_age(&self) -> Duration {
        self.desk.take_age()
    }

    /// Makes a call that acts. It is sent once at most.
    pub async fn perform<E: Perform<Api = A> + 'static>(&self, endpoint: &E) -> OutcomeOf<E> {
        self.perform_with(endpoint, CallOptions::new()).await.map(|reply| reply.value)
    }

    /// The same with options of this one call, and everything around the value.
    pub async fn perform_with<E: Perform<Api = A> + 'static>(
        &self,
        endpoint: &E,
        options: CallOptions,
    ) -> Outcome<Reply<E::Output>, A::Code> {
        let options = self.options_of(&E::INFO, options);
        self.run(self.core.perform(endpoint, options)).await
    }

    /// Polls until what the waiter waits for is there.
    ///
    /// # Errors
    /// It will never be there, or the time was up.
    pub async fn wait<W>(
        &self,
        waiter: W,
        on_progress: impl FnMut(&Observation) + Send + 'static,
    ) -> Result<W::Found, WaitError<A::Code>>
    where
        W: Waiter + 'static,
        W::Endpoint: Endpoint<Api = A> + 'static,
        W::Found: Send + 'static,
    {
        let options = self.within(W::INFO.deadline, self.options.clone());
        self.run(self.core.wait(waiter, options, on_progress)).await
    }

    /// Finds out whether a call happened whose end was open, without sending it again.
    pub async fn reconcile<E: Reconcile<Api = A>>(&self, ticket: &Ticket) -> Reconciled<E::Found, A::Code> {
        super::reconcile::<E>(self.clone(), ticket).await
    }

    /// What shows of a call before it is made, for [`Ticket::with_before`]: some calls cannot be found without it.
    /// `None` where nothing on the API shows the call.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn before<E: Reconcile<Api = A>>(&self, endpoint: &E) -> Result<Option<Before>, ErrorOf<E>> {
        super::before::<E>(self.clone(), &endpoint.inputs()).await
    }

    /// Makes a ticket for a call before the call is made, with what shows then. It is for what gives no ticket of its own: a
    /// future that is dropped, a process that dies. See the clients' `ticket`.
    ///
    /// # Errors
    /// What shows could not be read.
    pub async fn ticket<E: Reconcile<Api = A>>(&self, endpoint: &E) -> Result<Ticket, ErrorOf<E>> {
        super::ticket::<E>(self.clone(), endpoint).await
    }

    /// Waits.
    ///
    /// # Errors
    /// At once where the flow's deadline comes first, and when the caller cancels.
    pub async fn sleep(&self, duration: Duration) -> Result<(), Error<A::Code>> {
        self.run(Pause::new(self.now(), duration, self.desk.deadline(), self.options.cancel.clone())).await
    }

    /// Runs any machine as a part of the flow. It has to keep the flow's deadline itself: see [`Calls::left`].
    pub async fn run<M>(&self, machine: M) -> M::Done
    where
        M: Machine + Send + 'static,
        M::Done: Send + 'static,
    {
        self.desk.hand_in(machine).await
    }

    /// What time it is.
    pub fn now(&self) -> Now {
        self.desk.now()
    }

    /// The time that the flow has left; none where it has no deadline.
    pub fn left(&self) -> Option<Duration> {
        Some(self.desk.deadline()?.since(self.now().monotonic))
    }

    /// The client that the flow runs on.
    pub fn core(&self) -> &ClientCore<A> {
        &self.core
    }

    /// The options of one call: its own, else the flow's; its own deadline, else the usual one.
    fn options_of(&self, info: &EndpointInfo, own: CallOptions) -> CallOptions {
        let usual = own.deadline.or(self.core.shared().deadline).unwrap_or(info.deadline);
        self.within(usual, own.or(&self.options))
    }

    fn within(&self, usual: Duration, options: CallOptions) -> CallOptions {
        options.deadline(self.left().map_or(usual, |left| left.min(usual)))
    }
}

/// How long ago the answer was made, where a cache gave it and says so.
fn age(headers: &HeaderMap) -> Duration {
    let ages = headers.get_all(AGE).iter().filter_map(|age| age.to_str().ok()?.trim().parse().ok());
    Duration::from_secs(ages.max().unwrap_or(0))
}

impl<A: Api> Clone for Calls<A> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), options: self.options.clone(), desk: Arc::clone(&self.desk) }
    }
}

impl<A: Api> fmt::Debug for Calls<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("api", &A::INFO.name).field("left", &self.left()).finish_non_exhaustive()
    }
}
