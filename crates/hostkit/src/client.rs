//! The core of every client: configuration, session, rate limits and budgets, and the machines made from them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hostkit_proto::{
    Api, BaseUrl, Currency, EncodeError, EndpointInfo, RequestParts, Session, SignIn, Stamp, UnixTime, UnknownFields,
};
use hostkit_wire::{Format, Limits};

use crate::call::intent::BeforeSend;
use crate::call::retry::{MAX_ATTEMPTS, Random, RetryBudget};
use crate::call::ticket;
use crate::call::turns::{SharedTurns, Turns};
use crate::config::{Settings, SetupError};
use crate::error::{Cause, Error};
use crate::limits::price::Budget;
use crate::limits::rate::Rates;
use crate::limits::shared::SharedRates;
use crate::session::cell::{Admission, SessionCell};
use crate::session::shared::SharedSession;
use crate::store::entry::sum;
use crate::subject::place;
use crate::time::{Clock, Now};
use crate::transport::AnswerLimits;
use crate::watch::{Counters, RateLeft, Watch};

use http::HeaderValue;

/// The core of a client, shared by all drivers. Clones share one core.
///
/// Safe and idempotent calls go through [`ClientCore::call`], mutating ones through [`ClientCore::perform`]. The type
/// carries the class:
///
/// ```
/// # use hostkit::{Api, Call, CallOptions, Perform};
/// # use hostkit::machinery::ClientCore;
/// fn read<E: Call>(core: &ClientCore<E::Api>, read: &E) {
///     let _machine = core.call(read, CallOptions::new());
/// }
/// fn order<E: Perform>(core: &ClientCore<E::Api>, order: &E) {
///     let _machine = core.perform(order, CallOptions::new());
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use hostkit::{Api, CallOptions, Endpoint, Perform};
/// # use hostkit::machinery::ClientCore;
/// fn order<E: Perform>(core: &ClientCore<E::Api>, order: &E) {
///     let _machine = core.call(order, CallOptions::new());
/// }
/// ```
///
/// and whether a call may be repeated automatically:
///
/// ```compile_fail,E0277
/// # use hostkit::{Endpoint, Perform};
/// # use hostkit::protocol::Repeatable;
/// fn retry_forever<E: Repeatable>(call: E) {}
/// fn order<E: Perform>(order: E) {
///     retry_forever(order);
/// }
/// ```
pub struct ClientCore<A: Api>(Arc<Shared<A>>);

pub(crate) struct Shared<A: Api> {
    pub(crate) credentials: A::Credentials,
    pub(crate) base: BaseUrl,
    pub(crate) host: &'static str,
    /// The currency of amounts there.
    pub(crate) currency: Option<Currency>,
    pub(crate) account: Option<String>,
    pub(crate) format: Format,
    pub(crate) deadline: Option<Duration>,
    pub(crate) unknown: UnknownFields,
    pub(crate) answer_limits: AnswerLimits,
    pub(crate) tree_limits: Limits,
    pub(crate) session_hosts: Vec<String>,
    pub(crate) budget: Option<Budget>,
    pub(crate) rates: Rates,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) before_send: Option<BeforeSend>,
    pub(crate) max_attempts: u32,
    pub(crate) watch: Watch,
    pub(crate) session: SessionCell<Admitted, Arc<Error<A::Code>>>,
    pub(crate) shared_session: Option<SharedSession>,
    pub(crate) retries: RetryBudget,
    pub(crate) turns: Turns,
    pub(crate) random: Random,
    /// The nonce of the last signed request.
    nonce: AtomicU64,
}

/// A session with the checked base URL that its token is sent to.
pub(crate) struct Admitted {
    pub(crate) session: Session,
    pub(crate) base: BaseUrl,
    /// By how many seconds the server's clock is ahead, where calls are signed by it.
    pub(crate) ahead: i64,
}

impl<A: Api> Shared<A> {
    /// Time and nonce of the next request, for a server whose clock is ahead by these seconds.
    pub(crate) fn stamp(&self, now: Now, ahead: i64) -> Stamp {
        let at = Now { wall: UnixTime(now.wall.0.saturating_add(ahead)), ..now };
        let own = now.micros();
        let next = |last: u64| Some(own.max(last.saturating_add(1)));
        let last = self.nonce.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next);
        let nonce = own.max(last.unwrap_or_default().saturating_add(1));
        Stamp { millis: at.micros() / 1000, nonce }
    }
}

