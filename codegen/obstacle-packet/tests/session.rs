//! A session of two secrets, how long it is good for, and orders that are found in lists of bare numbers.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Perform, Reason, Recovery, Secret, UnixTime};
use hostkit_sandbox::{ApiName, Fault, FromExamples, Sandbox, accounts_of};
use hostkit_testing::{Script, Scripted};
use obstacle_packet_proto::things::{
    AddThing, AddToRoom, CopyThing, DeleteThing, DropThings, FetchThings, FetchThingsBy, LendThing, ListIds, ListOf,
    ListOfWhose, ListThings, OrderThings, PaintThing, PaintThingWhat, ReadThings, RemoveThings, RemoveThingsBy,
};
use obstacle_packet_proto::types::{NewThing, Pick, Removal, ThingId};
use obstacle_packet_proto::{Code, Credentials, Packet};

const NOW: i64 = 1_796_000_000;

type Client = hostkit_ureq::Client<Packet, Scripted>;

fn answer(path: &str, result: &str) -> Script {
    let (module, call) = path.split_once('/').unwrap();
    let body = format!("<packet><{module}><{call}><result>{result}</result></{call}></{module}></packet>");
    Script::post("/agent").answer(200, body)
}

fn signed_in(ticket: &str) -> Script {
    let lives = "<lives>600</lives>";
    answer("session/create", &format!("<status>ok</status><ticket>{ticket}</ticket><csrf>c-{ticket}</csrf>{lives}"))
}

fn ids(ids: &[u64]) -> Script {
    let ids: String = ids.iter().map(|id| format!("<id>{id}</id>")).collect();
    answer("thing/list", &format!("<status>ok</status><ids>{ids}</ids>"))
}

fn thing(id: u64, name: &str) -> Script {
    let data = format!("<data><gen_info><name>{name}</name></gen_info></data>");
    answer("thing/find", &format!("<status>ok</status><id>{id}</id>{data}"))
}

fn missing() -> Script {
    answer("thing/find", "<status>error</status><errcode>1013</errcode><errtext>no</errtext>")
}

fn client(script: impl IntoIterator<Item = Script>) -> (Client, Scripted, ManualClock) {
    let clock = ManualClock::new(UnixTime(NOW));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Packet>::builder(Credentials::login("anna", "p"));
    (client.transport(transport.clone()).clock(clock.clone()).build().unwrap(), transport, clock)
}

/// The cookie and the second secret of each request.
fn proofs(transport: &Scripted) -> Vec<[String; 2]> {
    let sent = transport.sent();
    let text = |headers: &http::HeaderMap, name| match headers.get(name) {
        Some(value) => value.to_str().unwrap().to_owned(),
        None => String::new(),
    };
    sent.iter().map(|sent| ["cookie", "x-csrf"].map(|name| text(&sent.headers, name))).collect()
}

#[test]
fn every_call_carries_both_secrets_of_the_session() {
    let (client, transport, _) = client([signed_in("t1"), ids(&[7])]);
    client.call(&ListIds::new()).unwrap();
    assert_eq!(proofs(&transport), [["", ""], ["sid=t1", "c-t1"]]);
    let shown = format!("{client:?}");
    assert!(!shown.contains("t1"), "{shown}");
}

#[test]
fn a_session_is_good_for_as_many_seconds_as_it_says() {
    let (client, transport, clock) = client([signed_in("t1"), ids(&[7]), ids(&[7]), signed_in("t2"), ids(&[7])]);
    client.call(&ListIds::new()).unwrap();
    clock.advance(Duration::from_secs(300));
    client.call(&ListIds::new()).unwrap();
    assert_eq!(transport.left(), 2, "it is still good");
    clock.advance(Duration::from_secs(301));
    client.call(&ListIds::new()).unwrap();
    assert_eq!(proofs(&transport).last().unwrap(), &["sid=t2", "c-t2"]);
}

