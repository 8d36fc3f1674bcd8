//! Inferno from the first call to the last, typed at both ends, with answers that may hold nothing that no spec knows.
// A test that cannot go on should panic.

use crate::common::ask;
use hostkit::protocol::Session;
use hostkit::{Decimal, Endpoint, Format};
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Ended, Sandbox, credentials};

/// Calls Inferno with the credentials of the sandbox.
fn inferno<E: Endpoint<Api = inferno_proto::Inferno>>(sandbox: &Sandbox, call: &E) -> Result<E::Output, String> {
    let known = inferno_proto::Credentials::key(credentials::INFERNO_CLIENT, credentials::INFERNO_KEY);
    let base = sandbox.url(ApiName::INFERNO);
    ask(sandbox, &base, Format::Json, &known, &Session::default(), call).map_err(|(status, code)| {
        assert_eq!(status, 200, "{}", E::INFO.name);
        code
    })
}

#[test]
fn a_server_of_inferno_from_order_to_stop() {
    use inferno_proto::types::{OrderStatus, ProductId, ResultWord, Templates};
    use inferno_proto::{account, orders, products, servers, services, ssh_keys};
    let sandbox = Sandbox::start().unwrap();
    let catalogue = inferno(&sandbox, &products::ListProducts::new()).unwrap();
    let Templates::List(templates) = catalogue.templates else { panic!("a list") };
    let template = templates.first().unwrap().clone();
    assert!(inferno(&sandbox, &orders::ListOrders::new()).unwrap().is_empty());
    let before = inferno(&sandbox, &account::GetBalance::new()).unwrap().balance.unwrap();
    let order = inferno(&sandbox, &orders::CreateOrder::new(ProductId::new(1))).unwrap().order;
    let check = servers::CheckInstall::new(order, template.as_str());
    let install = servers::Install::new(order, template.as_str());
    assert_eq!(inferno(&sandbox, &check).unwrap_err(), "Order is not Active");
    let info = || inferno(&sandbox, &servers::GetInfo::new(servers::GetInfoServer::Order(order))).unwrap();
    assert_eq!((info().order_status, info().vps), (OrderStatus::Pending, None));
    sandbox.clock().advance(World::BUILD);
    let none = info().vps.unwrap();
    assert_eq!((info().order_status, none.result, none.id), (OrderStatus::Active, ResultWord::Fail, None));
    inferno(&sandbox, &check).unwrap();
    assert_eq!(inferno(&sandbox, &install).unwrap().queue.code, Some(0));
    assert_eq!(inferno(&sandbox, &install).unwrap_err(), "AlreadyInProgress");
    assert_eq!(info().vps.unwrap().online, Some(false));
    sandbox.clock().advance(World::BUILD);
    let vps = info().vps.unwrap();
    assert_eq!((vps.online, vps.state.as_deref()), (Some(true), Some("Включен")));
    let by_address = servers::GetInfo::new(servers::GetInfoServer::Address(vps.ip.unwrap()));
    assert_eq!(inferno(&sandbox, &by_address).unwrap().order, order);
    inferno(&sandbox, &servers::Reboot::new(order)).unwrap();
    inferno(&sandbox, &servers::Stop::new(order)).unwrap();
    assert_eq!(info().vps.unwrap().online, Some(false));
    inferno(&sandbox, &servers::Boot::new(order)).unwrap();
    inferno(&sandbox, &servers::Reinstall::new(order, template.as_str())).unwrap();
    assert_eq!(
        inferno(&sandbox, &orders::CancelOrder::new(order)).unwrap_err(),
        "Order ID not found or Status not Pending"
    );
    assert_eq!(inferno(&sandbox, &orders::ListOrders::new()).unwrap().len(), 1);
    let service = inferno(&sandbox, &services::ListServices::new()).unwrap().services.pop().unwrap().id;
    assert!(inferno(&sandbox, &services::GetService::new(service)).unwrap().service.is_some());
    inferno(&sandbox, &ssh_keys::AddSshKey::new("ssh-ed25519 AAAA+/= me@home")).unwrap();
    let key = inferno(&sandbox, &ssh_keys::ListSshKeys::new()).unwrap().pop().unwrap();
    assert_eq!(key.name.as_deref(), Some("me@home"));
    inferno(&sandbox, &ssh_keys::RemoveSshKey::new(key.id)).unwrap();
    let after = inferno(&sandbox, &account::GetBalance::new()).unwrap().balance.unwrap();
    let paid = before.checked_sub(after).unwrap().amount;
    assert_eq!(sandbox.ledger().money(ApiName::INFERNO), paid);
    assert!(paid > Decimal::ZERO);
}

#[test]
fn orders_of_inferno_are_cancelled_while_pending_and_keys_are_revoked() {
    use inferno_proto::types::{OrderStatus, ProductId};
    use inferno_proto::{account, orders};
    let sandbox = Sandbox::start().unwrap();
    let order = inferno(&sandbox, &orders::CreateOrder::new(ProductId::new(2))).unwrap().order;
    inferno(&sandbox, &orders::CancelOrder::new(order)).unwrap();
    assert_eq!(sandbox.ledger().money(ApiName::INFERNO), Decimal::ZERO);
    let orders = inferno(&sandbox, &orders::ListOrders::new()).unwrap();
    assert_eq!(orders.get(&order).unwrap().status, Some(OrderStatus::Cancelled));
    let wrong = account::GetApiKey::new(credentials::INFERNO_EMAIL, "guess");
    assert!(inferno(&sandbox, &wrong).unwrap_err().contains("incorrect"));
    let (email, password) = (credentials::INFERNO_EMAIL, credentials::INFERNO_PASSWORD);
    let key = inferno(&sandbox, &account::GetApiKey::new(email, password)).unwrap();
    assert_eq!(key.key.expose(), credentials::INFERNO_KEY);
    let new = inferno(&sandbox, &account::RenewApiKey::new(email, password)).unwrap();
    assert_ne!(new.key.expose(), credentials::INFERNO_KEY);
    assert_eq!(inferno(&sandbox, &account::GetBalance::new()).unwrap_err(), "Access denied");
    assert_eq!(sandbox.ledger().entries().pop().unwrap().ended, Ended::Refused("Access denied".to_owned()));
}
