//! Every wire example of the specs, through both halves of the crate, and what stands around a request.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

use hostkit_proto::server::Serve;
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::example::incoming;
use hostkit_proto::{Api, BaseUrl, Endpoint, Format, RawAnswer, RequestParts, Session, UnknownFields};
use http::HeaderMap;
use obstacle_rpc_proto::serve::{Request, route};
use obstacle_rpc_proto::things::{CountThings, FindThings, GetThing, LocateThings};
use obstacle_rpc_proto::types::{Filter, Spot, Target, TargetAll, TargetIds, ThingId};
use obstacle_rpc_proto::{Credentials, Rpc};

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    obstacle_rpc_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("obstacle-rpc: {examples} examples");
}

/// The body of a call as a client sends it.
fn sent<E: Endpoint<Api = Rpc>>(call: &E) -> String {
    let mut parts = RequestParts::new(&E::INFO, &Rpc::INFO, Format::Json, "main");
    call.encode(&mut parts).expect("a sound call");
    if E::INFO.authorised {
        Rpc::authorise(&Credentials::key("k"), &Session::default(), &mut parts).expect("sound credentials");
    }
    let base: BaseUrl = "https://rpc.example.net".parse().unwrap();
    String::from_utf8(parts.finish(&base).expect("a request").into_body()).unwrap()
}

