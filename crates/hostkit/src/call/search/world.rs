//! One client with its callers, its server and its clock, and the effect of each event.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hostkit_proto::{RateRule, Secret, Session, UnixTime};
use rust_decimal::Decimal;

use super::caller::{Caller, Driver, Wire};
use super::event::Event;
use super::gate::{Gate, Keeps, Process};
use super::server::{Fate, LOGINS, ROWS, Row, TOKEN, Token};
use super::settings::Setting;
use super::shop::{LOGIN, Shop};
use super::{gate, rules, shape};
use crate::client::{Admitted, ClientCore};
use crate::error::{Cause, Error};
use crate::limits::price::Budget;
use crate::limits::rate::Rates;
use crate::machine::Step;
use crate::session::cell::Admission;
use crate::time::{ManualClock, Moment, Now};
use crate::transport::{Incoming, Outgoing};

/// The price of an order.
pub(super) const PRICE: i64 = 30;
pub(super) const WALL: i64 = 1_700_000_000;
/// How far the wall clock jumps, in seconds: past the end of every token.
const JUMP: i64 = 3600;
/// A time after which no deadline has passed.
const WHILE: Duration = Duration::from_secs(7);

type Guard = super::super::Guard<Shop>;

/// A call that the server counts towards a limit.
pub(super) struct Counted {
    pub(super) name: &'static str,
    /// The latest time of its arrival: its end, or its deadline while it is in flight.
    pub(super) until: Moment,
    pub(super) is_under_way: bool,
    /// Its caller; `None` once that was dropped.
    caller: Option<usize>,
}

