//! Time as plain data for machines, and the clocks that drivers read.

use std::fmt;
use std::ops::Add;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hostkit_proto::UnixTime;

/// A point in monotonic time, counted from an arbitrary start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(Duration);

impl Moment {
    /// The start that all moments of one clock are counted from.
    pub const START: Self = Self(Duration::ZERO);

    /// A moment that never comes.
    pub(crate) const NEVER: Self = Self(Duration::MAX);

    /// The moment this long after the start.
    pub const fn after_start(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The moment `duration` before this one, at the earliest the start.
    pub(crate) fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration))
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

/// The time on both clocks. While a computer sleeps, the wall clock runs on and the monotonic one may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The monotonic clock.
    pub monotonic: Moment,
    /// The wall clock, which may be set.
    pub wall: UnixTime,
}

impl Now {
    /// Microseconds since 1970. Below a second they are those of the monotonic clock, which a driver may start at the wall
    /// clock's.
    pub(crate) fn micros(self) -> u64 {
        let seconds = u64::try_from(self.wall.0).unwrap_or(0);
        seconds.saturating_mul(1_000_000).saturating_add(self.monotonic.0.subsec_micros().into())
    }

    /// Both clocks `duration` later; seconds of the wall clock are rounded down.
    pub fn later(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self { monotonic: self.monotonic + duration, wall: UnixTime(self.wall.0.saturating_add(seconds)) }
    }

    /// Both clocks `duration` earlier, as far as the first of them goes back; seconds are rounded up.
    pub(crate) fn earlier(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
        let wall = UnixTime(self.wall.0.saturating_sub(seconds));
        Self { monotonic: self.monotonic.before(duration), wall }
    }

    /// The time since `earlier`, by the clock that shows more: a token must expire on both.
    pub fn since(self, earlier: Self) -> Duration {
        let wall = u64::try_from(self.wall.0.saturating_sub(earlier.wall.0)).unwrap_or(0);
        self.monotonic.since(earlier.monotonic).max(Duration::from_secs(wall))
    }
}

/// The clock of a driver, and how it sleeps.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present time.
    fn now(&self) -> Now;

    /// How long a driver sleeps to reach `until`. A test clock advances to it and returns zero.
    fn sleep(&self, until: Moment) -> Duration {
        until.since(self.now().monotonic)
    }

    /// The longest wait for another caller before a driver steps its machine again.
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
        static START: OnceLock<(Instant, Duration)> = OnceLock::new();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (start, fraction) =
            START.get_or_init(|| (Instant::now(), Duration::from_nanos(wall.subsec_nanos().into())));
        // Starts a year earlier, so that moments before the process can be represented.
        let elapsed = Duration::from_secs(365 * 86_400) + *fraction + start.elapsed();
        Now { monotonic: Moment(elapsed), wall: UnixTime(i64::try_from(wall.as_secs()).unwrap_or(i64::MAX)) }
    }
}

/// A clock for tests that advances only on demand. Sleeping advances it and takes no time; clones share it.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Now>>);

impl ManualClock {
    /// A clock at this wall time.
    pub fn new(wall: UnixTime) -> Self {
        Self(Arc::new(Mutex::new(Now { monotonic: Moment::START, wall })))
    }

    /// Advances both clocks.
    pub fn advance(&self, duration: Duration) {
        self.change(|now| *now = now.later(duration));
    }

    /// Advances the wall clock only, like a computer that slept or a clock that was set.
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
        // This clock may not advance while all threads wait, so a waiter checks again soon in real time.
        until.since(self.now().monotonic).min(Duration::from_millis(20))
    }
}
