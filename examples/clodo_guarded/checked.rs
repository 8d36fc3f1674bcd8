//! A call that acts, sent between two reads that show what it changed.

use std::fmt;
use std::time::Duration;

use hostkit::transport::Transport;
use hostkit::{Call, CallOptions, Error, Outcome, OutcomeOf, Perform};
use hostkit_ureq::Client;

use clodo_proto::{Clodo, Code};

/// Reads after the call, at most, until its effect shows.
const READS: u32 = 3;

/// Time between two of these reads.
const BETWEEN: Duration = Duration::from_secs(2);

/// Outcome of a call, with what was read before and after it.
///
/// The outcome alone cannot show that a proxy sent the call twice; the reads can. `T` is the state that is read.
#[derive(Debug, Clone)]
#[must_use = "`outcome` is what the answer said, `change` what really happened"]
pub struct Checked<T> {
    /// The outcome according to the answer.
    pub outcome: Outcome<(), Code>,
    /// The state before the call.
    pub before: T,
    /// The state at the last read; `None` if nothing was sent or the state could not be read.
    pub after: Option<T>,
    /// The change between the two reads.
    pub change: Change,
}

/// The change that two reads show.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Change {
    /// Exactly what was asked for.
    AsAsked,
    /// No change at the last of several reads. After an unresolved outcome it may still come.
    NotSeen,
    /// Another change, described, such as two addresses where one was asked for.
    Otherwise(String),
    /// The state could not be read afterwards.
    Unread(Error<Code>),
}

impl Change {
    /// Whether the change is exactly what was asked for.
    pub fn is_as_asked(&self) -> bool {
        matches!(self, Self::AsAsked)
    }
}

/// Why a call was not sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CheckError {
    /// The state could not be read beforehand.
    Unread(Error<Code>),
    /// The state is already as asked, described. Sending the call would do harm, or cost money, for nothing.
    AlreadySo(String),
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(error) => write!(f, "nothing was sent: the state before could not be read: {error}"),
            Self::AlreadySo(what) => write!(f, "nothing was sent: {what}"),
        }
    }
}

impl std::error::Error for CheckError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unread(error) => Some(error),
            Self::AlreadySo(_) => None,
        }
    }
}

/// Waits until the next read, on the client's clock.
pub(super) fn pause(client: &Client<Clodo, impl Transport>) {
    let clock = client.core().clock();
    std::thread::sleep(clock.sleep(clock.now().monotonic + BETWEEN));
}

/// The parameters of a checked call.
pub(super) struct Check<E, R, P, J> {
    pub(super) act: E,
    pub(super) read: R,
    /// The reason not to send the call in this state, if there is one.
    pub(super) refuse: P,
    /// Compares the states before and after.
    pub(super) judge: J,
}

impl<E, R, P, J> Check<E, R, P, J>
where
    E: Perform<Api = Clodo, Output = ()> + 'static,
    R: Call<Api = Clodo> + 'static,
    P: Fn(&R::Output) -> Option<String>,
    J: Fn(&R::Output, &R::Output) -> Change,
{
    pub(super) fn run(self, client: &Client<Clodo, impl Transport>) -> Result<Checked<R::Output>, CheckError> {
        let Self { act, read, refuse, judge } = self;
        let before = client.call(&read).map_err(CheckError::Unread)?;
        if let Some(why) = refuse(&before) {
            return Err(CheckError::AlreadySo(why));
        }
        // What was there before is read above, and compared below.
        let outcome: OutcomeOf<E> = client.with(CallOptions::new().unread()).perform(&act);
        if matches!(outcome, Outcome::NotSent(_)) {
            return Ok(Checked { outcome, before, after: None, change: Change::NotSeen });
        }
        // A rejection is checked as well: a proxy that repeats the call may return the answer to the second copy.
        let mut after = None;
        let mut change = Change::NotSeen;
        for attempt in 1..=READS {
            match client.call(&read) {
                Ok(now) => {
                    change = judge(&before, &now);
                    after = Some(now);
                }
                Err(error) => change = Change::Unread(error),
            }
            let is_seen = matches!(change, Change::AsAsked | Change::Otherwise(_));
            // The effect of a rejected call will not come later.
            let is_open = outcome.may_have_happened();
            if is_seen || attempt == READS || !is_open {
                break;
            }
            pause(client);
        }
        Ok(Checked { outcome, before, after, change })
    }
}