#[test]
fn a_second_secret_that_no_header_can_hold_is_refused_at_sign_in() {
    let bad = answer("session/create", "<status>ok</status><ticket>t</ticket><csrf>a&#10;b</csrf>");
    let (client, _, _) = client([bad.clone(), bad.clone(), bad]);
    let error = client.call(&ListIds::new()).unwrap_err().to_string();
    assert!(error.contains("cannot be sent"), "{error}");
    let empty = answer("session/create", "<status>ok</status><ticket>t</ticket><csrf></csrf>");
    let (client, ..) = self::client([empty.clone(), empty.clone(), empty]);
    assert!(client.call(&ListIds::new()).is_err());
}

#[test]
fn a_token_alone_is_put_where_it_belongs() {
    let transport = Scripted::new([ids(&[7])]);
    let client = hostkit_ureq::Client::<Packet>::builder(Credentials::login("anna", "p"));
    let client = client.signed_in(Secret::from("t0")).transport(transport.clone()).build().unwrap();
    client.call(&ListIds::new()).unwrap();
    assert_eq!(proofs(&transport), [["sid=t0", ""]]);
}

/// A header that the service puts into every request is there once, in place of what a client would say.
#[test]
fn each_call_has_the_header_of_the_service_once() {
    let (client, transport, _) = client([signed_in("t1"), ids(&[7])]);
    client.call(&ListIds::new()).unwrap();
    for sent in transport.sent() {
        let types: Vec<_> = sent.headers.get_all("content-type").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(types, ["text/xml"]);
    }
}

/// A code that not every account has goes into the sign-in where it is given, and is shown nowhere.
#[test]
fn a_sign_in_has_the_code_of_an_account_that_has_one() {
    let code = Some(Secret::new("hunter2"));
    let with = Credentials::Login { login: "anna".to_owned(), password: Secret::new("p"), code };
    for (credentials, has_code) in [(Credentials::login("anna", "p"), false), (with, true)] {
        assert!(!format!("{credentials:?}").contains("hunter2"));
        let transport = Scripted::new([signed_in("t1"), ids(&[7])]);
        let client = hostkit_ureq::Client::<Packet>::builder(credentials.clone());
        client.transport(transport.clone()).build().unwrap().call(&ListIds::new()).unwrap();
        let other = Scripted::new([signed_in("t1"), ids(&[7])]);
        let client = hostkit_reqwest::Client::<Packet>::builder(credentials).transport(other.clone()).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { client.call(&ListIds::new()).await.unwrap() });
        for sent in [transport.sent(), other.sent()] {
            let bodies = sent.iter().map(|sent| String::from_utf8_lossy(&sent.body).into_owned());
            let found: Vec<bool> = bodies.map(|body| body.contains("<code>hunter2</code>")).collect();
            assert_eq!(found, [has_code, false]);
        }
    }
}

/// One number is a list of one to a read that takes several.
#[test]
fn evidence_asks_a_list_of_numbers_for_the_one_of_the_call() {
    let asked = LendThing::reading(&LendThing::new(ThingId::new(7)).inputs()).unwrap();
    let wanted = ListOf::new(1, ListOfWhose::Nobody(Some(true))).ids(vec![ThingId::new(7)]);
    assert_eq!(format!("{asked:?}"), format!("{wanted:?}"));
}

#[test]
fn the_async_client_does_the_same() {
    let transport = Scripted::new([signed_in("t1"), ids(&[7])]);
    let client = hostkit_reqwest::Client::<Packet>::builder(Credentials::login("anna", "p"));
    let client = client.transport(transport.clone()).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { client.call(&ListIds::new()).await.unwrap() });
    assert_eq!(proofs(&transport), [["", ""], ["sid=t1", "c-t1"]]);
}

#[test]
fn the_sandbox_wants_both_secrets() {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");
    let sandbox = Sandbox::builder().site(FromExamples::<Packet>::read(specs).unwrap()).start().unwrap();
    let base: hostkit::BaseUrl = sandbox.url(ApiName::of::<Packet>()).parse().unwrap();
    let account = accounts_of::<Packet>().remove(0);
    let client = hostkit_ureq::Client::<Packet>::builder(account.clone()).base_url(base.clone()).build().unwrap();
    assert_eq!(client.call(&ListIds::new()).unwrap(), [ThingId::new(7), ThingId::new(8)], "one that names some");
    assert!(client.perform(&AddThing::new("lamp")).into_result().is_ok());
    // The ticket of the sandbox's example without what is carried beside it, and a new sign-in that heals it.
    let half = hostkit_ureq::Client::<Packet>::builder(account).base_url(base).signed_in("PVE:anna:4EEC61E2");
    let half = half.build().unwrap();
    half.call(&ListIds::new()).unwrap();
    assert_eq!(sandbox.ledger().arrivals("sign_in"), 2, "the half session was refused");
}

