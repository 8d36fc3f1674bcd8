//! RootPanel in the sandbox: every command in both formats, and what the hoster does with orders and money.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::exchange::{ask, assert_document, examples, request, send};
use hostkit::protocol::{Csv, Session};
use hostkit::{Decimal, Endpoint, ErrorOf, Format};
use hostkit_sandbox::credentials::{ROOTPANEL_KEY, ROOTPANEL_LOGIN, ROOTPANEL_TEST};
use hostkit_sandbox::sites::rootpanel::RootPanel;
use hostkit_sandbox::world::{Acceptance, World};
use hostkit_sandbox::{ApiName, Sandbox};
use rootpanel_proto::Credentials;
use rootpanel_proto::account::GetBalance;
use rootpanel_proto::orders::{
    AddonsOrder, CreateOrder, GetOrders, ReinstallOrder, RenewOrder, SuspendOrder, UnsuspendOrder,
};
use rootpanel_proto::servers::{GetVnc, RebootServer, ResetServer, ShutdownServer, StartServer};
use rootpanel_proto::tariffs::GetTarifs;
use rootpanel_proto::types::{AddonId, OrderId, OrderStatus, TariffId};

const API: ApiName = ApiName::ROOTPANEL;

fn start() -> Sandbox {
    Sandbox::builder().site(RootPanel).start().unwrap()
}

fn credentials() -> Credentials {
    Credentials::api_key(ROOTPANEL_LOGIN, ROOTPANEL_KEY)
}

fn call<E: Endpoint<Api = rootpanel_proto::RootPanel>>(sandbox: &Sandbox, call: &E) -> Result<E::Output, ErrorOf<E>> {
    ask(sandbox, API, &credentials(), &Session::default(), call)
}

/// The code of a no.
#[track_caller]
fn code<E: Endpoint<Api = rootpanel_proto::RootPanel>>(sandbox: &Sandbox, endpoint: &E) -> String {
    code_of(call(sandbox, endpoint).err())
}

#[track_caller]
fn code_of<F: hostkit::FaultCode>(error: Option<hostkit::Error<F>>) -> String {
    error.expect("a no").code().map(|code| code.as_str().to_owned()).unwrap_or_default()
}

fn order(sandbox: &Sandbox) -> OrderId {
    let order = call(sandbox, &CreateOrder::new(TariffId::new(1), 1)).unwrap().order;
    sandbox.clock().advance(World::BUILD);
    order
}

fn post(sandbox: &Sandbox, body: &str) -> http::Response<Vec<u8>> {
    let request =
        http::Request::post("/rootpanel/apih.php").header("content-type", "application/x-www-form-urlencoded");
    send(sandbox, &request.body(body.as_bytes().to_vec()).unwrap())
}

fn text(answer: &http::Response<Vec<u8>>) -> String {
    String::from_utf8(answer.body().clone()).unwrap()
}

const FORMATS: [(Format, &str); 2] = [(Format::Json, "&json=1"), (Format::Php, "")];

#[test]
fn every_example_is_answered_in_both_formats() {
    let sandbox = start();
    let login = format!("login={ROOTPANEL_LOGIN}&apikey={ROOTPANEL_KEY}");
    let examples = examples(API);
    assert_eq!(examples.len(), 18);
    for (file, verb, target, body) in &examples {
        assert_eq!((verb.as_str(), target.as_str()), ("POST", "/apih.php"));
        for (format, suffix) in FORMATS {
            let answer = post(&sandbox, &format!("{body}&{login}{suffix}"));
            assert_eq!(answer.status(), 200, "{}", file.display());
            assert_document(format, answer.body(), &["status"]);
        }
    }
    let seen: BTreeSet<_> = sandbox.ledger().entries().iter().map(|entry| entry.operation).collect();
    assert!(seen.len() == 14 && !seen.contains("(unknown)"), "{seen:?}");
}

#[test]
fn every_call_succeeds_on_an_order_that_is_there() {
    let sandbox = start();
    let login = format!("login={ROOTPANEL_LOGIN}&apikey={ROOTPANEL_KEY}");
    for (_, _, _, body) in examples(API) {
        for (format, suffix) in FORMATS {
            let fresh = order(&sandbox);
            if body.contains("unSuspend") {
                call(&sandbox, &SuspendOrder::new(fresh)).unwrap();
            }
            // The numbers of the document are not those of this world.
            let body = body.replace("47000", &fresh.to_string()).replace("tarifid=12", "tarifid=1");
            let body = body.replace("osid=5", "osid=101").replace("addons=7%2C8", "addons=7%2C9");
            let body = body.replace("addons=5%2C7", "addons=101%2C9");
            let answer = post(&sandbox, &format!("{body}&{login}{suffix}"));
            assert_document(format, answer.body(), &["status"]);
            assert!(text(&answer).contains("SUCCESS"), "{body}: {}", text(&answer));
        }
    }
}

