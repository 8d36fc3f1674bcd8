//! A real HAProxy that repeats whatever it got no answer to, POST included: the first arrival is carried out, and the
//! client sees the refusal of the second.

use std::fmt::Debug;

use hostkit::{Api, Decimal, FaultCode, Outcome, Perform, Recovery};
use hostkit_sandbox::fault::{Armed, Fault};
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Sandbox};

use crate::real::program::{Program, is_wanted};
use crate::unresolved::ground::{clodo, inferno, macloud};
use crate::unresolved::orders::clodo_server;
use hostkit_tests::clients::Client;

/// It repeats only what it has whole, so it waits for the body.
fn haproxy(sandbox: &Sandbox) -> Program {
    let upstream = sandbox.address();
    Program::start(|folder, port| {
        let configuration = format!(
            "defaults
                mode http
                timeout connect 2s
                timeout client 20s
                timeout server 20s
                retries 2
                retry-on all-retryable-errors
                option http-buffer-request
                option redispatch 1
            frontend clients
                bind 127.0.0.1:{port}
                default_backend hoster
            backend hoster
                server first {upstream}
                server second {upstream}\n"
        );
        let file = folder.join("haproxy.cfg");
        std::fs::write(&file, configuration).unwrap();
        ["haproxy", "-db", "-f", &file.display().to_string()].map(str::to_owned).to_vec()
    })
}

/// The end of a call that was sent twice, as the row of a table; a value is replaced by `done`.
struct Ends {
    told: &'static str,
    found: String,
}

/// Performs a call of which the first arrival is carried out without an answer.
fn ends<A: Api, E>(client: &Client<A>, sandbox: &Sandbox, call: &E) -> Ends
where
    E: Perform<Api = A>,
    E::Found: Debug,
{
    let lost = Fault::by_id("close-after-commit").unwrap();
    sandbox.faults().arm(Armed::new(lost).on(E::INFO.name));
    let outcome = client.perform(call);
    let told = outcome.as_str();
    let found = outcome.ticket().map(|ticket| said(&client.recover::<E>(ticket))).unwrap_or_default();
    Ends { told, found }
}

fn said<T, C: FaultCode>(verdict: &Recovery<T, C>) -> String {
    verdict.to_string()
}

/// An order for which there is money once. `value` is whether the order's answer can be made from what a read shows.
fn check<A: Api, E>(api: ApiName, path: &str, credentials: A::Credentials, make: impl Fn(&Client<A>) -> E, told: &str)
where
    E: Perform<Api = A>,
    E::Found: Debug,
{
    let sandbox = Sandbox::start().unwrap();
    let proxy = haproxy(&sandbox);
    for is_blocking in [true, false] {
        let base = format!("http://127.0.0.1:{}/{path}", proxy.port);
        let client = Client::new(is_blocking, &sandbox, &base, credentials.clone());
        let call = make(&client);
        let price = price(&sandbox, api, &client, &call);
        sandbox.world(api, |world| world.open_account(World::ACCOUNT, price, "RUB")).unwrap();
        sandbox.ledger().clear();
        let Ends { told: ended, found } = ends(&client, &sandbox, &call);
        let ledger = sandbox.ledger();
        let (arrived, committed) = (ledger.arrivals(E::INFO.name), ledger.commits(E::INFO.name));
        let name = if is_blocking { "blocking" } else { "async" };
        println!(
            "real: haproxy | POST {} | {name} | told: {ended} | arrived {arrived}, committed {committed} | found: {found}",
            E::INFO.name
        );
        assert_eq!((arrived, committed, ended), (2, 1, told), "{found}");
        assert!(told == "done" || found == "it happened", "{found}");
    }
}

/// What the order costs: it is made once, with money enough.
fn price<A: Api, E: Perform<Api = A>>(sandbox: &Sandbox, api: ApiName, client: &Client<A>, call: &E) -> Decimal {
    let balance = || sandbox.world(api, |world| world.account(World::ACCOUNT).unwrap().balance).unwrap();
    sandbox.world(api, |world| world.open_account(World::ACCOUNT, Decimal::from(100_000), "RUB")).unwrap();
    let before = balance();
    assert!(!matches!(client.perform(call), Outcome::NotSent(_) | Outcome::Rejected(_)));
    before - balance()
}

#[test]
fn an_order_that_is_repeated_and_refused_is_found() {
    if !is_wanted("haproxy") {
        return;
    }
    check(ApiName::CLODO, "clodo", clodo(), |client| clodo_server(client, "web"), "unresolved");
    check::<inferno_proto::Inferno, _>(
        ApiName::INFERNO,
        "inferno",
        inferno(),
        |_| inferno_proto::orders::CreateOrder::new(inferno_proto::types::ProductId::new(1)),
        "unresolved",
    );
    check::<macloud_proto::Macloud, _>(
        ApiName::MACLOUD,
        "macloud",
        macloud(),
        |client| {
            use macloud_proto::reference::{ListDatacenters, ListServerGroups, ListServerPlans, ListTemplates};
            use macloud_proto::servers::{CreateServer, CreateServerSource};
            let group = client.call(&ListServerGroups::new()).first().unwrap().id;
            let plan = client.call(&ListServerPlans::new(group)).first().unwrap().id;
            let datacenter = client.call(&ListDatacenters::new()).first().unwrap().id;
            let template = client.call(&ListTemplates::new()).first().unwrap().id;
            CreateServer::new(datacenter, plan).source(CreateServerSource::Template(template)).name("web")
        },
        "done",
    );
}