/// What is made stands in the list, and is found there.
#[test]
fn the_sandbox_shows_what_is_made() {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");
    let sandbox = Sandbox::builder().site(FromExamples::<Packet>::read(specs).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Packet>::builder).build().unwrap();
    let ids = || client.call(&ListIds::new()).unwrap().into_iter().map(ThingId::get).collect::<Vec<_>>();
    assert_eq!(ids(), [7, 8]);
    sandbox.faults().next("add_thing", Fault::by_id("close-after-commit").unwrap());
    let Outcome::Unresolved(ticket) = client.perform(&AddThing::new("bell")) else { panic!("the answer was lost") };
    let found = client.recover::<AddThing>(&ticket);
    assert!(matches!(&found, Recovery::Happened(thing) if thing.id == ThingId::new(9)), "{found:?}");
    assert_eq!(ids(), [7, 8, 9]);
    client.perform(&CopyThing::new(ThingId::new(7))).into_result().unwrap();
    assert_eq!(ids(), [7, 8, 9, 10]);
    // What was made can be deleted, but once; and nothing else of which no example tells.
    let delete = |id| client.perform(&DeleteThing::new(ThingId::new(id)));
    assert!(matches!(delete(9), Outcome::Done(())));
    assert!(matches!(delete(9), Outcome::Rejected(_)) && matches!(delete(4), Outcome::Rejected(_)));
    assert_eq!(ids(), [7, 8, 10]);
    assert_eq!(sandbox.ledger().commits("delete_thing"), 1);
}

/// Of several faults that credentials get, wrong ones get the first of the catalogue.
#[test]
fn the_sandbox_says_that_a_password_is_wrong() {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");
    let sandbox = Sandbox::builder().site(FromExamples::<Packet>::read(specs).unwrap()).start().unwrap();
    let client = hostkit_ureq::Client::<Packet>::builder(Credentials::login("anna", "wrong"));
    let client = client.base_url(sandbox.url(ApiName::of::<Packet>()).parse().unwrap()).build().unwrap();
    let error = client.call(&ListIds::new()).unwrap_err();
    assert!(error.is_auth() && error.to_string().contains("Wrong login or password"), "{error}");
}

fn lost() -> Script {
    Script::post("/agent").failing(Phase::Head, TransportErrorKind::Timeout)
}

#[test]
fn an_order_is_found_by_reading_each_of_a_list_of_numbers() {
    let before = [signed_in("t"), ids(&[7, 8]), thing(7, "lamp"), thing(8, "cup")];
    let after = [ids(&[7, 8, 9, 10]), thing(7, "lamp"), thing(8, "cup"), thing(9, "bell"), missing()];
    let (client, ..) = client(before.into_iter().chain([lost()]).chain(after));
    let Outcome::Unresolved(ticket) = client.perform(&AddThing::new("bell")) else { panic!("it is open") };
    let found = client.recover::<AddThing>(&ticket);
    assert!(matches!(&found, Recovery::Happened(thing) if thing.id == ThingId::new(9)), "{found:?}");
}

#[test]
fn a_new_number_shows_a_copy_and_a_missing_one_a_deletion() {
    let (client, ..) = client([signed_in("t"), ids(&[7]), lost(), ids(&[7, 12])]);
    let Outcome::Unresolved(ticket) = client.perform(&CopyThing::new(ThingId::new(7))) else { panic!("it is open") };
    let found = client.recover::<CopyThing>(&ticket);
    assert!(matches!(&found, Recovery::Happened(id) if *id == ThingId::new(12)), "{found:?}");
    let reads = (0..40).map(|_| ids(&[8]).takes(Duration::from_secs(25)));
    let (client, ..) = self::client([signed_in("t"), ids(&[7, 8]), lost()].into_iter().chain(reads));
    let Outcome::Unresolved(ticket) = client.perform(&DeleteThing::new(ThingId::new(7))) else { panic!("it is open") };
    let found = client.recover::<DeleteThing>(&ticket);
    assert!(matches!(found, Recovery::Happened(())), "{found:?}");
}

