//! The time of an entry, which does not go back while the machine runs.
//!
//! Tokens age by it: with a wall clock that was set back, a process would send a token that another one signed in for
//! after its end.

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
    let least = stamp.filter(|stamp| stamp.boot == uptime.boot).map(passed);
    let now = wall.max(least.unwrap_or_default());
    (at(now), Some(format!("{WORD} {} {} {now}\n", uptime.boot, uptime.elapsed)))
}

fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis)).unwrap_or_else(SystemTime::now)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
