//! Every wire example of the specs, through both halves of the crate, and the verdicts on answers with several markers.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

use hostkit_proto::evidence::Inputs;
use hostkit_proto::judgement::{Judgement, judge};
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::{Serve, WrittenAnswer};
use hostkit_proto::{Api, Endpoint, Format, RawAnswer, UnknownFields};
use http::HeaderMap;
use obstacle_packet_proto::Packet;
use obstacle_packet_proto::things::{AddThing, DeleteThing, ListIds, ListThings};

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
