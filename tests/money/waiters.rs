//! P26: every waiter of every API against what polls may meet, in simulated time: it is ready when the object that it
//! was asked for is, says "failed" only of what failed, and always ends.
//!
//! What has to come is a table of kinds, written by hand: it is not computed from the specs. A waiter without a row fails
//! the test.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clodo_proto::Clodo;
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{self, Visitor};
use hostkit::time::{Clock, ManualClock};
use hostkit::transport::{AsyncTransport, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit::{Endpoint, ErrorKind, Format, Observation, Rates, UnixTime, WaitError, Waiter};
use hostkit_apis::obstacle_market_proto::Market;
use hostkit_apis::obstacle_proto::Obstacle;
use hostkit_apis::{ForEach, obstacle_market_proto, obstacle_proto};
use inferno_proto::Inferno;
use macloud_proto::Macloud;
use rootpanel_proto::RootPanel;

use crate::ground::{Kind as Client, Side, Trial, lock};
use Ended::{Asked, Failed, Held, Late, Ready};
use Met::{
    Absent, Broken, Busy, Expired, Fault, Foreign, Lost, Marred, Missing, Page, Pending, Refused, There, Torn,
    Unreadable,
};

/// What a poll meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    /// The object in another state than an end.
    Pending,
    /// The awaited state.
    There,
    /// The awaited state, beside a field that cannot be read.
    Marred,
    /// A state from which the awaited one is never reached.
    Broken,
    /// The answer is about another object, which is in the awaited state, or has that one first.
    Foreign,
    /// No such object.
    Absent,
    /// A fault of which the API does not say what it means.
    Fault,
    /// A list without the object.
    Missing,
    /// A list in which the item of the object cannot be read.
    Torn,
    /// The state cannot be read.
    Unreadable,
    /// A page of something in between.
    Page,
    /// No answer.
    Lost,
    /// An outage.
    Busy,
    /// The token ended; a new one meets the object.
    Expired,
    /// The credentials are not accepted.
    Refused,
}

/// How a wait ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// Ready, by this poll; the first is 0.
    Ready(usize),
    /// Ready, though no other state was seen, after the time that a call may take to show.
    Held,
    Failed,
    /// At the deadline, with the reason.
    Late,
    /// At once, since the next poll would meet the same.
    Asked,
}

/// The kinds of waiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// For what is new: it was not in the awaited state before.
    New,
    /// For what may have been in the awaited state before: a call takes the lag of the spec at most to show.
    Again,
    /// The same, for less time than an object has to be missing to be lost.
    Brief,
    /// For a deletion.
    Gone,
}

/// What polls meet, in order, the last for ever; and how a wait of each kind ends.
struct Column(&'static str, &'static [Met], [Ended; 4]);

