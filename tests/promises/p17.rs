//! P17: a truncated body is an error. Every answer of the examples is cut and decoded, and some also through a socket, in
//! three framings, by both clients. `HOSTKIT_PROMISE_SIZE=long` cuts at every byte.

use hostkit::protocol::server::example;
use hostkit::time::ManualClock;
use hostkit::{Format, UnixTime, UnknownFields};
use hostkit_tests::raw_server::RawServer;
use hostkit_tests::{entries, size};

#[test]
fn every_cut_is_an_error() {
    let (mut cuts, mut whole, mut wrong) = (0, 0, Vec::new());
    for entry in entries::all() {
        for answer in &entry.answers {
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
    println!("P17: {cuts} cases, cuts of answers; {whole} of them only cut off a line end, {} accepted", wrong.len());
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

/// Serves one answer, cut at several bytes, in each framing to both clients.
fn through_a_socket<E>(
    credentials: <E::Api as hostkit::Api>::Credentials,
    folder: &'static str,
    case: &'static str,
    format: Format,
) -> usize
where
    E: hostkit::protocol::server::Serve + hostkit::Call + std::fmt::Debug,
    E::Output: std::fmt::Debug,
{
    let server = RawServer::start();
    let url = &server.url;
    server.script().sign_in_marker = "\r\nx-auth-user:".to_owned();
    server.script().sign_in = format!(
        "HTTP/1.1 204 No Content\r\nX-Auth-Token: token-of-a-test\r\nX-Server-Management-Url: {url}/v1\r\n\r\n"
    )
    .into_bytes();
    let clock = || ManualClock::new(UnixTime(1_327_363_202));
    let blocking = hostkit_ureq::Client::<E::Api>::builder(credentials.clone())
        .base_url(url.parse().expect("a base URL"))
        .unknown_fields(UnknownFields::Collect)
        .clock(clock())
        .build()
        .expect("a blocking client");
    let asynchronous = hostkit_reqwest::Client::<E::Api>::builder(credentials)
        .base_url(url.parse().expect("a base URL"))
        .clock(clock())
        .build()
        .expect("an async client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let call: E = example::call(&entries::place(folder, "request"));
    let whole = example::bytes(&entries::place(folder, case), format);
    let end = whole.trim_ascii_end().len();
    // The control: the whole answer is accepted.
    server.script().answer = message(Framing::Close, &whole, whole.len());
    assert!(blocking.call(&call).is_ok() && runtime.block_on(asynchronous.call(&call)).is_ok(), "{folder} whole");
    let mut count = 0;
    for framing in [Framing::Length, Framing::Chunked, Framing::Close] {
        let step = if size::is_long() { 1 } else { end / 12 + 1 };
        for cut in (0..end).step_by(step).chain([end - 1]) {
            server.script().answer = message(framing, &whole, cut);
            let found = blocking.call(&call);
            assert!(found.is_err(), "{folder} cut at {cut}, {framing:?}, blocking: {found:?}");
            let found = runtime.block_on(asynchronous.call(&call));
            assert!(found.is_err(), "{folder} cut at {cut}, {framing:?}, async: {found:?}");
            count += 2;
        }
    }
    count
}

#[test]
fn cuts_through_a_socket() {
    let macloud = macloud_proto::Credentials::token("token-of-a-test");
    let inferno = inferno_proto::Credentials::key(777, "key-of-a-test");
    let rootpanel = rootpanel_proto::Credentials::api_key("login", "key-of-a-test");
    let clodo = clodo_proto::Credentials::key("login", "key-of-a-test");
    let mut count =
        through_a_socket::<clodo_proto::images::ListImages>(clodo, "clodo/images/list_images", "three", Format::Xml);
    count += through_a_socket::<macloud_proto::account::GetAccount>(
        macloud,
        "macloud/account/get_account",
        "document",
        Format::Json,
    );
    count += through_a_socket::<inferno_proto::products::ListProducts>(
        inferno,
        "inferno/products/list_products",
        "keyed",
        Format::Json,
    );
    count += through_a_socket::<rootpanel_proto::tariffs::GetTarifs>(
        rootpanel,
        "rootpanel/tariffs/get_tarifs",
        "plans",
        Format::Php,
    );
    println!("P17: {count} cases, cuts through a socket in three framings, by both clients");
}
