//! What a client tells of its calls: a hook after each call, counters, and what is left of its rate limits.
//!
//! Deliberately not here: logs. They are events and spans of `tracing`.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hostkit_proto::Effect;

/// How a call ended, or a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// It happened, or its value was read.
    Done,
    /// The API accepted it and will carry it out later.
    Accepted,
    /// The API refused it.
    Rejected,
    /// No byte of it was sent: an input, a price, a rate limit, a hook, a sign-in or the network stood against it.
    NotSent,
    /// It was sent and gave no value, and nothing is lost by that: a call that is safe or may be repeated, or a sign-in.
    Failed,
    /// It acts, was sent, and may have happened.
    Unresolved,
    /// The caller cancelled it before it was sent, or it only reads.
    Cancelled,
    /// Its future or machine was dropped before its end. If it acts and was sent, it may have happened.
    Dropped,
}

impl CallOutcome {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Accepted,
        Self::Rejected,
        Self::NotSent,
        Self::Failed,
        Self::Unresolved,
        Self::Cancelled,
        Self::Dropped,
    ];

    /// Its name, for logs and labels: small letters and underscores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::NotSent => "not_sent",
            Self::Failed => "failed",
            Self::Unresolved => "unresolved",
            Self::Cancelled => "cancelled",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A call that has ended, for the hook of [`ClientBuilder::after_call`](crate::ClientBuilder::after_call). It holds no
/// input, no text of the API and no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallRecord<'a> {
    /// The name of the API.
    pub api: &'static str,
    /// The account, where [`ClientBuilder::account`](crate::ClientBuilder::account) names it.
    pub account: Option<&'a str>,
    /// The name of the endpoint, such as `get_server`.
    pub endpoint: &'static str,
    /// What the call may do.
    pub effect: Effect,
    /// Whether it is a sign-in, which a call made for itself and for others.
    pub is_sign_in: bool,
    /// How it ended.
    pub outcome: CallOutcome,
    /// The HTTP status of the last answer; none where no answer came.
    pub status: Option<u16>,
    /// The number of times that it was sent.
    pub attempts: u32,
    /// The time for which rate limits held it back: those of the client, and the API's `Retry-After`.
    pub waited: Duration,
    /// The time from its beginning to its end, with sign-ins, waits and retries.
    pub took: Duration,
}

/// The hook after each call.
pub(crate) type AfterCall = Arc<dyn Fn(&CallRecord<'_>) + Send + Sync>;

/// What a client has done so far, counted over all its clones. Calls are those of its methods, and the reads that
/// [`Perform`](crate::Perform), waiters and recovery make; sign-ins are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    ended: [u64; CallOutcome::ALL.len()],
    /// How often calls were sent, retries included.
    pub attempts: u64,
    /// How many sign-ins were sent.
    pub sign_ins: u64,
    /// The calls that have begun and not ended, those that wait included.
    pub in_flight: u64,
}

impl Counters {
    /// The calls that ended in this way.
    pub fn ended(&self, outcome: CallOutcome) -> u64 {
        self.ended.get(outcome as usize).copied().unwrap_or_default()
    }
}

/// What is left of one of a client's rate limits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLeft {
    /// Its name in the API's spec.
    pub name: String,
    /// The calls that it allows in each window.
    pub count: u32,
    /// The length of a window.
    pub window: Duration,
    /// The calls that it allows now. Where processes share the limit: after this client's last call that counts on it.
    pub left: u32,
    /// How long until it allows one; zero if it allows one now. Calls in flight are taken to end at once.
    pub next: Duration,
}

/// A read of a recovery that was not the last, for [`recover_with`](crate::machinery::ClientCore::recover_with).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecoveryRead {
    /// The number of reads so far.
    pub reads: u32,
    /// What this one saw, in a few words.
    pub seen: String,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// The time until the next read.
    pub next: Duration,
    /// The time from which on the call's absence means that it did not happen; zero once it does.
    pub until_absence_counts: Duration,
}

/// The live counters, and the hook.
pub(crate) struct Watch {
    ended: [AtomicU64; CallOutcome::ALL.len()],
    attempts: AtomicU64,
    sign_ins: AtomicU64,
    in_flight: AtomicU64,
    after_call: Option<AfterCall>,
}

impl Watch {
    pub(crate) fn new(after_call: Option<AfterCall>) -> Self {
        Self {
            ended: Default::default(),
            attempts: AtomicU64::new(0),
            sign_ins: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            after_call,
        }
    }

    pub(crate) fn counters(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            ended: self.ended.each_ref().map(read),
            attempts: read(&self.attempts),
            sign_ins: read(&self.sign_ins),
            in_flight: read(&self.in_flight),
        }
    }

    pub(crate) fn begun(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn signing_in(&self) {
        self.sign_ins.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call that has ended, and calls the hook, whose panic must not take the outcome of an order with it.
    pub(crate) fn ended(&self, record: &CallRecord<'_>) {
        if !record.is_sign_in {
            self.in_flight.fetch_sub(1, Ordering::Relaxed);
            if let Some(counter) = self.ended.get(record.outcome as usize) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
        if let Some(hook) = &self.after_call
            && catch_unwind(AssertUnwindSafe(|| hook(record))).is_err()
        {
            tracing::error!(api = record.api, endpoint = record.endpoint, "the hook after_call panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_a_counter_of_its_own() {
        for (index, outcome) in CallOutcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, index, "{outcome}");
        }
    }
}
