//! How long a request may still take, and whether its caller still wants it.

use std::fmt;
use std::time::{Duration, Instant};

use hostkit::Cancel;
use ureq::unversioned::transport::NextTimeout;
use ureq::{Error, Timeout};

/// Stands for "no deadline" where a finite time is required.
const FOREVER: Duration = Duration::from_secs(3600 * 24 * 365);

/// How long a wait at a socket takes before it looks at the caller's token: nothing can wake it.
const DEAF: Duration = Duration::from_millis(50);

/// The deadline of a request, and the token of its caller where it may be given up.
#[derive(Debug, Clone)]
pub(crate) struct Patience {
    deadline: Instant,
    cancel: Option<Cancel>,
}

impl Patience {
    pub(crate) fn new(now: Instant, timeout: Duration, cancel: Option<Cancel>) -> Self {
        Self { deadline: now + timeout.min(FOREVER), cancel }
    }

    /// Whether the caller may give the request up.
    pub(crate) fn is_cancellable(&self) -> bool {
        self.cancel.is_some()
    }

    /// The time until the deadline.
    ///
    /// # Errors
    /// There is none: whatever is begun without a time has no limit.
    pub(crate) fn left(&self) -> Result<Duration, Error> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(Error::Timeout(Timeout::Global)) } else { Ok(left) }
    }

    /// Waits for at most `longest`, in pieces between which the caller can cancel. `wait` returns `None` if a piece was
    /// not enough.
    ///
    /// # Errors
    /// The caller cancelled.
    pub(crate) fn wait<T>(
        &self,
        longest: Duration,
        mut wait: impl FnMut(Duration) -> Option<T>,
    ) -> Result<Option<T>, Cancelled> {
        let Some(cancel) = &self.cancel else {
            return Ok(wait(longest));
        };
        let end = Instant::now() + longest.min(FOREVER);
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
}

/// A time limit as ureq takes it, rounded up to 1/64 s: ureq sets a socket's limit only if it changed, so calls with equal
/// deadlines set it once per connection instead of twice per call.
pub(crate) fn coarse(after: Duration) -> NextTimeout {
    const GRAIN: u32 = 15_625_000;
    // The last grain of a second carries into the seconds.
    let after = Duration::new(after.as_secs(), after.subsec_nanos().div_ceil(GRAIN) * GRAIN);
    NextTimeout { after: after.into(), ..NextTimeout::default() }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_at_the_socket_is_never_less_and_little_more() {
        for millis in [1, 62, 63, 1_000, 29_990, 86_400_000] {
            let after = coarse(Duration::from_millis(millis)).after.as_millis();
            let exact = u128::from(millis);
            assert!((exact..=exact + 16).contains(&after), "{millis} ms became {after} ms");
        }
        // Calls one after the other have a little less each time than their deadline.
        let of = |micros| coarse(Duration::from_micros(micros)).after;
        assert_eq!(of(29_999_970), of(29_999_910));
        assert!(coarse(Duration::ZERO).after.is_zero());
    }
}
