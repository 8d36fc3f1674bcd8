//! Whether the code behind a promise is broken on purpose, so that its test can be seen to fail.
//!
//! Only a build with `--cfg hostkit_sabotage` asks the environment; every other one has a constant `false` here, which
//! no setting changes. `cargo xtask promises --sabotage P8` makes that build.

/// Whether the promise is broken on purpose.
#[cfg(not(hostkit_sabotage))]
#[inline(always)]
pub const fn is_broken(_promise: &str) -> bool {
    false
}

/// Whether the promise is broken on purpose.
#[cfg(hostkit_sabotage)]
pub fn is_broken(promise: &str) -> bool {
    std::env::var("HOSTKIT_SABOTAGE").is_ok_and(|broken| broken == promise)
}
