//! Waiters: poll intervals, the deadline, and the three ends.

use std::time::Duration;

use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::{Progress, WaiterInfo};
use hostkit::time::{Clock, Moment};
use hostkit::{CallOptions, Cancel, ErrorKind, Fault, Observation, WaitError, Waiter};
use hostkit_testing::Script;

/// Waits until the item has number 9, or is gone.
#[derive(Clone, Copy)]
struct Built {
    gone: bool,
}

impl Waiter for Built {
    type Endpoint = GetItem;
    type Found = u64;
    const INFO: WaiterInfo = WaiterInfo {
        name: "built",
        first: Duration::from_secs(5),
        interval: Duration::from_secs(10),
        cap: Duration::from_secs(20),
        deadline: Duration::from_secs(100),
        growth: 1.5,
    };

    fn poll(&self) -> GetItem {
        GetItem
    }

    fn judge(&self, id: u64) -> Progress<u64> {
        match id {
            9 => Progress::Ready(9),
            0 => Progress::Failed("it burnt".into()),
            id => Progress::Pending(Observation::new(format!("number {id}")).percent(10)),
        }
    }

    fn on_fault(&self, fault: &Fault<Code>) -> Option<Progress<u64>> {
        (self.gone && fault.is_not_found()).then_some(Progress::Ready(404))
    }
}

fn id(id: u64) -> Script {
    Script::any().answer(200, format!(r#"{{"id": {id}}}"#))
}

fn wait(gone: bool, script: impl IntoIterator<Item = Script>) -> (Result<u64, WaitError<Code>>, Vec<String>, u64) {
    let bench = bench(script);
    let mut seen = Vec::new();
    let machine =
        bench.core.wait(Built { gone }, CallOptions::new(), |observation| seen.push(observation.text.clone()));
    let result = bench.run(machine);
    (result, seen, bench.seconds())
}

#[test]
fn polls_politely_until_it_is_there() {
    let (result, seen, seconds) = wait(false, [id(1), id(2), id(3), id(3), id(9)]);
    assert_eq!(result.unwrap(), 9);
    assert_eq!(seen, ["number 1", "number 2", "number 3", "number 3"]);
    // 5, then 10, 15, 20 and 20: the cap holds.
    assert_eq!(seconds, 70);
}

#[test]
fn ends_when_it_failed_or_is_gone() {
    let (result, ..) = wait(false, [id(1), id(0)]);
    assert_eq!(result.unwrap_err().to_string(), "built: it failed: it burnt");
    assert_eq!(wait(true, [id(1), fault(404, "NotFound")]).0.unwrap(), 404);
    assert!(
        matches!(wait(false, [id(1), fault(404, "NotFound")]).0, Err(WaitError::Call(error)) if error.is_not_found())
    );
}

#[test]
fn the_fault_of_a_sign_in_is_no_sign_that_it_is_gone() {
    let bench = bench_with(|clock| config(key(), clock), [fault(404, "NotFound")]);
    let result = bench.run(bench.core.wait(Built { gone: true }, CallOptions::new(), |_| {}));
    assert!(matches!(result, Err(WaitError::Call(error)) if error.kind() == ErrorKind::SignIn));
}

#[test]
fn ends_at_the_deadline() {
    let (result, seen, seconds) = wait(false, (0..50).map(|_| id(1)));
    assert_eq!(result.unwrap_err().to_string(), "built: the deadline passed; the last state was \"number 1\"");
    assert_eq!((seen.len(), seconds), (6, 100));
}

#[test]
fn a_passing_failure_is_waited_out() {
    let broken = || (0..3).map(|_| Script::any().answer(502, ""));
    let (result, ..) = wait(false, std::iter::once(id(1)).chain(broken()).chain([id(9)]));
    assert_eq!(result.unwrap(), 9);
    let (result, ..) = wait(false, (0..50).map(|_| Script::any().answer(502, "")));
    assert!(matches!(result, Err(WaitError::Call(_))));
}

#[test]
fn can_be_cancelled() {
    let bench = bench([]);
    let cancel = Cancel::new();
    let mut machine = bench.core.wait(Built { gone: false }, CallOptions::new().cancel(cancel.clone()), |_| {});
    assert!(
        matches!(machine.step(bench.clock.now()), Step::Wait(_, until) if until == Moment::START + Duration::from_secs(5))
    );
    cancel.cancel();
    assert!(matches!(machine.step(bench.clock.now()), Step::Done(Err(WaitError::Cancelled { .. }))));
}
