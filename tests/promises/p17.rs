//! P17: a truncated body is an error. Every answer of the examples is cut and decoded, and some also through a socket, in
//! three framings, by both clients. `HOSTKIT_PROMISE_SIZE=long` cuts at every byte.

use std::fmt::Debug;
use std::marker::PhantomData;

use hostkit::protocol::Value;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::{Serve, example};
use hostkit::time::ManualClock;
use hostkit::{Call, Effect, Endpoint, Format, UnixTime, UnknownFields};
use hostkit_apis::ForEach;
use hostkit_tests::clients::{Client, runtime};
use hostkit_tests::raw_server::RawServer;
use hostkit_tests::{entries, sign_in, size};

#[test]
fn every_cut_is_an_error() {
    let (mut cuts, mut whole, mut endless, mut wrong) = (0, 0, 0, Vec::new());
    for entry in entries::all() {
        for answer in &entry.answers {
            // Only the framing says where text, the pairs of a form and a scalar alone end.
            let tree = entries::tree(answer.format, &answer.bytes);
            let is_scalar = matches!(tree, Some(Value::Number(_) | Value::Text(_)));
            if entry.info.is_raw || answer.format == Format::Form || is_scalar {
                endless += 1;
                continue;
            }
            // A cut shortly before the end is the likeliest to be overlooked.
            let (length, step) = (answer.bytes.len(), size::size(11, 3, 1));
            for end in (0..length).filter(|end| end.is_multiple_of(step) || (length - end <= 32 && !size::is_small())) {
                cuts += 1;
                let cut = &answer.bytes[..end];
                if !(entry.accepts)(answer.status, cut) {
                    continue;
                }
                // Whitespace after the document is not part of it.
                if answer.bytes[end..].iter().all(u8::is_ascii_whitespace) {
                    whole += 1;
                    continue;
                }
                wrong.push(format!("{} {} {} at {end}", entry.folder, answer.case, answer.format));
            }
        }
    }
    println!(
        "P17: {cuts} cases, cuts of answers; {whole} of them only cut off a line end, {endless} answers end where their \
         framing says, {} accepted",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cuts > size::size(10_000, 30_000, 100_000), "{cuts} cuts");
}

/// How the end of a body is marked.
#[derive(Debug, Clone, Copy)]
enum Framing {
    Length,
    Chunked,
    Close,
}

/// A cut answer on the wire.
fn message(framing: Framing, whole: &[u8], end: usize) -> Vec<u8> {
    let cut = &whole[..end];
    let head = match framing {
        Framing::Length => format!("Content-Length: {}", whole.len()),
        Framing::Chunked => "Transfer-Encoding: chunked".to_owned(),
        Framing::Close => "Connection: close".to_owned(),
    };
    let mut bytes = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes();
    if let Framing::Chunked = framing {
        // The size of the chunk is that of the whole body, and the last chunk never comes.
        bytes.extend_from_slice(format!("{:x}\r\n", whole.len()).as_bytes());
    }
    bytes.extend_from_slice(cut);
    bytes
}

/// Serves one answer, cut at several bytes, in each framing to both clients; `None` if the whole one is not taken.
fn through_a_socket<A: Served>(
    call: &dyn Fn(&Client<A>) -> Result<String, String>,
    folder: &str,
    format: Format,
    whole: &[u8],
) -> Option<usize> {
    let server = RawServer::start();
    let url = &server.url;
    let credentials = sign_in::credentials::<A>("key-of-a-test");
    server.script().sign_in = sign_in::answer::<A>(&credentials, url, "token-of-a-test");
    let clock = || ManualClock::new(UnixTime(1_327_363_202));
    let blocking = hostkit_ureq::Client::<A>::builder(credentials.clone())
        .base_url(url.parse().expect("a base URL"))
        .unknown_fields(UnknownFields::Collect)
        .format(format)
        .clock(clock())
        .build()
        .expect("a blocking client");
    let asynchronous = hostkit_reqwest::Client::<A>::builder(credentials)
        .base_url(url.parse().expect("a base URL"))
        .format(format)
        .clock(clock())
        .build()
        .expect("an async client");
    let clients = [Client::Blocking(blocking), Client::Async(asynchronous, runtime())];
    let end = whole.trim_ascii_end().len();
    // The control: the whole answer is accepted.
    server.script().answer = message(Framing::Close, whole, whole.len());
    clients.iter().all(|client| call(client).is_ok()).then_some(())?;
    let mut count = 0;
    for framing in [Framing::Length, Framing::Chunked, Framing::Close] {
        let step = if size::is_long() { 1 } else { end / 12 + 1 };
        for cut in (0..end).step_by(step).chain([end - 1]) {
            server.script().answer = message(framing, whole, cut);
            for (client, kind) in clients.iter().zip(["blocking", "async"]) {
                let found = call(client);
                assert!(found.is_err(), "{folder} cut at {cut}, {framing:?}, {kind}: {found:?}");
                count += 1;
            }
        }
    }
    Some(count)
}

/// The cuts of one read of each API in each format.
#[derive(Default)]
struct Cuts {
    count: usize,
    apis: usize,
}

struct CutsOf<'c, A> {
    formats: Vec<Format>,
    cuts: &'c mut Cuts,
    api: PhantomData<A>,
}

impl<A: Served> Visitor for CutsOf<'_, A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        let Some(case) = examples.requests.first() else { return };
        if E::INFO.is_raw || E::INFO.effect != Effect::Safe || !E::INFO.authorised {
            return;
        }
        let call: E = example::call(&entries::place(examples.folder, case));
        let call = |client: &Client<A>| match client.call_full(&call) {
            Ok(reply) => Ok(format!("{:?}", reply.value)),
            Err(error) => Err(error.to_string()),
        };
        for (case, format, status) in examples.answers {
            let whole = example::bytes(&entries::place(examples.folder, case), *format);
            let is_object = matches!(entries::tree(*format, &whole), Some(Value::Map(_) | Value::List(_)));
            if *status != 200 || !is_object || !A::INFO.formats.contains(format) || self.formats.contains(format) {
                continue;
            }
            if let Some(count) = through_a_socket::<A>(&call, examples.folder, *format, &whole) {
                self.formats.push(*format);
                self.cuts.count += count;
            }
        }
    }
}

impl ForEach for Cuts {
    fn api<A: Served>(&mut self) {
        let mut cuts = CutsOf::<A> { formats: Vec::new(), cuts: self, api: PhantomData };
        A::every(&mut cuts);
        let formats = cuts.formats.len();
        assert!(formats > 0, "{}: no answer was cut", A::INFO.name);
        self.apis += 1;
    }
}

#[test]
fn cuts_through_a_socket() {
    let mut cuts = Cuts::default();
    hostkit_apis::each(&mut cuts);
    let Cuts { count, apis } = cuts;
    println!("P17: {count} cases, cuts through a socket in three framings, of {apis} APIs, by both clients");
    assert!(apis > 1 && count > 100 * apis, "{count} cuts of {apis} APIs");
}
