//! The table test of an API: every wire example of every endpoint, through both halves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::{fs, io};

use hostkit_wire::{Format, Limits, Node};
use http::HeaderMap;
use http::header::ACCEPT;

use super::Serve;
use super::every::{Examples, Visitor};
use super::example::{Message, ending, incoming, written_answer, written_call};
use super::values::{FILE, Values};
use crate::answer::RawAnswer;
use crate::api::Api;
use crate::codec::UnknownFields;
use crate::endpoint::{Call, Endpoint};
use crate::evidence::Inputs;
use crate::evidence::Perform;
use crate::fault::Verdict;
use crate::judgement::{Judgement, Why, judge};

/// What to do about a value that differs.
const BLESSING: &str = "if what is found is right, the same test with HOSTKIT_BLESS=1 records it";

/// Set to write the expected values instead of comparing with them.
const BLESS: &str = "HOSTKIT_BLESS";

/// Checks every wire example of an API: pass it to the generated `serve::every`, then call [`Checks::finish`].
#[derive(Debug)]
pub struct Checks<A> {
    specs: PathBuf,
    records: bool,
    /// Paths below `specs`.
    read: BTreeSet<String>,
    examples: usize,
    findings: Vec<String>,
    api: PhantomData<A>,
}

impl<A: Api> Checks<A> {
    /// Reads examples and values below `specs/` of this folder; with `HOSTKIT_BLESS` set it writes the values.
    pub fn new(root: impl AsRef<Path>) -> Self {
        Self::below(root.as_ref().join("specs"))
    }

    /// Like [`Checks::new`], with another folder that holds that of the API's specs.
    pub fn below(specs: impl Into<PathBuf>) -> Self {
        Self {
            specs: specs.into(),
            records: std::env::var_os(BLESS).is_some(),
            read: BTreeSet::new(),
            examples: 0,
            findings: Vec::new(),
            api: PhantomData,
        }
    }

    /// Returns the number of examples.
    ///
    /// # Errors
    /// Everything that was not as expected, and the files of the API's specs that belong to no example.
    pub fn finish(mut self) -> Result<usize, String> {
        let mut files = BTreeSet::new();
        let folder = A::INFO.name.to_owned();
        if let Err(error) = collect(&self.specs, folder, &mut files) {
            self.findings.push(format!("specs/{}: {error}", A::INFO.name));
        }
        let strays = files.difference(&self.read).map(|file| format!("specs/{file}: no example reads this file"));
        self.findings.extend(strays);
        if self.examples == 0 {
            self.findings.push(format!("specs/{}: expected examples, found none", A::INFO.name));
        }
        if self.findings.is_empty() { Ok(self.examples) } else { Err(self.findings.join("\n\n")) }
    }

    fn endpoint<E>(&mut self, examples: &Examples)
    where
        E: Serve + Debug,
        E::Output: Debug + PartialEq,
    {
        let mut files = Files {
            checks: self,
            endpoint: E::INFO.name,
            folder: examples.folder,
            found: Values::default(),
            failed: Vec::new(),
        };
        for case in examples.requests {
            files.check(&format!("{case}.request.http"), |bytes| Ok(shown(&request::<E>(bytes)?)));
        }
        for (case, format, path) in examples.request_bodies {
            let name = format!("{case}.request.{}", ending(*format));
            files.check(&name, |bytes| Ok(shown(&request_body::<E>(bytes, *format, path)?)));
        }
        let mut firsts: BTreeMap<&str, (Format, E::Output)> = BTreeMap::new();
        for (case, format, status) in examples.answers {
            files.check(&format!("{case}.answer.{}", ending(*format)), |bytes| {
                let value = answer::<E>(*status, &HeaderMap::new(), bytes, *format)?;
                let text = shown(&value);
                match firsts.get(case) {
                    Some((first, expected)) if examples.agreeing.contains(case) && value != *expected => {
                        let what = format!("the value of {}", ending(*first));
                        same(&what, &*shown(expected), &*text)?;
                        return Err(format!("{what}: expected one that is equal, found {value:?}"));
                    }
                    Some(_) => {}
                    None => drop(firsts.insert(case, (*format, value))),
                }
                Ok(text)
            });
        }
        for case in examples.answers_with_head {
            files.check(&format!("{case}.answer.http"), |bytes| {
                let message = Message::of(bytes)?;
                let own = E::INFO.formats.first().or(A::INFO.formats.first());
                let format = *own.ok_or("expected a format of the API, found none")?;
                Ok(shown(&answer::<E>(message.status()?, &message.headers, &message.body, format)?))
            });
        }
        for (case, format, status) in examples.faults {
            let name = format!("{case}.fault.{}", ending(*format));
            files.check(&name, |bytes| fault::<E>(*status, "", &HeaderMap::new(), bytes));
        }
        for case in examples.faults_with_head {
            files.check(&format!("{case}.fault.http"), |bytes| {
                let message = Message::of(bytes)?;
                fault::<E>(message.status()?, message.phrase(), &message.headers, &message.body)
            });
        }
        files.finish();
    }
}

