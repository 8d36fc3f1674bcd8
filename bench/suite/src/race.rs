//! Races: participants run laps in turn, and their medians are compared.

use std::time::{Duration, Instant};

/// A participant: its name, and one lap, which returns a non-zero value.
pub type Runner<'r> = (String, Box<dyn FnMut() -> usize + 'r>);

/// Runs all participants in turn for `seconds`, at least nine laps each, and prints a line for each.
///
/// The first is ours: the others are shown as ratios to it, above one where ours is faster.
pub fn race(title: &str, bytes: usize, seconds: u64, mut runners: Vec<Runner<'_>>) {
    let mut times = vec![Vec::new(); runners.len()];
    let start = Instant::now();
    while times[0].len() < 9 || start.elapsed() < Duration::from_secs(seconds) {
        for (index, (_, lap)) in runners.iter_mut().enumerate() {
            let start = Instant::now();
            assert_ne!(std::hint::black_box(lap()), 0);
            times[index].push(start.elapsed().as_secs_f64());
        }
    }
    println!("{title}, {:.2} MB, {} laps", bytes as f64 / 1e6, times[0].len());
    let summary: Vec<(f64, f64)> = times.iter_mut().map(|times| summary(times)).collect();
    for ((name, _), (median, best)) in runners.iter().zip(&summary) {
        let rate = |seconds: f64| bytes as f64 / 1e6 / seconds;
        println!(
            "  {name:<44} median {:>9.3} ms {:>6.0} MB/s   best {:>6.0} MB/s   ours/this {:>5.2} (best {:>5.2})",
            median * 1e3,
            rate(*median),
            rate(*best),
            median / summary[0].0,
            best / summary[0].1,
        );
    }
}

/// Median and minimum.
fn summary(times: &mut [f64]) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[0])
}
