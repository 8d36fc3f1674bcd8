//! Races: participants run laps in turn, and every peer becomes a line for `cargo xtask bench`.

use std::time::{Duration, Instant};

/// One lap of a participant.
pub enum Lap {
    /// Runs here and returns a non-zero value.
    Here(Box<dyn FnMut() -> usize>),
    /// Runs in another process, which returns its own seconds.
    Elsewhere(Box<dyn FnMut() -> f64>),
}

impl Lap {
    /// A lap in this process.
    pub fn here(lap: impl FnMut() -> usize + 'static) -> Self {
        Self::Here(Box::new(lap))
    }

    /// Runs it and returns its seconds.
    pub fn run(&mut self) -> f64 {
        match self {
            Self::Here(lap) => {
                let start = Instant::now();
                assert_ne!(std::hint::black_box(lap()), 0);
                start.elapsed().as_secs_f64()
            }
            Self::Elsewhere(lap) => lap(),
        }
    }
}

/// A participant other than ours.
pub struct Peer {
    /// The identifier in `aims.toml`.
    pub id: &'static str,
    /// Name and version.
    pub name: String,
    /// Its lap.
    pub lap: Lap,
}

/// Ours and its peers on the same bytes, whose answers have been compared.
pub struct Case {
    /// Our lap.
    pub ours: Lap,
    /// The peers.
    pub peers: Vec<Peer>,
}

/// Runs all participants in turn for `seconds`, at least nine laps each, and prints a line for each peer.
pub fn race(case: &mut Case, seconds: f64) {
    let mut ours = Vec::new();
    let mut theirs = vec![Vec::new(); case.peers.len()];
    let start = Instant::now();
    while ours.len() < 9 || start.elapsed() < Duration::from_secs_f64(seconds) {
        ours.push(case.ours.run());
        for (peer, times) in case.peers.iter_mut().zip(&mut theirs) {
            times.push(peer.lap.run());
        }
    }
    for (peer, times) in case.peers.iter().zip(&mut theirs) {
        print(peer.id, "ms", &mut ours, &peer.name, times, 1e3);
    }
}

/// Prints a line of the table, whose fields are separated by tabs: identifier, unit, our median and best, the peer's
/// name, median, best, and the spread of its laps.
pub fn print(id: &str, unit: &str, ours: &mut [f64], name: &str, theirs: &mut [f64], scale: f64) {
    let (ours, theirs) = (Summary::of(ours), Summary::of(theirs));
    println!(
        "{id}\t{unit}\t{}\t{}\t{name}\t{}\t{}\t{:.3}",
        ours.median * scale,
        ours.best * scale,
        theirs.median * scale,
        theirs.best * scale,
        theirs.spread
    );
}

/// Median, minimum, and the middle half's width as a share of the median.
struct Summary {
    median: f64,
    best: f64,
    spread: f64,
}

impl Summary {
    fn of(times: &mut [f64]) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        Self { median: at(0.5), best: times[0], spread: (at(0.75) - at(0.25)) / at(0.5) }
    }
}

/// Runs what callgrind counts: it collects only inside this function.
#[inline(never)]
pub fn profile_lap(lap: &mut Lap) -> f64 {
    lap.run()
}
