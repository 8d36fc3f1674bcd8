//! docs/watching.md has every span and event of a client, with its level and fields, and nothing else: both clients run
//! through cases that cause each of them.
//!
//! A separate program: the subscriber is that of the whole process, because stores have threads of their own.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use clodo_proto::dns::GetZone;
use clodo_proto::servers::{GetServer, GetServerLog, RebootServer, ServerRunning};
use clodo_proto::types::{ServerId, ZoneId};
use clodo_proto::{Clodo, Credentials};
use hostkit::machinery::{ClientCore, FromParts, Machine, Step};
use hostkit::protocol::RateRule;
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{CallOptions, ClientBuilder, Format, RateStore, Rates, SessionStore, UnixTime};
use hostkit_testing::{Script, Scripted};
use tokio::runtime::Runtime;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use store::{Entries, Next};

const PAGE: &str = include_str!("../../../docs/watching.md");

/// What was seen, or is on the page: kind and name, with the level and the fields.
type Signals = BTreeMap<(&'static str, String), (String, BTreeSet<String>)>;

#[derive(Default)]
struct Log {
    seen: Mutex<Signals>,
    spans: Mutex<BTreeMap<u64, String>>,
    last: AtomicU64,
}

/// The names of the fields that have a value, and the message.
#[derive(Default)]
struct Fields {
    names: BTreeSet<String>,
    message: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => drop(self.names.insert(name.to_owned())),
        }
    }
}

impl Log {
    fn has(&self, event: &str) -> bool {
        self.seen.lock().unwrap().contains_key(&("event", event.to_owned()))
    }

    fn add(&self, kind: &'static str, name: String, level: String, fields: BTreeSet<String>) {
        let mut seen = self.seen.lock().unwrap();
        let (before, names) = seen.entry((kind, name)).or_insert_with(|| (level.clone(), BTreeSet::new()));
        if *before != level {
            before.push_str(&format!(" {level}"));
        }
        names.extend(fields);
    }
}

static LOG: LazyLock<Log> = LazyLock::new(Log::default);

/// What the hooks of the clients were told, and what their counters and limits say.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("hostkit")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let name = span.metadata().name().to_owned();
        let id = LOG.last.fetch_add(1, Ordering::SeqCst) + 1;
        LOG.spans.lock().unwrap().insert(id, name.clone());
        LOG.add("span", name, span.metadata().level().to_string(), fields.names);
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let name = LOG.spans.lock().unwrap()[&id.into_u64()].clone();
        LOG.seen.lock().unwrap().get_mut(&("span", name)).unwrap().1.extend(fields.names);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        LOG.add("event", fields.message, event.metadata().level().to_string(), fields.names);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What the tables of the page say: a row begins with the kind in its table's head, and has the level and the fields.
fn page() -> Signals {
    let mut signals = Signals::new();
    let mut kind = None;
    for line in PAGE.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match (line.starts_with('|'), kind) {
            (false, _) => kind = None,
            (true, None) => {
                kind = Some(if cells[0] == "span" { "span" } else { "event" }).filter(|kind| *kind == cells[0])
            }
            (true, Some(_)) if cells[0].starts_with("--") => {}
            (true, Some(kind)) => {
                let fields = cells[2].split(',').map(|field| field.trim().trim_matches('`').to_owned());
                let fields = fields.filter(|field| !field.is_empty()).collect();
                signals.insert((kind, cells[0].trim_matches('`').to_owned()), (cells[1].to_owned(), fields));
            }
        }
    }
    signals
}

/// Either client over a script.
enum Client {
    Blocking(hostkit_ureq::Client<Clodo, Scripted>),
    Async(hostkit_reqwest::Client<Clodo, Scripted>, Runtime),
}

/// Runs an expression with either client, and waits for a future.
macro_rules! with {
    ($client:expr, $options:expr, |$name:ident| $call:expr) => {
        match $client {
            Client::Blocking($name) => {
                let $name = $name.with($options);
                drop($call);
            }
            Client::Async($name, runtime) => {
                let $name = $name.with($options);
                drop(runtime.block_on($call));
            }
        }
    };
}

impl Client {
    fn core(&self) -> ClientCore<Clodo> {
        match self {
            Self::Blocking(client) => client.core().clone(),
            Self::Async(client, _) => client.core().clone(),
        }
    }

