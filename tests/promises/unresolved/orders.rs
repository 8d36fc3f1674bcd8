//! Orders, deletions and changes under their faults.

use std::time::Duration;

use hostkit::protocol::evidence::Doubt;
use hostkit::{Api, CallOptions, Endpoint, ErrorKind, Outcome, Perform, Recovery};
use hostkit_examples::record_deletion::{AcceptBodyHazard, RecordDeletionCause, delete_record, restoring};
use hostkit_sandbox::{ApiName, Sandbox};

use crate::unresolved::ground::{BothClocks, Client, Kept, both, clodo, inferno, macloud, open, rootpanel, strike};

/// The faults, and how often the call is carried out.
const ENDS: [(&str, usize); 5] =
    [("reset-before", 0), ("reset-after-commit", 1), ("reset-in-head", 1), ("late-commit", 1), ("late-commit-504", 1)];

/// Breaks a call in five ways. The verdict of `recover` has to agree with the ledger, and the call arrives once.
fn check<A: Api, E>(sandbox: &Sandbox, client: &Client<A>, make: impl Fn(usize) -> E)
where
    E: Perform<Api = A>,
    E::Output: std::fmt::Debug,
    E::Found: std::fmt::Debug,
{
    for (number, (fault, commits)) in ENDS.into_iter().enumerate() {
        sandbox.ledger().clear();
        let (call, name) = (make(number), E::INFO.name);
        strike(sandbox, name, fault);
        let ticket = open(client.perform(&call));
        let said = client.recover::<E>(&ticket);
        match commits {
            0 => assert!(matches!(said, Recovery::DidNot), "{name}, {fault}: {said:?}"),
            _ => assert!(matches!(said, Recovery::Happened(_)), "{name}, {fault}: {said:?}"),
        }
        let ledger = sandbox.ledger();
        assert_eq!((ledger.arrivals(name), ledger.commits(name)), (1, commits), "{name}, {fault}");
    }
}

pub fn clodo_server(client: &Client<clodo_proto::Clodo>, name: &str) -> clodo_proto::servers::CreateServer {
    use clodo_proto::servers::{CreateServer, CreateServerOs};
    let image = client.call(&clodo_proto::images::ListImages::new()).first().unwrap().id;
    let (memory, disk) = (hostkit::Mebibytes(512), hostkit::Gibibytes(5));
    CreateServer::new(name, clodo_proto::types::ServerType::Virtual, memory, disk, CreateServerOs::Image(image))
}

#[test]
fn orders_of_clodo_are_found_by_their_name() {
    both(ApiName::CLODO, clodo, |sandbox, client| {
        check(sandbox, client, |number| clodo_server(client, &format!("web-{number}")));
    });
}

/// A restart shows in the server's log, which already has other entries before it.
#[test]
fn restarts_of_clodo_are_found_in_the_log() {
    both(ApiName::CLODO, clodo, |sandbox, client| {
        let ordered = client.perform(&clodo_server(client, "web")).into_result().unwrap();
        sandbox.clock().advance(hostkit_sandbox::world::World::BUILD);
        check(sandbox, client, |_| clodo_proto::servers::RebootServer::new(ordered.id));
    });
}

#[test]
fn orders_of_macloud_are_found_by_their_name() {
    use macloud_proto::servers::{CreateServer, CreateServerSource};
    both::<macloud_proto::Macloud>(ApiName::MACLOUD, macloud, |sandbox, client| {
        let group = client.call(&macloud_proto::reference::ListServerGroups::new()).first().unwrap().id;
        let plan = client.call(&macloud_proto::reference::ListServerPlans::new(group)).first().unwrap().id;
        let datacenter = client.call(&macloud_proto::reference::ListDatacenters::new()).first().unwrap().id;
        let template = client.call(&macloud_proto::reference::ListTemplates::new()).first().unwrap().id;
        let make = |number| {
            let call = CreateServer::new(datacenter, plan).source(CreateServerSource::Template(template));
            call.name(format!("web-{number}"))
        };
        check(sandbox, client, make);
    });
}

