//! Macloud in the sandbox: what the hoster does with tokens, servers, money, and with calls that make no sense.

use std::time::Duration;

use crate::exchange::{ask, assert_document, send};
use hostkit::protocol::Session;
use hostkit::{Decimal, Endpoint, ErrorOf, Format, Secret};
use hostkit_sandbox::credentials::{MACLOUD_EMAIL, MACLOUD_PASSWORD, MACLOUD_TOKEN};
use hostkit_sandbox::sites::macloud::Macloud;
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Sandbox};
use macloud_proto::Credentials;
use macloud_proto::account::{GetAccount, GetBalance, GetLimits};
use macloud_proto::auth::SignIn;
use macloud_proto::backups::{CreateBackup, GetBackup, ListBackups, PrepareDownload};
use macloud_proto::ips::{DeleteAdditional, ListAdditional, ListAddresses, ListReserved, OrderAddresses};
use macloud_proto::isos::{CreateIso, GetIsoProgress, ListIsos, StartDownload};
use macloud_proto::operations::{CreateTopUp, DeleteOperation, ListOperations};
use macloud_proto::reference::{ListServerGroups, ListServerPlans};
use macloud_proto::servers::{
    CreateServer, DeleteServer, DisableAutoprolong, GetServer, ListServers, RebootServer, SetAddressReservation,
};
use macloud_proto::types::{DatacenterId, DownloadStatus, PlanId, ServerId, ServiceId, ServiceStatus};

const API: ApiName = ApiName::MACLOUD;

fn start() -> Sandbox {
    Sandbox::builder().site(Macloud).start().unwrap()
}

fn session(token: &str) -> Session {
    Session::with_token(Secret::from(token))
}

fn credentials() -> Credentials {
    Credentials::token(MACLOUD_TOKEN)
}

fn call<E: Endpoint<Api = macloud_proto::Macloud>>(sandbox: &Sandbox, call: &E) -> Result<E::Output, ErrorOf<E>> {
    ask(sandbox, API, &credentials(), &session(MACLOUD_TOKEN), call)
}

fn raw(sandbox: &Sandbox, verb: &str, path: &str, token: &str, body: &str) -> (u16, String) {
    let mut request = http::Request::builder().method(verb).uri(format!("/macloud{path}"));
    if !token.is_empty() {
        request = request.header("authorization", token);
    }
    let answer = send(sandbox, &request.body(body.as_bytes().to_vec()).unwrap());
    assert_document(Format::Json, answer.body(), &["status", "status_msg"]);
    (answer.status().as_u16(), String::from_utf8(answer.body().clone()).unwrap())
}

fn server(sandbox: &Sandbox) -> ServerId {
    let id = call(sandbox, &CreateServer::new(DatacenterId::new(1), PlanId::new(1))).unwrap();
    sandbox.clock().advance(World::BUILD);
    id
}

#[test]
fn a_server_is_made_and_deleted() {
    let sandbox = start();
    let group = call(&sandbox, &ListServerGroups::new()).unwrap()[0].id;
    let plans = call(&sandbox, &ListServerPlans::new(group)).unwrap();
    let before = call(&sandbox, &GetBalance::new()).unwrap().real.unwrap();
    assert!(call(&sandbox, &ListServers::new()).unwrap().is_empty());
    let order = CreateServer::new(DatacenterId::new(1), plans[1].id).name("web").host("web.example.org");
    let id = call(&sandbox, &order).unwrap();
    assert_eq!(call(&sandbox, &GetBalance::new()).unwrap().real, before.checked_sub(plans[1].cost));
    sandbox.clock().advance(World::BUILD / 2);
    let new = call(&sandbox, &GetServer::new(id)).unwrap();
    assert_eq!((new.status, new.addresses.len()), (ServiceStatus::New, 0));
    assert!(new.status_text.unwrap().starts_with("Creation ("));
    assert!(raw(&sandbox, "GET", "/v1/server", MACLOUD_TOKEN, "").1.contains("\"ip\":null"));
    // Too early to be heard.
    call(&sandbox, &DisableAutoprolong::new(id)).unwrap();
    sandbox.clock().advance(World::BUILD / 2);
    let ready = call(&sandbox, &GetServer::new(id)).unwrap();
    assert_eq!((ready.status, ready.addresses.len()), (ServiceStatus::Active, 1));
    assert_eq!((ready.autoprolong, ready.host.as_deref()), (Some(true), Some("web.example.org")));
    call(&sandbox, &DisableAutoprolong::new(id)).unwrap();
    assert_eq!(call(&sandbox, &GetServer::new(id)).unwrap().autoprolong, Some(false));
    assert_eq!(call(&sandbox, &ListServers::new()).unwrap()[0].addresses.len(), 1);
    assert!(raw(&sandbox, "GET", "/v1/server", MACLOUD_TOKEN, "").1.contains("\"ip\":{"));
    call(&sandbox, &SetAddressReservation::new(id, "web", true)).unwrap();
    call(&sandbox, &RebootServer::new(id)).unwrap();
    call(&sandbox, &DeleteServer::new(id)).unwrap();
    assert!(call(&sandbox, &GetServer::new(id)).err().unwrap().is_not_found());
    assert_eq!(call(&sandbox, &ListReserved::new()).unwrap().len(), 1);
    assert_eq!(sandbox.ledger().money(API), plans[1].cost.amount);
    assert_eq!(sandbox.ledger().commits("create_server"), 1);
}

