//! Reads large bodies into typed values.

use std::fmt::Debug;

use bench_suite::race::{Runner, race};
use bench_suite::{bodies, version};
use hostkit_wire::{Format, Limits};

/// The three candidates on one body, checked for equal results first.
macro_rules! candidates {
    ($body:expr, $api:ident :: $root:ident, $library:expr) => {{
        let body: &str = $body;
        let tree = candidate_tree::$api::$root(body.as_bytes()).expect("the tree reads it");
        let stream = candidate_stream::$api::$root(body).expect("the stream reads it");
        let serde = candidate_serde::$api::$root(body).expect("serde reads it");
        crate::read::same(&tree, &stream, "stream");
        crate::read::same(&tree, &serde, "serde");
        let runners: Vec<Runner<'_>> = vec![
            (
                "hostkit: flat tree".to_owned(),
                Box::new(|| candidate_tree::$api::$root(body.as_bytes()).map_or(0, |v| v.len())),
            ),
            (
                "prototype: streaming".to_owned(),
                Box::new(|| candidate_stream::$api::$root(body).map_or(0, |v| v.len())),
            ),
            ($library, Box::new(|| candidate_serde::$api::$root(body).map_or(0, |v| v.len()))),
        ];
        runners
    }};
}
pub(crate) use candidates;

/// Asserts equality by debug text: the twins have the same type and field names.
///
/// Trailing zeros of decimals are ignored: serde's data model has no decimals and turns `8.20` into 8.2.
pub fn same(ours: &impl Debug, theirs: &impl Debug, who: &str) {
    let (ours, theirs) = (without_zeros(&format!("{ours:?}")), without_zeros(&format!("{theirs:?}")));
    if ours != theirs {
        let at = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
        let near =
            |text: &str| text.chars().skip(ours[..at].chars().count().saturating_sub(60)).take(120).collect::<String>();
        panic!("{who} reads another value:\n{}\n{}", near(&ours), near(&theirs));
    }
}

/// `8.20` as `8.2`, `0.00` as `0`; IP addresses, with their three dots, are unchanged.
fn without_zeros(text: &str) -> String {
    let mut shorter = String::with_capacity(text.len());
    for piece in text.split_inclusive(|character: char| !character.is_ascii_digit() && character != '.') {
        let end = piece.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(piece.len());
        let (number, rest) = piece.split_at(end);
        let is_decimal = number.bytes().filter(|byte| *byte == b'.').count() == 1;
        shorter.push_str(if is_decimal { number.trim_end_matches('0').trim_end_matches('.') } else { number });
        shorter.push_str(rest);
    }
    shorter
}

/// Parses into the tree only, without decoding.
fn tree(format: Format, body: &str) -> usize {
    hostkit_wire::parse(format, body.as_bytes(), &Limits::DEFAULT).map_or(0, |document| document.node_count())
}

pub fn json() {
    let serde = || format!("serde derive + serde_json {}", version("serde_json"));
    let sonic = || format!("serde derive + sonic-rs {}", version("sonic-rs"));
    for (title, body) in [
        ("Clodo /servers/detail, JSON, scalars as strings", bodies::clodo_json(3_700, false)),
        ("Clodo /servers/detail, JSON, scalars as numbers", bodies::clodo_json(3_900, true)),
    ] {
        let mut runners = candidates!(&body, clodo::list_server_details, serde());
        runners.push(("of hostkit: the tree alone".to_owned(), Box::new(|| tree(Format::Json, &body))));
        runners.push((sonic(), Box::new(|| candidate_serde::sonic::clodo(&body))));
        race(title, body.len(), 6, runners);
    }
    for (title, body) in [
        ("Macloud /v1/server, JSON, numbers", bodies::macloud_json(9_000, false)),
        ("Macloud /v1/server, JSON, numbers as strings", bodies::macloud_json(8_800, true)),
    ] {
        let mut runners = candidates!(&body, macloud::list_servers, serde());
        runners.push(("of hostkit: the tree alone".to_owned(), Box::new(|| tree(Format::Json, &body))));
        runners.push((sonic(), Box::new(|| candidate_serde::sonic::macloud(&body))));
        race(title, body.len(), 6, runners);
    }
}

pub fn xml() {
    let body = bodies::clodo_xml(3_400);
    let serde = format!("serde derive + quick-xml {}", version("quick-xml"));
    let mut runners = candidates!(&body, clodo::list_server_details, serde);
    runners.push((format!("quick-xml {}: events alone", version("quick-xml")), Box::new(|| events(&body))));
    runners.push(("of hostkit: the tree alone".to_owned(), Box::new(|| tree(Format::Xml, &body))));
    race("Clodo /servers/detail, XML", body.len(), 8, runners);
}

/// Repeats our reader alone, for a profiler.
pub fn profile() {
    let body = bodies::clodo_json(3_700, false);
    let macloud = bodies::macloud_json(9_000, false);
    for _ in 0..100 {
        assert!(candidate_tree::clodo::list_server_details(body.as_bytes()).is_ok());
        assert!(candidate_tree::macloud::list_servers(macloud.as_bytes()).is_ok());
    }
}

fn events(body: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(body);
    let mut count = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Eof => return count,
            _ => count += 1,
        }
    }
}
