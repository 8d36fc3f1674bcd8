//! Everything that decides what can happen next, as numbers; states with equal numbers are the same.

use std::time::Duration;

use hostkit_proto::{Effect, FaultKind};

use super::super::retry::Class;
use super::super::stores::SharedSignIn;
use super::super::{Ending, Exchange, Failed, SigningIn, State};
use super::caller::{Caller, Driver};
use super::gate;
use super::shop::{Code, Shop};
use super::world::World;
use crate::client::Admitted;
use crate::time::{Moment, Now};

/// The names of the variants of [`State`], by number.
pub(super) const STATES: &[&str] =
    &["Prepare", "Pause", "SignIn", "SignInFlight", "Telling", "Flight", "Ended", "Over"];

/// The number of a variant. There is no `_` arm, so that a new variant is not forgotten.
pub(super) fn variant(exchange: &Exchange<Shop>) -> usize {
    match exchange.state {
        State::Prepare => 0,
        State::Pause(_) => 1,
        State::SignIn(_) => 2,
        State::SignInFlight(..) => 3,
        State::Telling(..) => 4,
        State::Flight(..) => 5,
        State::Ended(_) => 6,
        State::Over => 7,
    }
}

/// The numbers of a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Shape(Vec<i64>);

struct Writer<'w> {
    world: &'w World,
    numbers: Vec<i64>,
}

impl Shape {
    pub(super) fn of(world: &World) -> Self {
        let mut writer = Writer { world, numbers: Vec::with_capacity(96) };
        writer.client();
        for caller in &world.callers {
            writer.caller(caller);
        }
        Self(writer.numbers)
    }
}

