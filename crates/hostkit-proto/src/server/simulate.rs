//! What a call that acts does to the answer of the call that shows it, for servers that answer from examples.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Serve;
use crate::codec::{EncodeError, FromText, ToText};
use crate::endpoint::Endpoint;
use crate::evidence::{Perform, Reading, text};
use crate::value::Date;

/// What the call gives that shows `E`.
pub type ReadOf<E> = <<<E as Perform>::Reading as Reading>::Then as Endpoint>::Output;

/// What the call gives that is read before it; the same one where there is no other.
pub type FirstOf<E> = <<<E as Perform>::Reading as Reading>::First as Endpoint>::Output;

/// A call that acts, as the evidence of its spec says what it does. Generated.
///
/// By default a call changes nothing: nothing that is read shows it, or only a change that no example has.
pub trait Simulate: Serve + Perform {
    /// The type of the ids of what the call makes; empty if it makes nothing with such an id.
    const MAKES: &'static str = "";

    /// The object that is gone after the call, as the type of its id and the id.
    fn removes(&self) -> Option<(&'static str, String)> {
        None
    }

    /// The keys of the items in what the call gives that shows this one, if it makes such items.
    fn listed(shown: &ReadOf<Self>) -> Vec<String> {
        let _ = shown;
        Vec::new()
    }

    /// Changes what the call gives that shows this one; returns whether its object is still there. What is made is as the
    /// last item of the example, with this number and the inputs of the call; a second one has the next number.
    ///
    /// # Errors
    /// An input has no text.
    fn show(&self, number: u64, example: &ReadOf<Self>, shown: &mut ReadOf<Self>) -> Result<bool, EncodeError> {
        let _ = (number, example, shown);
        Ok(true)
    }

    /// Tells a page of what the call gives that shows this one that there are so many more items on all pages.
    fn recount(shown: &mut ReadOf<Self>, more: i64) {
        let _ = (shown, more);
    }

    /// The keys in the list that is read first, if each of its items is then read by itself and this call makes one.
    fn listed_first(list: &FirstOf<Self>) -> Vec<String> {
        let _ = list;
        Vec::new()
    }

    /// Adds what is made to the list that is read first, as the last item of the example with this number.
    fn list(&self, number: u64, example: &FirstOf<Self>, list: &mut FirstOf<Self>) {
        let _ = (number, example, list);
    }

    /// Gives the answer to the call the number of what it made.
    fn name(&self, number: u64, output: &mut Self::Output) {
        let _ = (number, output);
    }
}

/// A number as a key; `None` if no key is so.
pub fn numbered<K: FromText>(number: u64) -> Option<K> {
    K::from_text(&number.to_string())
}

/// What these ids of a type name.
pub fn objects<K: ToText>(kind: &'static str, ids: &[K]) -> Vec<(&'static str, String)> {
    ids.iter().map(|id| (kind, text(id))).collect()
}

/// Gives a list one result for each of what was asked for: the fault where it is missing, else the value that is about it,
/// or the last one made so. Returns whether there is a value to begin with.
pub fn results<K, T: Clone, F: Clone>(
    results: &mut Vec<Result<T, F>>,
    asked: &[K],
    missing: &[Option<F>],
    is_about: impl Fn(&T, &K) -> bool,
    set: impl Fn(&mut T, &K),
) -> bool {
    let examples: Vec<T> = results.iter().flatten().cloned().collect();
    let result = |(index, asked): (usize, &K)| {
        if let Some(fault) = missing.get(index).cloned().flatten() {
            return Some(Err(fault));
        }
        let mut item = examples.iter().find(|item| is_about(item, asked)).or(examples.last())?.clone();
        set(&mut item, asked);
        Some(Ok(item))
    };
    match asked.iter().enumerate().map(result).collect::<Option<Vec<_>>>() {
        Some(all) => *results = all,
        None => return false,
    }
    true
}

