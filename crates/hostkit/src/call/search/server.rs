//! All pairs of what the server may do with a request and what the client may receive.

use hostkit_proto::{Effect, EndpointInfo};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::time::Now;
use crate::transport::{AnswerLimits, Incoming, Phase, TransportError, TransportErrorKind};

/// The value of every valid answer; forged answers have another one.
pub(super) const VALUE: u64 = 7;

/// How many of the answers a setting tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answers {
    /// One of each kind, for settings with two callers.
    Few,
    /// One of those that no policy distinguishes.
    Main,
    All,
}

/// The fate of the call at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Fate {
    /// It was not carried out, and will not be.
    No,
    Done,
    /// It will be carried out later.
    Queued,
}

/// What the client receives.
pub(super) enum Heard {
    Answer(u16, &'static str, &'static [(&'static str, &'static str)]),
    Failure(Phase, TransportErrorKind),
}

/// One possible result of a request.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) heard: Heard,
    /// The possible fates of the call if the client receives this.
    fates: &'static [Fate],
    /// The least set of answers that includes it.
    needs: Answers,
    /// Only a request that a proxy may have sent twice is answered like this.
    is_repeat: bool,
}

const fn answer(
    name: &'static str,
    status: u16,
    body: &'static str,
    headers: &'static [(&'static str, &'static str)],
    fates: &'static [Fate],
) -> Row {
    Row { name, heard: Heard::Answer(status, body, headers), fates, needs: Answers::Main, is_repeat: false }
}

const fn failure(name: &'static str, phase: Phase, kind: TransportErrorKind, fates: &'static [Fate]) -> Row {
    Row { name, heard: Heard::Failure(phase, kind), fates, needs: Answers::Main, is_repeat: false }
}

impl Row {
    const fn alike(self) -> Self {
        Self { needs: Answers::All, ..self }
    }

    const fn always(self) -> Self {
        Self { needs: Answers::Few, ..self }
    }

    const fn after_a_repeat(self) -> Self {
        Self { is_repeat: true, ..self }
    }
}

const NO: &[Fate] = &[Fate::No];
const DONE: &[Fate] = &[Fate::Done];
/// Both are possible.
const OPEN: &[Fate] = &[Fate::No, Fate::Done];

const GOOD: &str = r#"{"id": 7}"#;
const DENIED: &str = r#"{"No": {"code": 1}}"#;
const PAGE: &str = "<html>";
const SOON: (&str, &str) = ("retry-after", "2");