pub(super) struct World {
    pub(super) setting: &'static Setting,
    pub(super) core: ClientCore<Shop>,
    pub(super) now: Now,
    pub(super) jumped: i64,
    pub(super) callers: Vec<Caller>,
    pub(super) other: Option<(Guard, bool)>,
    pub(super) tokens: Vec<Token>,
    pub(super) counted: Vec<Counted>,
    /// Until when the server asked for no calls under a limit.
    pub(super) held: Vec<(&'static str, Moment)>,
    pub(super) budget: Budget,
    pub(super) is_rejected: bool,
    /// The number of sign-ins sent since the last token, and when the last one was sent.
    pub(super) failed_sign_ins: (u32, Moment),
    pub(super) store: Option<(Gate, Process)>,
    /// How often events that could repeat without end may still happen.
    pub(super) left: Left,
    /// The variants of the exchange's state that occurred, as bits.
    pub(super) variants: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Left {
    pub(super) jumps: u32,
    pub(super) others: u32,
    pub(super) resets: u32,
    pub(super) whiles: u32,
}

impl World {
    pub(super) fn new(setting: &'static Setting) -> Self {
        let budget = Budget::new(Decimal::from(PRICE * i64::from(setting.orders)).into());
        let mut config = ClientCore::<Shop>::builder(setting.customer)
            .clock(ManualClock::new(UnixTime(WALL)))
            .rates(Rates::new(setting.rules))
            .budget(budget.clone())
            .seed(1);
        if setting.journal_refuses {
            config = config.before_send(|_| Err("the journal is full".into()));
        }
        let gate = (setting.keeps != Keeps::Nothing).then(Gate::new);
        config = match (&gate, setting.keeps) {
            (Some(gate), Keeps::Session) => config.session_store(gate.sessions()),
            (Some(gate), Keeps::Rates) => config.rate_store(gate.rates()),
            _ => config,
        };
        let core = config.build().expect("the setting is fine");
        for _ in setting.retries..10 {
            assert!(core.shared().retries.take());
        }
        let callers = setting.kinds.iter().map(|kind| Caller::new(&core, setting, kind)).collect();
        let now = Now { monotonic: Moment::START, wall: UnixTime(WALL) };
        let mut counted = Vec::new();
        let store = gate.map(|gate| {
            gate.set_clock(now);
            for rule in setting.rules.iter().filter(|_| setting.keeps == Keeps::Rates) {
                Process::call(&gate, &core, rule);
                counted.push(Counted { name: rule.name, until: now.monotonic, is_under_way: false, caller: None });
            }
            let process = Process::new(&gate, &core);
            (gate, process)
        });
        Self {
            setting,
            core,
            now,
            jumped: 0,
            callers,
            other: None,
            tokens: Vec::new(),
            counted,
            held: Vec::new(),
            budget,
            is_rejected: false,
            failed_sign_ins: (0, Moment::START),
            store,
            left: setting.left,
            variants: 0,
        }
    }

    pub(super) fn waits_for_the_store(&self) -> bool {
        let machines = self.callers.iter().filter_map(|caller| caller.machine.as_deref());
        self.store.is_some() && machines.flat_map(gate::asked).any(|said| said == gate::NOT_YET)
    }

    pub(super) fn is_over(&self) -> bool {
        self.callers.iter().all(|caller| matches!(caller.driver, Driver::Over))
    }

    /// The calls that the current window of a limit contains.
    pub(super) fn counted_on<'w>(&'w self, rule: &'w RateRule) -> impl Iterator<Item = &'w Counted> {
        let is_inside =
            move |counted: &&Counted| counted.name == rule.name && counted.until + rule.window > self.now.monotonic;
        self.counted.iter().filter(is_inside)
    }

    /// Carries out an event; `false` if it turns out to be impossible.
    pub(super) fn act(&mut self, event: Event) -> bool {
        let now = self.now.monotonic;
        let moment = match event {
            Event::Timer => self.next_timer(),
            Event::Deadline => self.next_deadline(),
            Event::TokenIsOld => self.token_age(0.95),
            Event::TokenEnds => self.token_age(1.0),
            Event::While => Some(now + WHILE),
            _ => None,
        };
        if let Some(moment) = moment {
            self.left.whiles -= u32::from(event == Event::While);
            self.pass_to(moment);
        }
        match event {
            Event::Timer | Event::Deadline | Event::TokenIsOld | Event::TokenEnds | Event::While => {}
            Event::Suspend => self.jump(JUMP),
            Event::SetBack => self.jump(-JUMP),
            Event::Step(number) | Event::StepInFlight(number) => self.step(number),
            Event::Answer(number, row, fate) => self.answer(number, &ROWS[row], fate),
            Event::Login(number, row) => self.login(number, &LOGINS[row]),
            Event::GivenUp(number, fate) => {
                self.callers[number].arrives(true, fate);
                self.arrived(number);
                self.callers[number].driver = Driver::Ready;
                self.step(number);
            }
            Event::Forged(number) => {
                let forged = [("x-token", "forged".into()), ("x-life", "9999".into())];
                let mut incoming = ROWS[0].result(&forged).expect("an answer");
                incoming.body = br#"{"id": 666}"#.to_vec();
                self.receive(number, Ok(incoming));
            }
            Event::Cancel(number) => self.callers[number].cancel.cancel(),
            Event::Drop(number) => self.leave(number),
            Event::Reset => {
                self.left.resets -= 1;
                self.core.reset_session();
                (self.is_rejected, self.failed_sign_ins.0) = (false, 0);
                for caller in &mut self.callers {
                    if let Driver::Wire(wire) = &mut caller.driver {
                        wire.is_disowned |= wire.is_login;
                    }
                }
                if let Some((_, is_disowned)) = &mut self.other {
                    *is_disowned = true;
                }
            }
            Event::OtherLeads if self.store.is_some() => {
                self.left.others -= 1;
                return self.store.as_mut().is_some_and(|(_, process)| process.lead());
            }
            Event::OtherLeads => {
                let admission = self.core.shared().session.ask(self.now, Duration::ZERO, &mut None);
                let Admission::Lead(guard) = admission else { return false };
                rules::may_sign_in(self);
                self.left.others -= 1;
                self.other = Some((guard, false));
            }
            Event::OtherSucceeds | Event::OtherFails | Event::OtherIsRefused | Event::OtherLeaves => {
                self.end_other(event);
            }
            Event::StoreWorks | Event::StoreFails => {
                if let Some((gate, _)) = &self.store {
                    gate.open(&self.core, event == Event::StoreWorks);
                }
            }
        }
        self.let_store_work();
        true
    }

    /// Lets the store work unless a machine waits for it, and wakes the waiting drivers.
    pub(super) fn let_store_work(&mut self) {
        if let Some((gate, _)) = self.store.as_ref().filter(|_| !self.waits_for_the_store()) {
            gate.open(&self.core, true);
        }
        self.wake();
    }

    pub(super) fn step(&mut self, number: usize) {
        let now = self.now;
        let caller = &mut self.callers[number];
        caller.has_begun = true;
        let machine = caller.machine.as_mut().expect("it is not over");
        let step = machine.step(now);
        self.variants |= 1 << shape::variant(machine.exchange());
        let deadline = machine.exchange().deadline.expect("it has begun");
        rules::step_is_due(self, number, &step);
        let caller = &mut self.callers[number];
        match step {
            Step::SleepUntil(until) => {
                rules::wait_is_fine(now, until, deadline);
                if !matches!(caller.driver, Driver::Wire(_)) {
                    caller.driver = Driver::Sleeps(until);
                }
            }
            Step::Wait(wakeup, until) => {
                rules::wait_is_fine(now, until, deadline);
                caller.driver = Driver::Waits { wakeup, until, is_woken: false };
            }
            Step::Send(outgoing) => self.send(number, &outgoing, deadline),
            Step::Done((end, attempts)) => {
                caller.driver = Driver::Over;
                caller.end = Some(end);
                rules::end_is_true(caller, end, attempts);
                caller.machine = None;
            }
        }
    }

    fn send(&mut self, number: usize, outgoing: &Outgoing, deadline: Moment) {
        let is_login = outgoing.endpoint == LOGIN.name;
        rules::may_be_sent(self, number, outgoing, is_login, deadline);
        let caller = &mut self.callers[number];
        let names = if is_login { LOGIN.rates } else { caller.kind.info.rates };
        if is_login {
            self.failed_sign_ins = (self.failed_sign_ins.0 + 1, self.now.monotonic);
            caller.logins += 1;
        } else {
            caller.sent += 1;
            caller.replays += u32::from(caller.is_refused);
            caller.is_refused = false;
            let token = outgoing.request.headers().get("x-token").and_then(|token| token.to_str().ok());
            caller.token = token.and_then(|token| token.parse().ok());
        }
        caller.driver = Driver::Wire(Wire { is_login, is_disowned: false, sent: self.now, deadline });
        let limited = names.iter().filter(|name| self.setting.rules.iter().any(|rule| rule.name == **name));
        let counted = |name| Counted { name, until: deadline, is_under_way: true, caller: Some(number) };
        self.counted.extend(limited.copied().map(counted));
    }

    /// Counts the caller's request in flight as ended.
    fn arrived(&mut self, number: usize) {
        for counted in &mut self.counted {
            if counted.caller == Some(number) && counted.is_under_way {
                (counted.until, counted.is_under_way) = (counted.until.min(self.now.monotonic), false);
            }
        }
    }

    pub(super) fn answer(&mut self, number: usize, row: &Row, fate: Fate) {
        let caller = &mut self.callers[number];
        caller.arrives(row.has_gone_out(), fate);
        caller.is_refused = row.is_status(401);
        caller.refused_token = caller.token.filter(|_| caller.is_refused).or(caller.refused_token);
        self.arrived(number);
        if let (true, Some(seconds)) = (row.is_status(429) || row.is_status(503), row.wait()) {
            let until = self.now.monotonic + Duration::from_secs(seconds);
            self.held.extend(self.callers[number].kind.info.rates.iter().map(|name| (*name, until)));
        }
        self.receive(number, row.result(&[]));
    }

    pub(super) fn login(&mut self, number: usize, row: &Row) {
        let Driver::Wire(wire) = &self.callers[number].driver else { return };
        let (sent, is_disowned) = (wire.sent, wire.is_disowned);
        self.arrived(number);
        let mut headers = Vec::new();
        if row.name == TOKEN {
            headers = vec![("x-token", self.new_token(sent))];
            headers.extend(self.setting.life.map(|life| ("x-life", life.to_string())));
            self.failed_sign_ins.0 = 0;
        }
        self.failed_sign_ins.0 = self.failed_sign_ins.0.saturating_sub(u32::from(!row.has_gone_out()));
        self.is_rejected |= !is_disowned && row.is_fault() && (row.is_status(401) || row.is_status(403));
        self.receive(number, row.result(&headers));
    }

    fn new_token(&mut self, asked: Now) -> String {
        self.tokens.push(Token { asked, life: self.setting.life });
        (self.tokens.len() - 1).to_string()
    }

    fn receive(&mut self, number: usize, result: Result<Incoming, crate::transport::TransportError>) {
        let caller = &mut self.callers[number];
        let machine = caller.machine.as_mut().expect("it is not over");
        machine.receive(self.now, result);
        self.variants |= 1 << shape::variant(machine.exchange());
        if matches!(caller.driver, Driver::Wire(_)) {
            caller.driver = Driver::Ready;
        }
    }

    /// The caller drops the machine, as a dropped future does.
    fn leave(&mut self, number: usize) {
        let caller = &mut self.callers[number];
        for counted in &mut self.counted {
            counted.caller = counted.caller.filter(|caller| *caller != number);
        }
        // A call that was never sent costs nothing.
        caller.is_spent = rules::is_spent(caller) && caller.sent > 0;
        caller.driver = Driver::Over;
        caller.machine = None;
    }

    fn end_other(&mut self, event: Event) {
        if self.store.is_some() {
            return self.end_process(event);
        }
        let (guard, is_disowned) = self.other.take().expect("somebody signs in");
        let is_refused = event == Event::OtherIsRefused;
        match event {
            Event::OtherSucceeds => {
                let token = self.new_token(self.now);
                let session = Session::with_token(Secret::from(token));
                let base = self.core.base_url().clone();
                let life = self.setting.life.map(Duration::from_secs);
                let _ = guard.succeed(Admitted { session, base, ahead: 0 }, self.now, life, 0.5);
            }
            Event::OtherFails | Event::OtherIsRefused => {
                self.is_rejected |= is_refused && !is_disowned;
                let error = Arc::new(Error::named(
                    LOGIN.name,
                    Cause::Unrecognised(hostkit_proto::DecodeError::new(LOGIN.name, "", "", "")),
                ));
                let _ = guard.fail(error, self.now, is_refused);
            }
            _ => drop(guard),
        }
    }

    fn end_process(&mut self, event: Event) {
        let token = self.new_token(self.now);
        let Some((_, process)) = &mut self.store else { return };
        match event {
            Event::OtherSucceeds => process.succeed(token),
            Event::OtherFails | Event::OtherIsRefused => process.fail(event == Event::OtherIsRefused),
            _ => process.leave(),
        }
    }

    /// Wakes the waiting drivers.
    fn wake(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        for caller in &mut self.callers {
            if let Driver::Waits { wakeup, is_woken, .. } = &mut caller.driver
                && !*is_woken
            {
                *is_woken = matches!(std::pin::Pin::new(wakeup).poll(&mut context), Poll::Ready(()));
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some((gate, _)) = &self.store {
            gate.close();
        }
    }
}
