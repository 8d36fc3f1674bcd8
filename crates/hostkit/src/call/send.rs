//! The checks before a call is sent: price, session, rate limits, journal hook.

use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::{Api, BaseUrl, Effect, Flag, RequestParts, Session, SignIn};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, HeaderValue, USER_AGENT};

use super::stores::SharedSignIn;
use super::watched::millis;
use super::{Exchange, SigningIn, State, apply};
use crate::call::intent::Intent;
use crate::call::retry::{Class, MAX_ATTEMPTS};
use crate::client::Admitted;
use crate::config::impossible_attempts;
use crate::error::{Cause, Error, mistakes};
use crate::limits::price;
use crate::limits::rate::Room;
use crate::machine::Step;
use crate::session::cell::{Admission, Lease};
use crate::time::{Moment, Now};
use crate::transport::Outgoing;

/// The most sign-ins that one call makes.
pub(super) const MAX_SIGN_INS: u32 = 3;

/// The part of the remaining time that a repeatable call waits for the first byte over a kept connection.
const SHARE_OF_A_KEPT_CONNECTION: u32 = 3;

/// Whether the session permits sending.
enum Entry<D> {
    Go(Lease<Admitted>),
    /// Not yet: take this step first, or make another transition.
    Not(Option<Step<D>>),
}

impl<A: Api> Exchange<A> {
    /// Sends the call if every check passes.
    pub(super) fn prepare<D>(&mut self, now: Now, deadline: Moment) -> Option<Step<D>> {
        if !self.check_options(now) || !self.check_price(now) {
            return None;
        }
        if let Some(listener) = self.still_saving() {
            return Some(self.listen(now, deadline, listener));
        }
        if let Err(error) = &self.parts {
            let error = Error::new(self.info, Cause::Encode(error.clone()));
            self.fail(error, now);
            return None;
        }
        let lease = if self.info.authorised {
            match self.session(now, deadline) {
                Entry::Go(lease) => Some(lease),
                Entry::Not(step) => return step,
            }
        } else {
            None
        };
        let base = lease.as_ref().map(|lease| &lease.session.base);
        if self.read_at.as_ref().zip(base).is_some_and(|(read_at, base)| read_at != base) {
            // Two installations have other objects, and what was read at the one says nothing of the other.
            let why = "a new sign-in names another address than that at which was read what is there before the call";
            let error = Error::exhausted(self.info, why);
            self.fail(error, now);
            return None;
        }
        let request = match self.request(now, lease.as_ref()) {
            Ok(request) => request,
            Err(cause) => {
                let error = Error::new(self.info, cause);
                self.fail(error, now);
                return None;
            }
        };
        let permit = match self.room(now, deadline, self.info.rates) {
            Room::Go(permit) => permit,
            Room::Later(room) => return self.wait_for_room(now, deadline, room),
            Room::Wait(listener) => {
                self.watched.hold(now.monotonic);
                return Some(self.listen(now, deadline, listener));
            }
            Room::Broken(error) => {
                self.fail_rate_store(now, &error);
                return None;
            }
        };
        self.watched.release(now.monotonic);
        let (now, refusal) = match self.journal(now) {
            (now, Err(why)) => (now, Some(Error::refused(self.info, why))),
            // Whoever took this process for dead meanwhile was told that the call did not happen.
            (now, Ok(())) if now.monotonic >= deadline => {
                (now, Some(Error::exhausted(self.info, "the deadline passed in the hook before it was sent")))
            }
            // Where the computer slept, the monotonic clock stood still and that of the others did not.
            (now, Ok(())) if self.class == Class::Acting && now.wall >= self.wall_deadline => {
                let why = "by the wall clock the deadline passed before it was sent: the computer may have slept";
                (now, Some(Error::exhausted(self.info, why)))
            }
            (now, Ok(())) => (now, None),
        };
        if let Some(error) = refusal {
            self.core.rates().ended(now.monotonic, permit);
            self.fail(error, now);
            return None;
        }
        self.session = lease.as_ref().map(|lease| Arc::clone(&lease.session));
        self.generation = lease.map(|lease| lease.generation).filter(|generation| *generation > 0);
        self.attempts += 1;
        self.core.shared().watch.sent();
        tracing::debug!(attempt = self.attempts, "sending");
        self.state = State::Flight(now, permit);
        // A kept connection may be dead without saying so. Another attempt must not meet it again, and a call of which there
        // is no other would fail for nothing.
        let is_repeatable = self.class == Class::Repeatable;
        let is_reusable = is_repeatable && self.attempts == 1;
        let mut outgoing = self.outgoing(self.info.name, request, now, deadline, is_reusable, is_repeatable);
        // Given up in flight, a request that changes something would have an unknown outcome.
        outgoing.cancel = outgoing.cancel.filter(|_| self.info.effect == Effect::Safe);
        outgoing.failure = self.last.as_ref().map(|failed| failed.error.to_string().into());
        Some(Step::Send(outgoing))
    }