#[test]
fn tokens() {
    let sandbox = start();
    let account = |token: &str| raw(&sandbox, "GET", "/v1/account", token, "");
    assert_eq!(account(MACLOUD_TOKEN).0, 200);
    assert_eq!(account(&format!("Bearer {MACLOUD_TOKEN}")).0, 200);
    let (status, text) = account("");
    assert!(status == 401 && text.contains("Need authorization information"), "{text}");
    let (status, text) = account("abc");
    assert!(status == 401 && text.contains("Incorrect token"), "{text}");
    let sign_in = SignIn::new(MACLOUD_EMAIL, MACLOUD_PASSWORD);
    let token = call(&sandbox, &sign_in).unwrap().token;
    assert_eq!(token.expose().len(), 64);
    let fresh = session(token.expose());
    assert!(ask(&sandbox, API, &credentials(), &fresh, &GetAccount::new()).is_ok());
    sandbox.clock().advance(Duration::from_secs(24 * 3600));
    assert!(ask(&sandbox, API, &credentials(), &fresh, &GetAccount::new()).err().unwrap().is_auth());
    for _ in 0..World::MOST_FAILURES {
        let wrong = raw(&sandbox, "POST", "/v1/auth", "", r#"{"email":"a@example.org","password":"x"}"#);
        assert!(wrong.0 == 403 && wrong.1.contains("Incorrect credentials specified"), "{}", wrong.1);
    }
    let blocked = call(&sandbox, &sign_in).unwrap_err().to_string();
    assert!(blocked.contains("requests limits were exceeded"), "{blocked}");
    sandbox.clock().advance(World::BLOCK);
    assert!(call(&sandbox, &sign_in).is_ok());
}

#[test]
fn the_ways_of_saying_no() {
    let sandbox = start();
    let ask = |verb: &str, path: &str, body: &str| raw(&sandbox, verb, path, MACLOUD_TOKEN, body);
    let expect = |(status, text): (u16, String), code: u16, part: &str| {
        assert!(status == code && text.contains(part), "{status} {text}");
    };
    expect(
        ask("GET", "/v1/server/5", ""),
        404,
        r#""status_msg":"","description":"Not Found (Service not found)","data":null"#,
    );
    expect(ask("GET", "/v1/server.poweroff/5", ""), 501, "Action not implemented or not found");
    expect(ask("GET", "/v9/server", ""), 501, "Version not implemented");
    expect(ask("PUT", "/v1/account", ""), 405, "Method Not Allowed");
    expect(ask("POST", "/v1/server", r#"{"datacenter":1}"#), 400, r#""data":{"server-plan":"required"}"#);
    expect(ask("POST", "/v1/server", "{"), 400, r#""generic":[["#);
    let late = r#"{"type":"day","hour":11,"left":1}"#;
    expect(ask("POST", "/v1/backup.schedule/5", late), 400, r#""data":{"hour":["Wrong value"]}"#);
    let wrong = r#"{"datacenter":2,"server-plan":9,"host":"web","template":77}"#;
    let lists = r#""data":{"datacenter":["Datacenter is not available"],"server-plan":["Plan is not available"]"#;
    expect(ask("POST", "/v1/server", wrong), 400, lists);
    sandbox.world(API, |world| world.open_account(World::ACCOUNT, Decimal::ONE, "RUB"));
    expect(ask("POST", "/v1/server", r#"{"datacenter":1,"server-plan":1}"#), 400, r#""generic":[["Not enough money""#);
    expect(ask("GET", "/v1/account.limit", ""), 200, r#""ssl":[]"#);
    expect(ask("GET", "/v1/account.balance", ""), 200, r#""real":1,"#);
    expect(ask("GET", "/v1/iso", ""), 200, r#""data":null"#);
    expect(ask("GET", "/v1/backup", ""), 200, "No Backup information");
    // Fields that nobody knows are not read.
    expect(ask("POST", "/v1/ssh-key", r#"{"name":"a","data":"ssh-rsa AAAA","x":1}"#), 201, "SSH key created");
    assert_eq!(sandbox.ledger().commits("create_server"), 0);
    let refused = sandbox.ledger().of("create_server");
    assert_eq!(refused.len(), 4);
    assert!(refused.iter().all(|entry| entry.changes.is_empty()));
    // The lists that are empty in three ways are empty for a client.
    assert!(call(&sandbox, &ListIsos::new()).unwrap().is_empty());
    assert!(call(&sandbox, &ListBackups::new()).unwrap().is_empty());
    assert!(call(&sandbox, &ListAddresses::new()).unwrap().is_empty());
    assert!(call(&sandbox, &GetLimits::new()).unwrap().ssl.is_none());
}

#[test]
fn things_beside_servers() {
    let sandbox = start();
    let id = server(&sandbox);
    let key = call(&sandbox, &StartDownload::new("https://example.org/netinst.iso")).unwrap();
    let progress = || call(&sandbox, &GetIsoProgress::new(key.clone())).unwrap().status;
    assert_eq!(progress(), DownloadStatus::Processing);
    let early = call(&sandbox, &CreateIso::new(key.clone())).unwrap_err().to_string();
    assert!(early.contains("The service is busy"), "{early}");
    sandbox.clock().advance(World::BUILD);
    assert_eq!(progress(), DownloadStatus::Done);
    let iso = call(&sandbox, &CreateIso::new(key.clone())).unwrap();
    assert_eq!(call(&sandbox, &CreateIso::new(key.clone())).unwrap(), iso);
    assert_eq!(sandbox.ledger().commits("create_iso"), 1);
    let no_image = call(&sandbox, &StartDownload::new("https://example.org/")).unwrap();
    assert_eq!(call(&sandbox, &GetIsoProgress::new(no_image)).unwrap().status, DownloadStatus::Failed);

    call(&sandbox, &CreateBackup::new(ServiceId::new(id.get()))).unwrap();
    let backup = call(&sandbox, &ListBackups::new()).unwrap().remove(0);
    assert_eq!((backup.status, backup.server.map(|server| server.id)), (ServiceStatus::New, Some(id)));
    sandbox.clock().advance(World::BUILD);
    call(&sandbox, &PrepareDownload::new(backup.id)).unwrap();
    let backup = call(&sandbox, &GetBackup::new(backup.id)).unwrap();
    assert!(backup.status == ServiceStatus::Active && backup.download.is_some());

    call(&sandbox, &OrderAddresses::new(id, 2)).unwrap();
    let service = call(&sandbox, &ListAdditional::new()).unwrap().remove(0);
    assert_eq!(service.addresses.len(), 2);
    assert_eq!(call(&sandbox, &ListAddresses::new()).unwrap().len(), 3);
    call(&sandbox, &DeleteAdditional::new(service.id)).unwrap();
    assert_eq!(call(&sandbox, &ListAddresses::new()).unwrap().len(), 1);

    let bill = call(&sandbox, &CreateTopUp::new(Decimal::from(1000).into())).unwrap();
    let operations = call(&sandbox, &ListOperations::new()).unwrap();
    let debits: Decimal = operations.iter().filter(|one| one.id != bill).map(|one| one.amount.amount).sum();
    assert_eq!(debits, sandbox.ledger().money(API));
    assert!(operations.iter().any(|one| one.id == bill && one.paylink.is_some()));
    call(&sandbox, &DeleteOperation::new(bill)).unwrap();
    assert_eq!(call(&sandbox, &ListOperations::new()).unwrap().len(), operations.len() - 1);
}
