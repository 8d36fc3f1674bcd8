//! P16: limits count decoded bytes, bytes of headers, header lines, list lengths and nodes. Calls of each effect, by
//! both clients, over a real socket: an answer at a limit is accepted; one over it is an error, and for an acting call
//! `Unresolved`, because the request had arrived.

use std::fmt::{Debug, Write as _};

use hostkit::protocol::server::{Serve, example};
use hostkit::protocol::wire::{Format, Limits, Node, parse};
use hostkit::transport::AnswerLimits;
use hostkit::{Call, CallOptions, Outcome, Perform};
use hostkit_tests::raw_server::RawServer;
use hostkit_tests::{entries, size};
use macloud_proto::{Credentials, Macloud};

use crate::{MEMORY, alone};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Taken,
    /// An error; what happened is open, unless the call is safe.
    Open,
    NotSent,
    Rejected,
}

struct Ground {
    server: RawServer,
    blocking: hostkit_ureq::Client<Macloud>,
    asynchronous: hostkit_reqwest::Client<Macloud>,
    runtime: tokio::runtime::Runtime,
}

impl Ground {
    fn new() -> Self {
        let server = RawServer::start();
        let url = || server.url.parse().expect("a base URL");
        let credentials = || Credentials::token("token-of-a-test");
        Self {
            blocking: hostkit_ureq::Client::builder(credentials()).base_url(url()).build().expect("a client"),
            asynchronous: hostkit_reqwest::Client::builder(credentials()).base_url(url()).build().expect("a client"),
            // A worker thread, which between calls closes the connection of an answer that was not read.
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime"),
            server,
        }
    }
}

type Make = dyn Fn(&Ground, CallOptions, bool) -> End;

/// A call of one effect, with a valid answer.
struct Class {
    effect: &'static str,
    answer: Vec<u8>,
    /// Makes the call with the blocking client or the async one.
    make: Box<Make>,
}

fn class<E>(
    folder: &'static str,
    case: &'static str,
    make: impl Fn(&E, &Ground, CallOptions, bool) -> End + 'static,
) -> Class
where
    E: Serve + Debug + 'static,
{
    let call: E = example::call(&entries::place(folder, "request"));
    let answer = example::bytes(&entries::place(folder, case), Format::Json);
    Class {
        effect: E::INFO.effect.as_str(),
        answer,
        make: Box::new(move |ground, options, is_blocking| make(&call, ground, options, is_blocking)),
    }
}

fn calling<E: Serve + Call<Api = Macloud> + Debug + 'static>(folder: &'static str, case: &'static str) -> Class {
    class::<E>(folder, case, |call, ground, options, is_blocking| {
        let result = match is_blocking {
            true => ground.blocking.with(options).call_full(call),
            false => ground.runtime.block_on(ground.asynchronous.with(options).call_full(call)),
        };
        match result {
            Ok(_) => End::Taken,
            Err(error) if error.transport().is_some_and(hostkit::transport::TransportError::is_not_sent) => {
                End::NotSent
            }
            Err(error) if error.fault().is_some() => End::Rejected,
            // The error of an idempotent call has to say that it may have happened.
            Err(error) => {
                let is_safe = E::INFO.effect == hostkit::Effect::Safe;
                assert_eq!(error.may_have_happened(), !is_safe, "{}: {error}", E::INFO.name);
                End::Open
            }
        }
    })
}

fn performing<E: Serve + Perform<Api = Macloud> + Debug + 'static>(folder: &'static str, case: &'static str) -> Class {
    class::<E>(folder, case, |call, ground, options, is_blocking| {
        let outcome = match is_blocking {
            true => ground.blocking.with(options.unread()).perform_full(call),
            false => ground.runtime.block_on(ground.asynchronous.with(options.unread()).perform_full(call)),
        };
        match outcome {
            Outcome::Done(_) | Outcome::Accepted(..) => End::Taken,
            Outcome::Unresolved(_) => End::Open,
            Outcome::NotSent(_) => End::NotSent,
            Outcome::Rejected(_) => End::Rejected,
        }
    })
}

fn classes() -> Vec<Class> {
    vec![
        calling::<macloud_proto::account::GetAccount>("macloud/account/get_account", "document"),
        calling::<macloud_proto::ssh_keys::UpdateKey>("macloud/ssh_keys/update_key", "updated"),
        performing::<macloud_proto::ssh_keys::CreateKey>("macloud/ssh_keys/create_key", "created"),
        performing::<macloud_proto::servers::CreateServer>("macloud/servers/create_server", "queued"),
        performing::<macloud_proto::ssh_keys::DeleteKey>("macloud/ssh_keys/delete_key", "deleted"),
    ]
}

