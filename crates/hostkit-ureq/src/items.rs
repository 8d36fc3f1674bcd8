//! The items of a list that an API gives in pages.

use std::fmt;

use hostkit::machinery::Pages;
use hostkit::protocol::Paged;
use hostkit::transport::Transport;
use hostkit::{Api, ErrorOf};

use crate::client::Client;
use crate::transport::UreqTransport;

impl<A: Api, T: Transport> Client<A, T> {
    /// The items of all pages of a list, from the page that the call asks for.
    ///
    /// Each page is a [`Client::call`] with this client's options: it has its own deadline, retries and place in the rate
    /// limits. A list that changes meanwhile may show an item twice, or lack one.
    ///
    /// ```
    /// # use hostkit::protocol::Paged;
    /// # fn list<E: Paged>(client: &hostkit_ureq::Client<E::Api>, list: &E) -> Result<(), hostkit::ErrorOf<E>> {
    /// for item in client.items(list) {
    ///     let item = item?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn items<E: Paged<Api = A>>(&self, call: &E) -> Items<A, E, T> {
        Items { client: self.clone(), pages: Pages::new(call) }
    }
}

/// The items of all pages of a list; each page is a call, made when its first item is asked for. After an error it ends.
pub struct Items<A: Api, E: Paged, T = UreqTransport> {
    client: Client<A, T>,
    pages: Pages<E>,
}

impl<A: Api, E: Paged<Api = A>, T: Transport> Items<A, E, T> {
    /// Sets how many pages are read at most, in place of [`Pages::MOST`]; a further one is an error.
    #[must_use = "the items have the limit"]
    pub fn at_most(mut self, pages: u32) -> Self {
        self.pages.set_most(pages);
        self
    }
}

impl<A: Api, E: Paged<Api = A>, T: Transport> Iterator for Items<A, E, T> {
    type Item = Result<E::Item, ErrorOf<E>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.pages.item() {
                return Some(Ok(item));
            }
            let page = self.pages.call()?.and_then(|call| {
                let page = self.client.call_full(&call)?;
                self.pages.add(&call, page)
            });
            if let Err(error) = page {
                return Some(Err(error));
            }
        }
    }
}

impl<A: Api, E: Paged, T> fmt::Debug for Items<A, E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("client", &self.client).finish_non_exhaustive()
    }
}