    /// Whether the call ends before anything is sent, because of its inputs or its price.
    pub(super) fn is_refused(&mut self, now: Now) -> bool {
        !self.check_options(now) || !self.check_price(now) || self.parts.is_err()
    }

    /// Checks options that no client can have been built with.
    fn check_options(&mut self, now: Now) -> bool {
        let most = self.max_attempts();
        if (1..=MAX_ATTEMPTS).contains(&most) {
            return true;
        }
        let error = Error::refused(self.info, impossible_attempts(most));
        self.fail(error, now);
        false
    }

    /// Checks the price once, before anything is sent.
    fn check_price(&mut self, now: Now) -> bool {
        // What destroys something may also start a charge.
        let may_cost = self.info.effect == Effect::Spends || self.info.has(Flag::Recurring);
        if self.is_priced || !may_cost {
            return true;
        }
        self.is_priced = true;
        match price::check(self.options.price, self.options.max_cost, self.core.budget()) {
            Ok(reservation) => {
                self.reservation = reservation;
                true
            }
            Err(why) => {
                let error = Error::refused(self.info, why);
                self.fail(error, now);
                false
            }
        }
    }

    /// Asks the hook; also returns the time after it, in which the process or the computer may have stood still.
    fn journal(&self, now: Now) -> (Now, Result<(), String>) {
        let Some(hook) = self.core.shared().before_send.as_ref().filter(|_| self.info.effect != Effect::Safe) else {
            return (now, Ok(()));
        };
        let asked = self.core.clock().now();
        let said = hook(&Intent {
            api: A::INFO.name,
            operation: self.info.name,
            effect: self.info.effect,
            price: self.options.price,
            at: now,
            ticket: self.ticket.as_ref().map(|ticket| ticket.clone().sent_at(now, self.deadline)),
        });
        let after = self.core.clock().now();
        // The wall clock counts whole seconds.
        let by_wall = after.since(asked).saturating_sub(Duration::from_secs(1));
        (now.later(after.monotonic.since(asked.monotonic).max(by_wall)), said)
    }

    fn wait_for_room<D>(&mut self, now: Now, deadline: Moment, room: Moment) -> Option<Step<D>> {
        if room >= deadline {
            let wait = room.since(now.monotonic);
            let why = format!("the rate limit leaves no room before the deadline; there may be some in {wait:.1?}");
            let error = Error::no_room(self.info, why).with_retry_after(Some(wait));
            self.fail(error, now);
            return None;
        }
        self.hold_until(now, self.info.name, room);
        self.sleep(room)
    }

    /// A rate limit holds a request of this endpoint back.
    pub(super) fn hold_until(&mut self, now: Now, endpoint: &'static str, room: Moment) {
        let wait_ms = millis(room.since(now.monotonic));
        tracing::info!(
            api = A::INFO.name,
            account = self.core.account(),
            endpoint,
            wait_ms,
            "waiting for a rate limit"
        );
        self.watched.hold(now.monotonic);
    }

    /// A session that is valid for this call, or the step towards one.
    fn session<D>(&mut self, now: Now, deadline: Moment) -> Entry<D> {
        // The machine may have slept, or waited for a store, since the answer.
        if let Some(lease) = self.fresh.take().filter(|lease| !lease.is_past_its_end(now)) {
            return Entry::Go(lease);
        }
        let shared = self.core.shared();
        let mut parts = RequestParts::of(self.info, apply::api_info::<A>(), shared.format, shared.host);
        let session = match A::sign_in(&shared.credentials, &mut parts) {
            Ok(SignIn::NotNeeded) => Session::default(),
            Ok(SignIn::Ready(session)) => session,
            Ok(SignIn::Ask) => return self.asked_session(now, deadline, parts),
            Err(error) => {
                let error = Error::new(self.info, Cause::Encode(error));
                self.fail(error, now);
                return Entry::Not(None);
            }
        };
        match self.admitted(session, 0) {
            // Generation 0 is a session that cannot be renewed.
            Ok(admitted) => Entry::Go(Lease::without_end(admitted)),
            Err(error) => {
                let error = Error::refused(self.info, error);
                self.fail(error, now);
                Entry::Not(None)
            }
        }
    }