    /// Adds what the counters and limits say.
    fn tell(&self) {
        let told = match self {
            Self::Blocking(client) => format!("{:?} {:?}", client.counters(), client.rates_left()),
            Self::Async(client, _) => format!("{:?} {:?}", client.counters(), client.rates_left()),
        };
        TOLD.lock().unwrap().push(told);
    }

    fn read(&self) {
        self.read_with(CallOptions::new());
    }

    fn read_with(&self, options: CallOptions) {
        let call = GetZone::new(ZoneId::new(1));
        with!(self, options, |client| client.call(&call));
    }

    fn reboot(&self) {
        let call = RebootServer::new(ServerId::new(1));
        with!(self, CallOptions::new().unread(), |client| client.perform(&call));
    }

    fn wait(&self, options: CallOptions) {
        let waiter = || ServerRunning::new(GetServer::new(ServerId::new(1)));
        with!(self, options, |client| client.wait(waiter(), |_| ()));
    }
}

type Builder = ClientBuilder<ClientCore<Clodo>>;

/// The clients that a case runs with.
#[derive(Clone, Copy)]
enum Kind {
    Blocking,
    Async,
}

impl Kind {
    /// A client with these options and this script, on a clock that waits for nothing.
    fn client(self, options: impl FnOnce(Builder) -> Builder, script: impl IntoIterator<Item = Script>) -> Client {
        let clock = ManualClock::new(UnixTime(1_327_400_000));
        let builder = ClientCore::builder(Credentials::key("login", "key"));
        let builder = builder.clock(clock.clone()).seed(1).format(Format::Json).account("mine");
        let builder = builder.after_call(|call| TOLD.lock().unwrap().push(format!("{call:?}")));
        let core = options(builder).build().unwrap();
        let transport = Scripted::new(script).with_clock(clock);
        match self {
            Self::Blocking => Client::Blocking(hostkit_ureq::Client::from_parts(core, transport)),
            Self::Async => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                Client::Async(hostkit_reqwest::Client::from_parts(core, transport), runtime)
            }
        }
    }
}

fn sign_in() -> Script {
    sign_in_to("https://api.clodo.ru/v1")
}

fn sign_in_to(base: &str) -> Script {
    let answer = Script::get("/").answer(204, "");
    answer.header("X-Auth-Token", "token").header("X-Server-Management-Url", base)
}

