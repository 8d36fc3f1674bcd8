//! P16: every list of every answer has its own limit in the spec. That many items are accepted; with one more the call
//! ends with an error that names the limit, and an acting call is unresolved, since its request had arrived. What is over
//! a limit is not asked for again, and an option of the call and the client raises it.
//!
//! The lists are read from the specs, so that new ones are included.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hostkit::machinery::ClientCore;
use hostkit::machinery::drive;
use hostkit::protocol::RawAnswer;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::{Serve, example};
use hostkit::protocol::wire::Limits;
use hostkit::time::ManualClock;
use hostkit::transport::{AnswerLimits, Incoming, Outgoing, Transport, TransportError};
use hostkit::{Api, Call, CallOptions, Endpoint, Format, Outcome, Perform, UnixTime, UnknownFields};
use hostkit_apis::ForEach;
use hostkit_codegen::AnswerList;
use hostkit_tests::raw_server::RawServer;
use hostkit_tests::{entries, lists, sign_in, size};

/// Lists of which no example has an item that could be repeated: Clodo never sends private addresses, a template of
/// Macloud fits every plan, and the invented boxes of a map are empty.
const UNSHOWN: &[&str] = &[
    "clodo/servers/get_server: server/addresses/private",
    "clodo/servers/list_server_details: servers/*/addresses/private",
    "clodo/servers/list_servers: servers/*/addresses/private",
    "macloud/reference/list_group_templates: data/*/server-plan",
    "obstacle/answers/map_boxes: boxes/*/things",
];

const URL: &str = "http://127.0.0.1:9";

/// Wide limits of the tree and the body, which are tested elsewhere and would otherwise apply first.
const TREE: Limits = Limits { max_bytes: 1 << 30, max_nodes: usize::MAX, max_items: usize::MAX, ..Limits::DEFAULT };
const BODY: AnswerLimits = AnswerLimits { max_body: 1 << 30, ..AnswerLimits::DEFAULT };

/// A transport with a fixed answer, which accepts every sign-in.
struct Canned {
    answer: Mutex<(u16, Vec<u8>)>,
    sign_in: Option<sign_in::Answer>,
}

impl Transport for Canned {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        if let Some(sign_in) = self.sign_in.as_ref().filter(|sign_in| sign_in.endpoint == outgoing.endpoint) {
            let incoming = Incoming::new(&outgoing.limits, sign_in.status, sign_in.headers.clone())?;
            return incoming.with_body(sign_in.body.clone());
        }
        let (status, body) = self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Incoming::new(&outgoing.limits, status, http::HeaderMap::new())?.with_body(body)
    }
}

/// How a call ended: accepted, or else whether it may have happened, and the error.
type End = Result<(), (bool, String)>;

struct Fill<A: Api> {
    core: ClientCore<A>,
    clock: ManualClock,
    server: Canned,
    lists: Vec<AnswerList>,
    /// The limits tried so far.
    tried: Vec<usize>,
    unshown: BTreeSet<String>,
    acting: usize,
}

impl<A: Served> Fill<A> {
    fn new() -> Self {
        let credentials = sign_in::credentials::<A>("key-of-a-test");
        let clock = ManualClock::new(UnixTime(1_327_363_202));
        let base = URL.parse().expect("a base URL");
        let core =
            ClientCore::builder(credentials.clone()).base_url(base).clock(clock.clone()).build().expect("a client");
        let sign_in = sign_in::answer::<A>(&credentials, URL, "token-of-a-test");
        let server = Canned { answer: Mutex::new((200, Vec::new())), sign_in };
        let lists = lists::of(A::INFO.name);
        Self { core, clock, server, lists, tried: Vec::new(), unshown: BTreeSet::new(), acting: 0 }
    }

    fn each<E>(&mut self, examples: &Examples, acts: bool, run: impl Fn(&Self, &E, CallOptions) -> End)
    where
        E: Serve + Endpoint<Api = A> + Debug + 'static,
    {
        let Some(case) = examples.requests.first() else { return };
        let call: E = example::call(&entries::place(examples.folder, case));
        self.lists_of(examples, acts, decode::<E>, &|fill, options| run(fill, &call, options));
    }

