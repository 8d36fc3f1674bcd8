//! Fuzz targets for each reader and for the decoders of each API, with the samples that mutations start from. The tests
//! change samples at random, `fuzz/` uses a fuzzer.
//!
//! Input for a decoder starts with two bytes that choose the endpoint and one that chooses the status. The first two
//! are compared with a hash of the endpoint's name, so that a saved case keeps its endpoint.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hostkit::protocol::server::example;
use hostkit::protocol::wire::{Limits, parse, parse_any};
use hostkit::{BaseUrl, Format};

use crate::entries::{self, Entry};
use probe::Probe;

#[path = "../../crates/hostkit-wire/tests/common/mod.rs"]
#[allow(dead_code, reason = "its samples are for the tests beside it")]
mod common;
#[path = "probe.rs"]
pub mod probe;
#[path = "texts.rs"]
mod texts;

/// A target by its name.
pub struct Target {
    pub name: String,
    what: What,
}

/// What a target reads.
#[derive(Clone, Copy)]
enum What {
    Reader(Format, &'static [&'static str]),
    Any,
    Texts,
    /// The answers to the calls of an API.
    Answers(&'static str),
    Requests(&'static str),
}

impl Target {
    /// Reads some bytes, and checks what is read.
    pub fn run(&self, bytes: &[u8]) {
        match self.what {
            What::Reader(format, _) => reader(format, bytes),
            What::Any => any(bytes),
            What::Texts => texts::read(bytes),
            What::Answers(api) => decoder(api, bytes),
            What::Requests(api) => request(api, bytes),
        }
    }

    pub fn samples(&self) -> Vec<Vec<u8>> {
        match self.what {
            What::Reader(_, endings) => files(endings),
            What::Any => files(&["xml", "json", "php", "print_r", "serialize", "form"]),
            What::Texts => texts::samples(),
            What::Answers(api) => answers(api),
            What::Requests(api) => requests(api),
        }
    }
}

/// The targets, which stand for as long as the process.
pub fn all() -> impl Iterator<Item = &'static Target> {
    static ALL: OnceLock<Vec<Target>> = OnceLock::new();
    ALL.get_or_init(|| {
        let readers = [
            ("xml", What::Reader(Format::Xml, &["xml"])),
            ("json", What::Reader(Format::Json, &["json"])),
            ("php", What::Reader(Format::Php, &["php", "serialize"])),
            ("print_r", What::Reader(Format::PrintR, &["print_r"])),
            ("form", What::Reader(Format::Form, &["form"])),
            ("any", What::Any),
            ("texts", What::Texts),
        ];
        let mut apis: Vec<&'static str> = entries().iter().map(|entry| entry.api).collect();
        apis.dedup();
        let of_apis = apis
            .into_iter()
            .flat_map(|api| [(api.to_owned(), What::Answers(api)), (format!("{api}-requests"), What::Requests(api))]);
        let all = readers.into_iter().map(|(name, what)| (name.to_owned(), what)).chain(of_apis);
        all.map(|(name, what)| Target { name, what }).collect()
    })
    .iter()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The bytes of every example and PHP fixture with one of these endings.
fn files(endings: &[&str]) -> Vec<Vec<u8>> {
    let mut open: Vec<PathBuf> = ["specs", "crates/hostkit-wire/tests/php"].map(|folder| root().join(folder)).into();
    let mut paths = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|known| *known == ending)) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let mut found: Vec<_> = paths.iter().map(|path| std::fs::read(path).expect("a file")).collect();
    if endings == ["form"] {
        found.extend(entries().iter().flat_map(|entry| &entry.requests).map(|request| request.body().clone()));
        found.push(b"action=order&ip%5B%5D=1&ip[]=2&name=%D0%9F+x&&flag".to_vec());
    }
    found.retain(|bytes| !bytes.is_empty());
    found.dedup();
    found
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let mut all = entries::all();
        all.sort_by_key(|entry| (entry.api, hash(entry.folder)));
        all
    })
}

/// The probes, in the order of the entries.
fn probes() -> &'static [Probe] {
    static PROBES: OnceLock<Vec<Probe>> = OnceLock::new();
    PROBES.get_or_init(|| {
        let mut all = probe::all();
        all.sort_by_key(|probe| (probe.api, hash(probe.folder)));
        all
    })
}

/// The two bytes that choose an endpoint: FNV-1a, folded.
fn hash(folder: &str) -> u16 {
    let hash = folder.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) as u16 ^ hash as u16
}

/// The endpoint chosen by the first two bytes among those of one API, ordered by hash, and the rest of the input.
fn chosen(folders: impl Iterator<Item = &'static str> + Clone, bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (wanted, rest) = bytes.split_first_chunk::<2>()?;
    let wanted = u16::from_be_bytes(*wanted);
    folders.clone().next()?;
    Some((folders.clone().position(|folder| hash(folder) >= wanted).unwrap_or(0), rest))
}

const STATUSES: [u16; 12] = [200, 200, 200, 200, 201, 202, 204, 400, 401, 404, 422, 500];

