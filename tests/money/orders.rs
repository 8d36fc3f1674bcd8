//! P1 and P2: orders under faults. Nothing is ordered twice, and nothing is falsely reported as done or not sent.
//!
//! These are orders at the hosters, in worlds that keep books. At the other APIs, each call that acts meets these points in
//! `lost.rs`; at every API, each meets the faults of the catalogue in `sweep.rs`.

use std::sync::Mutex;
use std::time::Duration;

use hostkit::{CallOptions, Gibibytes, Mebibytes, Outcome, Perform};
use hostkit_sandbox::{Armed, Entry, Fault, Hop, Sandbox};

use crate::ground::{Kind, Setup, Side, Stage, Trial, is_small, lock, mix, settled, size};

/// The faults that strike orders: before the request is read, and before and after it is carried out.
pub const POINTS: &[&str] = &[
    "reset-on-accept",
    "close-on-accept",
    "reset-before-read",
    "reset-before",
    "close-before",
    "reset-after-commit",
    "close-after-commit",
    "reset-in-head",
    "close-in-head",
    "reset-after-head",
    "reset-in-body",
    "close-after-answer",
    "truncate-last-byte",
    "length-too-long",
    "bad-chunk-size",
    "status-500",
    "status-502-before",
    "status-503-retry-after",
    "status-404-after-commit",
    "status-429-retry-after",
    "empty-200",
    "html-instead",
    "half-document",
    "not-utf8",
    "late-commit",
    "late-commit-504",
    "late-visibility",
    "double-commit",
    "lost-body",
    "rate-limited",
    "internal-error",
    "internal-error-after-commit",
    "maintenance",
    "token-expired",
    "tokens-revoked",
    "redirect-307",
    "redirect-after-commit",
    "stall-before",
    "stall-after-commit",
    "stall-body",
];

/// What happens to an order.
#[derive(Debug, Clone, Copy)]
enum Point {
    Nothing,
    /// The connection is refused.
    Refused,
    Fault(&'static Fault),
}

impl Point {
    /// Of 64 orders, 20 meet no fault and 4 a refused connection; stalls take real time, so they are rare.
    fn draw(seed: u64, number: u64) -> Self {
        let drawn = mix(seed ^ mix(number));
        match drawn % 64 {
            0..20 => Self::Nothing,
            20..24 => Self::Refused,
            _ => {
                let index = usize::try_from((drawn >> 16) % POINTS.len() as u64).unwrap_or(0);
                let id = POINTS[index];
                if id.starts_with("stall") && !(drawn >> 40).is_multiple_of(4) {
                    return Self::Nothing;
                }
                Self::Fault(Fault::by_id(id).unwrap_or_else(|| panic!("no fault {id}")))
            }
        }
    }

