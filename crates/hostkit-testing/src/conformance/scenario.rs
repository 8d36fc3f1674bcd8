//! The list of scenarios, and the run through it.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::fault::Fault;
use super::report::{Report, Row};
use super::server::Server;
use super::shop::{Code, KEY};
use hostkit::{BaseUrl, Cancel, Error, Outcome};

/// A client under test, with blocking calls.
pub trait Subject {
    /// `client.call(&GetItem)`.
    ///
    /// # Errors
    /// The error of the call.
    fn get(&self) -> Result<u64, Error<Code>>;

    /// The same with the option [`CallOptions::cancel`](hostkit::CallOptions::cancel).
    ///
    /// # Errors
    /// The error of the call.
    fn get_until(&self, cancel: Cancel) -> Result<u64, Error<Code>>;

    /// `client.perform(&Order { note })`.
    fn order(&self, note: usize) -> Outcome<u64, Code>;

    /// `client.call(&Rename { id })`.
    ///
    /// # Errors
    /// The error of the call.
    fn rename(&self, id: &str) -> Result<u64, Error<Code>>;
}

/// Makes a client of the [`Shop`](super::Shop) with the key [`KEY`], for a base URL, with a deadline for each call.
pub type Make<'a> = &'a (dyn Fn(BaseUrl, Duration) -> Box<dyn Subject> + Sync);