/// The possible results of a call.
pub(super) const ROWS: &[Row] = &[
    answer("200", 200, GOOD, &[], DONE).always(),
    answer("200 accepted", 200, GOOD, &[("x-later", "1")], &[Fate::Queued]),
    answer("202", 202, GOOD, &[], &[Fate::Queued]).alike(),
    answer("400 fault", 400, DENIED, &[], NO),
    answer("403 fault", 403, DENIED, &[], NO).alike(),
    answer("404 fault", 404, DENIED, &[], NO).alike(),
    answer("409 fault", 409, DENIED, &[], NO).alike(),
    answer("404 fault to a repeat", 404, DENIED, &[], DONE).after_a_repeat(),
    answer("409 fault to a repeat", 409, DENIED, &[], DONE).after_a_repeat(),
    answer("400 fault to a repeat", 400, DENIED, &[], DONE).after_a_repeat().alike(),
    answer("403 fault to a repeat", 403, DENIED, &[], DONE).after_a_repeat().alike(),
    answer("429 fault to a repeat", 429, DENIED, &[SOON], DONE).after_a_repeat().alike(),
    answer("401 fault to a repeat", 401, DENIED, &[], DONE).after_a_repeat(),
    answer("401 fault", 401, DENIED, &[], NO).always(),
    answer("401 page", 401, PAGE, &[], OPEN).alike(),
    answer("429 fault", 429, DENIED, &[SOON], NO),
    answer("429 fault, for an hour", 429, DENIED, &[("retry-after", "3600")], NO),
    answer("429 page", 429, PAGE, &[], OPEN).alike(),
    answer("503 page, wait", 503, PAGE, &[SOON], OPEN).alike(),
    answer("500 fault", 500, DENIED, &[], OPEN).always(),
    answer("501 fault", 501, DENIED, &[], NO).alike(),
    answer("502 page", 502, PAGE, &[], OPEN).alike(),
    answer("200 busy", 200, GOOD, &[("x-fault", "Busy")], NO),
    answer("200 failed inside", 200, GOOD, &[("x-fault", "Queue")], OPEN),
    answer("400 fault, look", 400, GOOD, &[("x-fault", "Odd"), ("x-verify", "1")], OPEN),
    answer("200 empty", 200, "", &[], OPEN),
    answer("200 page", 200, PAGE, &[], OPEN).alike(),
    answer("200 cut", 200, r#"{"id":"#, &[], DONE).alike(),
    answer("302", 302, "", &[("location", "https://evil.example/")], OPEN),
    failure("not connected", Phase::Connect, TransportErrorKind::Refused, NO),
    failure("connecting timed out", Phase::Connect, TransportErrorKind::Timeout, NO).alike(),
    failure("reset while sending", Phase::Send, TransportErrorKind::Reset, OPEN).always(),
    failure("no answer", Phase::Head, TransportErrorKind::Timeout, OPEN).alike(),
    failure("closed without an answer", Phase::Head, TransportErrorKind::Closed, OPEN).alike(),
    failure("cut short", Phase::Body, TransportErrorKind::Closed, DONE).alike(),
    failure("too large", Phase::Body, TransportErrorKind::TooLarge, OPEN),
    failure("called off", Phase::Head, TransportErrorKind::Cancelled, OPEN).alike(),
];

/// The possible results of a sign-in. The server adds the headers of a token.
pub(super) const LOGINS: &[Row] = &[
    answer(TOKEN, 200, "", &[], DONE).always(),
    answer("login: 200 without a token", 200, "", &[], NO),
    answer("login: a token for elsewhere", 200, "", &[("x-token", "no"), ("x-base", "https://evil.example")], NO)
        .alike(),
    answer("login: 401 fault", 401, DENIED, &[], NO).always(),
    answer("login: 403 fault", 403, DENIED, &[], NO).alike(),
    answer("login: 401 page", 401, PAGE, &[], NO).alike(),
    answer("login: 429 fault", 429, DENIED, &[SOON], NO).alike(),
    answer("login: 500 fault", 500, DENIED, &[], NO).alike(),
    answer("login: 502 page", 502, PAGE, &[], NO).always(),
    failure("login: not connected", Phase::Connect, TransportErrorKind::Refused, NO).alike(),
    failure("login: no answer", Phase::Head, TransportErrorKind::Timeout, NO).always(),
    failure("login: cut short", Phase::Body, TransportErrorKind::Closed, NO).alike(),
];

/// The sign-in that gives a token.
pub(super) const TOKEN: &str = "login: token";

impl Row {
    /// Whether it is a document of the API.
    pub(super) fn is_fault(&self) -> bool {
        matches!(self.heard, Heard::Answer(_, DENIED, _))
    }

    /// The possible fates of this call if the client receives this; empty if the answer is impossible.
    pub(super) fn fates(&self, info: &EndpointInfo, answers: Answers) -> &'static [Fate] {
        let is_acting = !info.effect.is_callable();
        if self.is_repeat && (!is_acting || info.method == Method::POST) || self.needs > answers {
            return &[];
        }
        // For a read all fates are the same.
        if info.effect == Effect::Safe { &self.fates[..1] } else { self.fates }
    }

    pub(super) fn all_fates(&self) -> &'static [Fate] {
        self.fates
    }

    /// Whether a byte of the request can have gone out.
    pub(super) fn has_gone_out(&self) -> bool {
        !matches!(self.heard, Heard::Failure(Phase::Connect, _))
    }

    pub(super) fn is_status(&self, wanted: u16) -> bool {
        matches!(self.heard, Heard::Answer(status, ..) if status == wanted)
    }

    /// The seconds of `Retry-After`.
    pub(super) fn wait(&self) -> Option<u64> {
        let Heard::Answer(_, _, headers) = self.heard else { return None };
        headers.iter().find(|(name, _)| *name == "retry-after").and_then(|(_, seconds)| seconds.parse().ok())
    }

    pub(super) fn result(&self, more: &[(&'static str, String)]) -> Result<Incoming, TransportError> {
        match self.heard {
            Heard::Failure(phase, kind) => Err(TransportError::new(phase, kind, "")),
            Heard::Answer(status, body, headers) => {
                let given = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
                let headers: HeaderMap = given.chain(more.iter().cloned()).map(header).collect();
                Incoming::new(&AnswerLimits::DEFAULT, status, headers)?.with_body(body.as_bytes().to_vec())
            }
        }
    }
}

fn header((name, value): (&'static str, String)) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::try_from(value).expect("a header"))
}

/// The server's record of a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// When its sign-in was sent.
    pub(super) asked: Now,
    /// In seconds; `None` if the server does not say.
    pub(super) life: Option<u64>,
}
