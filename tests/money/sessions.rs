//! P6, P8 and P10: tokens that expire in the middle of a burst, one sign-in for all, and wrong credentials.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hostkit::protocol::EndpointInfo;
use hostkit::protocol::server::every::Served;
use hostkit::{CallOptions, Effect, Gibibytes, Mebibytes, Outcome};
use hostkit_apis::ForEach;
use hostkit_sandbox::{Credentials, Hop, Sandbox, accounts_of};
use hostkit_tests::sign_in;

use crate::ground::{Client, Kind, Sample, Setup, Side, Stage, Trial, is_long, size};

const THREADS: usize = 64;
/// The name of Clodo's sign-in.
const SIGN_IN: &str = "sign_in";

fn options() -> CallOptions {
    CallOptions::new().deadline(Duration::from_secs(60))
}

fn balance() -> clodo_proto::billing::GetBalance {
    clodo_proto::billing::GetBalance::new()
}

/// Ends the token: in even rounds it is revoked without the client's knowledge, in odd ones it expires, if it ever does.
fn expire<A: Side>(sandbox: &Sandbox, round: u64) {
    match A::INFO.session_lifetime {
        Some(lifetime) if !round.is_multiple_of(2) => sandbox.clock().advance(2 * lifetime),
        _ => drop(sandbox.world(A::NAME, |world| world.sessions.revoke())),
    }
}

/// Runs threads or tasks that all make this call once after each end of the token; `None` if the call fails by itself.
fn storm<A: Side>(
    kind: Kind,
    (credentials, sign_in): (A::Credentials, &str),
    call: &Sample<A>,
    found: &mut Storms,
) -> Option<()> {
    let stage = Stage::from_examples::<A>();
    let sandbox = &stage.sandbox;
    let client = Setup::<A> { credentials, ..Setup::of(sandbox) }.build(kind);
    call.run(&client, options()).is_good().then_some(())?;
    let failures = AtomicU64::new(0);
    for round in 0..found.expiries {
        // In the short run, one round has as many tasks as the long run.
        let callers = match &client {
            Client::Async(..) if round == 0 => size(THREADS, 1_000, 1_000),
            _ if is_long() => 1_000,
            _ => THREADS,
        };
        found.cases += callers as u64;
        expire::<A>(sandbox, round);
        sandbox.ledger().clear();
        let failed = || failures.fetch_add(1, Ordering::Relaxed);
        match &client {
            Client::Blocking(_) => {
                let barrier = Barrier::new(callers);
                std::thread::scope(|scope| {
                    for _ in 0..callers {
                        scope.spawn(|| {
                            barrier.wait();
                            (!call.run(&client, options()).is_good()).then(failed)
                        });
                    }
                });
            }
            Client::Async(client, runtime) => runtime.block_on(async {
                let task = |_| call.task(client.with(options())).expect("a read");
                let tasks: Vec<_> = (0..callers).map(task).map(tokio::spawn).collect();
                for task in tasks {
                    if !task.await.unwrap_or(false) {
                        failed();
                    }
                }
            }),
        }
        let sign_ins = sandbox.ledger().arrivals(sign_in);
        if sign_ins != 1 {
            let shown = format!("{} {kind:?}, round {round}: {sign_ins} sign-ins of {callers} callers", A::NAME);
            found.violations.push(shown);
        }
    }
    let failures = failures.into_inner();
    if failures > 0 {
        found.violations.push(format!("{} {kind:?}: {failures} calls failed", A::NAME));
    }
    Some(())
}

/// The storms of all APIs that have a session.
#[derive(Default)]
struct Storms {
    expiries: u64,
    cases: u64,
    apis: usize,
    violations: Vec<String>,
}

impl ForEach for Storms {
    fn api<A: Served>(&mut self) {
        let Some(account) = sign_in::needed::<A>(accounts_of::<A>()) else { return };
        let needs_session = |info: &EndpointInfo| info.authorised && info.name != account.1;
        let mut reads = Sample::<A>::all();
        reads.retain(|call| needs_session(&call.info) && call.info.effect == Effect::Safe);
        // The first read that its examples answer.
        let mut ran = |call: &Sample<A>| Kind::BOTH.map(|kind| storm(kind, account.clone(), call, self));
        let is_over = reads.iter().any(|call| ran(call).iter().all(Option::is_some));
        self.apis += 1;
        if !is_over {
            self.violations.push(format!("{}: no read could be tried", A::NAME));
        }
    }
}

