//! Answers that differ from the specs in one point each: the doctor reports every one, and never the value.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clodo_proto::Clodo;
use hostkit::Format;
use hostkit_examples::doctor::{ApiSpecs, Difference};
use hostkit_proto::server::every::Served;
use inferno_proto::Inferno;
use macloud_proto::Macloud;
use rootpanel_proto::RootPanel;
use serde_json::{Value, json};

use super::proxy::Answer;
use super::{report, sandbox};

/// What is changed of an answer.
enum Change {
    /// Adds a key to the object at a pointer.
    Add(&'static str, &'static str, Value),
    /// Removes a key.
    Drop(&'static str, &'static str),
    /// Renames a key.
    Rename(&'static str, &'static str, &'static str),
    /// Sets the value at a pointer.
    Set(&'static str, Value),
    /// Replaces a text of the body.
    Text(&'static str, &'static str),
    /// Cuts the body in half.
    Cut,
    Body(&'static str),
    Status(u16),
    /// Replaces a text in the head.
    Header(&'static str, &'static str),
}

use Change::*;

/// The call, what its request has, the change, and the place and the finding that the report has then.
type Deviation = (&'static str, &'static str, Change, &'static str, &'static str);

fn apply(change: &Change, answer: &mut Answer) {
    let edit = |answer: &mut Answer, edit: &dyn Fn(&mut Value)| {
        let mut value = serde_json::from_slice(&answer.body).unwrap();
        edit(&mut value);
        answer.body = serde_json::to_vec(&value).unwrap();
    };
    let object = |value: &mut Value, pointer: &str, edit: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        edit(value.pointer_mut(pointer).unwrap().as_object_mut().unwrap());
    };
    let before = (answer.status, answer.headers.clone(), answer.body.clone());
    match change {
        Add(at, key, new) => edit(answer, &|value| {
            object(value, at, &|map| {
                map.insert((*key).to_owned(), new.clone());
            });
        }),
        Drop(at, key) => edit(answer, &|value| {
            object(value, at, &|map| {
                map.remove(*key).unwrap();
            });
        }),
        Rename(at, key, new) => edit(answer, &|value| {
            object(value, at, &|map| {
                let item = map.remove(*key).unwrap();
                map.insert((*new).to_owned(), item);
            });
        }),
        Set(at, new) => edit(answer, &|value| *value.pointer_mut(at).unwrap() = new.clone()),
        Text(from, to) => {
            answer.body = String::from_utf8(answer.body.clone()).unwrap().replacen(from, to, 1).into_bytes();
        }
        Cut => answer.body.truncate(answer.body.len() / 2),
        Body(body) => answer.body = body.as_bytes().to_vec(),
        Status(status) => answer.status = *status,
        Header(from, to) => answer.headers.iter_mut().for_each(|line| *line = line.replace(from, to)),
    }
    let is_changed = before != (answer.status, answer.headers.clone(), answer.body.clone());
    assert!(is_changed, "nothing was changed in {:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
}

/// Runs the doctor once for each deviation.
fn check<A: Served>(format: Format, deviations: Vec<Deviation>) -> usize {
    let (specs, sandbox) = (ApiSpecs::read::<A>().unwrap(), sandbox());
    let mut missed = Vec::new();
    let count = deviations.len();
    for (call, request, change, place, found) in deviations {
        let is_applied = Arc::new(AtomicBool::new(false));
        let applied = Arc::clone(&is_applied);
        let report = report::<A>(&specs, &sandbox, Some(format), move |text, answer| {
            if text.contains(request) {
                applied.store(true, Ordering::Relaxed);
                apply(&change, answer);
            }
        });
        assert!(is_applied.load(Ordering::Relaxed), "{call}: no request has {request}");
        let is_it = |(name, difference): (&str, &Difference)| {
            name == call && difference.place == place && difference.found.contains(found)
        };
        if !report.differences().any(is_it) {
            let other: Vec<_> = report.differences().collect();
            missed.push(format!("{call}, {place}: {found} was not found, but {other:#?}"));
        }
        let text = report.to_string();
        assert!(!text.contains("SECRET"), "{text}");
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    count
}

#[test]
fn of_macloud() {
    let deviations = vec![
        (
            "servers/list_servers",
            "/v1/server HTTP",
            Add("/data/0", "colour", json!("SECRET")),
            "answer.data[].colour",
            "a text",
        ),
        (
            "servers/list_servers",
            "/v1/server HTTP",
            Add("/data/0", "weight", json!(5)),
            "answer.data[].weight",
            "a number",
        ),
        (
            "servers/list_servers",
            "/v1/server HTTP",
            Add("", "paging", json!({"SECRET-1": 1})),
            "answer.paging",
            "an object",
        ),
        (
            "servers/list_servers",
            "/v1/server HTTP",
            Add("/data/0", "SECRET.org", json!(5)),
            "answer.data[].*",
            "a number",
        ),
        (
            "account/get_balance",
            "/v1/account.balance",
            Rename("/data", "real", "actual"),
            "answer.data.actual",
            "a number",
        ),
        ("account/get_balance", "/v1/account.balance", Drop("", "data"), "answer.data", "nothing"),
        ("ssh_keys/list_keys", "/v1/ssh-key HTTP", Drop("/data/0", "id"), "answer.data[].id", "nothing"),
        ("ssh_keys/list_keys", "/v1/ssh-key HTTP", Set("/data/0/id", json!("SECRET")), "answer.data[].id", "a text"),
        (
            "account/get_account",
            "/v1/account HTTP",
            Set("/data/created", json!("2024-13-45 99:99:99")),
            "answer.data.created",
            "9999-99-99",
        ),
        ("account/get_account", "/v1/account HTTP", Status(418), "status", "418"),
        ("dns/list_domains", "/v1/dns HTTP", Status(203), "status", "203"),
        (
            "dns/list_domains",
            "/v1/dns HTTP",
            Set("/data", json!({"0": {"name": "SECRET"}})),
            "answer.data",
            "an object",
        ),
        (
            "dns/list_records",
            "/v1/dns.record/",
            Set("/data", json!([{"id": "12345", "type": "A"}])),
            "answer.data[].id",
            "a text",
        ),
        ("account/get_limits", "/v1/account.limit", Set("/data/server", json!([1, 2])), "answer.data.server", "a list"),
        (
            "reference/list_templates",
            "/v1/template HTTP",
            Set("/data/0/active", json!("SECRET")),
            "answer.data[].active",
            "a text",
        ),
        (
            "reference/list_datacenters",
            "/v1/datacenter HTTP",
            Body("<html><title>SECRET</title></html>"),
            "answer",
            "HTML",
        ),
        (
            "reference/list_server_groups",
            "/v1/server-group HTTP",
            Set("/status", json!("SECRET")),
            "answer.status",
            "a text",
        ),
        ("ips/list_addresses", "/v1/ip HTTP", Cut, "answer", "ends too early"),
        (
            "isos/list_isos",
            "/v1/iso HTTP",
            Body(r#"{"status":"error","status_code":799,"status_msg":"SECRET"}"#),
            "the code of the fault",
            "another one",
        ),
        ("servers/get_server", "/v1/server/", Set("/data/id", json!(77)), "answer.id", "a number"),
        ("auth/sign_in", "/v1/auth", Add("", "trace", json!("SECRET")), "answer.trace", "a text"),
    ];
    assert_eq!(check::<Macloud>(Format::Json, deviations), 21);
}

#[test]
fn of_clodo_in_json() {
    let deviations = vec![
        ("auth/sign_in", "x-auth-key", Header("X-Auth-Token:", "X-Auth_Token:"), "headers", "x-auth_token"),
        ("auth/sign_in", "x-auth-key", Header("X-Auth-Token:", "XAuth-Token:"), "headers", "xauth-token"),
        (
            "servers/list_servers",
            "/servers HTTP",
            Add("/servers/0", "colour", json!("SECRET")),
            "answer.servers[].colour",
            "a text",
        ),
        ("servers/list_servers", "/servers HTTP", Drop("/servers/0", "id"), "answer.servers[].id", "nothing"),
        ("images/list_images", "/images HTTP", Status(206), "status", "206"),
        ("billing/get_balance", "/billing/balance", Set("/balance", json!("SECRET")), "answer.balance", "a text"),
        (
            "images/list_presets",
            "/images/presets",
            Rename("/presets/0", "name", "label"),
            "answer.presets[].name",
            "nothing",
        ),
        (
            "helpdesk/list_tickets",
            "/helpdesk/ HTTP",
            Set("/helpdesk/tickets/0/open_date", json!("31/31/2024")),
            "answer.helpdesk[].open_date",
            "99/99/9999",
        ),
        ("limits/get_limits", "/limits HTTP", Add("/limits", "burst", json!(9)), "answer.limits.burst", "a number"),
        (
            "billing/get_billing_today",
            "/billing HTTP",
            Set("/billing/total_debit_amount", json!([1, 2])),
            "answer.billing.total_debit_amount",
            "a list",
        ),
        ("dns/get_zone", "/dns/2", Set("/dns/records", json!("SECRET")), "answer.dns.records", "a text"),
        ("dns/list_zones", "/dns/ HTTP", Status(500), "status", "500"),
    ];
    assert_eq!(check::<Clodo>(Format::Json, deviations), 12);
}

#[test]
fn of_clodo_in_xml() {
    let deviations = vec![
        (
            "images/list_images",
            "/images HTTP",
            Text("<image ", "<image colour=\"SECRET\" "),
            "answer.images[].@colour",
            "a text",
        ),
        (
            "servers/list_servers",
            "/servers HTTP",
            Text("</server>", "<colour>SECRET</colour></server>"),
            "answer.servers[].colour",
            "a text",
        ),
        ("billing/get_balance", "/billing/balance", Body("<balance>SECRET</balance>"), "answer.balance", "a text"),
        ("dns/list_zones", "/dns/ HTTP", Cut, "answer", "ends too early"),
        ("servers/get_server_log", "/log/ HTTP", Text("</date>", "9</date>"), "answer.logs[].date", "99:999"),
    ];
    assert_eq!(check::<Clodo>(Format::Xml, deviations), 5);
}

#[test]
fn of_inferno() {
    let deviations = vec![
        ("account/get_balance", "balance", Set("/balance", json!("SECRET")), "answer.balance", "a text"),
        ("orders/list_orders", "orders", Set("/orders", json!(["SECRET"])), "answer.orders", "a list"),
        ("account/get_balance", "balance", Set("/result", json!("SECRET")), "answer.result", "a text"),
        ("services/list_services", "services", Set("/services/0/name", json!(7)), "answer.services[].name", "a number"),
        (
            "services/list_services",
            "services",
            Add("/services/0", "colour", json!(["SECRET"])),
            "answer.services[].colour",
            "a list",
        ),
        ("services/list_services", "services", Drop("/services/0", "id"), "answer.services[].id", "nothing"),
        (
            "services/list_services",
            "services",
            Set("/services/0/id", json!("SECRET")),
            "answer.services[].id",
            "a text",
        ),
        (
            "services/list_services",
            "services",
            Set("/services/0/nextduedate", json!("2024-99-99")),
            "answer.services[].nextduedate",
            "9999-99-99",
        ),
        ("ssh_keys/list_ssh_keys", "sshkey.list", Status(299), "status", "299"),
        ("ssh_keys/list_ssh_keys", "sshkey.list", Rename("", "list", "keys"), "answer.list", "nothing"),
        ("products/list_products", "action=list", Cut, "answer", "ends too early"),
    ];
    assert_eq!(check::<Inferno>(Format::Json, deviations), 11);
}

#[test]
fn of_rootpanel() {
    let deviations = vec![
        ("account/get_balance", "getBalance", Rename("", "currency", "valuta"), "answer.valuta", "a text"),
        ("account/get_balance", "getBalance", Set("/currency", json!(7)), "answer.currency", "a number"),
        (
            "account/get_balance",
            "getBalance",
            Body(r#"{"status":"ERROR","errorCode":"799"}"#),
            "the code of the fault",
            "another one",
        ),
        ("account/get_balance", "getBalance", Set("/balance", json!({"sum": "SECRET"})), "answer.balance", "an object"),
        (
            "tariffs/get_tarifs",
            "getTarifs",
            Add("/tarifs/0/months/0", "colour", json!(true)),
            "answer.tarifs[].months[].colour",
            "a truth value",
        ),
        ("tariffs/get_tarifs", "getTarifs", Set("/tarifs", json!("SECRET")), "answer.tarifs", "a text"),
        ("tariffs/get_tarifs", "getTarifs", Status(404), "status", "404"),
    ];
    assert_eq!(check::<RootPanel>(Format::Json, deviations), 7);
    let php = vec![(
        "account/get_balance",
        "getBalance",
        Text("s:7:\"SUCCESS\"", "s:6:\"SECRET\""),
        "answer.status",
        "a text",
    )];
    assert_eq!(check::<RootPanel>(Format::Php, php), 1);
}
