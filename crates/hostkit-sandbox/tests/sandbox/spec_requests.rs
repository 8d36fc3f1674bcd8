//! Every request that the specs of two APIs show, sent over a socket to a world in which what it names exists.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::talk;
use hostkit::Format;
use hostkit::protocol::wire::{Limits, parse_any};
use hostkit_sandbox::world::{NewServer, Record, World};
use hostkit_sandbox::{ApiName, Credentials, Ended, Sandbox, credentials};

/// One example: the name of its endpoint, of its case, and its text.
pub struct Example {
    pub endpoint: String,
    pub case: String,
    pub text: String,
}

fn collect(folder: &Path, found: &mut Vec<Example>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if let Some(case) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".request.http") {
            let endpoint = folder.file_name().unwrap().to_str().unwrap().to_owned();
            found.push(Example { endpoint, case: case.to_owned(), text: fs::read_to_string(&path).unwrap() });
        }
    }
}

pub fn examples(api: ApiName) -> Vec<Example> {
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs").join(api.as_str()), &mut found);
    found
}

/// Sends an example, with further headers, and gives status, content type and body.
pub fn send(sandbox: &Sandbox, prefix: &str, text: &str, headers: &str) -> (u16, String, Vec<u8>) {
    let (head, body) = text.split_once("\n\n").unwrap();
    let body = body.strip_suffix('\n').unwrap_or(body);
    let (first, rest) = head.split_once('\n').unwrap_or((head, ""));
    let (verb, target) = first.split_once(' ').unwrap();
    let mut request = format!("{verb} {prefix}{target}\r\nHost: {}\r\nConnection: close\r\n", sandbox.address());
    for line in rest.lines().chain(headers.lines()) {
        request += &format!("{line}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let got = talk(sandbox, request.as_bytes());
    let text = got.text().to_lowercase();
    let content_type = text.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default().to_owned();
    (got.status().unwrap_or_else(|| panic!("no answer to {request}")), content_type, got.body().to_vec())
}

fn replace(text: &str, pairs: &[(&str, String)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// What an example needs of the world, and its text with the numbers of this world.
pub fn prepare_clodo(sandbox: &Sandbox, example: &Example) -> String {
    let clock = sandbox.clock();
    let order = |world: &mut World| {
        let new = NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
        world.order(World::ACCOUNT, new).unwrap()
    };
    let (server, address) = sandbox
        .world(ApiName::CLODO, |world| {
            let server = order(world);
            (server, world.add_address(World::ACCOUNT, server).unwrap())
        })
        .unwrap();
    clock.advance(World::BUILD);
    let world = |world: &mut World| {
        let account = World::ACCOUNT;
        let backup = world.make_backup(account, server).unwrap();
        let job = world.begin_job(server);
        let zone = world.create_zone(account, "sandbox.example").unwrap();
        let record = || Record { name: "www".to_owned(), kind: "A".to_owned(), ..Record::default() };
        let records = [world.add_record(account, zone, record()), world.add_record(account, zone, record())];
        let slave = world.create_zone(account, "slave.example").unwrap();
        world.remember(format!("zone {slave}"), "newdomain_type", "SLAVE".to_owned());
        let storage = world.create_storage(account, "storage").unwrap();
        let ticket = world.open_ticket(account, "subject", "text", false).unwrap();
        if example.endpoint == "change_to_virtual" {
            world.remember(format!("server {server}"), "type", "ScaleServer".to_owned());
        }
        let [first, second] = records.map(|record| record.unwrap());
        [
            ("298", server.to_string()),
            ("62.76.41.218", address.to_string()),
            ("\"file\":\"2\"", format!("\"file\":\"{backup}\"")),
            ("<file>2<", format!("<file>{backup}<")),
            ("3120121", job.to_string()),
            ("405290", zone.to_string()),
            ("207821", slave.to_string()),
            ("_12", format!("_{first}")),
            ("_13", format!("_{second}")),
            ("delete_record>12", format!("delete_record>{first}")),
            ("\"delete_record\":\"12\"", format!("\"delete_record\":\"{first}\"")),
            ("/storage/1", format!("/storage/{storage}")),
            ("/storage/5", format!("/storage/{storage}")),
            ("445822", ticket.to_string()),
            ("vps_os>541", "vps_os>1".to_owned()),
            ("vps_os>551", "vps_os>1".to_owned()),
            ("\"vps_os\":551", "\"vps_os\":1".to_owned()),
            ("\"imageId\":27", "\"imageId\":2".to_owned()),
            ("imageId=\"27\"", "imageId=\"2\"".to_owned()),
            ("jdoe", credentials::CLODO_LOGIN.to_owned()),
            ("PLACEHOLDERPLACEHOLDERPLACEHOLDE", credentials::CLODO_KEY.to_owned()),
        ]
    };
    let pairs = sandbox.world(ApiName::CLODO, world).unwrap();
    replace(&example.text, &pairs)
}

fn check_clodo(example: &Example, text: &str, sandbox: &Sandbox, format: Format) {
    let name = format!("{} {} {format}", example.endpoint, example.case);
    sandbox.world(ApiName::CLODO, |world| world.sessions.add("good", World::ACCOUNT)).unwrap();
    sandbox.ledger().clear();
    let prefix = if example.endpoint == "sign_in" { "/clodo" } else { "/clodo/v1" };
    let (status, content_type, body) = send(sandbox, prefix, text, "X-Auth-Token: good");
    let shown = String::from_utf8_lossy(&body).into_owned();
    // The periods of the examples were over long before there was the server.
    let is_past = example.endpoint == "get_stats";
    assert_eq!((status == 404, status < 300), (is_past, !is_past), "{name}: {status} {shown}");
    let entry = sandbox.ledger().entries().pop().unwrap();
    assert_eq!(entry.operation, example.endpoint, "{name}");
    assert_eq!(entry.credentials, Credentials::Good, "{name}");
    if status != 204 {
        let wanted = if format == Format::Json { "application/json" } else { "application/xml" };
        assert!(content_type.starts_with(wanted), "{name}: {content_type}");
        parse_any(&[format], &body, &Limits::DEFAULT).unwrap_or_else(|error| panic!("{name}: {error}: {shown}"));
    }
}

#[test]
fn every_request_of_clodo_is_answered_in_both_formats() {
    let examples = examples(ApiName::CLODO);
    assert!(examples.len() > 100, "{}", examples.len());
    for example in examples {
        let has_body = !example.text.split_once("\n\n").unwrap().1.trim().is_empty();
        for format in [Format::Xml, Format::Json] {
            let word = if format == Format::Json { "application/json" } else { "application/xml" };
            // A request with a body has its format; one without a header that names a format gets XML.
            if (has_body || !example.text.contains("Accept:"))
                && example.text.contains("application/json") != (format == Format::Json)
            {
                continue;
            }
            let sandbox = Sandbox::start().unwrap();
            let text = prepare_clodo(&sandbox, &example).replace("application/xml", word);
            check_clodo(&example, &text, &sandbox, format);
        }
    }
}

/// What an example needs of the world, and its text with the numbers of this world.
pub fn prepare_inferno(sandbox: &Sandbox, example: &Example) -> String {
    let is_installed = !matches!(example.endpoint.as_str(), "check_install" | "install" | "cancel_order");
    let server = sandbox
        .world(ApiName::INFERNO, |world| {
            let server = world.order(World::ACCOUNT, NewServer { plan: 1, ..NewServer::default() }).unwrap();
            if is_installed {
                world.install(World::ACCOUNT, server, 1).unwrap();
            }
            server
        })
        .unwrap();
    if example.endpoint != "cancel_order" {
        sandbox.clock().advance(World::BUILD);
    }
    let world = |world: &mut World| {
        let key = world.add_key(World::ACCOUNT, None, "ssh-ed25519 AAAA me").unwrap();
        let server = world.server(World::ACCOUNT, server).unwrap();
        let address = server.addresses().first().map(|address| address.ip.to_string()).unwrap_or_default();
        [
            ("47000", server.number.to_string()),
            ("47012", server.number.to_string()),
            ("46000", server.number.to_string()),
            ("49700", (server.number + 2_500).to_string()),
            ("37.1.0.111", address),
            ("\"id\":7", format!("\"id\":{key}")),
            ("1,2,3", key.to_string()),
            ("\"pid\":303", "\"pid\":1".to_owned()),
            ("centos7-64-default", "debian12".to_owned()),
            ("user@example.com", credentials::INFERNO_EMAIL.to_owned()),
            ("PLACEHOLDER", credentials::INFERNO_PASSWORD.to_owned()),
        ]
    };
    let pairs = sandbox.world(ApiName::INFERNO, world).unwrap();
    let text = replace(&example.text, &pairs);
    if matches!(example.endpoint.as_str(), "list_products" | "get_api_key" | "renew_api_key") {
        return text;
    }
    let client = format!("\"cid\":{}", credentials::INFERNO_CLIENT);
    match text.split_once("\n\n") {
        Some((head, body)) if body.trim().is_empty() => format!("{head}\n\n{{{client}}}"),
        Some((head, body)) => format!("{head}\n\n{}", body.replacen('{', &format!("{{{client},"), 1)),
        None => text,
    }
}

#[test]
fn every_request_of_inferno_is_answered() {
    let examples = examples(ApiName::INFERNO);
    assert!(examples.len() >= 20, "{}", examples.len());
    for example in examples {
        let name = format!("{} {}", example.endpoint, example.case);
        let sandbox = Sandbox::start().unwrap();
        let text = prepare_inferno(&sandbox, &example);
        sandbox.ledger().clear();
        if example.endpoint == "boot" {
            sandbox.world(ApiName::INFERNO, |world| {
                let number = world.servers(World::ACCOUNT).first().unwrap().number;
                world.stop(World::ACCOUNT, number).unwrap();
            });
        }
        let key = format!("X-Key: {}", credentials::INFERNO_KEY);
        let (status, content_type, body) = send(&sandbox, "/inferno", &text, &key);
        let shown = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(status, 200, "{name}: {shown}");
        let entry = sandbox.ledger().entries().pop().unwrap();
        assert_eq!(entry.operation, example.endpoint, "{name}");
        assert!(matches!(entry.ended, Ended::Answered | Ended::Committed), "{name}: {shown}");
        let is_text = example.endpoint.contains("install");
        let (format, wanted) = match is_text {
            true => (Format::PrintR, "text/html"),
            false => (Format::Json, "application/json"),
        };
        assert!(content_type.starts_with(wanted), "{name}: {content_type}");
        let document = parse_any(&[format], &body, &Limits::DEFAULT).unwrap();
        assert_eq!(document.root().get("result").unwrap().as_str(), Some("success"), "{name}: {shown}");
    }
}
