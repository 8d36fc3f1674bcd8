//! How much of a promise is tried: `HOSTKIT_PROMISE_SIZE` is `long`, or `small` where a seeded defect has to be noticed
//! soon.

/// Whether the long sizes are selected.
pub fn is_long() -> bool {
    is("long")
}

/// Whether the small sizes are selected.
pub fn is_small() -> bool {
    is("small")
}

fn is(wanted: &str) -> bool {
    std::env::var("HOSTKIT_PROMISE_SIZE").is_ok_and(|size| size == wanted)
}

/// The selected one of the three sizes.
pub fn size(small: usize, usual: usize, long: usize) -> usize {
    match (is_small(), is_long()) {
        (true, _) => small,
        (_, true) => long,
        _ => usual,
    }
}
