//! One kind of call: what goes out, and how to read what comes back.

use http::Method;

use crate::answer::RawAnswer;
use crate::api::Api;
use crate::codec::DecodeError;
use crate::flow::Inputs;
use crate::request::{EncodeError, RequestParts};

/// One kind of call. Generated, one type per endpoint variant.
pub trait Endpoint: Send + Sync {
    /// The API that the call belongs to.
    type Api: Api;
    /// What a successful answer says.
    type Output: Send;
    /// What is known of the call before it is made.
    const INFO: EndpointInfo;

    /// Writes the request. Constraints of the spec are checked here, before anything is sent.
    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError>;

    /// Reads a successful answer.
    fn decode(answer: &RawAnswer<'_>) -> Result<Self::Output, DecodeError>;

    /// The output that stands for a fault which only says that there is nothing, where [`EndpointInfo::empty`] names it.
    fn empty() -> Option<Self::Output> {
        None
    }
}

/// Calls of the classes *safe* and *idempotent*: they go through `client.call`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may change, spend or destroy something: it does not go through `call`",
    label = "use `perform`, whose `Outcome` says whether it may have happened"
)]
pub trait Call: Endpoint {}

/// Calls of the classes *state*, *spends* and *destructive*: they go through `client.perform`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` only reads or sets a state: it does not go through `perform`",
    label = "use `call`"
)]
pub trait Perform: Endpoint {
    /// The inputs that it can be found by, should its end stay open. Never a secret.
    fn inputs(&self) -> Inputs {
        Inputs::new()
    }
}

/// Calls that may be sent again without the caller's word.
#[diagnostic::on_unimplemented(
    message = "`{Self}` must not be sent twice",
    label = "a repeat may act, or spend, again"
)]
pub trait Repeatable: Call {}

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
    pub formats: &'static [hostkit_wire::Format],
    /// The time that it may take where the caller sets no deadline.
    pub deadline: std::time::Duration,
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
        deadline: std::time::Duration::from_secs(30),
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
