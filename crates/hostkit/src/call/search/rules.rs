//! The rules that hold in every state: the promises, by their numbers.

use std::time::Duration;

use hostkit_proto::Effect;

use super::super::State;
use super::super::stores::SharedSignIn;
use super::caller::{Caller, Driver};
use super::drive::End;
use super::gate::Keeps;
use super::shop::LOGIN;
use super::world::{PRICE, World};
use crate::call::retry::Class;
use crate::machine::Step;
use crate::time::{Moment, Now};
use crate::transport::Outgoing;

/// P22: a wait ends in the future, and not after the deadline.
pub(super) fn wait_is_fine(now: Now, until: Moment, deadline: Moment) {
    assert!(until > now.monotonic, "P22: it waits in place");
    assert!(until <= deadline, "P22: it waits beyond its deadline");
}

/// P22: a call whose deadline has passed ends at once. P8: a waiting call that can proceed was woken.
pub(super) fn step_is_due(world: &World, number: usize, step: &Step<(End, Option<u32>)>) {
    let caller = &world.callers[number];
    let exchange = caller.machine.as_ref().expect("it is not over").exchange();
    let deadline = exchange.deadline.expect("it has begun");
    let is_over = world.now.monotonic >= deadline;
    assert!(!is_over || matches!(step, Step::Done(_)), "P22: its time is up, and it does not end");
    if let Driver::Wire(_) = caller.driver {
        assert!(matches!(step, Step::SleepUntil(_)), "a request is under way, and it does something else than wait");
    }
    if let Driver::Waits { is_woken: false, until, .. } = caller.driver
        && world.now.monotonic < until
    {
        // While a call waits for another's sign-in, a cancellation does not wake it at once.
        let is_told = caller.cancel.is_cancelled();
        assert!(is_told || !matches!(step, Step::Send(_) | Step::Done(_)), "P8: it can get on, and nobody woke it");
    }
    if matches!(step, Step::Wait(..)) && exchange.waiting.is_some() {
        assert!(world.core.shared().session.snapshot().is_led, "P8: it waits for a sign-in that nobody makes");
    }
}

/// P8 and P10, checked whenever a sign-in begins.
pub(super) fn may_sign_in(world: &World) {
    let is_sign_in =
        |caller: &Caller| matches!(&caller.driver, Driver::Wire(wire) if wire.is_login && !wire.is_disowned);
    let others = world.callers.iter().filter(|caller| is_sign_in(caller)).count();
    let others = others + usize::from(world.other.as_ref().is_some_and(|(_, is_disowned)| !is_disowned));
    assert_eq!(others, 0, "P8: a sign-in while another one is under way");
    assert!(!world.is_rejected, "P10: a sign-in with credentials that were refused");
}

/// Checks a request that is about to be sent.
pub(super) fn may_be_sent(world: &World, number: usize, outgoing: &Outgoing, is_login: bool, deadline: Moment) {
    let caller = &world.callers[number];
    let now = world.now;
    let left = deadline.since(now.monotonic);
    assert!(outgoing.timeout == left && outgoing.deadline == deadline, "P22: it may take {:?}", outgoing.timeout);
    assert_eq!(outgoing.request.uri().host(), Some("shop.example"), "P11: it leaves the base");
    rate_is_kept(world, if is_login { LOGIN.rates } else { caller.kind.info.rates });
    if is_login {
        may_sign_in(world);
        if let (Some((_, process)), Some(State::SignInFlight(signing, ..))) =
            (&world.store, caller.machine.as_ref().map(|machine| &machine.exchange().state))
            && matches!(signing.shared_sign_in, SharedSignIn::Held(_))
        {
            assert!(!process.leads(), "P8: a sign-in while another process signs in");
            assert!(!process.is_refused, "P10: a sign-in with credentials that were refused to another process");
        }
        assert!(caller.logins < 3, "P10: it signs in a fourth time");
        let (failed_sign_ins, last) = world.failed_sign_ins;
        let has_rested = now.monotonic.since(last) >= Duration::from_secs(1);
        assert!(
            failed_sign_ins < 4 || has_rested,
            "P10: {failed_sign_ins} sign-ins came to nothing, and the next one does not rest"
        );
        return;
    }
    let class = Class::of(&caller.kind.info);
    let is_acting = !caller.kind.info.effect.is_callable();
    assert!(!is_acting || caller.sent == 0, "P1: a call that acts is sent twice");
    assert!(caller.sent < 3, "P5: sent a fourth time");
    assert!(!caller.is_refused || caller.replays == 0, "P6: it is replayed a second time");
    let again = |caller: &Caller| caller.sent.saturating_sub(1 + caller.replays);
    let retries: u32 = world.callers.iter().map(again).sum();
    let is_retry = caller.sent > 0 && !caller.is_refused;
    assert!(retries + u32::from(is_retry) <= world.setting.retries, "P5: more retries than the budget has");
    let is_first = caller.sent == 0;
    let is_kept = class == Class::Repeatable && is_first;
    assert_eq!(outgoing.reusable, is_kept, "what is not repeated, or is a retry, goes over a new connection");
    if caller.signs_in(world.setting.customer) {
        let token = outgoing.request.headers()["x-token"].to_str().expect("a number");
        let token = token.parse::<usize>().expect("P9: a token that the server never gave");
        assert_ne!(Some(token), caller.refused_token, "P6: it is replayed with the token that was refused");
        let token = &world.tokens[token];
        let Some(life) = token.life.map(Duration::from_secs) else { return };
        let age = now.since(token.asked);
        assert!(age < life, "P9: a token is used {:?} past its end", age - life);
        if class == Class::Acting && caller.logins == 0 {
            let need = (left + Duration::from_secs(60)).min(life.mul_f64(0.9));
            assert!(life - age >= need, "P9: a call that acts goes out with a token that ends before it may");
        }
    }
}

