//! A transport that keeps each answer, leaves time between requests, and signs in once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use hostkit::time::{Clock, Moment};
use hostkit::transport::{Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit_ureq::UreqTransport;
use http::HeaderMap;

/// An answer as it came.
#[derive(Clone)]
pub(super) struct Recorded {
    pub(super) endpoint: &'static str,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The transport of the doctor's client.
pub(super) struct Recorder {
    inner: UreqTransport,
    clock: Arc<dyn Clock>,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<Moment>,
    /// The call that is being made; any other request is its sign-in.
    wanted: Option<&'static str>,
    /// The sign-in was sent, which is done once in a run: failed ones may block the account.
    is_signed_in: bool,
    answers: Vec<Recorded>,
}

impl Recorder {
    pub(super) fn new(inner: UreqTransport, clock: impl Clock, pause: Duration) -> Self {
        Self { inner, clock: Arc::new(clock), pause, state: Mutex::default() }
    }

    /// Says which call is made next.
    pub(super) fn expect(&self, endpoint: &'static str) {
        self.state().wanted = Some(endpoint);
    }

    /// The answers since the last time.
    pub(super) fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.state().answers)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// After a cancelled sign-in the client does not count a failed one.
fn refused() -> TransportError {
    TransportError::new(Phase::Connect, TransportErrorKind::Cancelled, "the doctor signs in once")
}

impl Transport for Recorder {
    fn send(&self, mut outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let endpoint = outgoing.endpoint;
        let mut state = self.state();
        if state.wanted != Some(endpoint) && std::mem::replace(&mut state.is_signed_in, true) {
            return Err(refused());
        }
        if let Some(last) = state.last {
            let before = self.clock.now().monotonic;
            thread::sleep(self.clock.sleep(last + self.pause));
            let waited = self.clock.now().monotonic.since(before);
            outgoing.timeout = outgoing.timeout.saturating_sub(waited);
        }
        let sent = self.inner.send(outgoing);
        state.last = Some(self.clock.now().monotonic);
        if let Ok(answer) = &sent {
            let (status, headers, body) = (answer.status(), answer.headers().clone(), answer.body().to_vec());
            state.answers.push(Recorded { endpoint, status, headers, body });
        }
        sent
    }
}