impl Writer<'_> {
    fn add(&mut self, number: impl Into<i64>) {
        self.numbers.push(number.into());
    }

    fn bits(&mut self, bits: &[bool]) {
        self.add(bits.iter().fold(1, |all, bit| all * 2 + i64::from(*bit)));
    }

    fn length(&mut self, length: usize) {
        self.add(i64::try_from(length).unwrap_or(i64::MAX));
    }

    fn duration(&mut self, duration: Duration) {
        self.add(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX));
    }

    fn moment(&mut self, moment: Moment) {
        self.duration(moment.since(Moment::START));
    }

    /// Adds a moment that no longer matters once it is past.
    fn timer(&mut self, moment: Moment) {
        self.moment(moment.max(self.world.now.monotonic));
    }

    fn now(&mut self, now: Now) {
        self.moment(now.monotonic);
        self.add(now.wall.0);
    }

    fn client(&mut self) {
        let world = self.world;
        let shared = world.core.shared();
        self.now(world.now);
        let left = &world.left;
        for left in [left.jumps, left.others, left.resets, left.whiles, shared.retries.left()] {
            self.add(left);
        }
        self.numbers.push(shared.random.state().cast_signed());
        let snapshot = shared.session.snapshot();
        let other = world.other.as_ref();
        self.bits(&[
            snapshot.is_led,
            snapshot.is_rejected,
            world.is_rejected,
            snapshot.held.is_some(),
            snapshot.life.is_some(),
            snapshot.is_proven,
            other.is_some(),
            other.is_some_and(|(guard, _)| guard.is_current()),
            other.is_some_and(|(_, is_disowned)| *is_disowned),
        ]);
        self.add(snapshot.failed_sign_ins.0);
        self.add(snapshot.failed_sign_ins.1);
        self.timer(snapshot.backoff_until);
        if let Some((asked, whole, renew)) = snapshot.life {
            self.now(asked);
            self.duration(whole);
            self.duration(renew);
        }
        if let Some((session, _)) = &snapshot.held {
            self.session(session);
        }
        for (_, calls, reported) in shared.rates.snapshot(world.now.monotonic) {
            self.length(calls.len());
            for (latest, is_under_way) in calls {
                self.moment(latest);
                self.bits(&[is_under_way]);
            }
            self.bits(&[reported.is_some()]);
            if let Some((left, reset)) = reported {
                self.length(left);
                self.moment(reset);
            }
        }
        self.server();
    }

    /// Adds the world's records that rules are checked against.
    fn server(&mut self) {
        let world = self.world;
        let now = world.now.monotonic;
        self.add(world.failed_sign_ins.0);
        self.moment(world.failed_sign_ins.1);
        for rule in world.setting.rules {
            let held = world.held.iter().filter(|(name, until)| *name == rule.name && *until > now);
            self.moment(held.map(|(_, until)| *until).max().unwrap_or(Moment::START));
            let mut ends: Vec<_> =
                world.counted_on(rule).map(|counted| (counted.until, counted.is_under_way)).collect();
            ends.sort_unstable();
            self.length(ends.len());
            for (until, is_under_way) in ends {
                self.moment(until);
                self.bits(&[is_under_way]);
            }
        }
        if let Some((_, process)) = &world.store {
            self.bits(&[process.leads(), process.is_refused]);
            self.length(world.tokens.len());
        }
        let money = world.budget.remaining().amount.mantissa();
        self.add(i64::try_from(money).unwrap_or(i64::MAX));
    }

    /// Adds a token, by the server's record of it.
    fn session(&mut self, session: &Admitted) {
        let number = session.session.token.as_ref().and_then(|token| token.expose().parse::<usize>().ok());
        if let Some(token) = number.and_then(|number| self.world.tokens.get(number)) {
            self.now(token.asked);
        }
    }

    /// Adds a generation; it matters only whether it is the one held.
    fn generation(&mut self, generation: Option<u64>) {
        let held = self.world.core.shared().session.snapshot().held.map(|(_, held)| held);
        self.bits(&[generation.is_some(), generation.is_some() && generation == held]);
    }

    fn caller(&mut self, caller: &Caller) {
        let Some(machine) = &caller.machine else {
            // Its end was already checked, but its retries still count towards the common budget.
            self.add(-1);
            self.add(caller.sent.saturating_sub(1 + caller.replays));
            return;
        };
        self.bits(&[
            caller.cancel.is_cancelled(),
            caller.has_begun,
            caller.is_refused,
            caller.has_gone_out && caller.kind.info.effect != Effect::Safe,
            caller.is_done,
            caller.is_queued,
        ]);
        // Only tokens that could be used again matter.
        let held = self.world.core.shared().session.snapshot().held;
        let held = held.and_then(|(session, _)| session.session.token.as_ref()?.expose().parse::<usize>().ok());
        let fresh = machine.exchange().fresh.as_ref().and_then(|lease| lease.session.session.token.as_ref());
        let fresh = fresh.and_then(|token| token.expose().parse::<usize>().ok());
        self.bits(&[
            held.is_some() && caller.refused_token == held,
            held.is_some() && caller.token == held,
            fresh.is_some() && caller.refused_token == fresh,
        ]);
        for count in [caller.sent, caller.logins, caller.replays] {
            self.add(count);
        }
        match &caller.driver {
            Driver::Ready => self.add(0),
            Driver::Wire(wire) => {
                self.bits(&[true, wire.is_login, wire.is_disowned]);
                // The life of a token counts from here; the time at which a call was sent matters only in its ticket.
                if wire.is_login {
                    self.now(wire.sent);
                }
            }
            Driver::Sleeps(until) => {
                self.add(1);
                self.timer(*until);
            }
            Driver::Waits { until, is_woken, .. } => {
                self.add(2 + i64::from(*is_woken));
                self.timer(*until);
            }
            Driver::Over => self.add(4),
        }
        for said in gate::asked(machine.as_ref()) {
            self.add(said);
        }
        let is_accepted = machine.is_accepted();
        self.bits(&[is_accepted.is_some(), is_accepted == Some(true)]);
        self.exchange(machine.exchange());
    }

    fn exchange(&mut self, exchange: &Exchange<Shop>) {
        self.length(variant(exchange));
        match &exchange.state {
            State::Prepare | State::Over | State::Flight(..) => {}
            State::Pause(until) => self.timer(*until),
            State::SignIn(signing) => self.signing(signing),
            State::SignInFlight(signing, ..) => self.signing(signing),
            State::Telling(failure, _) => self.bits(&[failure.guard.is_current(), failure.is_rejected]),
            State::Ended(failed) => self.failed(failed),
        }
        self.add(exchange.attempts);
        self.add(exchange.sign_ins);
        let failed = self.world.core.shared().session.snapshot().failed;
        self.bits(&[
            exchange.is_replayed,
            exchange.is_reread,
            exchange.may_have_happened,
            exchange.is_priced,
            exchange.last.is_some(),
            exchange.fresh.is_some(),
            exchange.waiting.is_some(),
            // Whether the awaited sign-in has failed.
            exchange.waiting.is_some_and(|waited| failed.is_some_and(|round| round >= waited)),
            exchange.asked.is_some(),
            exchange.saving.is_some(),
            exchange.holding.is_some(),
            exchange.reservation.is_some(),
            exchange.deadline.is_some(),
        ]);
        if let Some(failed) = &exchange.last {
            self.failed(failed);
        }
        self.generation(exchange.generation);
        if let Some(lease) = &exchange.fresh {
            self.generation(Some(lease.generation));
            self.session(&lease.session);
        }
        self.moment(exchange.deadline.unwrap_or(Moment::START));
        // What has not gone out does not, after this time.
        let is_held_back = exchange.class == Class::Acting && exchange.attempts == 0 && exchange.deadline.is_some();
        self.add(if is_held_back { exchange.wall_deadline.0 } else { 0 });
    }

    fn signing(&mut self, signing: &SigningIn<Shop>) {
        let shared_sign_in = match signing.shared_sign_in {
            SharedSignIn::Unasked => 0,
            SharedSignIn::Asked(_) => 1,
            SharedSignIn::Held(_) => 2,
            SharedSignIn::Alone => 3,
        };
        self.add(shared_sign_in);
        let (sent, sent_at, retry_after) = signing.guard.snapshot();
        self.bits(&[signing.guard.is_current()]);
        self.add(sent);
        self.moment(sent_at);
        self.timer(retry_after);
        self.timer(signing.not_before);
    }

    fn failed(&mut self, failed: &Failed<Code>) {
        let ending = match failed.ending {
            Ending::NotSent => 0,
            Ending::Rejected => 1,
            Ending::Open => 2,
        };
        self.add(ending);
        let is_conflict = failed.error.fault().is_some_and(|fault| fault.kind == FaultKind::Conflict);
        self.bits(&[failed.error.may_have_happened(), is_conflict]);
    }
}
