//! P4 and P5: how often a call is really sent, also in an outage.

use std::time::Duration;

use hostkit::{CallOptions, Gibibytes, Mebibytes};
use hostkit_sandbox::fault::Group;
use hostkit_sandbox::{Armed, Fault, Sandbox};

use crate::ground::{Client, Kind, Side, Stage, Trial, size};

/// A call that needs no sign-in, so that every arrival is the call.
fn read() -> rootpanel_proto::tariffs::GetTarifs {
    rootpanel_proto::tariffs::GetTarifs::new()
}

#[test]
fn p5_retries_in_an_outage() {
    let trial = Trial::start("P5");
    let calls = size(200, 200, 10_000) as u64;
    let (mut violations, mut cases, mut worst) = (Vec::new(), 0, 0.0_f64);
    for kind in Kind::BOTH {
        for id in ["reset-before", "status-503", "close-in-head"] {
            let fault = Fault::by_id(id).expect("a fault");
            let sandbox = Sandbox::start().expect("a sandbox");
            let client = Client::<rootpanel_proto::RootPanel>::of(&sandbox, kind);
            sandbox.faults().arm(Armed::new(fault).on("get_tarifs").always());
            let mut most = 0;
            for _ in 0..calls {
                let before = sandbox.clock().now();
                match client.with(CallOptions::new().deadline(Duration::from_secs(30))).call_full(&read()) {
                    Ok(_) => violations.push(format!("{kind:?} {id}: a call got through")),
                    Err(error) => most = most.max(error.attempts()),
                }
                if sandbox.clock().now().since(before) > Duration::from_secs(30) {
                    violations.push(format!("{kind:?} {id}: the retries went over the deadline"));
                }
            }
            let arrivals = sandbox.ledger().arrivals("get_tarifs") as u64;
            let extra = (arrivals as f64 - calls as f64) / calls as f64 * 100.0;
            worst = worst.max(extra);
            if arrivals < calls || extra > 10.0 || most > 3 {
                violations.push(format!("{kind:?} {id}: {arrivals} arrivals of {calls} calls, {most} attempts"));
            }
            if most < 2 {
                violations.push(format!("{kind:?} {id}: nothing was tried again"));
            }
            // A client whose budget of retries is full.
            let client = Client::<rootpanel_proto::RootPanel>::of(&sandbox, kind);
            let options = || CallOptions::new().deadline(Duration::from_secs(30));
            for most in 1..=3 {
                let before = sandbox.ledger().arrivals("get_tarifs");
                let error = client.with(options().max_attempts(most)).call_full(&read()).err();
                let (attempts, arrivals) =
                    (error.map(|error| error.attempts()), sandbox.ledger().arrivals("get_tarifs"));
                if (attempts, arrivals - before) != (Some(most), most as usize) {
                    violations.push(format!("{kind:?} {id}: {attempts:?} attempts with `max_attempts` {most}"));
                }
            }
            cases += calls + 3;
        }
    }
    trial.end(cases, &format!("at most {worst:.1} % extra load"), &violations);
}

/// Faults of a connection that an HTTP library could take as a reason to resend.
#[test]
fn p4_nothing_below_sends_again() {
    let trial = Trial::start("P4");
    let faults = || Fault::all().filter(|fault| fault.group() == Group::Connection || fault.id().contains("truncate"));
    let rounds = size(2, 8, 200);
    let (mut violations, mut cases, mut arrived) = (Vec::new(), 0, 0);
    let order = clodo_proto::servers::CreateServer::new(
        "promise",
        clodo_proto::types::ServerType::Virtual,
        Mebibytes(512),
        Gibibytes(5),
        clodo_proto::servers::CreateServerOs::Image(clodo_proto::types::ImageId::new(1)),
    );
    let options = || CallOptions::new().deadline(Duration::from_secs(20));
    for kind in Kind::BOTH {
        for fault in faults() {
            // A GET with a token, over pooled connections, which are dead after the harmless faults.
            let stage = Stage::new(clodo_proto::Clodo::NAME);
            let client = Client::<clodo_proto::Clodo>::of(&stage.sandbox, kind);
            let read = clodo_proto::billing::GetBalance::new();
            client.with(options()).call_full(&read).expect("a first call");
            for _ in 0..rounds {
                stage.reset();
                stage.sandbox.faults().arm(Armed::new(fault).on("get_balance"));
                let said = client.with(options()).call_full(&read);
                let attempts = said.map_or_else(|error| error.attempts(), |reply| reply.attempts) as usize;
                let arrivals = stage.sandbox.ledger().arrivals("get_balance");
                // One attempt may be lost on a pooled connection that the fault before has closed, if the end of that
                // connection is still on its way when the request is written.
                if arrivals > attempts || attempts > arrivals + 1 {
                    violations.push(format!("{kind:?} {fault}: {attempts} attempts, {arrivals} arrivals"));
                }
                stage.reset();
                // Dead pooled connections must not affect an acting call, and it must not be resent after a fault.
                stage.sandbox.faults().arm(Armed::new(fault).on("create_server"));
                let connections = stage.sandbox.connections();
                let outcome = client.with(options().unread()).perform_full(&order);
                let connections = stage.sandbox.connections() - connections;
                let orders = stage.sandbox.ledger().arrivals("create_server");
                if orders != 1 || connections != 1 {
                    let said = outcome.as_str();
                    violations.push(format!("{kind:?} {fault}: {said}, {orders} orders, {connections} connections"));
                }
                cases += 2;
                arrived += arrivals + orders;
            }
        }
    }
    let figures =
        format!("{} faults, {arrived} arrivals, no more than attempts but for {}", faults().count(), violations.len());
    trial.end(cases, &figures, &violations);
}
