//! A transport that answers from a script and records requests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use hostkit::time::ManualClock;
use hostkit::transport::{AsyncTransport, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};

/// One scripted answer, and the request that it expects.
///
/// ```
/// use hostkit_testing::{Script, Scripted};
/// use hostkit::transport::{Phase, TransportErrorKind};
///
/// let transport = Scripted::new([
///     Script::fail(Phase::Connect, TransportErrorKind::Refused),
///     Script::get("/servers").answer(200, r#"{"servers": []}"#),
/// ]);
/// assert_eq!(transport.left(), 2);
/// ```
#[derive(Clone)]
pub struct Script {
    method: Option<Method>,
    path: Option<String>,
    takes: Duration,
    headers: HeaderMap,
    result: Result<(u16, Vec<u8>), TransportError>,
}

impl Script {
    fn expecting(method: Option<Method>, path: Option<&str>) -> Self {
        let path = path.map(str::to_owned);
        Self { method, path, takes: Duration::ZERO, headers: HeaderMap::new(), result: Ok((200, Vec::new())) }
    }

    /// Expects any request.
    pub fn any() -> Self {
        Self::expecting(None, None)
    }

    /// Expects a GET whose path, without the query, ends with this.
    pub fn get(path: &str) -> Self {
        Self::expecting(Some(Method::GET), Some(path))
    }

    /// Expects a POST whose path, without the query, ends with this.
    pub fn post(path: &str) -> Self {
        Self::expecting(Some(Method::POST), Some(path))
    }

    /// Expects a request with this method whose path ends with this.
    pub fn method(method: Method, path: &str) -> Self {
        Self::expecting(Some(method), Some(path))
    }

    /// Expects any request, and fails it.
    pub fn fail(phase: Phase, kind: TransportErrorKind) -> Self {
        Self::any().failing(phase, kind)
    }

    /// Answers with this status and body.
    pub fn answer(mut self, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.result = Ok((status, body.into()));
        self
    }

    /// Fails in this phase.
    pub fn failing(mut self, phase: Phase, kind: TransportErrorKind) -> Self {
        self.result = Err(TransportError::new(phase, kind, ""));
        self
    }

    /// Adds a header to the answer; an invalid header is omitted.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            self.headers.append(name, value);
        }
        self
    }

    /// Advances the manual clock before the answer.
    pub fn takes(mut self, duration: Duration) -> Self {
        self.takes = duration;
        self
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({:?} {:?})", self.method, self.path)
    }
}

/// One request that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The endpoint's name.
    pub endpoint: &'static str,
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// The headers, secrets included: this is for tests.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// Whether a pooled connection was allowed.
    pub reusable: bool,
}

/// A transport that answers from a script, and panics on a request that the script does not expect. Clones share it.
#[derive(Debug, Clone)]
pub struct Scripted(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    script: VecDeque<Script>,
    sent: Vec<Sent>,
    clock: Option<ManualClock>,
}

impl Scripted {
    /// A transport with this script.
    pub fn new(script: impl IntoIterator<Item = Script>) -> Self {
        Self(Arc::new(Mutex::new(State { script: script.into_iter().collect(), sent: Vec::new(), clock: None })))
    }

    /// Sets the clock that scripts advance.
    pub fn with_clock(self, clock: ManualClock) -> Self {
        self.change(|state| state.clock = Some(clock));
        self
    }

    /// Adds to the script.
    pub fn push(&self, script: Script) {
        self.change(|state| state.script.push_back(script));
    }

    /// The requests sent so far, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.change(|state| state.sent.clone())
    }

    /// The number of scripted answers that are left.
    pub fn left(&self) -> usize {
        self.change(|state| state.script.len())
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn play(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let Outgoing { endpoint, request, timeout, reusable, limits, .. } = outgoing;
        let (http::request::Parts { method, uri, headers, .. }, body) = request.into_parts();
        self.change(|state| {
            state.sent.push(Sent { endpoint, method: method.clone(), url: uri.to_string(), headers, body, reusable });
            let Some(script) = state.script.pop_front() else {
                panic!("{method} {} is not in the script", uri.path());
            };
            let fits = script.method.as_ref().is_none_or(|expected| *expected == method)
                && script.path.as_ref().is_none_or(|path| uri.path().ends_with(path.as_str()));
            assert!(fits, "{method} {} came, the script has {script:?}", uri.path());
            if let Some(clock) = &state.clock {
                clock.advance(script.takes.min(timeout));
            }
            if script.takes >= timeout && !script.takes.is_zero() {
                return Err(TransportError::new(Phase::Head, TransportErrorKind::Timeout, ""));
            }
            let (status, body) = script.result?;
            Incoming::new(&limits, status, script.headers)?.with_body(body)
        })
    }
}

impl Transport for Scripted {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        self.play(outgoing)
    }
}

impl AsyncTransport for Scripted {
    async fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        self.play(outgoing)
    }
}
