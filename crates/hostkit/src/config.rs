//! How a client is set up, the same for every driver.

use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use hostkit_wire::Format;

use crate::call::intent::{BeforeSend, Intent};
use crate::limits::price::Budget;
use crate::limits::rate::Rates;
use crate::limits::shared::RateStore;
use crate::session::shared::SessionStore;
use crate::time::{Clock, SystemClock};
use hostkit_proto::Api;
use hostkit_proto::UnknownFields;
use hostkit_proto::{BaseUrl, BaseUrlError};

/// How a client is set up. Whatever is not said has the default of the API.
pub struct ClientConfig<A: Api> {
    pub(crate) credentials: A::Credentials,
    pub(crate) place: Place,
    pub(crate) account: Option<String>,
    pub(crate) format: Option<Format>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) unknown: UnknownFields,
    pub(crate) session_hosts: Vec<String>,
    pub(crate) budget: Option<Budget>,
    pub(crate) rates: Rates,
    pub(crate) session_store: Option<SessionStore>,
    pub(crate) rate_store: Option<RateStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: u64,
    pub(crate) user_agent: String,
    pub(crate) before_send: Option<BeforeSend>,
}

/// Where the API is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Default,
    Named(String),
    At(BaseUrl),
}

/// A client that cannot be set up like this.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The API has no host of this name.
    UnknownHost(String),
    /// The API has no host at all: a base URL has to be given.
    NoHost,
    /// The host of the spec is no base URL.
    BaseUrl(BaseUrlError),
    /// The API does not answer in this format.
    Format(Format),
    /// The user agent has characters that no header may have.
    UserAgent,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost(name) => write!(f, "the API has no host {name:?}"),
            Self::NoHost => f.write_str("the API has no host of its own: a base URL is needed"),
            Self::BaseUrl(error) => write!(f, "{error}"),
            Self::Format(format) => write!(f, "the API does not answer in {format}"),
            Self::UserAgent => f.write_str("the user agent has characters that no header may have"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<BaseUrlError> for ConfigError {
    fn from(error: BaseUrlError) -> Self {
        Self::BaseUrl(error)
    }
}

impl<A: Api> ClientConfig<A> {
    /// A client with these credentials, at the API's first host.
    pub fn new(credentials: A::Credentials) -> Self {
        Self {
            credentials,
            place: Place::Default,
            account: None,
            format: None,
            deadline: None,
            unknown: UnknownFields::default(),
            session_hosts: Vec::new(),
            budget: None,
            rates: Rates::new(A::INFO.rates),
            session_store: None,
            rate_store: None,
            clock: Arc::new(SystemClock),
            // The hasher's keys are the only randomness that the standard library gives; jitter needs no more.
            seed: std::collections::hash_map::RandomState::new().build_hasher().finish(),
            user_agent: concat!("hostkit/", env!("CARGO_PKG_VERSION")).to_owned(),
            before_send: None,
        }
    }

    /// Sends to a base URL of the caller's: another installation, or a sandbox on loopback.
    pub fn base_url(mut self, base: BaseUrl) -> Self {
        self.place = Place::At(base);
        self
    }

    /// Sends to a host that the API's spec names.
    pub fn host(mut self, name: impl Into<String>) -> Self {
        self.place = Place::Named(name.into());
        self
    }

    /// What the caller calls the account: a login, say, and never a secret. Tickets hold it, and are not looked for with a
    /// client of another one, whose answers would say that nothing happened.
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = Some(name.into());
        self
    }

    /// The format of answers, where the API has several.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The time for all of a call, instead of what its spec says.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What to do with fields that the spec does not know. The default lists them in the reply's report.
    pub fn unknown_fields(mut self, unknown: UnknownFields) -> Self {
        self.unknown = unknown;
        self
    }

    /// One more host (or `*.suffix`) that a base URL named at sign-in may have. The token goes there.
    pub fn session_host(mut self, host: impl Into<String>) -> Self {
        self.session_hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// What all calls of the class *spends* may cost together. Each of them then needs a price.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Rate limits that are shared with other clients of the same account.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.rates = rates;
        self
    }

    /// Shares the session with other processes: one of them signs in, and the others take over what it was given. Where
    /// the store fails, the client signs in for itself and says so in the log.
    pub fn session_store(mut self, store: SessionStore) -> Self {
        self.session_store = Some(store);
        self
    }

    /// Counts calls with those of other processes. Where the store fails, no call with a rate limit is sent.
    pub fn rate_store(mut self, store: RateStore) -> Self {
        self.rate_store = Some(store);
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The seed of the jitter, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The header `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// A word before every call that acts is sent: a journal writes it down here, or refuses with a reason.
    pub fn before_send(mut self, hook: impl Fn(&Intent) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.before_send = Some(Arc::new(hook));
        self
    }
}

impl<A: Api> fmt::Debug for ClientConfig<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The credentials stay out.
        f.debug_struct("ClientConfig")
            .field("api", &A::INFO.name)
            .field("place", &self.place)
            .field("format", &self.format)
            .field("deadline", &self.deadline)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}
