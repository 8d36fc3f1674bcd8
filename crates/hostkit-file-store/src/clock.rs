//! The time of an entry, which runs on evenly while the machine runs, whatever the wall clock does.
//!
//! Tokens age by it: with a wall clock that was set back, a process would send a token that another one signed in for
//! after its end. What calls did shows in every list after a time: with one that was set forward, that time would seem to
//! be over.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Starts the first line of an entry's file: the boot, the time since it, and the time of the entry, in milliseconds.
const WORD: &str = "clock";

/// The time since the last start of the machine, suspended time included.
pub(crate) struct Uptime {
    boot: String,
    elapsed: u64,
}

impl Uptime {
    /// The present one; `None` where the system does not offer it.
    #[cfg(target_os = "linux")]
    pub(crate) fn now() -> Option<Self> {
        use std::sync::OnceLock;

        use rustix::time::{ClockId, clock_gettime};

        static BOOT: OnceLock<Option<String>> = OnceLock::new();
        let boot = BOOT.get_or_init(|| {
            let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
            let id = id.trim();
            (!id.is_empty() && !id.contains(' ')).then(|| id.to_owned())
        });
        let elapsed = Duration::try_from(clock_gettime(ClockId::Boottime)).ok()?;
        Some(Self { boot: boot.clone()?, elapsed: millis(elapsed) })
    }

    /// The present one; `None` where the system does not offer it.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn now() -> Option<Self> {
        None
    }
}

/// The time of an entry's last change, by both clocks.
pub(crate) struct Stamp<'a> {
    boot: &'a str,
    elapsed: u64,
    wall: u64,
}

/// Separates the stamp from what follows it; without a stamp, all bytes belong to the entry.
pub(crate) fn split(bytes: &[u8]) -> (Option<Stamp<'_>>, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let stamp = end.and_then(|end| read(bytes.get(..end)?));
    let rest = end.and_then(|end| bytes.get(end + 1..)).filter(|_| stamp.is_some());
    (stamp, rest.unwrap_or(bytes))
}

fn read(line: &[u8]) -> Option<Stamp<'_>> {
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (WORD, boot, elapsed, wall, None) = (words.next()?, words.next()?, words.next()?, words.next()?, words.next())
    else {
        return None;
    };
    Some(Stamp { boot, elapsed: elapsed.parse().ok()?, wall: wall.parse().ok()? })
}

/// The time for a change, and the line that records it.
pub(crate) fn present(stamp: Option<&Stamp<'_>>, uptime: Option<&Uptime>) -> (SystemTime, Option<String>) {
    let wall = millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
    let Some(uptime) = uptime else {
        return (at(wall), None);
    };
    let passed = |stamp: &Stamp<'_>| stamp.wall.saturating_add(uptime.elapsed.saturating_sub(stamp.elapsed));
    let passed_since = stamp.filter(|stamp| stamp.boot == uptime.boot).map(passed);
    let now = passed_since.unwrap_or(wall);
    (at(now), Some(format!("{WORD} {} {} {now}\n", uptime.boot, uptime.elapsed)))
}

fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis)).unwrap_or_else(SystemTime::now)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Stamp, Uptime, at, present};

    #[test]
    fn a_wall_clock_that_is_set_changes_nothing_while_the_machine_runs() {
        let uptime = |elapsed| Uptime { boot: "one".to_owned(), elapsed };
        // By the wall clock, all of these were written long ago, or will be.
        for wall in [1_000_000, u64::MAX / 4] {
            let stamp = Stamp { boot: "one", elapsed: 500, wall };
            let (now, line) = present(Some(&stamp), Some(&uptime(700)));
            assert_eq!(now, at(wall + 200));
            assert_eq!(line, Some(format!("clock one 700 {}\n", wall + 200)));
        }
        // Another start of the machine has another uptime.
        let stamp = Stamp { boot: "another", elapsed: 500, wall: 1_000_000 };
        assert!(present(Some(&stamp), Some(&uptime(700))).0 > at(1_600_000_000_000));
        assert!(present(None, Some(&uptime(700))).0 > at(1_600_000_000_000));
    }
}
