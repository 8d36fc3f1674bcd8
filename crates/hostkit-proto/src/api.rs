//! One API: its authorisation and its faults. Generated from `service.toml`.

use crate::answer::RawAnswer;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::fault::{FaultCode, Verdict};
use crate::info::ApiInfo;
use crate::request::RequestParts;
use crate::session::Session;

/// One API of one hoster.
pub trait Api: Sized + Send + Sync + 'static {
    /// The credentials of a user.
    type Credentials: Clone + Send + Sync + 'static;
    /// The catalogue of error codes; open.
    type Code: FaultCode;
    /// The API's constants.
    const INFO: ApiInfo;

    /// What credentials say openly of whose account it is, such as a login; `None` if they are secrets alone.
    fn login(_: &Self::Credentials) -> Option<String> {
        None
    }

    /// Decides whether a sign-in is needed, and if so encodes it; [`RequestParts::retarget`] selects its endpoint.
    fn sign_in(credentials: &Self::Credentials, out: &mut RequestParts) -> Result<SignIn, EncodeError>;

    /// Decodes the answer to the request of [`Api::sign_in`].
    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError>;

    /// Adds the credentials or the token to the request's headers or body.
    fn authorise(credentials: &Self::Credentials, session: &Session, out: &mut RequestParts)
    -> Result<(), EncodeError>;

    /// Classifies an answer before its data are decoded.
    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Self::Code>;
}

/// Whether a sign-in is needed.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// Calls carry the credentials themselves.
    NotNeeded,
    /// The credentials hold a token already.
    Ready(Session),
    /// The encoded request has to be sent first.
    Ask,
}
