//! The client: one method for each kind of call.

use std::fmt;
use std::sync::Arc;

use hostkit::machinery::drive;
use hostkit::machinery::{ClientCore, FromParts, Machine};
use hostkit::transport::Transport;
use hostkit::watch::{Counters, RateLeft, RecoveryRead};
use hostkit::{
    Api, BaseUrl, Budget, Call, CallOptions, ClientBuilder, Endpoint, Error, ErrorOf, Observation, Outcome, OutcomeOf,
    Perform, Rates, RawBody, Recovery, Reply, SetupError, Ticket, WaitError, Waiter,
};

use crate::transport::UreqTransport;

/// A blocking client of one API. Clones are the same client: they share session, rate limits, budget and connections.
///
/// Options set with [`Client::with`] apply to every call made through that value, whichever method makes it.
///
/// Every method blocks until the call has ended, at most until its deadline.
pub struct Client<A: Api, T = UreqTransport> {
    core: ClientCore<A>,
    transport: Arc<T>,
    options: CallOptions,
}

impl<A: Api> Client<A> {
    /// Creates a client with default settings for the API's default host.
    ///
    /// # Errors
    /// The API has no default host and needs [`ClientBuilder::base_url`], or TLS cannot be set up.
    pub fn new(credentials: A::Credentials) -> Result<Self, SetupError> {
        Self::builder(credentials).build()
    }

    /// Starts building a client with settings of its own.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn client<A: hostkit::Api>(credentials: A::Credentials) -> Result<(), Box<dyn std::error::Error>> {
    /// let client = hostkit_ureq::Client::<A>::builder(credentials)
    ///     .base_url("http://127.0.0.1:8080".parse()?)
    ///     .deadline(Duration::from_secs(10))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(credentials: A::Credentials) -> ClientBuilder<Self> {
        ClientBuilder::new(credentials, UreqTransport::new())
    }
}

impl<A: Api, T: Transport> FromParts for Client<A, T> {
    type Api = A;
    type Transport = T;
    type Over<U> = Client<A, U>;

    fn from_parts(core: ClientCore<A>, transport: T) -> Self {
        Self { core, transport: Arc::new(transport), options: CallOptions::new() }
    }
}

