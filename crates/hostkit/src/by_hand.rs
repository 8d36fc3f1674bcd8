//! One call without a client: encodes the request and decodes the answer, for programs with their own transport.
//!
//! Deliberately not here: sessions, retries, rate limits, deadlines, outcomes. They belong to the exchange.

use hostkit_proto::judgement::{Judgement, NoValue, judge};
use hostkit_proto::{Api, BaseUrl, EncodeError, Endpoint, RawAnswer, RequestParts, Session};
use hostkit_wire::Format;

use crate::call::api_info;
use crate::error::{Cause, Error, ErrorOf};
use crate::quote::Quote;

/// Encodes and decodes calls of an endpoint without a client.
pub trait EndpointExt: Endpoint + Sized {
    /// Encodes the request below `base`, with credentials or token. It asks for the first of the API's formats. Where calls
    /// are signed, the session holds the time and nonce of this one.
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
        if let Some(stamp) = session.stamp {
            parts.stamp(stamp);
        }
        parts.written_by(|parts| {
            self.encode(parts)?;
            if info.authorised { Self::Api::authorise(credentials, session, parts) } else { Ok(()) }
        })?;
        parts.finish(base)
    }

    /// Decodes the value of an answer; [`judge`] also distinguishes carried out from accepted. Amounts have the currency that
    /// the answer or the API says, not that of a host; the reason phrase of the
    /// status line is not looked at.
    ///
    /// # Errors
    /// A fault of the API, a document of another kind or about something else, or one that violates the spec. For a
    /// mutating call, [`Error::may_have_happened`] is set wherever the answer leaves that open.
    fn read_http(&self, answer: &http::Response<Vec<u8>>) -> Result<Self::Output, ErrorOf<Self>> {
        let info = Self::INFO;
        let status = answer.status().as_u16();
        let raw = RawAnswer::new(&info, api_info::<Self::Api>(), status, answer.headers(), answer.body());
        let NoValue { why, may_have_happened } = match judge::<Self>(&self.echo(), &raw) {
            Judgement::Done(value) | Judgement::Accepted(value, _) | Judgement::Nothing(value) => return Ok(value),
            Judgement::Rejected(no_value) | Judgement::Open(no_value) => no_value,
        };
        // Without the request, its secrets are not known.
        let cause = Cause::of(&Quote::default(), why, status, answer.headers());
        let error = Error::new(&info, cause).with_answer(&info, status, answer.body());
        Err(error.at(Self::Api::INFO.name, None, None).with_attempts(1).with_may_have_happened(may_have_happened))
    }
}

impl<E: Endpoint> EndpointExt for E {}
