//! Where an exchange asks the stores that processes share: for a session, for room, and to keep what a sign-in gave.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use event_listener::EventListener;
use hostkit_proto::{Api, Session};

use super::{Exchange, SigningIn, State};
use crate::error::{Cause, Error};
use crate::limits::rate::Room;
use crate::machine::{Step, Wakeup};
use crate::session::shared::{Begun, SignInLease};
use crate::store::thread::{Answer, Polled};
use crate::time::{Moment, Now};

/// How long a wait for somebody else may be deaf to a cancellation.
const DEAF: Duration = Duration::from_millis(50);

/// How often it is looked whether another process has signed in. Entries tell nobody that they changed.
const LOOK: Duration = Duration::from_millis(25);

/// How a sign-in stands with those of other processes.
pub(super) enum SharedSignIn {
    Unasked,
    Asked(Answer<Begun>),
    /// It is for all of them.
    Held(SignInLease),
    /// It is for this process: there is no store, or it failed.
    Alone,
}

/// A sign-in that goes on; or the step that comes first, if it is not another transition.
pub(super) type Joined<A, D> = Result<SigningIn<A>, Option<Step<D>>>;

impl SharedSignIn {
    /// Keeps a new session for all; the answer is to be waited for, so that a process that ends soon has kept it.
    pub(super) fn save(self, session: &Session, age: Duration, lifetime: Option<Duration>) -> Option<Answer<()>> {
        match self {
            Self::Held(lease) => Some(lease.save(session, age, lifetime)),
            Self::Unasked | Self::Asked(_) | Self::Alone => None,
        }
    }

    /// Passes the duty to sign in on to other processes, or tells them that the credentials are wrong.
    pub(super) fn fail(self, is_refused: bool) -> Option<Answer<()>> {
        match self {
            Self::Held(lease) => Some(lease.fail(is_refused)),
            Self::Unasked | Self::Asked(_) | Self::Alone => None,
        }
    }
}

/// Whether the store has still to be told of the end of a sign-in.
pub(super) fn still_telling(answer: &Answer<()>) -> Option<EventListener> {
    still(answer, "a store could not be told of the end of a sign-in")
}

/// Whether the store has still to be told how long the server wants nobody to call.
pub(super) fn still_holding(answer: &Answer<()>) -> Option<EventListener> {
    still(answer, "a store could not be told how long to wait: other processes find out by themselves")
}

fn still(answer: &Answer<()>, failure: &'static str) -> Option<EventListener> {
    match answer.poll() {
        Polled::Pending(listener) => Some(listener),
        Polled::Ready(Ok(())) => None,
        Polled::Ready(Err(error)) => {
            tracing::warn!(error = %error, "{failure}");
            None
        }
    }
}

impl<A: Api> Exchange<A> {
    /// Goes on with a sign-in where no other process has done it, or does it now.
    pub(super) fn join<D>(&mut self, now: Now, deadline: Moment, mut signing: SigningIn<A>) -> Joined<A, D> {
        let Some(store) = &self.core.shared().shared_session else {
            return Ok(signing);
        };
        let answer = match signing.shared_sign_in {
            SharedSignIn::Held(_) | SharedSignIn::Alone => return Ok(signing),
            SharedSignIn::Asked(answer) => answer,
            SharedSignIn::Unasked => store.begin(self.needed_life(now, deadline), deadline.since(now.monotonic)),
        };
        let begun = match answer.poll() {
            Polled::Pending(listener) => {
                let step = self.listen(now, deadline, listener);
                self.state = State::SignIn(SigningIn { shared_sign_in: SharedSignIn::Asked(answer), ..signing });
                return Err(Some(step));
            }
            Polled::Ready(begun) => begun,
        };
        match begun {
            Ok(Begun::Lead(lease)) => {
                signing.shared_sign_in = SharedSignIn::Held(lease);
                return Ok(signing);
            }
            Ok(Begun::Busy) => {
                let not_before = now.monotonic + LOOK;
                self.state = State::SignIn(SigningIn { shared_sign_in: SharedSignIn::Unasked, not_before, ..signing });
            }
            Ok(Begun::Found { session, age }) => {
                let lifetime = session.lifetime;
                // What the store names is trusted no more than what the API names.
                match self.admitted(session) {
                    Ok(admitted) => {
                        tracing::debug!("another process has signed in");
                        let asked = now.earlier(age);
                        let early = self.core.shared().random.unit();
                        self.fresh = Some(signing.guard.succeed(admitted, asked, lifetime, early));
                        self.state = State::Prepare;
                    }
                    Err(why) => {
                        tracing::warn!(why, "a stored session is refused: signing in without the store");
                        signing.shared_sign_in = SharedSignIn::Alone;
                        return Ok(signing);
                    }
                }
            }
            Ok(Begun::Refused(ago)) => {
                let why = format!("another process was told {ago:.0?} ago that the credentials are wrong");
                let error = Arc::new(Error::named(signing.parts.endpoint(), Cause::Refused(why.into())));
                let _ = signing.guard.fail(Arc::clone(&error), now, false);
                self.fail_sign_in(now, error);
            }
            Err(error) => {
                tracing::warn!(error = %error, "the session store failed: signing in without it");
                signing.shared_sign_in = SharedSignIn::Alone;
                return Ok(signing);
            }
        }
        Err(None)
    }

    /// Whether a new session is still being kept.
    pub(super) fn still_saving(&mut self) -> Option<EventListener> {
        let answer = self.saving.take()?;
        match answer.poll() {
            Polled::Pending(listener) => {
                self.saving = Some(answer);
                return Some(listener);
            }
            Polled::Ready(Ok(())) => {}
            Polled::Ready(Err(error)) => tracing::warn!(error = %error, "a session could not be kept for others"),
        }
        None
    }

    /// Asks for room in the rate limits.
    pub(super) fn room(&mut self, now: Now, deadline: Moment, names: &'static [&'static str]) -> Room {
        let Self { core, asked, .. } = self;
        core.rates().ask(now.monotonic, deadline, names, asked)
    }

    /// Nothing goes where calls cannot be counted: too many of them may lock the account out.
    pub(super) fn fail_rate_store(&mut self, now: Now, error: &io::Error) {
        let error = Error::refused(self.info, format!("the rate store failed: {error}"));
        self.fail(error, now);
    }

    /// Waits for somebody else so that the caller can cancel.
    pub(super) fn listen<D>(&self, now: Now, deadline: Moment, listener: EventListener) -> Step<D> {
        let until = match self.options.cancel {
            Some(_) => deadline.min(now.monotonic + DEAF),
            None => deadline,
        };
        Step::Wait(Wakeup::new(listener), until)
    }
}
