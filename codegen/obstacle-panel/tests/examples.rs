//! Every wire example of the specs, through both halves of the crate, and what stands around values.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

use hostkit_proto::server::checks::Checks;
use hostkit_proto::{Api, Endpoint, Format, RawAnswer, UnknownFields, Verdict};
use http::HeaderMap;
use obstacle_panel_proto::Panel;
use obstacle_panel_proto::things::{GetFile, ListThings, TouchThing};

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    obstacle_panel_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("obstacle-panel: {examples} examples");
}

/// What a list of things decodes to, with everything unknown denied.
fn things(format: Format, body: &str) -> Result<usize, String> {
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&ListThings::INFO, &Panel::INFO, 200, &headers, body.as_bytes());
    let answer = answer.with_unknown_fields(UnknownFields::Deny);
    let things = ListThings::decode(&answer).map_err(|error| error.to_string())?;
    assert_eq!(answer.document().unwrap().format(), format);
    assert_eq!(Panel::verdict(&answer), Verdict::Success, "{body}");
    Ok(things.len())
}

#[test]
fn what_stands_around_values_has_to_be_there() {
    let xml = |inner: &str| things(Format::Xml, &format!("<any><status>ok</status>{inner}</any>"));
    assert_eq!(xml(r#"<things><thing id="7"/></things>"#), Ok(1));
    assert_eq!(xml(r#"<Server>a</Server><things><thing id="7"><debug/></thing></things>"#), Ok(1));
    for inner in ["<other/><things/>", r#"<things><thing id="7"><other/></thing></things>"#, "<debug/><things/>"] {
        let error = xml(inner).expect_err(inner);
        assert!(error.contains("only fields that the spec knows") || error.contains("only others"), "{error}");
    }
    let json = |things_: &str| things(Format::Json, &format!(r#"[{{"status":"ok","things":{things_}}}]"#));
    assert_eq!(json(r#"[{"thing":{"id":{"$":7}}},{"thing":{"id":8,"debug":1}}]"#), Ok(2));
    for (list, what) in [
        (r#"[{"id":7}]"#, "an object with `thing`"),
        (r#"[{"thing":{"id":7},"more":1}]"#, "`more`"),
        (r#"[{"thing":{"id":7},"thing":{"id":8}}]"#, "each key once"),
        (r#"[{"thing":{"id":{"$":7,"more":1}}}]"#, "`more`"),
        (r#"[{"thing":{"id":{"more":1}}}]"#, "a whole number"),
        (r#"[7]"#, "an object with `thing`"),
    ] {
        let error = json(list).expect_err(list);
        assert!(error.contains(what), "{list}: {error}");
    }
    let error = things(Format::Json, r#"{"status":"ok","things":[]}"#).expect_err("no list around it");
    assert!(error.contains("`0`"), "{error}");
}

#[test]
fn a_verdict_stands_below_the_root() {
    let headers = HeaderMap::new();
    for (body, is_success) in [
        (r#"[{"status":"ok"}]"#, true),
        (r#"<a Type="x"><status>ok</status></a>"#, true),
        (r#"{"status":"ok"}"#, false),
        (r#"[[{"status":"ok"}]]"#, false),
        (r#"<a><b><status>ok</status></b></a>"#, false),
        ("<status>ok</status>", false),
    ] {
        let answer = RawAnswer::new(&TouchThing::INFO, &Panel::INFO, 200, &headers, body.as_bytes());
        assert_eq!(Panel::verdict(&answer) == Verdict::Success, is_success, "{body}");
        assert_eq!(TouchThing::decode(&answer).is_ok(), is_success, "{body}");
    }
}

#[test]
fn a_file_is_no_envelope_and_a_fault_is_one() {
    let headers = HeaderMap::new();
    let verdict = |status, body: &[u8]| {
        let answer = RawAnswer::new(&GetFile::INFO, &Panel::INFO, status, &headers, body);
        Panel::verdict(&answer)
    };
    assert_eq!(verdict(200, b"PK\x03\x04"), Verdict::Success);
    assert_eq!(verdict(200, br#"[{"other":1}]"#), Verdict::Success);
    assert!(matches!(verdict(200, br#"[{"status":"error","error":{"code":"missing"}}]"#), Verdict::Fault(_)));
    assert!(matches!(verdict(200, br#"[{"status":"perhaps"}]"#), Verdict::Unclear(_)));
    assert_eq!(verdict(502, b"PK\x03\x04"), Verdict::Unrecognised);
}

#[test]
fn an_api_without_a_host_is_built_with_a_base_url() {
    let client = || hostkit_ureq::Client::<Panel>::builder(obstacle_panel_proto::Credentials::key("k"));
    let error = client().build().expect_err("no host").to_string();
    assert_eq!(error, "the API has no host of its own: a base URL is needed");
    let base: hostkit_proto::BaseUrl = "https://panel.example.net:8443/api".parse().unwrap();
    let client = client().base_url(base.clone()).build().expect("a client");
    assert_eq!(*client.base_url(), base);
}
