//! Odd answers to each call that acts, over sockets, by both clients: cut in any framing, under another status, behind heads
//! of 1xx, or two at once. None makes it done or refused that does not say so, and none makes a client send it twice.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use hostkit::protocol::Value;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::{Serve, Simulate, example};
use hostkit::time::ManualClock;
use hostkit::{CallOptions, Endpoint, Outcome, Perform, Rates, UnixTime};
use hostkit_apis::ForEach;
use hostkit_tests::raw_server::RawServer;
use hostkit_tests::{entries, sign_in};

use crate::ground::{Client, is_long, mix, runtime, size};

/// How an answer is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Odd {
    /// Not at all: what the others are compared with.
    Nothing,
    CutLength,
    CutChunk,
    CutClose,
    /// In HTTP/1.0, which ends an answer with the connection.
    CutOld,
    ShortLength,
    LongLength,
    Status(u16),
    Interim,
    TwoAnswers,
    Trailers,
}

const ODD: &[Odd] = &[
    Odd::CutLength,
    Odd::CutChunk,
    Odd::CutClose,
    Odd::CutOld,
    Odd::ShortLength,
    Odd::LongLength,
    Odd::Status(301),
    Odd::Status(302),
    Odd::Status(307),
    Odd::Status(308),
    Odd::Status(408),
    Odd::Status(500),
    Odd::Status(502),
    Odd::Status(504),
    Odd::Interim,
    Odd::TwoAnswers,
    Odd::Trailers,
];

/// Each body meets one of so many, and in the long size all.
const FRACTION: usize = 6;

/// The message of a body, cut before this byte.
fn message(odd: Odd, status: u16, body: &[u8], cut: usize, other: &[u8]) -> Vec<u8> {
    let head = |version: &str, status: u16, lines: &str| {
        format!("HTTP/{version} {status} Status\r\nContent-Type: text/plain\r\n{lines}\r\n").into_bytes()
    };
    let whole = body.len();
    let length = |length: usize| format!("Content-Length: {length}\r\nConnection: close\r\n");
    let chunked = "Transfer-Encoding: chunked\r\n";
    let plain = |status| [head("1.1", status, &length(whole)), body.to_vec()].concat();
    match odd {
        Odd::Nothing => plain(status),
        Odd::CutLength => [head("1.1", status, &length(whole)), body[..cut].to_vec()].concat(),
        Odd::CutChunk => {
            [head("1.1", status, chunked), format!("{whole:x}\r\n").into_bytes(), body[..cut].to_vec()].concat()
        }
        Odd::CutClose => [head("1.1", status, "Connection: close\r\n"), body[..cut].to_vec()].concat(),
        Odd::CutOld => [head("1.0", status, ""), body[..cut].to_vec()].concat(),
        Odd::ShortLength => [head("1.1", status, &length(cut)), body.to_vec()].concat(),
        Odd::LongLength => [head("1.1", status, &length(whole + 7)), body.to_vec()].concat(),
        Odd::Status(status) => {
            let location = format!("Location: /elsewhere\r\n{}", length(whole));
            [head("1.1", status, &location), body.to_vec()].concat()
        }
        Odd::Interim => {
            let interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec();
            [interim, plain(status)].concat()
        }
        Odd::TwoAnswers => [plain(status), head("1.1", 200, &length(other.len())), other.to_vec()].concat(),
        Odd::Trailers => {
            let size = format!("{whole:x}\r\n").into_bytes();
            let end = b"\r\n0\r\nContent-Length: 1\r\nRetry-After: soon\r\n\r\n".to_vec();
            [head("1.1", status, chunked), size, body.to_vec(), end].concat()
        }
    }
}

/// The body of a fault example, in whichever format.
fn fault(folder: &str, case: &str) -> Vec<u8> {
    let folder = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/{}"), folder);
    let begin = format!("{case}.fault.");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap());
    let mut own = files.filter(|entry| entry.file_name().to_string_lossy().starts_with(&begin));
    std::fs::read(own.next().unwrap_or_else(|| panic!("{folder}/{case}")).path()).unwrap()
}

#[derive(Default)]
struct Found {
    cases: usize,
    apis: usize,
    calls: usize,
    ends: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

struct OddOf<'f, A: Served> {
    server: RawServer,
    clients: [Client<A>; 2],
    is_signed_in: bool,
    seed: u64,
    found: &'f mut Found,
    api: PhantomData<A>,
}

impl<'f, A: Served> OddOf<'f, A> {
    fn new(found: &'f mut Found) -> Self {
        let server = RawServer::start();
        let credentials = sign_in::credentials::<A>("key-of-a-test");
        server.script().sign_in = sign_in::answer::<A>(&credentials, &server.url, "token-of-a-test");
        macro_rules! build {
            ($client:ident) => {
                $client::Client::<A>::builder(credentials.clone())
                    .base_url(server.url.parse().unwrap())
                    .format(entries::format::<A>())
                    .rates(Rates::new(&[]))
                    .clock(ManualClock::new(UnixTime(1_327_363_202)))
                    .build()
                    .unwrap()
            };
        }
        let clients = [Client::Blocking(build!(hostkit_ureq)), Client::Async(build!(hostkit_reqwest), runtime())];
        Self { server, clients, is_signed_in: false, seed: 1, found, api: PhantomData }
    }