/// The expected results under each fault, of the safe call and of the spending call, with the number of requests that
/// arrive.
const SCENARIOS: &[(Fault, &str, &str)] = &[
    (Fault::Nothing, "ok ×1", "done ×1"),
    (Fault::CloseBetween, "ok ×1", "done ×1"),
    (Fault::Refused, "not sent, Refused ×0", "not sent ×0"),
    (Fault::ResetUnread, "Reset ×3", "unresolved, ConnectionLost ×1"),
    (Fault::Reset(""), "Reset ×3", "unresolved, ConnectionLost ×1"),
    (Fault::Reset("HTTP/1.1 200 OK\r\nContent-Le"), "Reset ×3", "unresolved, ConnectionLost ×1"),
    (Fault::Reset("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id"), "Reset ×3", "unresolved, ConnectionLost ×1"),
    (Fault::Reset("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":7}"), "ok ×1", "done ×1"),
    (
        Fault::Reset("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"id"),
        "Reset ×3",
        "unresolved, ConnectionLost ×1",
    ),
    (
        Fault::Reset("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"id\":7}\r\n0\r\n"),
        "Reset ×3",
        "unresolved, ConnectionLost ×1",
    ),
    (
        Fault::Reset("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"id\":7}"),
        "Reset ×3",
        "unresolved, ConnectionLost ×1",
    ),
    (Fault::CloseRead, "Closed ×3", "unresolved, ConnectionLost ×1"),
    (Fault::HalfHead, "Closed ×3", "unresolved, ConnectionLost ×1"),
    (Fault::CutLength, "Closed ×3", "unresolved, ConnectionLost ×1"),
    (Fault::CutChunk, "Closed ×3", "unresolved, ConnectionLost ×1"),
    (Fault::CutLastLine, "Closed ×3", "unresolved, ConnectionLost ×1"),
    (Fault::CutClose, "Decode ×2", "unresolved, Unreadable ×1"),
    (Fault::Gzip, "Decode ×1", "unresolved, Unreadable ×1"),
    (Fault::Brotli, "Decode ×1", "unresolved, Unreadable ×1"),
    (Fault::Deflate, "Decode ×1", "unresolved, Unreadable ×1"),
    (Fault::OtherCharset, "Decode ×2", "unresolved, Unreadable ×1"),
    (Fault::LargeHeader, "TooLarge ×1", "unresolved, ConnectionLost ×1"),
    (Fault::ManyHeaders, "TooLarge ×1", "unresolved, ConnectionLost ×1"),
    (Fault::LargeBody, "TooLarge ×1", "unresolved, ConnectionLost ×1"),
    (Fault::LargeChunks, "TooLarge ×1", "unresolved, ConnectionLost ×1"),
    (Fault::TwoLengths, "BadFraming ×1", "unresolved, ConnectionLost ×1"),
    (Fault::NotHttp, "BadFraming ×1", "unresolved, ConnectionLost ×1"),
    (Fault::BrokenLine, "BadFraming ×1", "unresolved, ConnectionLost ×1"),
    (Fault::FoldedLine, "ok ×1", "done ×1"),
    (Fault::IdentityCoding, "ok ×1", "done ×1"),
    (Fault::TimeoutBetween, "ok ×1", "done ×1"),
    (Fault::Html, "Decode ×2", "unresolved, Unreadable ×1"),
    (Fault::OtherApi, "Decode ×1", "unresolved, Unreadable ×1"),
    (Fault::Deep, "Decode ×1", "unresolved, Unreadable ×1"),
    (Fault::Empty, "Decode ×2", "unresolved, Unreadable ×1"),
];

/// The points at which a server can stall, and the number of requests that have arrived by then.
const STALLS: &[(Fault, usize)] = &[
    (Fault::StallHandshake, 0),
    (Fault::StallUnread, 0),
    (Fault::StallHead, 1),
    (Fault::StallStatus, 1),
    (Fault::StallHeaders, 1),
    (Fault::StallBetween, 1),
    (Fault::StallLength, 1),
    (Fault::StallChunkSize, 1),
    (Fault::StallChunk, 1),
    (Fault::StallLastChunk, 1),
    (Fault::StallClose, 1),
    (Fault::DripHead, 1),
    (Fault::DripBody, 1),
    (Fault::DripContinue, 1),
];

const DEADLINES: [Duration; 3] = [Duration::from_millis(300), Duration::from_millis(600), Duration::from_millis(1200)];

/// How often a stall that fails is run again.
const RERUNS: u32 = 3;

/// More bytes than a socket's buffers hold.
const LARGE: usize = 12 << 20;

/// Answers that are hardly HTTP, which HTTP libraries read differently, and whether a client reads them: a call that acts
/// must not be done for one client, and unresolved for the other.
fn odd_answers() -> Vec<(String, bool)> {
    const BODY: &str = r#"{"id":7}"#;
    let chunked = |chunks: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
    let sized = |size: &str| chunked(&format!("{size}\r\n{BODY}\r\n0\r\n\r\n"));
    let trailed = |trailers: &str| chunked(&format!("8\r\n{BODY}\r\n0\r\n{trailers}\r\n\r\n"));
    let coded = |version: &str, coding: &str, body: &str| {
        format!("HTTP/{version} 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n{body}")
    };
    let chunks = format!("8\r\n{BODY}\r\n0\r\n\r\n");
    let led = |head: &str| format!("{head}\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{BODY}");
    let many = |count: usize| vec!["A: b"; count].join("\r\n");
    let read = [
        sized("008 ;name=\"a value that is longer than others\""),
        trailed("A: b"),
        trailed(&many(100)),
        coded("1.1", " Chunked", &chunks),
        coded("1.1", "identity", BODY),
        led("HTTP/1.1 100 Continue\r\nContent-Length: 3"),
        led("HTTP/1.1 103 Early Hints\r\nLink: x\r\n y"),
    ];
    let refused = [
        sized("+8"),
        sized(" 8"),
        sized("8,"),
        sized("0x8"),
        trailed("A"),
        trailed("A b: c"),
        trailed("A: b\r\n c"),
        trailed(&many(101)),
        coded("1.0", "chunked", BODY),
        coded("1.1", "gzip, chunked", &chunks),
        coded("1.1", "chunked, gzip", &chunks),
        coded("1.1", "chunked, gzip", BODY),
        coded("1.1", "chunked\r\nTransfer-Encoding: identity", &chunks),
        coded("1.1", "chunked\r\nContent-Length: 8\r\nContent-Length: 3", &chunks),
        coded("1.1", "identity\r\nContent-Length:", BODY),
        led(&format!("HTTP/1.1 103 Early Hints\r\n{}", many(101))),
        led("HTTP/1.1 100 Continue\r\nno colon"),
    ];
    read.map(|answer| (answer, true)).into_iter().chain(refused.map(|answer| (answer, false))).collect()
}

/// Runs a client against every fault except the stalls.
pub(super) fn run(make: Make<'_>) -> Report {
    let mut jobs: Vec<Job> = Vec::new();
    for (fault, safe, spends) in SCENARIOS {
        jobs.push(Job::new(fault, Verb::Get, safe));
        jobs.push(Job::new(fault, Verb::Order, spends));
    }
    for (answer, is_read) in odd_answers() {
        let expected = if is_read { "done ×1" } else { "unresolved, ConnectionLost ×1" };
        jobs.push(Job::new(&Fault::Odd(answer), Verb::Order, expected));
    }
    for fault in [Fault::ResetHalfRead, Fault::AnswerAfter(1 << 16)] {
        jobs.push(Job::new(&fault, Verb::Order, "unresolved, ConnectionLost ×1"));
    }
    // All but the end of the request, which fits into the buffers, so that the client has sent it.
    jobs.push(Job::new(&Fault::AnswerAfter(LARGE as u64), Verb::Order, "done ×1"));
    let mut report = play(make, &jobs);
    report.rows.extend([Verb::Get, Verb::Order].map(|verb| redirect(make, verb)));
    report
}

/// Runs a client against heads without end.
pub(super) fn run_flood(make: Make<'_>) -> Report {
    let jobs = [(Verb::Get, "TooLarge ×1"), (Verb::Order, "unresolved, ConnectionLost ×1")];
    let mut report = play(make, &jobs.map(|(verb, expected)| Job::new(&Fault::FloodContinue, verb, expected)));
    report.rows.push(flood_after_first(make));
    report
}

/// Checks that a body counts for nothing, and that the heads of a second answer over the same connection count.
fn flood_after_first(make: Make<'_>) -> Row {
    let server = start(Fault::FloodAfterFirst);
    let client = make(server.base_url(), Duration::from_secs(10));
    let first = play_verb(&*client, Verb::Get, 0);
    // A connection returns to its pool a moment after the answer.
    thread::sleep(Duration::from_millis(20));
    let second = play_verb(&*client, Verb::Get, 0);
    let used: BTreeSet<usize> = server.arrivals().iter().map(|arrival| arrival.connection).collect();
    let found = format!("{first}, {second} ×{}, connections ×{}", server.arrivals().len(), used.len());
    let expected = "ok, TooLarge ×2, connections ×1".to_owned();
    Row { name: "FloodAfterFirst Get".to_owned(), expected, found, late: None }
}

/// Runs a client against every stall, with three deadlines each.
pub(super) fn run_stalls(make: Make<'_>) -> Report {
    let mut jobs = Vec::new();
    for (fault, arrivals) in STALLS {
        let is_sent = *fault != Fault::StallHandshake;
        for deadline in DEADLINES {
            let mut add = |verb, expected: &str| {
                jobs.push(Job { deadline, is_stall: true, ..Job::new(fault, verb, expected) });
            };
            if *fault != Fault::StallUnread {
                add(Verb::Get, &format!("Timeout ×{arrivals}"));
            }
            let spends = if is_sent { "unresolved, TimedOut" } else { "not sent" };
            add(Verb::Order, &format!("{spends} ×{arrivals}"));
        }
    }
    play(make, &jobs)
}

/// Cancels a safe call at each stall; returns how it ended, and how long after the cancellation.
pub(super) fn cancel_stalls(make: Make<'_>) -> Vec<(String, Duration)> {
    let stalls = STALLS.iter().filter(|(fault, _)| *fault != Fault::StallUnread);
    let cancelled = stalls.map(|(fault, arrivals)| {
        let server = start(fault.clone());
        let (end, took) = cancel_soon(make, server.base_url());
        let socket = if server.is_quiet(Duration::from_secs(2)) { "" } else { ", left a socket" };
        let more = if server.arrivals().len() > *arrivals { ", sent again" } else { "" };
        (format!("{fault:?}: {end}{socket}{more}"), took)
    });
    let mut cancelled: Vec<_> = cancelled.collect();
    match full_listener() {
        Some((base, _queue)) => {
            let (end, took) = cancel_soon(make, base);
            cancelled.push((format!("connecting: {end}"), took));
        }
        None => println!("skipped: the queue of a listener does not fill on this system"),
    }
    cancelled
}

/// Cancels a safe call a moment after its start; returns how it ended, and how long after the cancellation.
fn cancel_soon(make: Make<'_>, base: BaseUrl) -> (&'static str, Duration) {
    let client = make(base, Duration::from_secs(20));
    let cancel = Cancel::new();
    let canceller = cancel.clone();
    let cancelling = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        let now = Instant::now();
        canceller.cancel();
        now
    });
    let error = client.get_until(cancel).err();
    let after = Instant::now();
    let before = cancelling.join().unwrap_or(after);
    let end = if error.is_some_and(|error| error.is_cancelled()) { "cancelled" } else { "not cancelled" };
    (end, after.saturating_duration_since(before))
}

