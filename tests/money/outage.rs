//! P4 and P5: how often a call is really sent, also in an outage, at every API.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread::Scope;
use std::time::Duration;

use hostkit::CallOptions;
use hostkit::protocol::server::every::Served;
use hostkit_apis::ForEach;
use hostkit_sandbox::fault::Group;
use hostkit_sandbox::{Armed, Fault};

use crate::ground::{Kind, Said, Sample, Setup, Side, Stage, Trial, is_long, lock, size};

#[derive(Default)]
struct Found {
    cases: u64,
    apis: usize,
    /// P4: how many requests arrived, and of which kinds.
    arrived: usize,
    kinds: BTreeSet<(String, bool)>,
    /// P5: the most load beyond that of the calls, in percent.
    worst: f64,
    violations: Vec<String>,
}

/// Something that is done at each API with either client, side by side.
struct Sides<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    found: &'e Mutex<Found>,
    promise: Promise,
}

#[derive(Clone, Copy)]
enum Promise {
    NothingBelow,
    Retries,
}

impl ForEach for Sides<'_, '_> {
    fn api<A: Served>(&mut self) {
        let (found, promise) = (self.found, self.promise);
        let turn = lock(found).apis;
        lock(found).apis += 1;
        for kind in Kind::BOTH {
            self.scope.spawn(move || match promise {
                Promise::NothingBelow => nothing_below::<A>(kind, found),
                Promise::Retries => retries::<A>(kind, turn, found),
            });
        }
    }
}

fn at_each_api(promise: Promise) -> Found {
    let found = Mutex::default();
    std::thread::scope(|scope| hostkit_apis::each(&mut Sides { scope, found: &found, promise }));
    found.into_inner().expect("what was found")
}

const OUTAGES: [&str; 3] = ["reset-before", "status-503", "close-in-head"];

/// The retries of a read in an outage; in the short run, of one kind at each API.
fn retries<A: Side>(kind: Kind, turn: usize, found: &Mutex<Found>) {
    let calls = size(200, 200, 10_000) as u64;
    let stage = Stage::from_examples::<A>();
    let sandbox = &stage.sandbox;
    let options = || CallOptions::new().deadline(Duration::from_secs(30));
    let first = if is_long() { OUTAGES.len() } else { 1 };
    for id in OUTAGES.iter().cycle().skip(turn).take(first) {
        let fault = Fault::by_id(id).expect("a fault");
        // A client whose budget of retries is full.
        let client = || {
            stage.reset();
            let client = Setup::<A>::of(sandbox).build(kind);
            let read = Sample::reading_and_acting(&client).0.expect("a read");
            stage.reset();
            sandbox.faults().arm(Armed::new(fault).on(read.info.name).always());
            (client, read)
        };
        let place = format!("{} {kind:?} {id}", A::NAME);
        let (mut violations, mut most) = (Vec::new(), 0);
        let (outage, read) = client();
        for _ in 0..calls {
            let before = sandbox.clock().now();
            let said = read.run(&outage, options());
            most = most.max(said.attempts);
            if said.is_good() {
                violations.push(format!("{place}: a call got through"));
            }
            if sandbox.clock().now().since(before) > Duration::from_secs(30) {
                violations.push(format!("{place}: the retries went over the deadline"));
            }
        }
        let arrivals = sandbox.ledger().arrivals(read.info.name) as u64;
        let extra = (arrivals as f64 - calls as f64) / calls as f64 * 100.0;
        if arrivals < calls || extra > 10.0 || most > 3 {
            violations.push(format!("{place}: {arrivals} arrivals of {calls} calls, {most} attempts"));
        }
        if most < 2 {
            violations.push(format!("{place}: nothing was tried again"));
        }
        let (patient, read) = client();
        for most in 1..=3 {
            let before = sandbox.ledger().arrivals(read.info.name);
            let attempts = read.run(&patient, options().max_attempts(most)).attempts;
            let arrivals = sandbox.ledger().arrivals(read.info.name) - before;
            if (attempts, arrivals) != (most, most as usize) {
                violations
                    .push(format!("{place}: {attempts} attempts with `max_attempts` {most}, {arrivals} arrivals"));
            }
        }
        let mut found = lock(found);
        found.worst = found.worst.max(extra);
        found.cases += calls + 3;
        found.violations.extend(violations);
    }
}

#[test]
fn p5_retries_in_an_outage() {
    let trial = Trial::start("P5");
    let Found { cases, apis, worst, violations, .. } = at_each_api(Promise::Retries);
    trial.end(cases, &format!("{apis} APIs, at most {worst:.1} % extra load"), &violations);
}

/// Faults of a connection that an HTTP library could take as a reason to resend: at a call of each method, and at those
/// that act. The HTTP library is the same for every API, but resends by the method, and by whether there is a body.
fn nothing_below<A: Side>(kind: Kind, found: &Mutex<Found>) {
    let stage = Stage::from_examples::<A>();
    let sandbox = &stage.sandbox;
    let client = Setup::<A>::of(sandbox).build(kind);
    let options = || CallOptions::new().deadline(Duration::from_secs(20)).unread();
    let (mut calls, mut kinds) = (Vec::new(), BTreeSet::new());
    for call in Sample::<A>::all() {
        let of = (call.info.method.to_string(), call.is_performed);
        if !kinds.contains(&of) && call.run(&client, options()).is_good() {
            kinds.insert(of);
            calls.push(call);
        }
    }
    let (mut violations, mut cases, mut arrived) = (Vec::new(), 0, 0);
    for fault in Fault::all().filter(|fault| fault.group() == Group::Connection || fault.id().contains("truncate")) {
        // Reads go over pooled connections, which are dead after the harmless faults: these must not affect a call that is
        // not repeated.
        for call in (0..size(1, 1, 50)).flat_map(|_| &calls) {
            let name = call.info.name;
            stage.reset();
            sandbox.faults().arm(Armed::new(fault).on(name));
            let before = sandbox.connections();
            let Said { class, attempts } = call.run(&client, options());
            let connections = sandbox.connections() - before;
            let (attempts, arrivals) = (attempts as usize, sandbox.ledger().arrivals(name));
            // One attempt may be lost on a pooled connection that the fault before has closed, if the end of that
            // connection is still on its way when the request is written.
            let is_right = match call.info.is_repeatable() {
                true => arrivals <= attempts && attempts <= arrivals + 1,
                false => arrivals == attempts && connections as usize == attempts,
            };
            if !is_right || call.is_performed && arrivals != 1 {
                violations.push(format!(
                    "{} {kind:?} {fault} at {name}: {class}, {attempts} attempts, {arrivals} arrivals, {connections} connections",
                    A::NAME
                ));
            }
            cases += 1;
            arrived += arrivals;
        }
    }
    let mut found = lock(found);
    found.cases += cases;
    found.arrived += arrived;
    found.kinds.extend(calls.iter().map(|call| (call.info.method.to_string(), call.is_performed)));
    found.violations.extend(violations);
}

#[test]
fn p4_nothing_below_sends_again() {
    let trial = Trial::start("P4");
    let Found { cases, apis, arrived, kinds, violations, .. } = at_each_api(Promise::NothingBelow);
    let figures = format!(
        "{} kinds of calls of {apis} APIs, {arrived} arrivals, no more than attempts but for {}",
        kinds.len(),
        violations.len()
    );
    assert!(kinds.len() > 6, "{kinds:?}");
    trial.end(cases, &figures, &violations);
}
