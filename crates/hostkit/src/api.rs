//! One API: how its calls are authorised and how it says no. Generated from `service.toml`.

use std::time::Duration;

use hostkit_wire::Format;

use crate::answer::RawAnswer;
use crate::codec::DecodeError;
use crate::fault::{FaultCode, Verdict};
use crate::request::{EncodeError, RequestParts};
use crate::rules::Rules;
use crate::session::Session;

/// One API of one hoster.
pub trait Api: Sized + Send + Sync + 'static {
    /// What a user proves himself with.
    type Credentials: Clone + Send + Sync + 'static;
    /// The catalogue of error codes; open.
    type Code: FaultCode;
    /// What is known of the API.
    const INFO: ApiInfo;

    /// Says whether a session has to be asked for, and writes the request that asks: [`RequestParts::retarget`] says
    /// which call it is.
    fn sign_in(credentials: &Self::Credentials, out: &mut RequestParts) -> Result<SignIn, EncodeError>;

    /// Reads the answer to the request of [`Api::sign_in`].
    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError>;

    /// Adds what proves the caller: headers, fields of the body.
    fn authorise(credentials: &Self::Credentials, session: &Session, out: &mut RequestParts)
    -> Result<(), EncodeError>;

    /// Says what an answer means before its data are read.
    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Self::Code>;
}

/// What [`Api::sign_in`] found.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// Calls carry the credentials themselves.
    NotNeeded,
    /// The credentials hold a token already.
    Ready(Session),
    /// The request that was written has to be sent first.
    Ask,
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
    pub rules: Rules,
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
        rules: Rules::STRICT,
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
