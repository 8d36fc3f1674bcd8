//! Tracks at the connection how far the current request has got, which ureq's errors do not report.
//!
//! "Not sent" is a promise about money, so it is decided where bytes leave. ureq sends a request on the calling thread,
//! so the state is thread-local. The deadline of the call is kept beside it: as a setting of ureq, it would have to
//! differ by request, and ureq copies its whole configuration for a request with a setting of its own.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::time::{Duration, Instant};

use hostkit::Cancel;
use hostkit::transport::Phase;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use ureq::{Error, Timeout};

use crate::input::Input;

/// Stands for "no deadline" where a finite timeout is required.
const FOREVER: Duration = Duration::from_secs(3600 * 24 * 365);

/// Progress of the current request on this thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionProgress {
    /// The phase that was reached.
    pub(crate) phase: Phase,
    /// The peer closed the connection while more data was expected.
    pub(crate) ended: bool,
    /// A read failed, which ureq treats as the end of a body without a length.
    pub(crate) broken: bool,
    deadline: Instant,
    /// Until when the answer has to begin; without effect on a connection that is made for this request.
    silent_until: Option<Instant>,
}

impl ConnectionProgress {
    fn start(deadline: Instant, silent_until: Option<Instant>) -> Self {
        Self { phase: Phase::Connect, ended: false, broken: false, deadline, silent_until }
    }

    /// Starts a request on this thread; `silence` is how long a kept connection may take to the first byte.
    pub(crate) fn begin(timeout: Duration, silence: Duration, cancel: Option<Cancel>) {
        let now = Instant::now();
        let silent_until = (silence < timeout).then(|| now + silence);
        PROGRESS.set(Self::start(now + timeout.min(FOREVER), silent_until));
        CANCEL.set(cancel);
    }

    /// The progress since [`Self::begin`].
    pub(crate) fn now() -> Self {
        PROGRESS.get()
    }

    /// The time left until the deadline.
    pub(crate) fn left() -> Duration {
        PROGRESS.get().deadline.saturating_duration_since(Instant::now())
    }

    /// How long to wait for input: on a kept connection that has said nothing yet, not for the whole time.
    fn patience() -> ureq::unversioned::transport::time::Duration {
        match PROGRESS.get().silent_until {
            Some(until) => until.saturating_duration_since(Instant::now()).into(),
            None => ureq::unversioned::transport::time::Duration::NotHappening,
        }
    }

    fn note(change: impl FnOnce(&mut Self)) {
        let mut progress = PROGRESS.get();
        change(&mut progress);
        PROGRESS.set(progress);
    }
}

thread_local! {
    static PROGRESS: Cell<ConnectionProgress> = Cell::new(ConnectionProgress::start(Instant::now(), None));
    /// The token of the current request's caller, where the request may be given up.
    static CANCEL: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

/// Whether the caller may give the current request up.
pub(crate) fn may_be_cancelled() -> bool {
    CANCEL.with_borrow(Option::is_some)
}

/// How long a wait at a socket takes before it looks at the caller's token: nothing can wake it.
const DEAF: Duration = Duration::from_millis(50);

/// The caller cancelled the request.
#[derive(Debug)]
pub(crate) struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("by the caller")
    }
}

impl std::error::Error for Cancelled {}

impl From<Cancelled> for Error {
    fn from(cancelled: Cancelled) -> Self {
        Self::Other(Box::new(cancelled))
    }
}

/// Waits for at most `patience`, in pieces between which the caller can cancel. `wait` returns `None` if a piece was not
/// enough.
///
/// # Errors
/// The caller cancelled.
pub(crate) fn wait_in_pieces<T>(
    patience: Duration,
    mut wait: impl FnMut(Duration) -> Option<T>,
) -> Result<Option<T>, Cancelled> {
    let Some(cancel) = CANCEL.with_borrow(Clone::clone) else {
        return Ok(wait(patience));
    };
    let end = Instant::now() + patience.min(FOREVER);
    loop {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        let left = end.saturating_duration_since(Instant::now());
        let waited = wait(left.min(DEAF));
        if waited.is_some() || left <= DEAF {
            return Ok(waited);
        }
    }
}

/// Wraps a chain of connectors, limits the time to connect, and records the progress of their connections.
#[derive(Debug)]
pub(crate) struct Watch<C> {
    pub(crate) chain: C,
    pub(crate) connect: Duration,
}

