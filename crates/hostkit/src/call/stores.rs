//! The exchange's side of shared stores: takes a session, asks for rate-limit room, stores a new session.

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

/// How often a wait for another caller checks for cancellation.
const DEAF: Duration = Duration::from_millis(50);

/// Poll interval for another process's sign-in; entries have no change notification.
const LOOK: Duration = Duration::from_millis(25);

/// State of a sign-in in the store that other processes share.
pub(super) enum SharedSignIn {
    Unasked,
    Asked(Answer<Begun>),
    /// This client holds the lease for all processes.
    Held(SignInLease),
    /// The sign-in is for this process only: there is no store, or it failed.
    Alone,
}

/// A sign-in that may continue, or else the step that comes first; `Err(None)` asks for another transition.
pub(super) type Joined<A, D> = Result<SigningIn<A>, Option<Step<D>>>;

impl SharedSignIn {
    /// Stores a new session for all processes. Wait for the answer, because this process may end right after the call.
    pub(super) fn save(self, session: &Session, age: Duration, lifetime: Option<Duration>) -> Option<Answer<()>> {
        match self {
            Self::Held(lease) => Some(lease.save(session, age, lifetime)),
            Self::Unasked | Self::Asked(_) | Self::Alone => None,
        }
    }

    /// Passes the duty to sign in on, or records for other processes that the credentials were rejected.
    pub(super) fn fail(self, is_refused: bool) -> Option<Answer<()>> {
        match self {
            Self::Held(lease) => Some(lease.fail(is_refused)),
            Self::Unasked | Self::Asked(_) | Self::Alone => None,
        }
    }
}

/// A listener while the end of a sign-in is being recorded in the store.
pub(super) fn still_telling<A: Api>(answer: &Answer<()>) -> Option<EventListener> {
    still::<A>(answer, "could not record the end of a sign-in in the store")
}

/// A listener while the server's `Retry-After` is being recorded in the store.
pub(super) fn still_holding<A: Api>(answer: &Answer<()>) -> Option<EventListener> {
    still::<A>(answer, "could not record Retry-After in the store: other processes will learn it from the server")
}

fn still<A: Api>(answer: &Answer<()>, failure: &'static str) -> Option<EventListener> {
    match answer.poll() {
        Polled::Pending(listener) => Some(listener),
        Polled::Ready(Ok(())) => None,
        Polled::Ready(Err(error)) => {
            tracing::warn!(api = A::INFO.name, error = %error, "{failure}");
            None
        }
    }
}

impl<A: Api> Exchange<A> {
    /// Continues a sign-in unless another process has a session or is signing in.
    pub(super) fn join<D>(&mut self, now: Now, deadline: Moment, mut signing: SigningIn<A>) -> Joined<A, D> {
        // How far the clocks of another machine are apart says nothing here.
        let Some(store) = self.core.shared().shared_session.as_ref().filter(|_| !A::INFO.reads_clock) else {
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
                // Token and base URL from the store are checked like those from the API.
                match self.admitted_anew(now, session, 0) {
                    Ok(admitted) => {
                        tracing::debug!(api = A::INFO.name, "another process has signed in");
                        let asked = now.earlier(age);
                        let early = self.core.shared().random.unit();
                        self.fresh = Some(signing.guard.succeed(admitted, asked, lifetime, early));
                        self.state = State::Prepare;
                    }
                    Err(why) => {
                        tracing::warn!(
                            api = A::INFO.name,
                            why,
                            "a stored session is refused: signing in without the store"
                        );
                        signing.shared_sign_in = SharedSignIn::Alone;
                        return Ok(signing);
                    }
                }
            }
            Ok(Begun::Refused(ago)) => {
                let why = format!("the API rejected the credentials in another process {ago:.0?} ago");
                let error = Arc::new(self.sign_in_error(signing.parts.endpoint(), Cause::Refused(why.into())));
                let _ = signing.guard.fail(Arc::clone(&error), now, false);
                self.fail_sign_in(now, error);
            }
            Err(error) => {
                tracing::warn!(api = A::INFO.name, error = %error, "the session store failed: signing in without it");
                signing.shared_sign_in = SharedSignIn::Alone;
                return Ok(signing);
            }
        }
        Err(None)
    }

    /// A listener while a new session is being stored.
    pub(super) fn still_saving(&mut self) -> Option<EventListener> {
        let answer = self.saving.take()?;
        match answer.poll() {
            Polled::Pending(listener) => {
                self.saving = Some(answer);
                return Some(listener);
            }
            Polled::Ready(Ok(())) => {}
            Polled::Ready(Err(error)) => {
                tracing::warn!(api = A::INFO.name, error = %error, "a session could not be kept for other processes");
            }
        }
        None
    }

    /// Asks for room in the rate limits, here or in the store.
    pub(super) fn room(&mut self, now: Now, deadline: Moment, names: &'static [&'static str]) -> Room {
        let Self { core, asked, .. } = self;
        core.rates().ask(now.monotonic, deadline, names, asked)
    }

    /// Fails the call if calls cannot be counted: exceeding a limit may lock the account out.
    pub(super) fn fail_rate_store(&mut self, now: Now, error: &io::Error) {
        let error = Error::refused(self.info, format!("the rate store failed: {error}"));
        self.fail(error, now);
    }

    /// Waits for another caller or the store, with checks for cancellation.
    pub(super) fn listen<D>(&self, now: Now, deadline: Moment, listener: EventListener) -> Step<D> {
        let until = match self.options.cancel {
            Some(_) => deadline.min(now.monotonic + DEAF),
            None => deadline,
        };
        Step::Wait(Wakeup::new(listener), until)
    }
}
