//! How much of a promise is tried: `HOSTKIT_PROMISE_SIZE` is `long`, or `small` where the promise is broken on purpose
//! and its test has to notice soon.

/// Whether the long sizes are wanted.
pub fn is_long() -> bool {
    is("long")
}

/// Whether a little is enough.
pub fn is_small() -> bool {
    is("small")
}

fn is(wanted: &str) -> bool {
    std::env::var("HOSTKIT_PROMISE_SIZE").is_ok_and(|size| size == wanted)
}

/// The one of the three sizes that is wanted.
pub fn size(small: usize, usual: usize, long: usize) -> usize {
    match (is_small(), is_long()) {
        (true, _) => small,
        (_, true) => long,
        _ => usual,
    }
}
