//! One call by hand: the request as bytes, and the answer as a value, for whoever has a transport and a policy of his own.
//!
//! What is deliberately not here: sessions, retries, rate limits, deadlines, outcomes. Those are the exchange's.

use hostkit_proto::judgement::{Judgement, NoValue, judge};
use hostkit_proto::{Api, BaseUrl, EncodeError, Endpoint, RawAnswer, RequestParts, Session};
use hostkit_wire::Format;

use crate::call::api_info;
use crate::error::{Error, ErrorOf};

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

    /// What an answer says; [`judge`] says in addition whether the call was carried out or only accepted.
    ///
    /// # Errors
    /// The API's "no", another kind of document, or a document that is not what the spec says. For a call that acts,
    /// [`Error::may_have_happened`] is set wherever the answer leaves it open.
    fn from_http(answer: &http::Response<Vec<u8>>) -> Result<Self::Output, ErrorOf<Self>> {
        let info = Self::INFO;
        let status = answer.status().as_u16();
        let raw = RawAnswer::new(&info, api_info::<Self::Api>(), status, answer.headers(), answer.body());
        let NoValue { why, may_have_happened } = match judge::<Self>(&raw) {
            Judgement::Done(value) | Judgement::Accepted(value, _) | Judgement::Nothing(value) => return Ok(value),
            Judgement::Rejected(no_value) | Judgement::Open(no_value) => no_value,
        };
        let error = Error::new(&info, why.into()).with_answer(&info, status, answer.body());
        Err(error.with_attempts(1).with_may_have_happened(may_have_happened))
    }
}

impl<E: Endpoint> EndpointExt for E {}