#[test]
fn a_read_takes_one_of_several_inputs_and_a_choice_without_one() {
    let of_room = |names: &[(u64, &str)]| {
        let thing = |(id, name): &(u64, &str)| {
            format!(
                "<result><status>ok</status><id>{id}</id><data><gen_info><name>{name}</name></gen_info></data></result>"
            )
        };
        let things: String = names.iter().map(thing).collect();
        let body = format!("<packet><thing><list-of>{things}</list-of></thing></packet>");
        Script::post("/agent").answer(200, body)
    };
    let script = [signed_in("t"), of_room(&[(7, "cup")]), lost(), of_room(&[(7, "cup"), (9, "lamp")])];
    let (client, transport, _) = client(script);
    let Outcome::Unresolved(ticket) = client.perform(&AddToRoom::new("lamp", 3)) else { panic!("it is open") };
    let found = client.recover::<AddToRoom>(&ticket);
    assert!(matches!(&found, Recovery::Happened(thing) if thing.id == ThingId::new(9)), "{found:?}");
    let reads = [1, 3].map(|index| String::from_utf8_lossy(&transport.sent()[index].body).into_owned());
    for read in reads {
        assert!(read.contains("<list-of><depth>1</depth><every></every><room>3</room></list-of>"), "{read}");
    }
}

/// A call that was made with another variant than the one that the read needs is sent; recovery cannot tell then.
#[test]
fn only_the_variant_that_the_read_takes_can_be_told() {
    let painted = |color: &str| {
        let data = format!("<data><gen_info><name>lamp</name><color>{color}</color></gen_info></data>");
        answer("thing/find", &format!("<status>ok</status><id>7</id>{data}"))
    };
    let by_id = PaintThing::new("red", PaintThingWhat::ById(ThingId::new(7)));
    let by_name = PaintThing::new("red", PaintThingWhat::ByName("lamp".to_owned()));

    let reads = (0..40).map(|_| painted("red").takes(Duration::from_secs(25)));
    let (client, ..) = client([signed_in("t"), painted("blue"), lost()].into_iter().chain(reads));
    let Outcome::Unresolved(ticket) = client.perform(&by_id) else { panic!("it is open") };
    let found = client.recover::<PaintThing>(&ticket);
    assert!(matches!(found, Recovery::Happened(_)), "{found:?}");

    let (client, transport, _) = self::client([signed_in("t"), lost()]);
    let Outcome::Unresolved(ticket) = client.perform(&by_name) else { panic!("it is open") };
    assert_eq!(transport.left(), 0, "the call was sent, and nothing was read before it");
    let found = client.recover::<PaintThing>(&ticket);
    assert!(matches!(found, Recovery::CannotTell(_)), "{found:?}");

    let done = || answer("thing/paint", "<status>ok</status>");
    let (client, ..) = self::client([signed_in("t"), done()]);
    assert!(matches!(client.perform(&by_name), Outcome::Done(())));
}

/// The things that there are.
fn things(named: &[(u64, &str)]) -> Script {
    let thing = |(id, name): &(u64, &str)| {
        format!(
            "<result><status>ok</status><id>{id}</id><data><gen_info><name>{name}</name></gen_info></data></result>"
        )
    };
    let things: String = named.iter().map(thing).collect();
    Script::post("/agent").answer(200, format!("<packet><thing><get>{things}</get></thing></packet>"))
}

fn results(call: &str, results: &[&str]) -> Script {
    let results: String = results.iter().map(|said| format!("<result>{said}</result>")).collect();
    Script::post("/agent").answer(200, format!("<packet><thing><{call}>{results}</{call}></thing></packet>"))
}

const TAKEN: &str = "<status>error</status><errcode>1007</errcode><errtext>taken</errtext>";

fn order() -> OrderThings {
    OrderThings::new(vec![NewThing::new("lamp"), NewThing::new("bell")])
}

