//! The options of a single call.

use std::time::Duration;

use hostkit_proto::{Money, UnknownFields};
use hostkit_wire::{Format, Limits};

use crate::cancel::Cancel;
use crate::transport::AnswerLimits;

/// The options of a single call. By default everything is up to the client and the endpoint.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// The total time of the call: sign-in, waiting, retries, and receipt of the whole answer.
    pub deadline: Option<Duration>,
    /// The highest price that a call of the class *spends* may have. It needs [`CallOptions::price`], in the same currency.
    pub max_cost: Option<Money>,
    /// What the call costs, from the API's price list.
    pub price: Option<Money>,
    /// What to do with fields that the spec does not know.
    pub unknown_fields: Option<UnknownFields>,
    /// The format of the answer, one of the API's.
    pub format: Option<Format>,
    /// The largest answer that is accepted.
    pub answer_limits: Option<AnswerLimits>,
    /// The largest parsed tree of an answer.
    pub tree_limits: Option<Limits>,
    /// The token that cancels it.
    pub cancel: Option<Cancel>,
    /// Whether a call that acts goes out without reading first what is there before it.
    pub is_unread: bool,
    /// How often a call that may be repeated is sent at most: 1 to 3. A call with another number is refused.
    pub max_attempts: Option<u32>,
    /// The time before each poll of a waiter, in place of the waiter's own, which grow. It is at least 100 milliseconds, and
    /// what the rate limits of the call allow for ever.
    pub poll_interval: Option<Duration>,
}

impl CallOptions {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the total time of the call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the highest price that the call may have.
    pub fn max_cost(mut self, max_cost: Money) -> Self {
        self.max_cost = Some(max_cost);
        self
    }

    /// Sets the price of the call.
    pub fn price(mut self, price: Money) -> Self {
        self.price = Some(price);
        self
    }

    /// Sets the treatment of fields that the spec does not know.
    pub fn unknown_fields(mut self, unknown: UnknownFields) -> Self {
        self.unknown_fields = Some(unknown);
        self
    }

    /// Sets the format of the answer.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the largest answer that is accepted.
    pub fn answer_limits(mut self, limits: AnswerLimits) -> Self {
        self.answer_limits = Some(limits);
        self
    }

    /// Sets the largest parsed tree of an answer.
    pub fn tree_limits(mut self, limits: Limits) -> Self {
        self.tree_limits = Some(limits);
        self
    }

    /// Sends a call that acts without reading first what is there before it. That saves one safe call; what became of the
    /// call cannot be found out then if its answer is lost.
    pub fn unread(mut self) -> Self {
        self.is_unread = true;
        self
    }

    /// Sets the token that cancels the call.
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Sets how often a call that may be repeated, or its sign-in, is sent at most: 1 to 3. A call with another number is
    /// refused before it is sent.
    pub fn max_attempts(mut self, most: u32) -> Self {
        self.max_attempts = Some(most);
        self
    }

    /// Sets the time before each poll of a waiter.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }
}
