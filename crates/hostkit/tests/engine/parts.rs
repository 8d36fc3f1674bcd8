//! A list that is a part, by its total or by status 206, shows what is in it and never what is missing.

use hostkit::protocol::evidence::Doubt;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{CallOptions, ErrorKind, Outcome, Perform, Recovery};
use hostkit_testing::Script;

use crate::common::things::things;
use crate::common::*;

/// The list in both ways of being a part.
fn parts(ids: &str, total: usize) -> [Script; 2] {
    let counted = format!(r#"{{"total": {total}, "ids": [{ids}]}}"#);
    let ranged = format!(r#"{{"ids": [{ids}]}}"#);
    [Script::get("/things").answer(200, counted), Script::get("/things").answer(206, ranged)]
}

/// Looks for a call that is lost; `read` is what each read shows, and `reads` how often there is one.
fn recover<E: Perform<Api = Shop>>(call: E, read: &Script, reads: usize) -> (Bench, Recovery<E::Found, Code>) {
    let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
    let bench = bench([things("1, 2"), broken].into_iter().chain((0..reads).map(|_| read.clone())));
    let Outcome::Unresolved(ticket) = bench.read_and_perform(call) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<E>(&ticket, CallOptions::new()));
    assert_eq!(bench.transport.left(), 0, "{done}");
    (bench, done)
}

#[test]
fn a_part_proves_no_absence() {
    for part in parts("1, 2", 60) {
        let (bench, done) = recover(Order, &part, 19);
        assert!(matches!(done, Recovery::CannotTell(Doubt::Unread)), "{done}");
        assert_eq!(bench.seconds(), 900);
    }
    for part in parts("2", 60) {
        let (_, done) = recover(RemoveThing, &part, 5);
        assert!(matches!(done, Recovery::CannotTell(Doubt::Unread)), "{done}");
    }
    for part in parts("1, 2, 7", 60) {
        assert_eq!(recover(Order, &part, 1).1.happened(), Some(7));
    }
}

/// The same lists, whole.
#[test]
fn a_whole_list_proves_absence() {
    let whole = |total, ids| Script::get("/things").answer(200, format!(r#"{{"total": {total}, "ids": [{ids}]}}"#));
    assert!(matches!(recover(Order, &whole(2, "1, 2"), 19).1, Recovery::DidNot));
    assert!(matches!(recover(RemoveThing, &whole(1, "2"), 5).1, Recovery::Happened(())));
    assert!(matches!(recover(Order, &things("1, 2"), 19).1, Recovery::DidNot));
}

/// What is beyond a part would look new later, so nothing is sent.
#[test]
fn a_part_is_no_baseline() {
    for part in parts("1, 2", 60) {
        let bench = bench([part]);
        let Outcome::NotSent(error) = bench.read_and_perform(Order) else { panic!("it was sent") };
        assert_eq!((error.kind(), bench.sent("order")), (ErrorKind::Refused, 0));
        assert!(error.to_string().contains("60 items") || error.to_string().contains("206"), "{error}");
        // What the caller can do, and what that costs.
        assert!(error.to_string().contains("`unread`") && error.to_string().contains("`recover` cannot"), "{error}");
    }
}

/// The first order of a new account has a baseline.
#[test]
fn no_list_is_an_empty_one_where_the_answer_says_so() {
    for list in [r#"{"total": 0}"#, r#"{"total": 0, "ids": ""}"#] {
        let bench = bench([Script::get("/things").answer(200, list), ok()]);
        assert!(bench.read_and_perform(Order).is_done(), "{list}");
    }
    let bench = bench([Script::get("/things").answer(200, r#"{"other": 0}"#), things("1"), ok()]);
    assert!(bench.read_and_perform(Order).is_done());
    assert_eq!(bench.transport.left(), 0, "the first answer was none");
}
