//! What generated implementations of [`Reconcile`](crate::Reconcile) compare their reads with.

/// The items that fit and were not there before. Without `before`, what is named by its inputs is taken for what the
/// call made; what is not cannot be told from what others made.
pub fn appeared<T, K: PartialEq + ?Sized>(
    before: Option<&[T]>,
    now: Vec<T>,
    is_named: bool,
    fits: impl Fn(&T) -> bool,
    key: impl Fn(&T) -> &K,
) -> Option<Vec<T>> {
    if before.is_none() && !is_named {
        return None;
    }
    let was_there = |item: &T| before.is_some_and(|before| before.iter().any(|old| key(old) == key(item)));
    Some(now.into_iter().filter(|item| fits(item) && !was_there(item)).collect())
}

/// Whether no item is left that the call was to take away.
pub fn gone<T>(now: &[T], is_it: impl Fn(&T) -> bool) -> Option<Vec<()>> {
    Some(if now.iter().any(is_it) { Vec::new() } else { vec![()] })
}

/// The item that fits, if it differs from what it was before. Without `before` nobody can tell.
pub fn changed<T>(
    before: Option<&[T]>,
    now: Vec<T>,
    fits: impl Fn(&T) -> bool,
    is_same: impl Fn(&T, &T) -> bool,
) -> Option<Vec<T>> {
    let before = before?.iter().find(|item| fits(item))?;
    Some(now.into_iter().filter(|item| fits(item) && !is_same(before, item)).collect())
}

/// The object, if it is as the call was to make it. If it was so before, nobody can tell.
pub fn became<T>(before: Option<&T>, now: T, is_so: impl Fn(&T) -> bool) -> Option<Vec<T>> {
    if before.is_some_and(&is_so) {
        return None;
    }
    Some(if is_so(&now) { vec![now] } else { Vec::new() })
}

/// The object, if it differs from what it was before. Without `before` nobody can tell.
pub fn differs<T>(before: Option<&T>, now: T, is_same: impl Fn(&T, &T) -> bool) -> Option<Vec<T>> {
    Some(if is_same(before?, &now) { Vec::new() } else { vec![now] })
}
