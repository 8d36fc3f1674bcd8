//! The options of a client apply to all of its methods.

use std::time::Duration;

use hostkit::{CallOptions, WaitError};
use hostkit_sandbox::{ApiName, Sandbox};
use inferno_proto::Inferno;
use inferno_proto::orders::{CreateOrder, ListOrders};
use inferno_proto::servers::{GetInfo, GetInfoServer, OrderActive};
use inferno_proto::types::{OrderId, ProductId};

use crate::unresolved::ground::{inferno, open, strike};

/// Checks what each method of this client returns with a deadline of zero.
macro_rules! without_time {
    ($client:ident $(, $wait:tt)*) => {{
        let sandbox = Sandbox::start().unwrap();
        let base = sandbox.url(ApiName::INFERNO).parse().unwrap();
        let client = $client::Client::<Inferno>::builder(inferno()).base_url(base).build().unwrap();
        let order = CreateOrder::new(ProductId::new(1));
        strike(&sandbox, "create_order", "reset-after-commit");
        let ticket = open(client.perform(&order)$(.$wait)*);
        let heard = sandbox.ledger().entries().len();

        let hasty = client.with(CallOptions::new().deadline(Duration::ZERO));
        assert!(hasty.call(&ListOrders::new())$(.$wait)*.is_err());
        assert!(hasty.call_full(&ListOrders::new())$(.$wait)*.is_err());
        assert!(hasty.call_raw(&ListOrders::new())$(.$wait)*.is_err());
        assert_eq!(hasty.perform(&order)$(.$wait)*.as_str(), "not sent");
        assert_eq!(hasty.perform_full(&order)$(.$wait)*.as_str(), "not sent");
        let waited = hasty.wait(OrderActive::new(GetInfo::new(GetInfoServer::Order(OrderId::new(1)))), |_| {})$(.$wait)*;
        assert!(matches!(waited, Err(WaitError::Deadline { .. })));
        assert!(hasty.recover::<CreateOrder>(&ticket)$(.$wait)*.is_open());
        assert!(hasty.clone().call(&ListOrders::new())$(.$wait)*.is_err());
        assert_eq!(sandbox.ledger().entries().len(), heard, "nothing was sent");

        // The client itself keeps its own options, and a client with default options works again.
        assert!(client.call(&ListOrders::new())$(.$wait)*.is_ok());
        assert!(hasty.with(CallOptions::new()).call(&ListOrders::new())$(.$wait)*.is_ok());
    }};
}

#[test]
fn every_method_of_the_blocking_client_keeps_to_its_options() {
    without_time!(hostkit_ureq);
}

#[tokio::test]
async fn every_method_of_the_async_client_keeps_to_its_options() {
    without_time!(hostkit_reqwest, await);
}