fn reader(format: Format, bytes: &[u8]) {
    // The default limits, and small ones.
    let small = Limits { max_bytes: 2_048, max_nodes: 60, max_depth: 6, max_items: 12 };
    for limits in [&Limits::DEFAULT, &small] {
        match parse(format, bytes, limits) {
            Ok(document) => common::check(&document),
            Err(error) => {
                assert!(error.offset() <= bytes.len() && error.to_string().len() < 400, "{error}");
            }
        }
    }
    let Some(tree) = entries::tree(format, bytes) else { return };
    // A value that was read can be written, unless the format cannot represent it, and is read as the same again.
    let Ok(written) = hostkit::protocol::wire::write(format, &tree) else { return };
    let second = entries::tree(format, &written);
    match format {
        Format::Json | Format::Form | Format::Xml => assert_eq!(second, Some(tree)),
        // A map may come back as a list, and `print_r` text as syntax.
        Format::Php => assert!(second.is_some(), "{tree:?}: {}", String::from_utf8_lossy(&written)),
        Format::PrintR => {}
    }
}

fn any(bytes: &[u8]) {
    let all = [Format::Xml, Format::Json, Format::Php, Format::PrintR, Format::Form];
    for formats in [&all[..], &all[..2], &all[2..4], &all[1..3]] {
        match parse_any(formats, bytes, &Limits::DEFAULT) {
            Ok(document) => {
                common::check(&document);
                assert!(formats.contains(&document.format()));
            }
            Err(error) => assert!(error.offset() <= bytes.len(), "{error}"),
        }
    }
}

fn decoder(api: &str, bytes: &[u8]) {
    let of_api = probes().iter().filter(|probe| probe.api == api);
    let Some((number, [status, body @ ..])) = chosen(of_api.clone().map(|probe| probe.folder), bytes) else { return };
    if let Some(probe) = of_api.clone().nth(number) {
        (probe.run)(STATUSES[usize::from(*status) % STATUSES.len()], body);
    }
}

fn answers(api: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in entries().iter().filter(|entry| entry.api == api) {
        let folder = root().join("specs").join(entry.folder);
        let status = |wanted: u16| STATUSES.iter().position(|status| *status == wanted).unwrap_or(0) as u8;
        for answer in &entry.answers {
            found.push([&hash(entry.folder).to_be_bytes()[..], &[status(answer.status)], &answer.bytes].concat());
        }
        // A fault may come with any status.
        for (number, file) in std::fs::read_dir(folder).into_iter().flatten().flatten().enumerate() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.contains(".fault.") && !name.ends_with(".http") {
                let status = (number % STATUSES.len()) as u8;
                let bytes = std::fs::read(file.path()).expect("a file");
                found.push([&hash(entry.folder).to_be_bytes()[..], &[status], &bytes].concat());
            }
        }
    }
    found.sort();
    found
}

/// A request of the examples with another query or body: the server half accepts or refuses it, and an accepted one can
/// be sent again.
fn request(api: &str, bytes: &[u8]) {
    let of_api = entries().iter().filter(|entry| entry.api == api);
    let Some((place, [number, rest @ ..])) = chosen(of_api.clone().map(|entry| entry.folder), bytes) else { return };
    let Some(entry) = of_api.clone().nth(place) else { return };
    let Some(sample) = entry.requests.get(usize::from(*number) % entry.requests.len().max(1)) else { return };
    let (query, body) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (&rest[..0], rest),
    };
    let query = String::from_utf8_lossy(query);
    let target = format!("{}{}{query}", sample.uri().path(), if query.is_empty() { "" } else { "?" });
    let incoming = example::incoming(sample.method().as_str(), &target, sample.headers(), body);
    if let Err(error) = (entry.resend)(&incoming) {
        assert!(error.len() <= 4 * bytes.len() + 8_192, "an error of {} bytes", error.len());
    }
}

fn requests(api: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in entries().iter().filter(|entry| entry.api == api) {
        for (number, request) in entry.requests.iter().enumerate() {
            let query = request.uri().query().unwrap_or("");
            let head = [&hash(entry.folder).to_be_bytes()[..], &[number as u8], query.as_bytes(), b"\n"].concat();
            found.push([&head, request.body().as_slice()].concat());
        }
    }
    found
}

/// Checks that a parsed base URL is valid and parses to the same one again.
pub(crate) fn base_url(text: &str) {
    let Ok(url) = text.parse::<BaseUrl>() else { return };
    assert_eq!(url.to_string().parse().as_ref(), Ok(&url), "{text}");
    assert!(url.scheme() == "https" || url.is_loopback(), "{text}");
    assert!(!url.host().is_empty() && !url.host().contains(['/', '@', '?', '#', '\\']), "{text}");
    let loopback: BaseUrl = "http://127.0.0.1:8080".parse().expect("a base URL");
    for base in [&loopback, &url] {
        if let Ok(named) = base.accept_named(text, &["api.example.org", "*.example.net"]) {
            let host = named.host();
            let is_listed = host == "api.example.org" || host.ends_with(".example.net");
            assert!(is_listed || (base.is_loopback() && named.origin() == base.origin()), "{text}");
        }
    }
}
