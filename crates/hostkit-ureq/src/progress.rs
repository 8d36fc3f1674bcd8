//! How far the request under way has come, seen at the connection itself: what ureq's errors do not tell.
//!
//! "Not sent" is a promise about money, so it rests on the one place where bytes leave. A request is sent by the thread
//! that asked for it, so what is seen is kept per thread.

use std::cell::Cell;
use std::time::{Duration, Instant};

use hostkit::transport::Phase;
use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// More time than the clock of a socket has.
pub(crate) const FOREVER: Duration = Duration::from_secs(3600 * 24 * 365);

/// What was seen of the request under way on this thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    /// How far it came.
    pub(crate) phase: Phase,
    /// The peer closed the connection while more was awaited.
    pub(crate) ended: bool,
    /// A read failed, which ureq takes for the end of a body that ends with the connection.
    pub(crate) broken: bool,
    deadline: Instant,
}

impl Sight {
    fn start(deadline: Instant) -> Self {
        Self { phase: Phase::Connect, ended: false, broken: false, deadline }
    }

    /// A request begins on this thread, and has this much time.
    pub(crate) fn begin(timeout: Duration) {
        let now = Instant::now();
        SIGHT.set(Self::start(now.checked_add(timeout).unwrap_or(now + FOREVER)));
    }

    /// What was seen since.
    pub(crate) fn now() -> Self {
        SIGHT.get()
    }

    /// The time that is left for all of it.
    pub(crate) fn left() -> Duration {
        SIGHT.get().deadline.saturating_duration_since(Instant::now())
    }

    fn note(change: impl FnOnce(&mut Self)) {
        let mut sight = SIGHT.get();
        change(&mut sight);
        SIGHT.set(sight);
    }
}

thread_local! {
    static SIGHT: Cell<Sight> = Cell::new(Sight::start(Instant::now()));
}

/// A chain of connectors whose connections are watched.
#[derive(Debug)]
pub(crate) struct Watch<C>(pub(crate) C);

impl<C: Connector> Connector for Watch<C> {
    type Out = Watched<C::Out>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        let connected = self.0.connect(details, chained);
        // What a proxy was told on the way is no byte of the request.
        Sight::note(|sight| *sight = Sight::start(sight.deadline));
        Ok(connected?.map(Watched))
    }
}

/// No longer than what is left of all the time: what ureq allows a proxy is as old as the beginning of the connect.
fn within(timeout: NextTimeout) -> NextTimeout {
    let left = Sight::left().into();
    if left < timeout.after { NextTimeout { after: left, ..timeout } } else { timeout }
}

/// The time that is left, up to a sixty-fourth of a second more: it is set at the socket only where it has changed, so calls
/// with the same deadline set it once for each connection, not twice for each call.
fn coarse(timeout: NextTimeout) -> NextTimeout {
    const GRAIN: Duration = Duration::from_micros(15_625);
    if timeout.after.is_not_happening() || timeout.after.is_zero() {
        return timeout;
    }
    let grains = timeout.after.as_nanos().div_ceil(GRAIN.as_nanos());
    let after = u32::try_from(grains).map_or(timeout.after, |grains| GRAIN.saturating_mul(grains).into());
    NextTimeout { after, ..timeout }
}

/// A connection that notes what passes.
#[derive(Debug)]
pub(crate) struct Watched<T>(T);

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        // Before the attempt, because a failed one may have sent something.
        Sight::note(|sight| sight.phase = Phase::Send);
        self.0.transmit_output(amount, coarse(within(timeout)))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let result = self.0.await_input(coarse(within(timeout)));
        Sight::note(|sight| {
            sight.phase = sight.phase.max(Phase::Head);
            sight.ended |= matches!(result, Ok(false));
            sight.broken |= result.is_err();
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
