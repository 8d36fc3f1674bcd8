//! How a client is set up, the same for every driver.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::{Api, BaseUrl, UnknownFields};
use hostkit_wire::Format;

use crate::call::intent::Intent;
use crate::client::ClientCore;
use crate::config::{Place, Settings, SetupError};
use crate::limits::price::Budget;
use crate::limits::rate::Rates;
use crate::limits::shared::RateStore;
use crate::session::shared::SessionStore;
use crate::time::Clock;

/// How a client is set up. Whatever is not said has the default of the API.
///
/// The clients start one with their own `Client::builder`, the core without a transport with [`ClientCore::builder`].
pub struct ClientBuilder<C: FromParts> {
    settings: Settings<C::Api>,
    transport: Result<C::Transport, SetupError>,
}

/// What a [`ClientBuilder`] makes: a client of a core and a transport, or the core alone.
pub trait FromParts: Sized {
    /// The API that it calls.
    type Api: Api;
    /// What it sends with.
    type Transport;
    /// The same client with another transport.
    type Over<T>;

    /// Makes it.
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
    /// A core with these credentials, with the defaults of the API but for what is said.
    pub fn builder(credentials: A::Credentials) -> ClientBuilder<Self> {
        ClientBuilder::new(credentials, Ok(()))
    }
}

impl<C: FromParts> ClientBuilder<C> {
    /// A client with these credentials, at the API's first host. A transport that could not be made is an error of
    /// [`Self::build`], unless another one takes its place.
    pub fn new(credentials: <C::Api as Api>::Credentials, transport: Result<C::Transport, SetupError>) -> Self {
        Self { settings: Settings::new(credentials), transport }
    }

    /// Sends with another transport: one with a proxy or certificates, one that wraps the client's own, or a script.
    pub fn transport<T>(self, transport: T) -> ClientBuilder<C::Over<T>>
    where
        C::Over<T>: FromParts<Api = C::Api, Transport = T>,
    {
        ClientBuilder { settings: self.settings, transport: Ok(transport) }
    }

    /// Sends to a base URL of the caller's: another installation, or a sandbox on loopback.
    pub fn base_url(mut self, base: BaseUrl) -> Self {
        self.settings.place = Place::At(base);
        self
    }

    /// Sends to a host that the API's spec names.
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.settings.place = Place::Named(name.into());
        self
    }

    /// What the caller calls the account: a login, say, and never a secret. Tickets hold it, and are not looked for with a
    /// client of another one, whose answers would say that nothing happened.
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.settings.account = Some(name.into());
        self
    }

    /// The format of answers, where the API has several.
    pub fn format(mut self, format: Format) -> Self {
        self.settings.format = Some(format);
        self
    }

    /// The time for all of a call, instead of what its spec says.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = Some(deadline);
        self
    }

    /// What to do with fields that the spec does not know. The default lists them in the reply's report.
    pub fn unknown_fields(mut self, unknown: UnknownFields) -> Self {
        self.settings.unknown = unknown;
        self
    }

    /// One more host (or `*.suffix`) that a base URL named at sign-in may have. The token goes there.
    pub fn session_host(mut self, host: impl Into<String>) -> Self {
        self.settings.session_hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// What all calls of the class *spends* may cost together. Each of them then needs a price.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.settings.budget = Some(budget);
        self
    }

    /// Rate limits that are shared with other clients of the same account.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.settings.rates = rates;
        self
    }

    /// Shares the session with other processes: one of them signs in, and the others take over what it was given. Where
    /// the store fails, the client signs in for itself and says so in the log.
    pub fn session_store(mut self, store: SessionStore) -> Self {
        self.settings.session_store = Some(store);
        self
    }

    /// Counts calls with those of other processes. Where the store fails, no call with a rate limit is sent.
    pub fn rate_store(mut self, store: RateStore) -> Self {
        self.settings.rate_store = Some(store);
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// The seed of the jitter, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The header `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.settings.user_agent = user_agent.into();
        self
    }

    /// A word before every call that acts is sent: a journal writes it down here, or refuses with a reason.
    pub fn before_send(mut self, hook: impl Fn(&Intent) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.settings.before_send = Some(Arc::new(hook));
        self
    }

    /// Checks it all.
    ///
    /// # Errors
    /// An unknown host or format, a user agent that no header can hold, or a transport that could not be made.
    pub fn build(self) -> Result<C, SetupError> {
        let core = ClientCore::new(self.settings)?;
        Ok(C::from_parts(core, self.transport?))
    }
}

impl<C: FromParts> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The credentials stay out.
        f.debug_struct("ClientBuilder")
            .field("api", &C::Api::INFO.name)
            .field("place", &self.settings.place)
            .field("format", &self.settings.format)
            .field("deadline", &self.settings.deadline)
            .field("budget", &self.settings.budget)
            .finish_non_exhaustive()
    }
}