impl<A: Api> Clone for ClientCore<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Api> ClientCore<A> {
    pub(crate) fn new(settings: Settings<A>) -> Result<Self, SetupError> {
        let hosts = A::INFO.hosts;
        let named = match settings.host {
            Some(name) => Some(hosts.iter().find(|host| host.name == name).ok_or(SetupError::UnknownHost(name))?),
            None => None,
        };
        let (base, host) = match (settings.base_url, named) {
            (Some(base), Some(host)) => (base, host.name),
            (Some(base), None) => {
                // A base URL of the spec keeps the name of its host, and thereby that host's constraints.
                let known = hosts.iter().find(|host| host.url.parse::<BaseUrl>().is_ok_and(|url| url == base));
                (base, known.map_or("", |host| host.name))
            }
            (None, named) => {
                let host = named.or(hosts.first()).ok_or(SetupError::NoHost)?;
                (host.url.parse()?, host.name)
            }
        };
        let format = match settings.format {
            Some(format) if A::INFO.formats.contains(&format) => format,
            Some(format) => return Err(SetupError::Format(format)),
            None => A::INFO.formats.first().copied().unwrap_or(Format::Json),
        };
        check_credentials::<A>(&settings.credentials, format, host).map_err(SetupError::Credentials)?;
        if !(1..=MAX_ATTEMPTS).contains(&settings.max_attempts) {
            return Err(SetupError::MaxAttempts(settings.max_attempts));
        }
        let user_agent = HeaderValue::from_str(&settings.user_agent).map_err(|_| SetupError::UserAgent)?;
        let shared_session = settings.session_store.map(|store| SharedSession::new(store, A::INFO.name, &base));
        let turns = settings.rate_store.as_ref().map(|store| SharedTurns::new(store, A::INFO.name, &base));
        let rates = match settings.rate_store {
            Some(store) => settings.rates.shared_by(SharedRates::new(store, A::INFO.name, &base)),
            None => settings.rates,
        };
        let core = Self(Arc::new(Shared {
            credentials: settings.credentials,
            base,
            host,
            currency: A::INFO.currency_at(host),
            account: settings.account,
            format,
            deadline: settings.deadline,
            unknown: settings.unknown,
            answer_limits: settings.answer_limits,
            tree_limits: settings.tree_limits,
            session_hosts: settings.session_hosts,
            budget: settings.budget,
            rates,
            clock: settings.clock,
            user_agent,
            before_send: settings.before_send,
            max_attempts: settings.max_attempts,
            watch: Watch::new(settings.after_call),
            session: SessionCell::new(),
            shared_session,
            retries: RetryBudget::new(),
            turns: Turns::new(turns),
            random: Random::new(settings.seed),
            nonce: AtomicU64::new(0),
        }));
        if let Some(token) = settings.token {
            core.start_session(Session::with_token(token)).map_err(SetupError::Credentials)?;
        }
        Ok(core)
    }

    /// Starts with a session for calls at the base URL.
    fn start_session(&self, session: Session) -> Result<(), EncodeError> {
        let shared = self.shared();
        let info = const { &EndpointInfo { name: "signed_in", ..EndpointInfo::DEFAULT } };
        let mut parts = RequestParts::of(info, &A::INFO, shared.format, shared.host);
        let now = shared.clock.now();
        parts.stamp(shared.stamp(now, 0));
        A::authorise(&shared.credentials, &session, &mut parts).and_then(|()| parts.checked())?;
        if let Admission::Lead(guard) = shared.session.ask(now, Duration::ZERO, &mut None) {
            let admitted = Admitted { session, base: shared.base.clone(), ahead: 0 };
            let _ = guard.succeed(admitted, now, A::INFO.session_lifetime, shared.random.unit());
        }
        Ok(())
    }

    pub(crate) fn shared(&self) -> &Shared<A> {
        &self.0
    }

    /// The error of a call at this host.
    pub(crate) fn error(&self, info: &EndpointInfo, cause: Cause<A::Code>) -> Error<A::Code> {
        Error::new(info, cause).at(A::INFO.name, Some(place(self.base_url())), None)
    }

    /// Forgets the session and any rejection of the credentials; the next call signs in again.
    pub fn reset_session(&self) {
        self.0.session.reset();
    }

    /// The clock that drivers read.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The rate limits, to share them or to apply limits that the server reports.
    pub fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// What this core and its clones have done so far.
    pub fn counters(&self) -> Counters {
        self.0.watch.counters()
    }

    /// What is left of each rate limit now.
    pub fn rates_left(&self) -> Vec<RateLeft> {
        self.0.rates.left(self.0.clock.now().monotonic)
    }

    /// What is left of the budget.
    pub fn budget(&self) -> Option<&Budget> {
        self.0.budget.as_ref()
    }

    /// The base URL, unless a sign-in names another one.
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base
    }

    /// The configured name of the account.
    pub fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// The client's base URL and account, for tickets.
    pub(crate) fn place(&self) -> ticket::Place {
        let login = A::login(&self.0.credentials).map(|login| format!("{:016x}", sum(login.as_bytes())));
        ticket::Place { base: self.0.base.to_string(), account: self.0.account.clone(), login }
    }

    /// The format of answers.
    pub fn format(&self) -> Format {
        self.0.format
    }
}

/// Checks that the credentials can be sent, with a request of no endpoint.
fn check_credentials<A: Api>(
    credentials: &A::Credentials,
    format: Format,
    host: &'static str,
) -> Result<(), EncodeError> {
    let mut parts = RequestParts::of(const { &EndpointInfo::DEFAULT }, &A::INFO, format, host);
    parts.stamp(Stamp { millis: 0, nonce: 0 });
    let secrets = parts.written_by(|parts| {
        let session = match A::sign_in(credentials, parts)? {
            SignIn::Ask => return Ok(()),
            SignIn::NotNeeded => Session::default(),
            SignIn::Ready(session) => session,
        };
        A::authorise(credentials, &session, parts)
    })?;
    // A body would take them, and the API would refuse them at every call.
    if secrets.iter().any(|secret| secret.expose().chars().any(char::is_control)) {
        parts.refuse("credentials", "a key, token or password has a line break or control character");
    }
    parts.checked()
}

impl<A: Api> fmt::Debug for ClientCore<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Credentials and session are left out.
        f.debug_struct("ClientCore")
            .field("api", &A::INFO.name)
            .field("base_url", &self.0.base.to_string())
            .field("format", &self.0.format)
            .finish_non_exhaustive()
    }
}
