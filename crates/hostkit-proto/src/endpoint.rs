//! Endpoints: the encoder of a request and the decoder of its answer.

use crate::answer::RawAnswer;
use crate::api::Api;
use crate::codec::{DecodeError, EncodeError, Report};
use crate::evidence::Inputs;
use crate::info::EndpointInfo;
use crate::request::RequestParts;

/// A call of one endpoint. Generated, one type per endpoint variant.
pub trait Endpoint: Send + Sync {
    /// The API that the call belongs to.
    type Api: Api;
    /// The value of a successful answer.
    type Output: Send;
    /// The endpoint's constants.
    const INFO: EndpointInfo;

    /// Encodes the request, and checks the spec's constraints before anything is sent.
    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError>;

    /// Decodes a successful answer.
    fn decode(answer: &RawAnswer<'_>) -> Result<Self::Output, DecodeError>;

    /// The inputs that the answer repeats, by which an answer to another call is recognised.
    fn echo(&self) -> Inputs {
        Inputs::new()
    }

    /// What an answer has in the place of the inputs of [`Endpoint::echo`], by the same names.
    fn echoed(_output: &Self::Output) -> Inputs {
        Inputs::new()
    }

    /// The call for the page behind an answer, whose report has what could not be read; `None` if the answer is the last
    /// page, or the call has no pages.
    ///
    /// # Errors
    /// The answer does not tell which page comes next, or whether one does.
    fn page_after(&self, _page: &Self::Output, _report: &Report) -> Result<Option<Self>, DecodeError>
    where
        Self: Sized,
    {
        Ok(None)
    }

    /// Adds the items of the page behind an answer to it.
    fn add_page(_all: &mut Self::Output, _page: Self::Output) {}

    /// What a page says of how many items or pages there are; `None` if the answers of this call do not say that.
    fn page_count(&self, _page: &Self::Output) -> Option<PageCount> {
        None
    }

    /// The output for a fault that only means "there is nothing", listed in [`EndpointInfo::empty`].
    fn empty() -> Option<Self::Output> {
        None
    }
}

/// What a page of a list says of how many there are in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageCount {
    /// Whether the call asked for the first page.
    pub is_first: bool,
    /// The items of this page.
    pub items: usize,
    /// How many items there are on all pages, where the page says so.
    pub total: Option<u64>,
    /// How many pages there are, where the page says so.
    pub pages: Option<u64>,
}

/// Calls of the classes *safe* and *idempotent*: they go through `client.call`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may change, spend or destroy something: it does not go through `call`",
    label = "use `perform`, whose `Outcome` says whether it may have happened"
)]
pub trait Call: Endpoint {}

/// Calls that may be repeated automatically.
#[diagnostic::on_unimplemented(
    message = "`{Self}` must not be sent twice",
    label = "a repeat may act, or spend, again"
)]
pub trait Repeatable: Call {}

/// Calls whose answers are pages of one list: `client.items` goes through all of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not answer in pages",
    label = "use `call`, whose answer is whole"
)]
pub trait Paged: Call + Clone {
    /// An item of the list.
    type Item: Clone + PartialEq + Send;

    /// The items of one page.
    fn items(page: Self::Output) -> Vec<Self::Item>;
}
