//! Calls whose caller went away: a dropped future, a killed process. A ticket made before the call finds out what
//! became of it; budget, rate limits and sign-ins assume that the call may have arrived.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::things::{ListThings, things};
use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::time::Clock;
use hostkit::transport::{AnswerLimits, Incoming, Phase, TransportErrorKind};
use hostkit::{
    Budget, CallOptions, Decimal, Endpoint, Money, Outcome, Perform, Recovery, SavedTicket, Secret, Ticket, TicketCause,
};
use hostkit_testing::Script;
use http::HeaderMap;

fn recover<E: Perform<Api = Shop>>(bench: &Bench, ticket: &Ticket) -> Recovery<E::Found, Code> {
    bench.run(bench.core.recover::<E>(ticket, CallOptions::new()))
}

/// Starts a call, with an answer to its look before, and drops it while its request is in flight.
fn drop_in_flight<M: Machine>(bench: &Bench, mut machine: M, before: Option<&str>) {
    if let Some(before) = before {
        assert!(matches!(machine.step(bench.clock.now()), Step::Send(_)));
        let answer = Incoming::new(&AnswerLimits::default(), 200, HeaderMap::new()).unwrap();
        machine.receive(bench.clock.now(), answer.with_body(before.as_bytes().to_vec()));
    }
    assert!(matches!(machine.step(bench.clock.now()), Step::Send(_)));
}

