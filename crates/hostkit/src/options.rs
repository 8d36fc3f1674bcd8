//! What one call may be told beside what it is.

use std::time::Duration;

use hostkit_proto::UnknownFields;
use hostkit_wire::{Format, Limits};

use crate::cancel::Cancel;
use crate::transport::AnswerLimits;

use rust_decimal::Decimal;

/// What one call may be told beside what it is. The default leaves everything to the client and the endpoint.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// The time for all of the call: sign-in, waiting, retries, and the last byte of the answer.
    pub deadline: Option<Duration>,
    /// The highest price that a call of the class *spends* may have. It needs [`CallOptions::price`].
    pub max_cost: Option<Decimal>,
    /// What the call costs, from the API's price list.
    pub price: Option<Decimal>,
    /// What to do with fields that the spec does not know.
    pub unknown_fields: Option<UnknownFields>,
    /// The format of the answer, one of the API's.
    pub format: Option<Format>,
    /// How much of an answer is taken.
    pub answer_limits: Option<AnswerLimits>,
    /// How large the tree of an answer may grow.
    pub tree_limits: Option<Limits>,
    /// Who may cancel it.
    pub cancel: Option<Cancel>,
}

impl CallOptions {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time for all of the call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the highest price that the call may have.
    pub fn max_cost(mut self, max_cost: Decimal) -> Self {
        self.max_cost = Some(max_cost);
        self
    }

    /// Says what the call costs.
    pub fn price(mut self, price: Decimal) -> Self {
        self.price = Some(price);
        self
    }

    /// Says what to do with fields that the spec does not know.
    pub fn unknown_fields(mut self, unknown: UnknownFields) -> Self {
        self.unknown_fields = Some(unknown);
        self
    }

    /// Sets the format of the answer.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets how much of an answer is taken.
    pub fn answer_limits(mut self, limits: AnswerLimits) -> Self {
        self.answer_limits = Some(limits);
        self
    }

    /// Sets how large the tree of an answer may grow.
    pub fn tree_limits(mut self, limits: Limits) -> Self {
        self.tree_limits = Some(limits);
        self
    }

    /// Says who may cancel it.
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }
}