#[test]
fn p8_one_sign_in_for_all() {
    let trial = Trial::alone("P8");
    let mut storms = Storms { expiries: size(3, 4, 20) as u64, ..Storms::default() };
    hostkit_apis::each(&mut storms);
    let Storms { expiries, cases, apis, violations } = storms;
    let figures = format!(
        "{expiries} expiries per client at {apis} APIs that have a session, {} with another number of sign-ins than one",
        violations.len()
    );
    assert!(apis > 1, "{apis} APIs");
    trial.end(cases, &figures, &violations);
}

/// Calls that act and meet a revoked token.
#[derive(Default)]
struct Revoked {
    cases: u64,
    calls: usize,
    apis: usize,
    violations: Vec<String>,
}

impl ForEach for Revoked {
    fn api<A: Served>(&mut self) {
        let Some((credentials, _)) = sign_in::needed::<A>(accounts_of::<A>()) else { return };
        self.apis += 1;
        let calls = Sample::<A>::all().into_iter().filter(|call| call.is_performed && call.info.authorised);
        let calls: Vec<_> = calls.collect();
        self.calls += calls.len();
        for kind in Kind::BOTH {
            let stage = Stage::from_examples::<A>();
            let client = Setup::<A> { credentials: credentials.clone(), ..Setup::of(&stage.sandbox) }.build(kind);
            for call in &calls {
                let perform = || {
                    stage.reset();
                    call.run(&client, options().unread()).class
                };
                // With a session; then the token is revoked before the call, which arrives once with it, and never again.
                let ends = [perform(), {
                    stage.sandbox.world(A::NAME, |world| world.sessions.revoke());
                    perform()
                }];
                let (ledger, name) = (stage.sandbox.ledger(), call.info.name);
                let (arrivals, commits) = (ledger.arrivals(name), ledger.commits(name));
                self.cases += 1;
                if arrivals != 1 || commits > 0 || ends[1] != "rejected" {
                    let place = format!("{} {name} {kind:?}", A::NAME);
                    self.violations.push(format!("{place}: {ends:?}, {arrivals} arrivals, {commits} commits"));
                }
            }
        }
    }
}

#[test]
fn p6_a_401_is_no_reason_to_act_again() {
    let trial = Trial::start("P6");
    let mut revoked = Revoked::default();
    hostkit_apis::each(&mut revoked);
    let figures = format!("{} calls that act, of {} APIs that have a session", revoked.calls, revoked.apis);
    assert!(revoked.apis > 1, "{} APIs", revoked.apis);
    trial.end(revoked.cases, &figures, &revoked.violations);
}

