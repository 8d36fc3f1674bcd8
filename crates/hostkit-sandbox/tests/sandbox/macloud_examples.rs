//! Every example request of Macloud, once with the document's numbers and once with numbers of this world.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use crate::exchange::{assert_document, examples, send};
use hostkit::Format;
use hostkit_sandbox::credentials::{MACLOUD_EMAIL, MACLOUD_PASSWORD, MACLOUD_TOKEN};
use hostkit_sandbox::sites::macloud::Macloud;
use hostkit_sandbox::world::{Cycle, NewServer, Record, Schedule, World};
use hostkit_sandbox::{ApiName, Sandbox};

const API: ApiName = ApiName::MACLOUD;

fn ask(sandbox: &Sandbox, verb: &str, target: &str, body: &str) -> (u16, String) {
    let request = http::Request::builder().method(verb).uri(format!("/macloud{target}"));
    let request = request.header("authorization", MACLOUD_TOKEN).header("content-type", "application/json");
    let answer = send(sandbox, &request.body(body.as_bytes().to_vec()).unwrap());
    let text = String::from_utf8(answer.body().clone()).unwrap();
    assert_document(Format::Json, answer.body(), &["status", "status_msg"]);
    (answer.status().as_u16(), text)
}

#[test]
fn every_example_is_answered() {
    let sandbox = Sandbox::builder().site(Macloud).start().unwrap();
    let examples = examples(API);
    assert_eq!(examples.len(), 114);
    for (file, verb, target, body) in &examples {
        let (status, text) = ask(&sandbox, verb, target, body);
        assert!(status < 500, "{}: {status} {text}", file.display());
    }
    let seen: BTreeSet<_> = sandbox.ledger().entries().iter().map(|entry| entry.operation).collect();
    assert!(!seen.contains("(unknown)"), "{seen:?}");
    // A call by another verb or path would be missing here.
    assert_eq!(seen.len(), 98);
}

/// Things of this world by the numbers that the document gives them.
pub struct Things {
    server: u64,
    backup: u64,
    zone: u64,
    record: u64,
    tagged: u64,
    address: Ipv4Addr,
    pointer: u64,
    service: u64,
    extra: Vec<Ipv4Addr>,
    reserved: u64,
    key: u64,
    iso: u64,
    fetched: String,
    bill: u64,
}

fn record(world: &mut World, zone: u64, kind: &str, content: &str) -> u64 {
    let (name, kind, content) = ("@".to_owned(), kind.to_owned(), content.to_owned());
    world.add_record(World::ACCOUNT, zone, Record { name, kind, content, ttl: 600, priority: 10 }).unwrap()
}

/// Fills the world with one of everything.
pub fn fill(sandbox: &Sandbox, with_schedule: bool, with_pointer: bool, attached: bool) -> Things {
    let account = World::ACCOUNT;
    let (server, fetched) = sandbox
        .world(API, |world| {
            let new = NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
            (world.order(account, new).unwrap(), world.fetch_iso(account, "https://example.org/a.iso").unwrap())
        })
        .unwrap();
    sandbox.clock().advance(World::BUILD);
    sandbox
        .world(API, |world| {
            let zone = world.create_zone(account, &format!("z{server}.example.org")).unwrap();
            let tagged = record(world, zone, "CAA", "letsencrypt.org");
            world.tag_record(tagged, "issue");
            let address = world.server(account, server).unwrap().addresses().first().unwrap().ip;
            let service = world.order_addresses(account, server, 2).unwrap();
            let extra: Vec<_> = world.server(account, server).unwrap().addresses().iter().map(|one| one.ip).collect();
            let iso = world.make_iso(account, &fetched).unwrap();
            if attached {
                world.attach_iso(account, server, iso).unwrap();
            }
            if with_schedule {
                let schedule = Schedule { cycle: Cycle::Weekly, day: Some(1), hour: 3, copies: 1 };
                world.add_schedule(account, server, schedule).unwrap();
            }
            let pointer = if with_pointer { world.add_pointer(account, address, "a.example.org").unwrap() } else { 0 };
            Things {
                server,
                backup: world.make_backup(account, server).unwrap(),
                record: record(world, zone, "MX", "mail.example.org"),
                zone,
                tagged,
                address,
                pointer,
                service,
                extra: extra.into_iter().skip(1).collect(),
                reserved: world.reserve(account, Ipv4Addr::new(192, 0, 2, 250)),
                key: world.add_key(account, Some("laptop"), "ssh-rsa AAAA").unwrap(),
                iso,
                fetched: fetched.clone(),
                bill: world.make_bill(account, hostkit::Decimal::from(5)).unwrap(),
            }
        })
        .unwrap()
}

