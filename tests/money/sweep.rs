//! P1, P2 and P30: every call of every API under the faults of the catalogue. Acting calls arrive at most once, and
//! both clients behave alike.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread::Scope;
use std::time::Duration;

use hostkit::CallOptions;
use hostkit::protocol::server::every::Served;
use hostkit_apis::ForEach;
use hostkit_sandbox::fault::Group;
use hostkit_sandbox::{Armed, Fault};

use crate::ground::{Client, Kind, Sample, Setup, Side, Stage, Trial, from_client, is_long, is_small, lock};

/// The number of faults for each call in the short run.
const FAULTS_PER_CALL: usize = 3;

/// The result that one client reported, and how often its call arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    class: String,
    arrivals: usize,
}

#[derive(Debug, Default)]
struct Found {
    cases: u64,
    acting: u64,
    faults: BTreeSet<&'static str>,
    operations: u64,
    apis: usize,
    /// Violations of promises P1 and P30.
    repeated: Vec<String>,
    differs: Vec<String>,
}

struct Sweep<'f, A: Side> {
    stages: [Stage; 2],
    faults: Vec<&'static Fault>,
    turn: usize,
    found: &'f Mutex<Found>,
    api: std::marker::PhantomData<A>,
}

impl<'f, A: Side> Sweep<'f, A> {
    fn new(found: &'f Mutex<Found>) -> Self {
        let stages = [Stage::new(A::NAME), Stage::new(A::NAME)];
        for stage in &stages {
            // A byte every 40 ms outlasts every deadline here.
            stage.sandbox.faults().set(|settings| settings.drip = Duration::from_millis(40));
        }
        Self { stages, faults: Fault::all().collect(), turn: 0, found, api: std::marker::PhantomData }
    }

    /// Clients with a host name and without a cached address.
    fn by_name(&self) -> [Client<A>; 2] {
        [0, 1].map(|index: usize| {
            let sandbox = &self.stages[index].sandbox;
            Setup::<A>::by_name(sandbox, &sandbox.resolver(), Duration::from_millis(800)).build(Kind::BOTH[index])
        })
    }

    fn some_faults(&mut self) -> Vec<&'static Fault> {
        if is_long() {
            return self.faults.clone();
        }
        let start = self.turn;
        self.turn += if is_small() { 1 } else { FAULTS_PER_CALL };
        (start..self.turn).map(|index| self.faults[index % self.faults.len()]).collect()
    }

    fn each(&mut self, call: &Sample<A>) {
        let (name, is_acting) = (call.info.name, call.is_performed);
        let clients = [0, 1].map(|index: usize| Setup::<A>::of(&self.stages[index].sandbox).build(Kind::BOTH[index]));
        lock(self.found).operations += 1;
        for fault in self.some_faults() {
            let clients = if fault.group() == Group::Dns { self.by_name() } else { clients.clone() };
            let mut seen = std::thread::scope(|scope| {
                let [blocking, other] = [0, 1].map(|index: usize| {
                    let (stage, client) = (&self.stages[index], &clients[index]);
                    move || one(stage, fault, name, |options| call.run(client, options).class)
                });
                let other = scope.spawn(other);
                [blocking(), other.join().expect("a client")]
            });
            // A late thread of the server may still be recording, so a difference has to show twice.
            if seen[0] != seen[1] {
                seen = [0, 1].map(|index| {
                    one(&self.stages[index], fault, name, |options| call.run(&clients[index], options).class)
                });
            }
            let mut found = lock(self.found);
            found.cases += 2;
            found.acting += if is_acting { 2 } else { 0 };
            found.faults.insert(fault.id());
            let [blocking, other] = &seen;
            let row = format!("{} {name} under {fault}: blocking {blocking:?}, async {other:?}", A::NAME);
            let is_unsent = |seen: &Seen| seen.class == "not sent" && seen.arrivals == 0;
            if is_acting && fault.group() == Group::Dns && !fault.is_harmless() && !seen.iter().all(is_unsent) {
                found.repeated.push(format!("{row}: no name, and yet not \"not sent\""));
            }
            if is_acting && seen.iter().any(|seen| seen.arrivals > 1) {
                found.repeated.push(row.clone());
            }
            if is_acting && seen.iter().any(|seen| seen.class == "not sent" && seen.arrivals > 0) {
                found.repeated.push(format!("{row}: not sent, but it arrived"));
            }
            if blocking != other {
                found.differs.push(row);
            }
        }
    }
}

fn one(stage: &Stage, fault: &'static Fault, name: &'static str, run: impl Fn(CallOptions) -> String) -> Seen {
    stage.reset();
    stage.sandbox.faults().arm(Armed::new(fault).on(name).always());
    let is_slow = fault.id() == "dns-silent"
        || fault.group() == Group::Slowness && !fault.is_harmless()
        || fault.id() == "late-commit-stall";
    let deadline = Duration::from_millis(if is_slow { 200 } else { 20_000 });
    let class = run(CallOptions::new().deadline(deadline));
    let entries = stage.sandbox.ledger().entries();
    // A call that lost its body is recorded as the call that it became.
    let is_it = |entry: &&hostkit_sandbox::Entry| entry.operation == name || entry.fault == Some(fault);
    let arrivals = entries.iter().filter(from_client).filter(is_it).count();
    Seen { class, arrivals }
}

/// The sweeps of all APIs, side by side.
struct Sweeps<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    found: &'e Mutex<Found>,
}

impl ForEach for Sweeps<'_, '_> {
    fn api<A: Served>(&mut self) {
        let found = self.found;
        lock(found).apis += 1;
        self.scope.spawn(move || {
            let mut sweep = Sweep::<A>::new(found);
            Sample::<A>::all().iter().for_each(|call| sweep.each(call));
        });
    }
}

#[test]
fn p30_every_call_under_faults() {
    let trial = Trial::alone("P30");
    let found = Mutex::new(Found::default());
    std::thread::scope(|scope| {
        hostkit_apis::each(&mut Sweeps { scope, found: &found });
    });
    let found = found.into_inner().expect("what was found");
    assert!(is_small() || found.faults.len() == Fault::all().count(), "not every fault had a run");
    let figures = format!(
        "{} calls of {} APIs, {} faults, {} cases that act: {} arrived twice; {} differ between the clients",
        found.operations,
        found.apis,
        found.faults.len(),
        found.acting,
        found.repeated.len(),
        found.differs.len()
    );
    let violations: Vec<_> = found.repeated.into_iter().chain(found.differs).collect();
    trial.end(found.cases, &figures, &violations);
}