/// Reads and orders from many threads while tokens are revoked.
#[test]
fn p6_a_401_is_no_reason_to_order_again() {
    let trial = Trial::start("P6");
    let (mut violations, mut cases, mut revocations, mut refused) = (Vec::new(), 0, 0, 0);
    for kind in Kind::BOTH {
        let sandbox = Sandbox::start().expect("a sandbox");
        let client = Setup::<clodo_proto::Clodo>::of(&sandbox).build(kind);
        let order = clodo_proto::servers::CreateServer::new(
            "promise",
            clodo_proto::types::ServerType::Virtual,
            Mebibytes(512),
            Gibibytes(5),
            clodo_proto::servers::CreateServerOs::Image(clodo_proto::types::ImageId::new(1)),
        );
        client.with(options()).call_full(&balance()).expect("a first call");
        for round in 0..size(2, 4, 100) {
            sandbox.ledger().clear();
            // The token is revoked before this order, which arrives once with the revoked token, and never again.
            sandbox.world(clodo_proto::Clodo::NAME, |world| world.sessions.revoke());
            let outcome = client.with(options().unread()).perform_full(&order);
            let arrivals = sandbox.ledger().arrivals("create_server");
            if arrivals != 1
                || !matches!(outcome, Outcome::Rejected(_))
                || sandbox.ledger().commits("create_server") > 0
            {
                violations.push(format!("{kind:?}, round {round}: {}, {arrivals} arrivals", outcome.as_str()));
            }
            (cases, revocations, refused) = (cases + 1, revocations + 1, refused + 1);
            // And in the middle of a burst.
            sandbox.ledger().clear();
            let (sent, done, rejected) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
            let attempts = AtomicU64::new(0);
            std::thread::scope(|scope| {
                for thread in 0..8 {
                    let (client, sandbox, order) = (&client, &sandbox, &order);
                    let (sent, done, rejected, attempts) = (&sent, &done, &rejected, &attempts);
                    scope.spawn(move || {
                        for turn in 0..6 {
                            if thread == 0 && turn % 3 == 2 {
                                sandbox.world(clodo_proto::Clodo::NAME, |world| world.sessions.revoke());
                            }
                            sent.fetch_add(1, Ordering::Relaxed);
                            match client.with(options().unread()).perform_full(order) {
                                Outcome::Done(_) | Outcome::Accepted(..) => done.fetch_add(1, Ordering::Relaxed),
                                _ => rejected.fetch_add(1, Ordering::Relaxed),
                            };
                            let read = client.with(options()).call_full(&balance());
                            let count = read.map_or_else(|error| error.attempts(), |reply| reply.attempts);
                            attempts.fetch_max(u64::from(count), Ordering::Relaxed);
                        }
                    });
                }
            });
            let ledger = sandbox.ledger();
            let (sent, done, rejected) = (sent.into_inner(), done.into_inner(), rejected.into_inner());
            let (arrivals, commits) = (ledger.arrivals("create_server") as u64, ledger.commits("create_server") as u64);
            let (sign_ins, attempts) = (ledger.arrivals(SIGN_IN), attempts.into_inner());
            if arrivals > sent || commits != done {
                violations.push(format!(
                    "{kind:?}, round {round}: {sent} sent, {arrivals} came, {done} done, {commits} carried out"
                ));
            }
            // Two more revocations, and the one left over from before.
            if attempts > 2 || sign_ins > 3 {
                violations.push(format!("{kind:?}, round {round}: {attempts} attempts of a read, {sign_ins} sign-ins"));
            }
            cases += sent * 2;
            revocations += 2;
            refused += rejected;
        }
    }
    let figures = format!("{revocations} revocations, {refused} orders rejected, {} violations", violations.len());
    trial.end(cases, &figures, &violations);
}

/// Storms with wrong credentials.
#[derive(Default)]
struct Wrong {
    storms: u64,
    apis: usize,
    violations: Vec<String>,
}

impl ForEach for Wrong {
    fn api<A: Served>(&mut self) {
        let account = sign_in::needed::<A>(A::credentials_with("wrong-on-purpose"));
        let Some((credentials, sign_in)) = account else { return };
        self.apis += 1;
        let is_fit = |call: &Sample<A>| !call.is_performed && call.info.authorised && call.info.name != sign_in;
        let Some(call) = Sample::<A>::all().into_iter().find(is_fit) else { return };
        for kind in Kind::BOTH {
            let stage = Stage::from_examples::<A>();
            let client = Setup::<A> { credentials: credentials.clone(), ..Setup::of(&stage.sandbox) }.build(kind);
            let ready = Barrier::new(THREADS);
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        ready.wait();
                        for _ in 0..3 {
                            assert!(!call.run(&client, options()).is_good(), "wrong credentials are good");
                        }
                    });
                }
            });
            let entries = stage.sandbox.ledger().entries();
            let tries = entries.iter().filter(|entry| entry.hop == Hop::Client && entry.operation == sign_in).count();
            let others = entries.len() - tries;
            let bad = entries.iter().filter(|entry| entry.credentials == Credentials::Bad).count();
            self.storms += 1;
            if (tries, others, bad) != (1, 0, 1) {
                let shown = format!("{tries} sign-ins, {others} other calls, {bad} refusals");
                self.violations.push(format!("{} {kind:?}: {shown}", A::NAME));
            }
        }
    }
}

#[test]
fn p10_one_failing_sign_in() {
    let trial = Trial::alone("P10");
    let mut wrong = Wrong::default();
    hostkit_apis::each(&mut wrong);
    let Wrong { storms, apis, violations } = wrong;
    let figures = format!(
        "{storms} storms of {THREADS} threads at {apis} APIs that have a session, {} with more than one failing sign-in",
        violations.len()
    );
    assert!(apis > 1 && storms == 2 * apis as u64, "{storms} storms at {apis} APIs");
    trial.end(storms * 3 * THREADS as u64, &figures, &violations);
}
