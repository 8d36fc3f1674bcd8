//! Races: ours and the bare library run laps of calls in turn.

use std::time::{Duration, Instant};

/// The times of one side.
#[derive(Default)]
pub struct Times {
    /// Seconds per call: of each call when sequential, the lap's average when concurrent.
    calls: Vec<f64>,
}

impl Times {
    /// Times a lap of `count` calls, which may push the time of each call.
    pub fn lap(&mut self, count: usize, lap: impl FnOnce(&mut Vec<f64>)) {
        let start = Instant::now();
        let before = self.calls.len();
        lap(&mut self.calls);
        if self.calls.len() == before {
            self.calls.push(start.elapsed().as_secs_f64() / count as f64);
        }
    }

    /// Seconds of a call, the median.
    pub fn median(&mut self) -> f64 {
        self.calls.sort_by(f64::total_cmp);
        self.calls[self.calls.len() / 2]
    }
}

/// Runs laps in turn for `seconds`, at least eleven each, and returns the times: the peer's, then ours.
pub fn race(seconds: f64, mut lap: impl FnMut(usize, &mut Times)) -> [Times; 2] {
    let mut times = [Times::default(), Times::default()];
    let start = Instant::now();
    let mut laps = 0;
    while laps < 11 || start.elapsed() < Duration::from_secs_f64(seconds) {
        // Alternates the direction, so that no side always follows the other one.
        for index in if laps % 2 == 0 { [0, 1] } else { [1, 0] } {
            lap(index, &mut times[index]);
        }
        laps += 1;
    }
    times
}

/// Prints the line of a race.
pub fn print(id: &str, library: &str, [mut peer, mut ours]: [Times; 2]) {
    let name = format!("bare {library} {}", bench_suite::version(library));
    bench_suite::race::print(id, "µs", &mut ours.calls, &name, &mut peer.calls, 1e6);
}

/// Prints the line of a growth with ten times the callers: ours beside the bare library's.
pub fn print_growth(id: &str, library: &str, few: [Times; 2], many: [Times; 2]) {
    let [[mut peer_few, mut ours_few], [mut peer_many, mut ours_many]] = [few, many];
    let ours = ours_many.median() / ours_few.median();
    let peer = peer_many.median() / peer_few.median();
    let name = format!("bare {library} {}", bench_suite::version(library));
    bench_suite::race::print(id, "x", &mut [ours], &name, &mut [peer], 1.0);
}

/// Runs what callgrind counts: it collects only inside this function.
#[inline(never)]
pub fn profile_lap(lap: &mut dyn FnMut()) {
    lap();
}
