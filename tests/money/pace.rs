//! P24 and P26: calls and polls keep to the hoster's rate limits and make use of them, with many callers and many
//! waiters.
//!
//! Who shares a limit is the engine's matter, whatever the API: crowds of callers, waiters and recoveries are tried at one.
//! That every API's limits are kept is a test of its own here, and `waiters.rs` has every waiter.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clodo_proto::Clodo;
use hostkit::protocol::server::every::Served;
use hostkit::{CallOptions, ErrorKind, Gibibytes, Mebibytes, Rates, Recovery, Waiter};
use hostkit_apis::ForEach;
use hostkit_sandbox::world::World;
use hostkit_sandbox::{Armed, Fault, Sandbox};

use crate::ground::{Kind, Sample, SandboxClock, Setup, Side, Stage, Trial, lock, size};

const WINDOW: Duration = Duration::from_secs(60);
/// The spec's limit of GET calls in a window, by which the sandbox counts, too.
const QUOTA: u64 = 60;
const CALLERS: u64 = 8;

#[test]
fn p24_rates_are_kept_and_used() {
    let trial = Trial::start("P24");
    let (mut violations, mut cases, mut least) = (Vec::new(), 0, 1.0_f64);
    let windows = size(4, 5, 100) as u64;
    for kind in Kind::BOTH {
        let sandbox = Sandbox::start().expect("a sandbox");
        sandbox.enforce_rates(true);
        let clock = SandboxClock::new(&sandbox);
        let client = Setup::<Clodo> { rates: None, clock: clock.clone(), ..Setup::of(&sandbox) }.build(kind);
        let start = sandbox.clock().now();
        let calls = windows * QUOTA;
        let left = AtomicU64::new(calls);
        let found = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..CALLERS {
                let client = client.clone();
                let (left, found, member) = (&left, &found, clock.join());
                scope.spawn(move || {
                    let _member = member;
                    let take = |left: u64| left.checked_sub(1);
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                        let options = CallOptions::new().deadline(Duration::from_secs(3600));
                        if let Err(error) = client.with(options).call_full(&clodo_proto::billing::GetBalance::new()) {
                            lock(found).push(format!("{kind:?}: {error}"));
                        }
                    }
                });
            }
        });
        violations.extend(found.into_inner().expect("what was found"));
        let entries = sandbox.ledger().entries();
        let arrivals = entries.len() as u64;
        // The used share of the complete windows, without the last one, which has only begun.
        let ages: Vec<_> = entries.iter().map(|entry| entry.at.since(start)).collect();
        let took = ages.iter().max().copied().unwrap_or_default();
        let over = took.as_secs() / WINDOW.as_secs();
        let within = ages.iter().filter(|age| age.as_secs() / WINDOW.as_secs() < over).count();
        let used = within as f64 / (over.max(1) * QUOTA) as f64;
        least = least.min(used);
        if sandbox.rate_violations() > 0 {
            violations.push(format!("{kind:?}: {} violations", sandbox.rate_violations()));
        }
        if used < 0.95 {
            violations.push(format!("{kind:?}: {arrivals} calls in {took:?}: {:.1} % of the quota", used * 100.0));
        }
        // Without room before the deadline the call fails at once, and nothing is sent.
        let before = sandbox.clock().now();
        let mut late = 0;
        for _ in 0..=QUOTA {
            let options = CallOptions::new().deadline(Duration::from_secs(5));
            match client.with(options).call_full(&clodo_proto::billing::GetBalance::new()) {
                Err(error) if error.kind() == ErrorKind::Exhausted => late += 1,
                Err(error) => violations.push(format!("{kind:?}: {error}")),
                Ok(_) => {}
            }
        }
        if late == 0 || sandbox.clock().now().since(before) > Duration::from_secs(30) {
            violations.push(format!("{kind:?}: {late} calls without room before their deadline"));
        }
        cases += arrivals;
    }
    let figures = format!(
        "{CALLERS} callers, at least {:.1} % of the quota used, {} violations",
        least * 100.0,
        violations.len()
    );
    trial.end(cases, &figures, &violations);
}

/// The rate rules of every API, each tried with the first call that has it.
#[derive(Default)]
struct Rules {
    cases: u64,
    apis: BTreeSet<&'static str>,
    rules: usize,
    violations: Vec<String>,
}

