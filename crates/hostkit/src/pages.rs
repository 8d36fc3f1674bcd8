//! The pages of a list, one call after the other.

use std::vec;

use hostkit_proto::Paged;

use crate::error::{Error, ErrorOf};

/// The items of all pages of a list, without the calls that bring them: what the clients' `items` consist of.
///
/// It gives the call for the next page once all items of the one before are taken, and ends where the answers do, or with
/// an error: where a page begins as the one before it did, or after too many pages.
#[derive(Debug)]
pub struct Pages<E: Paged> {
    next: Option<E>,
    items: vec::IntoIter<E::Item>,
    /// The first item of the last page.
    first: Option<E::Item>,
    pages: u32,
    most: u32,
}

impl<E: Paged> Pages<E> {
    /// How many pages are read at most, unless the caller says otherwise.
    pub const MOST: u32 = 1_000;

    /// Starts with the page that a call asks for.
    pub fn new(call: &E) -> Self {
        Self { next: Some(call.clone()), items: Vec::new().into_iter(), first: None, pages: 0, most: Self::MOST }
    }

    /// Sets how many pages are read at most.
    pub fn set_most(&mut self, pages: u32) {
        self.most = pages;
    }

    /// The next item, if it is here already.
    pub fn item(&mut self) -> Option<E::Item> {
        self.items.next()
    }

    /// The call for the next page; `None` behind the last one.
    ///
    /// # Errors
    /// There would be more pages than allowed.
    pub fn call(&mut self) -> Option<Result<E, ErrorOf<E>>> {
        let call = self.next.take()?;
        if self.pages >= self.most {
            let why = format!("the list has more than {} pages; `at_most` allows more", self.most);
            return Some(Err(Error::refused(&E::INFO, why)));
        }
        self.pages += 1;
        Some(Ok(call))
    }

    /// Takes the answer to a call.
    ///
    /// # Errors
    /// It is the page before it once more.
    pub fn add(&mut self, call: &E, page: E::Output) -> Result<(), ErrorOf<E>> {
        let next = call.page_after(&page);
        let items = E::items(page);
        let first = items.first().cloned();
        if first.is_some() && first == self.first {
            let why = "the page begins as the one before it did: the API does not go on";
            return Err(Error::refused(&E::INFO, why));
        }
        (self.next, self.first, self.items) = (next, first, items.into_iter());
        Ok(())
    }
}