#[test]
fn orders_of_rootpanel_are_found_by_the_difference() {
    both::<rootpanel_proto::RootPanel>(ApiName::ROOTPANEL, rootpanel, |sandbox, client| {
        let tariff = client.call(&rootpanel_proto::tariffs::GetTarifs::new()).first().unwrap().id;
        check(sandbox, client, |_| rootpanel_proto::orders::CreateOrder::new(tariff, 1));
    });
}

#[test]
fn orders_of_inferno_are_found_by_the_difference() {
    use inferno_proto::orders::CreateOrder;
    both::<inferno_proto::Inferno>(ApiName::INFERNO, inferno, |sandbox, client| {
        let plan = sandbox.world(ApiName::INFERNO, |world| world.plans().first().unwrap().number).unwrap();
        let product = inferno_proto::types::ProductId::new(plan);
        check(sandbox, client, |_| CreateOrder::new(product));
        // Without a baseline the order cannot be distinguished from others.
        strike(sandbox, CreateOrder::INFO.name, "reset-after-commit");
        let call = CreateOrder::new(product);
        let ticket = open(client.with(CallOptions::new().unread()).perform(&call));
        let said = client.recover::<CreateOrder>(&ticket);
        assert!(matches!(said, Recovery::CannotTell(Doubt::NoBaseline)), "{said}");
    });
}

#[test]
fn deletions_are_found_by_what_is_gone() {
    both(ApiName::CLODO, clodo, |sandbox, client| {
        let servers: Vec<_> = (0..ENDS.len())
            .map(|number| client.perform(&clodo_server(client, &format!("old-{number}"))).into_result().unwrap().id)
            .collect();
        check(sandbox, client, |number| clodo_proto::servers::DeleteServer::new(servers[number]));
    });
}

/// What a program deletes or moves was made, whichever call shows that: to say that it was not would have it ordered again.
#[test]
fn what_the_program_takes_back_was_made() {
    both::<macloud_proto::Macloud>(ApiName::MACLOUD, macloud, |sandbox, client| {
        use macloud_proto::servers::{CreateServer, DeleteServer, ListServers};
        let group = client.call(&macloud_proto::reference::ListServerGroups::new()).first().unwrap().id;
        let plan = client.call(&macloud_proto::reference::ListServerPlans::new(group)).first().unwrap().id;
        let datacenter = client.call(&macloud_proto::reference::ListDatacenters::new()).first().unwrap().id;
        strike(sandbox, CreateServer::INFO.name, "reset-after-commit");
        let ticket = open(client.perform(&CreateServer::new(datacenter, plan).name("web-1")));
        let found = client.call(&ListServers::new()).first().unwrap().id;
        sandbox.clock().advance(hostkit_sandbox::world::World::BUILD);
        client.perform(&DeleteServer::new(found)).into_result().unwrap();
        let said = client.recover::<CreateServer>(&ticket);
        assert!(matches!(said, Recovery::CannotTell(Doubt::OtherCall)), "{said}");
    });
    both(ApiName::CLODO, clodo, |sandbox, client| {
        use clodo_proto::ips::{AddIp, ListIps, MoveIp};
        let [one, two] =
            ["web-1", "web-2"].map(|name| client.perform(&clodo_server(client, name)).into_result().unwrap().id);
        sandbox.clock().advance(hostkit_sandbox::world::World::BUILD);
        let before = client.call(&ListIps::new(one));
        strike(sandbox, AddIp::INFO.name, "reset-after-commit");
        let ticket = open(client.perform(&AddIp::new(one)));
        let now = client.call(&ListIps::new(one));
        let added = now.iter().find(|ip| before.iter().all(|known| known.ip != ip.ip)).unwrap();
        client.perform(&MoveIp::new(two, added.ip)).into_result().unwrap();
        let said = client.recover::<AddIp>(&ticket);
        assert!(matches!(said, Recovery::CannotTell(Doubt::OtherCall)), "{said}");
    });
}

