//! Every wire example of the specs, through both halves of the crate, and the verdicts on answers with several markers.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

use hostkit_proto::evidence::Inputs;
use hostkit_proto::judgement::{Judgement, NoValue, Why, judge};
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::every::Served;
use hostkit_proto::server::example::incoming;
use hostkit_proto::server::{Serve, WrittenAnswer};
use hostkit_proto::{
    Api, Effect, Endpoint, EndpointInfo, Fault, Format, RawAnswer, RequestParts, Session, UnknownFields,
};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use obstacle_packet_proto::auth::SignIn;
use obstacle_packet_proto::things::{
    AddThing, ChangeThing, ChangeThingWhat, DeleteThing, DeleteThings, DeleteThingsBy, DropThings, FindThing,
    FindThingDataset, GetInfo, GetThing, LabelThings, ListIds, ListOf, ListOfOf, ListOfWhose, ListThings, OrderThings,
    ReadThings, RemoveThings, RemoveThingsBy,
};
use obstacle_packet_proto::types::{
    Choice, Dataset, Info, Labelling, Made, NewThing, NumberOrPart, Part, Pick, Removal, Spot, Target, TargetAll,
    TargetIds, TargetNames, Thing, ThingId,
};
use obstacle_packet_proto::{Code, Credentials, Packet};

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    obstacle_packet_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("obstacle-packet: {examples} examples");
}

/// In a word, what an answer means for a call.
fn meaning<E: Endpoint<Api = Packet>>(body: &str) -> &'static str {
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&E::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
    match judge::<E>(&Inputs::new(), &answer) {
        Judgement::Done(_) => "done",
        Judgement::Accepted(..) => "accepted",
        Judgement::Nothing(_) => "nothing",
        Judgement::Rejected(no) if no.may_have_happened => "rejected, perhaps done",
        Judgement::Rejected(_) => "rejected",
        Judgement::Open(_) => "open",
    }
}

