//! A client's settings, and the errors in them.

use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::{Api, BaseUrl, BaseUrlError, EncodeError, Secret, UnknownFields};
use hostkit_wire::{Format, Limits};

use crate::call::intent::BeforeSend;
use crate::call::retry::MAX_ATTEMPTS;
use crate::error::mistakes;
use crate::limits::price::Budget;
use crate::limits::rate::Rates;
use crate::limits::shared::RateStore;
use crate::session::shared::SessionStore;
use crate::time::{Clock, SystemClock};
use crate::transport::AnswerLimits;
use crate::watch::AfterCall;

/// The options of a builder, without the transport.
pub(crate) struct Settings<A: Api> {
    pub(crate) credentials: A::Credentials,
    pub(crate) base_url: Option<BaseUrl>,
    /// The name of the host whose limits and currency hold.
    pub(crate) host: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) format: Option<Format>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) unknown: UnknownFields,
    pub(crate) answer_limits: AnswerLimits,
    pub(crate) tree_limits: Limits,
    pub(crate) session_hosts: Vec<String>,
    pub(crate) token: Option<Secret>,
    pub(crate) budget: Option<Budget>,
    pub(crate) rates: Rates,
    pub(crate) session_store: Option<SessionStore>,
    pub(crate) rate_store: Option<RateStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: u64,
    pub(crate) user_agent: String,
    pub(crate) before_send: Option<BeforeSend>,
    pub(crate) after_call: Option<AfterCall>,
    pub(crate) max_attempts: u32,
}

/// Why `most` is no limit of attempts.
pub(crate) fn impossible_attempts(most: u32) -> String {
    format!("`max_attempts` is 1 to {MAX_ATTEMPTS}, not {most}")
}

/// Why a client or a transport cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The API has no host of this name.
    UnknownHost(String),
    /// The API has no default host, so a base URL is required.
    NoHost,
    /// The URL of the host is no valid base URL.
    BaseUrl(BaseUrlError),
    /// The API does not answer in this format.
    Format(Format),
    /// The credentials cannot be sent: one of them is empty, or has a line break or another character that is not
    /// allowed, such as a key read from a file with its last newline.
    Credentials(EncodeError),
    /// The user agent has characters that are invalid in a header.
    UserAgent,
    /// A call cannot be sent so often: once, twice or three times are possible.
    MaxAttempts(u32),
    /// The proxy is not the URL of an HTTP proxy.
    Proxy,
    /// A certificate cannot be read.
    Certificate(String),
    /// TLS cannot be set up.
    Tls(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost(name) => write!(f, "the API has no host {name:?}"),
            Self::NoHost => f.write_str("the API has no host of its own: a base URL is needed"),
            Self::BaseUrl(error) => write!(f, "{error}"),
            Self::Format(format) => write!(f, "the API does not answer in {format}"),
            Self::Credentials(error) => write!(f, "the credentials cannot be sent: {}", mistakes(error)),
            Self::UserAgent => f.write_str("the user agent has characters that no header may have"),
            Self::MaxAttempts(most) => f.write_str(&impossible_attempts(*most)),
            Self::Proxy => f.write_str("the proxy is not the URL of an HTTP proxy, such as http://127.0.0.1:3128"),
            Self::Certificate(why) => write!(f, "a root certificate cannot be read: {why}"),
            Self::Tls(why) => write!(f, "TLS cannot be set up: {why}"),
        }
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BaseUrl(error) => Some(error),
            Self::Credentials(error) => Some(error),
            _ => None,
        }
    }
}

impl From<BaseUrlError> for SetupError {
    fn from(error: BaseUrlError) -> Self {
        Self::BaseUrl(error)
    }
}

impl<A: Api> Settings<A> {
    pub(crate) fn new(credentials: A::Credentials) -> Self {
        Self {
            credentials,
            base_url: None,
            host: None,
            account: None,
            format: None,
            deadline: None,
            unknown: UnknownFields::default(),
            answer_limits: AnswerLimits::DEFAULT,
            tree_limits: Limits::DEFAULT,
            session_hosts: Vec::new(),
            token: None,
            budget: None,
            rates: Rates::new(A::INFO.rates),
            session_store: None,
            rate_store: None,
            clock: Arc::new(SystemClock),
            // The hasher's keys are the only randomness in the standard library, and good enough for jitter.
            seed: std::collections::hash_map::RandomState::new().build_hasher().finish(),
            user_agent: concat!("hostkit/", env!("CARGO_PKG_VERSION")).to_owned(),
            before_send: None,
            after_call: None,
            max_attempts: MAX_ATTEMPTS,
        }
    }
}