/// The address of a listener that accepts nothing and whose queue is full, so that a connection to it is never made; `None`
/// if the queue cannot be filled.
fn full_listener() -> Option<(BaseUrl, (TcpListener, Vec<TcpStream>))> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    let address = listener.local_addr().ok()?;
    let mut queue = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queue.push(stream);
        if queue.len() > 5000 {
            return None;
        }
    }
    Some((format!("http://{address}").parse().ok()?, (listener, queue)))
}

/// Makes calls one after another to a server that closes each connection after the answer in spite of keep-alive;
/// returns the number of failed calls and of requests that arrived.
pub(super) fn repeat_calls(make: Make<'_>, calls: usize) -> (usize, usize) {
    let server = start(Fault::CloseBetween);
    let mut failures = 0;
    // Each call may meet the end of the connection of the one before, and a client has ten retries to begin with.
    for client in (0..calls / 10).map(|_| make(server.base_url(), Duration::from_secs(5))) {
        // Some calls begin before the client can know that the connection is closed, some after.
        for pause in (0..3).cycle().take(10).map(Duration::from_millis) {
            failures += usize::from(client.get().is_err());
            failures += usize::from(!client.order(0).is_done());
            thread::sleep(pause);
        }
    }
    (failures, server.arrivals().len())
}

