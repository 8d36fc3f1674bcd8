//! Waiters: poll intervals, the deadline, the ends, and what is none.

use std::time::Duration;

use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::{Checks, Progress, WaiterInfo};
use hostkit::time::{Clock, Moment};
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{CallOptions, Cancel, ErrorKind, Observation, WaitError, Waiter};
use hostkit_testing::Script;

/// Waits until the item has number 9, or is gone.
#[derive(Clone, Copy)]
struct Built;

/// Waits until the item is gone.
#[derive(Clone, Copy)]
struct Gone;

/// Waits like [`Built`], where the answers repeat the key.
#[derive(Clone, Copy)]
struct Repeated;

/// Waits like [`Built`], for what may have been there before.
#[derive(Clone, Copy)]
struct Rebuilt;

const INFO: WaiterInfo = WaiterInfo {
    name: "built",
    first: Duration::from_secs(5),
    interval: Duration::from_secs(10),
    cap: Duration::from_secs(20),
    deadline: Duration::from_secs(100),
    growth: 1.5,
    ..WaiterInfo::DEFAULT
};

fn built(id: u64, mut checks: Checks<'_>) -> Progress<u64> {
    checks.text(Some(&format!("number {id}")));
    checks.percent(Some(&10_u64));
    checks.fails_at("id", Some(&id), &["0"], &["id"]);
    checks.needs("id", Some(&id), &["9"]);
    checks.end(id)
}

fn repeated(id: u64, mut checks: Checks<'_>) -> Progress<u64> {
    checks.text(Some(KEY));
    checks.fails_at("id", Some(&id), &["0"], &["id"]);
    checks.needs("id", Some(&id), &["9"]);
    checks.end(id)
}