/// How the end of a body is marked.
#[derive(Debug, Clone, Copy)]
enum Framing {
    Length,
    Chunked,
    Close,
}

const FRAMINGS: [Framing; 3] = [Framing::Length, Framing::Chunked, Framing::Close];

fn message(framing: Framing, headers: &str, body: &[u8]) -> Vec<u8> {
    let (head, before, behind) = match framing {
        Framing::Length => (format!("Content-Length: {}", body.len()), String::new(), ""),
        Framing::Chunked => ("Transfer-Encoding: chunked".to_owned(), String::new(), "\r\n0\r\n\r\n"),
        Framing::Close => ("Connection: close".to_owned(), String::new(), ""),
    };
    if let Framing::Chunked = framing {
        // Two chunks, so that the limit is not the size of one.
        let half = body.len() / 2;
        let before = format!("{half:x}\r\n");
        let middle = format!("\r\n{:x}\r\n", body.len() - half);
        let chunks = [before.as_bytes(), &body[..half], middle.as_bytes(), &body[half..], behind.as_bytes()].concat();
        return [format!("HTTP/1.1 200 OK\r\n{headers}{head}\r\n\r\n").as_bytes(), &chunks].concat();
    }
    [format!("HTTP/1.1 200 OK\r\n{headers}{head}\r\n\r\n{before}").as_bytes(), body, behind.as_bytes()].concat()
}

/// One answer, with the options of the call and its expected end.
struct Case {
    name: String,
    bytes: Vec<u8>,
    options: CallOptions,
    expected: End,
}

/// The cases of an answer; those of 16 MiB only with `is_large`.
fn cases(answer: &[u8], is_large: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: String, bytes: Vec<u8>, options: CallOptions, is_taken: bool| {
        cases.push(Case { name, bytes, options, expected: if is_taken { End::Taken } else { End::Open } });
    };
    let within = |limits: AnswerLimits| CallOptions::new().answer_limits(limits);
    let bomb = bomb(answer);
    for framing in FRAMINGS {
        if is_large {
            // The default limit is 16 MiB; blanks after the document count towards the body.
            let full = [answer, &vec![b' '; AnswerLimits::DEFAULT.max_body - answer.len()]].concat();
            let over = [&full[..], b" "].concat();
            add(format!("{framing:?}, 16 MiB"), message(framing, "", &full), CallOptions::new(), true);
            add(format!("{framing:?}, 16 MiB and a byte"), message(framing, "", &over), CallOptions::new(), false);
        }
        let limits = AnswerLimits { max_body: answer.len(), ..AnswerLimits::DEFAULT };
        add(format!("{framing:?}, at the limit"), message(framing, "", answer), within(limits), true);
        let limits = AnswerLimits { max_body: answer.len() - 1, ..limits };
        add(format!("{framing:?}, one byte over"), message(framing, "", answer), within(limits), false);
        let encoding = "Content-Encoding: gzip\r\n";
        add(format!("{framing:?}, a gzip bomb"), message(framing, encoding, &bomb), CallOptions::new(), false);
    }
    let lines = |count: usize| {
        (0..count).fold(String::new(), |mut text, n| {
            // Writing to a String does not fail.
            let _ = write!(text, "X-{n}: 1\r\n");
            text
        })
    };
    let with = |headers: String| message(Framing::Length, &headers, answer);
    add(
        "1 MB of header".to_owned(),
        with(format!("X-Large: {}\r\n", "x".repeat(1_000_000))),
        CallOptions::new(),
        false,
    );
    add("100000 header lines".to_owned(), with(lines(100_000)), CallOptions::new(), false);
    // The length is a header line, too.
    add("100 header lines".to_owned(), with(lines(99)), CallOptions::new(), true);
    add("101 header lines".to_owned(), with(lines(100)), CallOptions::new(), false);
    let length = "content-length".len() + answer.len().to_string().len() + "x-large".len();
    for (extra, is_taken) in [(0, true), (1, false)] {
        let limits = AnswerLimits { max_head: 1_000, ..AnswerLimits::DEFAULT };
        let header = format!("X-Large: {}\r\n", "x".repeat(1_000 - length + extra));
        add(format!("{} bytes of headers of 1000", 1_000 + extra), with(header), within(limits), is_taken);
    }
    let document = parse(Format::Json, answer, &Limits::DEFAULT).expect("an answer");
    let (nodes, depth) = (document.node_count(), depth(document.root()));
    let items = longest(document.root());
    let small = Limits { max_nodes: nodes, max_depth: depth, max_items: items, max_bytes: answer.len() };
    let tree = |limits: Limits| CallOptions::new().tree_limits(limits);
    add("a tree at its limits".to_owned(), with(String::new()), tree(small), true);
    for (name, limits) in [
        ("a node over", Limits { max_nodes: nodes - 1, ..small }),
        ("a level over", Limits { max_depth: depth - 1, ..small }),
        // An item is a child of a list or an object; the outermost value is none.
        ("an item over", Limits { max_items: items - 1, ..small }),
        ("a byte of the tree over", Limits { max_bytes: answer.len() - 1, ..small }),
    ] {
        add(name.to_owned(), with(String::new()), tree(limits), false);
    }
    cases
}

