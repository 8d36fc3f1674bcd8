//! Time as plain data: what a machine is told instead of reading a clock, and the clocks that drivers read for it.

use std::fmt;
use std::ops::Add;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hostkit_proto::UnixTime;

/// A point on a clock that never goes back, counted from a start that nobody needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(Duration);

impl Moment {
    /// The start that all moments of one clock are counted from.
    pub const START: Self = Self(Duration::ZERO);

    /// The moment this long after the start.
    pub const fn after_start(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The time from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    /// Saturates: a deadline of `Duration::MAX` means none.
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

/// What time it is, on both clocks: a machine that slept has a wall clock that went on while the other may have stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The clock that never goes back.
    pub monotonic: Moment,
    /// The clock on the wall, which may be set.
    pub wall: UnixTime,
}

impl Now {
    /// Both clocks `duration` later; seconds of the wall clock are rounded down.
    pub fn later(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self { monotonic: self.monotonic + duration, wall: UnixTime(self.wall.0.saturating_add(seconds)) }
    }

    /// Both clocks `duration` earlier, as far as the first of them goes back; seconds are rounded up.
    pub(crate) fn earlier(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
        let wall = UnixTime(self.wall.0.saturating_sub(seconds));
        Self { monotonic: Moment(self.monotonic.0.saturating_sub(duration)), wall }
    }

    /// The time since `earlier` on whichever clock says more: a token must not outlive either.
    pub fn since(self, earlier: Self) -> Duration {
        let wall = u64::try_from(self.wall.0.saturating_sub(earlier.wall.0)).unwrap_or(0);
        self.monotonic.since(earlier.monotonic).max(Duration::from_secs(wall))
    }
}

/// The clock that a driver reads, and how it waits on it.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// What time it is.
    fn now(&self) -> Now;

    /// How long a driver sleeps to get to `until`. A clock of a test moves there and says zero.
    fn sleep(&self, until: Moment) -> Duration {
        until.since(self.now().monotonic)
    }

    /// How long a driver waits at most for somebody else before it steps its machine again.
    fn patience(&self, until: Moment) -> Duration {
        until.since(self.now().monotonic)
    }
}

/// The clocks of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        // One start for the whole process, so that moments of several clients can be compared.
        static START: OnceLock<Instant> = OnceLock::new();
        // A year before it, so that what happened before the process can be said, too.
        let elapsed = Duration::from_secs(365 * 86_400) + START.get_or_init(Instant::now).elapsed();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { monotonic: Moment(elapsed), wall: UnixTime(i64::try_from(wall).unwrap_or(i64::MAX)) }
    }
}

/// A clock that stands still until a test moves it. Sleeping on it moves it and takes no time; clones share it.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Now>>);

impl ManualClock {
    /// A clock that stands at this wall time.
    pub fn new(wall: UnixTime) -> Self {
        Self(Arc::new(Mutex::new(Now { monotonic: Moment::START, wall })))
    }

    /// Moves both clocks.
    pub fn advance(&self, duration: Duration) {
        self.change(|now| *now = now.later(duration));
    }

    /// Moves the wall clock alone: a machine that slept, or a clock that was set.
    pub fn advance_wall(&self, seconds: i64) {
        self.change(|now| now.wall = UnixTime(now.wall.0.saturating_add(seconds)));
    }

    fn change<T>(&self, change: impl FnOnce(&mut Now) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        self.change(|now| *now)
    }

    fn sleep(&self, until: Moment) -> Duration {
        self.change(|now| {
            if until > now.monotonic {
                // Whole seconds of the wall clock are kept in step with the other clock.
                let seconds = until.0.as_secs().saturating_sub(now.monotonic.0.as_secs());
                now.wall = UnixTime(now.wall.0.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX)));
                now.monotonic = until;
            }
        });
        Duration::ZERO
    }

    fn patience(&self, until: Moment) -> Duration {
        // Nobody moves this clock while all wait, so a waiter looks again soon in real time.
        until.since(self.now().monotonic).min(Duration::from_millis(20))
    }
}
