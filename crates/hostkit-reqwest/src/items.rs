//! The items of a list that an API gives in pages.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use hostkit::machinery::Pages;
use hostkit::protocol::Paged;
use hostkit::transport::AsyncTransport;
use hostkit::{Api, Endpoint, ErrorOf, Reply};

use crate::client::Client;
use crate::transport::ReqwestTransport;

impl<A: Api, T: AsyncTransport> Client<A, T> {
    /// The items of all pages of a list, from the page that the call asks for.
    ///
    /// Each page is a [`Client::call`] with this client's options: it has its own deadline, retries and place in the rate
    /// limits. A list that changes meanwhile may show an item twice, or lack one.
    ///
    /// ```
    /// # use hostkit::protocol::Paged;
    /// # async fn list<E: Paged + 'static>(client: &hostkit_reqwest::Client<E::Api>, list: &E) -> Result<(), hostkit::ErrorOf<E>> {
    /// let mut items = client.items(list);
    /// while let Some(item) = items.next().await {
    ///     let item = item?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn items<E: Paged<Api = A>>(&self, call: &E) -> Items<A, E, T> {
        Items { client: self.clone(), pages: Pages::new(call), flight: None }
    }
}

/// The call for a page, and its answer.
type Flight<E> = Pin<Box<dyn Future<Output = (E, Result<Reply<<E as Endpoint>::Output>, ErrorOf<E>>)> + Send>>;

/// The items of all pages of a list, as a stream; each page is a call, made when its first item is asked for. After an
/// error it ends.
pub struct Items<A: Api, E: Paged, T = ReqwestTransport> {
    client: Client<A, T>,
    pages: Pages<E>,
    flight: Option<Flight<E>>,
}

// Nothing in it is pinned in place: the future in flight is in a box.
impl<A: Api, E: Paged, T> Unpin for Items<A, E, T> {}

impl<A: Api, E: Paged<Api = A>, T: AsyncTransport> Items<A, E, T> {
    /// Sets how many pages are read at most, in place of [`Pages::MOST`]; a further one is an error.
    #[must_use = "the items have the limit"]
    pub fn at_most(mut self, pages: u32) -> Self {
        self.pages.set_most(pages);
        self
    }
}

impl<A: Api, E: Paged<Api = A> + 'static, T: AsyncTransport + 'static> Items<A, E, T> {
    /// The next item; `None` behind the last one.
    pub async fn next(&mut self) -> Option<Result<E::Item, ErrorOf<E>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<A: Api, E: Paged<Api = A> + 'static, T: AsyncTransport + 'static> Stream for Items<A, E, T> {
    type Item = Result<E::Item, ErrorOf<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.pages.item() {
                return Poll::Ready(Some(Ok(item)));
            }
            let flight = match &mut this.flight {
                Some(flight) => flight,
                none => match this.pages.call() {
                    None => return Poll::Ready(None),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Some(Ok(call)) => {
                        let client = this.client.clone();
                        none.insert(Box::pin(async move {
                            let page = client.call_full(&call).await;
                            (call, page)
                        }))
                    }
                },
            };
            let (call, page) = ready!(flight.as_mut().poll(context));
            this.flight = None;
            if let Err(error) = page.and_then(|page| this.pages.add(&call, page)) {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl<A: Api, E: Paged, T> fmt::Debug for Items<A, E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("client", &self.client).finish_non_exhaustive()
    }
}