#[test]
fn every_request_has_its_envelope() {
    let around = |method: &str, params: &str, rest: &str| {
        let mut keys: Vec<String> = [r#""jsonrpc":"2.0""#, r#""id":1"#].map(str::to_owned).into_iter().collect();
        keys.extend([format!(r#""method":"{method}""#), format!(r#""params":{params}"#)]);
        keys.extend((!rest.is_empty()).then(|| rest.to_owned()));
        keys.sort();
        keys.join(",")
    };
    let keys = |body: &str| {
        let document = hostkit_proto::wire::parse(Format::Json, body.as_bytes(), &hostkit_proto::wire::Limits::DEFAULT);
        let document = document.expect("JSON");
        let mut keys: Vec<String> =
            document.root().entries().map(|(key, node)| format!("{key:?}:{}", text(node))).collect();
        keys.sort();
        keys.join(",")
    };
    assert_eq!(keys(&sent(&GetThing::new(ThingId::new(7)))), around("thing.get", r#"{"id":7}"#, ""));
    assert_eq!(keys(&sent(&CountThings::new())), around("thing.count", "{}", ""));
}

fn text(node: hostkit_proto::wire::Node<'_>) -> String {
    let value = hostkit_proto::wire::Value::from(node);
    String::from_utf8(hostkit_proto::wire::write(Format::Json, &value).unwrap()).unwrap()
}

#[test]
fn the_procedure_tells_calls_apart() {
    let headers = HeaderMap::new();
    let found = |body: &str| route(&incoming("POST", "/rpc", &headers, body.as_bytes())).map(|call| call.info().name);
    let body =
        |method: &str, params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
    assert_eq!(found(&body("thing.get", r#"{"id":7}"#)).ok(), Some("get_thing"));
    assert_eq!(found(&body("thing.look", r#"{"id":7}"#)).ok(), Some("look_at_thing"));
    assert_eq!(found(&body("thing.count", "{}")).ok(), Some("count_things"));
    for (body, what) in [
        (body("thing.other", r#"{"id":7}"#), "thing"),
        (r#"{"jsonrpc":"2.0","id":1,"params":{"id":7}}"#.to_owned(), "method"),
        ("not JSON".to_owned(), "readable"),
    ] {
        let error = found(&body).expect_err(&body).to_string();
        assert!(error.contains(what), "{body}: {error}");
    }
    for other in [
        body("thing.get", r#"{"id":7,"more":1}"#),
        r#"{"method":"thing.get","params":{"id":7},"more":1}"#.to_owned(),
        r#"{"method":["thing.get"],"params":{"id":7}}"#.to_owned(),
        r#"{"method":"thing.get","id":7}"#.to_owned(),
    ] {
        assert!(GetThing::parse(&incoming("POST", "/rpc", &headers, other.as_bytes())).is_err(), "{other}");
    }
    let parsed = GetThing::parse(&incoming("POST", "/rpc", &headers, body("thing.get", r#"{"id":7}"#).as_bytes()));
    assert_eq!(parsed.map(|call| call.id).ok(), Some(ThingId::new(7)));
    assert!(matches!(
        route(&incoming("POST", "/rpc", &headers, body("thing.count", "{}").as_bytes())),
        Ok(Request::CountThings(_))
    ));
}

#[test]
fn what_is_ignored_at_the_top_needs_no_tree() {
    let headers = HeaderMap::new();
    let body = br#"{"jsonrpc":"2.0","id":1,"result":{"id":7}}"#;
    let answer = RawAnswer::new(&GetThing::INFO, &Rpc::INFO, 200, &headers, body);
    let answer = answer.with_unknown_fields(UnknownFields::Deny);
    assert_eq!(GetThing::decode(&answer).map(|thing| thing.id).ok(), Some(ThingId::new(7)));
    assert!(!answer.is_parsed() && answer.report().unknown().is_empty());
    let body = br#"{"jsonrpc":"2.0","more":1,"result":{"id":7,"jsonrpc":"2.0"}}"#;
    let answer = RawAnswer::new(&GetThing::INFO, &Rpc::INFO, 200, &headers, body);
    assert!(GetThing::decode(&answer).is_ok());
    assert_eq!(answer.report().unknown(), ["answer.result.jsonrpc", "answer.more"]);
}

/// An object that is one of several is told by what it has, and an empty list never makes it another one.
#[test]
fn one_of_several_objects_is_told_by_its_fields() {
    let empty = LocateThings::new(Target::Ids(TargetIds::new(Vec::new())));
    let mut parts = RequestParts::new(&LocateThings::INFO, &Rpc::INFO, Format::Json, "main");
    let error = empty.encode(&mut parts).unwrap_err().to_string();
    assert_eq!(error, "locate_things: target: has an empty `ids`, which has to be given");
    let parse = |target: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"thing.locate","params":{{"target":{target}}}}}"#);
        let headers = HeaderMap::new();
        let call = LocateThings::parse(&incoming("POST", "/rpc", &headers, body.as_bytes()));
        call.map(|call| call.target).map_err(|error| error.to_string())
    };
    assert_eq!(parse("{}"), Ok(Target::All(TargetAll::new())));
    assert_eq!(parse(r#"{"ids":[]}"#), Ok(Target::Ids(TargetIds::new(Vec::new()))), "an empty list is not all");
    assert!(matches!(parse(r#"{"sort":true}"#), Ok(Target::All(TargetAll { sort: Some(true), .. }))));
    assert!(matches!(parse(r#"{"owner":{"name":"Anna"}}"#), Ok(Target::Owner(_))));
    for (wrong, error) in [
        (r#"{"ids":[7],"owner":{"name":"Anna"}}"#, "found `ids` and `owner`"),
        (r#"{"owner":{"town":"Perm"}}"#, "owner"),
        ("7", "expected an object"),
    ] {
        let found = parse(wrong).unwrap_err();
        assert!(found.contains("target") && found.contains(error), "{wrong}: {found}");
    }

    let spots = |result: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"lamp":{result}}}}}"#);
        let headers = HeaderMap::new();
        let answer = RawAnswer::new(&LocateThings::INFO, &Rpc::INFO, 200, &headers, body.as_bytes());
        LocateThings::decode(&answer).map(|mut spots| spots.remove("lamp")).map_err(|error| error.to_string())
    };
    assert!(matches!(spots(r#"{"room":"attic","shelf":null}"#), Ok(Some(Spot::Room(_)))));
    for (wrong, found) in [(r#"{"height":2}"#, "none of them"), (r#"{"room":"a","shelf":3}"#, "`room` and `shelf`")] {
        let error = spots(wrong).unwrap_err();
        assert!(error.contains(&format!("expected exactly one of `room`, `shelf`, found {found}")), "{error}");
        assert!(error.contains("lamp"), "the place: {error}");
    }
}

/// Of the fields of a choice, one is sent, and a server takes no other request.
#[test]
fn a_choice_between_fields_is_neither_none_of_them_nor_several() {
    let filter = |set: &dyn Fn(&mut Filter)| {
        let mut filter = Filter::new();
        set(&mut filter);
        let mut parts = RequestParts::new(&FindThings::INFO, &Rpc::INFO, Format::Json, "main");
        FindThings::new(vec![filter]).encode(&mut parts).map_err(|error| error.to_string())
    };
    let error = |expected: &str, found: &str| Err(format!("find_things: filters: expected {expected}, found {found}"));
    let by = "exactly one of `ids`, `owner`, `lent`";
    assert_eq!(filter(&|it| it.lent = true), Ok(()));
    assert_eq!(filter(&|_| ()), error(by, "none of them"));
    assert_eq!(filter(&|it| (it.lent, it.owner) = (true, Some("Anna".to_owned()))), error(by, "`owner` and `lent`"));
    let places = filter(&|it| (it.lent, it.room, it.shelf) = (true, Some("attic".to_owned()), Some(3)));
    assert_eq!(places, error("at most one of `room`, `shelf`", "`room` and `shelf`"));

    let parse = |filter: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"thing.find","params":{{"filters":[{filter}]}}}}"#);
        let headers = HeaderMap::new();
        let call = FindThings::parse(&incoming("POST", "/rpc", &headers, body.as_bytes()));
        call.map(|call| call.filters.len()).map_err(|error| error.to_string())
    };
    // An empty list is none, as where it is sent.
    assert_eq!(parse(r#"{"ids":[],"owner":{"name":"Anna"},"shelf":0}"#), Ok(1));
    for (wrong, expected, found) in [
        (r#"{"ids":[]}"#, by, "none of them"),
        (r#"{"ids":[7],"owner":{"name":"Anna"}}"#, by, "`ids` and `owner`"),
        (r#"{"ids":[7],"room":"attic","shelf":3}"#, "at most one of `room`, `shelf`", "`room` and `shelf`"),
    ] {
        let error = parse(wrong).unwrap_err();
        assert!(error.contains("filters[0]"), "the place: {error}");
        assert!(error.contains(&format!("expected {expected}, found {found}")), "{wrong}: {error}");
    }
}
