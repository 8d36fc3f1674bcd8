//! One kind of call: what goes out, and how to read what comes back.

use crate::answer::RawAnswer;
use crate::api::Api;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::evidence::Inputs;
use crate::info::EndpointInfo;
use crate::request::RequestParts;

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
