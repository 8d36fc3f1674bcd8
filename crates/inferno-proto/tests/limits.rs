//! Every limit that the document states, one step inside and one step outside.

use hostkit_proto::{Api, EncodeError, Endpoint, Format, RequestParts};
use inferno_proto::Inferno;
use inferno_proto::orders::CancelOrder;
use inferno_proto::servers::{GetInfo, GetInfoServer, Install, Reboot};
use inferno_proto::ssh_keys::AddSshKey;
use inferno_proto::types::OrderId;

/// `field: rule` of every mistake, by the name on the wire.
fn words(error: &EncodeError) -> String {
    let words = error.mistakes().iter().map(|mistake| format!("{}: {}", mistake.wire_name(), mistake.rule()));
    words.collect::<Vec<_>>().join("; ")
}

/// `field: rule` of the refusals, or nothing.
fn said<E: Endpoint<Api = Inferno>>(call: &E) -> String {
    let mut parts = RequestParts::new(&E::INFO, &Inferno::INFO, Format::Json, "main");
    call.encode(&mut parts).err().map_or_else(String::new, |error| words(&error))
}

#[test]
fn order_zero_is_no_order() {
    let (one, zero) = (OrderId::new(1), OrderId::new(0));
    assert_eq!(said(&Reboot::new(one)), "");
    assert_eq!(said(&Reboot::new(zero)), "orderid: 0 is less than 1");
    assert_eq!(said(&CancelOrder::new(zero)), "orderid: 0 is less than 1");
    assert_eq!(said(&GetInfo::new(GetInfoServer::Order(zero))), "orderid: 0 is less than 1");
    // It stands for the address that is sent beside it, and for nothing else.
    assert_eq!(said(&GetInfo::new(GetInfoServer::Address([192, 0, 2, 7].into()))), "");
}

#[test]
fn texts_that_have_to_be_there() {
    assert_eq!(said(&Install::new(OrderId::new(1), "centos7-64-default")), "");
    assert!(said(&Install::new(OrderId::new(1), "")).starts_with("ostpl: "));
    assert!(said(&AddSshKey::new("")).starts_with("sshkey: "));
}
