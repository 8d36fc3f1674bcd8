//! A world worth looking at: servers in several states, zones, backups, keys, tickets, and a month of charges.

use std::time::Duration;

use hostkit::Decimal;

use crate::clock::Moment;
use crate::world::{Cycle, Details, NewServer, Record, Schedule, World, WorldError};

const DAY: Duration = Duration::from_secs(86_400);
/// How long before the present the world of a demonstration begins.
pub(crate) const PAST: Duration = Duration::from_secs(35 * 86_400);

/// Fills a new world that begins [`PAST`] before `now`, and brings it to the present.
///
/// # Errors
/// The world refuses something, which would be a mistake here.
pub(crate) fn fill(world: &mut World, now: Moment) -> Result<(), WorldError> {
    let start = now.before(PAST);
    let account = World::ACCOUNT;
    world.advance_to(start);
    let key = world.add_key(account, Some("laptop"), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlbW8 laptop")?;
    world.add_key(account, Some("backup"), "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDZGVtbw backup")?;
    let web = order(world, "web1.example.org", 2, 1)?;
    world.describe_order(web, Details { key: Some(key), ..Details::default() });
    let store = order(world, "db1.example.org", 3, 2)?;
    let stopped = order(world, "old.example.org", 1, 4)?;
    let suspended = order(world, "debt.example.org", 1, 3)?;
    world.advance_to(start + World::BUILD);
    world.add_address(account, web)?;
    world.add_schedule(account, store, Schedule { cycle: Cycle::Daily, day: None, hour: 3, copies: 7 })?;
    zones(world)?;
    world.create_storage(account, "files")?;
    for day in 1..35 {
        world.advance_to(start + DAY * day);
        for server in [web, store] {
            world.charge(account, Decimal::new(35, 2), "backup kept", format!("server {server}"))?;
        }
        if day % 7 == 0 {
            world.make_backup(account, store)?;
        }
        // Servers are paid monthly: those that go on are prolonged when their month is over.
        if day == 30 {
            world.prolong(account, web, 1)?;
            world.prolong(account, store, 1)?;
        }
        if day == 12 {
            world.stop(account, stopped)?;
            world.change_server(account, stopped, "server will expire", |server| server.is_prolonged = false)?;
        }
        if day == 31 {
            world.suspend(account, suspended)?;
        }
        if day == 20 {
            let ticket = world.open_ticket(account, "Не открывается порт 25", "Прошу открыть порт 25.", false)?;
            world.reply(account, ticket, "Есть ли новости?")?;
        }
    }
    let bill = Decimal::new(100_000, 2);
    world.make_bill(account, bill)?;
    world.advance_to(now);
    // One that is being built while somebody looks, and one that waits for its installation.
    world.order(account, NewServer { name: "waits.example.org".to_owned(), plan: 1, ..NewServer::default() })?;
    order(world, "new.example.org", 1, 1)?;
    Ok(())
}

fn order(world: &mut World, name: &str, plan: u64, image: u64) -> Result<u64, WorldError> {
    let new = NewServer { name: name.to_owned(), plan, image: Some(image), install: true, ..NewServer::default() };
    world.order(World::ACCOUNT, new)
}

fn zones(world: &mut World) -> Result<(), WorldError> {
    let zone = world.create_zone(World::ACCOUNT, "example.org")?;
    let records = [
        ("@", "A", "192.0.2.1", 0),
        ("www", "CNAME", "example.org", 0),
        ("@", "MX", "mail.example.org", 10),
        ("@", "TXT", "v=spf1 mx -all", 0),
    ];
    for (name, kind, content, priority) in records {
        let (name, kind, content) = (name.to_owned(), kind.to_owned(), content.to_owned());
        world.add_record(World::ACCOUNT, zone, Record { name, kind, content, ttl: 3600, priority })?;
    }
    world.create_zone(World::ACCOUNT, "xn--80aswg.example")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_api_can_show_it() {
        let now = Moment::since_epoch(Duration::from_secs(1_795_000_000));
        let mut world = World::new("RUB", now.before(PAST));
        fill(&mut world, now).unwrap();
        let states: BTreeSet<_> =
            world.servers(World::ACCOUNT).iter().map(|server| format!("{:?}", server.state)).collect();
        assert_eq!(states.into_iter().collect::<Vec<_>>(), ["Ordered", "Running", "Stopped", "Suspended"]);
        let payments = &world.account(World::ACCOUNT).unwrap().payments;
        assert!(payments.len() > 60, "{}", payments.len());
        assert!(payments.iter().all(|payment| payment.at <= now));
        assert!(world.all_backups(World::ACCOUNT).len() >= 4);
        assert_eq!((world.zones(World::ACCOUNT).len(), world.tickets(World::ACCOUNT).len()), (2, 1));
    }
}
