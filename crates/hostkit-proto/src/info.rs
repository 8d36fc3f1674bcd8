//! Metadata of calls and APIs, known before anything is sent: constants from the specs.

use std::time::Duration;

use hostkit_wire::Format;
use http::{Method, StatusCode};

use crate::leniency::Leniency;
use crate::value::Currency;
use crate::word::Word;

/// What a call may do at the hoster. The spec declares it; it is never derived from the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// No effect that a user could notice.
    Safe,
    /// Sets a state; a repeat gives the same state and costs nothing.
    Idempotent,
    /// Changes something reversible; a repeat is noticeable.
    State,
    /// May charge money now or start charging.
    Spends,
    /// Data, an address, a key or a paid service can be lost.
    Destructive,
}

impl Effect {
    /// Whether `client.call` accepts such a call.
    pub const fn is_callable(self) -> bool {
        matches!(self, Self::Safe | Self::Idempotent)
    }

    /// Whether the call does something, so that its answer has to say beyond doubt that it was done.
    pub const fn acts(self) -> bool {
        !matches!(self, Self::Safe)
    }

    /// The value in specs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Idempotent => "idempotent",
            Self::State => "state",
            Self::Spends => "spends",
            Self::Destructive => "destructive",
        }
    }
}

/// A property of a call beside its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flag {
    /// The request carries a secret.
    SecretRequest,
    /// The answer carries a secret.
    SecretResponse,
    /// The answer carries personal data.
    Pii,
    /// Users of the server notice: a reboot, a move of an address.
    Disruptive,
    /// Accepted now, done later.
    Async,
    /// A repeat adds again.
    Additive,
    /// It starts a recurring charge: it needs a price where what it may cost is limited, whatever its effect is.
    Recurring,
    /// A GET with an effect.
    GetWithEffect,
    /// Losing the body changes what the call does.
    BodyRequiredForMeaning,
    /// The call has a pitfall that its documentation describes.
    Hazard,
}

/// Faults that mean "there is nothing", not "it failed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Emptiness<'a> {
    /// HTTP statuses.
    pub statuses: &'a [u16],
    /// Codes or texts of the API's own error document.
    pub codes: &'a [&'a str],
    /// Texts that mark the fault as a real one after all, such as that of an unknown module.
    pub except: &'a [&'a str],
}

impl Emptiness<'_> {
    /// Every fault is a failure.
    pub const NONE: Self = Self { statuses: &[], codes: &[], except: &[] };
}

/// Hosts that no longer have a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Names of hosts, and since when.
    pub hosts: &'static [(&'static str, &'static str)],
    /// What to use there.
    pub instead: &'static str,
}

/// What a fault means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// The credentials or the token are not accepted.
    Auth,
    /// The credentials are fine, the call is not allowed.
    Forbidden,
    /// What the call names does not exist.
    NotFound,
    /// The state of the object forbids the call.
    Conflict,
    /// An argument is wrong.
    InvalidArgument,
    /// Too many calls.
    RateLimited,
    /// It may work later; the call was not carried out.
    Temporary,
    /// The API failed internally; the call may have been carried out.
    Internal,
    /// The account lacks funds.
    Payment,
    /// There is nothing to list.
    Empty,
    /// The API has no such call.
    Unsupported,
    /// Anything else.
    Other,
}

impl FaultKind {
    /// The kind that an HTTP status stands for where the API says nothing more.
    pub fn from_status(status: u16) -> Self {
        match status {
            401 => Self::Auth,
            402 => Self::Payment,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            400 | 422 => Self::InvalidArgument,
            405 | 409 => Self::Conflict,
            413 | 429 => Self::RateLimited,
            501 => Self::Unsupported,
            503 => Self::Temporary,
            500..=599 => Self::Internal,
            _ => Self::Other,
        }
    }
}

/// What a failing status says where the API's error document does not say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusMeaning<'a> {
    /// The HTTP status.
    pub status: u16,
    /// What a fault with it means.
    pub kind: FaultKind,
    /// The same in a sentence; may be empty.
    pub text: &'a str,
}