impl<C: Connector> Connector for Watch<C> {
    type Out = Watched<C::Out>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        // Connecting without any time left would be connecting without a limit.
        let timeout = within(NextTimeout { after: self.connect.into(), reason: Timeout::Connect, ..details.timeout })?;
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let connected = self.chain.connect(&details, chained);
        // Bytes exchanged with a proxy do not belong to the request.
        ConnectionProgress::note(|progress| *progress = ConnectionProgress::start(progress.deadline, None));
        Ok(connected?.map(|transport| Watched { transport, input: Input::default() }))
    }
}

/// Caps a timeout at the remaining time, of which there has to be some.
fn within(timeout: NextTimeout) -> Result<NextTimeout, Error> {
    let left = ConnectionProgress::left();
    if left.is_zero() {
        return Err(Error::Timeout(Timeout::Global));
    }
    let left = left.into();
    Ok(if left < timeout.after { NextTimeout { after: left, reason: Timeout::Global, ..timeout } } else { timeout })
}

/// Rounds a timeout up to 1/64 s: ureq sets a socket's timeout only if it changed, so calls with equal deadlines set it
/// once per connection instead of twice per call.
fn coarse(timeout: NextTimeout) -> NextTimeout {
    const GRAIN: u32 = 15_625_000;
    let exact = *timeout.after;
    // The last grain of a second carries into the seconds.
    let after = Duration::new(exact.as_secs(), exact.subsec_nanos().div_ceil(GRAIN) * GRAIN);
    NextTimeout { after: after.into(), ..timeout }
}

/// A connection that records progress, and unfolds the header lines of answers.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    transport: T,
    input: Input,
}

impl<T: Transport> Watched<T> {
    /// Waits for input, unless the caller cancels meanwhile.
    fn await_or_cancel(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let transport = &mut self.transport;
        let input = wait_in_pieces(*timeout.after, |piece| {
            match transport.await_input(coarse(NextTimeout { after: piece.into(), ..timeout })) {
                Err(Error::Timeout(_)) => None,
                input => Some(input),
            }
        })?;
        input.unwrap_or(Err(Error::Timeout(timeout.reason)))
    }
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = coarse(within(timeout)?);
        self.input.expect_head();
        // Recorded first, because a failed write may have sent something.
        ConnectionProgress::note(|progress| progress.phase = Phase::Send);
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let patience = ConnectionProgress::patience();
        // Without any time left, waiting would be without a limit.
        if patience.is_zero() {
            return Err(Error::Timeout(timeout.reason));
        }
        let timeout = if patience < timeout.after { NextTimeout { after: patience, ..timeout } } else { timeout };
        let result = within(timeout).and_then(|timeout| self.await_or_cancel(timeout));
        ConnectionProgress::note(|progress| {
            progress.phase = progress.phase.max(Phase::Head);
            progress.ended |= matches!(result, Ok(false));
            progress.broken |= result.is_err();
            progress.silent_until = progress.silent_until.filter(|_| result.is_err());
        });
        let has_come = result?;
        let buffers = self.transport.buffers();
        let amount = buffers.input().len();
        let taken = self.input.extend(buffers.input());
        buffers.input_consume(amount);
        taken.map_err(|error| Error::Other(Box::new(error)))?;
        Ok(has_come)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

/// Input is our own, so that it can be changed; output is that of the connection.
impl<T: Transport> Buffers for Watched<T> {
    fn output(&mut self) -> &mut [u8] {
        self.transport.buffers().output()
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.transport.buffers().tmp_and_output()
    }

    fn input(&self) -> &[u8] {
        self.input.unread()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.transport.buffers().input_append_buf()
    }

    fn input_appended(&mut self, amount: usize) {
        self.transport.buffers().input_appended(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.input.consume(amount);
    }

    fn can_use_input(&self) -> bool {
        self.input.can_be_used()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_at_the_socket_is_never_less_and_little_more() {
        for millis in [1, 62, 63, 1_000, 29_990, 86_400_000] {
            let timeout = NextTimeout { after: Duration::from_millis(millis).into(), ..NextTimeout::default() };
            let after = coarse(timeout).after.as_millis();
            let exact = u128::from(millis);
            assert!((exact..=exact + 16).contains(&after), "{millis} ms became {after} ms");
        }
        // Calls one after the other have a little less each time than their deadline.
        let of = |micros| coarse(NextTimeout { after: Duration::from_micros(micros).into(), ..NextTimeout::default() });
        assert_eq!(of(29_999_970).after, of(29_999_910).after);
        let over = NextTimeout { after: Duration::ZERO.into(), ..NextTimeout::default() };
        assert!(coarse(over).after.is_zero());
    }
}
