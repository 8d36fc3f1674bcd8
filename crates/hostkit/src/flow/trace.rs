//! What generated implementations of [`Reconcile`](crate::Reconcile) compare their reads with.

use std::fmt::Debug;

use super::{Before, Calls};
use crate::api::Api;
use crate::codec::ToText;
use crate::endpoint::{Call, Endpoint};
use crate::error::Error;
use crate::value::Secret;

/// The marks of the items that fit; an item without a mark leaves none.
pub fn marks<'a, T: 'a>(
    items: impl IntoIterator<Item = &'a T>,
    fits: impl Fn(&T) -> bool,
    mark: impl Fn(&T) -> Option<String>,
) -> Before {
    Before::new(items.into_iter().filter(|item| fits(item)).filter_map(mark).collect())
}

/// The mark of a value that is one piece of text.
pub fn text(value: &impl ToText) -> String {
    value.to_text().into_owned()
}

/// The mark of any other value: a fingerprint, for this process alone.
pub fn print(value: &impl Debug) -> String {
    fingerprint(format!("{value:?}").as_bytes())
}

/// The mark of a secret: a fingerprint, for this process alone.
pub fn secret(value: &Secret) -> String {
    fingerprint(value.expose().as_bytes())
}

/// FNV-1a of 64 bits: it tells two values apart, and says nothing else.
fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// The items that fit and were not there before. Without `before`, what is named by its inputs is taken for what the
/// call made; what is not cannot be told from what others made. Where none fits, but one does but for the spelling of its
/// texts, nobody can tell: the hoster may write it otherwise.
pub fn appeared<T>(
    before: Option<&Before>,
    now: impl IntoIterator<Item = T>,
    is_named: bool,
    fits: impl Fn(&T) -> bool,
    nearly: impl Fn(&T) -> bool,
    key: impl Fn(&T) -> String,
) -> Option<Vec<T>> {
    if before.is_none() && !is_named {
        return None;
    }
    let was_there = |item: &T| before.is_some_and(|before| before.has(&key(item)));
    let new = now.into_iter().filter(|item| !was_there(item));
    let (found, others): (Vec<T>, Vec<T>) = new.partition(|item| fits(item));
    match found.is_empty() && others.iter().any(nearly) {
        true => None,
        false => Some(found),
    }
}

/// Whether a text may be what a hoster made of ours: in other letters, with other blanks and signs, escaped for a page,
/// or cut after a good deal of it.
pub fn is_near(theirs: &str, ours: &str) -> bool {
    let (theirs, ours) = (bare(theirs), bare(ours));
    theirs == ours || (theirs.chars().count() >= SHORTEST_CUT && ours.starts_with(&theirs))
}

/// Shorter ones are names that begin alike.
const SHORTEST_CUT: usize = 30;

/// Letters and digits alone, in small letters; a sign that is escaped for a page is none of them.
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

/// For each of `rows` an item that fits it and was not there before: one set of them for each time that the call was
/// carried out. Where something is new and some row has nothing, nobody can tell: the hoster may write it otherwise.
pub fn appeared_each<T, R>(
    before: Option<&Before>,
    now: impl IntoIterator<Item = T>,
    rows: &[R],
    fits: impl Fn(&R, &T) -> bool,
    key: impl Fn(&T) -> String,
) -> Option<Vec<Vec<T>>> {
    let before = before?;
    let mut new: Vec<T> = now.into_iter().filter(|item| !before.has(&key(item))).collect();
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

/// The item that fits, if its mark is not what it was before. Without a mark before and after nobody can tell, nor where
/// it changed into something else than the call was to make of it: that was somebody else, before the call or after it.
pub fn changed<T>(
    before: Option<&Before>,
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    mark: impl Fn(&T) -> Option<String>,
    is_so: impl Fn(&T) -> bool,
) -> Option<Vec<T>> {
    let before = before?.first()?;
    let now = now.into_iter().find(fits)?;
    match (before == mark(&now)?, is_so(&now)) {
        (true, _) => Some(Vec::new()),
        (false, true) => Some(vec![now]),
        (false, false) => None,
    }
}

/// Whether no item is left of the `count` that the call was to take away. Where only some are gone, or none was there
/// before, nobody can tell.
pub fn gone<T>(
    before: Option<&Before>,
    now: impl IntoIterator<Item = T>,
    count: usize,
    is_it: impl Fn(&T) -> bool,
) -> Option<Vec<()>> {
    if before.is_some_and(|before| before.first().is_none()) {
        return None;
    }
    let left = now.into_iter().filter(is_it).count();
    match left {
        0 => Some(vec![()]),
        left if left >= count => Some(Vec::new()),
        _ => None,
    }
}

/// The object, if it is as the call was to make it. If it was so before, or nobody knows, nobody can tell.
pub fn became<T>(before: Option<&Before>, now: T, is_so: impl Fn(&T) -> bool) -> Option<Vec<T>> {
    let was_so = before.map(|before| before.first().is_some());
    match (was_so, is_so(&now)) {
        (Some(true), _) | (None, true) => None,
        (_, false) => Some(Vec::new()),
        (Some(false), true) => Some(vec![now]),
    }
}

/// Whether the object is in the state that ends it. If it was so before, nobody can tell.
pub fn ended<T>(before: Option<&Before>, now: &T, is_so: impl Fn(&T) -> bool) -> Option<Vec<()>> {
    if before.is_some_and(|before| before.first().is_some()) {
        return None;
    }
    Some(if is_so(now) { vec![()] } else { Vec::new() })
}

/// The items of a read that is made for each item of another one. What is gone meanwhile has none.
///
/// # Errors
/// As the read.
pub async fn each<A, E, T>(calls: &Calls<A>, reads: Vec<E>) -> Result<Vec<T>, Error<A::Code>>
where
    A: Api,
    E: Call<Api = A> + Endpoint<Output = Vec<T>> + 'static,
    T: Send + 'static,
{
    let mut items = Vec::new();
    for read in &reads {
        match calls.call(read).await {
            Ok(some) => items.extend(some),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}