/// Part of an order is neither a plain success nor a refusal, and sending it again would pay twice.
#[test]
fn an_order_of_several_things_that_is_done_in_part_says_of_each() {
    let (client, transport, _) =
        client([signed_in("t"), things(&[(7, "cup")]), results("order", &["<status>ok</status><id>9</id>", TAKEN])]);
    let outcome = client.perform(&order());
    assert!(!outcome.is_done() && outcome.may_have_happened() && outcome.ticket().is_none(), "{outcome:?}");
    let Outcome::Accepted(all, Reason::PART) = outcome else { panic!("a part was carried out: {outcome:?}") };
    assert_eq!(all[0].as_ref().map(|made| made.id), Ok(ThingId::new(9)));
    assert_eq!(all[1].as_ref().map_err(|fault| fault.code.clone()), Err(Some(Code::Exists)));
    assert_eq!(transport.left(), 0);

    let before = || things(&[(7, "cup")]);
    let (client, ..) = self::client([signed_in("t"), before(), results("order", &[TAKEN, TAKEN]), before()]);
    let outcome = client.perform(&order());
    let Outcome::Rejected(no) = &outcome else { panic!("all were refused: {outcome:?}") };
    assert_eq!((no.code.clone(), no.others.len()), (Some(Code::Exists), 1));
    assert_eq!(no.others[0].code, Some(Code::Exists));

    // One that was there before is not what this call made.
    let made = results("order", &["<status>ok</status><id>7</id>", "<status>ok</status><id>9</id>"]);
    let (client, ..) = self::client([signed_in("t"), things(&[(7, "cup")]), made]);
    assert!(client.perform(&order()).is_unresolved());
}

#[test]
fn a_lost_answer_to_an_order_of_several_things_is_found_for_each() {
    let recovered = |after: &[(u64, &str)]| {
        let reads = (0..200).map(|_| things(after).takes(Duration::from_secs(25)));
        let session = "<status>ok</status><ticket>t</ticket><csrf>c</csrf><lives>9000</lives>";
        let before = [answer("session/create", session), things(&[(7, "cup")]), lost()];
        let (client, ..) = client(before.into_iter().chain(reads));
        let Outcome::Unresolved(ticket) = client.perform(&order()) else { panic!("it is open") };
        match client.recover::<OrderThings>(&ticket) {
            Recovery::Happened(found) => format!("{:?}", found.iter().map(|thing| thing.id.get()).collect::<Vec<_>>()),
            other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
        }
    };
    assert_eq!(recovered(&[(7, "cup"), (9, "lamp"), (10, "bell")]), "[9, 10]");
    assert_eq!(recovered(&[(7, "cup"), (9, "lamp")]), "InPart");
    assert_eq!(recovered(&[(7, "cup")]), "DidNot");
}

/// What an item of an order does not say must not be there in what shows it.
#[test]
fn an_item_that_says_no_colour_is_not_one_that_has_one() {
    let reads = (0..200).map(|_| {
        let info = "<gen_info><name>lamp</name><color>red</color></gen_info>";
        let lamp = format!("<result><status>ok</status><id>9</id><data>{info}</data></result>");
        let body = format!("<packet><thing><get>{lamp}</get></thing></packet>");
        Script::post("/agent").answer(200, body).takes(Duration::from_secs(25))
    });
    let session = "<status>ok</status><ticket>t</ticket><csrf>c</csrf><lives>9000</lives>";
    let before = [answer("session/create", session), things(&[(7, "cup")]), lost()];
    let (client, ..) = client(before.into_iter().chain(reads));
    let call = OrderThings::new(vec![NewThing::new("lamp")]);
    let Outcome::Unresolved(ticket) = client.perform(&call) else { panic!("it is open") };
    let found = client.recover::<OrderThings>(&ticket);
    assert!(found.is_open(), "somebody else's: {found:?}");
}