const COLUMNS: &[Column] = &[
    //                                                               New       Again     Brief     Gone
    Column("late", &[Pending, Pending, Pending, There], [Ready(3), Ready(3), Ready(3), Ready(3)]),
    Column("at once", &[There], [Ready(0), Held, Held, Ready(0)]),
    Column("never", &[Pending], [Late, Late, Late, Late]),
    Column("failed", &[Pending, Broken], [Failed, Failed, Failed, Failed]),
    Column("lost answers", &[Pending, Lost, Lost, Lost, Lost, There], [Ready(5), Ready(5), Ready(5), Ready(5)]),
    Column("foreign object", &[Pending, Foreign, Foreign, There], [Ready(3), Ready(3), Ready(3), Ready(3)]),
    Column("foreign object alone", &[Foreign], [Late, Late, Late, Late]),
    Column("list without it", &[Missing, Missing, Pending, Missing, There], [Ready(4); 4]),
    Column("list with a torn item", &[Pending, Torn], [Late, Late, Late, Late]),
    Column("unreadable field", &[Pending, Marred], [Ready(1), Ready(1), Ready(1), Ready(1)]),
    Column("unreadable answer", &[Pending, Unreadable, Page, There], [Ready(3), Ready(3), Ready(3), Ready(3)]),
    Column("nothing readable", &[Unreadable], [Late, Late, Late, Late]),
    Column("stale end", &[There, Pending, There, Pending, There], [Ready(0), Ready(5), Ready(5), Ready(0)]),
    Column("stale end, lasting", &[There, There, There, Pending, There], [Ready(0), Ready(5), Ready(5), Ready(0)]),
    Column("stale failure", &[Broken, Pending, There], [Ready(2), Ready(2), Ready(2), Ready(2)]),
    Column("stale failure between", &[Pending, Broken, Pending, There], [Ready(3), Ready(3), Ready(3), Ready(3)]),
    Column("outage of minutes", &OUTAGE, [Ready(9), Ready(9), Ready(9), Ready(9)]),
    Column("outage for good", &[Pending, Busy], [Late, Late, Late, Late]),
    Column("404 first", &[Absent, Pending, There], [Ready(2), Ready(2), Ready(2), Ready(2)]),
    Column("404 for minutes", &ABSENCE, [Ready(12), Held, Ready(12), Ready(2)]),
    Column("404 between", &[Pending, Absent, Absent, Pending, There], [Ready(4), Ready(4), Ready(4), Ready(4)]),
    Column("404 for good", &[Absent], [Late, Late, Late, Ready(2)]),
    Column("404 for good after it was seen", &[Pending, Absent], [Failed, Failed, Late, Ready(3)]),
    Column("faults first", &[Fault, Pending, There], [Ready(2), Ready(2), Ready(2), Ready(2)]),
    Column("faults between", &[Pending, Fault, Fault, There], [Ready(3), Ready(3), Ready(3), Ready(3)]),
    Column("faults for good", &[Pending, Fault], [Late, Late, Late, Late]),
    Column("token ends", &[Pending, Expired, There], [Ready(2), Ready(2), Ready(2), Ready(2)]),
    Column("wrong credentials", &[Pending, Refused], [Asked, Asked, Asked, Asked]),
];

const OUTAGE: [Met; 10] = [Pending, Busy, Busy, Busy, Busy, Busy, Busy, Busy, Busy, There];
const ABSENCE: [Met; 13] =
    [Absent, Absent, Absent, Absent, Absent, Absent, Absent, Absent, Absent, Absent, Absent, Absent, There];