fn zone() -> Script {
    Script::get("/dns/1").answer(200, r#"{"dns": {"records": []}}"#)
}

fn lost() -> Script {
    Script::fail(Phase::Head, TransportErrorKind::Reset)
}

fn signed_in(builder: Builder) -> Builder {
    builder.signed_in("token")
}

fn calls(kind: Kind) {
    kind.client(|builder| builder, [sign_in(), lost(), zone()]).read();
    kind.client(signed_in, [lost(), lost(), lost()]).read();
    kind.client(signed_in, [Script::any().answer(502, "<html>")]).reboot();
    let rates = [RateRule { name: "get", count: 1, window: Duration::from_secs(5) }];
    let client = kind.client(|builder| signed_in(builder).rates(Rates::new(&rates)), [zone(), zone()]);
    client.read();
    client.read();
    client.tell();
    kind.client(|builder| signed_in(builder).after_call(|_| panic!("of the hook")), [zone()]).read();
    kind.client(signed_in, [lost()]).wait(CallOptions::new().max_attempts(1).deadline(Duration::from_secs(12)));
    // A call whose future is dropped.
    let core = kind.client(signed_in, []).core();
    let call = RebootServer::new(ServerId::new(1));
    let mut machine = core.perform(&call, CallOptions::new().unread());
    assert!(matches!(machine.step(core.clock().now()), Step::Send(_)));
}

/// What sessions that processes share cause.
fn sessions(kind: Kind) {
    let kept = |store: &Entries| {
        let store = SessionStore::new(store.clone(), "account");
        move |builder: Builder| builder.session_store(store)
    };
    let store = Entries::new(|_| Next::Fine);
    kind.client(kept(&store), [sign_in(), zone()]).read();
    kind.client(kept(&store), [zone()]).read();

    let store = Entries::new(|_| Next::Fine);
    let elsewhere = |builder: Builder| builder.session_host("other.example");
    kind.client(|builder| kept(&store)(elsewhere(builder)), [sign_in_to("https://other.example/v1"), zone()]).read();
    kind.client(kept(&store), [sign_in(), zone()]).read();

    // The store fails from the first change on, and from the second.
    kind.client(kept(&Entries::new(|_| Next::Fails)), [sign_in(), zone()]).read();
    let second = |number| if number > 0 { Next::Fails } else { Next::Fine };
    kind.client(kept(&Entries::new(second)), [sign_in(), zone()]).read();
    kind.client(kept(&Entries::new(second)), [Script::any().answer(401, "")]).read();
    let damaged = |number| if number == 0 { Next::Damaged } else { Next::Fine };
    kind.client(kept(&Entries::new(damaged)), [sign_in(), zone()]).read();
    // A caller that gives up its sign-in, which the store cannot be told.
    let core = kind.client(kept(&Entries::new(second)), []).core();
    let mut machine = core.call(&GetZone::new(ZoneId::new(1)), CallOptions::new());
    loop {
        match machine.step(core.clock().now()) {
            Step::Send(_) => break,
            Step::Wait(..) => std::thread::sleep(Duration::from_millis(1)),
            step => panic!("{step:?}"),
        }
    }
}

/// What rates and turns that processes share cause.
fn counts(kind: Kind) {
    let counted = |next: fn(&str, usize) -> Next| {
        let store = Entries::by_kind(next);
        move |builder: Builder| signed_in(builder).rate_store(RateStore::new(store, "account"))
    };
    let limited = || Script::any().answer(429, "{}").header("retry-after", "3");
    // Admission, end, `Retry-After`.
    kind.client(counted(|kind, number| Next::fails_if(kind == "rates" && number == 1)), [zone()]).read();
    let once = CallOptions::new().max_attempts(1);
    kind.client(counted(|kind, number| Next::fails_if(kind == "rates" && number == 2)), [limited()]).read_with(once);
    // Its thread ends a moment after its last answer.
    let panics = counted(|_, _| Next::Panics);
    let client = kind.client(|builder| panics(builder).after_call(|_| ()), []);
    for _ in 0..1000 {
        client.read();
        if LOG.has("the thread of a store does not run") {
            break;
        }
    }
    let damaged = |_: &str, number| if number == 0 { Next::Damaged } else { Next::Fine };
    let act = || Script::call(&RebootServer::new(ServerId::new(1)), ());
    perform(&kind.client(counted(damaged), [log(), act()]));
    perform(&kind.client(counted(|kind, number| Next::fails_if(kind == "calls" && number == 1)), [log(), act()]));
}

/// The log of a server, which is read before a reboot.
fn log() -> Script {
    Script::call(&GetServerLog::new(ServerId::new(1)), Vec::new())
}

fn perform(client: &Client) {
    let call = RebootServer::new(ServerId::new(1));
    with!(client, CallOptions::new(), |client| client.perform(&call));
}

fn shown(signals: &Signals) -> Vec<String> {
    let line = |((kind, name), (level, fields)): (&(&str, String), &(String, BTreeSet<String>))| {
        let fields = fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        format!("{kind} | `{name}` | {level} | {fields}")
    };
    signals.iter().map(line).collect()
}

#[test]
fn the_page_has_all_that_can_be_seen() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    let mut told = Vec::new();
    for kind in [Kind::Blocking, Kind::Async] {
        LOG.seen.lock().unwrap().clear();
        calls(kind);
        sessions(kind);
        counts(kind);
        // Threads of stores may still be at work.
        let began = Instant::now();
        let page = page();
        while *LOG.seen.lock().unwrap() != page && began.elapsed() < Duration::from_secs(3) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let (seen, page) = (shown(&LOG.seen.lock().unwrap()), shown(&page));
        let only = |these: &[String], others: &[String]| {
            these.iter().filter(|line| !others.contains(line)).cloned().collect::<Vec<_>>().join("\n")
        };
        assert_eq!(seen, page, "seen only:\n{}\non the page only:\n{}", only(&seen, &page), only(&page, &seen));
        told.push(std::mem::take(&mut *TOLD.lock().unwrap()));
    }
    // Both clients tell their hooks the same, call by call.
    assert!(told[0].len() > 20, "{} records", told[0].len());
    assert_eq!(told[0], told[1]);
}
