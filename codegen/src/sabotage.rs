//! Whether the generator is broken on purpose, so that the test of promise P31 can be seen to fail.
//!
//! `cargo xtask test promises --sabotage P31` makes the build that asks; in every other one it is `false`.

/// Whether the order of the input is let through to the output.
pub(crate) fn is_unsorted() -> bool {
    cfg!(hostkit_sabotage) && std::env::var("HOSTKIT_SABOTAGE").is_ok_and(|broken| broken == "P31")
}
