//! One call by hand: the request as bytes, and the answer as a value, for whoever has a transport and a policy of his own.
//!
//! What is deliberately not here: sessions, retries, rate limits, deadlines, outcomes. Those are the exchange's.

use hostkit_wire::Format;

use crate::call::api_info;
use crate::error::{Cause, Error, ErrorOf};
use hostkit_proto::Api;
use hostkit_proto::BaseUrl;
use hostkit_proto::Endpoint;
use hostkit_proto::RawAnswer;
use hostkit_proto::Session;
use hostkit_proto::Verdict;
use hostkit_proto::{EncodeError, RequestParts};

/// Calls of an endpoint without one of our clients.
pub trait EndpointExt: Endpoint + Sized {
    /// The request, with its proof, below `base`. The answer is wanted in the first of the API's formats.
    ///
    /// # Errors
    /// An input that the spec forbids.
    fn to_http(
        &self,
        base: &BaseUrl,
        credentials: &<Self::Api as Api>::Credentials,
        session: &Session,
    ) -> Result<http::Request<Vec<u8>>, EncodeError> {
        let info = Self::INFO;
        let formats = if info.formats.is_empty() { Self::Api::INFO.formats } else { info.formats };
        let format = formats.first().copied().unwrap_or(Format::Json);
        let hosts = Self::Api::INFO.hosts.iter();
        let host = hosts.into_iter().find(|host| host.url.parse::<BaseUrl>().is_ok_and(|url| url == *base));
        let mut parts = RequestParts::new(&info, &Self::Api::INFO, format, host.map_or("", |host| host.name));
        self.encode(&mut parts)?;
        if info.authorised {
            Self::Api::authorise(credentials, session, &mut parts)?;
        }
        parts.finish(base)
    }

    /// What an answer says.
    ///
    /// # Errors
    /// The API's "no", another kind of document, or a document that is not what the spec says. For a call that acts,
    /// [`Error::may_have_happened`] is set wherever the answer leaves it open.
    fn from_http(answer: &http::Response<Vec<u8>>) -> Result<Self::Output, ErrorOf<Self>> {
        let info = Self::INFO;
        let status = answer.status().as_u16();
        let raw = RawAnswer::new(&info, api_info::<Self::Api>(), status, answer.headers(), answer.body());
        let cause = match <Self::Api as Api>::verdict(&raw) {
            Verdict::Success | Verdict::Accepted(_) => match Self::decode(&raw) {
                Ok(value) => return Ok(value),
                Err(error) => Cause::Decode(error),
            },
            Verdict::Fault(fault) => match Self::empty().filter(|_| fault.is_empty(&info.empty)) {
                Some(value) => return Ok(value),
                None => Cause::Fault(fault),
            },
            Verdict::Unrecognised => Cause::Unrecognised,
        };
        let is_open = match &cause {
            Cause::Fault(fault) => fault.status >= 500 || fault.verify,
            _ => true,
        };
        let may = is_open && info.effect != hostkit_proto::Effect::Safe;
        let error = Error::new(&info, cause).with_answer(&info, status, answer.body());
        Err(error.with_attempts(1).with_may_have_happened(may))
    }
}

impl<E: Endpoint> EndpointExt for E {}