macro_rules! waiters {
    ($($waiter:ident: $found:ty, $info:expr, $judge:expr, $gone:expr;)*) => { $(
        impl Waiter for $waiter {
            type Endpoint = GetItem;
            type Found = $found;
            const INFO: WaiterInfo = $info;

            fn poll(&self) -> GetItem {
                GetItem
            }

            fn judge(&self, id: u64, checks: Checks<'_>) -> Progress<$found> {
                let judge: fn(u64, Checks<'_>) -> Progress<$found> = $judge;
                judge(id, checks)
            }

            fn gone() -> Option<$found> {
                $gone
            }
        }
    )* };
}

waiters! {
    Built: u64, INFO, built, None;
    Rebuilt: u64, WaiterInfo { lag: Duration::from_secs(60), ..INFO }, built, None;
    Repeated: u64, INFO, repeated, None;
    Gone: (), INFO, |_, checks| Progress::Pending(Observation::new(format!("{checks:?}"))), Some(());
}

fn id(id: u64) -> Script {
    Script::any().answer(200, format!(r#"{{"id": {id}}}"#))
}

type Waited<T> = Result<T, WaitError<Code>>;

fn wait<W>(waiter: W, script: impl IntoIterator<Item = Script>) -> (Waited<W::Found>, Vec<Observation>, u64)
where
    W: Waiter<Endpoint = GetItem>,
{
    wait_with(waiter, CallOptions::new(), script)
}

fn wait_with<W>(
    waiter: W,
    options: CallOptions,
    script: impl IntoIterator<Item = Script>,
) -> (Waited<W::Found>, Vec<Observation>, u64)
where
    W: Waiter<Endpoint = GetItem>,
{
    let bench = bench(script);
    let mut seen = Vec::new();
    let before = options.poll_interval.map_or(W::INFO.first, |interval| interval.max(Duration::from_millis(100)));
    let machine = bench.core.wait(waiter, options, |observation| seen.push((observation.clone(), bench.seconds())));
    let result = bench.run(machine);
    // The first report comes at once, and says when the first poll does.
    let mut seen = seen.into_iter();
    let (first, at) = seen.next().unwrap();
    assert_eq!((first.text.as_str(), first.unmet.len(), first.next, at), ("", 0, before, 0));
    (result, seen.map(|(observation, _)| observation).collect(), bench.seconds())
}

fn not_found() -> Script {
    fault(404, "NotFound")
}

fn times<const N: usize>(script: &Script) -> [Script; N] {
    std::array::from_fn(|_| script.clone())
}

#[test]
fn polls_politely_until_it_is_there() {
    let (result, seen, seconds) = wait(Built, [id(1), id(2), id(3), id(3), id(9)]);
    assert_eq!(result.unwrap(), 9);
    let texts: Vec<_> = seen.iter().map(|seen| seen.text.as_str()).collect();
    assert_eq!(texts, ["number 1", "number 2", "number 3", "number 3"]);
    assert_eq!(seen[0].unmet, [r#"id is "1", not "9""#]);
    assert_eq!(seen[0].percent, Some(10));
    // 5, then 10, 15, 20 and 20: the cap holds.
    assert_eq!(seconds, 70);
    assert_eq!(seen.iter().map(|seen| seen.next.as_secs()).collect::<Vec<_>>(), [10, 15, 20, 20]);
}

#[test]
fn a_caller_chooses_the_interval() {
    let options = CallOptions::new().poll_interval(Duration::from_secs(1));
    let (result, _, seconds) = wait_with(Built, options, [id(1), id(2), id(3), id(9)]);
    assert_eq!((result.unwrap(), seconds), (9, 4));
    // There is no interval of nothing.
    let options = CallOptions::new().poll_interval(Duration::ZERO).deadline(Duration::from_secs(1));
    assert_eq!(wait_with(Built, options, (0..50).map(|_| id(1))).1.len(), 9);
}

#[test]
fn a_failure_has_to_last() {
    let (result, seen, _) = wait(Built, [id(1), id(0), id(1), id(9)]);
    assert_eq!((result.unwrap(), seen.len()), (9, 3));
    let (result, _, seconds) = wait(Built, [id(1)].into_iter().chain(times::<9>(&id(0))));
    assert_eq!(result.unwrap_err().to_string(), "shop built at shop.example: it failed: id is \"0\": \"number 0\"");
    assert_eq!(seconds, 80);
}

#[test]
fn what_is_not_there_yet_has_not_failed() {
    assert_eq!(wait(Built, [not_found(), not_found(), id(1), not_found(), id(9)]).0.unwrap(), 9);
    let (result, ..) = wait(Built, (0..50).map(|_| not_found()));
    let text = result.unwrap_err().to_string();
    assert!(text.contains("it may still come") && text.contains("NotFound") && text.contains("not seen yet"), "{text}");
    // Nor has what is missing for less than a quarter of an hour.
    let long = CallOptions::new().deadline(Duration::from_secs(7200));
    let lost = std::iter::once(id(1)).chain((0..500).map(|_| not_found()));
    let (result, _, seconds) = wait_with(Built, long, lost);
    assert!(matches!(result, Err(WaitError::Failed { text, .. }) if text.contains("gone")));
    assert!((900..960).contains(&seconds), "{seconds}");
}

/// A sign-in names another address meanwhile, where there is another item, or none.
#[test]
fn what_is_elsewhere_is_not_the_awaited_one() {
    let at = |base: &str| login().header("x-base", &format!("https://{base}.shop.example"));
    for there in [not_found(), id(9), id(0)] {
        let script = [at("a"), id(1), Script::any().answer(401, ""), at("b")];
        let bench = bench_with(|clock| config(key(), clock), script.into_iter().chain((0..500).map(|_| there.clone())));
        let long = CallOptions::new().deadline(Duration::from_secs(7200));
        let result = bench.run(bench.core.wait(Built, long, |_| {}));
        let text = result.unwrap_err().to_string();
        assert!(text.contains("it may still come") && text.contains("names another address"), "{text}");
    }
}

#[test]
fn gone_is_what_several_polls_do_not_find() {
    assert!(
        matches!(wait(Gone, [not_found(), id(1), id(1)].into_iter().chain(times::<9>(&not_found()))), (Ok(()), seen, _) if seen.len() == 5)
    );
}

#[test]
fn an_end_of_before_is_no_end() {
    // The old state, the change, a cached answer from before it, and the new state.
    let (result, seen, _) = wait(Rebuilt, [id(9), id(1), id(9), id(1), id(9), id(9)]);
    assert_eq!((result.unwrap(), seen.len()), (9, 5));
    assert!(seen[0].unmet[0].contains("may be of before"), "{:?}", seen[0]);
    // If no change shows in the time that it may take to show, there was none to wait for.
    let (result, seen, seconds) = wait(Rebuilt, (0..50).map(|_| id(9)));
    assert_eq!(result.unwrap(), 9);
    assert!((60..80).contains(&seconds) && seen.last().unwrap().unmet[0].contains("no other state was seen"));
    // What was not there before is not of before.
    assert_eq!(wait(Rebuilt, [id(1), id(9)]).0.unwrap(), 9);
    assert_eq!(wait(Built, [not_found(), id(9)]).0.unwrap(), 9);
    // One answer that does not find it says nothing of the state before.
    let (result, _, seconds) = wait(Rebuilt, std::iter::once(not_found()).chain(times::<9>(&id(9))));
    assert!(result.is_ok() && seconds >= 60, "{seconds}");
    assert_eq!(wait(Built, [id(9)]).0.unwrap(), 9);
}

/// What a cache says is from before the wait is no end: neither a state, nor that the object is missing.
#[test]
fn an_end_that_a_cache_kept_is_of_its_own_time() {
    let old = |script: Script| script.header("age", "3600");
    let (result, seen, seconds) = wait(Built, [old(id(9)), id(1), old(id(9)), id(9)]);
    assert_eq!((result.unwrap(), seconds), (9, 50));
    assert!(seen[0].unmet[0].contains("from a cache, 3600 s old"), "{:?}", seen[0]);
    assert_eq!(wait(Rebuilt, [old(id(1)), id(9), id(1), id(9), id(9)]).1.len(), 4, "no change was seen before");
    let gone = [not_found(), old(not_found()), not_found(), id(1), old(not_found())];
    let long = CallOptions::new().deadline(Duration::from_secs(3600));
    let (result, seen, _) = wait_with(Gone, long, gone.into_iter().chain(times::<9>(&not_found())));
    assert_eq!((result.unwrap(), seen.len()), ((), 7));
}

/// What a slow answer says, or one that a program which stood still reads late, may be of the time of its question.
#[test]
fn a_late_answer_is_of_the_time_of_its_question() {
    let slow = |script: Script| script.takes(Duration::from_secs(25));
    let long = || CallOptions::new().deadline(Duration::from_secs(3600));
    // Polls at 5, 15, 30 and 50 s. The answer to the last comes after the lag, or after a failure lasts.
    let script = |old: Script| [old.clone(), old.clone(), old.clone(), slow(old), id(1), id(9)];
    let (result, seen, _) = wait_with(Rebuilt, long(), script(id(9)).into_iter().chain([id(9)]));
    assert_eq!((result.unwrap(), seen.len()), (9, 6));
    let (result, seen, _) = wait_with(Built, long(), script(id(0)));
    assert_eq!((result.unwrap(), seen.len()), (9, 5));
    // A failure lasts from its first answer on, not from the question.
    let (result, _, seconds) = wait_with(Built, long(), [slow(id(0))].into_iter().chain(times::<4>(&id(0))));
    assert!(matches!(result, Err(WaitError::Failed { .. })) && seconds >= 90, "{seconds}");
}

#[test]
fn the_fault_of_a_sign_in_is_no_sign_that_it_is_gone() {
    let script = (0..20).map(|_| not_found());
    let bench = bench_with(|clock| config(key(), clock), script);
    let result = bench.run(bench.core.wait(Gone, CallOptions::new(), |_| {}));
    let Err(WaitError::Deadline { last: None, error: Some(error), .. }) = result else { panic!("{result:?}") };
    assert!(matches!(error.kind(), ErrorKind::SignIn | ErrorKind::Exhausted), "{error}");
}

#[test]
fn ends_at_the_deadline() {
    let (result, seen, seconds) = wait(Built, (0..50).map(|_| id(1)));
    let text = "shop built at shop.example: the deadline passed after 100.0s; it may still come; \
                the last state was \"number 1\"; id is \"1\", not \"9\"";
    assert_eq!(result.unwrap_err().to_string(), text);
    assert_eq!((seen.len(), seconds), (6, 100));
}

#[test]
fn an_outage_is_waited_out() {
    let broken = Script::any().answer(502, "");
    let foreign = Script::any().answer(200, "<html>");
    let reset = (0..3).map(|_| Script::fail(Phase::Head, TransportErrorKind::Reset));
    let outage = std::iter::once(id(1)).chain((0..9).map(|_| broken.clone())).chain(reset).chain([foreign, id(9)]);
    let (result, seen, _) = wait(Built, outage);
    assert_eq!(result.unwrap(), 9);
    let failed = seen.iter().find(|seen| seen.failure.is_some()).unwrap();
    assert!(failed.failure.as_ref().unwrap().contains("502") && !failed.next.is_zero(), "{failed:?}");
    assert_eq!(failed.text, "number 1");
    let (result, _, seconds) = wait(Built, [id(1)].into_iter().chain((0..50).map(|_| broken.clone())));
    let error = result.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("may still come") && text.contains("number 1") && text.contains("502"), "{text}");
    assert!(matches!(error, WaitError::Deadline { error: Some(_), .. }) && seconds == 100, "{seconds}");
}

/// The last answer says more than the end of the wait, which cut the next poll short.
#[test]
fn the_last_failure_before_the_deadline_is_told() {
    let bad = |status| Script::any().answer(status, "");
    let options = CallOptions::new().max_attempts(1).deadline(Duration::from_secs(40));
    let (result, _, seconds) = wait_with(Built, options, [bad(502), bad(504), id(1).takes(Duration::from_secs(60))]);
    let Err(WaitError::Deadline { error: Some(error), .. }) = result else { panic!("{result:?}") };
    assert_eq!((error.status(), seconds), (Some(504), 40), "{error}");
}

#[test]
fn the_words_of_an_answer_are_told_without_secrets() {
    for answer in [0, 1] {
        let (result, seen, _) = wait(Repeated, (0..50).map(|_| id(answer)));
        let error = result.unwrap_err();
        assert!(!format!("{error} {error:?} {seen:?}").contains(KEY), "{error:?} {seen:?}");
    }
}

#[test]
fn a_server_says_when_to_ask_again() {
    let wait_of = |text| Script::any().answer(503, "").header("retry-after", text);
    let options = CallOptions::new().deadline(Duration::from_secs(1000));
    let (result, seen, seconds) = wait_with(Built, options, [id(1), wait_of("300"), id(9)]);
    assert_eq!(result.unwrap(), 9);
    assert!(seconds >= 315 && seen[1].next >= Duration::from_secs(300), "{seconds} {seen:?}");
}

#[test]
fn what_the_next_poll_would_meet_again_ends_it() {
    for code in [401, 403, 400, 501] {
        let (result, ..) = wait(Built, times::<9>(&fault(code, "No")));
        let Err(WaitError::Call(error)) = result else { panic!("{code}: {result:?}") };
        assert_eq!(error.status(), Some(code));
        let said = error.to_string();
        let error = WaitError::Call(error);
        assert!(error.to_string().ends_with("what was waited for may still come"));
        assert_eq!(std::error::Error::source(&error).map(ToString::to_string), Some(said));
    }
}

#[test]
fn can_be_cancelled() {
    let bench = bench([]);
    let cancel = Cancel::new();
    let mut machine = bench.core.wait(Built, CallOptions::new().cancel(cancel.clone()), |_| {});
    assert!(
        matches!(machine.step(bench.clock.now()), Step::Wait(_, until) if until == Moment::START + Duration::from_secs(5))
    );
    cancel.cancel();
    assert!(matches!(machine.step(bench.clock.now()), Step::Done(Err(WaitError::Cancelled { .. }))));
}