    fn random(&mut self, below: usize) -> usize {
        self.seed = self.seed.wrapping_add(1);
        usize::try_from(mix(self.seed) % below.max(1) as u64).unwrap()
    }

    /// How both clients end, by name; the second one is none if they differ.
    fn ends<E: Perform<Api = A>>(&mut self, call: &E, answer: Vec<u8>, what: &str) -> &'static str {
        let mut ends = [""; 2];
        for (client, end) in self.clients.iter().zip(&mut ends) {
            self.server.script().answer.clone_from(&answer);
            self.server.script().targets.clear();
            *end = match client.with(CallOptions::new().unread()).perform_full(call) {
                Outcome::Rejected(rejection) if rejection.ticket().is_some() => "refused, open",
                Outcome::Rejected(_) => "refused",
                outcome => outcome.as_str(),
            };
            let info = E::INFO;
            let method = info.method.as_str();
            let own = |target: &&String| target.starts_with(method) && !target.contains("elsewhere");
            let script = self.server.script();
            let sent = script.targets.iter().filter(own).count();
            // The sign-in before the first call may have its method.
            let most = if self.is_signed_in { 1 } else { 2 };
            if sent > most || script.targets.iter().any(|target| target.contains("elsewhere")) {
                self.found.wrong.push(format!("{what}: sent {:?}", script.targets));
            }
        }
        self.is_signed_in = true;
        self.found.cases += 2;
        *self.found.ends.entry(ends[0].to_owned()).or_default() += 1;
        if ends[0] != ends[1] {
            self.found.wrong.push(format!("{what}: {ends:?}"));
        }
        ends[0]
    }
}

impl<A: Served> Visitor for OddOf<'_, A> {
    type Api = A;

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Simulate + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        let Some(case) = examples.requests.first() else { return };
        let call: E = example::call(&entries::place(examples.folder, case));
        self.found.calls += 1;
        let bodies: Vec<_> = examples
            .answers
            .iter()
            .map(|row| (row, false))
            .chain(examples.faults.iter().map(|row| (row, true)))
            .collect();
        for ((case, format, status), is_fault) in bodies {
            let body = match is_fault {
                false => example::bytes(&entries::place(examples.folder, case), *format),
                true => fault(examples.folder, case),
            };
            let is_whole = matches!(entries::tree(*format, &body), Some(Value::Map(_) | Value::List(_)));
            if !is_whole || !A::INFO.formats.contains(format) || *status == 204 {
                continue;
            }
            let end = body.trim_ascii_end().len();
            let name = format!("{} {case} {format}", examples.folder);
            let control = self.ends(&call, message(Odd::Nothing, *status, &body, 0, b""), &name);
            for _ in 0..size(1, 1, 8) {
                let turn = self.random(FRACTION);
                // A code with which nothing was done says so under any status.
                let is_undone = *case == "unsold";
                for (_, odd) in ODD.iter().enumerate().filter(|(index, _)| is_long() || index % FRACTION == turn) {
                    let cut = self.random(end);
                    let other = if is_fault { &b"{}"[..] } else { &b"{\"status\":\"error\",\"errorCode\":1}"[..] };
                    let what = format!("{name} {odd:?} at {cut}, without it {control}");
                    let found = self.ends(&call, message(*odd, *status, &body, cut, other), &what);
                    let is_right = match odd {
                        Odd::Nothing => true,
                        // Without a length, nothing is a body, too: then the status says it.
                        Odd::CutClose if cut == 0 && is_fault => {
                            found == "unresolved" || (*status >= 400 && found.starts_with("refused"))
                        }
                        Odd::CutLength
                        | Odd::CutChunk
                        | Odd::CutClose
                        | Odd::CutOld
                        | Odd::ShortLength
                        | Odd::LongLength => found == "unresolved",
                        Odd::Status(status) if is_fault && *status < 400 => !matches!(found, "done" | "accepted"),
                        Odd::Status(_) if is_undone => found == "refused",
                        Odd::Status(_) => matches!(found, "unresolved" | "refused, open"),
                        Odd::Interim | Odd::Trailers => found == control,
                        Odd::TwoAnswers => found == control || found == "unresolved",
                    };
                    if !is_right {
                        self.found.wrong.push(format!("{what}: {found}"));
                    }
                }
            }
        }
    }
}

impl ForEach for Found {
    fn api<A: Served>(&mut self) {
        self.apis += 1;
        let mut odd = OddOf::<A>::new(self);
        A::every(&mut odd);
    }
}

#[test]
fn odd_answers_to_calls_that_act() {
    let mut found = Found::default();
    hostkit_apis::each(&mut found);
    let Found { cases, apis, calls, ends, wrong } = found;
    println!(
        "{cases} cases, odd answers to {calls} calls that act of {apis} APIs, by both clients: {ends:?}; {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
