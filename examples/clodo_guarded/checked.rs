//! An act between two reads, and what the reads say about it.

use std::fmt;
use std::time::Duration;

use hostkit::transport::Transport;
use hostkit::{Call, Error, Outcome, OutcomeOf, Perform};
use hostkit_ureq::Client;

use clodo_proto::{Clodo, Code};

/// How often the state is read after the act, until the act is seen.
const LOOKS: u32 = 3;

/// The time between two of these reads.
const BETWEEN: Duration = Duration::from_secs(2);

/// How an act ended, and what was read before and after it.
///
/// Where a proxy sent the act twice, the outcome cannot know; the reads do. `T` is what was read.
#[derive(Debug, Clone)]
#[must_use = "the outcome says what the answer said, the change what really happened"]
pub struct Checked<T> {
    /// What the answer to the act said.
    pub outcome: Outcome<(), Code>,
    /// What there was before.
    pub before: T,
    /// What there was at the last look; none where nothing was sent, or where nothing could be read.
    pub after: Option<T>,
    /// What came of it.
    pub change: Change,
}

/// What two reads say about the act between them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Change {
    /// Exactly what was asked for has happened.
    AsAsked,
    /// Nothing has changed, at the last of several looks. After an unresolved outcome it may still come.
    NotSeen,
    /// Something else has changed, in words: such as two addresses where one was asked for.
    Otherwise(String),
    /// Nobody could look.
    Unread(Error<Code>),
}

impl Change {
    /// Whether exactly what was asked for has happened.
    pub fn is_as_asked(&self) -> bool {
        matches!(self, Self::AsAsked)
    }
}

/// Why an act was not even tried.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CheckError {
    /// The state before could not be read.
    Unread(Error<Code>),
    /// It is so already, in words. To send the act would do harm, or cost, for nothing.
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

/// Waits until the next look, on the clock of the client.
pub(super) fn pause(client: &Client<Clodo, impl Transport>) {
    let clock = client.core().clock();
    std::thread::sleep(clock.sleep(clock.now().monotonic + BETWEEN));
}

/// What has to be known to check an act.
pub(super) struct Check<E, R, P, J> {
    pub(super) act: E,
    pub(super) read: R,
    /// Why the act must not be sent in this state.
    pub(super) refuse: P,
    /// What came of the act.
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
        let outcome: OutcomeOf<E> = client.perform(&act);
        if matches!(outcome, Outcome::NotSent(_)) {
            return Ok(Checked { outcome, before, after: None, change: Change::NotSeen });
        }
        // A rejection is looked at as well: a proxy that repeats the act may show the answer to the second copy.
        let mut after = None;
        let mut change = Change::NotSeen;
        for look in 1..=LOOKS {
            match client.call(&read) {
                Ok(now) => {
                    change = judge(&before, &now);
                    after = Some(now);
                }
                Err(error) => change = Change::Unread(error),
            }
            let is_seen = matches!(change, Change::AsAsked | Change::Otherwise(_));
            // An act that was refused has no reason to come late.
            let is_open = outcome.may_have_happened();
            if is_seen || look == LOOKS || !is_open {
                break;
            }
            pause(client);
        }
        Ok(Checked { outcome, before, after, change })
    }
}
