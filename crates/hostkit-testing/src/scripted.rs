//! A transport that answers from a script and records requests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

#[cfg(feature = "server")]
use crate::values::Exchange;
use hostkit::Format;
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
    expected: Expected,
    takes: Duration,
    phrase: String,
    headers: HeaderMap,
    result: Result<Answer, TransportError>,
}

/// The request that a script expects.
#[derive(Clone)]
enum Expected {
    Any,
    /// This method, and a path that ends with this.
    Request(Method, String),
    #[cfg(feature = "server")]
    Call(Arc<Exchange>),
}

/// What a script answers with.
#[derive(Clone)]
enum Answer {
    /// An empty 200, or the value of the expected call.
    Given,
    Bytes(u16, Vec<u8>),
}

impl Script {
    fn expecting(expected: Expected) -> Self {
        let (phrase, headers) = (String::new(), HeaderMap::new());
        Self { expected, takes: Duration::ZERO, phrase, headers, result: Ok(Answer::Given) }
    }

    /// Expects any request.
    pub fn any() -> Self {
        Self::expecting(Expected::Any)
    }

    /// Expects a GET whose path, without the query, ends with this.
    pub fn get(path: &str) -> Self {
        Self::method(Method::GET, path)
    }

    /// Expects a POST whose path, without the query, ends with this.
    pub fn post(path: &str) -> Self {
        Self::method(Method::POST, path)
    }

    /// Expects a request with this method whose path ends with this.
    pub fn method(method: Method, path: &str) -> Self {
        Self::expecting(Expected::Request(method, path.to_owned()))
    }

    /// Expects this call, whatever its credentials are, and answers it with this value, in the format that the client asks
    /// for. It needs the feature `server`, of this crate and of the API's.
    ///
    /// ```
    /// use hostkit_testing::Script;
    /// # use hostkit::protocol::server::Serve;
    /// # fn script<E: Serve>(call: &E, value: E::Output) -> Script {
    /// let script = Script::call(call, value); // such as `&GetServer::new(id)` and a `ServerDetail`
    /// # script
    /// # }
    /// ```
    ///
    /// # Panics
    /// An input of the call breaks a rule of its spec, or the value cannot be written in a format of the API.
    #[cfg(feature = "server")]
    pub fn call<E: hostkit::protocol::server::Serve>(call: &E, value: E::Output) -> Self {
        Self::expecting(Expected::Call(Arc::new(Exchange::of(call, &value))))
    }

    /// Expects any request, and fails it.
    pub fn fail(phase: Phase, kind: TransportErrorKind) -> Self {
        Self::any().failing(phase, kind)
    }

    /// Answers with this status and body, also in place of a value.
    pub fn answer(mut self, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.result = Ok(Answer::Bytes(status, body.into()));
        self
    }

    /// Fails in this phase.
    pub fn failing(mut self, phase: Phase, kind: TransportErrorKind) -> Self {
        self.result = Err(TransportError::new(phase, kind, ""));
        self
    }

    /// Sets the reason phrase of the answer's status line: `no such server` of `HTTP/1.1 500 no such server`.
    pub fn phrase(mut self, phrase: &str) -> Self {
        phrase.clone_into(&mut self.phrase);
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

impl Expected {
    /// Whether a request is the expected one, or else why not.
    #[cfg_attr(not(feature = "server"), expect(unused_variables, reason = "only a value has a format"))]
    fn check(&self, request: &Request<Vec<u8>>, format: Format) -> Result<(), String> {
        match self {
            Self::Any => Ok(()),
            Self::Request(method, path) if request.method() == method && request.uri().path().ends_with(path) => Ok(()),
            Self::Request(..) => Err("another request".to_owned()),
            #[cfg(feature = "server")]
            Self::Call(exchange) => exchange.check(request, format),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any request"),
            Self::Request(method, path) => write!(f, "{method} …{path}"),
            #[cfg(feature = "server")]
            Self::Call(exchange) => f.write_str(exchange.endpoint()),
        }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({})", self.expected)
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
        let Outgoing { endpoint, request, timeout, reusable, limits, format, failure, .. } = outgoing;
        let what = format!("{} {}", request.method(), request.uri().path());
        // What the client could not use is rather the fault of its answer than of the script's end.
        let again = failure.map(|failure| format!(". It is asked for again, because of {failure}")).unwrap_or_default();
        self.change(|state| {
            state.sent.push(Sent {
                endpoint,
                method: request.method().clone(),
                url: request.uri().to_string(),
                headers: request.headers().clone(),
                body: request.body().clone(),
                reusable,
            });
            let Some(script) = state.script.pop_front() else {
                panic!("{endpoint}, {what}, is not in the script{again}");
            };
            if let Err(why) = script.expected.check(&request, format) {
                panic!("{endpoint}, {what}, came, and the script has {}: {why}{again}", script.expected);
            }
            if let Some(clock) = &state.clock {
                clock.advance(script.takes.min(timeout));
            }
            if script.takes >= timeout && !script.takes.is_zero() {
                return Err(TransportError::new(Phase::Head, TransportErrorKind::Timeout, ""));
            }
            let (status, mut headers, body) = match (script.result?, &script.expected) {
                (Answer::Bytes(status, body), _) => (status, HeaderMap::new(), body),
                #[cfg(feature = "server")]
                (Answer::Given, Expected::Call(exchange)) => exchange.answer(format),
                (Answer::Given, _) => (200, HeaderMap::new(), Vec::new()),
            };
            headers.extend(script.headers);
            Incoming::new(&limits, status, headers)?.with_phrase(script.phrase.as_bytes()).with_body(body)
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