/// Gives a list so many items: the last one again where there are fewer.
pub fn as_many<T: Clone>(items: &mut Vec<T>, count: usize) {
    if let Some(last) = items.last().cloned() {
        items.resize(count, last);
    }
}

/// Removes the items that fit.
pub fn remove<T>(items: &mut Vec<T>, fits: impl Fn(&T) -> bool) {
    items.retain(|item| !fits(item));
}

/// Removes the items that fit.
pub fn remove_from_map<K: Ord, T>(items: &mut BTreeMap<K, T>, fits: impl Fn(&T) -> bool) {
    items.retain(|_, item| !fits(item));
}

/// The last item of what is shown: where there is none, that of the example, emptied by `clear`.
pub fn last_or<'s, T: Clone>(shown: &'s mut Vec<T>, example: &[T], clear: impl Fn(&mut T)) -> Option<&'s mut T> {
    if shown.is_empty() {
        shown.extend(example.last().cloned());
        shown.iter_mut().for_each(clear);
    }
    shown.last_mut()
}

/// The items that fit.
pub fn matching<'s, T: 's>(
    items: impl Iterator<Item = &'s mut T>,
    fits: impl Fn(&T) -> bool,
) -> impl Iterator<Item = &'s mut T> {
    items.filter(move |item| fits(item))
}

/// A number that is greater by as much as an input says; an absent one grows from 0, as does one of another form.
pub fn grown<K: FromText + ToText>(old: Option<&K>, by: &impl ToText) -> Option<K> {
    let number = |text: &str| text.parse::<Decimal>().unwrap_or_default();
    let old = old.map(|old| number(&old.to_text())).unwrap_or_default();
    let grown = old.checked_add(number(&by.to_text()))?;
    K::from_text(&grown.normalize().to_string())
}

/// A date that is later by as many months as an input says; one after the last day of its month is that day. `None` for
/// what begins with no date.
pub fn later<K: FromText + ToText>(old: Option<&K>, months: &impl ToText) -> Option<K> {
    let old = old?.to_text();
    let (date, time) = old.split_at_checked("2026-11-29".len())?;
    let mut parts = date.splitn(3, '-').map(str::parse::<i32>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let months = (12 * year + month - 1).checked_add(months.to_text().parse().ok()?)?;
    let (year, month) = (i16::try_from(months / 12).ok()?, i8::try_from(months % 12 + 1).ok()?);
    let date = (1..=day).rev().find_map(|day| Date::new(year, month, i8::try_from(day).ok()?))?;
    K::from_text(&format!("{date}{time}"))
}

#[cfg(test)]
mod tests {
    use super::{grown, last_or, later};
    use crate::value::{Date, DateTime};

    #[test]
    fn numbers_grow_and_dates_move_on() {
        assert_eq!((grown(Some(&7_u64), &5_u64), grown::<u64>(None, &5_u64)), (Some(12), Some(5)));
        let date = Date::new(2027, 1, 31);
        assert_eq!(later(date.as_ref(), &1_u64), Date::new(2027, 2, 28));
        assert_eq!(later(date.as_ref(), &12_u64), Date::new(2028, 1, 31));
        let time = DateTime::new(2027, 11, 30, 23, 30, 1);
        assert_eq!(later(time.as_ref(), &3_u64), DateTime::new(2028, 2, 29, 23, 30, 1));
        assert_eq!(later(Some(&"2027-01-01 noon".to_owned()), &1_u64).as_deref(), Some("2027-02-01 noon"));
        assert_eq!((later(Some(&"never".to_owned()), &1_u64), later::<Date>(None, &1_u64)), (None, None));
    }

    #[test]
    fn what_is_new_in_an_empty_list_of_lists_stands_in_an_empty_one() {
        let example = [vec![1], vec![2, 3]];
        let mut shown = Vec::new();
        assert_eq!(last_or(&mut shown, &example, Vec::clear), Some(&mut vec![]));
        let mut shown = vec![vec![1]];
        assert_eq!(last_or(&mut shown, &example, Vec::clear), Some(&mut vec![1]));
    }
}
