//! The pages of a list, one call after the other.

use std::vec;

use hostkit_proto::{PageCount, Paged};

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
    tally: Tally,
}

impl<E: Paged> Pages<E> {
    /// How many pages are read at most, unless the caller says otherwise.
    pub const MOST: u32 = 1_000;

    /// Starts with the page that a call asks for.
    pub fn new(call: &E) -> Self {
        Self {
            next: Some(Ok(call.clone())),
            items: Vec::new().into_iter(),
            first: None,
            pages: 0,
            most: Self::MOST,
            tally: Tally::default(),
        }
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
        self.tally.add(call.page_count(&page.value));
        let items = E::items(page.value);
        let first = items.first().cloned();
        if first.is_some() && first == self.first {
            let why = "the page begins as the one before it did: the API does not go on";
            return Err(Error::refused(&E::INFO, why));
        }
        (self.first, self.items) = (first, items.into_iter());
        match next {
            Ok(Some(next)) => self.next = Some(Ok(next)),
            // The items of this page come first.
            Ok(None) => self.next = self.tally.missing().map(|why| Err(Error::refused(&E::INFO, why))),
            Err(error) => self.next = Some(Err(Error::new(&E::INFO, Cause::Decode(error)))),
        }
        Ok(())
    }
}

/// What the pages of a list had, and what they said of how much there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Whether the first of them was the first page; `None` before it, and where pages do not say how much there is.
    is_from_first: Option<bool>,
    items: u64,
    pages: u64,
    /// Pages that had items.
    filled: u64,
    total: Option<u64>,
    total_pages: Option<u64>,
    /// Whether one page said something else than another.
    is_contradictory: bool,
}

impl Tally {
    /// Adds what the next page says.
    pub(crate) fn add(&mut self, count: Option<PageCount>) {
        let Some(PageCount { is_first, items, total, pages }) = count else { return };
        self.is_from_first.get_or_insert(is_first);
        self.items = self.items.saturating_add(items as u64);
        self.pages += 1;
        self.filled += u64::from(items > 0);
        for (said, now) in [(&mut self.total, total), (&mut self.total_pages, pages)] {
            self.is_contradictory |= said.zip(now).is_some_and(|(said, now)| said != now);
            *said = now.or(*said);
        }
    }

    /// Why there has to be more than what came, if there has to be.
    pub(crate) fn missing(&self) -> Option<String> {
        if self.is_from_first != Some(true) {
            return None;
        }
        let (items, pages) = (self.items, self.pages);
        let of_items = self.total.filter(|total| items < *total);
        let of_items = of_items.map(|total| format!("the list ended after {items} of {total} items"));
        let of_pages = || self.total_pages.filter(|total| pages < *total);
        of_items.or_else(|| Some(format!("the list ended after page {pages} of {}", of_pages()?)))
    }

    /// Why what came may not be all, or not as it is at one time, if it may not. Only lists whose answers say how much
    /// there is are asked for that.
    pub(crate) fn doubt(&self) -> Option<String> {
        let is_from_first = self.is_from_first?;
        let (items, pages) = (self.items, self.filled..=self.pages);
        if !is_from_first {
            return Some("the first page of the list was not read".to_owned());
        }
        if self.is_contradictory {
            return Some("the list changed while its pages were read".to_owned());
        }
        match (self.total, self.total_pages) {
            (None, None) => Some("the list does not say how much there is of it".to_owned()),
            (Some(total), _) if total != items => Some(format!("the list has {items} of {total} items")),
            (_, Some(total)) if !pages.contains(&total) => {
                Some(format!("the list has {} of {total} pages", self.pages))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PageCount, Tally};

    /// The tally of pages with so many items, of which each says these totals.
    fn tally(pages: &[(usize, Option<u64>, Option<u64>)]) -> Tally {
        let mut tally = Tally::default();
        for (index, (items, total, pages)) in pages.iter().enumerate() {
            tally.add(Some(PageCount { is_first: index == 0, items: *items, total: *total, pages: *pages }));
        }
        tally
    }

    #[test]
    fn a_list_is_whole_if_it_has_what_its_pages_say() {
        let whole: [&[_]; 7] = [
            &[(2, Some(3), None), (1, Some(3), None)],
            &[(2, Some(3), None), (1, None, None)],
            &[(2, None, Some(2)), (1, None, Some(2))],
            &[(2, Some(2), Some(1)), (0, Some(2), Some(1))],
            &[(0, Some(0), Some(1))],
            &[(0, Some(0), Some(0))],
            &[(2, Some(3), None), (0, Some(3), None), (1, Some(3), None)],
        ];
        for pages in whole {
            let tally = tally(pages);
            assert_eq!((tally.doubt(), tally.missing()), (None, None), "{pages:?}");
        }
        let never = Tally::default();
        assert_eq!((never.doubt(), never.missing()), (None, None), "nothing says how much there is");
    }

    #[test]
    fn a_list_with_another_number_is_not_whole() {
        let says = |pages: &[_]| (tally(pages).doubt().unwrap_or_default(), tally(pages).missing().unwrap_or_default());
        let (doubt, missing) = says(&[(2, Some(4), None), (1, Some(4), None)]);
        assert_eq!((&*doubt, &*missing), ("the list has 3 of 4 items", "the list ended after 3 of 4 items"));
        let (doubt, missing) = says(&[(2, None, Some(3)), (1, None, Some(3))]);
        assert_eq!((&*doubt, &*missing), ("the list has 2 of 3 pages", "the list ended after page 2 of 3"));
        // What is more than was said is no gap, but no whole either.
        let (doubt, missing) = says(&[(2, Some(2), None), (1, Some(2), None)]);
        assert_eq!((&*doubt, &*missing), ("the list has 3 of 2 items", ""));
        let (doubt, missing) = says(&[(2, Some(4), None), (1, Some(3), None)]);
        assert_eq!((&*doubt, &*missing), ("the list changed while its pages were read", ""));
        let (doubt, missing) = says(&[(2, None, None)]);
        assert_eq!((&*doubt, &*missing), ("the list does not say how much there is of it", ""));
    }

    #[test]
    fn what_begins_later_misses_nothing_and_is_no_whole() {
        let mut tally = Tally::default();
        tally.add(Some(PageCount { is_first: false, items: 1, total: Some(9), pages: None }));
        assert_eq!(tally.missing(), None);
        assert_eq!(tally.doubt().as_deref(), Some("the first page of the list was not read"));
    }
}
