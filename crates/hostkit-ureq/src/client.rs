//! The client: one method for each kind of call.

use std::fmt;
use std::sync::Arc;

use hostkit::machinery::drive;
use hostkit::machinery::{ClientCore, FromParts, Machine};
use hostkit::transport::Transport;
use hostkit::{
    Api, BaseUrl, Before, Budget, Call, CallOptions, ClientBuilder, Endpoint, Error, ErrorOf, Evidence, Observation,
    Outcome, OutcomeOf, Perform, Rates, RawBody, Reconciled, Reply, SetupError, Ticket, WaitError, Waiter,
};

use crate::transport::UreqTransport;

/// A blocking client of one API. Clones are the same client: they share session, rate limits, budget and connections.
///
/// What is said with [`Client::with`] holds for every call of that value, whichever method makes it.
///
/// Every method blocks until the call has ended, at its deadline at the latest.
pub struct Client<A: Api, T = UreqTransport> {
    core: ClientCore<A>,
    transport: Arc<T>,
    options: CallOptions,
}

impl<A: Api> Client<A> {
    /// A client with these credentials at the API's first host.
    ///
    /// # Errors
    /// An API without a host of its own: it needs [`ClientBuilder::base_url`].
    pub fn new(credentials: A::Credentials) -> Result<Self, SetupError> {
        Self::builder(credentials).build()
    }

    /// A client that is to be set up.
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
    /// The same client, whose calls have these options; they take the place of all that were given before.
    ///
    /// The deadline is that of one [`Client::call`] or [`Client::perform`] with its sign-in, its pauses and its retries; of
    /// all polls of a [`Client::wait`] together; and of all reads together in [`Client::reconcile`], [`Client::before`] and
    /// [`Client::ticket`].
    ///
    /// A price and the most that a call may cost are those of every call of that client: set them for each order anew. To
    /// [`Client::reconcile`], use a client without a short deadline: "did not happen" takes the time that the hoster needs.
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
    #[must_use = "the options are those of the client that is given back"]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { options, ..self.clone() }
    }

    /// Makes a call that only reads, or sets a state.
    ///
    /// # Errors
    /// Whatever kept the value from coming; [`Error::kind`] says what.
    pub fn call<E: Call<Api = A>>(&self, endpoint: &E) -> Result<E::Output, ErrorOf<E>> {
        self.call_full(endpoint).map(|reply| reply.value)
    }

    /// As [`Client::call`], with status, headers, attempts and what the decoder noticed.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn call_full<E: Call<Api = A>>(&self, endpoint: &E) -> Result<Reply<E::Output>, ErrorOf<E>> {
        self.run(self.core.call(endpoint, self.options.clone()))
    }

    /// The bytes of the answer, whatever it says.
    ///
    /// # Errors
    /// Only the transport, or the sign-in.
    pub fn call_raw<E: Call<Api = A>>(&self, endpoint: &E) -> Result<Reply<RawBody>, Error<A::Code>> {
        self.run(self.core.raw(endpoint, self.options.clone()))
    }

    /// Makes a call that acts. It is sent once at most, over a connection of its own.
    pub fn perform<E: Perform<Api = A>>(&self, endpoint: &E) -> OutcomeOf<E> {
        self.perform_full(endpoint).map(|reply| reply.value)
    }

    /// As [`Client::perform`], with status, headers and what the decoder noticed.
    pub fn perform_full<E: Perform<Api = A>>(&self, endpoint: &E) -> Outcome<Reply<E::Output>, A::Code> {
        self.run(self.core.perform(endpoint, self.options.clone()))
    }

    /// Polls until what the waiter waits for is there, and tells `on_progress` each thing that it sees on the way.
    ///
    /// # Errors
    /// It will never be there, or the time was up.
    pub fn wait<W>(&self, waiter: W, on_progress: impl FnMut(&Observation)) -> Result<W::Found, WaitError<A::Code>>
    where
        W: Waiter,
        W::Endpoint: Endpoint<Api = A>,
    {
        self.run(self.core.wait(waiter, self.options.clone(), on_progress))
    }

    /// Finds out whether a call happened whose end was open. It is never sent again: what shows it is read, and "did not"
    /// takes three reads and the time that the hoster may need to show it.
    ///
    /// Where the caller named nothing in the call, only what showed before it tells its work from that of others: see
    /// [`Client::before`]. Where it did, none is needed as long as the name is unique.
    pub fn reconcile<E: Evidence<Api = A>>(&self, ticket: &Ticket) -> Reconciled<E::Found, A::Code> {
        self.run(self.core.reconcile::<E>(ticket, self.options.clone()))
    }

    /// Reads what shows of a call before it is made, for [`Ticket::with_before`]. `None` where nothing shows it.
    ///
    /// # Errors
    /// It could not be read.
    pub fn before<E: Evidence<Api = A>>(&self, endpoint: &E) -> Result<Option<Before>, ErrorOf<E>> {
        self.run(self.core.before(endpoint, self.options.clone()))
    }

    /// Makes a ticket for a call before the call is made: for what gives none of its own, a process that dies. It reads
    /// what shows before the call, too, so a save of it is all that [`Client::reconcile`] needs afterwards.
    ///
    /// ```
    /// # use hostkit::Evidence;
    /// # fn order<E: Evidence>(client: &hostkit_ureq::Client<E::Api>, order: &E) -> Result<(), Box<dyn std::error::Error>> {
    /// let ticket = client.ticket(order)?;
    /// std::fs::write("order.ticket", ticket.save().to_string())?;
    /// let outcome = client.perform(order); // whatever becomes of this line, the file can tell
    /// # drop(outcome);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It is good for one call, and only once that has ended or is run no longer: of a call that still waits to be sent it
    /// would be said that it did not happen.
    ///
    /// # Errors
    /// What shows could not be read. Nothing acts.
    pub fn ticket<E: Evidence<Api = A>>(&self, endpoint: &E) -> Result<Ticket, ErrorOf<E>> {
        self.run(self.core.ticket(endpoint, self.options.clone()))
    }

    /// Runs any machine to its end with this client's transport and clock.
    pub fn run<M: Machine>(&self, machine: M) -> M::Done {
        drive(machine, &*self.transport, self.core.clock())
    }

    /// What the client shares with every other driver.
    pub fn core(&self) -> &ClientCore<A> {
        &self.core
    }

    /// What it sends with.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// What is left of the budget.
    pub fn budget(&self) -> Option<&Budget> {
        self.core.budget()
    }

    /// The rate limits, to share them with another client of the same account.
    pub fn rates(&self) -> &Rates {
        self.core.rates()
    }

    /// Where the client sends to before a sign-in names another place.
    pub fn base_url(&self) -> &BaseUrl {
        self.core.base_url()
    }

    /// Forgets the session, and that the credentials were refused.
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