/// An answer: status and body.
type Said = (u16, &'static str);
/// The answer to a sign-in: status, headers and body.
type SignedIn = (u16, &'static [(&'static str, &'static str)], &'static str);

/// How an API says what has nothing to do with one waiter.
trait Words: Side {
    const FORMAT: Format = Format::Json;
    /// That there is no such object, and that the credentials are wrong, if the API has a code for it.
    const NOT_FOUND: Option<Said> = None;
    const REFUSED: Option<Said> = None;
    /// A fault without a code.
    const FAULT: Option<Said> = None;
    /// The answer to a sign-in, with its headers.
    const SIGNED_IN: Option<SignedIn> = None;
}

impl Words for Clodo {
    const NOT_FOUND: Option<Said> = Some((404, r#"{"NotFound":{"code":404,"message":"Not Found","details":""}}"#));
    const REFUSED: Option<Said> = Some((401, r#"{"Unauthorized":{"code":401,"message":"No","details":""}}"#));
    const SIGNED_IN: Option<SignedIn> =
        Some((204, &[("x-auth-token", "token-token"), ("x-server-management-url", "https://api.clodo.ru/v1")], ""));
}

impl Words for Macloud {
    const NOT_FOUND: Option<Said> =
        Some((404, r#"{"status":"error","status_code":404,"status_msg":"","description":"Not Found","data":null}"#));
    const REFUSED: Option<Said> =
        Some((401, r#"{"status":"error","status_code":401,"status_msg":"Unauthorized","description":"Wrong"}"#));
    const SIGNED_IN: Option<SignedIn> =
        Some((200, &[], r#"{"status":"ok","status_msg":"Token info","data":{"token":"token-token"}}"#));
}

impl Words for Inferno {
    const FAULT: Option<Said> = Some((200, r#"{"result":"fail","message":"Order ID not found"}"#));
}

impl Words for RootPanel {
    const NOT_FOUND: Option<Said> = Some((200, r#"{"status":"ERROR","errorCode":"19","errorMsg":"None"}"#));
    const REFUSED: Option<Said> = Some((200, r#"{"status":"ERROR","errorCode":"7","errorMsg":"Wrong"}"#));
}

impl Words for Obstacle {
    const NOT_FOUND: Option<Said> = Some((404, r#"{"NotFound":{"code":404,"message":"None","details":""}}"#));
    const REFUSED: Option<Said> = Some((401, r#"{"Unauthorized":{"code":401,"message":"No","details":""}}"#));
    const SIGNED_IN: Option<SignedIn> =
        Some((204, &[("x-auth-token", "token-token"), ("x-base", "https://api.example.net/v2")], ""));
}

impl Words for Market {
    const NOT_FOUND: Option<Said> = Some((200, r#"{"result":"no","code":"40","message":"No such order"}"#));
    const REFUSED: Option<Said> = Some((200, r#"{"result":"no","code":0,"message":"Wrong key"}"#));
    const FAULT: Option<Said> = Some((200, r#"{"result":"no","message":"No"}"#));
}

/// A waiter with the bodies of its poll; `None` where its answers cannot say so.
struct Row<W> {
    waiter: fn() -> W,
    kind: Kind,
    body: fn(Met) -> Option<String>,
}

/// Answers to polls by a script, and to sign-ins.
#[derive(Clone)]
struct Server {
    script: &'static [Met],
    body: fn(Met) -> Option<String>,
    words: Spoken,
    state: Arc<Mutex<Served>>,
}

#[derive(Clone, Copy)]
struct Spoken {
    not_found: Option<Said>,
    refused: Option<Said>,
    fault: Option<Said>,
    signed_in: Option<SignedIn>,
    poll: &'static str,
}

#[derive(Default)]
struct Served {
    /// The number of the poll, and of the sign-ins so far.
    poll: usize,
    sign_ins: usize,
    requests: usize,
}

impl Spoken {
    fn of<A: Words, W: Waiter>() -> Self {
        Self {
            not_found: A::NOT_FOUND,
            refused: A::REFUSED,
            fault: A::FAULT,
            signed_in: A::SIGNED_IN,
            poll: <W::Endpoint as Endpoint>::INFO.name,
        }
    }
}

impl Server {
    fn met(&self, poll: usize) -> Met {
        self.script[poll.min(self.script.len() - 1)]
    }
}

impl Transport for Server {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let mut state = lock(&self.state);
        state.requests += 1;
        assert!(state.requests < 10_000, "a flood");
        let met = self.met(state.poll);
        let mut headers = http::HeaderMap::new();
        let mut answer = |status: u16, body: &str| {
            headers.insert("content-type", "application/json".parse().unwrap());
            Incoming::new(&outgoing.limits, status, std::mem::take(&mut headers))?.with_body(body.as_bytes().to_vec())
        };
        if outgoing.endpoint != self.words.poll {
            state.sign_ins += 1;
            if let (Refused, Some((status, body))) = (met, self.words.refused) {
                return answer(status, body);
            }
            let (status, own, body) = self.words.signed_in.expect("an API with sign-ins");
            for (name, value) in own {
                headers.insert(*name, value.parse().unwrap());
            }
            return Incoming::new(&outgoing.limits, status, headers)?.with_body(body.as_bytes().to_vec());
        }
        let met = if met == Expired && state.sign_ins > 1 { Pending } else { met };
        let fault = match met {
            Lost => return Err(TransportError::new(Phase::Head, TransportErrorKind::Reset, "")),
            Busy => Some((503, "<html>503</html>")),
            Page => Some((200, "<html>Please log in</html>")),
            Absent => self.words.not_found,
            Expired | Refused => self.words.refused,
            Fault => self.words.fault,
            _ => None,
        };
        match fault {
            Some((status, body)) => answer(status, body),
            None => answer(200, &(self.body)(met).expect("a body")),
        }
    }
}

impl AsyncTransport for Server {
    async fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        Transport::send(self, outgoing)
    }
}

/// Whether there is such a case for a waiter.
fn is_told<A: Words, W>(row: &Row<W>, Column(_, script, _): &Column) -> bool {
    script.iter().all(|met| match met {
        Expired => A::SIGNED_IN.is_some(),
        Absent => A::NOT_FOUND.is_some(),
        Refused => A::REFUSED.is_some(),
        Fault => A::FAULT.is_some(),
        Lost | Busy | Page => true,
        met => (row.body)(*met).is_some(),
    })
}

/// Waits once; returns how it ended, and what contradicts the promise whatever the end is.
fn wait<A, W>(client: Client, row: &Row<W>, script: &'static [Met]) -> (Ended, Duration, Vec<String>)
where
    A: Words,
    W: Waiter,
    W::Endpoint: Endpoint<Api = A>,
    W::Found: Debug,
{
    let server = Server { script, body: row.body, words: Spoken::of::<A, W>(), state: Arc::default() };
    let clock = ManualClock::new(UnixTime(1_800_000_000));
    macro_rules! built {
        ($builder:expr) => {
            $builder
                .transport(server.clone())
                .clock(clock.clone())
                .rates(Rates::new(&[]))
                .format(A::FORMAT)
                .seed(1)
                .build()
                .expect("a client")
        };
    }
    let start = clock.now().monotonic;
    let mut wrong = Vec::new();
    let mut has_begun = false;
    let progress = |seen: &Observation| {
        let mut state = lock(&server.state);
        // The first report comes before any poll, to say when that is.
        if !std::mem::replace(&mut has_begun, true) {
            let has_seen = seen.failure.is_some() || !seen.unmet.is_empty() || !seen.text.is_empty();
            if has_seen {
                wrong.push(format!("before the first poll it saw {seen:?}"));
            }
            return;
        }
        if seen.failure.is_none() && seen.unmet.is_empty() {
            wrong.push(format!("poll {} says nothing", state.poll));
        }
        state.poll += 1;
    };
    let waited = match client {
        Client::Blocking => built!(hostkit_ureq::Client::<A>::builder(A::credentials())).wait((row.waiter)(), progress),
        Client::Async => {
            let client = built!(hostkit_reqwest::Client::<A>::builder(A::credentials()));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(client.wait((row.waiter)(), progress))
        }
    };
    let took = clock.now().monotonic.since(start);
    let state = lock(&server.state);
    let limit = W::INFO.deadline + Duration::from_secs(60);
    let most = 2 + W::INFO.deadline.as_secs() / W::INFO.interval.as_secs();
    if took > limit || state.poll as u64 > most {
        wrong.push(format!("it took {took:?} and {} polls", state.poll));
    }
    let ended = match waited {
        Ok(found) => {
            let found = format!("{found:?}");
            if found.contains("999") || !matches!(server.met(state.poll), There | Marred | Absent) {
                wrong.push(format!("it is ready by {:?}, with {found}", server.met(state.poll)));
            }
            Ready(state.poll)
        }
        Err(error) => {
            let text = error.to_string();
            let (is_open, ended) = match &error {
                WaitError::Failed { .. } => (false, Failed),
                WaitError::Deadline { last, error, .. } => {
                    if last.is_none() && error.is_none() {
                        wrong.push(format!("no reason: {text}"));
                    }
                    (true, Late)
                }
                WaitError::Call(error) => {
                    if !matches!(error.kind(), ErrorKind::SignIn | ErrorKind::Fault) {
                        wrong.push(format!("{:?}", error.kind()));
                    }
                    (true, Asked)
                }
                _ => (true, Asked),
            };
            if text.contains("may still come") != is_open {
                wrong.push(text);
            }
            ended
        }
    };
    (ended, took, wrong)
}

/// What was tried: waiters by their API and name, and how many cells.
#[derive(Default)]
struct Tried {
    waiters: BTreeSet<(&'static str, &'static str)>,
    cells: u64,
    violations: Vec<String>,
}

/// Tries the cells of one waiter.
fn cells<A, W>(row: &Row<W>, tried: &mut Tried)
where
    A: Words,
    W: Waiter,
    W::Endpoint: Endpoint<Api = A>,
    W::Found: Debug,
{
    tried.waiters.insert((A::INFO.name, W::INFO.name));
    for column in COLUMNS.iter().filter(|column| is_told::<A, W>(row, column)) {
        let Column(name, script, expected) = column;
        let expected = expected[row.kind as usize];
        for client in [Client::Blocking, Client::Async] {
            let (ended, took, wrong) = wait::<A, W>(client, row, script);
            let place = format!("{} of {}, {name}, {client:?}", W::INFO.name, A::INFO.name);
            let is_held = matches!(ended, Ready(1..)) && took >= W::INFO.lag;
            // What is polled often is gone only after 15 seconds.
            let is_gone = matches!((ended, expected), (Ready(polls), Ready(least)) if polls > least)
                && row.kind == Kind::Gone
                && took <= Duration::from_secs(30);
            if !(ended == expected || expected == Held && is_held || is_gone) {
                tried.violations.push(format!("{place}: {ended:?}, expected {expected:?}"));
            }
            tried.violations.extend(wrong.into_iter().map(|wrong| format!("{place}: {wrong}")));
            tried.cells += 1;
        }
    }
}

/// The waiters that there are.
#[derive(Default)]
struct Waiters(BTreeSet<(&'static str, &'static str)>);

struct WaitersOf<'w, A>(&'w mut Waiters, PhantomData<A>);

impl<A: Side> Visitor for WaitersOf<'_, A> {
    type Api = A;

    fn waiter<W>(&mut self, _: fn(W::Endpoint) -> W)
    where
        W: Waiter<Endpoint: Serve + Endpoint<Api = A>, Found: Debug> + 'static,
    {
        self.0.0.insert((A::INFO.name, W::INFO.name));
    }
}

impl ForEach for Waiters {
    fn api<A: every::Served>(&mut self) {
        A::every(&mut WaitersOf::<A>(self, PhantomData));
    }
}

fn clodo_server(met: Met, there: &str, pending: &str) -> Option<String> {
    let server =
        |id: u32, status: &str, more: &str| Some(format!(r#"{{"server":{{"id":"{id}","status":{status}{more}}}}}"#));
    match met {
        Pending => server(7, &format!("{pending:?}"), ""),
        There => server(7, &format!("{there:?}"), ""),
        Marred => server(7, &format!("{there:?}"), r#","addresses":{"public":7,"private":[]},"vps_memory":"much""#),
        Broken => server(7, r#""is_error""#, ""),
        Foreign => server(999, &format!("{there:?}"), ""),
        Unreadable => server(7, "[1]", ""),
        _ => None,
    }
}

fn macloud(data: &str) -> Option<String> {
    Some(format!(r#"{{"status":"ok","status_msg":"","data":{{{data}}}}}"#))
}

fn macloud_server(met: Met, there: &str, pending: &str) -> Option<String> {
    const PLAN: &str = r#""server-plan":{"id":44}"#;
    let address = |ip: &str| format!(r#""ip":[{{"id":1,"ip":"{ip}","type":"4"}}]"#);
    let state = |id: u32, status: &str, more: &str| macloud(&format!(r#""id":{id},"status":{status},{more},{PLAN}"#));
    match met {
        Pending => state(7, &format!("{pending:?}"), r#""status_text":"Reinstalling""#),
        There => state(7, &format!("{there:?}"), &address("192.0.2.7")),
        Marred => state(7, &format!("{there:?}"), &address("192.0.2.700")),
        Broken => state(7, r#""notpaid""#, &address("192.0.2.7")),
        Foreign => state(999, &format!("{there:?}"), &address("192.0.2.7")),
        Unreadable => state(7, "[1]", &address("192.0.2.7")),
        _ => None,
    }
}

/// A service of Macloud without a plan; `there` is what the awaited one has.
fn macloud_service(met: Met, there: &str, pending: &str) -> Option<String> {
    const REST: &str = r#""name":"x","real":true,"can":{"delete":true}"#;
    let service = |id: u32, state: &str| macloud(&format!(r#""id":{id},{state},{REST}"#));
    match met {
        Pending => service(7, pending),
        There => service(7, there),
        Marred => service(7, &format!(r#"{there},"created":"soon""#)),
        Broken => service(7, r#""status":"block""#),
        Foreign => service(999, there),
        Unreadable => service(7, r#""status":[1]"#),
        _ => None,
    }
}

fn inferno_info(met: Met, there: &str, pending: &str) -> Option<String> {
    let info = |order: u32, rest: &str| Some(format!(r#"{{"result":"success","orderid":{order},{rest}}}"#));
    match met {
        Pending => info(7, pending),
        There => info(7, there),
        Marred => info(7, &format!(r#"{there},"dedicatedip":"192.0.2.700""#)),
        Broken => info(7, r#""orderStatus":"Fraud","vps_info":[]"#),
        Foreign => info(999, there),
        Unreadable => info(7, r#""orderStatus":[1]"#),
        _ => None,
    }
}

fn rootpanel_orders(met: Met) -> Option<String> {
    let orders = |orders: &str| Some(format!(r#"{{"status":"SUCCESS","orders":[{orders}]}}"#));
    const OTHER: &str = r#"{"orderid":"999","status":"1"}"#;
    match met {
        Pending => orders(r#"{"orderid":"7","status":"3"}"#),
        There => orders(&format!(r#"{OTHER},{{"orderid":"7","status":"1"}}"#)),
        Marred => orders(r#"{"orderid":"7","status":"1","serveripv4":"192.0.2.700"},{"status":"1"}"#),
        Foreign => orders(&format!(r#"{OTHER},{{"orderid":"7","status":"0"}}"#)),
        Missing => orders(OTHER),
        Torn => orders(&format!(r#"{OTHER},{{"status":"1"}}"#)),
        Unreadable => Some(r#"{"status":"SUCCESS","orders":7}"#.to_owned()),
        _ => None,
    }
}

fn obstacle_box(met: Met, there: &str, pending: &str) -> Option<String> {
    let parcel = |key: &str, status: &str, more: &str| {
        Some(format!(
            r#"{{"box":{{"key":{key},"status":"{status}","things":[{{"_attr":{{"id":1,"kind":"b"}}}}]{more}}}}}"#
        ))
    };
    match met {
        Pending => parcel(r#""k-7""#, pending, ""),
        There => parcel(r#""k-7""#, there, ""),
        Marred => parcel(r#""k-7""#, there, r#","percent":"much""#),
        Broken => parcel(r#""k-7""#, "2fast", ""),
        Foreign => parcel(r#""k-999""#, there, ""),
        Unreadable => parcel("[1]", there, ""),
        _ => None,
    }
}

fn market_order(met: Met, there: &str, pending: &str) -> Option<String> {
    let order = |id: u32, rest: &str| Some(format!(r#"{{"result":"ok","order":{{"id":{id},"plan":"small",{rest}}}}}"#));
    match met {
        Pending => order(7, pending),
        There => order(7, there),
        Marred => order(7, &format!(r#"{there},"paid_until":"soon""#)),
        Broken => order(7, r#""status":"cancelled""#),
        Foreign => order(999, there),
        Unreadable => order(7, r#""status":[1]"#),
        _ => None,
    }
}

/// A task that stopped has failed unless its exit says otherwise; what is still at work has no exit, or an empty one.
fn market_task(met: Met) -> Option<String> {
    let task = |id: u32, rest: &str| Some(format!(r#"{{"result":"ok","work":{{"id":{id},{rest}}}}}"#));
    match met {
        Pending => task(7, r#""state":"running","exit":"""#),
        There => task(7, r#""state":"stopped","exit":"warnings: 2""#),
        Broken => task(7, r#""state":"stopped","exit":"no space left""#),
        Foreign => task(999, r#""state":"stopped","exit":"OK""#),
        // What may be an error is there.
        Unreadable => task(7, r#""state":"stopped","exit":"OK","error":[1]"#),
        _ => None,
    }
}

#[test]
fn p26_every_waiter_ends_right() {
    use clodo_proto::backups::{BackupRestored, GetRestoreState};
    use clodo_proto::requests::{GetRequest, RequestComplete};
    use clodo_proto::servers::{GetServer, ServerRunning, ServerStopped};
    use clodo_proto::types::{RequestId, ServerId};
    use inferno_proto::servers::{GetInfo, GetInfoServer, OrderActive, ServerOnline};
    use macloud_proto::backups::{BackupActive, BackupDownloadable, GetBackup};
    use macloud_proto::dns::{DnsActive, GetDomain};
    use macloud_proto::isos::{GetIsoProgress, IsoDone};
    use macloud_proto::servers::{ServerActive, ServerGone};
    use obstacle_market_proto::orders::{
        GetOrder, GetTask, OrderActive as MarketOrderActive, OrderCancelled, TaskDone,
    };
    use obstacle_proto::answers::{BoxGone, BoxRunning, GetBox};
    use rootpanel_proto::orders::{GetOrders, OrderProcessed};

    let trial = Trial::start("P26");
    let mut tried = Tried::default();
    macro_rules! rows {
        ($($api:ident: $kind:ident, $waiter:expr, $body:expr;)*) => { $(
            let row = Row { waiter: || $waiter, kind: Kind::$kind, body: $body };
            cells::<$api, _>(&row, &mut tried);
        )* };
    }
    rows! {
        Clodo: Again, ServerRunning::new(GetServer::new(ServerId::new(7))),
            |met| clodo_server(met, "is_running", "is_install");
        Clodo: Brief, ServerStopped::new(GetServer::new(ServerId::new(7))),
            |met| clodo_server(met, "is_disabled", "is_running");
        Clodo: New, RequestComplete::new(GetRequest::new(RequestId::new(7))), |met| match met {
            Pending => Some(r#"{"request":{"vps_num":null,"req_complete":false}}"#.to_owned()),
            There => Some(r#"{"request":{"vps_num":"298","req_complete":"1"}}"#.to_owned()),
            Marred => Some(r#"{"request":{"req_complete":"1","req_complete_date":"soon"}}"#.to_owned()),
            Unreadable => Some(r#"{"request":{"req_complete":"perhaps"}}"#.to_owned()),
            _ => None,
        };
        Clodo: New, BackupRestored::new(GetRestoreState::new(ServerId::new(7), RequestId::new(7))), |met| match met {
            Pending => Some(r#"{"restore_state":{"progress":54}}"#.to_owned()),
            There => Some(r#"{"restore_state":{"progress":100}}"#.to_owned()),
            Unreadable => Some(r#"{"restore_state":{"progress":"much"}}"#.to_owned()),
            _ => None,
        };
        Macloud: Again, ServerActive::new(macloud_proto::servers::GetServer::new(macloud_proto::types::ServerId::new(7))),
            |met| macloud_server(met, "active", "active");
        Macloud: Gone, ServerGone::new(macloud_proto::servers::GetServer::new(macloud_proto::types::ServerId::new(7))),
            |met| match met { Broken => None, met => macloud_server(met, "deleted", "active") };
        Macloud: New, BackupActive::new(GetBackup::new(macloud_proto::types::BackupId::new(7))),
            |met| macloud_service(met, r#""status":"active""#, r#""status":"new""#);
        Macloud: Again, BackupDownloadable::new(GetBackup::new(macloud_proto::types::BackupId::new(7))), |met| {
            let there = r#""status":"active","download":{"link":"https://example.org/7"}"#;
            macloud_service(met, there, r#""status":"active""#)
        };
        Macloud: New, DnsActive::new(GetDomain::new(macloud_proto::types::DomainId::new(7))),
            |met| macloud_service(met, r#""status":"active""#, r#""status":"new""#);
        Macloud: New, IsoDone::new(GetIsoProgress::new(macloud_proto::types::IsoKey::new("0123456789abcdef0123456789abcdef").expect("a key"))), |met| match met {
            Pending => macloud(r#""status":"processing","description":"Progress: 45%""#),
            There => macloud(r#""status":"done","description":null"#),
            Marred => macloud(r#""status":"done","description":{"a":[1]}"#),
            Broken => macloud(r#""status":"error","description":"Wrong MIME type""#),
            Unreadable => macloud(r#""status":[1]"#),
            _ => None,
        };
        Inferno: Again, ServerOnline::new(GetInfo::new(GetInfoServer::Order(inferno_proto::types::OrderId::new(7)))),
            |met| inferno_info(
                met,
                r#""orderStatus":"Active","vps_info":{"result":"success","online":true,"real_state":"On"}"#,
                r#""orderStatus":"Active","vps_info":{"result":"success","online":false,"real_state":"Off"}"#,
            );
        Inferno: New, OrderActive::new(GetInfo::new(GetInfoServer::Order(inferno_proto::types::OrderId::new(7)))),
            |met| inferno_info(met, r#""orderStatus":"Active","vps_info":[]"#, r#""orderStatus":"Pending","vps_info":[]"#);
        RootPanel: New, OrderProcessed::new(GetOrders::new().order(rootpanel_proto::types::OrderId::new(7))),
            rootpanel_orders;
        Obstacle: Brief, BoxRunning::new(GetBox::new(obstacle_proto::types::ThingKey::new("k-7").expect("a key"))),
            |met| obstacle_box(met, "is_running", "half-way.there");
        Obstacle: Gone, BoxGone::new(GetBox::new(obstacle_proto::types::ThingKey::new("k-7").expect("a key"))),
            |met| match met { Broken => None, met => obstacle_box(met, "Self", "is_running") };
        Market: New, MarketOrderActive::new(GetOrder::new(obstacle_market_proto::types::OrderId::new(7))),
            |met| market_order(met, r#""status":"active","server":{"id":70,"ip":"192.0.2.7"}"#, r#""status":"active""#);
        Market: New, TaskDone::new(GetTask::new(obstacle_market_proto::types::OrderId::new(7))), market_task;
        Market: Gone, OrderCancelled::new(GetOrder::new(obstacle_market_proto::types::OrderId::new(7))),
            |met| match met {
                Broken => None,
                met => market_order(met, r#""status":"cancelled""#, r#""status":"active""#),
            };
    }
    let mut all = Waiters::default();
    hostkit_apis::each(&mut all);
    let Tried { waiters, cells, mut violations } = tried;
    violations.extend(all.0.difference(&waiters).map(|(api, waiter)| format!("{waiter} of {api} has no row")));
    let figures =
        format!("{} waiters, {} columns, both clients, {} violations", waiters.len(), COLUMNS.len(), violations.len());
    trial.end(cells, &figures, &violations);
}

/// A waiter for an item of a list has to know which one.
#[test]
fn p26_a_waiter_of_a_list_needs_the_item() {
    use rootpanel_proto::orders::{GetOrders, OrderProcessed};
    let server = Server {
        script: &[There],
        body: rootpanel_orders,
        words: Spoken::of::<RootPanel, OrderProcessed>(),
        state: Arc::default(),
    };
    let client = hostkit_ureq::Client::<RootPanel>::builder(RootPanel::credentials())
        .transport(server.clone())
        .build()
        .expect("a client");
    let waited = client.wait(OrderProcessed::new(GetOrders::new()), |_: &Observation| {});
    assert!(matches!(waited, Err(WaitError::Call(error)) if error.kind() == ErrorKind::Refused));
    assert_eq!(lock(&server.state).requests, 0);
}