/// What is gone is known by any of the lists that a call may name.
#[test]
fn a_deletion_by_one_of_several_lists_is_found() {
    let by_ids = || RemoveThingsBy::Ids(vec![ThingId::new(7), ThingId::new(8)]);
    let by_names = || RemoveThingsBy::Names(vec!["Lamp.example.com.".to_owned(), "cup".to_owned()]);
    let before = || things(&[(7, "lamp.example.com."), (8, "cup"), (9, "bell")]);
    let recovered = |by: RemoveThingsBy, after: &[(u64, &str)]| {
        let reads = (0..40).map(|_| things(after).takes(Duration::from_secs(25)));
        let (client, ..) = client([signed_in("t"), before(), lost()].into_iter().chain(reads));
        let outcome = client.perform(&RemoveThings::new(by));
        let Outcome::Unresolved(ticket) = outcome else { panic!("it is open: {outcome:?}") };
        let found = client.recover::<RemoveThings>(&ticket);
        format!("{found:?}").split('(').next().unwrap_or_default().to_owned()
    };
    assert_eq!(recovered(by_ids(), &[(9, "bell")]), "Happened");
    assert_eq!(recovered(by_names(), &[(9, "bell")]), "Happened");
    assert_eq!(recovered(by_ids(), &[(8, "cup"), (9, "bell")]), "InPart");
    assert_eq!(recovered(by_ids(), &[(7, "lamp.example.com."), (8, "cup"), (9, "bell")]), "DidNot");
    // Nothing says which things "everything" was.
    let (client, transport, _) = client([signed_in("t"), lost()]);
    let Outcome::Unresolved(ticket) = client.perform(&RemoveThings::new(RemoveThingsBy::Everything)) else {
        panic!("it is open")
    };
    assert_eq!(transport.left(), 0, "nothing was read before it");
    assert!(matches!(client.recover::<RemoveThings>(&ticket), Recovery::CannotTell(_)));
}

/// Where the hoster fills in what was not said, a thing is of the row that leaves it open, if no other says more of it.
#[test]
fn what_the_hoster_fills_in_may_be_anything() {
    let order = |rooms: &[Option<&str>]| {
        let things = rooms.iter().map(|room| {
            let mut thing = NewThing::new("lamp");
            thing.room = room.map(str::to_owned);
            thing
        });
        OrderThings::new(things.collect())
    };
    let shown = |list: &[(u64, &str)]| {
        let thing = |(id, room): &(u64, &str)| {
            let info = format!("<gen_info><name>lamp</name><room>{room}</room></gen_info>");
            format!("<result><status>ok</status><id>{id}</id><data>{info}</data></result>")
        };
        let all: String = list.iter().map(thing).collect();
        Script::post("/agent").answer(200, format!("<packet><thing><get>{all}</get></thing></packet>"))
    };
    let seen = |rooms: &[Option<&str>], after: &[(u64, &str)]| {
        let all = [&[(1, "hall")], after].concat();
        let reads = (0..200).map(|_| shown(&all).takes(Duration::from_secs(25)));
        let session = "<status>ok</status><ticket>t</ticket><csrf>c</csrf><lives>9000</lives>";
        let before = [answer("session/create", session), shown(&[(1, "hall")]), lost()];
        let (client, ..) = client(before.into_iter().chain(reads));
        let Outcome::Unresolved(ticket) = client.perform(&order(rooms)) else { panic!("it is open") };
        let found = client.recover::<OrderThings>(&ticket);
        format!("{found:?}").split('(').next().unwrap_or_default().to_owned()
    };
    let both = [(2, "attic"), (3, "cellar")];
    assert_eq!(seen(&[None, Some("attic")], &both), "Happened");
    assert_eq!(seen(&[Some("attic"), None], &both), "Happened");
    assert_eq!(seen(&[None, None], &both), "Happened");
    assert_eq!(seen(&[Some("cellar"), Some("shed")], &both), "CannotTell");
    assert_eq!(seen(&[None, Some("attic")], &[(2, "attic")]), "InPart");
}