/// A client after a dropped call, and the ticket that the hook got before that call.
fn dropped(reads: impl IntoIterator<Item = Script>) -> (Bench, Ticket) {
    let kept: Arc<Mutex<Option<Ticket>>> = Arc::default();
    let bench = bench_with(
        |clock| {
            let kept = Arc::clone(&kept);
            config(direct(), clock).before_send(move |intent| {
                *kept.lock().unwrap() = intent.ticket.clone();
                Ok(())
            })
        },
        reads,
    );
    drop_in_flight(&bench, bench.core.perform(&Order, CallOptions::new()), Some(r#"{"ids": [1, 2]}"#));
    let ticket = kept.lock().unwrap().take().expect("the hook got a ticket");
    (bench, ticket)
}

#[test]
fn the_ticket_ahead_of_a_dropped_call_finds_it() {
    let (bench, ticket) = dropped([things("1, 2, 7")]);
    assert_eq!(ticket.cause(), TicketCause::Ahead);
    assert_eq!(
        ticket.to_string(),
        "shop order at shop.example: may have happened: its outcome was never reported; `recover` can tell 15 minutes \
         after the call at the latest; to find out: look for the name in the list of items"
    );
    assert_eq!(recover::<Order>(&bench, &ticket).happened(), Some(7));
    assert_eq!(bench.sent("order"), 0, "it is not sent by a ticket");
}

/// The lag counts from the recovery, since the end of the call is unknown.
#[test]
fn a_ticket_ahead_does_not_count_the_time_before_the_question() {
    let (bench, ticket) = dropped((0..19).map(|_| things("1, 2")));
    bench.clock.advance(Duration::from_secs(1000));
    assert!(matches!(recover::<Order>(&bench, &ticket), Recovery::DidNot));
    assert_eq!(bench.seconds(), 1900);
}

/// A process that is slow and not dead: until the deadline of its call, nothing that is missing tells anything.
#[test]
fn a_ticket_ahead_counts_from_the_deadline_of_its_call() {
    let kept: Arc<Mutex<Option<Ticket>>> = Arc::default();
    let bench = bench_with(
        |clock| {
            let kept = Arc::clone(&kept);
            config(direct(), clock).before_send(move |intent| {
                *kept.lock().unwrap() = intent.ticket.clone();
                Ok(())
            })
        },
        (0..40).map(|_| things("1, 2")),
    );
    let options = CallOptions::new().deadline(Duration::from_secs(900));
    let mut reboot = bench.core.perform(&Reboot, options);
    assert!(matches!(reboot.step(bench.clock.now()), Step::Send(_)));
    let answer = Incoming::new(&AnswerLimits::default(), 200, HeaderMap::new()).unwrap();
    reboot.receive(bench.clock.now(), answer.with_body(br#"{"ids": [1, 2]}"#.to_vec()));
    assert!(matches!(reboot.step(bench.clock.now()), Step::Send(_)));
    let ticket = kept.lock().unwrap().take().expect("the hook got a ticket");
    let saved = ticket.save().to_string().parse::<SavedTicket>().unwrap().ticket::<Reboot>().unwrap();
    // The hoster shows a restart within five minutes, of which none has passed at the deadline.
    let other = crate::common::bench((0..40).map(|_| things("1, 2")));
    assert!(matches!(recover::<Reboot>(&bench, &ticket), Recovery::DidNot));
    assert!(matches!(recover::<Reboot>(&other, &saved), Recovery::DidNot));
    assert!(bench.seconds() >= 1200 && other.seconds() >= 1200, "{} {}", bench.seconds(), other.seconds());
}

/// The process died before the answer; another one has only the text of the ticket.
#[test]
fn a_ticket_ahead_outlives_its_process() {
    let (_, ticket) = dropped([]);
    let text = ticket.save().to_string();
    assert!(text.contains(r#""cause":"ahead""#), "{text}");
    let saved: SavedTicket = text.parse().unwrap();
    assert_eq!(saved.to_string(), text);
    let other = bench([things("1, 2, 7")]);
    assert_eq!(recover::<Order>(&other, &saved.ticket::<Order>().unwrap()).happened(), Some(7));
}

/// U1: what cannot be read before the call could not be told from what it made.
#[test]
fn without_a_baseline_nothing_is_sent() {
    let bench = bench([fault(403, "Forbidden")]);
    let Outcome::NotSent(error) = bench.read_and_perform(Order) else { panic!("it was not read") };
    assert_eq!(error.endpoint(), ListThings::INFO.name);
    let said =
        format!("{} at shop.example, read before {}, which was not sent: ", ListThings::INFO.name, Order::INFO.name);
    assert!(error.to_string().contains(&said), "{error}");
    assert_eq!(bench.sent("order"), 0);
}

/// Ids of one installation or account mean nothing at another, where "not found" would lead to "did not happen", or for
/// a deletion to "happened".
#[test]
fn a_ticket_of_another_place_is_not_looked_for() {
    let broken = || Script::fail(Phase::Head, TransportErrorKind::Reset);
    let at = |host: &str, account: Option<&str>, script: Vec<Script>| {
        bench_with(
            |clock| {
                let config = config(direct(), clock).host(host);
                account.into_iter().fold(config, |config, name| config.account(name))
            },
            script,
        )
    };
    let there = || Script::any().answer(200, r#"{"id": 1}"#);
    let spare = at("spare", Some("a"), vec![there(), broken()]);
    let outcome = spare.read_and_perform(Delete);
    let Outcome::Unresolved(ticket) = outcome else { panic!("the end is open") };
    assert_eq!((ticket.base_url(), ticket.account()), ("https://spare.example/v1", Some("a")));
    let saved = ticket.save().to_string().parse::<SavedTicket>().unwrap().ticket::<Delete>().unwrap();
    let main = at("main", Some("a"), vec![]);
    let other = at("spare", Some("b"), vec![]);
    for (bench, ticket) in [&main, &other].into_iter().flat_map(|bench| [(bench, &ticket), (bench, &saved)]) {
        let done = recover::<Delete>(bench, ticket);
        assert!(matches!(done, Recovery::OtherTicket("another base URL or account")), "{done}");
        assert_eq!(bench.transport.sent().len(), 0);
    }
    // Without an account name there is nothing to compare.
    for account in [None, Some("a")] {
        let same = at("spare", account, (0..4).map(|_| fault(404, "NotFound")).collect());
        assert!(matches!(recover::<Delete>(&same, &saved), Recovery::Happened(())));
    }
}

/// Logins tell accounts apart where the caller named none; a name that both have counts more.
#[test]
fn a_ticket_of_another_login_is_not_looked_for() {
    let broken = || Script::fail(Phase::Head, TransportErrorKind::Reset);
    let there = || Script::any().answer(200, r#"{"id": 1}"#);
    let of = |login: &'static str, account: Option<&'static str>, script: Vec<Script>| {
        bench_with(
            |clock| {
                let config = config(Customer::Login(login.into(), Secret::new(KEY)), clock);
                account.into_iter().fold(config, |config, name| config.account(name))
            },
            script,
        )
    };
    let found = || (0..4).map(|_| fault(404, "NotFound")).collect();
    for (name, other, is_same) in [(None, None, false), (None, Some("a"), false), (Some("a"), Some("a"), true)] {
        let Outcome::Unresolved(ticket) = of("anna", name, vec![there(), broken()]).read_and_perform(Delete) else {
            panic!("the end is open")
        };
        let saved = ticket.save().to_string();
        assert!(!saved.contains("anna"), "{saved}");
        let saved = saved.parse::<SavedTicket>().unwrap().ticket::<Delete>().unwrap();
        for ticket in [&ticket, &saved] {
            let done = recover::<Delete>(&of("boris", other, found()), ticket);
            assert_eq!(matches!(done, Recovery::Happened(())), is_same, "{name:?} {other:?}: {done}");
            let done = recover::<Delete>(&of("anna", other, found()), ticket);
            assert!(matches!(done, Recovery::Happened(())), "{name:?} {other:?}: {done}");
        }
    }
}

/// With a mark missing from the baseline, an existing object would look new.
#[test]
fn a_ticket_with_a_damaged_baseline_is_refused() {
    let (_, ticket) = dropped([]);
    let text = ticket.save().to_string();
    assert!(text.contains(r#""before":{"all":["1","2"],"own":["1","2"]}"#), "{text}");
    for marks in [r#"["1",2]"#, r#"["1",null]"#, r#"[["1"],"2"]"#, r#"{"1":"2"}"#, r#""1""#, "null", "1"] {
        let damaged = text.replace(r#"["1","2"]"#, marks);
        assert!(damaged.parse::<SavedTicket>().is_err(), "{marks}");
    }
    let nowhere = text.replace(r#""base-url":"https://shop.example","#, "");
    assert!(nowhere != text && nowhere.parse::<SavedTicket>().is_err(), "{text}");
}

/// A fault that may be the answer to a proxy's repeat leaves the end open, and comes with a ticket.
#[test]
fn a_rejection_that_leaves_it_open_has_a_ticket() {
    let there = || Script::any().answer(200, r#"{"id": 1}"#);
    let gone = (0..4).map(|_| fault(404, "NotFound"));
    let bench = bench([there(), fault(400, "Denied"), there()].into_iter().chain(gone));
    let outcome = bench.read_and_perform(Delete);
    let Outcome::Rejected(rejection) = outcome else { panic!("the API said no") };
    assert!(rejection.verify);
    let ticket = rejection.ticket().unwrap().clone();
    assert_eq!(ticket.cause(), TicketCause::Refused);
    let error = hostkit::Error::from(rejection);
    assert!(error.may_have_happened() && error.ticket() == Some(&ticket));
    assert!(matches!(recover::<Delete>(&bench, &ticket), Recovery::Happened(())));
    let Outcome::Rejected(certain) = crate::common::bench([fault(403, "Forbidden")]).perform(Order) else {
        panic!("a no")
    };
    assert!(!certain.verify && certain.ticket().is_none());
}

/// The first request may have used up the limit, or deleted the object that the repeat may no longer access, and its token
/// may have ended since.
#[test]
fn a_limit_missing_rights_or_an_ended_token_may_answer_a_repeat() {
    for (status, name) in [(429, "TooMany"), (403, "Forbidden"), (404, "NotFound"), (401, "Expired")] {
        let outcome = bench([fault(status, name)]).perform(AddAddress);
        assert!(matches!(&outcome, Outcome::Rejected(no) if no.verify), "{name}: {outcome:?}");
        assert!(outcome.may_have_happened() && outcome.ticket().is_some(), "{name}");
        let post = bench([fault(status, name)]).perform(Order);
        assert!(matches!(&post, Outcome::Rejected(no) if !no.verify), "{name}: {post:?}");
    }
}

fn spender() -> (Bench, CallOptions) {
    let budget = || Budget::new(Decimal::from(100).into());
    let bench = bench_with(|clock| config(direct(), clock).budget(budget()), []);
    (bench, CallOptions::new().price(Decimal::from(40).into()))
}

fn left(bench: &Bench) -> Money {
    bench.core.budget().unwrap().remaining()
}

#[test]
fn the_money_of_a_call_dropped_on_its_way_counts_as_spent() {
    let (bench, options) = spender();
    drop_in_flight(&bench, bench.core.perform(&Order, options.unread()), None);
    assert_eq!(left(&bench), Decimal::from(60).into());
}

/// The limit of two calls an hour is used up, so the third waits and is dropped before it is sent.
#[test]
fn the_money_of_a_call_dropped_before_it_was_sent_comes_back() {
    let (bench, options) = spender();
    for _ in 0..2 {
        drop_in_flight(&bench, bench.core.perform(&Order, options.clone().unread()), None);
    }
    assert_eq!(left(&bench), Decimal::from(20).into());
    bench.core.budget().unwrap().add(Decimal::from(80).into());
    let mut waiting = bench.core.perform(&Order, options.clone().unread().deadline(Duration::from_secs(7200)));
    assert!(matches!(waiting.step(bench.clock.now()), Step::SleepUntil(_)));
    assert_eq!(left(&bench), Decimal::from(60).into());
    drop(waiting);
    assert_eq!(left(&bench), Decimal::from(100).into());
    drop(bench.core.perform(&Order, options));
    assert_eq!(left(&bench), Decimal::from(100).into());
}

/// It may have arrived as late as its deadline, so it counts from there.
#[test]
fn a_dropped_call_counts_on_its_rate_limit() {
    let (bench, _) = spender();
    let options = || CallOptions::new().price(Decimal::ONE.into()).deadline(Duration::from_secs(30));
    for _ in 0..2 {
        drop_in_flight(&bench, bench.core.perform(&Order, options().unread()), None);
    }
    bench.clock.advance(Duration::from_secs(3629));
    let third = bench.perform_with(Order, options().deadline(Duration::from_millis(500)));
    assert!(matches!(&third, Outcome::NotSent(error) if error.is_rate_limited()), "{third:?}");
    bench.clock.advance(Duration::from_secs(1));
    drop_in_flight(&bench, bench.core.perform(&Order, options().unread()), None);
}

/// When the leader of a sign-in is dropped, another caller takes over.
#[test]
fn a_dropped_sign_in_passes_on() {
    let bench = bench_with(|clock| config(key(), clock), [login(), ok()]);
    drop_in_flight(&bench, bench.core.perform(&Reboot, CallOptions::new().unread()), None);
    assert!(bench.perform(Reboot).is_done());
}