    fn lists_of(&mut self, examples: &Examples, acts: bool, decode: Decode, run: &dyn Fn(&Self, CallOptions) -> End) {
        let lists: Vec<_> = self.lists.iter().filter(|list| list.endpoint == examples.folder).cloned().collect();
        for list in lists {
            if list.max_items > size::size(1_000, 10_000, usize::MAX) {
                continue;
            }
            let mut formats: Vec<Format> = Vec::new();
            for (case, format, status) in examples.answers {
                if formats.contains(format) {
                    continue;
                }
                let bytes = example::bytes(&entries::place(examples.folder, case), *format);
                let Some(tree) = entries::tree(*format, &bytes) else { continue };
                let takes = |bytes: &[u8]| decode(*status, bytes, UnknownFields::Deny).is_ok();
                let Some(mut bodies) = lists::Bodies::new(&list, *format, &tree, &takes) else { continue };
                formats.push(*format);
                let shown = format!("{} in {format}", lists::name(&list));
                let options = || CallOptions::new().answer_limits(BODY).tree_limits(TREE);
                self.answer(*status, bodies.with(list.max_items));
                let end = run(self, options().unknown_fields(UnknownFields::Deny));
                assert_eq!(end, Ok(()), "{shown}: {} items", list.max_items);
                let over = bodies.with(list.max_items + 1);
                self.answer(*status, over.clone());
                let Err((is_open, why)) = run(self, options()) else {
                    panic!("{shown}: {} items and one more is taken", list.max_items);
                };
                assert_eq!(is_open, acts, "{shown}: {why}");
                // A ticket does not keep the reason.
                let why = decode(*status, &over, UnknownFields::Collect);
                let limit = format!("at most {} items", list.max_items);
                assert!(why.as_ref().is_err_and(|why| why.contains(&limit)), "{shown}: {why:?}");
                self.tried.push(list.max_items);
                self.acting += usize::from(acts);
            }
            if formats.is_empty() {
                self.unshown.insert(lists::name(&list));
            }
        }
    }

    fn answer(&self, status: u16, bytes: Vec<u8>) {
        // Lets the spec's rate limits pass.
        self.clock.advance(Duration::from_secs(3_600));
        *self.server.answer.lock().unwrap_or_else(PoisonError::into_inner) = (status, bytes);
    }
}

type Decode = fn(u16, &[u8], UnknownFields) -> Result<(), String>;

fn decode<E: Endpoint>(status: u16, bytes: &[u8], unknown: UnknownFields) -> Result<(), String> {
    let headers = http::HeaderMap::new();
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, bytes);
    let answer = answer.with_unknown_fields(unknown).with_limits(TREE);
    E::decode(&answer).map(drop).map_err(|error| error.to_string())
}

impl<A: Served> Visitor for Fill<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        // The error of a call that sets a state says that it may have happened, too.
        let changes = E::INFO.effect != hostkit::Effect::Safe;
        self.each::<E>(examples, changes, |fill, call, options| {
            let result = drive(fill.core.call(call, options), &fill.server, &fill.clock);
            result.map(drop).map_err(|error| (error.may_have_happened(), error.to_string()))
        });
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, true, |fill, call, options| {
            match drive(fill.core.perform(call, options.unread()), &fill.server, &fill.clock) {
                Outcome::Done(_) | Outcome::Accepted(..) => Ok(()),
                Outcome::Unresolved(ticket) => Err((true, ticket.to_string())),
                Outcome::NotSent(why) => Err((false, format!("{why:?}"))),
                Outcome::Rejected(rejection) => Err((false, format!("{rejection:?}"))),
            }
        });
    }
}

#[derive(Default)]
struct Fills {
    tried: Vec<usize>,
    acting: usize,
    unshown: BTreeSet<String>,
}

impl ForEach for Fills {
    fn api<A: Served>(&mut self) {
        let mut fill = Fill::<A>::new();
        A::every(&mut fill);
        self.tried.append(&mut fill.tried);
        self.unshown.append(&mut fill.unshown);
        self.acting += fill.acting;
    }
}