    fn asked_session<D>(&mut self, now: Now, deadline: Moment, parts: RequestParts) -> Entry<D> {
        let need = self.needed_life(now, deadline);
        match self.core.shared().session.ask(now, need, &mut self.waiting) {
            Admission::Ready(lease) => Entry::Go(lease),
            Admission::Lead(guard) if guard.not_before() >= deadline => {
                let wait = guard.not_before().since(now.monotonic);
                drop(guard);
                let why =
                    format!("too many sign-ins got no answer that says anything; the next one is due in {wait:.1?}");
                let error = Error::exhausted(self.info, why).with_retry_after(Some(wait));
                self.fail(error, now);
                Entry::Not(None)
            }
            Admission::Lead(guard) if self.sign_ins < MAX_SIGN_INS => {
                self.state = State::SignIn(SigningIn {
                    guard,
                    parts,
                    not_before: now.monotonic,
                    shared_sign_in: SharedSignIn::Unasked,
                    waited: Duration::ZERO,
                });
                Entry::Not(None)
            }
            Admission::Lead(guard) => {
                drop(guard);
                let error = Error::exhausted(self.info, "every session ended before the call could be sent");
                self.fail(error, now);
                Entry::Not(None)
            }
            Admission::Wait(listener) => Entry::Not(Some(self.listen(now, deadline, listener))),
            Admission::Failed(error) => {
                self.fail_sign_in(now, error);
                Entry::Not(None)
            }
        }
    }

    /// Checks a session that this client has not made: a token that cannot be sent would fail every call until its end.
    pub(super) fn admitted_anew(&self, now: Now, session: Session, ahead: i64) -> Result<Admitted, String> {
        let shared = self.core.shared();
        let mut parts = RequestParts::of(self.info, apply::api_info::<A>(), shared.format, shared.host);
        parts.stamp(shared.stamp(now, ahead));
        for secret in session.secrets() {
            if secret.is_empty() {
                return Err("the token is empty".to_owned());
            }
            if secret.expose().trim() != secret.expose() {
                return Err("the token has blanks around it, which no header keeps".to_owned());
            }
        }
        A::authorise(&shared.credentials, &session, &mut parts)
            .map_err(|error| format!("the token cannot be sent: {}", mistakes(&error)))?;
        self.admitted(session, ahead)
    }

    /// Checks the base URL that the session's token is sent to.
    pub(super) fn admitted(&self, session: Session, ahead: i64) -> Result<Admitted, String> {
        let shared = self.core.shared();
        let base = match &session.base_url {
            None => shared.base.clone(),
            Some(named) => {
                let own = A::INFO.session_hosts.iter().copied();
                let allowed: Vec<&str> = own.chain(shared.session_hosts.iter().map(String::as_str)).collect();
                shared.base.accept_named(named, &allowed).map_err(|error| error.to_string())?
            }
        };
        Ok(Admitted { session, base, ahead })
    }

    /// The request with its credentials or token, below the only base URL that these may be sent to.
    fn request(&self, now: Now, lease: Option<&Lease<Admitted>>) -> Result<http::Request<Vec<u8>>, Cause<A::Code>> {
        let shared = self.core.shared();
        let mut parts = self.parts.clone().map_err(Cause::Encode)?;
        let base = match lease {
            None => &shared.base,
            Some(lease) => {
                let Admitted { session, base, ahead } = &*lease.session;
                parts.stamp(shared.stamp(now, *ahead));
                A::authorise(&shared.credentials, session, &mut parts).map_err(Cause::Encode)?;
                base
            }
        };
        self.finish(parts, base)
    }

    pub(super) fn finish(&self, parts: RequestParts, base: &BaseUrl) -> Result<http::Request<Vec<u8>>, Cause<A::Code>> {
        let mut request = parts.finish(base).map_err(Cause::Encode)?;
        let headers = request.headers_mut();
        headers.entry(USER_AGENT).or_insert_with(|| self.core.shared().user_agent.clone());
        // An uncompressed answer cannot inflate beyond the limits.
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
        // A cached list would show that an order did not happen; a cached sign-in would yield an expired token.
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        Ok(request)
    }

    pub(super) fn outgoing(
        &self,
        endpoint: &'static str,
        request: http::Request<Vec<u8>>,
        now: Now,
        deadline: Moment,
        reusable: bool,
        is_repeatable: bool,
    ) -> Box<Outgoing> {
        let timeout = deadline.since(now.monotonic);
        let silence = if is_repeatable { timeout / SHARE_OF_A_KEPT_CONNECTION } else { timeout };
        Box::new(Outgoing {
            endpoint,
            request,
            timeout,
            deadline,
            reusable,
            silence,
            format: self.format,
            limits: self.answer_limits(),
            cancel: self.options.cancel.clone(),
            failure: None,
        })
    }
}