fn packet(call: &str, results: &str) -> String {
    format!(r#"<packet version="1.6"><thing><{call}>{results}</{call}></thing></packet>"#)
}

const OK: &str = "<result><status>ok</status><id>9</id></result>";
const NO: &str = "<result><status>error</status><errcode>1013</errcode><errtext>no</errtext></result>";

#[test]
fn a_call_that_acts_is_done_where_each_result_says_so() {
    assert_eq!(meaning::<AddThing>(&packet("add", OK)), "done");
    assert_eq!(meaning::<AddThing>(&packet("add", NO)), "rejected");
    for results in [
        "<result><id>9</id></result>",
        "<result><status>OK</status><id>9</id></result>",
        "<result><status>maybe</status><id>9</id></result>",
        "<result><status>ok</status><status>ok</status><id>9</id></result>",
        "",
    ] {
        assert_eq!(meaning::<AddThing>(&packet("add", results)), "open", "{results}");
    }
    let both = packet("add", &[OK, NO].concat());
    assert_eq!(meaning::<AddThing>(&both), "open", "a part may have been done");
    assert_eq!(meaning::<AddThing>(&packet("copy", OK)), "open", "the answer to another call");
}

#[test]
fn a_call_without_output_is_answered_under_its_own_name() {
    let ok = "<result><status>ok</status><filter-id>7</filter-id></result>";
    assert_eq!(meaning::<DeleteThing>(&packet("del", ok)), "done");
    assert_eq!(meaning::<DeleteThing>(&packet("add", ok)), "open");
    let with_data = "<result><status>ok</status><id>7</id></result>";
    assert_eq!(meaning::<DeleteThing>(&packet("del", with_data)), "open", "a field of another call");
    assert_eq!(meaning::<DeleteThing>("<packet/>"), "open");
    let system = "<packet><system><status>error</status><errcode>1001</errcode></system></packet>";
    assert_eq!(meaning::<DeleteThing>(system), "rejected");
}

/// A filter that names nothing would name everything.
#[test]
fn a_list_that_has_to_be_given_is_not_empty_in_a_variant_or_in_an_object() {
    let refused = |call: &DeleteThings| {
        let mut parts = RequestParts::new(&DeleteThings::INFO, &Packet::INFO, Format::Xml, "main");
        let error = call.encode(&mut parts).err();
        error.map(|error| error.to_string().replace("delete_things: ", ""))
    };
    let by = DeleteThings::new;
    let ids = || vec![ThingId::new(7)];
    let (full, empty) = (Part::new(ids()), Part::new(Vec::new()));
    let within = |inner: &Part| {
        let mut outer = full.clone();
        outer.parts = vec![full.clone(), inner.clone()];
        outer
    };
    for good in [
        by(DeleteThingsBy::Ids(ids())),
        by(DeleteThingsBy::Both { ids: ids(), colors: vec!["red".to_owned()] }),
        by(DeleteThingsBy::Parts(vec![within(&within(&full))])).unless(full.clone()),
        by(DeleteThingsBy::Ids(ids())).first(NumberOrPart::Scalar(ThingId::new(7))).rooms(Default::default()),
    ] {
        assert_eq!(refused(&good), None, "{good:?}");
    }
    let good = || by(DeleteThingsBy::Ids(ids()));
    let rooms = [("a".to_owned(), full.clone()), ("b".to_owned(), empty.clone())];
    for (bad, expected) in [
        (by(DeleteThingsBy::Ids(Vec::new())), "ids (`filter/id`): is empty, but has to be given"),
        (
            by(DeleteThingsBy::Both { ids: ids(), colors: Vec::new() }),
            "colors (`filter/color`): is empty, but has to be given",
        ),
        (by(DeleteThingsBy::Parts(Vec::new())), "parts (`part`): is empty, but has to be given"),
        (
            by(DeleteThingsBy::Parts(vec![full.clone(), empty.clone()])),
            "parts (`part`): has an empty `ids`, which has to be given",
        ),
        (
            by(DeleteThingsBy::Parts(vec![within(&within(&empty))])),
            "parts (`part`): has an empty `ids`, which has to be given",
        ),
        (good().unless(empty.clone()), "unless: has an empty `ids`, which has to be given"),
        (good().first(NumberOrPart::Object(empty)), "first: has an empty `ids`, which has to be given"),
        (good().rooms(rooms.into()), "rooms: has an empty `ids`, which has to be given"),
    ] {
        assert_eq!(refused(&bad).as_deref(), Some(expected), "{bad:?}");
    }
}

#[test]
fn a_read_fails_with_its_first_result_and_may_be_empty() {
    assert_eq!(meaning::<ListThings>(&packet("get", NO)), "rejected");
    assert_eq!(meaning::<ListIds>(&packet("list", "<result><ids/></result>")), "open", "without the marker");
    let mut answer = WrittenAnswer::for_endpoint::<ListThings>(Format::Xml, 200);
    ListThings::answer(&Vec::new(), &mut answer);
    let body = String::from_utf8(answer.body().unwrap()).unwrap();
    assert!(
        body.ends_with("<packet><thing><get><result><status>ok</status></result></get></thing></packet>"),
        "{body}"
    );
    assert_eq!(meaning::<ListThings>(&body), "done", "a marker alone is no item");
    let two = packet("get", "<result><status>ok</status></result><result><status>ok</status></result>");
    assert_eq!(meaning::<ListThings>(&two), "open", "these are items without a number");
}

#[test]
fn the_error_of_a_call_that_was_done_in_part_names_each_result_that_failed() {
    let headers = HeaderMap::new();
    let no = |code: u32, text: &str, id: u32| {
        let text = format!("<errcode>{code}</errcode><errtext>{text}</errtext><filter-id>{id}</filter-id>");
        format!("<result><status>error</status>{text}</result>")
    };
    let results = [no(1013, "no such thing", 7), "<result><status>ok</status></result>".to_owned(), no(9, "in use", 8)];
    let body = packet("del", &results.concat());
    let answer = RawAnswer::new(&DeleteThings::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
    let Judgement::Open(open) = judge::<DeleteThings>(&Inputs::new(), &answer) else { panic!("neither done nor not") };
    let Why::Unreadable(error) = open.why else { panic!("a success beside faults") };
    let error = error.to_string();
    assert!(open.may_have_happened);
    assert!(error.contains("200 1013: no such thing: 7, and 200 9: in use: 8"), "{error}");
}

#[test]
fn nothing_at_the_root_of_a_read_may_be_no_value() {
    let find = |body: &str| {
        let (headers, body) = (HeaderMap::new(), body.to_owned());
        let answer = RawAnswer::new(&FindThing::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        match judge::<FindThing>(&Inputs::new(), &answer) {
            Judgement::Done(found) => format!("{:?}", found.map(|thing: Thing| thing.id.get())),
            Judgement::Nothing(found) => format!("nothing {}", found.is_none()),
            Judgement::Rejected(no) => {
                format!("rejected {}", matches!(no.why, Why::Fault(fault) if fault.is_not_found()))
            }
            _ => "open".to_owned(),
        }
    };
    let one = "<result><status>ok</status><id>7</id><data><gen_info><name>a</name></gen_info></data></result>";
    let alone = "<result><status>ok</status></result>";
    assert_eq!(find(&packet("look-for", one)), "Some(7)");
    for none in ["", alone, "<result/>"] {
        assert_eq!(find(&packet("look-for", none)), "None", "{none}");
    }
    assert_eq!(find(&packet("look-for", NO)), "nothing true");
    // What another result says is no proof that there is none.
    for part in [[NO, one], [one, NO], [NO, "<result><status>error</status><errcode>7</errcode></result>"]] {
        assert_eq!(find(&packet("look-for", &part.concat())), "rejected false", "{part:?}");
    }
    for open in [
        packet("look-for", "<more/>"),
        packet("look-for", "<result><id>7</id></result>"),
        packet("look-for", "<result><status>ok</status><data/></result>"),
        packet("find", ""),
        "<packet><thing/></packet>".to_owned(),
        "<packet/>".to_owned(),
    ] {
        assert_eq!(find(&open), "open", "{open}");
    }
    assert_eq!(meaning::<GetThing>(&packet("find", "")), "open", "another read has to have its marker");
}

#[test]
fn each_item_of_a_read_is_a_value_or_a_fault() {
    let read = |body: &str| {
        let (headers, body) = (HeaderMap::new(), body.to_owned());
        let answer = RawAnswer::new(&ReadThings::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        match judge::<ReadThings>(&Inputs::new(), &answer) {
            Judgement::Done(items) => {
                let item = |item: &Result<Thing, Fault<Code>>| match item {
                    Ok(thing) => thing.id.to_string(),
                    Err(fault) => fault.to_string(),
                };
                items.iter().map(item).collect::<Vec<_>>().join("; ")
            }
            Judgement::Rejected(NoValue { why: Why::Fault(fault), .. }) => format!("rejected: {fault}"),
            _ => "open".to_owned(),
        }
    };
    let things = |results: &[&str]| read(&packet("read", &results.concat()));
    let one = "<result><status>ok</status><id>7</id><data><gen_info><name>a</name></gen_info></data></result>";
    let other = "<result><status>error</status><errcode>9</errcode><filter-id>8</filter-id></result>";
    let odd = "<result><status>ok</status><errcode>9</errcode></result>";
    let silent = "<result><status>error</status></result>";
    assert_eq!(things(&[one, NO, other, one]), "7; 200 1013: no; 200 9: 8; 7");
    assert_eq!(things(&[NO]), "200 1013: no", "an only item that failed is no empty list");
    assert_eq!(things(&[silent]), "200: `status` is \"error\"");
    assert_eq!(things(&[odd, one]), "200 9; 7", "what has a code is no success");
    assert_eq!(things(&[]), "");
    assert_eq!(things(&["<result><status>ok</status></result>"]), "");
    assert_eq!(things(&[one, "<result><id>8</id></result>"]), "7; 200: `status` is absent");
    assert_eq!(things(&["<result><status>ok</status><status>ok</status></result>", one]), "200: `status` is \"ok\"; 7");
    let system = "<packet><system><status>error</status><errcode>1001</errcode></system></packet>";
    assert_eq!(read("<packet/>"), "open", "nothing says that it is the answer to this call");
    assert_eq!(read(system), "rejected: 200 1001", "a fault of the whole call");
    assert_eq!(read(&packet("get", one)), "open", "the answer to another call");
}

#[test]
fn a_call_that_acts_says_of_each_of_several_things_what_became_of_it() {
    let order = |results: &[&str]| {
        let (headers, body) = (HeaderMap::new(), packet("order", &results.concat()));
        let answer = RawAnswer::new(&OrderThings::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        let items = |items: &Vec<Result<Made, Fault<Code>>>| {
            let item = |item: &Result<Made, Fault<Code>>| match item {
                Ok(made) => made.id.to_string(),
                Err(fault) => fault.to_string(),
            };
            items.iter().map(item).collect::<Vec<_>>().join("; ")
        };
        match judge::<OrderThings>(&Inputs::new(), &answer) {
            Judgement::Done(all) => format!("done: {}", items(&all)),
            Judgement::Accepted(all, reason) => format!("{}: {}", reason.as_str(), items(&all)),
            Judgement::Nothing(_) => "nothing".to_owned(),
            Judgement::Rejected(NoValue { why: Why::Fault(fault), may_have_happened }) => {
                format!("rejected, {may_have_happened}: {fault}")
            }
            Judgement::Rejected(_) | Judgement::Open(_) => "open".to_owned(),
        }
    };
    let made = |id: u32| format!("<result><status>ok</status><id>{id}</id></result>");
    let no = |code: &str, text: &str| {
        format!("<result><status>error</status><errcode>{code}</errcode><errtext>{text}</errtext></result>")
    };
    let (nine, ten, taken, late) = (made(9), made(10), no("1007", "taken"), no("1023", "late"));
    assert_eq!(order(&[&nine, &ten]), "done: 9; 10");
    // Each operation of a request may have an object of its own.
    assert_eq!(order(&[&nine, "</order><order>", &ten]), "done: 9; 10");
    assert_eq!(order(&[&nine, "</order><order>", &taken]), "in part: 9; 200 1007: taken");
    assert_eq!(
        order(&[&taken, "</order></thing><thing><order>", &taken]),
        "rejected, false: 200 1007: taken, and 200 1007: taken"
    );
    assert_eq!(order(&[&nine, "</order><order>", &late]), "open");
    assert_eq!(order(&[&nine, "</order></thing><thing><order>", &ten]), "open", "a copy is no further operation");
    assert_eq!(order(&[&nine, &nine, "</order><order>", &ten]), "open", "so is that of a result");
    let two_codes = "<result><status>error</status><errcode>1007</errcode><errcode>8</errcode></result>";
    assert_eq!(order(&[&nine, two_codes]), "open", "which of them?");
    assert_eq!(order(&[&nine, "</order><copy>", &ten, "</copy><order>"]), "open", "the answer to another call");
    assert_eq!(order(&[&nine, &taken, &ten]), "in part: 9; 200 1007: taken; 10");
    // Nothing was made, and each refusal is told.
    assert_eq!(order(&[&taken]), "rejected, false: 200 1007: taken");
    assert_eq!(order(&[&taken, &no("8", "no")]), "rejected, false: 200 1007: taken, and 200 8: no");
    assert_eq!(order(&[&taken, &late]), "rejected, true: 200 1007: taken, and 200 1023: late");
    // What one of the results leaves open is open: no list would say that it was refused.
    let nameless = "<result><status>error</status><errtext>oops</errtext></result>";
    let odd = "<result><status>ok</status><errcode>9</errcode></result>";
    let unmarked = "<result><id>11</id></result>";
    let twice = "<result><status>error</status><status>error</status><errcode>1007</errcode></result>";
    let other_word = "<result><status>perhaps</status><id>11</id></result>";
    for open in
        [&*late, nameless, odd, unmarked, twice, other_word, "<result/>", "<result><status>ok</status></result>"]
    {
        assert_eq!(order(&[&nine, open]), "open", "{open}");
    }
    assert_eq!(order(&[&nine, "<result><status>ok</status><id>0</id></result>"]), "open", "no number of a thing");
    let system = "<packet><system><status>error</status><errcode>1001</errcode></system></packet>";
    assert_eq!(meaning::<OrderThings>(system), "rejected", "a fault of the whole call");
    assert_eq!(meaning::<OrderThings>(&packet("read", &nine)), "open", "the answer to another call");
    assert_eq!(meaning::<OrderThings>(&packet("order", "")), "open");
}

/// Where each item of a list has one result, an answer with others leaves open what became of which.
#[test]
fn each_of_several_things_has_one_result() {
    let judged = |call: &OrderThings, results: &[&str]| {
        let (headers, body) = (HeaderMap::new(), packet("order", &results.concat()));
        let answer = RawAnswer::new(&OrderThings::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        match judge::<OrderThings>(&call.echo(), &answer) {
            Judgement::Done(all) => format!("done: {}", all.len()),
            Judgement::Accepted(all, reason) => format!("{}: {}", reason.as_str(), all.len()),
            Judgement::Rejected(_) => "rejected".to_owned(),
            Judgement::Open(NoValue { why: Why::Unreadable(error), .. }) => format!("open: {error}"),
            Judgement::Open(_) | Judgement::Nothing(_) => "open".to_owned(),
        }
    };
    let order = |results: &[&str]| judged(&OrderThings::new(vec![NewThing::new("a"), NewThing::new("b")]), results);
    let ten = "<result><status>ok</status><id>10</id></result>";
    let next = "</order><order>";
    let too_few = "open: order_things: answer: expected one result for each of `things`: 2, found 1";
    assert_eq!(order(&[OK, next, ten]), "done: 2");
    assert_eq!(order(&[OK, next, NO]), "in part: 2");
    assert_eq!(order(&[NO, next, NO]), "rejected");
    for one in [&[OK][..], &[OK, next], &[next, OK], &[NO], &[NO, next], &[next, NO]] {
        assert_eq!(order(one), too_few, "{one:?}");
    }
    for three in [[OK, next, ten, next, NO], [NO, next, NO, next, NO]] {
        assert_eq!(order(&three), too_few.replace("found 1", "found 3"), "{three:?}");
    }
    let one = OrderThings::new(vec![NewThing::new("a")]);
    assert_eq!(judged(&one, &[OK]), "done: 1");
    let unnamed = packet("order", "<result><status>ok</status></result>");
    assert_eq!(meaning::<OrderThings>(&unnamed), "open", "what was made has a number");
    // A fault of the whole call has no results.
    let system = "<packet><system><status>error</status><errcode>1001</errcode></system></packet>";
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&OrderThings::INFO, &Packet::INFO, 200, &headers, system.as_bytes());
    assert!(matches!(judge::<OrderThings>(&one.echo(), &answer), Judgement::Rejected(_)));
}

/// A result says by its position what it is about, and what it repeats of that has to be so.
#[test]
fn a_result_is_about_the_item_at_its_position() {
    fn end<E: Endpoint<Api = Packet>>(call: &E, body: &str) -> String {
        let headers = HeaderMap::new();
        let answer = RawAnswer::new(&E::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        match judge::<E>(&call.echo(), &answer) {
            Judgement::Done(_) => "done".to_owned(),
            Judgement::Accepted(..) => "in part".to_owned(),
            Judgement::Rejected(_) => "rejected".to_owned(),
            Judgement::Nothing(_) => "nothing".to_owned(),
            Judgement::Open(NoValue { why: Why::Unreadable(error), .. }) => error.to_string(),
            Judgement::Open(_) => "open".to_owned(),
        }
    }
    let ids = || vec![ThingId::new(9), ThingId::new(8)];
    let eight = OK.replace('9', "8");
    let remove =
        |results: &[&str]| end(&RemoveThings::new(RemoveThingsBy::Ids(ids())), &packet("remove", &results.concat()));
    assert_eq!(remove(&[OK, &eight]), "done");
    assert_eq!(remove(&[OK, NO]), "in part");
    assert_eq!(remove(&[NO, &eight]), "in part");
    assert_eq!(remove(&[&eight, NO]), "remove_things: answer[0]: expected 9, which was asked for, found 8");
    assert_eq!(remove(&[OK]), "remove_things: answer: expected one result for each of `by/ids`: 2, found 1");
    // What it was asked for by is a text, whatever it was.
    let asked =
        |id: u32, by: &str| format!("<result><status>ok</status><filter-id>{by}</filter-id><id>{id}</id></result>");
    assert_eq!(remove(&[&asked(9, "9"), &asked(8, "8")]), "done");
    assert_eq!(
        remove(&[&asked(9, "9"), &asked(8, "9")]),
        "remove_things: answer[1]: expected 8, which was asked for, found 9"
    );
    // The lists of several variants, of which the call was made with one.
    let names = || vec!["lamp".to_owned(), "cup".to_owned()];
    let named = |results: &[&str]| {
        end(&RemoveThings::new(RemoveThingsBy::Names(names())), &packet("remove", &results.concat()))
    };
    assert_eq!(named(&[&asked(9, "lamp"), &asked(8, "cup")]), "done");
    assert_eq!(named(&[OK]), "remove_things: answer: expected one result for each of `by/names`: 2, found 1");
    let twice = named(&[&asked(9, "lamp"), &asked(9, "lamp")]);
    assert_eq!(twice, "remove_things: answer[1]: expected cup, which was asked for, found lamp");
    // How many things all of them are is not known before.
    let all = RemoveThings::new(RemoveThingsBy::Everything);
    assert_eq!(end(&all, &packet("remove", &[OK, &eight].concat())), "done");

    let data = |id: u32| {
        format!("<result><status>ok</status><id>{id}</id><data><gen_info><name>a</name></gen_info></data></result>")
    };
    let read = |results: &[&str]| end(&ReadThings::new(ids()), &packet("read", &results.concat()));
    assert_eq!(read(&[&data(9), NO]), "done");
    assert_eq!(read(&[&data(9), &data(7)]), "read_things: answer[1]: expected 8, which was asked for, found 7");
    assert_eq!(read(&[&data(9)]), "read_things: answer: expected one result for each of `ids`: 2, found 1");
}

#[test]
fn the_longer_text_of_a_fault_stands_at_the_first_of_its_places_that_has_one() {
    let details = |said: &str| {
        let body = packet("del", &format!("<result><status>error</status><errcode>1013</errcode>{said}</result>"));
        let headers = HeaderMap::new();
        let answer = RawAnswer::new(&DeleteThing::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        match judge::<DeleteThing>(&Inputs::new(), &answer) {
            Judgement::Rejected(NoValue { why: Why::Fault(fault), .. }) => fault.details,
            _ => panic!("no fault"),
        }
    };
    assert_eq!(details("<filter-id>7</filter-id><place>shelf</place>"), "7");
    assert_eq!(details("<filter-id></filter-id><place>shelf</place>"), "shelf");
    assert_eq!(details("<place>shelf</place>"), "shelf");
    assert_eq!(details(""), "");
}

/// A list inside an object has its limit, too.
#[test]
fn more_items_than_an_object_may_have_are_not_sent() {
    let drop = |ids: &[u64]| {
        let mut pick = Pick::new();
        pick.ids = ids.iter().copied().map(ThingId::new).collect();
        let mut parts = RequestParts::new(&DropThings::INFO, &Packet::INFO, Format::Xml, "main");
        DropThings::new(vec![Removal::new(pick)]).encode(&mut parts).map_err(|error| error.to_string())
    };
    assert_eq!(drop(&[1, 2, 3]), Ok(()));
    assert_eq!(drop(&[1, 2, 3, 4]), Err("drop_things: drops: has more than 3 items in `id`".to_owned()));
}

/// An object that is one of several is told by what it has, and an empty list never makes it another one.
#[test]
fn one_of_several_objects_is_told_by_its_fields() {
    let label = |target: Target| {
        let call = LabelThings::new(vec![Labelling::new(target, "new")]);
        let mut parts = RequestParts::new(&LabelThings::INFO, &Packet::INFO, Format::Xml, "main");
        call.encode(&mut parts).map_err(|error| error.to_string())
    };
    assert_eq!(label(Target::Ids(TargetIds::new(vec![ThingId::new(7)]))), Ok(()));
    assert_eq!(label(Target::All(TargetAll::new())), Ok(()));
    for (empty, name) in
        [(Target::Ids(TargetIds::new(Vec::new())), "id"), (Target::Names(TargetNames::new(Vec::new())), "name")]
    {
        let rule = format!("label_things: operations: has an empty `{name}`, which has to be given");
        assert_eq!(label(empty).unwrap_err(), rule);
    }

    let parse = |filter: &str| {
        let operation = format!("<filter>{filter}</filter><label>new</label>");
        let body = format!("<packet><thing><label>{operation}</label></thing></packet>");
        let headers = HeaderMap::new();
        let call = LabelThings::parse(&incoming("POST", "/agent", &headers, body.as_bytes()));
        call.map(|mut call| call.operations.remove(0).target).map_err(|error| error.to_string())
    };
    assert_eq!(parse(""), Ok(Target::All(TargetAll::new())));
    assert!(matches!(
        parse("<room>attic</room><name>a</name><exact/>"),
        Ok(Target::Names(TargetNames { exact: true, .. }))
    ));
    assert!(matches!(parse("<locked/>"), Ok(Target::Locked(_))));
    let both = parse("<id>7</id><locked/><name>a</name>").unwrap_err();
    assert!(both.contains("filter") && both.contains("found `id` and `name`"), "{both}");
    for unknown in ["<id>7</id><locked/>", "<id>7</id><exact/>", "<room>attic</room>", "<color>red</color>"] {
        assert!(parse(unknown).is_err(), "{unknown}");
    }

    let spot = |spot: &str| {
        let result = format!("<result><status>ok</status><id>7</id><spot>{spot}</spot></result>");
        let (headers, body) = (HeaderMap::new(), packet("label", &result));
        let answer = RawAnswer::new(&LabelThings::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        let spot = LabelThings::decode(&answer).map(|mut things| things.remove(0).spot);
        let defects: Vec<String> = answer.report().defects().iter().map(|defect| defect.to_string()).collect();
        (spot.ok().flatten(), defects.join("; "))
    };
    assert!(
        matches!(spot("<shelf number='3'/><height>2</height>"), (Some(Spot::Shelf(_)), defects) if defects.is_empty())
    );
    for (wrong, found) in
        [("<height>2</height>", "none of them"), ("<room>a</room><shelf number='3'/>", "`room` and `shelf`")]
    {
        let (value, defects) = spot(wrong);
        assert_eq!(value, None, "{wrong}");
        let error = format!("expected exactly one of `room`, `shelf`, `lent`, found {found}");
        assert!(defects.contains(&error) && defects.contains("spot"), "{wrong}: {defects}");
    }
}

/// Of the fields of a choice, one is sent, and a server takes no other request.
#[test]
fn a_choice_between_fields_is_neither_none_of_them_nor_several() {
    let choice = |set: &dyn Fn(&mut Choice)| {
        let mut choice = Choice::new();
        set(&mut choice);
        choice
    };
    let remove = |filters: Vec<Choice>| {
        let call = RemoveThings::new(RemoveThingsBy::Several(filters));
        let mut parts = RequestParts::new(&RemoveThings::INFO, &Packet::INFO, Format::Xml, "main");
        call.encode(&mut parts).map_err(|error| error.to_string())
    };
    let ids = choice(&|it| it.ids = vec![ThingId::new(7)]);
    let locked = choice(&|it| it.locked = true);
    assert_eq!(remove(vec![ids.clone(), choice(&|it| it.owner = Some("anna".to_owned())), locked.clone()]), Ok(()));
    let all = "exactly one of `ids`, `names`, `owner`, `locked`";
    let both = choice(&|it| (it.ids, it.locked) = (vec![ThingId::new(7)], true));
    for (wrong, found) in [(Choice::new(), "none of them"), (both, "`ids` and `locked`")] {
        let error = remove(vec![ids.clone(), wrong]).unwrap_err();
        assert_eq!(error, format!("remove_things: filters: expected {all}, found {found}"));
    }
    let order = |place: &dyn Fn(&mut NewThing)| {
        let mut thing = NewThing::new("lamp");
        place(&mut thing);
        let mut parts = RequestParts::new(&OrderThings::INFO, &Packet::INFO, Format::Xml, "main");
        OrderThings::new(vec![thing]).encode(&mut parts).map_err(|error| error.to_string())
    };
    assert_eq!(order(&|_| ()), Ok(()));
    assert_eq!(order(&|it| it.shelf = Some(0)), Ok(()));
    let error = order(&|it| (it.shelf, it.room) = (Some(0), Some("attic".to_owned()))).unwrap_err();
    assert_eq!(error, "order_things: things: expected at most one of `room`, `shelf`, found `room` and `shelf`");

    // The limits of an object's fields hold before anything is sent, too.
    for (change, rule) in [
        (
            &(|it: &mut NewThing| it.color = Some("x".to_owned())) as &dyn Fn(&mut NewThing),
            "has `color`, where \"x\" has fewer than 2 characters",
        ),
        (
            &|it: &mut NewThing| it.color = Some("x".repeat(21)),
            "has `color`, where \"xxxxxxxxxxxxxxxxxxxxx\" has more than 20 characters",
        ),
        (
            &|it: &mut NewThing| it.marks = vec!["abc".to_owned(), "abcd".to_owned()],
            "has `marks`, where \"abcd\" has more than 3 characters",
        ),
    ] {
        assert_eq!(order(change).unwrap_err(), format!("order_things: things: {rule}"));
    }
    assert_eq!(order(&|it| it.color = Some("red".to_owned())), Ok(()));

    let parse = |unknown, removes: &str| {
        let body = format!(r#"<packet version="1.6.9.1" agent="crate"><thing>{removes}</thing></packet>"#);
        let headers = HeaderMap::new();
        let mut request = incoming("POST", "/agent", &headers, body.as_bytes());
        request.unknown = unknown;
        RemoveThings::parse(&request).map(|call| call.by).map_err(|error| error.to_string())
    };
    let filter = |inner: &str| format!("<remove><filter>{inner}</filter></remove>");
    let one = filter("<id>7</id>");
    for unknown in [UnknownFields::Deny, UnknownFields::Collect, UnknownFields::Ignore] {
        // Several filters of one kind are several, too, and not the last one.
        let twice = parse(unknown, &[one.clone(), filter("<id>8</id>")].concat());
        let eight = choice(&|it| it.ids = vec![ThingId::new(8)]);
        assert_eq!(twice, Ok(RemoveThingsBy::Several(vec![ids.clone(), eight])), "{unknown:?}");
        assert_eq!(parse(unknown, &one), Ok(RemoveThingsBy::Ids(vec![ThingId::new(7)])));
        assert_eq!(parse(unknown, &filter("")), Ok(RemoveThingsBy::Everything));
        assert_eq!(parse(unknown, &filter("<locked/>")), Ok(RemoveThingsBy::Several(vec![locked.clone()])));
    }
    for (wrong, found) in [("", "none of them"), ("<id>7</id><name>lamp</name>", "`ids` and `names`")] {
        let error = parse(UnknownFields::Deny, &[one.clone(), filter(wrong)].concat()).unwrap_err();
        assert!(error.contains(&format!("expected {all}, found {found}")), "{error}");
    }
}

/// A group may be what an input depends on.
#[test]
fn an_input_may_depend_on_a_choice() {
    let refused = |call: ListOf| {
        let mut parts = RequestParts::new(&ListOf::INFO, &Packet::INFO, Format::Xml, "main");
        call.encode(&mut parts).err().map(|error| error.to_string())
    };
    let list = || ListOf::new(1, ListOfWhose::Everybody).sort("name");
    assert_eq!(refused(list().of(ListOfOf::OwnRoom(3))), None);
    assert_eq!(refused(list()).as_deref(), Some("list_of: sort: is allowed only if `of`"));
}

/// A request for another call of the same root has no items where this one needs some.
#[test]
fn a_server_takes_no_empty_list_that_has_to_be_given() {
    let parse = |ids: &str| {
        let body = format!("<read><filter>{ids}</filter><dataset><gen_info/></dataset></read>");
        let body = format!(r#"<packet version="1.6.9.1" agent="crate"><thing>{body}</thing></packet>"#);
        let headers = HeaderMap::new();
        ReadThings::parse(&incoming("POST", "/agent", &headers, body.as_bytes())).map(|call| call.ids.len())
    };
    assert_eq!(parse("<id>7</id><id>8</id>").ok(), Some(2));
    let error = parse("").unwrap_err().to_string();
    assert!(error.contains("ids") || error.contains("`id`") || error.contains("filter"), "{error}");
}

#[test]
fn a_variant_inside_an_object_is_told_from_one_that_is_the_object() {
    let parse = |dataset: &str| {
        let body = format!("<filter><name>lamp</name></filter><dataset>{dataset}</dataset>");
        let body =
            format!(r#"<packet version="1.6.9.1" agent="crate"><thing><look-for>{body}</look-for></thing></packet>"#);
        let headers = HeaderMap::new();
        let call = FindThing::parse(&incoming("POST", "/agent", &headers, body.as_bytes()));
        call.map(|call| call.dataset).ok()
    };
    let chosen = |info, place| {
        let mut dataset = Dataset::new();
        (dataset.info, dataset.place) = (info, place);
        Some(FindThingDataset::Chosen(dataset))
    };
    assert_eq!(parse("<gen_info/>"), Some(FindThingDataset::Known));
    assert_eq!(parse("<place/>"), chosen(false, true));
    assert_eq!(parse("<gen_info/><place/>"), chosen(true, true));
    assert_eq!(parse(""), chosen(false, false));
    assert_eq!(parse("<other/>"), None);
}

/// A server tries the call with the constant first, whose requests the other one could take, too.
#[test]
fn constants_in_an_object_are_tried_before_the_object() {
    let routed = |dataset: &str| {
        let body = format!("<thing><ask><filter/><dataset>{dataset}</dataset></ask></thing>");
        let body = format!(r#"<packet version="1.6.9.1" agent="crate">{body}</packet>"#);
        Packet::route(&incoming("POST", "/agent", &HeaderMap::new(), body.as_bytes())).map(|info| info.name).ok()
    };
    assert_eq!(routed("<gen_info/>"), Some("describe_things"));
    assert_eq!(routed("<place/>"), Some("ask_things"));
    assert_eq!(routed("<gen_info/><place/>"), Some("ask_things"));
}

#[test]
fn an_unknown_attribute_of_the_root_is_reported() {
    let headers = HeaderMap::new();
    let body = packet("list", "<result><status>ok</status><ids><id>7</id></ids></result>");
    let read = |body: &str| {
        let answer = RawAnswer::new(&ListIds::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        ListIds::decode(&answer.with_unknown_fields(UnknownFields::Deny)).is_ok()
    };
    assert!(read(&body), "the version is ignored");
    assert!(!read(&body.replace("version", "other")));
}

#[test]
fn a_new_field_beside_any_step_to_a_list_is_reported() {
    let unknown = |body: &str| {
        let headers = HeaderMap::new();
        let answer = RawAnswer::new(&ListIds::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        let answer = answer.with_unknown_fields(UnknownFields::Collect);
        assert_eq!(ListIds::decode(&answer).map(|ids| ids.len()), Ok(2), "{body}");
        answer.report().unknown().to_vec()
    };
    let body = packet("list", "<result><status>ok</status><ids><id>7</id><id>8</id></ids></result>");
    assert_eq!(unknown(&body), Vec::<String>::new());
    for step in ["packet", "thing", "list", "result", "ids"] {
        let body = body.replace(&format!("</{step}>"), &format!("<more>1</more></{step}>"));
        assert_eq!(unknown(&body), [format!("answer.{step}.more")], "{body}");
    }
}

#[test]
fn a_new_field_beside_the_marker_alone_makes_the_list_a_part() {
    let headers = HeaderMap::new();
    let read = |result: &str, unknown: UnknownFields| {
        let body = packet("get", &format!("<result><status>ok</status>{result}</result>"));
        let answer = RawAnswer::new(&ListThings::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        let answer = answer.with_unknown_fields(unknown);
        let things = ListThings::decode(&answer).map(|things| things.len());
        (things.ok(), answer.report().left_out().iter().map(ToString::to_string).collect::<Vec<_>>().concat())
    };
    for unknown in [UnknownFields::Collect, UnknownFields::Ignore] {
        let (things, left_out) = read("<more>1</more>", unknown);
        assert_eq!(things, Some(0));
        assert!(left_out.contains("`more`"), "{left_out}");
        assert_eq!(read("<more>1</more><data/>", unknown).0, None, "an item without a number");
    }
    assert_eq!(read("", UnknownFields::Deny), (Some(0), String::new()));
    assert_eq!(read("<more>1</more>", UnknownFields::Deny).0, None);
}

#[test]
fn an_empty_element_at_the_root_is_no_value_for_a_read_alone() {
    let data = |data: &str| packet("info", &format!("<result><status>ok</status>{data}</result>"));
    let read = |effect: Effect, body: &str| {
        let (headers, info) = (HeaderMap::new(), EndpointInfo { effect, ..GetInfo::INFO });
        let answer = RawAnswer::new(&info, &Packet::INFO, 200, &headers, body.as_bytes());
        GetInfo::decode(&answer).map(|info: Option<Info>| info.map(|info| info.locked)).ok()
    };
    let (lamp, full) = ("<data><name>lamp</name></data>", "<data><name>lamp</name><locked/></data>");
    assert_eq!(read(Effect::Safe, &data("<data/>")), Some(None));
    assert_eq!(read(Effect::Safe, &data("<data></data>")), Some(None));
    assert_eq!(read(Effect::Safe, &data(lamp)), Some(Some(false)));
    assert_eq!(read(Effect::Safe, &data(full)), Some(Some(true)));
    assert_eq!(read(Effect::Safe, &data("")), None, "nothing says that there is none");
    assert_eq!(read(Effect::Safe, &data("<data><locked/></data>")), None, "something, which cannot be read");
    for effect in [Effect::State, Effect::Spends, Effect::Idempotent] {
        assert_eq!(read(effect, &data("<data/>")), None, "this does not say that it was done");
        assert_eq!(read(effect, &data(full)), Some(Some(true)));
    }
    assert_eq!(meaning::<GetInfo>(&data("<data/>")), "done");
    let without = data("<data/>").replace("<status>ok</status>", "");
    assert_eq!(meaning::<GetInfo>(&without), "open", "without the marker");
}

#[test]
fn an_element_says_yes_by_being_there() {
    let locked = |element: &str| {
        let (headers, data) = (HeaderMap::new(), format!("<data><name>lamp</name>{element}</data>"));
        let body = packet("info", &format!("<result><status>ok</status>{data}</result>"));
        let answer = RawAnswer::new(&GetInfo::INFO, &Packet::INFO, 200, &headers, body.as_bytes());
        let info = GetInfo::decode(&answer).unwrap().unwrap();
        (info.locked, !answer.report().defects().is_empty())
    };
    for (element, flag) in [("", false), ("<locked/>", true), ("<locked></locked>", true)] {
        assert_eq!(locked(element), (flag, false), "{element}");
    }
    for other in ["perhaps", "false", "0", "1"] {
        assert_eq!(locked(&format!("<locked>{other}</locked>")), (false, true), "{other} is reported");
    }
    for (full, written) in [(None, false), (Some(false), false), (Some(true), true)] {
        let mut call = GetInfo::new(ThingId::new(7));
        call.full = full;
        assert_eq!(sent(&call).contains("<full></full>"), written, "{full:?}");
    }
}

/// The body of a call as a client with a session sends it.
fn sent<E: Endpoint<Api = Packet>>(call: &E) -> String {
    let mut out = RequestParts::new(&E::INFO, &Packet::INFO, Format::Xml, "main");
    call.encode(&mut out).unwrap();
    let more = [("csrf".to_owned(), "c".to_owned().into())].into();
    let session = Session { token: Some("t".to_owned().into()), more, ..Session::default() };
    let credentials = Credentials::login("anna", "abc");
    Packet::authorise(&credentials, &session, &mut out).unwrap();
    let request = out.finish(&"https://packet.example.net".parse().unwrap()).unwrap();
    String::from_utf8(request.into_body()).unwrap()
}

#[test]
fn the_root_element_has_the_attributes_of_every_call() {
    let call = ChangeThing::new(ThingId::new(7), ChangeThingWhat::Label(5));
    let body = sent(&call);
    let expected = "<packet version=\"1.6.9.1\" agent=\"crate\"><thing><set><filter><id>7</id></filter>\
                    <values><label>5</label><kind>thing</kind></values></set></thing></packet>";
    assert!(body.ends_with(expected), "{body}");
    let parse = |body: &str| {
        let headers = HeaderMap::new();
        ChangeThing::parse(&incoming("POST", "/agent", &headers, body.as_bytes())).ok()
    };
    assert_eq!(parse(&body), Some(call.clone()));
    assert_eq!(parse(&body.replace("agent", "other")), None, "another attribute");
    // An anonymous call is told by them, and by the header of every call.
    let sign_in = r#"<packet version="1.6.9.1" agent="crate"><session><create><login>anna</login><password>abc</password></create></session></packet>"#;
    let parse_as = |body: &str, media_type: &'static str| {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        SignIn::parse(&incoming("POST", "/agent", &headers, body.as_bytes())).is_ok()
    };
    assert!(!parse_as(sign_in, "application/xml"));
    let parse = |body: &str| parse_as(body, "text/xml");
    assert!(parse(sign_in) && !parse(&sign_in.replace("1.6.9.1", "1.0")) && !parse(&sign_in.replace("agent=", "a=")));
}
