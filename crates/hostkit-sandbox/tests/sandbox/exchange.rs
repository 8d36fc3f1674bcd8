//! Sends requests to a sandbox over a plain socket, and reads what comes: no client of ours is under test here.
// Each test file uses a part of this one, and a test that cannot go on should panic.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hostkit::by_hand::EndpointExt;
use hostkit::protocol::Session;
use hostkit::protocol::wire;
use hostkit::protocol::wire::{Kind, Limits};
use hostkit::{Api, BaseUrl, Endpoint, ErrorOf, Format};
use hostkit_sandbox::{ApiName, Sandbox};

/// Sends one request and reads the answer; the server closes the connection after it.
pub fn send(sandbox: &Sandbox, request: &http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
    let target = request.uri().path_and_query().unwrap().as_str();
    let mut bytes = format!("{} {target} HTTP/1.1\r\nhost: {}\r\n", request.method(), sandbox.address()).into_bytes();
    for (name, value) in request.headers() {
        if name != "content-length" {
            bytes.extend_from_slice(format!("{name}: {}\r\n", value.to_str().unwrap()).as_bytes());
        }
    }
    bytes
        .extend_from_slice(format!("content-length: {}\r\nconnection: close\r\n\r\n", request.body().len()).as_bytes());
    bytes.extend_from_slice(request.body());
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(&bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status: u16 = head.get(9..12).unwrap().parse().unwrap();
    let mut response = http::Response::builder().status(status);
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ").unwrap();
        response = response.header(name, value);
    }
    response.body(answer[end + 4..].to_vec()).unwrap()
}

/// The request of a call.
pub fn request<E: Endpoint>(
    sandbox: &Sandbox,
    api: ApiName,
    credentials: &<E::Api as Api>::Credentials,
    session: &Session,
    call: &E,
) -> http::Request<Vec<u8>> {
    let base: BaseUrl = sandbox.url(api).parse().unwrap();
    call.to_http(&base, credentials, session).unwrap()
}

/// One call, typed at both ends.
pub fn ask<E: Endpoint>(
    sandbox: &Sandbox,
    api: ApiName,
    credentials: &<E::Api as Api>::Credentials,
    session: &Session,
    call: &E,
) -> Result<E::Output, ErrorOf<E>> {
    call.read_http(&send(sandbox, &request(sandbox, api, credentials, session, call)))
}

/// The example requests of an API: the file, and its verb, target and body.
pub fn examples(api: ApiName) -> Vec<(PathBuf, String, String, String)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs").join(api.as_str()), &mut files);
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut words = head.lines().next().unwrap().split(' ');
        let (verb, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        (file, verb, target, body.trim().to_owned())
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.to_string_lossy().ends_with(".request.http") {
            files.push(path);
        }
    }
}

/// That a body is a document of this format with these keys at its root.
#[track_caller]
pub fn assert_document(format: Format, body: &[u8], keys: &[&str]) {
    let text = String::from_utf8_lossy(body);
    let document = wire::parse(format, body, &Limits::DEFAULT).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(document.root().kind(), Kind::Map, "{text}");
    for key in keys {
        assert!(document.root().get(key).is_some(), "{key} is missing in {text}");
    }
}