/// What several operations name is gone if all of it is, whatever it is named by.
#[test]
fn a_deletion_by_several_operations_is_found() {
    let by_ids = |ids: &[u64]| {
        let mut pick = Pick::new();
        pick.ids = ids.iter().copied().map(ThingId::new).collect();
        Removal::new(pick)
    };
    let by_name = |name: &str| {
        let mut pick = Pick::new();
        pick.name = Some(name.to_owned());
        Removal::new(pick)
    };
    let things = |list: &[(u64, &str)]| {
        let thing = |(id, name): &(u64, &str)| {
            let data = format!("<data><gen_info><name>{name}</name></gen_info></data>");
            format!("<result><status>ok</status><id>{id}</id>{data}</result>")
        };
        let all: String = list.iter().map(thing).collect();
        Script::post("/agent").answer(200, format!("<packet><thing><show>{all}</show></thing></packet>"))
    };
    let before = || things(&[(7, "lamp"), (8, "cup"), (9, "bell")]);
    let recovered = |drops: Vec<Removal>, after: &[(u64, &str)]| {
        let reads = (0..40).map(|_| things(after).takes(Duration::from_secs(25)));
        let (client, transport, _) = client([signed_in("t"), before(), lost()].into_iter().chain(reads));
        let outcome = client.perform(&DropThings::new(drops));
        // What is wanted of the things is a constant inside an object.
        let read = String::from_utf8_lossy(&transport.sent()[1].body).into_owned();
        assert!(read.contains("<dataset><gen_info></gen_info></dataset>"), "{read}");
        let Outcome::Unresolved(ticket) = outcome else { panic!("it is open: {outcome:?}") };
        let found = client.recover::<DropThings>(&ticket);
        format!("{found:?}").split('(').next().unwrap_or_default().to_owned()
    };
    let both = || vec![by_ids(&[7]), by_name("cup")];
    assert_eq!(recovered(both(), &[(9, "bell")]), "Happened");
    for part in [(7, "lamp"), (8, "cup")] {
        assert_eq!(recovered(both(), &[part, (9, "bell")]), "InPart");
    }
    assert_eq!(recovered(both(), &[(7, "lamp"), (8, "cup"), (9, "bell")]), "DidNot");
    assert_eq!(recovered(vec![by_ids(&[7, 8]), by_name("bell")], &[(1, "new")]), "Happened");
    // What was not there before may have been anything.
    for absent in [vec![by_ids(&[7, 6])], vec![by_ids(&[7]), by_name("pot")], vec![by_ids(&[6])]] {
        assert_eq!(recovered(absent, &[(8, "cup"), (9, "bell")]), "CannotTell");
    }
    assert_eq!(recovered(vec![by_ids(&[7, 6])], &[(7, "lamp"), (8, "cup"), (9, "bell")]), "DidNot");
    // One operation without a name that can be looked for leaves open what all of them did.
    let mut owner = Pick::new();
    owner.owner = Some("anna".to_owned());
    let (client, transport, _) = client([signed_in("t"), lost()]);
    let Outcome::Unresolved(ticket) = client.perform(&DropThings::new(vec![by_ids(&[7]), Removal::new(owner)])) else {
        panic!("it is open")
    };
    assert_eq!(transport.left(), 0, "nothing was read before it");
    assert!(matches!(client.recover::<DropThings>(&ticket), Recovery::CannotTell(_)));
}

/// The sandbox plays calls with results of their own for both clients: made, lost, refused and deleted.
#[test]
fn the_sandbox_answers_for_each_of_several_things() {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");
    let sandbox = Sandbox::builder().site(FromExamples::<Packet>::read(specs).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Packet>::builder).build().unwrap();
    let names = |client: &hostkit_ureq::Client<Packet>| -> Vec<String> {
        client.call(&ListThings::new()).unwrap().into_iter().map(|thing| thing.info.name).collect()
    };
    let before = names(&client);
    sandbox.faults().next("order_things", Fault::by_id("close-after-commit").unwrap());
    let (red, blue) = (NewThing::new("red lamp"), NewThing::new("blue lamp"));
    let Outcome::Unresolved(ticket) = client.perform(&OrderThings::new(vec![red, blue])) else { panic!("lost") };
    let found = client.recover::<OrderThings>(&ticket);
    assert!(matches!(&found, Recovery::Happened(two) if two.len() == 2), "{found:?}");
    assert_eq!(names(&client)[before.len()..], ["red lamp", "blue lamp"]);
    let by = RemoveThingsBy::Names(vec!["red lamp".to_owned(), "blue lamp".to_owned()]);
    let removed = client.perform(&RemoveThings::new(by));
    assert!(removed.is_done(), "{removed:?}");
    assert_eq!(names(&client), before);
    let client = sandbox.client(hostkit_reqwest::Client::<Packet>::builder).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let made = runtime.block_on(async { client.perform(&order()).await });
    assert!(matches!(&made, Outcome::Done(all) if all.len() == 2), "{made:?}");
}