    fn fault(self) -> Option<&'static Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Nothing | Self::Refused => None,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Refused => "refused",
            Self::Fault(fault) => fault.id(),
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    orders: u64,
    done: u64,
    accepted: u64,
    rejected: u64,
    not_sent: u64,
    unresolved: u64,
    commits: u64,
    /// Carried out a second time by a proxy.
    doubled: u64,
    duplicates: u64,
    false_done: u64,
    false_not_sent: u64,
    false_rejected: u64,
    points: std::collections::BTreeSet<&'static str>,
    violations: Vec<String>,
}

/// Places orders one after the other, and compares each with the ledger.
fn run<A: Side, E: Perform<Api = A>>(
    kind: Kind,
    seed: u64,
    numbers: std::ops::Range<u64>,
    order: &E,
    tally: &Mutex<Tally>,
) {
    let stage = Stage::new(A::NAME);
    let client = Setup::<A>::of(&stage.sandbox).build(kind);
    let nowhere = Setup::<A> {
        base: Sandbox::dead_origin().expect("a dead origin").parse().expect("a base URL"),
        ..Setup::of(&stage.sandbox)
    };
    let nowhere = nowhere.build(kind);
    for number in numbers {
        let point = Point::draw(seed, number);
        stage.reset();
        let mut options = CallOptions::new().deadline(Duration::from_secs(20));
        let mut ordering = &client;
        match point {
            Point::Nothing => {}
            Point::Refused => ordering = &nowhere,
            Point::Fault(fault) => {
                stage.sandbox.faults().arm(Armed::new(fault).on(E::INFO.name));
                if fault.id().starts_with("stall") {
                    // So little time is for the order alone, not for a look before it.
                    options = options.deadline(Duration::from_millis(150)).unread();
                }
            }
        }
        let outcome = ordering.with(options).perform_full(order);
        if point.id().starts_with("late") {
            stage.sandbox.clock().advance(Duration::from_secs(5));
        }
        // Every commit belongs to this order, since a sign-in changes nothing.
        let entries = settled(&stage, point.fault());
        let arrivals = entries.iter().filter(|entry| entry.hop == Hop::Client && is_order::<E>(entry)).count();
        let commits = |hop| entries.iter().filter(|entry| entry.hop == hop && entry.is_committed()).count() as u64;
        let (own, doubled) = (commits(Hop::Client), commits(Hop::Proxy));
        let mut wrong = Vec::new();
        let mut tally = lock(tally);
        tally.orders += 1;
        tally.points.insert(point.id());
        tally.commits += own;
        tally.doubled += doubled;
        if own > 1 || arrivals > 1 {
            tally.duplicates += 1;
            wrong.push("sent twice");
        }
        match &outcome {
            Outcome::Done(_) | Outcome::Accepted(..) if own == 0 => {
                tally.false_done += 1;
                wrong.push("not done");
            }
            Outcome::Done(_) => tally.done += 1,
            Outcome::Accepted(..) => tally.accepted += 1,
            Outcome::NotSent(_) if arrivals > 0 => {
                tally.false_not_sent += 1;
                wrong.push("sent");
            }
            Outcome::NotSent(_) => tally.not_sent += 1,
            Outcome::Rejected(rejection) if own > 0 && !rejection.fault().verify => {
                tally.false_rejected += 1;
                wrong.push("carried out");
            }
            Outcome::Rejected(_) => tally.rejected += 1,
            Outcome::Unresolved(ticket) => {
                tally.unresolved += 1;
                if ticket.operation() != E::INFO.name {
                    wrong.push("the ticket is for something else");
                }
            }
        }
        // P2: an order is reported as not sent if and only if the connection was refused.
        if matches!(point, Point::Refused) != matches!(outcome, Outcome::NotSent(_)) {
            wrong.push("`not sent` and a refused connection go together");
        }
        if matches!(point, Point::Nothing) && outcome.is_unresolved() {
            wrong.push("unresolved although nothing struck");
        }
        if !wrong.is_empty() {
            let said = outcome.as_str();
            tally.violations.push(format!(
                "{} {kind:?} {}: {said}, {arrivals} arrivals, {own} commits: {}; HOSTKIT_PROMISE_CASE={seed}:{number}",
                A::NAME,
                point.id(),
                wrong.join(", "),
            ));
        }
    }
}

/// Whether an entry belongs to the order: its own, one that was not read, or one that a fault made another call.
fn is_order<E: Perform>(entry: &Entry) -> bool {
    entry.operation == E::INFO.name || entry.operation.starts_with('(') || entry.fault.is_some()
}

#[test]
fn p1_orders() {
    let trial = Trial::alone("P1");
    let (seed, numbers) = match std::env::var("HOSTKIT_PROMISE_CASE") {
        Ok(case) => {
            let (seed, number) = case.split_once(':').expect("seed:number");
            let number = number.parse().expect("a number");
            (seed.parse().expect("a seed"), number..number + 1)
        }
        // The number for each client, a quarter of it for each of the four APIs.
        Err(_) => (20_261_122, 0..size(400, 1_600, 50_000) as u64 / 4),
    };
    let tally = Mutex::new(Tally::default());
    let clodo = clodo_proto::servers::CreateServer::new(
        "promise",
        clodo_proto::types::ServerType::Virtual,
        Mebibytes(512),
        Gibibytes(5),
        clodo_proto::servers::CreateServerOs::Image(clodo_proto::types::ImageId::new(1)),
    );
    let inferno = inferno_proto::orders::CreateOrder::new(inferno_proto::types::ProductId::new(PRODUCT));
    let rootpanel = rootpanel_proto::orders::CreateOrder::new(rootpanel_proto::types::TariffId::new(1), 1);
    let macloud = macloud_order();
    std::thread::scope(|scope| {
        for kind in Kind::BOTH {
            let (tally, clodo, inferno, rootpanel, macloud) = (&tally, &clodo, &inferno, &rootpanel, &macloud);
            let numbers = || numbers.clone();
            let (of_clodo, of_inferno, of_rootpanel, of_macloud) = (numbers(), numbers(), numbers(), numbers());
            scope.spawn(move || run(kind, seed, of_clodo, clodo, tally));
            scope.spawn(move || run(kind, seed, of_inferno, inferno, tally));
            scope.spawn(move || run(kind, seed, of_rootpanel, rootpanel, tally));
            scope.spawn(move || run(kind, seed, of_macloud, macloud, tally));
        }
    });
    let tally = tally.into_inner().expect("a tally");
    let figures = format!(
        "{} points, done {}, accepted {}, rejected {}, not sent {}, unresolved {}; carried out {}, doubled by a proxy {}; \
         duplicates {}, false done {}, false not sent {}, false rejected {}",
        tally.points.len(),
        tally.done,
        tally.accepted,
        tally.rejected,
        tally.not_sent,
        tally.unresolved,
        tally.commits,
        tally.doubled,
        tally.duplicates,
        tally.false_done,
        tally.false_not_sent,
        tally.false_rejected,
    );
    let is_whole = std::env::var_os("HOSTKIT_PROMISE_CASE").is_none() && !is_small();
    assert!(!is_whole || tally.points.len() == POINTS.len() + 2, "not every point had a run: {:?}", tally.points);
    assert!(!is_whole || tally.done + tally.accepted > tally.orders / 4, "hardly an order was done: {figures}");
    trial.end(tally.orders, &figures, &tally.violations);
}

/// The first product of the sandbox.
const PRODUCT: u64 = 1;

fn macloud_order() -> macloud_proto::servers::CreateServer {
    use macloud_proto::reference::{ListDatacenters, ListServerGroups, ListServerPlans, ListTemplates};
    use macloud_proto::servers::{CreateServer, CreateServerSource};

    let sandbox = Sandbox::start().expect("a sandbox");
    let client = Setup::<macloud_proto::Macloud>::of(&sandbox).build(Kind::Blocking);
    let group = client.call_full(&ListServerGroups::new()).expect("groups").value[0].id;
    let plan = client.call_full(&ListServerPlans::new(group)).expect("plans").value[0].id;
    let datacenter = client.call_full(&ListDatacenters::new()).expect("data centres").value[0].id;
    let template = client.call_full(&ListTemplates::new()).expect("templates").value[0].id;
    CreateServer::new(datacenter, plan).source(CreateServerSource::Template(template))
}