impl<A: Api> Visitor for Checks<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.endpoint::<E>(examples);
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.endpoint::<E>(examples);
    }
}

/// Every file below a folder but the specs, as paths below `specs`.
fn collect(specs: &Path, folder: String, files: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(specs.join(&folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(specs, path, files)?;
        } else if !path.ends_with(".toml") {
            files.insert(path);
        }
    }
    Ok(())
}

/// The files of one endpoint.
struct Files<'c, A> {
    checks: &'c mut Checks<A>,
    endpoint: &'static str,
    folder: &'static str,
    found: Values,
    failed: Vec<String>,
}

impl<A: Api> Files<'_, A> {
    fn find(&mut self, name: &str, message: impl Display) {
        let finding = format!("{}, {}, specs/{}/{name}: {message}", A::INFO.name, self.endpoint, self.folder);
        self.checks.findings.push(finding);
    }

    /// Reads a file and keeps the value that the check returns.
    fn check(&mut self, name: &str, check: impl FnOnce(&[u8]) -> Result<String, String>) {
        self.checks.examples += 1;
        let path = format!("{}/{name}", self.folder);
        let bytes = fs::read(self.checks.specs.join(&path)).map_err(|error| error.to_string());
        match bytes.and_then(|bytes| check(&bytes)) {
            Ok(value) => self.found.insert(name, value),
            Err(message) => {
                self.failed.push(name.to_owned());
                self.find(name, message);
            }
        }
        self.checks.read.insert(path);
    }

    /// Compares the values found with the recorded ones, or records them.
    fn finish(mut self) {
        if self.found.is_empty() && self.failed.is_empty() {
            return;
        }
        let path = format!("{}/{FILE}", self.folder);
        let file = self.checks.specs.join(&path);
        self.checks.read.insert(path);
        let text = fs::read_to_string(&file);
        let recorded = text.as_deref().map_or_else(|_| Values::default(), Values::of);
        for name in &self.failed {
            if let Some(value) = recorded.get(name) {
                self.found.insert(name, value.to_owned());
            }
        }
        let found = std::mem::take(&mut self.found);
        let wanted = found.to_text();
        if self.checks.records {
            if let Err(error) = fs::write(file, wanted) {
                self.find(FILE, error);
            }
            return;
        }
        let text = match text {
            Ok(text) => text,
            Err(error) => return self.find(FILE, format!("{error}; {BLESSING}")),
        };
        let mut differs = false;
        for (name, value) in found.iter() {
            let outcome = match recorded.get(name) {
                Some(expected) => same("value", expected, value),
                None => Err(format!("expected a value in {FILE}, found none")),
            };
            if let Err(message) = outcome {
                differs = true;
                self.find(name, format!("{message}\n{BLESSING}"));
            }
        }
        if !differs && let Err(message) = same("values", wanted.as_str(), &text) {
            self.find(FILE, format!("{message}\n{BLESSING}"));
        }
    }
}

fn shown(value: &impl Debug) -> String {
    format!("{value:#?}\n")
}

/// Reports only the first line that differs, which is enough to find the place.
fn same<T: Display + PartialEq + ?Sized>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (expected.to_string(), found.to_string());
    let (mut left, mut right) = (expected.lines(), found.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (left.next(), right.next()) {
            (Some(expected), Some(found)) if expected == found => {}
            (None, None) => return Err(format!("{what}: expected {expected:?}, found {found:?}")),
            (expected, found) => {
                let text = |line: Option<&str>| line.map_or("its end".to_owned(), |line| format!("`{line}`"));
                let (expected, found) = (text(expected), text(found));
                return Err(format!("{what}, line {number}: expected {expected}, found {found}"));
            }
        }
    }
}

/// The server half reads the request under Deny, and the client half writes the same bytes again.
fn request<E: Serve>(bytes: &[u8]) -> Result<E, String> {
    let message = Message::of(bytes)?;
    let call: E = message.call()?;
    let format = match message.headers.get(ACCEPT).map(|accept| accept.as_bytes()) {
        Some(b"application/json") => Format::Json,
        Some(b"application/xml") => Format::Xml,
        _ => *<E::Api as Api>::INFO.formats.first().ok_or("expected a format of the API, found none")?,
    };
    let written = written_call(&call, format)?;
    let (method, target) = message.request_line();
    same("verb", method, written.method().as_str())?;
    same("path", target, written.uri().path_and_query().map_or("", |target| target.as_str()))?;
    let text = |bytes| String::from_utf8_lossy(bytes).trim_end().to_owned();
    same("body", &text(&message.body), &text(written.body()))?;
    for (name, value) in &message.headers {
        let found = written.headers().get(name);
        if found != Some(value) {
            return Err(format!("header {name}: expected {value:?}, found {found:?}"));
        }
    }
    Ok(call)
}

