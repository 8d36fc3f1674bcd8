//! The state of the sandbox as JSON.

use serde_json::{Value, json};

use super::hidden::Hidden;
use super::no::No;
use super::operations::operations;
use super::recent::Recent;
use crate::api_name::ApiName;
use crate::ledger::Entry;
use crate::service::Hub;
use crate::world::World;

/// The most entries of the ledger in the state of all; the ledger itself has them all.
const ENTRIES: usize = 200;

/// The base URLs, by name.
pub(crate) type Urls = Vec<(&'static str, String)>;

/// Everything that the page shows.
pub(super) fn state(hub: &Hub, recent: &Recent, urls: &Urls) -> Value {
    hub.advance_all();
    let worlds: serde_json::Map<_, _> = hub
        .apis()
        .into_iter()
        .filter_map(|api| Some((api.as_str().to_owned(), hub.with_world(api, |world| world_of(world))?)))
        .collect();
    let entries = hub.ledger.entries();
    let skipped = entries.len().saturating_sub(ENTRIES);
    let settings = hub.faults.settings();
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let struck = hub.faults.struck();
    json!({
        "clock": hub.clock.now().moscow().map(|time| time.format("%Y-%m-%d %H:%M:%S")),
        "speed": hub.clock.speed(),
        "urls": urls.iter().map(|(name, url)| ((*name).to_owned(), Value::from(url.as_str()))).collect::<serde_json::Map<_, _>>(),
        "worlds": worlds,
        "ledger": {
            "total": entries.len(),
            "entries": entries.iter().skip(skipped).map(shown).collect::<Vec<_>>(),
            "by_operation": sums(&entries),
        },
        "faults": {
            "armed": hub.faults.armed().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "random": hub.faults.random().map(|random| json!({
                "seed": random.seed,
                "per_mille": random.per_mille,
                "faults": random.faults.len(),
                "operations": random.operations,
            })),
            "struck": struck.len(),
        },
        "settings": {
            "enforce_rates": hub.are_rates_enforced(),
            "delay_ms": millis(settings.delay),
            "retry_after_ms": millis(settings.retry_after),
            "drip_ms": millis(settings.drip),
            "stall_limit_ms": millis(settings.stall_limit),
        },
        "recent": recent.all(),
    })
}

/// The ledger, narrowed by the query.
pub(super) fn ledger(hub: &Hub, query: &[(String, String)]) -> Result<Value, No> {
    let expected = || json!({ "operation": "optional: a name from GET /switches", "api": "optional: an API's name" });
    if let Some((name, _)) = query.iter().find(|(name, _)| !matches!(name.as_str(), "operation" | "api")) {
        return Err(No::bad(format!("{name:?} is no parameter of the ledger"), expected()));
    }
    let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let api = match value("api") {
        Some(name) => Some(ApiName::from_text(name).ok_or_else(|| No::bad(format!("{name:?} is no API"), expected()))?),
        None => None,
    };
    let operation = value("operation");
    if let Some(name) = operation
        && !ApiName::ALL.iter().copied().any(|api| operations(api).iter().any(|known| known.name == name))
        && !name.starts_with('(')
    {
        return Err(No::bad(format!("{name:?} is no operation"), expected()));
    }
    hub.advance_all();
    let is_asked = |entry: &Entry| {
        api.is_none_or(|api| entry.api == api) && operation.is_none_or(|operation| entry.operation == operation)
    };
    let entries: Vec<Entry> = hub.ledger.entries().into_iter().filter(is_asked).collect();
    Ok(json!({
        "arrivals": entries.iter().filter(|entry| entry.hop == crate::ledger::Hop::Client).count(),
        "commits": entries.iter().filter(|entry| entry.is_committed()).count(),
        "money": entries.iter().map(Entry::money).sum::<hostkit::Decimal>().to_string(),
        "entries": entries.iter().map(shown).collect::<Vec<_>>(),
    }))
}

fn shown(entry: &Entry) -> Value {
    let changes: Vec<_> = entry
        .changes
        .iter()
        .map(|change| json!({ "what": change.what, "object": change.object, "money": change.money.to_string() }))
        .collect();
    json!({
        "number": entry.number,
        "at": entry.at.to_string(),
        "api": entry.api.as_str(),
        "operation": entry.operation,
        "ended": Hidden::text(&entry.ended.to_string()),
        "committed": entry.is_committed(),
        "credentials": format!("{:?}", entry.credentials),
        "by_proxy": entry.hop == crate::ledger::Hop::Proxy,
        "fault": entry.fault.map(|fault| fault.id()),
        "money": entry.money().to_string(),
        "changes": changes,
    })
}

fn sums(entries: &[Entry]) -> Value {
    let mut sums: std::collections::BTreeMap<String, (u64, u64, hostkit::Decimal)> = Default::default();
    for entry in entries {
        let sum = sums.entry(format!("{} {}", entry.api, entry.operation)).or_default();
        sum.0 += 1;
        sum.1 += u64::from(entry.is_committed());
        sum.2 += entry.money();
    }
    let rows = sums.into_iter().map(|(name, (calls, commits, money))| {
        json!({ "name": name, "calls": calls, "commits": commits, "money": money.to_string() })
    });
    rows.collect()
}

fn world_of(world: &World) -> Value {
    let account = World::ACCOUNT;
    let time = |moment: crate::clock::Moment| moment.moscow().map(|time| time.format("%Y-%m-%d %H:%M"));
    let money = world.account(account).ok();
    let servers: Vec<_> = world
        .servers(account)
        .iter()
        .map(|server| {
            json!({
                "number": server.number,
                "name": server.name,
                "state": format!("{:?}", server.state),
                "progress": server.progress(world.now()),
                "plan": world.plan(server.plan).map(|plan| plan.name).unwrap_or_default(),
                "addresses": server.addresses().iter().map(|address| address.ip.to_string()).collect::<Vec<_>>(),
                "paid_until": time(server.paid_until),
                "is_prolonged": server.is_prolonged,
            })
        })
        .collect();
    let zones: Vec<_> = world
        .zones(account)
        .iter()
        .map(|zone| json!({ "number": zone.number, "name": zone.name, "records": zone.records.len() }))
        .collect();
    let payments = money.map(|account| account.payments.as_slice()).unwrap_or_default();
    let last: Vec<_> = payments
        .iter()
        .rev()
        .take(10)
        .map(|paid| json!({ "at": time(paid.at), "what": paid.what, "object": paid.object, "money": paid.amount.to_string() }))
        .collect();
    json!({
        "balance": money.map(|account| account.balance.to_string()),
        "currency": money.map(|account| account.currency),
        "servers": servers,
        "zones": zones,
        "backups": world.all_backups(account).len(),
        "keys": world.keys(account).iter().map(|key| key.name.clone()).collect::<Vec<_>>(),
        "tickets": world.tickets(account).iter().map(|ticket| ticket.subject.clone()).collect::<Vec<_>>(),
        "storages": world.storages(account).len(),
        "payments": payments.len(),
        "last_payments": last,
    })
}