/// A proxy sent the PUT twice; the client saw "done", and the ticket that the hook got finds both addresses.
#[test]
fn an_address_that_came_twice_is_seen() {
    use clodo_proto::ips::AddIp;
    for is_blocking in [true, false] {
        let sandbox = Sandbox::start().unwrap();
        let (clock, kept) = (BothClocks::new(&sandbox), Kept::default());
        let base = sandbox.url(ApiName::CLODO);
        let client = Client::<clodo_proto::Clodo>::keeping(&kept, is_blocking, clock, &base, clodo());
        let server = client.perform(&clodo_server(&client, "web")).into_result().unwrap().id;
        sandbox.clock().advance(Duration::from_secs(3600));
        let add = || {
            let outcome = client.perform(&AddIp::new(server));
            assert!(outcome.is_done(), "{outcome:?}");
            client.recover::<AddIp>(&kept.lock().unwrap().take().unwrap())
        };
        assert!(matches!(add(), Recovery::Happened(_)));
        strike(&sandbox, "add_ip", "double-commit");
        let twice = add();
        assert!(matches!(&twice, Recovery::Several(found) if found.len() == 2), "{twice}");
        strike(&sandbox, "add_ip", "late-visibility");
        assert!(matches!(add(), Recovery::Happened(_)));
    }
}

/// What is so already is not sent: a second change would take the first one back, or restart a server for nothing.
#[test]
fn what_is_so_already_is_not_sent() {
    use clodo_proto::servers::{ChangeToScale, ChangeToVirtual};
    use clodo_proto::types::TypeChangePeriod;
    both(ApiName::CLODO, clodo, |sandbox, client| {
        let server = client.perform(&clodo_server(client, "web")).into_result().unwrap().id;
        sandbox.clock().advance(Duration::from_secs(3600));
        let outcome = client.perform(&ChangeToVirtual::new(server, TypeChangePeriod::Hour));
        let Outcome::NotSent(error) = outcome else { panic!("it was sent: {outcome:?}") };
        assert_eq!(error.kind(), ErrorKind::Already, "{error}");
        assert_eq!(sandbox.ledger().arrivals("change_to_virtual"), 0);
        assert!(client.perform(&ChangeToScale::new(server)).is_done());
        assert!(client.perform(&ChangeToVirtual::new(server, TypeChangePeriod::Hour)).is_done());
    });
}

/// The body was lost, so the zone was deleted; the copy restores it.
#[test]
fn a_zone_that_went_with_its_record_comes_back() {
    use clodo_proto::dns::{AddRecords, CreateZone, GetZone};
    use clodo_proto::types::{NewRecord, ZoneType};
    both(ApiName::CLODO, clodo, |sandbox, client| {
        let create = || CreateZone::new("example.com", ZoneType::Master);
        let zone = client.perform(&create()).into_result().unwrap().id;
        let records = ["a", "b", "c"].map(|name| NewRecord::new(format!("{name}.example.com"), "A", "192.0.2.7"));
        client.perform(&AddRecords::new(zone, records.to_vec())).into_result().unwrap();
        let record_named = |zone, name: &str| {
            let zone = client.call(&GetZone::new(zone));
            zone.records.iter().find(|record| record.name.as_deref() == Some(name)).map(|record| record.id)
        };
        let a = record_named(zone, "a.example.com").unwrap();
        let Some(blocking) = client.blocking() else { return };
        let deletion = delete_record(blocking, zone, a, AcceptBodyHazard).unwrap();
        assert_eq!(deletion.zone_before.records.len(), deletion.zone_after.records.len() + 1);

        strike(sandbox, "delete_record", "lost-body");
        let b = record_named(zone, "b.example.com").unwrap();
        let error = delete_record(blocking, zone, b, AcceptBodyHazard).unwrap_err();
        assert!(matches!(error.cause, RecordDeletionCause::ZoneGone), "{error}");
        let copy = error.zone_before.unwrap();
        let zone = client.perform(&create()).into_result().unwrap().id;
        client.perform(&AddRecords::new(zone, restoring(&copy, None, b))).into_result().unwrap();
        assert!(record_named(zone, "c.example.com").is_some());
        assert!(record_named(zone, "b.example.com").is_none());
    });
}
