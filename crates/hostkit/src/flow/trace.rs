//! What generated implementations of [`Reconcile`](crate::Reconcile) compare their reads with.

/// The items that fit and were not there before. Without `before`, what is named by its inputs is taken for what the
/// call made; what is not cannot be told from what others made.
pub fn appeared<T, K: PartialEq + ?Sized>(
    before: Option<Vec<&T>>,
    now: impl IntoIterator<Item = T>,
    is_named: bool,
    fits: impl Fn(&T) -> bool,
    key: impl Fn(&T) -> &K,
) -> Option<Vec<T>> {
    if before.is_none() && !is_named {
        return None;
    }
    let was_there = |item: &T| before.iter().flatten().any(|old| key(old) == key(item));
    Some(now.into_iter().filter(|item| fits(item) && !was_there(item)).collect())
}

/// The item that fits, if `field` is not what it was before. Without a value before and after nobody can tell.
pub fn changed<T, K: PartialEq + ?Sized>(
    before: Option<Vec<&T>>,
    now: impl IntoIterator<Item = T>,
    fits: impl Fn(&T) -> bool,
    field: impl Fn(&T) -> Option<&K>,
) -> Option<Vec<T>> {
    let before = before?.into_iter().find(|item| fits(item))?;
    differs(Some(before), now.into_iter().find(|item| fits(item))?, field)
}

/// Whether no item is left that the call was to take away.
pub fn gone<T>(now: impl IntoIterator<Item = T>, is_it: impl Fn(&T) -> bool) -> Option<Vec<()>> {
    let is_left = now.into_iter().any(|item| is_it(&item));
    Some(if is_left { Vec::new() } else { vec![()] })
}

/// The object, if it is as the call was to make it. If it was so before, nobody can tell.
pub fn became<T>(before: Option<&T>, now: T, is_so: impl Fn(&T) -> bool) -> Option<Vec<T>> {
    if before.is_some_and(&is_so) {
        return None;
    }
    Some(if is_so(&now) { vec![now] } else { Vec::new() })
}

/// Whether the object is in the state that ends it.
pub fn ended<T>(now: &T, is_so: impl Fn(&T) -> bool) -> Option<Vec<()>> {
    Some(if is_so(now) { vec![()] } else { Vec::new() })
}

/// The object, if `field` is not what it was before. Where it was not read before, or is absent now, nobody can tell.
pub fn differs<T, K: PartialEq + ?Sized>(
    before: Option<&T>,
    now: T,
    field: impl Fn(&T) -> Option<&K>,
) -> Option<Vec<T>> {
    let is_same = field(before?) == Some(field(&now)?);
    Some(if is_same { Vec::new() } else { vec![now] })
}
