//! Every limit that the document states, one step inside and one step outside.

use hostkit_proto::{Api, EncodeError, Endpoint, Format, RequestParts, Session};
use rootpanel_proto::orders::{AddonsOrder, CreateOrder, RenewOrder};
use rootpanel_proto::types::{AddonId, OrderId, TariffId};
use rootpanel_proto::{Credentials, RootPanel};

/// `field: rule` of every mistake, by the name on the wire.
fn words(error: &EncodeError) -> String {
    let words = error.mistakes().iter().map(|mistake| format!("{}: {}", mistake.wire_name(), mistake.rule()));
    words.collect::<Vec<_>>().join("; ")
}

/// `field: rule` of the refusals, or nothing.
fn said<E: Endpoint<Api = RootPanel>>(call: &E) -> String {
    let mut parts = RequestParts::new(&E::INFO, &RootPanel::INFO, Format::Json, "main");
    call.encode(&mut parts).err().map_or_else(String::new, |error| words(&error))
}

#[test]
fn periods_and_their_renewal() {
    let order = |period| CreateOrder::new(TariffId::new(1), period);
    assert_eq!(said(&order(1)), "");
    assert_eq!(said(&order(0)), "period: 0 is less than 1");
    assert_eq!(said(&order(1).autorenew(true)), "autorenewperiod: is required if `autorenew`");
    assert_eq!(said(&order(1).autorenew(true).autorenew_period(1)), "");
    assert_eq!(said(&order(1).autorenew(true).autorenew_period(0)), "autorenewperiod: 0 is less than 1");
    assert_eq!(said(&RenewOrder::new(OrderId::new(1), 0)), "period: 0 is less than 1");
}

#[test]
fn what_has_to_be_given_has_one_character_at_least() {
    let addons = |ids: Vec<AddonId>| said(&AddonsOrder::new(OrderId::new(1), ids.into()));
    assert_eq!(addons(vec![AddonId::new(1)]), "");
    assert_eq!(addons(Vec::new()), "addons: is empty, but has to be given");

    let proof = |credentials: &Credentials| {
        let mut parts = RequestParts::new(&RenewOrder::INFO, &RootPanel::INFO, Format::Json, "main");
        let result = RootPanel::authorise(credentials, &Session::default(), &mut parts);
        result.err().map(|error| error.mistakes()[0].wire_name().to_owned()).unwrap_or_default()
    };
    assert_eq!(proof(&Credentials::api_key("login", "key")), "");
    assert_eq!(proof(&Credentials::api_key("", "key")), "login");
    assert_eq!(proof(&Credentials::api_key("login", "")), "apikey");
    assert_eq!(proof(&Credentials::password("login", "")), "pass");
}