fn depth(node: Node<'_>) -> usize {
    let below = node.entries().map(|(_, node)| depth(node)).chain(node.items().map(depth)).max();
    usize::from(matches!(node.kind(), hostkit::protocol::wire::Kind::Map | hostkit::protocol::wire::Kind::List))
        + below.unwrap_or(0)
}

fn longest(node: Node<'_>) -> usize {
    let below = node.entries().map(|(_, node)| longest(node)).chain(node.items().map(longest)).max();
    (node.entries().count() + node.items().count()).max(below.unwrap_or(0))
}

/// The answer followed by 64 MiB of blanks, in gzip: 160 to 1. Only a client that decompresses sees the answer.
fn bomb(answer: &[u8]) -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff], free: 0 };
    // One block, the last, with the fixed codes.
    bits.low_first(1, 1);
    bits.low_first(1, 2);
    for byte in answer.iter().chain(b" ") {
        match u32::from(*byte) {
            byte @ 0..144 => bits.high_first(0x30 + byte, 8),
            byte => bits.high_first(0x190 + byte - 144, 9),
        }
    }
    for _ in 0..(64 << 20) / 258 {
        // Repeats the last byte 258 times.
        bits.high_first(0b1100_0101, 8);
        bits.high_first(0, 5);
    }
    bits.high_first(0, 7);
    // The checksum is wrong, but checking it requires decompressing everything first.
    [bits.bytes, vec![0; 8]].concat()
}

struct Bits {
    bytes: Vec<u8>,
    /// Free bits of the last byte.
    free: u32,
}

impl Bits {
    fn bit(&mut self, bit: u32) {
        if self.free == 0 {
            self.bytes.push(0);
            self.free = 8;
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= (bit as u8 & 1) << (8 - self.free);
        }
        self.free -= 1;
    }

    fn low_first(&mut self, value: u32, count: u32) {
        (0..count).for_each(|at| self.bit(value >> at));
    }

    fn high_first(&mut self, value: u32, count: u32) {
        (0..count).rev().for_each(|at| self.bit(value >> at));
    }
}

#[test]
fn what_is_over_a_limit_is_not_taken() {
    let _alone = alone();
    let ground = Ground::new();
    let (mut count, mut worst, mut effects) = (0, 0.0_f64, Vec::new());
    for class in classes() {
        effects.push(class.effect);
        // The cases of 16 MiB are the same for every effect; unless the size is long, only a safe and a spending call try
        // them.
        let is_large = matches!(class.effect, "safe" | "spends") || size::is_long();
        for case in cases(&class.answer, is_large) {
            let length = case.bytes.len();
            ground.server.script().answer = case.bytes;
            for is_blocking in [true, false] {
                ground.server.script().targets.clear();
                let before = MEMORY.current_usage();
                MEMORY.reset_peak_usage();
                let end = (class.make)(&ground, case.options.clone(), is_blocking);
                let used = MEMORY.peak_usage().saturating_sub(before);
                let client = if is_blocking { "blocking" } else { "async" };
                let shown = format!("{} call, {client}, {}", class.effect, case.name);
                assert_eq!(end, case.expected, "{shown}");
                let arrivals = ground.server.script().targets.len();
                // A safe call may be retried after an unreadable document, an acting one never.
                assert!(arrivals == 1 || (arrivals == 2 && class.effect == "safe"), "{shown}: {arrivals} arrivals");
                // The server's own copy of the answer counts, too.
                assert!(used <= 16 * length + (16 << 20), "{shown}: {used} bytes for an answer of {length}");
                worst = worst.max(used as f64 / (1 << 20) as f64);
                count += 1;
            }
        }
    }
    println!("P16: {count} cases, {} classes of effect, both clients; at most {worst:.0} MiB", effects.len());
    assert_eq!(effects, ["safe", "idempotent", "state", "spends", "destructive"]);
}