impl ForEach for Rules {
    fn api<A: Served>(&mut self) {
        let mut tried = BTreeSet::new();
        for call in Sample::<A>::all() {
            let rules = A::INFO.rates.iter().filter(|rule| call.info.rates.contains(&rule.name));
            let Some(tightest) = rules.min_by_key(|rule| rule.count) else { continue };
            if !tried.insert(tightest.name) {
                continue;
            }
            let calls = u64::from(tightest.count) + 2;
            let options = || match call.is_performed {
                true => CallOptions::new().unread().deadline(2 * 24 * 60 * WINDOW),
                false => CallOptions::new(),
            };
            for kind in Kind::BOTH {
                let violations = |rates: Option<Rates>| {
                    let stage = Stage::from_examples::<A>();
                    stage.sandbox.enforce_rates(true);
                    let client = Setup::<A> { rates, ..Setup::of(&stage.sandbox) }.build(kind);
                    (0..calls).for_each(|_| drop(call.run(&client, options())));
                    stage.sandbox.rate_violations()
                };
                // The control keeps no limits.
                let (kept, without) = (violations(None), violations(Some(Rates::new(&[]))));
                self.cases += calls;
                if kept > 0 || without == 0 {
                    let shown = format!("{kept} violations of {calls} calls, and {without} without limits");
                    self.violations.push(format!("{} {} {kind:?}: {shown}", A::NAME, call.info.name));
                }
            }
            self.rules += 1;
            self.apis.insert(A::INFO.name);
        }
    }
}

#[test]
fn p24_rates_of_every_api() {
    let trial = Trial::start("P24");
    let mut rules = Rules::default();
    hostkit_apis::each(&mut rules);
    let Rules { cases, apis, rules, violations } = rules;
    assert!(apis.len() > 1, "{apis:?}");
    let figures = format!("{rules} rules of {} APIs, {} violated", apis.len(), violations.len());
    trial.end(cases, &figures, &violations);
}

/// Lets `waiters` wait for one server; returns the violations and the number of polls.
fn wait_for_one(kind: Kind, waiters: usize, is_limited: bool) -> (Vec<String>, u64) {
    use clodo_proto::servers::{CreateServer, CreateServerOs, GetServer, ServerRunning};
    use clodo_proto::types::{ImageId, ServerType};

    let mut violations = Vec::new();
    let sandbox = Sandbox::start().expect("a sandbox");
    // Building a server takes three minutes.
    sandbox.world(Clodo::NAME, |world: &mut World| world.set_build(Duration::from_secs(180)));
    let client = Setup::<Clodo>::of(&sandbox).build(kind);
    let order = CreateServer::new(
        "promise",
        ServerType::Virtual,
        Mebibytes(512),
        Gibibytes(5),
        CreateServerOs::Image(ImageId::new(1)),
    );
    let server = client.perform_full(&order).into_result().expect("a server").value.id;
    let clock = SandboxClock::new(&sandbox);
    let rates = if is_limited { None } else { Some(Rates::new(&[])) };
    let client = Setup::<Clodo> { rates, clock: clock.clone(), ..Setup::of(&sandbox) }.build(kind);
    sandbox.enforce_rates(is_limited);
    sandbox.ledger().clear();
    let start = sandbox.clock().now();
    let ended = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for member in (0..waiters).map(|_| clock.join()).collect::<Vec<_>>() {
            let (client, ended) = (client.clone(), &ended);
            scope.spawn(move || {
                let _member = member;
                let waited = client.wait(ServerRunning::new(GetServer::new(server)));
                lock(ended).push(waited.map_err(|error| error.to_string()));
            });
        }
    });
    let took = sandbox.clock().now().since(start);
    let ended = ended.into_inner().expect("ends");
    let arrivals = sandbox.ledger().arrivals("get_server") as u64;
    let good = ended.iter().filter(|ended| ended.is_ok()).count();
    // Each waiter polls at the start and then once in an interval, however many there are.
    let info = <ServerRunning as Waiter>::INFO;
    let each = 2 + took.as_secs() / info.interval.as_secs().max(1);
    if ended.len() != waiters || good < waiters || took > info.deadline + WINDOW {
        violations.push(format!("{kind:?}: {} ended, {good} saw it, after {took:?}", ended.len()));
    }
    if arrivals > waiters as u64 * each || sandbox.rate_violations() > 0 {
        let beyond = sandbox.rate_violations();
        violations.push(format!("{kind:?}: {arrivals} polls in {took:?}, {beyond} beyond the limits"));
    }
    (violations, arrivals)
}

