//! The pages of a list, one call after the other.

use std::vec;

use hostkit_proto::Paged;

use crate::call::outcome::Reply;
use crate::error::{Cause, Error, ErrorOf};

/// The items of all pages of a list, without the calls that bring them: what the clients' `items` consist of.
///
/// It gives the call for the next page once all items of the one before are taken, and ends where the answers do, or with
/// an error: where a page begins as the one before it did, does not tell what comes behind it, or after too many pages.
#[derive(Debug)]
pub struct Pages<E: Paged> {
    /// The call for the next page, or why there is none where the list goes on.
    next: Option<Result<E, ErrorOf<E>>>,
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
        Self { next: Some(Ok(call.clone())), items: Vec::new().into_iter(), first: None, pages: 0, most: Self::MOST }
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
    /// There would be more pages than allowed, or the page before does not tell which one comes next, or whether one does.
    pub fn call(&mut self) -> Option<Result<E, ErrorOf<E>>> {
        let call = match self.next.take()? {
            Ok(call) => call,
            Err(error) => return Some(Err(error)),
        };
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
    pub fn add(&mut self, call: &E, page: Reply<E::Output>) -> Result<(), ErrorOf<E>> {
        let next = call.page_after(&page.value, &page.report);
        let items = E::items(page.value);
        let first = items.first().cloned();
        if first.is_some() && first == self.first {
            let why = "the page begins as the one before it did: the API does not go on";
            return Err(Error::refused(&E::INFO, why));
        }
        (self.first, self.items) = (first, items.into_iter());
        match next {
            Ok(next) => self.next = next.map(Ok),
            // The items of this page come first.
            Err(error) => self.next = Some(Err(Error::new(&E::INFO, Cause::Decode(error)))),
        }
        Ok(())
    }
}
