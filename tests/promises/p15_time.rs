//! P15: the time of a typed decode is linear in the body. Every shape at every endpoint is tried in three sizes, each
//! twice the one before; the measure is this thread's CPU time, the best of several runs, so that other load does not
//! count.

use std::time::Duration;

use hostkit_tests::shapes::{Body, Shape};
use hostkit_tests::{shapes, size};

/// The largest growth per doubling that counts as linear; linear is 2, quadratic 4.
const ALLOWED: f64 = 3.0;
/// Runs of each size; a body that seems slow gets more, since noise can only make a run slower.
const RUNS: usize = 3;
const MORE_RUNS: usize = 20;
/// A body is not run again once its repeats have taken so long, as only those of one that is not linear do.
const ENOUGH: Duration = Duration::from_secs(2);
/// A body that still seems slow is tried in these sizes, too: what is quadratic is so in all, other load in few.
const LARGER: [usize; 3] = [1, 4, 16];

/// The CPU time of this thread.
#[cfg(unix)]
fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("less than a second"))
}

/// Wall time, where the best of several runs has to do.
#[cfg(not(unix))]
fn now() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// One body in growing sizes, with the best time of each so far.
struct Ladder {
    rungs: Vec<(Vec<u8>, Duration)>,
}

impl Ladder {
    fn new(body: &Body<'_>, size: usize) -> Option<Self> {
        // The growing part has to be most of the body.
        let size = size.max(4 * body.bytes(0)?.len());
        let rungs = [size, 2 * size, 4 * size].map(|size| body.bytes(size).map(|bytes| (bytes, Duration::MAX)));
        let rungs: Vec<_> = rungs.into_iter().collect::<Option<_>>()?;
        Some(Self { rungs })
    }

    fn run(&mut self, body: &Body<'_>) {
        for (bytes, best) in &mut self.rungs {
            let start = now();
            std::hint::black_box((body.entry.accepts)(body.status, bytes));
            *best = (*best).min(now() - start);
        }
    }

    /// The growth of the time per doubling of the body, over both steps together, since each alone is noise.
    fn growth(&self) -> f64 {
        let [first, .., last] = &self.rungs[..] else { return 0.0 };
        #[allow(clippy::cast_precision_loss)]
        let doublings = (last.0.len() as f64 / first.0.len() as f64).log2();
        // Times below a clock tick mean nothing.
        let time = |rung: &(Vec<u8>, Duration)| rung.1.max(Duration::from_micros(1)).as_secs_f64();
        (time(last) / time(first)).powf(1.0 / doublings)
    }

    fn seconds(&self) -> String {
        let times: Vec<_> =
            self.rungs.iter().map(|(bytes, time)| format!("{} bytes in {time:.1?}", bytes.len())).collect();
        times.join(", ")
    }
}

/// The times of a body in growing sizes, from this one.
fn measured(body: &Body<'_>, size: usize) -> Option<Ladder> {
    let mut ladder = Ladder::new(body, size)?;
    (0..RUNS).for_each(|_| ladder.run(body));
    let (start, mut more) = (now(), 0);
    while ladder.growth() >= ALLOWED && more < MORE_RUNS && now() - start < ENOUGH {
        ladder.run(body);
        more += 1;
    }
    Some(ladder)
}

#[test]
fn typed_decoding_takes_linear_time() {
    let size = size::size(4 << 10, 4 << 10, 128 << 10);
    let (mut cases, mut worst, mut worst_at, mut wrong) = (0, 0.0_f64, String::new(), Vec::new());
    shapes::each(&Shape::ALL, size::is_long(), |body| {
        // Quadratic bodies take long, so one is enough.
        if !wrong.is_empty() {
            return;
        }
        let ladders = LARGER.into_iter().map_while(|times| measured(body, times * size));
        // The first that is linear, or else the last.
        let mut last = None;
        for ladder in ladders {
            let is_linear = ladder.growth() < ALLOWED;
            last = Some(ladder);
            if is_linear {
                break;
            }
        }
        let Some(ladder) = last else { return };
        cases += 1;
        let growth = ladder.growth();
        if growth > worst {
            worst = growth;
            worst_at = body.name();
        }
        if growth >= ALLOWED {
            wrong.push(format!("{}: {growth:.1} times the time for twice the body: {}", body.name(), ladder.seconds()));
        }
    });
    println!(
        "P15: {cases} cases, ladders of {size} bytes and twice and four times that; at most {worst:.2} times the time for \
         twice the body, at {worst_at}"
    );
    assert!(wrong.is_empty(), "{} of the first {cases} are not linear:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 500 || std::env::var_os("HOSTKIT_PROMISE_CASE").is_some(), "{cases} cases");
}
