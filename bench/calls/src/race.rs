//! Races: participants run laps of calls in turn, and their costs are compared.

use std::time::{Duration, Instant};

/// The times of one participant.
pub struct Times {
    name: String,
    /// Seconds per call: of each call when sequential, the lap's average when concurrent.
    calls: Vec<f64>,
    /// Seconds per call, averaged over each lap.
    laps: Vec<f64>,
    cpu: f64,
    count: usize,
}

/// Cost of a call.
pub struct Cost {
    pub median: f64,
    pub best: f64,
    pub cpu: f64,
}

impl Times {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), calls: Vec::new(), laps: Vec::new(), cpu: 0.0, count: 0 }
    }

    /// Times a lap of `count` calls, which may push the time of each call.
    pub fn lap(&mut self, count: usize, lap: impl FnOnce(&mut Vec<f64>)) {
        let (cpu, start) = (cpu_seconds(), Instant::now());
        let before = self.calls.len();
        lap(&mut self.calls);
        let each = start.elapsed().as_secs_f64() / count as f64;
        if self.calls.len() == before {
            self.calls.push(each);
        }
        self.laps.push(each);
        self.cpu += cpu_seconds() - cpu;
        self.count += count;
    }

    pub fn cost(&mut self) -> Cost {
        self.calls.sort_by(f64::total_cmp);
        self.laps.sort_by(f64::total_cmp);
        Cost { median: self.calls[self.calls.len() / 2], best: self.laps[0], cpu: self.cpu / self.count as f64 }
    }
}

/// Runs laps in turn for `seconds`, at least eleven, and returns the costs. The first participant is the peer.
pub fn race(title: &str, seconds: u64, names: &[&str], mut lap: impl FnMut(usize, &mut Times)) -> Vec<Cost> {
    let mut times: Vec<Times> = names.iter().map(|name| Times::new(name)).collect();
    let start = Instant::now();
    let mut laps = 0;
    while laps < 11 || start.elapsed() < Duration::from_secs(seconds) {
        // Alternates the direction, so that no participant always follows the same one.
        let turn = |index| if laps % 2 == 0 { index } else { names.len() - 1 - index };
        for index in (0..names.len()).map(turn) {
            lap(index, &mut times[index]);
        }
        laps += 1;
    }
    println!("{title}, {laps} laps, {} calls each", times[0].count);
    let costs: Vec<Cost> = times.iter_mut().map(Times::cost).collect();
    let peer = &costs[0];
    for (times, cost) in times.iter().zip(&costs) {
        println!(
            "  {:<34} median {:>6.1} µs  best lap {:>6.1}  CPU {:>6.1}   x {:.2} (best {:.2}, CPU {:.2})",
            times.name,
            cost.median * 1e6,
            cost.best * 1e6,
            cost.cpu * 1e6,
            cost.median / peer.median,
            cost.best / peer.best,
            cost.cpu / peer.cpu,
        );
    }
    costs
}

/// User and system CPU time of this process, including threads that have ended, from ticks of 1/100 s.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
