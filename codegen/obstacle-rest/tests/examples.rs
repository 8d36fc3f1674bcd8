//! Every wire example of the specs, through both halves of the crate.

#![cfg(feature = "server")]

use hostkit_proto::server::Serve;
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::example::incoming;
use hostkit_proto::{Api, Endpoint, RawAnswer};
use http::HeaderMap;
use obstacle_rest_proto::Rest;
use obstacle_rest_proto::things::{ChangeThings, GetThing};
use obstacle_rest_proto::types::ThingId;

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    obstacle_rest_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("obstacle-rest: {examples} examples");
}

/// What the server half makes of a request with this body.
fn read(body: &str) -> Result<ChangeThings, String> {
    let headers = HeaderMap::new();
    let body = ["locked=0&", body].concat();
    let request = incoming("PUT", "/things", &headers, body.as_bytes());
    ChangeThings::parse(&request).map_err(|error| error.to_string())
}

#[test]
fn names_are_read_by_their_template_alone() {
    let call = read("pid[1]=9&pid[0]=7&addon[5]=1").map(|call| (call.things, call.addons));
    assert_eq!(call, Ok((vec![ThingId::new(7), ThingId::new(9)], [(5, 1)].into())));
    for (body, what) in [
        ("note=x", "expected a value, found nothing"),
        ("pid[0]=7&pid[0]=9", "each name once"),
        ("pid[0]=7&pid[x]=9", "`pid[x]`"),
        ("pid[00]=7&pid[1]=9", "`pid[00]`"),
        ("pid[0]=x", "a whole number"),
        ("pid[0]=7&addon[05]=1", "\"05\""),
        ("pid[0]=7&rules[in][0][action]=drop", "port"),
        ("pid[0]=7&rules[in][0][prot]=1", "`rules[in][0][prot]`"),
        ("pid[0]=7&rules[in][0][port]=1&rules[in][0][port]=2", "port"),
        ("pid[0]=7&OwnerPhone=1", "Name"),
    ] {
        let error = read(body).expect_err(body);
        assert!(error.contains(what), "{body}: {error}");
    }
}

/// The flags of a thing, and whether something in it was a defect.
fn flags(body: &str) -> Option<(bool, Option<bool>, bool)> {
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&GetThing::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
    let thing = GetThing::decode(&answer).ok()?;
    Some((thing.sold, thing.clean, !answer.report().defects().is_empty()))
}

#[test]
fn a_flag_is_one_of_its_words_or_a_truth_value() {
    for (body, expected) in [
        (r#"{"id":7,"sold":"Y","clean":"off"}"#, (true, Some(false), false)),
        (r#"{"id":7,"sold":"N","clean":"yes"}"#, (false, Some(true), false)),
        (r#"{"id":7,"sold":true,"clean":false}"#, (true, Some(false), false)),
        (r#"{"id":7,"sold":null}"#, (false, None, false)),
        (r#"{"id":7,"clean":"Y"}"#, (false, None, true)),
        (r#"{"id":7,"sold":"y","clean":"on"}"#, (false, Some(true), true)),
        (r#"{"id":7,"clean":1}"#, (false, None, true)),
    ] {
        assert_eq!(flags(body), Some(expected), "{body}");
    }
}