#[test]
fn a_list_over_its_limit_is_not_taken() {
    let mut fills = Fills::default();
    hostkit_apis::each(&mut fills);
    let Fills { tried, acting, unshown } = fills;
    let largest = tried.iter().max().copied().unwrap_or_default();
    println!(
        "P16: {} cases, lists at their limit and one over, up to {largest} items; {acting} of calls that act",
        tried.len()
    );
    let is_listed = |list: &&str| UNSHOWN.contains(list);
    let unlisted: Vec<_> = unshown.iter().map(String::as_str).filter(|list| !is_listed(list)).collect();
    assert!(unlisted.is_empty(), "no example has an item of:\n{}", unlisted.join("\n"));
    // The smaller sizes skip the long lists.
    assert!(unshown.len() == UNSHOWN.len() || !size::is_long(), "shown by now: {UNSHOWN:?} but {unshown:?}");
    assert!(tried.len() >= size::size(1, 20, 60), "{} lists", tried.len());
}

/// Lists data centres with either client; the number of them or the error, and how often they were asked for.
fn ask(server: &RawServer, client: AnswerLimits, call: CallOptions) -> [(Result<usize, String>, usize); 2] {
    let credentials = || macloud_proto::Credentials::token("token-of-a-test");
    let read = macloud_proto::reference::ListDatacenters::new();
    let base = || server.url.parse().expect("a base URL");
    macro_rules! asked {
        ($ask:expr) => {{
            server.script().targets.clear();
            let found = $ask.map(|found| found.len()).map_err(|error: hostkit::Error<_>| error.to_string());
            (found, server.script().targets.len())
        }};
    }
    let blocking = hostkit_ureq::Client::builder(credentials()).base_url(base()).answer_limits(client);
    let blocking = blocking.build().expect("a client").with(call.clone());
    let other = hostkit_reqwest::Client::builder(credentials()).base_url(base()).answer_limits(client);
    let other = other.build().expect("a client").with(call);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    [asked!(blocking.call(&read)), asked!(runtime.block_on(other.call(&read)))]
}

#[test]
fn what_is_over_a_limit_is_asked_for_once() {
    let server = RawServer::start();
    let answer = |items: usize| {
        let item = |id| format!(r#"{{"id":{},"name":"a","country":"ru","active":true}}"#, id + 1);
        let items: Vec<_> = (0..items).map(item).collect();
        let body = format!(r#"{{"status":"ok","status_msg":"ok","data":[{}]}}"#, items.join(","));
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        server.script().answer = [head, body].concat().into_bytes();
    };
    let usual = AnswerLimits::DEFAULT;
    let items = |max_items| AnswerLimits { max_items: Some(max_items), ..usual };
    let bytes = |max_body| AnswerLimits { max_body, ..usual };
    let of_call = |limits| CallOptions::new().answer_limits(limits);
    let refused = |client, call, limit: &str| {
        for (found, count) in ask(&server, client, call) {
            let why = found.expect_err(limit);
            assert!(why.contains(limit) && why.contains("`answer_limits`") && why.contains("macloud"), "{why}");
            assert_eq!(count, 1, "{why}");
        }
    };
    let taken = |client, call, count| assert_eq!(ask(&server, client, call), [(Ok(count), 1), (Ok(count), 1)]);

    answer(3);
    refused(items(2), CallOptions::new(), "at most 2 items (`max_items`)");
    refused(usual, of_call(items(2)), "at most 2 items (`max_items`)");
    refused(bytes(99), CallOptions::new(), "99 bytes of body (`max_body`)");
    refused(usual, of_call(bytes(99)), "99 bytes of body (`max_body`)");
    taken(items(2), of_call(items(3)), 3);
    answer(10_001);
    refused(usual, CallOptions::new(), "at most 10000 items (`max_items`)");
    taken(items(10_001), CallOptions::new(), 10_001);
    taken(usual, of_call(items(20_000)), 10_001);
}
