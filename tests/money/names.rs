//! P22 and P1 with faults of name resolution: the call returns by its deadline, one thread looks up a name, and what
//! could not connect was not sent.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use hostkit::{CallOptions, Outcome};
use hostkit_sandbox::fault::{Group, Random};
use hostkit_sandbox::{Armed, Fault, Sandbox};
use rootpanel_proto::RootPanel;
use rootpanel_proto::orders::CreateOrder;
use rootpanel_proto::tariffs::GetTarifs;
use rootpanel_proto::types::TariffId;

use crate::ground::{Kind, Setup, Side, Stage, Trial, lock, size};

const DEADLINES: [u64; 3] = [600, 800, 1_000];
const GRACE: Duration = Duration::from_millis(250);

#[derive(Default)]
struct Found {
    violations: Vec<String>,
    cases: u64,
    late: Duration,
    threads: usize,
    faults: BTreeSet<&'static str>,
    /// Faults for which this machine has no silent address, so that connecting failed at once.
    loud: BTreeSet<&'static str>,
}

#[test]
fn p22_names() {
    let trial = Trial::alone("P22");
    let found = Mutex::new(Found::default());
    let faults: Vec<_> = Fault::all().filter(|fault| fault.group() == Group::Dns).collect();
    std::thread::scope(|scope| {
        for (kind, faults) in Kind::BOTH.into_iter().flat_map(|kind| faults.chunks(6).map(move |some| (kind, some))) {
            let found = &found;
            scope.spawn(move || {
                for fault in faults {
                    for deadline in DEADLINES {
                        one(kind, fault, Duration::from_millis(deadline), found);
                    }
                }
            });
        }
    });
    let found = found.into_inner().expect("what was found");
    assert_eq!(found.faults.len(), faults.len(), "not every fault about names had a run");
    let figures = format!(
        "{} faults of name resolution × {} deadlines × 2 clients, at most {} ms late, {} threads for a name; without a \
         silent address: {:?}",
        faults.len(),
        DEADLINES.len(),
        found.late.as_millis(),
        found.threads,
        found.loud,
    );
    trial.end(found.cases, &figures, &found.violations);
}

fn one(kind: Kind, fault: &'static Fault, deadline: Duration, found: &Mutex<Found>) {
    let sandbox = Sandbox::start().expect("a sandbox");
    let resolver = sandbox.resolver();
    let options = || CallOptions::new().deadline(deadline);
    sandbox.faults().arm(Armed::new(fault).always());
    // Each call has its own client, which has no address cached.
    let client = || Setup::<RootPanel>::by_name(&sandbox, &resolver, deadline * 3 / 4).build(kind);
    let reading = client();
    let start = Instant::now();
    let has_read = reading.with(options()).call_full(&GetTarifs::new()).is_ok();
    let read_in = start.elapsed();
    let threads = resolver.most_at_once();
    let ordering = client();
    let start = Instant::now();
    let outcome = ordering.with(options().unread()).perform_full(&CreateOrder::new(TariffId::new(1), 1));
    let ordered_in = start.elapsed();
    let arrivals = sandbox.ledger().arrivals("create_order");

    let mut found = lock(found);
    found.cases += 2;
    found.faults.extend(sandbox.faults().struck().iter().map(|struck| struck.fault.id()));
    // The two clients have two resolvers.
    found.threads = found.threads.max(threads);
    if fault.id().contains("silent-") && !resolver.is_silent() {
        found.loud.insert(fault.id());
    }
    let at = format!("{kind:?} {fault} with {deadline:?}");
    for took in [read_in, ordered_in] {
        found.late = found.late.max(took.saturating_sub(deadline));
        if took > deadline + GRACE {
            found.violations.push(format!("{at}: back after {took:?}"));
        }
    }
    if threads != 1 {
        found.violations.push(format!("{at}: {threads} threads asked for one name"));
    }
    let (is_right, what) = match fault.is_harmless() {
        true => (has_read && outcome.is_done() && arrivals == 1, "one order that is done"),
        false => (!has_read && matches!(outcome, Outcome::NotSent(_)) && arrivals == 0, "no order that is not sent"),
    };
    if !is_right || (!fault.is_harmless() && sandbox.connections() > 0) {
        let said = outcome.as_str();
        let row = format!("{at}: read {has_read}, order {said}, {arrivals} arrivals, not {what}");
        found.violations.push(row);
    }
}

#[test]
fn p22_one_thread_for_a_name() {
    let trial = Trial::alone("P22");
    let mut violations = Vec::new();
    for kind in Kind::BOTH {
        let sandbox = Sandbox::start().expect("a sandbox");
        let resolver = sandbox.resolver();
        sandbox.faults().arm(Armed::new(Fault::by_id("dns-silent").expect("a fault")).always());
        let client = Setup::<RootPanel>::by_name(&sandbox, &resolver, Duration::from_millis(200)).build(kind);
        std::thread::scope(|scope| {
            for _ in 0..32 {
                let client = client.clone();
                let options = CallOptions::new().deadline(Duration::from_millis(300));
                scope.spawn(move || client.with(options).call_full(&GetTarifs::new()).is_ok());
            }
        });
        if (resolver.asked(), resolver.most_at_once()) != (1, 1) {
            violations.push(format!("{kind:?}: {} questions, {} at once", resolver.asked(), resolver.most_at_once()));
        }
    }
    trial.end(64, "one thread for a name that 32 calls wait for", &violations);
}