/// Calls twice over a connection that is silent from the second request on; returns how the second call ended, how long
/// it took, and how many requests arrived.
pub(super) fn silent_connection(make: Make<'_>, deadline: Duration) -> (String, Duration, usize) {
    let server = start(Fault::SilentAfterFirst);
    let client = make(server.base_url(), deadline);
    assert_eq!(play_verb(&*client, Verb::Get, 0), "ok");
    // A connection returns to its pool a moment after the answer.
    thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    let found = play_verb(&*client, Verb::Get, 0);
    (found, start.elapsed(), server.arrivals().len())
}

/// Makes safe calls one after another to a server that says on each kept connection that it timed out.
pub(super) fn timed_out_connections(make: Make<'_>, calls: usize) -> (usize, usize) {
    let server = start(Fault::TimeoutBetween);
    let mut failures = 0;
    // Each call may meet the 408 of the one before, and a client has ten retries to begin with.
    for client in (0..calls / 10).map(|_| make(server.base_url(), Duration::from_secs(5))) {
        for pause in (0..3).cycle().take(10).map(Duration::from_millis) {
            if let Err(error) = client.get() {
                println!("{error:?}");
                failures += 1;
            }
            thread::sleep(pause);
        }
    }
    (failures, server.arrivals().len())
}

/// Makes calls one after another to a server that keeps its connections; returns how many of them the safe and the
/// spending calls used, which must not share any.
pub(super) fn connections(make: Make<'_>, calls: usize) -> (usize, usize) {
    let server = start(Fault::Nothing);
    let client = make(server.base_url(), Duration::from_secs(5));
    for _ in 0..calls {
        let is_fine = client.get().is_ok() && client.order(0).is_done();
        assert!(is_fine, "a call over a server without a fault failed");
        // A connection returns to its pool a moment after the answer.
        thread::sleep(Duration::from_millis(5));
    }
    let used_by = |verb: &str| -> BTreeSet<usize> {
        let arrivals = server.arrivals().into_iter().filter(|arrival| arrival.head.starts_with(verb));
        arrivals.map(|arrival| arrival.connection).collect()
    };
    let (safe, spends) = (used_by("GET"), used_by("POST"));
    assert!(safe.is_disjoint(&spends), "a spending call went over a connection of a safe one");
    (safe.len(), spends.len())
}

/// Makes calls one after another to a server that sets cookies; returns the names of the headers of each request, in
/// alphabetical order.
pub(super) fn headers_sent(make: Make<'_>, calls: usize) -> Vec<String> {
    let server = start(Fault::Cookies);
    let client = make(server.base_url(), Duration::from_secs(5));
    for _ in 0..calls {
        let is_fine = client.get().is_ok() && client.order(0).is_done();
        assert!(is_fine, "a call over a server that sets cookies failed");
    }
    let names = |head: &str| {
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut names: Vec<_> = lines.map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        names.join(" ")
    };
    server.arrivals().iter().map(|arrival| names(&arrival.head)).collect()
}

/// Makes a call whose path has an id of any text; returns the first line of its request.
pub(super) fn renamed(make: Make<'_>, id: &str) -> String {
    let server = start(Fault::Nothing);
    let result = make(server.base_url(), Duration::from_secs(5)).rename(id);
    assert!(result.is_ok(), "{id}: {result:?}");
    let arrivals = server.arrivals();
    let line = arrivals.first().and_then(|arrival| arrival.head.lines().next());
    line.unwrap_or_default().to_owned()
}

/// The text of the refusal with this status line, whose document has a code alone.
pub(super) fn refused(make: Make<'_>, line: &str) -> String {
    let server = start(Fault::Odd(format!("{line}\r\nContent-Length: 12\r\n\r\n{{\"code\":409}}")));
    let error = make(server.base_url(), Duration::from_secs(5)).get().expect_err(line);
    error.fault().unwrap_or_else(|| panic!("{line}: {error}")).message.clone()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    Order,
}

struct Job {
    fault: Fault,
    verb: Verb,
    deadline: Duration,
    is_stall: bool,
    expected: String,
}

