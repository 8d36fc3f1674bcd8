//! What is known of a call and of an API before anything is sent: constants of the specs.

use std::time::Duration;

use hostkit_wire::Format;
use http::Method;

use crate::leniency::Leniency;

/// What a call may do at the hoster. It is written in the spec and never derived from the verb.
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
    /// Whether `client.call` takes it.
    pub const fn is_callable(self) -> bool {
        matches!(self, Self::Safe | Self::Idempotent)
    }

    /// The word that specs use.
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
    /// It keeps costing.
    Recurring,
    /// A GET that acts.
    GetWithEffect,
    /// Losing the body changes what the call does.
    BodyRequiredForMeaning,
    /// There is a trap that the documentation of the call describes.
    Hazard,
}

/// Faults that mean "there is nothing", not "it failed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Emptiness<'a> {
    /// HTTP statuses.
    pub statuses: &'a [u16],
    /// Codes or texts of the API's own error document.
    pub codes: &'a [&'a str],
    /// Texts that show the fault to be another one after all, such as an unknown module.
    pub except: &'a [&'a str],
}

impl Emptiness<'_> {
    /// No fault means that there is nothing.
    pub const NONE: Self = Self { statuses: &[], codes: &[], except: &[] };
}

/// What is known of a call before it is made.
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
    /// Whether the document of the hoster says that a repeat is harmless.
    pub repeat_documented: bool,
    /// Names of the rate rules that count it.
    pub rates: &'static [&'static str],
    /// Whether it is sent with credentials.
    pub authorised: bool,
    /// Which faults mean an empty answer.
    pub empty: Emptiness<'static>,
    /// The formats that the answer may come in, if they differ from the API's.
    pub formats: &'static [Format],
    /// The time that it may take where the caller sets no deadline.
    pub deadline: Duration,
    /// How to find out whether it happened, in a sentence.
    pub reconcile: &'static str,
    /// The documented method that it stands for, such as `#5`.
    pub documents: &'static str,
    /// The spec file.
    pub spec: &'static str,
}

impl EndpointInfo {
    /// The values that most calls have.
    pub const DEFAULT: Self = Self {
        name: "",
        method: Method::GET,
        path: "/",
        effect: Effect::Destructive,
        flags: &[],
        repeat_documented: false,
        rates: &[],
        authorised: true,
        empty: Emptiness::NONE,
        formats: &[],
        deadline: Duration::from_secs(30),
        reconcile: "",
        documents: "",
        spec: "",
    };

    /// Whether the call has this flag.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// Whether the exchange may send it again on its own after a failure that leaves open what happened.
    pub fn is_repeatable(&self) -> bool {
        self.effect == Effect::Safe || (self.effect == Effect::Idempotent && self.repeat_documented)
    }
}

/// What is known of an API.
#[derive(Debug, Clone, Copy)]
pub struct ApiInfo {
    /// The name, as in `specs/<name>`.
    pub name: &'static str,
    /// Its hosts; the first is the default.
    pub hosts: &'static [Host],
    /// The formats of its answers; the first is the default.
    pub formats: &'static [Format],
    /// The format of request bodies where it is not the format of the answers.
    pub request_format: Option<Format>,
    /// Whether the wanted format is said in the header `Accept`.
    pub negotiates: bool,
    /// How leniently answers are read.
    pub leniency: Leniency,
    /// The time zone of its date-times, such as `Europe/Moscow`.
    pub zone: &'static str,
    /// The rate limits that hold where the account has no others.
    pub rates: &'static [RateRule],
    /// Host names (or `*.suffix`) that a base URL given at sign-in may have.
    pub session_hosts: &'static [&'static str],
    /// How long a token is good for at most; the answer may name an earlier end.
    pub session_lifetime: Option<Duration>,
    /// Keys at the top of every request body that are no inputs: credentials, constants.
    pub request_keys: &'static [&'static str],
    /// What a server writes around the data of a success.
    pub success_envelope: &'static [(&'static str, &'static str)],
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
        rates: &[],
        session_hosts: &[],
        session_lifetime: None,
        request_keys: &[],
        success_envelope: &[],
    };
}

/// One host of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host {
    /// The name that per-host constraints use.
    pub name: &'static str,
    /// The base URL.
    pub url: &'static str,
}

/// So many calls in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateRule {
    /// The name that endpoints refer to.
    pub name: &'static str,
    /// Calls in one window.
    pub count: u32,
    /// The window.
    pub window: Duration,
}