impl<A: Api, T: Transport> Client<A, T> {
    /// Returns the same client with these options in place of all earlier ones.
    ///
    /// The deadline covers one [`Client::call`] or [`Client::perform`] including sign-in, pauses and retries; all polls
    /// of a [`Client::wait`]; and all reads of a [`Client::recover`].
    ///
    /// An expected price and a maximum cost apply to every call of the returned client, so set them for each order. "Did
    /// not happen" takes as long as the hoster may need to show the call, so a [`Client::recover`] with a shorter
    /// deadline never says it.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hostkit::{Call, CallOptions};
    /// # fn list<E: Call>(client: &hostkit_ureq::Client<E::Api>, list: &E) -> Result<(), Box<dyn std::error::Error>> {
    /// let hasty = client.with(CallOptions::new().deadline(Duration::from_secs(2)));
    /// let reply = hasty.call_full(list)?;
    /// println!("{} after {} attempts", reply.status, reply.attempts);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "the options apply to the returned client only"]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { options, ..self.clone() }
    }

    /// Makes a safe call: one that only reads, or sets a state and may be repeated.
    ///
    /// # Errors
    /// Any failure to get the value; [`Error::kind`] tells which.
    pub fn call<E: Call<Api = A>>(&self, endpoint: &E) -> Result<E::Output, ErrorOf<E>> {
        self.call_full(endpoint).map(|reply| reply.value)
    }

    /// Like [`Client::call`], also returning the status, headers, number of attempts and decoding notices.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn call_full<E: Call<Api = A>>(&self, endpoint: &E) -> Result<Reply<E::Output>, ErrorOf<E>> {
        self.run(self.core.call(endpoint, self.options.clone()))
    }

    /// Makes a safe call and returns the body undecoded, whatever the status.
    ///
    /// # Errors
    /// Only failures of the transport or of the sign-in.
    pub fn call_raw<E: Call<Api = A>>(&self, endpoint: &E) -> Result<Reply<RawBody>, Error<A::Code>> {
        self.run(self.core.raw(endpoint, self.options.clone()))
    }

    /// Makes a mutating call, which is sent at most once, over a new connection.
    ///
    /// What is there before the call is read first, in the same deadline, so that [`Client::recover`] can tell what
    /// became of it if the answer is lost; where that read fails, nothing is sent. One more read follows a refusal that
    /// a proxy's repeat may have caused. Calls that could be taken for one another go one after the other.
    /// [`CallOptions::unread`] leaves the read out.
    pub fn perform<E: Perform<Api = A>>(&self, endpoint: &E) -> OutcomeOf<E> {
        self.perform_full(endpoint).map(|reply| reply.value)
    }

    /// Like [`Client::perform`], also returning the status, headers and decoding notices.
    pub fn perform_full<E: Perform<Api = A>>(&self, endpoint: &E) -> Outcome<Reply<E::Output>, A::Code> {
        self.run(self.core.perform(endpoint, self.options.clone()))
    }

    /// Polls until the waiter's condition is met. `on_progress` is told what each poll saw, also a failed one, and how long it
    /// is until the next; first of all, before any poll, how long it is until that one.
    ///
    /// # Errors
    /// The condition can no longer be met, the deadline passed, or every further poll would fail, too.
    pub fn wait<W>(&self, waiter: W, on_progress: impl FnMut(&Observation)) -> Result<W::Found, WaitError<A::Code>>
    where
        W: Waiter,
        W::Endpoint: Endpoint<Api = A>,
    {
        self.run(self.core.wait(waiter, self.options.clone(), on_progress))
    }

    /// Finds out whether a call with an unknown outcome happened.
    ///
    /// The call is never sent again: its evidence is read instead. "Did not happen" takes three reads and the time that
    /// the hoster may need to show the call.
    ///
    /// It compares with what [`Client::perform`] read before the call, which the ticket holds. A verdict on a call that
    /// spends takes up to 15 minutes, because lists of hosters lag; with a shorter deadline the verdict may be "not yet".
    pub fn recover<E: Perform<Api = A>>(&self, ticket: &Ticket) -> Recovery<E::Found, A::Code> {
        self.run(self.core.recover::<E>(ticket, self.options.clone()))
    }

    /// Like [`Client::recover`], telling `on_progress` of each read before the verdict and when the next is due.
    pub fn recover_with<E: Perform<Api = A>>(
        &self,
        ticket: &Ticket,
        on_progress: impl FnMut(&RecoveryRead),
    ) -> Recovery<E::Found, A::Code> {
        self.run(self.core.recover_with::<E, _>(ticket, self.options.clone(), on_progress))
    }

    /// Runs any machine to completion with this client's transport and clock.
    pub fn run<M: Machine>(&self, machine: M) -> M::Done {
        drive(machine, &*self.transport, self.core.clock())
    }

    /// The part of the client that does not depend on the transport.
    pub fn core(&self) -> &ClientCore<A> {
        &self.core
    }

    /// The transport that requests are sent with.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// The budget, if one was set.
    pub fn budget(&self) -> Option<&Budget> {
        self.core.budget()
    }

    /// The rate limits, for sharing with another client of the same account.
    pub fn rates(&self) -> &Rates {
        self.core.rates()
    }

    /// What this client and its clones have done so far: calls by outcome, attempts, sign-ins, and calls in flight.
    pub fn counters(&self) -> Counters {
        self.core.counters()
    }

    /// What is left of each rate limit now, and how long until there is room.
    pub fn rates_left(&self) -> Vec<RateLeft> {
        self.core.rates_left()
    }

    /// The base URL that is used until a sign-in returns another.
    pub fn base_url(&self) -> &BaseUrl {
        self.core.base_url()
    }

    /// Discards the session, and any record that the credentials were rejected.
    pub fn reset_session(&self) {
        self.core.reset_session();
    }
}

impl<A: Api, T> Clone for Client<A, T> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), transport: Arc::clone(&self.transport), options: self.options.clone() }
    }
}

impl<A: Api, T> fmt::Debug for Client<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.core).finish()
    }
}