/// A token comes from the server, which may be another one.
#[test]
fn a_token_that_would_end_its_cookie_is_not_sent() {
    let (client, transport, _) = client([signed_in("t1; admin=1"), ids(&[7])]);
    let error = client.call(&ListIds::new()).unwrap_err();
    let shown = error.to_string();
    assert!(shown.contains("token (`sid`): has a character that no cookie may have"), "{shown}");
    assert!(!format!("{shown}{error:?}").contains("admin"), "{shown}");
    assert_eq!(proofs(&transport), [["", ""]], "only the sign-in was sent");
}

/// A call over a list of numbers says of each of these, and of no other, what became of it.
#[test]
fn the_sandbox_answers_for_exactly_what_is_asked_for() {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");
    let sandbox = Sandbox::builder().site(FromExamples::<Packet>::read(specs).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Packet>::builder).build().unwrap();
    let ids = |ids: &[u64]| ids.iter().map(|id| ThingId::new(*id)).collect::<Vec<_>>();
    let read = |asked: &[u64]| {
        let by_each = client.call(&ReadThings::new(ids(asked))).unwrap();
        let by_ids = client.call(&FetchThings::new(FetchThingsBy::Ids(ids(asked)))).unwrap();
        let shown = |things: Vec<Result<_, hostkit::Fault<Code>>>| -> Vec<_> {
            let thing = |thing: Result<obstacle_packet_proto::types::Thing, hostkit::Fault<Code>>| {
                thing.map(|thing| thing.id.get()).map_err(|fault| fault.kind)
            };
            things.into_iter().map(thing).collect()
        };
        let (by_each, by_ids) = (shown(by_each), shown(by_ids));
        assert_eq!(by_each, by_ids);
        by_each
    };
    let missing = Err(hostkit::FaultKind::NotFound);
    assert_eq!(read(&[8, 99, 7]), [Ok(8), missing, Ok(7)]);
    let remove = |asked: &[u64]| client.perform(&RemoveThings::new(RemoveThingsBy::Ids(ids(asked))));
    let Outcome::Done(gone) = remove(&[8]) else { panic!("it was there") };
    assert_eq!(gone.into_iter().map(|gone| gone.unwrap().id.get()).collect::<Vec<_>>(), [8]);
    let numbers =
        || client.call(&ListThings::new()).unwrap().into_iter().map(|thing| thing.id.get()).collect::<Vec<_>>();
    assert_eq!(numbers(), [7]);
    let again =
        client.with(hostkit::CallOptions::new().unread()).perform(&RemoveThings::new(RemoveThingsBy::Ids(ids(&[8]))));
    assert!(matches!(again, Outcome::Rejected(_)), "{again:?}");
    assert_eq!(sandbox.ledger().commits("remove_things"), 1);
    assert_eq!(read(&[7, 8]), [Ok(7), missing]);
    // By another way of saying which, too.
    let named = client.perform(&RemoveThings::new(RemoveThingsBy::Names(vec!["lamp".to_owned()])));
    let Outcome::Done(gone) = named else { panic!("{named:?}") };
    assert_eq!(gone.into_iter().map(|gone| gone.unwrap().asked.unwrap()).collect::<Vec<_>>(), ["lamp"]);
    // Each of what is made has a result, however many an example has.
    let new = ["a", "b", "c"].map(NewThing::new).to_vec();
    let made = client.perform(&OrderThings::new(new)).into_result().unwrap();
    let made: Vec<_> = made.into_iter().map(|made| made.unwrap().id.get()).collect();
    assert_eq!(numbers(), made);
    assert_eq!(read(&made), made.iter().map(|id| Ok(*id)).collect::<Vec<_>>());
}