#[test]
fn an_order_is_built_and_paid_for() {
    let sandbox = start();
    let before = call(&sandbox, &GetBalance::new()).unwrap();
    assert_eq!(before.currency.map(|currency| currency.to_string()).as_deref(), Some("USD"));
    assert_eq!(code(&sandbox, &GetOrders::new().order(OrderId::new(5))), "19");
    assert!(call(&sandbox, &GetOrders::new()).unwrap().is_empty());
    let tariffs = call(&sandbox, &GetTarifs::new()).unwrap();
    let tariff = &tariffs[1];
    let placed = call(&sandbox, &CreateOrder::new(tariff.id, 3)).unwrap();
    assert_eq!(placed.cost, tariff.monthly_cost.and_then(|cost| cost.checked_mul(Decimal::from(3))));
    assert_eq!(placed.balance, placed.cost.and_then(|cost| before.amount.checked_sub(cost)));
    let status = |order| call(&sandbox, &GetOrders::new().order(order)).unwrap()[0].status.clone();
    assert_eq!(status(placed.order), Some(OrderStatus::New));
    sandbox.clock().advance(World::BUILD / 2);
    assert_eq!(status(placed.order), Some(OrderStatus::InProgress));
    sandbox.clock().advance(World::BUILD / 2);
    let ready = call(&sandbox, &GetOrders::new()).unwrap();
    assert_eq!(ready[0].status, Some(OrderStatus::Processed));
    assert!(ready[0].ipv4.is_some() && ready[0].server_password.is_some());
    assert_eq!(ready[0].days_left, Some(89));
    assert_eq!(Some(sandbox.ledger().money(API)), placed.cost.map(|cost| cost.amount));
    assert_eq!(sandbox.ledger().commits("create_order"), 1);
}

#[test]
fn what_is_done_to_an_order() {
    let sandbox = start();
    let order = order(&sandbox);
    assert_eq!(code(&sandbox, &UnsuspendOrder::new(order)), "22");
    call(&sandbox, &SuspendOrder::new(order)).unwrap();
    assert_eq!(code(&sandbox, &SuspendOrder::new(order)), "21");
    assert_eq!(code(&sandbox, &StartServer::new(order)), "53");
    call(&sandbox, &UnsuspendOrder::new(order)).unwrap();
    call(&sandbox, &ShutdownServer::new(order)).unwrap();
    assert_eq!(code(&sandbox, &RebootServer::new(order)), "55");
    call(&sandbox, &StartServer::new(order)).unwrap();
    call(&sandbox, &RebootServer::new(order)).unwrap();
    call(&sandbox, &ResetServer::new(order)).unwrap();
    assert_eq!(call(&sandbox, &GetVnc::new(order)).unwrap().order, Some(order));
    let renewed = call(&sandbox, &RenewOrder::new(order, 1)).unwrap();
    assert_eq!(renewed.cost, Some("199.90 USD".parse().unwrap()));
    let added = call(&sandbox, &AddonsOrder::new(order, Csv::from(vec![AddonId::new(7), AddonId::new(7)]))).unwrap();
    assert_eq!(added.cost, Some("100 USD".parse().unwrap()));
    let listed = call(&sandbox, &GetOrders::new().order(order)).unwrap();
    assert_eq!(listed[0].extra_addresses.len(), 2);
    call(&sandbox, &ReinstallOrder::new(order).system(AddonId::new(102))).unwrap();
    assert_eq!(code(&sandbox, &ReinstallOrder::new(order)), "44");
    assert_eq!(code(&sandbox, &SuspendOrder::new(order)), "44");
    sandbox.clock().advance(World::BUILD);
    call(&sandbox, &ReinstallOrder::new(order)).unwrap();
    sandbox.clock().advance(Duration::from_secs(90 * 86_400));
    assert_eq!(code(&sandbox, &AddonsOrder::new(order, Csv::from(vec![AddonId::new(7)]))), "53");
}

#[test]
fn acceptance_and_conflicts() {
    let sandbox = start();
    let world = |change: fn(&mut World)| sandbox.world(API, change).unwrap();
    let create = CreateOrder::new(TariffId::new(1), 1);
    let raw = || send(&sandbox, &request(&sandbox, API, &credentials(), &Session::default(), &create));

    world(|world| world.set_acceptance(Acceptance::Manual));
    let spent = sandbox.ledger().money(API);
    assert!(text(&raw()).contains("\"errorCode\":\"30\""));
    assert_eq!(sandbox.ledger().money(API) - spent, Decimal::new(19_990, 2));

    world(|world| world.set_acceptance(Acceptance::AwaitsPayment));
    let spent = sandbox.ledger().money(API);
    let placed = call(&sandbox, &create).unwrap();
    assert_eq!((placed.server_login, placed.cost), (None, None));
    assert_eq!(sandbox.ledger().money(API), spent);
    sandbox.clock().advance(World::BUILD * 2);
    let found = call(&sandbox, &GetOrders::new().order(placed.order)).unwrap();
    assert_eq!(found[0].status, Some(OrderStatus::New));
    assert_eq!(code(&sandbox, &RenewOrder::new(placed.order, 1)), "20");

    // What the balance does not cover is accepted, and waits.
    world(|world| {
        world.set_acceptance(Acceptance::AtOnce);
        world.open_account(World::ACCOUNT, Decimal::ONE, "USD");
    });
    assert!(text(&raw()).contains("\"errorCode\":\"31\""));

    world(|world| world.limit_plan(1));
    assert_eq!(code(&sandbox, &create), "27");
    let login = format!("login={ROOTPANEL_LOGIN}&apikey={ROOTPANEL_KEY}&json=1");
    let with_domain = format!("command=createOrder&vid=vds&tarifid=2&period=1&domain=example.org&{login}");
    assert!(text(&post(&sandbox, &with_domain)).contains("SUCCESS"));
    assert!(text(&post(&sandbox, &with_domain)).contains("\"errorCode\":\"14\""));

    world(|world| world.keep_plans(|_| false));
    assert!(call(&sandbox, &GetTarifs::new()).unwrap().is_empty());
}

