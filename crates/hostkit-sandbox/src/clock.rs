//! The sandbox's clock: real time, faster if asked for, plus what a test advances it by.

use std::fmt;
use std::ops::Add;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hostkit::time;
use hostkit::{Date, DateTime, UnixTime};

/// Seconds that Moscow is ahead of UTC, since 2014-10-26. The clock starts at the present, so no older offset matters.
const MOSCOW: u64 = 3 * 3600;

/// A moment of sandbox time, counted from 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(Duration);

impl Moment {
    /// The moment at this distance from 1970.
    pub const fn since_epoch(duration: Duration) -> Self {
        Self(duration)
    }

    /// Whole seconds since 1970.
    pub const fn unix(self) -> u64 {
        self.0.as_secs()
    }

    /// The time since an earlier moment; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment so long before; not before 1970.
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration))
    }

    /// The civil time in Moscow, in which the hosters write their dates.
    pub fn moscow(self) -> Option<DateTime> {
        let seconds = self.unix().checked_add(MOSCOW)?;
        let (year, month, day) = civil(seconds / 86_400)?;
        let rest = seconds % 86_400;
        let part = |value: u64| i8::try_from(value).ok();
        DateTime::new(year, month, day, part(rest / 3600)?, part(rest / 60 % 60)?, part(rest % 60)?)
    }

    /// The date in Moscow.
    pub fn moscow_date(self) -> Option<Date> {
        Date::parse("%Y-%m-%d", &self.moscow()?.format("%Y-%m-%d"))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.moscow() {
            Some(civil) => f.write_str(&civil.format("%H:%M:%S")),
            None => write!(f, "{}", self.unix()),
        }
    }
}

/// Year, month and day of a number of days after 1970-01-01 (Howard Hinnant's algorithm, for days after 1970 only).
fn civil(days: u64) -> Option<(i16, i8, i8)> {
    let shifted = days.checked_add(719_468)?;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    Some((i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?))
}

/// A handle to the clock. Clones share it.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Run>>);

/// Sandbox time since an instant.
#[derive(Debug)]
struct Run {
    since: Instant,
    shown: Duration,
    speed: u32,
}

impl Run {
    fn now(&self) -> Duration {
        self.shown.saturating_add(self.since.elapsed().saturating_mul(self.speed))
    }
}

impl Clock {
    /// The highest speed that the program takes: a day in less than a tenth of a second.
    pub const FASTEST: u32 = 1_000_000;

    /// A clock that shows the present.
    pub fn new() -> Self {
        Self::at(Moment(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()))
    }

    /// A clock that shows this moment now.
    pub fn at(moment: Moment) -> Self {
        Self(Arc::new(Mutex::new(Run { since: Instant::now(), shown: moment.0, speed: 1 })))
    }

    fn lock(&self) -> MutexGuard<'_, Run> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sandbox time. It never goes back, whatever the machine's wall clock does.
    pub fn now(&self) -> Moment {
        Moment(self.lock().now())
    }

    /// Advances the clock.
    pub fn advance(&self, duration: Duration) {
        let mut run = self.lock();
        run.shown = run.shown.saturating_add(duration);
    }

    /// How many times faster than real time it runs.
    pub fn speed(&self) -> u32 {
        self.lock().speed
    }

    /// Lets it run so many times faster than real time from now on; 0 stops it.
    pub fn set_speed(&self, speed: u32) {
        let mut run = self.lock();
        (run.shown, run.since, run.speed) = (run.now(), Instant::now(), speed);
    }
}

/// As the clock of a client: what the client waits for, the sandbox's time is advanced by, so that waiting takes no time.
impl time::Clock for Clock {
    fn now(&self) -> time::Now {
        let Moment(now) = Self::now(self);
        let wall = UnixTime(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        time::Now { monotonic: time::Moment::after_start(now), wall }
    }

    fn sleep(&self, until: time::Moment) -> Duration {
        let mut run = self.lock();
        let now = run.now();
        run.shown = run.shown.saturating_add(until.since(time::Moment::after_start(now)));
        Duration::ZERO
    }

    fn patience(&self, until: time::Moment) -> Duration {
        // Another caller may advance the clock meanwhile, so a waiter looks again soon.
        until.since(time::Clock::now(self).monotonic).min(Duration::from_millis(20))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_time_is_moscow() {
        let moment = Moment::since_epoch(Duration::from_secs(1_709_164_800));
        assert_eq!(moment.moscow().unwrap().format("%Y-%m-%d %H:%M:%S"), "2024-02-29 03:00:00");
        let new_year = Moment::since_epoch(Duration::from_secs(1_767_214_799));
        assert_eq!(new_year.moscow().unwrap().format("%Y-%m-%d %H:%M:%S"), "2025-12-31 23:59:59");
    }

    #[test]
    fn a_faster_clock_goes_on_from_where_it_was() {
        let start = Moment::since_epoch(Duration::from_secs(1_709_164_800));
        let clock = Clock::at(start);
        clock.set_speed(0);
        clock.advance(Duration::from_secs(10));
        assert!((10..20).contains(&clock.now().since(start).as_secs()));
        let before = clock.now();
        clock.set_speed(u32::MAX);
        while clock.now().since(before) < Duration::from_secs(1000) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(clock.speed(), u32::MAX);
    }

    #[test]
    fn copies_share_the_offset() {
        let clock = Clock::new();
        let before = clock.now();
        clock.clone().advance(Duration::from_secs(3600));
        assert!(clock.now().since(before) >= Duration::from_secs(3600));
    }
}