/// What has to be known of a call to judge its answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallFacts<'a> {
    /// The endpoint's name, for errors.
    pub endpoint: &'static str,
    /// Whether the call acts: its answer must not be in doubt.
    pub acts: bool,
    /// Whether the answer may lack the envelope's marker, which the spec allows some reads.
    pub may_lack_marker: bool,
    /// Whether each item of the answer to this read is judged by its own marker, and given as its value or its fault.
    pub is_each: bool,
    /// Whether a success is no document, but text or bytes.
    pub is_raw: bool,
    /// What failing statuses mean for the call and, where it says nothing of its own, for its API.
    pub statuses: [&'a [StatusMeaning<'a>]; 2],
    /// The reason phrase of the status line, if it is not the usual one; empty otherwise.
    pub phrase: &'a str,
}

impl<'a> CallFacts<'a> {
    /// The same for an answer whose status line ends in this phrase, which counts if it is not that of any such status.
    pub fn with_phrase(self, status: u16, phrase: &'a str) -> Self {
        Self { phrase: unusual(status, phrase), ..self }
    }

    /// The text of a fault with these words: its own or, where it has none, that of the status line.
    pub(crate) fn text<'t>(&self, message: &'t str, details: &str) -> &'t str
    where
        'a: 't,
    {
        if message.is_empty() && details.is_empty() { self.phrase } else { message }
    }

    /// What a failing status means, if the spec says it.
    pub(crate) fn meaning(&self, status: u16) -> Option<&'a StatusMeaning<'a>> {
        self.statuses.into_iter().flatten().find(|meaning| meaning.status == status)
    }
}

/// What servers write for a status beside today's name of it: older names, those of widespread servers, and words for a
/// status without a name.
const OLDER: &[&str] = &[
    "Authorization Required",
    "Content Too Large",
    "Gateway Time-out",
    "Request Entity Too Large",
    "Request Time-out",
    "Request-URI Too Large",
    "Request-URI Too Long",
    "Requested Range Not Satisfiable",
    "Service Temporarily Unavailable",
    "Unknown",
    "Unprocessable Content",
    "<none>",
];

/// The phrase, if it says more than the status does.
fn unusual(status: u16, phrase: &str) -> &str {
    let phrase = phrase.trim();
    let name = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let is_usual = |name: &&str| phrase.eq_ignore_ascii_case(name);
    if name.as_ref().is_some_and(is_usual) || OLDER.iter().any(is_usual) { "" } else { phrase }
}

/// The metadata of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointInfo {
    /// The name in the spec, such as `get_server`.
    pub name: &'static str,
    /// The HTTP verb.
    pub method: Method,
    /// The path template, such as `/servers/{id}`.
    pub path: &'static str,
    /// What the call may do.
    pub effect: Effect,
    /// More properties.
    pub flags: &'static [Flag],
    /// Whether the hoster documents that a repeat is harmless.
    pub repeat_documented: bool,
    /// Names of the rate rules that apply to it.
    pub rates: &'static [&'static str],
    /// Whether it is sent with credentials.
    pub authorised: bool,
    /// The hosts at which the call is refused before it is sent, because they no longer have it.
    pub removed_at: Option<Removed>,
    /// Which faults mean an empty answer.
    pub empty: Emptiness<'static>,
    /// The formats that the answer may come in, if they differ from the API's.
    pub formats: &'static [Format],
    /// Whether the answer may lack the envelope's marker: that of some reads may.
    pub may_lack_marker: bool,
    /// Whether each item of the answer has a marker of its own, and is given as its value or its fault.
    pub is_each: bool,
    /// Whether a successful answer is no document, but text or bytes.
    pub is_raw: bool,
    /// The success statuses that may come without a body; empty if any but 200 may.
    pub bodiless: &'static [u16],
    /// What failing statuses mean where it is something else than for the API.
    pub statuses: &'static [StatusMeaning<'static>],
    /// The time limit if the caller sets no deadline.
    pub deadline: Duration,
    /// How to find out whether the call happened, in one sentence.
    pub recovery: &'static str,
    /// The method in the hoster's documentation, such as `#5`.
    pub documents: &'static str,
    /// The spec file.
    pub spec: &'static str,
}