#[test]
fn credentials_and_arguments() {
    let sandbox = start();
    let of = |body: &str| {
        let answer = text(&post(&sandbox, &format!("{body}&json=1")));
        let code = answer.split("\"errorCode\":\"").nth(1).unwrap_or("0");
        code.split('"').next().unwrap_or_default().to_owned()
    };
    let good = format!("login={ROOTPANEL_LOGIN}&apikey={ROOTPANEL_KEY}");
    assert_eq!(of("command=getBalance&apikey=x"), "3");
    assert_eq!(of("command=getBalance&login=sandbox"), "6");
    assert_eq!(of("command=getBalance&login=sandbox&apikey=x"), "7");
    assert_eq!(of("command=getBalance&login=nobody&apikey=x"), "4");
    assert_eq!(of(&format!("command=getBalance&{good}&pass=x")), "9");
    assert_eq!(of(&good), "8");
    assert_eq!(of(&format!("command=killServer&{good}")), "8");
    for (fields, expected) in [
        ("command=createOrder", "24"),
        ("command=createOrder&vid=vds", "11"),
        ("command=createOrder&vid=vds&tarifid=99&period=1", "12"),
        ("command=createOrder&vid=vds&tarifid=1", "15"),
        ("command=createOrder&vid=vds&tarifid=1&period=2", "16"),
        ("command=createOrder&vid=vds&tarifid=1&period=1&addons=7", "17"),
        ("command=createOrder&vid=vds&tarifid=1&period=1&addons=x", "17"),
        ("command=createOrder&vid=vds&tarifid=1&period=1&addons=101,102", "28"),
        ("command=createOrder&vid=vds&tarifid=1&period=1&locationid=9", "40"),
        ("command=createOrder&vid=vds&tarifid=1&period=1&autorenew=2", "41"),
        ("command=createOrder&vid=vds&tarifid=1&period=1&autorenew=1", "42"),
        ("command=createOrder&vid=vds&tarifid=1&period=1&autorenew=1&autorenewperiod=5", "43"),
        ("command=startServer", "18"),
        ("command=startServer&orderid=abc", "19"),
        ("command=addonsOrder&orderid=1", "52"),
        ("command=getTarifs&vid=vds&tarifid=77", "12"),
    ] {
        assert_eq!(of(&format!("{fields}&{good}")), expected, "{fields}");
    }
    assert_eq!(sandbox.ledger().commits("create_order"), 0);
    assert!(sandbox.ledger().of("create_order").iter().all(|entry| entry.changes.is_empty()));
}

#[test]
fn the_test_account_changes_nothing() {
    let sandbox = start();
    let trial = Credentials::password(ROOTPANEL_TEST, ROOTPANEL_TEST);
    let session = Session::default();
    let placed = ask(&sandbox, API, &trial, &session, &CreateOrder::new(TariffId::new(1), 1)).unwrap();
    assert_eq!(placed.cost, Some("199.90 USD".parse().unwrap()));
    assert!(ask(&sandbox, API, &trial, &session, &GetOrders::new()).unwrap().is_empty());
    let started = ask(&sandbox, API, &trial, &session, &StartServer::new(placed.order));
    assert_eq!(code_of(started.err()), "19");
    let with_key = Credentials::api_key(ROOTPANEL_TEST, ROOTPANEL_TEST);
    assert_eq!(code_of(ask(&sandbox, API, &with_key, &session, &GetBalance::new()).err()), "7");
    assert!(sandbox.ledger().entries().iter().all(|entry| entry.changes.is_empty()));
}

#[test]
fn a_query_does_as_well_as_a_form() {
    let sandbox = start();
    let target = format!("/rootpanel/apih.php?command=getBalance&login={ROOTPANEL_LOGIN}&apikey={ROOTPANEL_KEY}");
    let answer = send(&sandbox, &http::Request::get(target).body(Vec::new()).unwrap());
    assert_document(Format::Php, answer.body(), &["status", "balance", "currency"]);
}
