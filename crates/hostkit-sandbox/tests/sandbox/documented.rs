//! Every answer that a document or a recording shows, against the sandbox's answer to the same call: each key is there,
//! and has the same type.
// A test that cannot go on should panic.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::macloud_examples::fill;
use crate::spec_requests::{Example, examples, prepare_clodo, prepare_inferno, send};
use hostkit::Format;
use hostkit::protocol::wire::{Kind, Limits, Node, parse};
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Sandbox, credentials};

/// Keys that the sandbox leaves out: debits stand there only for what was used, work that goes on has no end, and one
/// of two examples spells `vps_traff` otherwise.
const LEFT_OUT: [&str; 4] = [
    "get_billing xml.billing.debits.",
    "get_billing json.billing.debits.",
    "get_request xml.request.req_complete_date",
    "get_server xml.server.vps_traf is",
];

/// The names of the cases of an endpoint whose origin is a document or a recording, by its spec: a line says so.
fn shown(spec: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(spec).unwrap();
    let facts = text.split_once("\n[examples]\n").map_or("", |(_, facts)| facts).lines();
    let is_shown = |line: &str| line.contains("{ line = ") || line.contains("origin = \"recorded\"");
    facts
        .filter(|line| is_shown(line))
        .filter_map(|line| line.split('"').nth(1)?.split_once(".answer"))
        .map(|(case, _)| case.to_owned())
        .collect()
}

fn folder(api: ApiName, endpoint: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs").join(api.as_str());
    let modules = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    modules.map(|module| module.join(endpoint)).find(|path| path.is_dir()).unwrap()
}

/// Collects where `found` lacks a key of `wanted` or has another type; a null says that there is nothing.
fn compare(path: &str, wanted: Node<'_>, found: Node<'_>, is_typed: bool, missing: &mut Vec<String>) {
    let kinds = (wanted.kind(), found.kind());
    if kinds.0 == Kind::Null || kinds.1 == Kind::Null {
        return;
    }
    if is_typed && kinds.0 != kinds.1 {
        missing.push(format!("{path}: {:?} in place of {:?}", kinds.1, kinds.0));
        return;
    }
    for (key, inner) in wanted.entries() {
        // Its keys are numbers of objects.
        let is_number = key.bytes().all(|byte| byte.is_ascii_digit());
        let other = if is_number { found.entries().next().map(|(_, node)| node) } else { found.get(key) };
        match other {
            Some(other) => compare(&format!("{path}.{key}"), inner, other, is_typed, missing),
            None => missing.push(format!("{path}.{key} is missing")),
        }
    }
    if let (Some(inner), Some(other)) = (wanted.items().next(), found.items().next()) {
        compare(&format!("{path}[]"), inner, other, is_typed, missing);
    }
}

/// The answers of one API's documents that the sandbox gives otherwise.
fn differences(api: ApiName, ask: impl Fn(&Example, Format) -> Vec<u8>) -> (usize, Vec<String>) {
    let (mut count, mut missing) = (0, Vec::new());
    let mut seen = BTreeSet::new();
    for example in examples(api) {
        let folder = folder(api, &example.endpoint);
        for case in shown(&folder.with_extension("toml")) {
            for (format, ending) in [(Format::Json, "json"), (Format::Xml, "xml"), (Format::PrintR, "print_r")] {
                let file = folder.join(format!("{case}.answer.{ending}"));
                if !file.exists() || !seen.insert(file.clone()) {
                    continue;
                }
                let wanted = fs::read(&file).unwrap();
                let found = ask(&example, format);
                let text = String::from_utf8_lossy(&found).into_owned();
                let read = |bytes| parse(format, bytes, &Limits::DEFAULT);
                let wanted = read(&wanted).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                let found = read(&found).unwrap_or_else(|error| panic!("{}: {error}: {text}", example.endpoint));
                let path = format!("{} {ending}", example.endpoint);
                compare(&path, wanted.root(), found.root(), format == Format::Json, &mut missing);
                count += 1;
            }
        }
    }
    missing.retain(|line| !LEFT_OUT.iter().any(|left| line.starts_with(left)));
    (count, missing)
}

#[test]
fn every_documented_key_of_clodo_is_answered() {
    let (count, missing) = differences(ApiName::CLODO, |example, format| {
        let sandbox = Sandbox::start().unwrap();
        let word = if format == Format::Json { "application/json" } else { "application/xml" };
        let text = prepare_clodo(&sandbox, example);
        let text = match example.endpoint.as_str() {
            "get_stats" => text.split_once("\n\n").unwrap().0.to_owned() + "\n\n",
            _ => text,
        };
        let (head, body) = text.split_once("\n\n").unwrap();
        let head: Vec<_> = head.lines().filter(|line| !line.starts_with("Accept:")).collect();
        let text = format!("{}\nAccept: {word}\n\n{body}", head.join("\n"));
        sandbox.world(ApiName::CLODO, |world| world.sessions.add("good", World::ACCOUNT)).unwrap();
        let (status, _, body) = send(&sandbox, "/clodo/v1", &text, "X-Auth-Token: good");
        assert_eq!(status, 200, "{} {}", example.endpoint, String::from_utf8_lossy(&body));
        body
    });
    assert!(count >= 35, "{count}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_documented_key_of_inferno_is_answered() {
    let (count, missing) = differences(ApiName::INFERNO, |example, _| {
        let sandbox = Sandbox::start().unwrap();
        let text = prepare_inferno(&sandbox, example);
        send(&sandbox, "/inferno", &text, &format!("X-Key: {}", credentials::INFERNO_KEY)).2
    });
    assert!(count >= 5, "{count}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_documented_key_of_macloud_is_answered() {
    let (count, missing) = differences(ApiName::MACLOUD, |example, _| {
        let sandbox = Sandbox::start().unwrap();
        let things = fill(&sandbox, true, true, true);
        let text = things.put_in(&example.text);
        let text = text.split_once('?').map_or(text.clone(), |(path, rest)| {
            format!("{path}{}", rest.find(" HTTP").map_or(rest, |at| &rest[at..]))
        });
        let authorization = format!("Authorization: {}", credentials::MACLOUD_TOKEN);
        let (status, _, body) = send(&sandbox, "/macloud", &text, &authorization);
        assert!(status < 300, "{} {}", example.endpoint, String::from_utf8_lossy(&body));
        body
    });
    assert!(count >= 13, "{count}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
