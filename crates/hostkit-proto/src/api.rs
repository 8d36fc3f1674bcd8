//! One API: how its calls are authorised and how it says no. Generated from `service.toml`.

use crate::answer::RawAnswer;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::fault::{FaultCode, Verdict};
use crate::info::ApiInfo;
use crate::request::RequestParts;
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