/// Lets `callers` look at once for an order that never arrived; returns the violations and the number of reads.
fn look_for_one(kind: Kind, callers: usize) -> (Vec<String>, u64) {
    use clodo_proto::servers::{CreateServer, CreateServerOs};
    use clodo_proto::types::{ImageId, ServerType};

    /// The time after which the absence of an order counts. Most reads are a minute apart, the first few less.
    const SETTLED: Duration = Duration::from_secs(900);
    const READS: u64 = 5 + SETTLED.as_secs() / 60;
    let mut violations = Vec::new();
    let sandbox = Sandbox::start().expect("a sandbox");
    let order = CreateServer::new(
        "lost",
        ServerType::Virtual,
        Mebibytes(512),
        Gibibytes(5),
        CreateServerOs::Image(ImageId::new(1)),
    );
    let lost = Fault::by_id("reset-before").expect("a fault");
    sandbox.faults().arm(Armed::new(lost).on("create_server"));
    let outcome = Setup::<Clodo>::of(&sandbox).build(kind).perform_full(&order);
    let ticket = outcome.ticket().expect("the order is lost").clone();
    let clock = SandboxClock::new(&sandbox);
    let client = Setup::<Clodo> { rates: None, clock: clock.clone(), ..Setup::of(&sandbox) }.build(kind);
    sandbox.enforce_rates(true);
    sandbox.ledger().clear();
    let start = sandbox.clock().now();
    let ended = Mutex::new(0);
    std::thread::scope(|scope| {
        for member in (0..callers).map(|_| clock.join()).collect::<Vec<_>>() {
            let (client, ended, ticket) = (client.clone(), &ended, &ticket);
            scope.spawn(move || {
                let _member = member;
                let is_told = matches!(client.recover::<CreateServer>(ticket), Recovery::DidNot);
                *lock(ended) += usize::from(is_told);
            });
        }
    });
    let took = sandbox.clock().now().since(start);
    let told = ended.into_inner().expect("ends");
    let reads = sandbox.ledger().entries().iter().filter(|entry| entry.operation != "sign_in").count() as u64;
    let longest = SETTLED + 2 * WINDOW;
    if told < callers || took > longest {
        violations
            .push(format!("{kind:?}: {told} of {callers} recoveries told that it did not happen, after {took:?}"));
    }
    if reads > callers as u64 * READS || sandbox.rate_violations() > 0 {
        let beyond = sandbox.rate_violations();
        violations.push(format!("{kind:?}: {reads} reads in {took:?}, {beyond} beyond the limits"));
    }
    (violations, reads)
}

#[test]
fn p26_recoveries_end_and_are_polite() {
    let trial = Trial::start("P26");
    let (mut violations, mut cases, mut reads) = (Vec::new(), 0, 0);
    for kind in Kind::BOTH {
        let callers = size(4, 10, 20);
        let (found, arrivals) = look_for_one(kind, callers);
        violations.extend(found);
        reads += arrivals;
        cases += callers as u64;
    }
    trial.end(cases, &format!("{reads} reads of recoveries, {} violations", violations.len()), &violations);
}

#[test]
fn p26_waiters_end_and_are_polite() {
    let trial = Trial::start("P26");
    let (mut violations, mut cases, mut polls) = (Vec::new(), 0, [0, 0]);
    for kind in Kind::BOTH {
        // With the account's rate limits, which could hide impolite polling, and without them.
        for (index, is_limited, waiters) in [(0, false, 10), (1, true, size(10, 40, 100))] {
            // If the first run is impolite, the second would not end.
            if violations.is_empty() {
                let (found, arrivals) = wait_for_one(kind, waiters, is_limited);
                violations.extend(found);
                polls[index] += arrivals;
                cases += waiters as u64;
            }
        }
    }
    let figures = format!(
        "{} polls within the limits, {} where there are none, {} violations",
        polls[1],
        polls[0],
        violations.len()
    );
    trial.end(cases, &figures, &violations);
}
