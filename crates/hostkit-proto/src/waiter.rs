//! Waiters as data: which call to poll, how often, and how to judge its answers.

use std::time::Duration;

use crate::api::Api;
use crate::endpoint::{Call, Endpoint};
use crate::fault::Fault;

/// Waits for a state that is reached after a call's answer, such as a server being built. Generated from specs.
pub trait Waiter: Send {
    /// The call that is polled.
    type Endpoint: Call;
    /// The value at the end.
    type Found;
    /// What is known of the waiter.
    const INFO: WaiterInfo;

    /// The call to make now.
    fn poll(&self) -> Self::Endpoint;

    /// Judges an answer.
    fn judge(&self, output: <Self::Endpoint as Endpoint>::Output) -> Progress<Self::Found>;

    /// What a fault says; `None` where it is an error like any other. Waiting for something to go away, "not found" is
    /// the end.
    fn on_fault(
        &self,
        fault: &Fault<<<Self::Endpoint as Endpoint>::Api as Api>::Code>,
    ) -> Option<Progress<Self::Found>> {
        let _ = fault;
        None
    }
}

/// What is known of a waiter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaiterInfo {
    /// The name in the spec.
    pub name: &'static str,
    /// The time before the first poll.
    pub first: Duration,
    /// The time between the first two polls.
    pub interval: Duration,
    /// What the interval grows to at most.
    pub cap: Duration,
    /// The time for all of it, where the caller sets none.
    pub deadline: Duration,
    /// What the interval is multiplied by after each poll; 1 keeps it.
    pub growth: f64,
}

impl WaiterInfo {
    /// First poll after 5 seconds, then every 5 to 30 seconds, half an hour in all.
    pub const DEFAULT: Self = Self {
        name: "",
        first: Duration::from_secs(5),
        interval: Duration::from_secs(5),
        cap: Duration::from_secs(30),
        deadline: Duration::from_secs(30 * 60),
        growth: 1.5,
    };
}

/// What one poll says about the end.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress<T> {
    /// Not yet.
    Pending(Observation),
    /// The state is reached.
    Ready(T),
    /// The state will never be reached, for this reason.
    Failed(String),
}

/// What a poll saw on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Observation {
    /// What the API calls it.
    pub text: String,
    /// How far it is, where the API says so.
    pub percent: Option<u8>,
}

impl Observation {
    /// An observation without a figure.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), percent: None }
    }

    /// The same with a figure, at most 100.
    pub fn percent(mut self, percent: u8) -> Self {
        self.percent = Some(percent.min(100));
        self
    }
}
