//! Configuration of a client, shared by all drivers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::{Api, BaseUrl, Secret, UnknownFields};
use hostkit_wire::{Format, Limits};

use crate::call::intent::Intent;
use crate::client::ClientCore;
use crate::config::{Settings, SetupError};
use crate::limits::price::Budget;
use crate::limits::rate::Rates;
use crate::limits::shared::RateStore;
use crate::session::shared::SessionStore;
use crate::time::Clock;
use crate::transport::AnswerLimits;
use crate::watch::CallRecord;

/// Configures a client. Unset options have the API's defaults.
///
/// Clients start one with their `Client::builder`; [`ClientCore::builder`] starts one without a transport.
pub struct ClientBuilder<C: FromParts> {
    settings: Settings<C::Api>,
    transport: Result<C::Transport, SetupError>,
}

/// What a [`ClientBuilder`] builds: a client from a core and a transport, or the core alone.
pub trait FromParts: Sized {
    /// The client's API.
    type Api: Api;
    /// The client's transport.
    type Transport;
    /// The same client type over another transport.
    type Over<T>;

    /// Builds the client.
    fn from_parts(core: ClientCore<Self::Api>, transport: Self::Transport) -> Self;
}

impl<A: Api> FromParts for ClientCore<A> {
    type Api = A;
    type Transport = ();
    type Over<T> = Self;

    fn from_parts(core: Self, (): ()) -> Self {
        core
    }
}

impl<A: Api> ClientCore<A> {
    /// Starts a core with these credentials and the API's defaults.
    pub fn builder(credentials: A::Credentials) -> ClientBuilder<Self> {
        ClientBuilder::new(credentials, Ok(()))
    }
}

impl<C: FromParts> ClientBuilder<C> {
    /// Starts a client with these credentials at the API's first host. An error in `transport` is returned by
    /// [`Self::build`], unless [`Self::transport`] replaces it.
    pub fn new(credentials: <C::Api as Api>::Credentials, transport: Result<C::Transport, SetupError>) -> Self {
        Self { settings: Settings::new(credentials), transport }
    }

    /// Sets another transport: one with a proxy or certificates, a wrapper around the client's own, or a script.
    pub fn transport<T>(self, transport: T) -> ClientBuilder<C::Over<T>>
    where
        C::Over<T>: FromParts<Api = C::Api, Transport = T>,
    {
        ClientBuilder { settings: self.settings, transport: Ok(transport) }
    }

    /// Sets the base URL: another installation, or a sandbox on loopback. Limits and currency of one of the API's hosts hold
    /// there if [`Self::host`] names it.
    pub fn base_url(mut self, base: BaseUrl) -> Self {
        self.settings.base_url = Some(base);
        self
    }

