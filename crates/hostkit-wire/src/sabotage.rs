//! Whether the code behind a promise is broken on purpose, so that its test can be seen to fail.
//!
//! Only a build with `--cfg hostkit_sabotage` asks the environment; every other one has a constant `false` here, which
//! no setting changes. `cargo xtask test promises --sabotage P8` makes that build.

/// Whether the promise is broken on purpose.
#[cfg(not(hostkit_sabotage))]
#[inline(always)]
pub const fn is_broken(_promise: &str) -> bool {
    false
}

/// Whether the promise is broken on purpose.
#[cfg(hostkit_sabotage)]
pub fn is_broken(promise: &str) -> bool {
    // Readers ask for every document: the environment is looked at once.
    static BROKEN: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    BROKEN.get_or_init(|| std::env::var("HOSTKIT_SABOTAGE").ok()).as_deref() == Some(promise)
}
