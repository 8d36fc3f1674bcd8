//! P6, P8 and P10: tokens that expire in the middle of a burst, one sign-in for all, and wrong credentials.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hostkit::{CallOptions, Gibibytes, Mebibytes, Outcome};
use hostkit_sandbox::{Credentials, Hop, Sandbox};

use crate::ground::{Client, Kind, Setup, Side, Trial, is_long, size};

const THREADS: usize = 64;
/// The name of the sign-in in the specs of both APIs that have one.
const SIGN_IN: &str = "sign_in";

fn options() -> CallOptions {
    CallOptions::new().deadline(Duration::from_secs(60))
}

fn balance() -> clodo_proto::billing::GetBalance {
    clodo_proto::billing::GetBalance::new()
}

/// Ends the token: in even rounds it is revoked without the client's knowledge, in odd ones it expires.
fn expire(sandbox: &Sandbox, round: u64) {
    if round.is_multiple_of(2) {
        sandbox.world(clodo_proto::Clodo::NAME, |world| world.sessions.revoke());
    } else {
        sandbox.clock().advance(Duration::from_secs(2 * 3600));
    }
}

/// Runs threads or tasks that all call once after each end of the token.
fn storm(kind: Kind, expiries: u64, violations: &mut Vec<String>) -> u64 {
    let sandbox = Sandbox::start().expect("a sandbox");
    let client = Client::<clodo_proto::Clodo>::of(&sandbox, kind);
    client.with(options()).call_full(&balance()).expect("a first call");
    let failures = AtomicU64::new(0);
    let mut cases = 0;
    for round in 0..expiries {
        // In the short run, one round has as many tasks as the long run.
        let callers = match &client {
            Client::Async(..) if round == 0 => size(THREADS, 1_000, 1_000),
            _ if is_long() => 1_000,
            _ => THREADS,
        };
        cases += callers as u64;
        expire(&sandbox, round);
        sandbox.ledger().clear();
        let failed = || failures.fetch_add(1, Ordering::Relaxed);
        match &client {
            Client::Blocking(client) => {
                let barrier = Barrier::new(callers);
                std::thread::scope(|scope| {
                    for _ in 0..callers {
                        scope.spawn(|| {
                            barrier.wait();
                            client.with(options()).call_full(&balance()).is_err().then(failed)
                        });
                    }
                });
            }
            Client::Async(client, runtime) => runtime.block_on(async {
                let call = || {
                    let client = client.clone();
                    tokio::spawn(async move { client.with(options()).call_full(&balance()).await.is_ok() })
                };
                let tasks: Vec<_> = (0..callers).map(|_| call()).collect();
                for task in tasks {
                    if !task.await.unwrap_or(false) {
                        failed();
                    }
                }
            }),
        }
        let sign_ins = sandbox.ledger().arrivals(SIGN_IN);
        if sign_ins != 1 {
            violations.push(format!("{kind:?}, round {round}: {sign_ins} sign-ins of {callers} callers"));
        }
    }
    let failures = failures.into_inner();
    if failures > 0 {
        violations.push(format!("{kind:?}: {failures} calls failed"));
    }
    cases
}

#[test]
fn p8_one_sign_in_for_all() {
    let trial = Trial::alone("P8");
    let mut violations = Vec::new();
    let expiries = size(3, 4, 20) as u64;
    let cases: u64 = Kind::BOTH.into_iter().map(|kind| storm(kind, expiries, &mut violations)).sum();
    let figures =
        format!("{expiries} expiries per client, {} with another number of sign-ins than one", violations.len());
    trial.end(cases, &figures, &violations);
}

/// Reads and orders from many threads while tokens are revoked.
#[test]
fn p6_a_401_is_no_reason_to_order_again() {
    let trial = Trial::start("P6");
    let (mut violations, mut cases, mut revocations, mut refused) = (Vec::new(), 0, 0, 0);
    for kind in Kind::BOTH {
        let sandbox = Sandbox::start().expect("a sandbox");
        let client = Client::<clodo_proto::Clodo>::of(&sandbox, kind);
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

/// Runs many threads with wrong credentials.
fn wrong<A: Side, E>(kind: Kind, call: &E, violations: &mut Vec<String>)
where
    E: hostkit::Call<Api = A>,
{
    let sandbox = Sandbox::start().expect("a sandbox");
    let client = Setup::<A> { credentials: A::wrong(), ..Setup::of(&sandbox) }.build(kind);
    let ready = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                ready.wait();
                for _ in 0..3 {
                    assert!(client.with(options()).call_full(call).is_err(), "wrong credentials are good");
                }
            });
        }
    });
    let entries = sandbox.ledger().entries();
    let tries = entries.iter().filter(|entry| entry.hop == Hop::Client && entry.operation == SIGN_IN).count();
    let others = entries.len() - tries;
    let bad = entries.iter().filter(|entry| entry.credentials == Credentials::Bad).count();
    if (tries, others, bad) != (1, 0, 1) {
        violations.push(format!("{} {kind:?}: {tries} sign-ins, {others} other calls, {bad} refusals", A::NAME));
    }
}

#[test]
fn p10_one_failing_sign_in() {
    let trial = Trial::alone("P10");
    let mut violations = Vec::new();
    for kind in Kind::BOTH {
        wrong(kind, &balance(), &mut violations);
        wrong(kind, &macloud_proto::account::GetAccount::new(), &mut violations);
    }
    let figures = format!("4 storms of {THREADS} threads, {} with more than one failing sign-in", violations.len());
    trial.end(4 * 3 * THREADS as u64, &figures, &violations);
}