impl Job {
    fn new(fault: &Fault, verb: Verb, expected: &str) -> Self {
        let deadline = Duration::from_secs(10);
        Self { fault: fault.clone(), verb, deadline, is_stall: false, expected: expected.to_owned() }
    }

    /// The job once more. Encoding a large body may take a slow machine longer than the deadline, and then nothing is
    /// sent, so that there is more time from turn to turn.
    fn again(&self, turn: u32) -> Self {
        let factor = if self.fault == Fault::StallUnread { 2_u32.pow(turn) } else { 1 };
        Self { fault: self.fault.clone(), deadline: self.deadline * factor, expected: self.expected.clone(), ..*self }
    }

    fn run(&self, make: Make<'_>) -> Row {
        let server = start(self.fault.clone());
        let client = make(server.base_url(), self.deadline);
        let is_large = matches!(self.fault, Fault::StallUnread | Fault::ResetHalfRead | Fault::AnswerAfter(_));
        let note = if is_large { LARGE } else { 0 };
        let start = Instant::now();
        let mut found = play_verb(&*client, self.verb, note);
        // A large body is first encoded, which takes time in a debug build, so the clock starts at the first
        // connection.
        let start = if note == 0 { start } else { server.contact().unwrap_or(start) };
        let late = start.elapsed().saturating_sub(self.deadline);
        // A connection that is left open holds a socket at both ends.
        if self.is_stall && !server.is_quiet(Duration::from_secs(2)) {
            found.push_str(", left a socket");
        }
        let arrivals = server.arrivals();
        if arrivals.iter().any(|arrival| arrival.head.lines().next().is_some_and(|line| line.contains(KEY))) {
            found.push_str(", showed the key");
        }
        let name = match self.is_stall {
            true => format!("{:?} {:?} {}", self.fault, self.verb, self.deadline.as_millis()),
            false => format!("{:?} {:?}", self.fault, self.verb),
        };
        found.push_str(&format!(" ×{}", arrivals.len()));
        Row { name, expected: self.expected.clone(), found, late: Some(late) }
    }
}

fn play(make: Make<'_>, jobs: &[Job]) -> Report {
    // Most of the time is spent waiting, so all jobs share the processors well enough.
    let rows = thread::scope(|scope| {
        let running: Vec<_> = jobs.iter().map(|job| scope.spawn(|| job.run(make))).collect();
        let rows = running.into_iter().map(|running| running.join().unwrap_or_else(|_| panic!("a scenario panicked")));
        // Other load of the machine may delay a stall: what is wrong with the client is wrong again, alone.
        let again = |(row, job): (Row, &Job)| match job.is_stall && !row.is_fine() {
            true => (1..=RERUNS).map(|turn| job.again(turn).run(make)).find(Row::is_fine).unwrap_or(row),
            false => row,
        };
        rows.zip(jobs).map(again).collect()
    });
    Report { rows }
}

/// Checks that a redirect is not followed and nothing is sent to its target.
fn redirect(make: Make<'_>, verb: Verb) -> Row {
    let elsewhere = start(Fault::Nothing);
    let server = start(Fault::Redirect(elsewhere.url(&format!("/item?key={KEY}"))));
    let client = make(server.base_url(), Duration::from_secs(5));
    let mut found = play_verb(&*client, verb, 0);
    let leaked = elsewhere.arrivals().len();
    found.push_str(&format!(" ×{}, elsewhere ×{leaked}", server.arrivals().len()));
    let expected = match verb {
        Verb::Get => "Unrecognised ×1, elsewhere ×0",
        Verb::Order => "unresolved, NotAnAnswer ×1, elsewhere ×0",
    };
    Row { name: format!("Redirect {verb:?}"), expected: expected.to_owned(), found, late: None }
}

fn start(fault: Fault) -> Server {
    Server::start(fault).unwrap_or_else(|error| panic!("no port on loopback: {error}"))
}

fn play_verb(client: &dyn Subject, verb: Verb, note: usize) -> String {
    match verb {
        Verb::Get => match client.get() {
            Ok(_) => "ok".to_owned(),
            Err(error) => match error.transport() {
                Some(transport) if transport.is_not_sent() && !transport.is_timeout() => {
                    format!("not sent, {:?}", transport.kind())
                }
                Some(transport) => format!("{:?}", transport.kind()),
                None => format!("{:?}", error.kind()),
            },
        },
        Verb::Order => match client.order(note) {
            Outcome::Unresolved(ticket) => format!("unresolved, {:?}", ticket.cause()),
            outcome => outcome.as_str().to_owned(),
        },
    }
}
