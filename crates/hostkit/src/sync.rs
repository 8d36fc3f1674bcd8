//! The mutex of the standard library, or loom's where a test tries every interleaving.

#[cfg(all(test, loom))]
pub(crate) use loom::sync::Mutex;
#[cfg(not(all(test, loom)))]
pub(crate) use std::sync::Mutex;

/// Whether a waiter listens only after it checked, which misses a change in between. Only the control models turn it
/// on, to show that they would notice.
#[cfg(not(all(test, loom)))]
#[inline(always)]
pub(crate) const fn listens_late() -> bool {
    false
}

#[cfg(all(test, loom))]
pub(crate) use model::listens_late;

#[cfg(all(test, loom))]
pub(crate) mod model {
    //! How the models run.

    use std::cell::Cell;

    std::thread_local! {
        static LATE: Cell<bool> = const { Cell::new(false) };
    }

    /// See the other one.
    pub(crate) fn listens_late() -> bool {
        LATE.get()
    }

    /// Tries every interleaving with at most two preemptions, or `LOOM_MAX_PREEMPTIONS`, and prints how many there
    /// were.
    pub(crate) fn every_interleaving(name: &str, model: impl Fn() + Sync + Send + 'static) {
        let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = std::sync::Arc::clone(&count);
        let start = std::time::Instant::now();
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = builder.preemption_bound.or(Some(2));
        builder.check(move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            model();
        });
        let count = count.load(std::sync::atomic::Ordering::Relaxed);
        println!("loom: {name}: {count} interleavings, {:.1} s", start.elapsed().as_secs_f64());
    }

    /// The same with waiters that listen too late. A model runs on the thread that starts it.
    pub(crate) fn every_late_interleaving(name: &str, model: impl Fn() + Sync + Send + 'static) {
        LATE.set(true);
        every_interleaving(name, model);
    }

    /// Runs an ignored test of this binary that has to end in a deadlock, in a process of its own, because loom's
    /// report of it aborts the process.
    pub(crate) fn ends_in_a_deadlock(test: &str) {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let output = command.args([test, "--exact", "--ignored", "--nocapture"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains("deadlock; threads"), "{told}");
        println!("loom: {test}: a deadlock, as it should be");
    }
}