/// The server half reads the body under Deny, and the client half writes the same tree; documents show null or nothing
/// for an input that is not given, which is not written.
fn request_body<E: Serve>(bytes: &[u8], format: Format, target: &str) -> Result<E, String> {
    let headers = HeaderMap::new();
    let request = incoming(E::INFO.method.as_str(), target, &headers, bytes.trim_ascii_end());
    let call = E::parse(&request).map_err(|error| error.to_string())?;
    let written = written_call(&call, format)?;
    let keys = <E::Api as Api>::INFO.request_keys;
    let written = leaves(written.body(), format, keys)?;
    let mut given = leaves(bytes, format, keys)?;
    given.retain(|(path, text)| !text.is_empty() || written.iter().any(|(other, _)| other == path));
    same("body", &lines(&given), &lines(&written))?;
    Ok(call)
}

/// Every scalar but the credentials with its path; a number and a text with the same characters are equal.
fn leaves(bytes: &[u8], format: Format, credentials: &[&str]) -> Result<Vec<(String, String)>, String> {
    let mut leaves = Vec::new();
    if !bytes.is_empty() {
        let document = hostkit_wire::parse(format, bytes, &Limits::DEFAULT).map_err(|error| error.to_string())?;
        flatten(document.root(), String::new(), &mut leaves);
    }
    // An attribute stands on the root element, whatever that is called.
    let is_of = |path: &str, key: &str| match key.starts_with('@') {
        true => path.matches('.').count() == 2 && path.ends_with(&format!(".{key}")),
        false => path == format!(".{key}"),
    };
    leaves.retain(|(path, _)| !credentials.iter().any(|key| is_of(path, key)));
    leaves.sort();
    Ok(leaves)
}

fn lines(leaves: &[(String, String)]) -> String {
    leaves.iter().map(|(path, text)| format!("{path} = {text:?}\n")).collect()
}

fn flatten(node: Node<'_>, path: String, leaves: &mut Vec<(String, String)>) {
    let mut is_leaf = true;
    for (key, child) in node.entries() {
        is_leaf = false;
        flatten(child, format!("{path}.{key}"), leaves);
    }
    for (index, child) in node.items().enumerate() {
        is_leaf = false;
        flatten(child, format!("{path}[{index}]"), leaves);
    }
    if is_leaf {
        leaves.push((path, node.as_str().unwrap_or_default().to_owned()));
    }
}

/// The answer decodes under Deny, and so does what the server half writes for its value.
fn answer<E: Serve>(status: u16, headers: &HeaderMap, body: &[u8], format: Format) -> Result<E::Output, String>
where
    E::Output: Debug + PartialEq,
{
    let value = decode::<E>(status, headers, body)?;
    // A server half does not write faults that mean "nothing", so their status becomes 200.
    let status = if (200..300).contains(&status) { status } else { 200 };
    let (status, headers, body) = written_answer::<E>(&value, format, status)?;
    let found = decode::<E>(status, &headers, &body);
    let found = found.map_err(|error| {
        format!("expected the server half to write this value, found: {error}\n{}", String::from_utf8_lossy(&body))
    })?;
    if found == value {
        return Ok(value);
    }
    same("the value that the server half writes", &*shown(&value), &*shown(&found))?;
    Err(format!("expected the server half to write a value that is equal, found {found:?}"))
}

fn decode<E: Serve>(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<E::Output, String> {
    let api = &<E::Api as Api>::INFO;
    // Examples are answers of the API's default host.
    let host = api.hosts.first().map_or("", |host| host.name);
    let answer = RawAnswer::new(&E::INFO, api, status, headers, body)
        .with_currency(api.currency_at(host))
        .with_unknown_fields(UnknownFields::Deny);
    match judge::<E>(&Inputs::new(), &answer) {
        Judgement::Done(value) | Judgement::Accepted(value, _) | Judgement::Nothing(value) => Ok(value),
        Judgement::Rejected(no_value) | Judgement::Open(no_value) => Err(match no_value.why {
            Why::Fault(fault) => format!("expected a value, found a fault: {fault}"),
            Why::Unreadable(error) => error.to_string(),
            Why::Unrecognised(error) => format!("expected a value, found status {status}: {}", error.found()),
        }),
    }
}

/// Reads the answer as a fault of the API.
fn fault<E: Serve>(status: u16, phrase: &str, headers: &HeaderMap, body: &[u8]) -> Result<String, String> {
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, headers, body).with_phrase(phrase);
    match <E::Api as Api>::verdict(&answer) {
        Verdict::Fault(fault) => Ok(shown(&fault)),
        other => Err(format!("expected a fault, found {other:?}")),
    }
}
