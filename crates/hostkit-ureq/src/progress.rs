//! Tracks at the connection how far the current request has got, which ureq's errors do not report.
//!
//! "Not sent" is a promise about money, so it is decided where bytes leave. ureq sends a request on the calling thread,
//! so the state is thread-local.

use std::cell::Cell;
use std::time::{Duration, Instant};

use hostkit::transport::Phase;
use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Stands for "no deadline" where a finite timeout is required.
pub(crate) const FOREVER: Duration = Duration::from_secs(3600 * 24 * 365);

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
}

impl ConnectionProgress {
    fn start(deadline: Instant) -> Self {
        Self { phase: Phase::Connect, ended: false, broken: false, deadline }
    }

    /// Starts a request on this thread.
    pub(crate) fn begin(timeout: Duration) {
        let now = Instant::now();
        PROGRESS.set(Self::start(now.checked_add(timeout).unwrap_or(now + FOREVER)));
    }

    /// The progress since [`Self::begin`].
    pub(crate) fn now() -> Self {
        PROGRESS.get()
    }

    /// The time left until the deadline.
    pub(crate) fn left() -> Duration {
        PROGRESS.get().deadline.saturating_duration_since(Instant::now())
    }

    fn note(change: impl FnOnce(&mut Self)) {
        let mut progress = PROGRESS.get();
        change(&mut progress);
        PROGRESS.set(progress);
    }
}

thread_local! {
    static PROGRESS: Cell<ConnectionProgress> = Cell::new(ConnectionProgress::start(Instant::now()));
}

/// Wraps a chain of connectors and records the progress of their connections.
#[derive(Debug)]
pub(crate) struct Watch<C>(pub(crate) C);

impl<C: Connector> Connector for Watch<C> {
    type Out = Watched<C::Out>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        let connected = self.0.connect(details, chained);
        // Bytes exchanged with a proxy do not belong to the request.
        ConnectionProgress::note(|progress| *progress = ConnectionProgress::start(progress.deadline));
        Ok(connected?.map(Watched))
    }
}

/// Caps a timeout at the remaining time: ureq computes that of a proxy when connecting begins.
fn within(timeout: NextTimeout) -> NextTimeout {
    let left = ConnectionProgress::left().into();
    if left < timeout.after { NextTimeout { after: left, ..timeout } } else { timeout }
}

/// Rounds a timeout up to 1/64 s: ureq sets a socket's timeout only if it changed, so calls with equal deadlines set it
/// once per connection instead of twice per call.
fn coarse(timeout: NextTimeout) -> NextTimeout {
    const GRAIN: Duration = Duration::from_micros(15_625);
    if timeout.after.is_not_happening() || timeout.after.is_zero() {
        return timeout;
    }
    let grains = timeout.after.as_nanos().div_ceil(GRAIN.as_nanos());
    let after = u32::try_from(grains).map_or(timeout.after, |grains| GRAIN.saturating_mul(grains).into());
    NextTimeout { after, ..timeout }
}

/// A connection that records progress.
#[derive(Debug)]
pub(crate) struct Watched<T>(T);

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        // Recorded first, because a failed write may have sent something.
        ConnectionProgress::note(|progress| progress.phase = Phase::Send);
        self.0.transmit_output(amount, coarse(within(timeout)))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let result = self.0.await_input(coarse(within(timeout)));
        ConnectionProgress::note(|progress| {
            progress.phase = progress.phase.max(Phase::Head);
            progress.ended |= matches!(result, Ok(false));
            progress.broken |= result.is_err();
        });
        result
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
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
        assert!(coarse(NextTimeout::default()).after.is_not_happening());
        let over = NextTimeout { after: Duration::ZERO.into(), ..NextTimeout::default() };
        assert!(coarse(over).after.is_zero());
    }
}
