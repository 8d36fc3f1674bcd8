//! P22: whatever stalls, drips or never ends, the call returns by its deadline.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use hostkit::CallOptions;
use hostkit_sandbox::fault::Group;
use hostkit_sandbox::{Armed, Fault, Sandbox};

use crate::ground::{Kind, Setup, Side, Trial, lock, size};

const DEADLINES: [u64; 3] = [100, 300, 1_000];
const GRACE: Duration = Duration::from_millis(250);

#[test]
fn p22_back_at_the_deadline() {
    let trial = Trial::alone("P22");
    let found = Mutex::new((Vec::new(), 0_u64, Duration::ZERO));
    let stalls: Vec<_> =
        Fault::all().filter(|fault| fault.group() == Group::Slowness && !fault.is_harmless()).collect();
    let count = stalls.len();
    std::thread::scope(|scope| {
        // Nearly all of the time is spent waiting, so running side by side does not distort the measurement.
        for (kind, stalls) in Kind::BOTH.into_iter().flat_map(|kind| stalls.chunks(4).map(move |some| (kind, some))) {
            let found = &found;
            scope.spawn(move || {
                for fault in stalls {
                    for deadline in DEADLINES.into_iter().take(size(1, 3, 3)) {
                        one(kind, fault, Duration::from_millis(deadline), found);
                    }
                }
            });
        }
    });
    let (violations, cases, worst) = found.into_inner().expect("what was found");
    let figures = format!(
        "{count} stall points × {} deadlines × 2 clients, at most {} ms late",
        size(1, 3, 3),
        worst.as_millis()
    );
    trial.end(cases, &figures, &violations);
}

fn one(kind: Kind, fault: &'static Fault, deadline: Duration, found: &Mutex<(Vec<String>, u64, Duration)>) {
    let sandbox = Sandbox::start().expect("a sandbox");
    // RootPanel has no sign-in that the call could wait for.
    let client = Setup::<rootpanel_proto::RootPanel>::of(&sandbox).build(kind);
    let options = || CallOptions::new().deadline(deadline);
    let read = rootpanel_proto::tariffs::GetTarifs::new();
    let order = rootpanel_proto::orders::CreateOrder::new(rootpanel_proto::types::TariffId::new(1), 1);
    // A drip that neither ends nor exceeds a limit before the longest deadline.
    sandbox.faults().set(|settings| settings.drip = Duration::from_millis(30));
    sandbox.faults().arm(Armed::new(fault).api(rootpanel_proto::RootPanel::NAME).always());
    let start = Instant::now();
    let has_read = client.with(options()).call_full(&read).is_ok();
    let reading = start.elapsed();
    let start = Instant::now();
    let outcome = client.with(options().unread()).perform_full(&order);
    let ordering = start.elapsed();
    let patience = Instant::now() + Duration::from_secs(2);
    while sandbox.open_connections() > 0 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut found = lock(found);
    found.1 += 2;
    for took in [reading, ordering] {
        found.2 = found.2.max(took.saturating_sub(deadline));
        if took > deadline + GRACE {
            found.0.push(format!("{kind:?} {fault} with {deadline:?}: back after {took:?}"));
        }
    }
    if has_read || !outcome.is_unresolved() {
        found.0.push(format!("{kind:?} {fault} with {deadline:?}: read {has_read}, order {}", outcome.as_str()));
    }
    if sandbox.open_connections() > 0 {
        found.0.push(format!("{kind:?} {fault} with {deadline:?}: {} sockets are left", sandbox.open_connections()));
    }
}