fn id(ip: Ipv4Addr) -> String {
    u32::from(ip).to_string()
}

impl Things {
    pub fn put_in(&self, text: &str) -> String {
        let extra = |index: usize| self.extra.get(index).copied().map(id).unwrap();
        let pairs = [
            ("0123456789abcdef0123456789abcdef", self.fetched.clone()),
            ("2177311", self.bill.to_string()),
            ("290230", self.backup.to_string()),
            ("/1345", format!("/{}", self.server)),
            (":1345", format!(":{}", self.server)),
            ("/501", format!("/{}", self.zone)),
            ("/9001", format!("/{}", self.record)),
            ("/9002", format!("/{}", self.tagged)),
            ("/1574", format!("/{}", id(self.address))),
            ("185.251.37.62", IpAddr::V4(self.address).to_string()),
            ("ip.ptr/12", format!("ip.ptr/{}", self.pointer)),
            ("server-ip/88", format!("server-ip/{}", self.service)),
            ("1600", extra(0)),
            ("1601", extra(1)),
            ("ip-reserve/77", format!("ip-reserve/{}", self.reserved)),
            ("\"ip-reserve\":77", format!("\"ip-reserve\":{}", self.reserved)),
            ("ssh-key/3", format!("ssh-key/{}", self.key)),
            ("\"ssh-key\":3", format!("\"ssh-key\":{}", self.key)),
            ("iso/210", format!("iso/{}", self.iso)),
            ("\"iso\":210", format!("\"iso\":{}", self.iso)),
            ("\"template\":22", "\"template\":2".to_owned()),
            ("\"server-plan\":45", "\"server-plan\":2".to_owned()),
            ("\"server-plan\":7", "\"server-plan\":2".to_owned()),
            ("\"backup\":31", format!("\"backup\":{}", self.backup)),
            ("\"cpu\":2,\"ram\":4,\"disk\":40,", String::new()),
            ("\"gpu\":1,", String::new()),
            ("admin@domain.ru\",\"password", format!("{MACLOUD_EMAIL}\",\"password")),
            ("PLACEHOL\"", format!("{MACLOUD_PASSWORD}\"")),
            ("admin@domain.ru", format!("user{}@example.org", self.server)),
            ("\"example.org\"", format!("\"n{}.example.org\"", self.server)),
        ];
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

#[test]
fn every_call_succeeds_on_things_that_are_there() {
    let sandbox = Sandbox::builder().site(Macloud).start().unwrap();
    for (file, verb, target, body) in examples(API) {
        let name = file.to_string_lossy().into_owned();
        let adds_schedule = name.contains("/create_") && name.contains("schedule");
        let attached = name.contains("detach_iso");
        let things = fill(&sandbox, !adds_schedule, !name.contains("create_ptr"), attached);
        let (target, body) = (things.put_in(&target), things.put_in(&body));
        let (status, text) = ask(&sandbox, &verb, &target, &body);
        assert!((200..300).contains(&status), "{name}: {verb} {target} {body}: {status} {text}");
        assert!(text.starts_with("{\"status\":\"ok\""), "{name}: {text}");
    }
    let ledger = sandbox.ledger();
    // Every call that acts changed something; these found all as it was to be.
    let unmoved = ["create_iso", "delete_local_address", "enable_autoprolong"];
    for entry in ledger.entries() {
        assert!(!acts(entry.operation) || entry.is_committed() || unmoved.contains(&entry.operation), "{entry:?}");
    }
}

/// Whether an operation acts: by its name, as a second opinion on the specs.
fn acts(operation: &str) -> bool {
    !["get_", "list_", "sign_in", "disable_backup_autoprolong"].iter().any(|start| operation.starts_with(start))
}
