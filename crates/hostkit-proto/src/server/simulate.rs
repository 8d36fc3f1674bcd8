//! What a call that acts does to the answer of the call that shows it, for servers that answer from examples.

use std::collections::BTreeMap;

use super::Serve;
use crate::codec::{EncodeError, FromText};
use crate::endpoint::Endpoint;
use crate::evidence::{Perform, Reading};

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

    /// Adds what is made to the list that is read first, as its last item with this number.
    fn list(&self, number: u64, list: &mut FirstOf<Self>) {
        let _ = (number, list);
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

/// Removes the items that fit.
pub fn remove<T>(items: &mut Vec<T>, fits: impl Fn(&T) -> bool) {
    items.retain(|item| !fits(item));
}

/// Removes the items that fit.
pub fn remove_from_map<K: Ord, T>(items: &mut BTreeMap<K, T>, fits: impl Fn(&T) -> bool) {
    items.retain(|_, item| !fits(item));
}

/// The items that fit.
pub fn matching<T>(items: &mut [T], fits: impl Fn(&T) -> bool) -> impl Iterator<Item = &mut T> {
    items.iter_mut().filter(move |item| fits(item))
}