impl EndpointInfo {
    /// Default values; the effect is the most dangerous one, in case a spec's is not filled in.
    pub const DEFAULT: Self = Self {
        name: "",
        method: Method::GET,
        path: "/",
        effect: Effect::Destructive,
        flags: &[],
        repeat_documented: false,
        rates: &[],
        authorised: true,
        removed_at: None,
        empty: Emptiness::NONE,
        formats: &[],
        may_lack_marker: false,
        is_each: false,
        is_raw: false,
        bodiless: &[],
        statuses: &[],
        deadline: Duration::from_secs(30),
        recovery: "",
        documents: "",
        spec: "",
    };

    /// Whether the call has this flag.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// Whether a client may resend the call by itself after a failure that leaves its outcome open.
    pub fn is_repeatable(&self) -> bool {
        self.effect == Effect::Safe || (self.effect == Effect::Idempotent && self.repeat_documented)
    }
}

/// The metadata of an API.
#[derive(Debug, Clone, Copy)]
pub struct ApiInfo {
    /// The name, as in `specs/<name>`.
    pub name: &'static str,
    /// Its hosts; the first is the default.
    pub hosts: &'static [Host],
    /// The formats of its answers; the first is the default.
    pub formats: &'static [Format],
    /// The format of request bodies, if it differs from that of the answers.
    pub request_format: Option<Format>,
    /// Whether the header `Accept` selects the format.
    pub negotiates: bool,
    /// How leniently answers are read.
    pub leniency: Leniency,
    /// The time zone of its date-times, such as `Europe/Moscow`.
    pub zone: &'static str,
    /// The currency of its amounts, unless a host or an answer says otherwise; `None` if the documents do not say it.
    pub currency: Option<Currency>,
    /// The rate limits of accounts without limits of their own.
    pub rates: &'static [RateRule],
    /// Host names (or `*.suffix`) that a base URL given at sign-in may have.
    pub session_hosts: &'static [&'static str],
    /// The longest validity of a token; the answer may name an earlier end.
    pub session_lifetime: Option<Duration>,
    /// Whether the sign-in only reads the server's clock, by which calls are signed.
    pub reads_clock: bool,
    /// Keys at the top of every request body that are not inputs: credentials, constants.
    pub request_keys: &'static [&'static str],
    /// What every answer stands below.
    pub top: Top,
    /// What failing statuses mean.
    pub statuses: &'static [StatusMeaning<'static>],
    /// Keys and words that a server puts around the data of a success.
    pub success_envelope: &'static [(&'static str, Word<'static>)],
    /// Where faults have the id of their request, for the hoster's support: paths, and `header.NAME`; the first with
    /// something counts.
    pub request_id: &'static [&'static str],
    /// The names of the fields of all answers, sorted: one that a call does not have belongs to another call's answer.
    pub answer_fields: &'static [&'static str],
}

impl ApiInfo {
    /// An API without hosts, strict, in JSON.
    pub const DEFAULT: Self = Self {
        name: "",
        hosts: &[],
        formats: &[Format::Json],
        request_format: None,
        negotiates: false,
        leniency: Leniency::STRICT,
        zone: "UTC",
        currency: None,
        rates: &[],
        session_hosts: &[],
        session_lifetime: None,
        reads_clock: false,
        request_keys: &[],
        top: Top { json: "", xml: "" },
        statuses: &[],
        success_envelope: &[],
        request_id: &[],
        answer_fields: &[],
    };

    /// The currency of amounts at the host of this name, unless an answer says otherwise.
    pub fn currency_at(&self, host: &str) -> Option<Currency> {
        let host = self.hosts.iter().find(|known| known.name == host);
        host.and_then(|host| host.currency).or(self.currency)
    }
}

/// A path from the root of each answer to where it begins, as [`below`](crate::place::below) reads it: empty if that is
/// the root itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Top {
    /// The path in all formats but XML.
    pub json: &'static str,
    /// The path in XML.
    pub xml: &'static str,
}

impl Top {
    /// The path in a format.
    pub fn path(&self, format: Format) -> &'static str {
        if format == Format::Xml { self.xml } else { self.json }
    }
}

/// One host of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host {
    /// The name that per-host constraints use.
    pub name: &'static str,
    /// The base URL.
    pub url: &'static str,
    /// The currency of amounts there, if it is not that of the API.
    pub currency: Option<Currency>,
}

/// A limit of calls in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateRule {
    /// The name that endpoints refer to.
    pub name: &'static str,
    /// Calls in one window.
    pub count: u32,
    /// The window.
    pub window: Duration,
}
