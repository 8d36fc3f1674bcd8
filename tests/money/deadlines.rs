//! P22: whatever stalls, drips or never ends, at a read, at a call that acts or at a sign-in of any API, the call returns
//! by its deadline.

use std::sync::Mutex;
use std::thread::Scope;
use std::time::{Duration, Instant};

use hostkit::CallOptions;
use hostkit::protocol::server::every::Served;
use hostkit_apis::ForEach;
use hostkit_sandbox::fault::Group;
use hostkit_sandbox::{Armed, Fault, accounts_of};
use hostkit_tests::sign_in;

use crate::ground::{Client, Kind, LONG, Said, Sample, Setup, Side, Stage, Trial, lock, size};

const DEADLINES: [u64; 3] = [100, 300, 1_000];
const GRACE: Duration = Duration::from_millis(250);
/// Among so many APIs the longer deadlines are shared out in the short run.
const APIS: usize = 12;

#[derive(Default)]
struct Found {
    cases: u64,
    apis: usize,
    worst: Duration,
    violations: Vec<String>,
}

/// The stalls at all APIs. Nearly all of the time is spent waiting, so running side by side does not distort the
/// measurement.
struct Stalls<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    faults: &'e [&'static Fault],
    found: &'e Mutex<Found>,
}

impl ForEach for Stalls<'_, '_> {
    fn api<A: Served>(&mut self) {
        let (faults, found) = (self.faults, self.found);
        // Each API begins with another fault: those that keep a core busy are not met by all at once.
        let turn = lock(found).apis;
        lock(found).apis += 1;
        for kind in Kind::BOTH {
            self.scope.spawn(move || {
                let stage = Stage::from_examples::<A>();
                let client = Setup::<A>::of(&stage.sandbox).build(kind);
                let calls = Sample::reading_and_acting(&client);
                for (index, fault) in faults.iter().enumerate().cycle().skip(turn * 2).take(faults.len()) {
                    let deadlines = size(1, if index % APIS == turn { 3 } else { 1 }, 3);
                    for deadline in DEADLINES.into_iter().take(deadlines) {
                        at(&stage, kind, &client, &calls, fault, Duration::from_millis(deadline), found);
                    }
                }
            });
        }
    }
}

#[test]
fn p22_back_at_the_deadline() {
    let trial = Trial::alone("P22");
    let found = Mutex::new(Found::default());
    let faults: Vec<_> =
        Fault::all().filter(|fault| fault.group() == Group::Slowness && !fault.is_harmless()).collect();
    std::thread::scope(|scope| hostkit_apis::each(&mut Stalls { scope, faults: &faults, found: &found }));
    let Found { cases, apis, worst, violations } = found.into_inner().expect("what was found");
    let figures =
        format!("{} stall points at {apis} APIs × 2 clients, at most {} ms late", faults.len(), worst.as_millis());
    trial.end(cases, &figures, &violations);
}

/// One fault at a read and at a call that acts, and at the sign-in before each, if there is one.
fn at<A: Side>(
    stage: &Stage,
    kind: Kind,
    client: &Client<A>,
    (read, act): &(Option<Sample<A>>, Option<Sample<A>>),
    fault: &'static Fault,
    deadline: Duration,
    found: &Mutex<Found>,
) {
    let sandbox = &stage.sandbox;
    stage.reset();
    // A drip that neither ends nor exceeds a limit before the longest deadline.
    sandbox.faults().set(|settings| settings.drip = Duration::from_millis(30));
    sandbox.faults().arm(Armed::new(fault).api(A::NAME).always());
    // Whoever has no session meets the fault at the sign-in.
    let signs_in = A::INFO.reads_clock || sign_in::needed::<A>(accounts_of::<A>()).is_some();
    let is_short = deadline <= Duration::from_millis(DEADLINES[0]);
    let stranger = (signs_in && is_short).then(|| Setup::<A>::of(sandbox).build(kind));
    let mut ends = Vec::new();
    for (client, is_signed_in) in stranger.iter().map(|client| (client, false)).chain([(client, true)]) {
        for call in read.iter().filter(|_| is_signed_in || act.is_none()).chain(act) {
            let start = Instant::now();
            let Said { class, .. } = call.run(client, CallOptions::new().deadline(deadline).unread());
            // What has no body, or hardly one, may be whole before the deadline.
            let may_be_whole = call.answer < LONG;
            let is_right = match (call.is_performed, is_signed_in) {
                (true, true) => class == "unresolved" || may_be_whole,
                // A sign-in that is answered in headers alone comes through.
                (true, false) => class == "not sent" || class == "unresolved" || may_be_whole,
                (false, _) => class != "ok" || may_be_whole,
            };
            ends.push((call, is_signed_in, class, is_right, start.elapsed()));
        }
    }
    drop(stranger);
    let patience = Instant::now() + Duration::from_secs(2);
    while sandbox.open_connections() > 0 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(5));
    }
    let place = format!("{} {kind:?} {fault} with {deadline:?}", A::NAME);
    let mut found = lock(found);
    let has_kept = ends.iter().any(|(_, _, class, ..)| matches!(&**class, "ok" | "done" | "accepted"));
    for (call, is_signed_in, class, is_right, took) in ends {
        found.cases += 1;
        found.worst = found.worst.max(took.saturating_sub(deadline));
        let place = format!("{place} at {}{}", call.info.name, if is_signed_in { "" } else { ", signing in" });
        if took > deadline + GRACE {
            found.violations.push(format!("{place}: back after {took:?}"));
        }
        if !is_right {
            found.violations.push(format!("{place}: {class}"));
        }
    }
    if sandbox.open_connections() > 0 && !has_kept {
        found.violations.push(format!("{place}: {} sockets are left", sandbox.open_connections()));
    }
}