/// The first lookup gives a wrong address, the second the right one. An address that could not be reached is looked up
/// again.
#[test]
fn p22_wrong_then_right() {
    let trial = Trial::alone("P22");
    let mut violations = Vec::new();
    for kind in Kind::BOTH {
        for id in ["dns-wrong-address", "dns-elsewhere", "dns-no-such-name", "dns-unspecified-address"] {
            let sandbox = Sandbox::start().expect("a sandbox");
            let fault = Fault::by_id(id).expect("a fault");
            let resolver = sandbox.resolver();
            let client = || Setup::<RootPanel>::by_name(&sandbox, &resolver, Duration::from_secs(1)).build(kind);
            let order = CreateOrder::new(TariffId::new(1), 1);
            let ordering = client();
            sandbox.faults().arm(Armed::new(fault));
            let first = ordering.with(CallOptions::new().unread()).perform_full(&order);
            let second = ordering.with(CallOptions::new().unread()).perform_full(&order);
            sandbox.faults().arm(Armed::new(fault));
            let has_read = client().call_full(&GetTarifs::new()).is_ok();
            let said = (first.as_str(), second.as_str(), has_read, sandbox.ledger().arrivals("create_order"));
            if said != ("not sent", "done", true, 1) {
                violations.push(format!("{kind:?} {id}: {said:?}"));
            }
        }
    }
    trial.end(16, "4 answers that change", &violations);
}

/// If a call gives up while connecting, the next one looks the address up again, although nothing failed.
#[test]
fn p22_silent_then_right() {
    let trial = Trial::alone("P22");
    let mut violations = Vec::new();
    for kind in Kind::BOTH {
        let sandbox = Sandbox::start().expect("a sandbox");
        let resolver = sandbox.resolver();
        sandbox.faults().arm(Armed::new(Fault::by_id("dns-silent-address").expect("a fault")));
        let client = Setup::<RootPanel>::by_name(&sandbox, &resolver, Duration::from_secs(5)).build(kind);
        let read = |deadline| client.with(CallOptions::new().deadline(deadline)).call_full(&GetTarifs::new()).is_ok();
        let first = read(Duration::from_millis(300));
        let said = (first, read(Duration::from_secs(2)), resolver.asked());
        if said != (false, true, 2) {
            violations.push(format!("{kind:?}: {said:?}"));
        }
    }
    trial.end(4, "an address that does not answer, and then another", &violations);
}

/// P1 by a seed: name resolution, connections and answers fail at random. Prints the seed, which repeats the run.
#[test]
fn p1_names_by_seed() {
    let trial = Trial::alone("P1");
    let seed = std::env::var("HOSTKIT_PROMISE_SEED").map_or(20_261_122, |seed| seed.parse().expect("a seed"));
    let faults: Vec<_> = Fault::all()
        .filter(|fault| matches!(fault.group(), Group::Dns | Group::Connection) && !fault.id().contains("silent"))
        .collect();
    let orders = size(20, 200, 5_000);
    let (mut violations, mut tally) = (Vec::new(), [0_u64; 3]);
    for kind in Kind::BOTH {
        let stage = Stage::new(RootPanel::NAME);
        let resolver = stage.sandbox.resolver();
        let order = CreateOrder::new(TariffId::new(1), 1);
        let random =
            Random { seed, per_mille: 400, faults: faults.clone(), operations: vec!["create_order".to_owned()] };
        stage.sandbox.faults().at_random(random);
        for number in 0..orders {
            let client = Setup::<RootPanel>::by_name(&stage.sandbox, &resolver, Duration::from_secs(2)).build(kind);
            stage.sandbox.ledger().clear();
            let struck = stage.sandbox.faults().struck().len();
            let outcome =
                client.with(CallOptions::new().deadline(Duration::from_secs(5)).unread()).perform_full(&order);
            let (arrivals, commits) = settled(&stage, &outcome);
            let is_right = match &outcome {
                Outcome::Done(_) => arrivals == 1 && commits == 1,
                Outcome::NotSent(_) => arrivals == 0,
                _ => arrivals <= 1 && commits <= 1,
            };
            let index = if outcome.is_done() { 0 } else { 1 + usize::from(outcome.is_unresolved()) };
            tally[index] += 1;
            if !is_right {
                let struck: Vec<_> = stage.sandbox.faults().struck()[struck..].iter().map(|s| s.fault.id()).collect();
                let said = outcome.as_str();
                violations.push(format!(
                    "{kind:?} order {number} under {struck:?}: {said}, {arrivals} arrivals, {commits} commits; \
                     HOSTKIT_PROMISE_SEED={seed}"
                ));
            }
        }
    }
    let [done, other, unresolved] = tally;
    assert!(done > 0 && other > 0 && unresolved > 0, "{tally:?}");
    let figures = format!("seed {seed}: done {done}, not sent or rejected {other}, unresolved {unresolved}");
    trial.end(2 * orders as u64, &figures, &violations);
}

/// What arrived and what was carried out, once the server has recorded it.
fn settled<T, C: hostkit::FaultCode>(stage: &Stage, outcome: &Outcome<T, C>) -> (usize, usize) {
    if !outcome.is_done() {
        // The client may return before the server has recorded the call.
        std::thread::sleep(Duration::from_millis(5));
    }
    let ledger = stage.sandbox.ledger();
    (ledger.arrivals("create_order"), ledger.commits("create_order"))
}
