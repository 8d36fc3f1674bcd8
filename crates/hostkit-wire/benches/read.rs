//! How fast the readers are, beside their peers on the same bytes: `cargo bench -p hostkit-wire --bench read`.
//!
//! Medians of interleaved runs in one process; the ratio is what counts, not the figure. Peers: serde_json's `Value`,
//! which is a tree as well, and quick-xml's events alone, which build nothing.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use hostkit_wire::{Format, Kind, Limits, Node, parse};

const SERVERS: usize = 4_500;
const RUNS: usize = 41;
/// Fields of a server but for its number, its name and its address.
const FIELDS: usize = 31;

fn main() {
    let (json, xml) = (json_servers(), xml_servers());
    // Both are checked before they are timed: the servers are all there, and the peer sees the same.
    let peer: serde_json::Value = serde_json::from_str(&json).expect("serde_json reads it");
    let document = parse(Format::Json, json.as_bytes(), &Limits::DEFAULT).expect("we read it");
    let last = document.root().items().last().and_then(|server| server.get("name")).and_then(Node::as_str);
    assert_eq!((document.root().items().count(), last), (SERVERS, peer[SERVERS - 1]["name"].as_str()));
    let document = parse(Format::Xml, xml.as_bytes(), &Limits::DEFAULT).expect("we read it");
    let servers = document.root().get("servers").expect("the root");
    assert_eq!(servers.entries().filter(|(_, server)| server.kind() == Kind::Map).count(), SERVERS);
    assert_eq!(texts(&xml), document_texts(servers));

    race(
        "JSON",
        json.len(),
        &mut || parse(Format::Json, json.as_bytes(), &Limits::DEFAULT).map_or(0, |document| document.node_count()),
        "serde_json::Value",
        &mut || {
            let value = serde_json::from_slice::<serde_json::Value>(json.as_bytes());
            value.map_or(0, |value| black_box(value).as_array().map_or(0, Vec::len))
        },
    );
    race(
        "XML",
        xml.len(),
        &mut || parse(Format::Xml, xml.as_bytes(), &Limits::DEFAULT).map_or(0, |document| document.node_count()),
        "quick-xml events alone",
        &mut || texts(&xml),
    );
}

/// Times both in turn and prints the medians.
fn race(what: &str, bytes: usize, ours: &mut dyn FnMut() -> usize, peer: &str, theirs: &mut dyn FnMut() -> usize) {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        our_times.push(timed(ours));
        their_times.push(timed(theirs));
    }
    let rate = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        bytes as f64 / 1e6 / times[times.len() / 2].as_secs_f64()
    };
    let (ours, theirs) = (rate(&mut our_times), rate(&mut their_times));
    let size = bytes as f64 / 1e6;
    println!("{what}, {size:.1} MB: hostkit-wire {ours:.0} MB/s, {peer} {theirs:.0} MB/s, ratio {:.2}", ours / theirs);
}

fn timed(work: &mut dyn FnMut() -> usize) -> Duration {
    let start = Instant::now();
    assert_ne!(black_box(work()), 0);
    start.elapsed()
}

/// The values of a server: numbers, numbers as strings, flags, dates and names in turn.
fn field(server: usize, field: usize) -> String {
    match field % 5 {
        0 => (server * 31 + field).to_string(),
        1 => format!("{}.{:02}", server % 1000, field),
        2 => if server.is_multiple_of(3) { "1" } else { "0" }.to_owned(),
        3 => "2012-09-17 14:03:55".to_owned(),
        _ => format!("Сервер {server}"),
    }
}

fn json_servers() -> String {
    let mut body = String::from("[");
    for server in 0..SERVERS {
        let comma = if server == 0 { "" } else { "," };
        let _ = write!(body, "{comma}{{\"id\":{server},\"name\":\"vps{server}\",\"ip\":[{{\"addr\":\"10.0.0.1\"}}]");
        for index in 0..FIELDS {
            let value = field(server, index);
            let quote = if index % 10 == 0 { "" } else { "\"" };
            let _ = write!(body, ",\"parameter_{index}\":{quote}{value}{quote}");
        }
        body.push('}');
    }
    body.push(']');
    body
}

fn xml_servers() -> String {
    let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<servers>\n");
    for server in 0..SERVERS {
        let _ = write!(body, "  <server id=\"{server}\">\n    <name>vps{server}</name>\n    <ip addr=\"10.0.0.1\"/>\n");
        for index in 0..FIELDS {
            let _ = writeln!(body, "    <par_{index}>{}</par_{index}>", field(server, index));
        }
        body.push_str("  </server>\n");
    }
    body.push_str("</servers>\n");
    body
}

/// Walks over quick-xml's events and counts the texts that are not blank.
fn texts(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut count = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Text(text) => count += usize::from(!text.trim_ascii().is_empty()),
            quick_xml::events::Event::Eof => return count,
            _ => {}
        }
    }
}

/// The same count, from our tree.
fn document_texts(servers: Node<'_>) -> usize {
    let fields = servers.entries().flat_map(|(_, server)| server.entries());
    fields.filter(|(name, value)| !name.starts_with('@') && value.kind() == Kind::Text).count()
}