    /// Selects one of the hosts in the API's spec by its name: its URL, limits and currency.
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.settings.host = Some(name.into());
        self
    }

    /// Names the account, for example by its login; never a secret. Tickets record it, and a client of another account
    /// refuses them: its answers would falsely show that nothing happened. Without a name, accounts are told apart by what
    /// the credentials hold beside secrets; a token alone tells nothing.
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.settings.account = Some(name.into());
        self
    }

    /// Sets the format of answers, for APIs with several.
    pub fn format(mut self, format: Format) -> Self {
        self.settings.format = Some(format);
        self
    }

    /// Sets the total time of each call, in place of the deadline in its spec.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = Some(deadline);
        self
    }

    /// Sets the treatment of fields that the spec does not know. By default the reply's report lists them.
    pub fn unknown_fields(mut self, unknown: UnknownFields) -> Self {
        self.settings.unknown = unknown;
        self
    }

    /// Sets the largest answer that is accepted; by default [`AnswerLimits::DEFAULT`].
    pub fn answer_limits(mut self, limits: AnswerLimits) -> Self {
        self.settings.answer_limits = limits;
        self
    }

    /// Sets the largest parsed tree of an answer; by default [`Limits::DEFAULT`].
    pub fn tree_limits(mut self, limits: Limits) -> Self {
        self.settings.tree_limits = limits;
        self
    }

    /// Allows one more host (or `*.suffix`) for a base URL named at sign-in. The token is sent there.
    pub fn session_host(mut self, host: impl Into<String>) -> Self {
        self.settings.session_hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// Starts signed in with this token, as if the API had just given it out for calls at the base URL: for tests, and for
    /// tokens of another program. Calls that the API wants to be signed otherwise do not use it.
    pub fn signed_in(mut self, token: impl Into<Secret>) -> Self {
        self.settings.token = Some(token.into());
        self
    }

    /// Limits the total cost of calls of the class *spends*, and of those that start a recurring charge. Each of them then
    /// needs a price.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.settings.budget = Some(budget);
        self
    }

    /// Shares rate limits with other clients of the same account.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.settings.rates = rates;
        self
    }

    /// Shares the session with other processes: one of them signs in, the others reuse its session. If the store fails,
    /// the client signs in by itself and logs a warning.
    pub fn session_store(mut self, store: SessionStore) -> Self {
        self.settings.session_store = Some(store);
        self
    }

    /// Shares rate limits with other processes, and the turns of calls that act: those that could be taken for one another
    /// go one after the other, and what each made is none of the next one's. If the store fails, calls with a rate limit
    /// and calls that act are not sent.
    pub fn rate_store(mut self, store: RateStore) -> Self {
        self.settings.rate_store = Some(store);
        self
    }

    /// Sets the clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Sets the seed of the jitter, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Sets the header `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.settings.user_agent = user_agent.into();
        self
    }

    /// Sets a hook that is called before each mutating request, for example to write a journal; `Err` vetoes the
    /// request. Its [`Intent`] has the [`Ticket`](crate::Ticket) that finds out what became of the call, also in another
    /// process.
    pub fn before_send(mut self, hook: impl Fn(&Intent) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.settings.before_send = Some(Arc::new(hook));
        self
    }

    /// Sets a hook that is called after each call, also one that was refused before it was sent, cancelled or dropped, and
    /// after each sign-in.
    ///
    /// It runs where the call runs, before the caller gets the outcome: it must not block, call the client, or panic. A
    /// panic is caught and logged; the outcome is not lost. The reads of [`Perform`](crate::Perform), waiters and recovery
    /// are calls of their own.
    ///
    /// ```
    /// # fn build<C: hostkit::machinery::FromParts>(builder: hostkit::ClientBuilder<C>) -> hostkit::ClientBuilder<C> {
    /// builder.after_call(|call| println!("{} {}: {} in {:.1?}", call.api, call.endpoint, call.outcome, call.took))
    /// # }
    /// ```
    pub fn after_call(mut self, hook: impl Fn(&CallRecord<'_>) + Send + Sync + 'static) -> Self {
        self.settings.after_call = Some(Arc::new(hook));
        self
    }

    /// Sets how often a call that may be repeated, or its sign-in, is sent at most: 1 to 3, which is the default. Calls
    /// that act are sent once anyway.
    pub fn max_attempts(mut self, most: u32) -> Self {
        self.settings.max_attempts = most;
        self
    }

    /// Checks the configuration and builds the client.
    ///
    /// # Errors
    /// An unknown host or format, an impossible number of attempts, credentials, a token or a user agent that cannot be
    /// sent, or a transport that could not be set up.
    pub fn build(self) -> Result<C, SetupError> {
        let core = ClientCore::new(self.settings)?;
        Ok(C::from_parts(core, self.transport?))
    }
}

impl<C: FromParts> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Credentials are left out.
        f.debug_struct("ClientBuilder")
            .field("api", &C::Api::INFO.name)
            .field("base_url", &self.settings.base_url)
            .field("host", &self.settings.host)
            .field("format", &self.settings.format)
            .field("deadline", &self.settings.deadline)
            .field("budget", &self.settings.budget)
            .finish_non_exhaustive()
    }
}
