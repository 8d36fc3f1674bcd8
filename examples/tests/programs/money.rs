//! The currency of amounts: of the host, or of the answer.

use hostkit::{Budget, CallOptions, ErrorKind, Money, Outcome};
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use hostkit_ureq::Client;
use macloud_proto::operations::CreateTopUp;
use macloud_proto::reference::{ListServerGroups, ListServerPlans};
use macloud_proto::servers::CreateServer;
use macloud_proto::types::DatacenterId;
use macloud_proto::{Credentials, Macloud};
use rootpanel_proto::RootPanel;
use rootpanel_proto::tariffs::GetTarifs;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn client(sandbox: &Sandbox, host: Option<&str>) -> Client<Macloud> {
    let builder = Client::<Macloud>::builder(Credentials::token(credentials::MACLOUD_TOKEN))
        .base_url(sandbox.url(ApiName::MACLOUD).parse().unwrap())
        .clock(sandbox.clock())
        .budget(Budget::new(money("10000 RUB")));
    let builder = match host {
        Some(host) => builder.host(host),
        None => builder,
    };
    builder.build().unwrap()
}

fn cost(client: &Client<Macloud>) -> Money {
    let group = client.call(&ListServerGroups::new()).unwrap()[0].id;
    client.call(&ListServerPlans::new(group)).unwrap()[0].cost
}

#[test]
fn a_price_has_the_currency_of_its_host() {
    let sandbox = Sandbox::start().unwrap();
    let order = CreateServer::new(DatacenterId::new(1), macloud_proto::types::PlanId::new(1)).name("web-7f3a");
    for (host, currency) in [(Some("macloud"), Some("RUB")), (Some("vdsina_com"), Some("USD")), (None, None)] {
        let client = client(&sandbox, host);
        let cost = cost(&client);
        assert_eq!(cost.currency.map(|known| known.to_string()).as_deref(), currency, "{host:?}");
        let paying = client.with(CallOptions::new().price(cost));
        match (currency, paying.perform(&order)) {
            (Some("RUB"), Outcome::Done(_) | Outcome::Accepted(..)) => {}
            (_, Outcome::NotSent(error)) => assert_eq!(error.kind(), ErrorKind::Refused, "{host:?}: {error}"),
            (_, other) => panic!("{host:?}: {other:?}"),
        }
    }
    assert_eq!(sandbox.ledger().commits("create_server"), 1);
}

#[test]
fn an_input_in_another_currency_is_not_sent() {
    let sandbox = Sandbox::start().unwrap();
    let roubles = client(&sandbox, Some("macloud")).with(CallOptions::new().price(money("0 RUB")));
    let Outcome::NotSent(error) = roubles.perform(&CreateTopUp::new(money("5 USD"))) else { panic!("it is refused") };
    assert_eq!(error.kind(), ErrorKind::Encode, "{error}");
    for amount in ["500 RUB", "500"] {
        assert!(roubles.perform(&CreateTopUp::new(money(amount))).is_done(), "{amount}");
    }
    assert_eq!(sandbox.ledger().commits("create_top_up"), 2);
}

#[test]
fn a_lost_top_up_is_found_by_its_amount() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox, Some("macloud")).with(CallOptions::new().price(money("0 RUB")));
    sandbox.faults().next("create_top_up", hostkit_sandbox::Fault::by_id("reset-after-commit").unwrap());
    let Outcome::Unresolved(ticket) = client.perform(&CreateTopUp::new(money("500 RUB"))) else { panic!("it is lost") };
    let found = client.recover::<CreateTopUp>(&ticket);
    assert!(matches!(found, hostkit::Recovery::Happened(_)), "{found}");
}

#[test]
fn all_amounts_of_an_answer_have_the_currency_that_it_names() {
    let sandbox = Sandbox::start().unwrap();
    let client = sandbox.client(Client::<RootPanel>::builder).build().unwrap();
    let tariffs = client.call(&GetTarifs::new()).unwrap();
    let tariff = &tariffs[0];
    let nested = tariff
        .addons
        .iter()
        .map(|addon| addon.monthly_cost)
        .chain(tariff.locations.iter().map(|place| place.monthly_cost));
    let all: Vec<Money> = [tariff.monthly_cost].into_iter().chain(nested).flatten().collect();
    assert!(all.len() > 5 && all.iter().all(|cost| cost.currency == "USD".parse().ok()), "{all:?}");
}
