//! How a client is set up: the options of `hostkit`, and a transport of the caller's choice.

use std::fmt;
use std::time::Duration;

use hostkit::{
    Api, BaseUrl, Budget, ClientConfig, Clock, Format, Intent, RateStore, Rates, SessionStore, Transport, UnknownFields,
};

use crate::client::Client;
use crate::setup::SetupError;
use crate::transport::UreqTransport;

/// How a client is set up. Whatever is not said has the default of the API.
pub struct ClientBuilder<A: Api, T = UreqTransport> {
    config: ClientConfig<A>,
    transport: Result<T, SetupError>,
}

impl<A: Api> ClientBuilder<A> {
    pub(crate) fn new(credentials: A::Credentials) -> Self {
        Self { config: ClientConfig::new(credentials), transport: UreqTransport::new() }
    }
}

impl<A: Api, T: Transport> ClientBuilder<A, T> {
    fn with(mut self, change: impl FnOnce(ClientConfig<A>) -> ClientConfig<A>) -> Self {
        self.config = change(self.config);
        self
    }

    /// Sends with another transport: a [`UreqTransport`] with a proxy or certificates, one that wraps it, or a script.
    pub fn transport<U: Transport>(self, transport: U) -> ClientBuilder<A, U> {
        ClientBuilder { config: self.config, transport: Ok(transport) }
    }

    /// Sends to a base URL of the caller's: another installation, or a sandbox on loopback.
    pub fn base_url(self, base: BaseUrl) -> Self {
        self.with(|config| config.base_url(base))
    }

    /// Sends to a host that the API's spec names.
    pub fn host(self, name: impl Into<String>) -> Self {
        self.with(|config| config.host(name))
    }

    /// What the caller calls the account: a login, say, and never a secret. Tickets hold it, and are not looked for with a
    /// client of another one.
    pub fn account(self, name: impl Into<String>) -> Self {
        self.with(|config| config.account(name))
    }

    /// The format of answers, where the API has several.
    pub fn format(self, format: Format) -> Self {
        self.with(|config| config.format(format))
    }

    /// The time for all of a call, instead of what its spec says.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.with(|config| config.deadline(deadline))
    }

    /// What to do with fields that the spec does not know. The default lists them in the reply's report.
    pub fn unknown_fields(self, unknown: UnknownFields) -> Self {
        self.with(|config| config.unknown_fields(unknown))
    }

    /// One more host (or `*.suffix`) that a base URL named at sign-in may have. The token goes there.
    pub fn session_host(self, host: impl Into<String>) -> Self {
        self.with(|config| config.session_host(host))
    }

    /// What all calls of the class *spends* may cost together. Each of them then needs a price.
    pub fn budget(self, budget: Budget) -> Self {
        self.with(|config| config.budget(budget))
    }

    /// Rate limits that are shared with other clients of the same account.
    pub fn rates(self, rates: Rates) -> Self {
        self.with(|config| config.rates(rates))
    }

    /// Shares the session with other processes.
    pub fn session_store(self, store: SessionStore) -> Self {
        self.with(|config| config.session_store(store))
    }

    /// Counts calls with those of other processes. Where the store fails, no call with a rate limit is sent.
    pub fn rate_store(self, store: RateStore) -> Self {
        self.with(|config| config.rate_store(store))
    }

    /// Another clock, for tests.
    pub fn clock(self, clock: impl Clock) -> Self {
        self.with(|config| config.clock(clock))
    }

    /// The seed of the jitter, for tests.
    pub fn seed(self, seed: u64) -> Self {
        self.with(|config| config.seed(seed))
    }

    /// The header `User-Agent`.
    pub fn user_agent(self, user_agent: impl Into<String>) -> Self {
        self.with(|config| config.user_agent(user_agent))
    }

    /// A word before every call that acts is sent: a journal writes it down here, or refuses with a reason.
    pub fn before_send(self, hook: impl Fn(&Intent) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.with(|config| config.before_send(hook))
    }

    /// Checks it all.
    ///
    /// # Errors
    /// What `hostkit` says of its options, or a default transport that could not be made.
    pub fn build(self) -> Result<Client<A, T>, SetupError> {
        let core = self.config.build()?;
        Ok(Client::from_parts(core, self.transport?))
    }
}

impl<A: Api, T> fmt::Debug for ClientBuilder<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientBuilder").field(&self.config).finish()
    }
}
