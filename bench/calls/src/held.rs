//! What this process holds before and after many calls: memory, threads and descriptors.

use std::time::Duration;
use std::{fs, thread};

/// Calls that fill pools, caches and the allocator's arenas.
const WARM: usize = 12_800;
/// Calls that must not leave anything behind.
const MANY: usize = 102_400;
/// Idle connections that a client may keep.
const POOL: usize = 64;
/// What an allocator's arenas may grow by; a leak of 64 bytes a call is more.
const SLACK: usize = 6 << 20;

struct Held {
    memory: usize,
    threads: usize,
    files: usize,
}

impl Held {
    fn now() -> Self {
        // A thread that was joined may still be on its way out.
        thread::sleep(Duration::from_millis(100));
        let status = fs::read_to_string("/proc/self/status").expect("Linux");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a field of /proc/self/status");
            line.split_whitespace().next().and_then(|number| number.parse::<usize>().ok()).expect("a number")
        };
        let files = fs::read_dir("/proc/self/fd").expect("Linux").count();
        Self { memory: field("VmRSS:") << 10, threads: field("Threads:"), files }
    }
}

/// Makes calls, and asserts that they leave memory, threads and descriptors where they were.
pub fn assert_nothing_is_left(who: &str, calls: impl Fn(usize)) {
    let files = Held::now().files;
    calls(WARM);
    let before = Held::now();
    calls(MANY);
    let after = Held::now();
    eprintln!(
        "  {who}: {MANY} calls; memory {} KiB, then {}; threads {}, then {}; descriptors {}, then {}",
        before.memory >> 10,
        after.memory >> 10,
        before.threads,
        after.threads,
        before.files,
        after.files,
    );
    assert!(after.memory <= before.memory + SLACK, "{who} holds more memory than before");
    assert!(after.threads <= before.threads, "{who} holds more threads than before");
    assert!(after.files <= files + POOL, "{who} holds more descriptors than its pool may");
}
