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

/// Tells how busy the machine is, by a fixed piece of work that keeps a whole core busy: it is slower where a neighbour
/// shares the core, or the clock is lower. Reading is then slowed down by more than a peer that waits for memory.
#[derive(Debug)]
pub struct Machine {
    /// The seconds of the work when nothing disturbed it, as far as was seen.
    best: f64,
}

impl Default for Machine {
    fn default() -> Self {
        let mut machine = Self { best: f64::INFINITY };
        (0..1_000).for_each(|_| _ = machine.work());
        machine
    }
}

impl Machine {
    /// The seconds that the work takes now.
    fn work(&mut self) -> f64 {
        let start = Instant::now();
        let mut chains = [1_u64, 2, 3, 4, 5, 6];
        for step in 0..100_000_u64 {
            for chain in &mut chains {
                *chain = (*chain ^ step).wrapping_add(*chain >> 3);
            }
        }
        std::hint::black_box(chains);
        let seconds = start.elapsed().as_secs_f64();
        self.best = self.best.min(seconds);
        seconds
    }

    /// Which rounds nothing disturbed, by the work before each of them and behind the last.
    fn quiet(&self, work: &[f64]) -> Vec<usize> {
        let is_quiet = |round: &usize| work[*round..=round + 1].iter().all(|seconds| *seconds < self.best * 1.1);
        (0..work.len() - 1).filter(is_quiet).collect()
    }
}

/// Runs all participants in turn for `seconds`, at least nine rounds, and prints a line for each peer. Rounds that
/// something else on the machine slowed down do not count and are made up for, for up to four times as long; where too few
/// were quiet, all count.
pub fn race(case: &mut Case, seconds: f64, machine: &mut Machine) {
    let mut work = vec![machine.work()];
    let mut laps = vec![Vec::new(); 1 + case.peers.len()];
    let start = Instant::now();
    let counted = loop {
        let runners = std::iter::once(&mut case.ours).chain(case.peers.iter_mut().map(|peer| &mut peer.lap));
        for (runner, times) in runners.zip(&mut laps) {
            times.push(runner.run());
        }
        work.push(machine.work());
        let (quiet, all) = (machine.quiet(&work), work.len() - 1);
        let spent: f64 = quiet.iter().flat_map(|round| laps.iter().map(|times| times[*round])).sum();
        if quiet.len() >= 9 && spent >= seconds {
            break quiet;
        }
        if all >= 9 && start.elapsed() >= Duration::from_secs_f64(4.0 * seconds) {
            break if quiet.len() >= 9 { quiet } else { (0..all).collect() };
        }
    };
    eprintln!("  {} of {} rounds count", counted.len(), work.len() - 1);
    let mut times = laps.iter().map(|times| counted.iter().map(|round| times[*round]).collect::<Vec<_>>());
    let mut ours = times.next().unwrap_or_default();
    for (peer, mut times) in case.peers.iter().zip(times) {
        print(peer.id, "ms", &mut ours, &peer.name, &mut times, 1e3);
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