/// P24: no window of the server exceeds its limit, whenever within its duration a call arrived.
fn rate_is_kept(world: &World, names: &[&str]) {
    let now = world.now.monotonic;
    for rule in world.setting.rules.iter().filter(|rule| names.contains(&rule.name)) {
        let inside = world.counted_on(rule).count();
        assert!(inside < rule.count as usize, "P24: {} calls in a window of `{}`", inside + 1, rule.name);
        let is_held = world.held.iter().any(|(name, until)| *name == rule.name && *until > now);
        assert!(!is_held, "P24: the server wants to be left alone");
    }
}

/// P2: the caller's result is true.
pub(super) fn end_is_true(caller: &Caller, end: End, attempts: Option<u32>) {
    let (is_done, is_queued, has_gone_out) = (caller.is_done, caller.is_queued, caller.has_gone_out);
    let is_safe = caller.kind.info.effect == Effect::Safe;
    assert!(attempts.is_none_or(|attempts| attempts == caller.sent), "it was sent {} times", caller.sent);
    if !is_safe && (is_done || is_queued) {
        assert!(end.may_have_happened(), "P2: falsely {end:?}: it was carried out");
    }
    match end {
        End::Done => assert!(is_done, "P2: falsely done"),
        End::Accepted => assert!(is_queued || is_done, "P2: falsely accepted"),
        End::Rejected { .. } => assert!(has_gone_out, "P2: falsely rejected: it was not sent"),
        End::NotSent => assert!(!has_gone_out, "P2: falsely said to be not sent"),
        End::Unresolved => assert!(has_gone_out, "P2: unresolved, and nothing went out"),
        End::Value => {
            assert!(is_safe || caller.kind.is_raw || is_done || is_queued, "P2: falsely set");
        }
        End::Error { may_have_happened } => {
            assert!(!may_have_happened || has_gone_out && !is_safe, "P2: it cannot have happened");
        }
    }
}

/// Holds after every event: no money and no permit is lost.
pub(super) fn nothing_is_lost(world: &World) {
    let spent = world.callers.iter().filter(|caller| is_spent(caller)).count();
    let spent = rust_decimal::Decimal::from(PRICE * i64::try_from(spent).expect("a few"));
    let total = rust_decimal::Decimal::from(PRICE * i64::from(world.setting.orders));
    assert_eq!(world.budget.remaining().amount, total - spent, "what is left of the budget");
    if world.setting.keeps == Keeps::Rates {
        // Calls are counted in the store.
        return;
    }
    let snapshot = world.core.rates().snapshot(world.now.monotonic);
    for rule in world.setting.rules {
        let under_way = snapshot.iter().filter(|window| window.0 == rule.name).flat_map(|window| &window.1);
        let under_way = under_way.filter(|(_, is_under_way)| *is_under_way).count();
        let on_the_wire = world.counted_on(rule).filter(|counted| counted.is_under_way);
        assert_eq!(under_way, on_the_wire.count(), "P24: permits of `{}` under way", rule.name);
    }
}

/// Whether the call may have cost something, or money is reserved for it.
pub(super) fn is_spent(caller: &Caller) -> bool {
    match (&caller.machine, caller.end) {
        _ if caller.kind.info.effect != Effect::Spends || !caller.has_begun => false,
        (None, None) => caller.is_spent,
        (_, Some(end)) => end.may_have_happened(),
        // It is reserved until the caller has fetched the end.
        (Some(_), None) => true,
    }
}
