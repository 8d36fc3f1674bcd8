//! How generated implementations of [`Evidence`](super::Evidence) compare a read with the one before the call.

use std::fmt::Debug;

use super::Baseline;
use crate::codec::ToText;
use crate::value::Secret;

/// The marks of the items that fit; an item without a mark leaves none.
pub fn marks<'a, T: 'a>(
    items: impl IntoIterator<Item = &'a T>,
    fits: impl Fn(&T) -> bool,
    mark: impl Fn(&T) -> Option<String>,
) -> Baseline {
    Baseline::new(items.into_iter().filter(|item| fits(item)).filter_map(mark).collect())
}

/// The mark of a value that is one piece of text.
pub fn text(value: &impl ToText) -> String {
    value.to_text().into_owned()
}

/// The mark of any other value: a fingerprint, for this process alone.
pub fn fingerprint(value: &impl Debug) -> String {
    hash(format!("{value:?}").as_bytes())
}

/// The mark of a secret: a fingerprint, for this process alone.
pub fn mark_of_secret(value: &Secret) -> String {
    hash(value.expose().as_bytes())
}

/// FNV-1a of 64 bits: it tells two values apart, and says nothing else.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// The new items that fit. Without a baseline, items count as the call's only if its inputs name them; otherwise they
/// cannot be distinguished from the work of others. `None` also if no item fits but one differs only in the spelling of
/// its texts, which the hoster may have changed.
pub fn appeared<T>(
    baseline: Option<&Baseline>,
    now: impl IntoIterator<Item = T>,
    is_named: bool,
    fits: impl Fn(&T) -> bool,
    nearly: impl Fn(&T) -> bool,
    key: impl Fn(&T) -> String,
) -> Option<Vec<T>> {
    if baseline.is_none() && !is_named {
        return None;
    }
    let was_there = |item: &T| baseline.is_some_and(|baseline| baseline.has(&key(item)));
    let new = now.into_iter().filter(|item| !was_there(item));
    let (found, others): (Vec<T>, Vec<T>) = new.partition(|item| fits(item));
    match found.is_empty() && others.iter().any(nearly) {
        true => None,
        false => Some(found),
    }
}

/// Whether `theirs` may be a hoster's rendering of `ours`: with other case, spaces or punctuation, HTML-escaped, or
/// truncated after at least 30 characters.
pub fn is_near(theirs: &str, ours: &str) -> bool {
    let (theirs, ours) = (bare(theirs), bare(ours));
    theirs == ours || (theirs.chars().count() >= SHORTEST_CUT && ours.starts_with(&theirs))
}

/// Shorter texts are rather names with a common prefix.
const SHORTEST_CUT: usize = 30;

/// Only letters and digits, in lower case, without HTML escapes.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, after_escape(letters.as_str())) {
            ('&', Some(after)) => letters = after.chars(),
            _ => bare.extend(letter.to_lowercase().filter(|letter| letter.is_alphanumeric())),
        }
    }
    bare
}

/// What follows `amp;`, `#039;` and their like.
fn after_escape(text: &str) -> Option<&str> {
    let mut letters = text.chars();
    let end = letters.by_ref().take(7).find(|letter| *letter != '#' && !letter.is_ascii_alphanumeric());
    (end == Some(';')).then_some(letters.as_str())
}

/// New items that fit each of `rows`, one set per time that the call was carried out. `None` if there are new items but
/// some row has none: the hoster may have changed the spelling.
pub fn appeared_each<T, R>(
    baseline: Option<&Baseline>,
    now: impl IntoIterator<Item = T>,
    rows: &[R],
    fits: impl Fn(&R, &T) -> bool,
    key: impl Fn(&T) -> String,
) -> Option<Vec<Vec<T>>> {
    let baseline = baseline?;
    let mut new: Vec<T> = now.into_iter().filter(|item| !baseline.has(&key(item))).collect();
    let mut sets = Vec::new();
    while !new.is_empty() {
        let mut set = Vec::new();
        for row in rows {
            let index = new.iter().position(|item| fits(row, item))?;
            set.push(new.swap_remove(index));
        }
        if set.is_empty() {
            return None;
        }
        sets.push(set);
    }
    Some(sets)
}

/// The item that fits, if its mark changed. `None` without a mark before and after, or if it changed to another value
/// than the call's: someone else did that, before the call or after it.
pub fn changed<T>(
    baseline: Option<&Baseline>,
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    mark: impl Fn(&T) -> Option<String>,
    is_so: impl Fn(&T) -> bool,
) -> Option<Vec<T>> {
    let baseline = baseline?.first()?;
    let now = now.into_iter().find(fits)?;
    match (baseline == mark(&now)?, is_so(&now)) {
        (true, _) => Some(Vec::new()),
        (false, true) => Some(vec![now]),
        (false, false) => None,
    }
}

/// Whether all `count` items that the call was to remove are gone. `None` if only some are, or if none existed before.
pub fn gone<T>(
    baseline: Option<&Baseline>,
    now: impl IntoIterator<Item = T>,
    count: usize,
    is_it: impl Fn(&T) -> bool,
) -> Option<Vec<()>> {
    if baseline.is_some_and(|baseline| baseline.first().is_none()) {
        return None;
    }
    let left = now.into_iter().filter(is_it).count();
    match left {
        0 => Some(vec![()]),
        left if left >= count => Some(Vec::new()),
        _ => None,
    }
}

/// The object, if it has the state that the call was to set. `None` if it had that state before, or may have had it.
pub fn became<T>(baseline: Option<&Baseline>, now: T, is_so: impl Fn(&T) -> bool) -> Option<Vec<T>> {
    let was_so = baseline.map(|baseline| baseline.first().is_some());
    match (was_so, is_so(&now)) {
        (Some(true), _) | (None, true) => None,
        (_, false) => Some(Vec::new()),
        (Some(false), true) => Some(vec![now]),
    }
}

/// Whether the object is in its final state. `None` if it was so before.
pub fn ended<T>(baseline: Option<&Baseline>, now: &T, is_so: impl Fn(&T) -> bool) -> Option<Vec<()>> {
    if baseline.is_some_and(|baseline| baseline.first().is_some()) {
        return None;
    }
    Some(if is_so(now) { vec![()] } else { Vec::new() })
}
