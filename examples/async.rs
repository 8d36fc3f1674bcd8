//! Reads the balance and the orders concurrently through the async client.

use hostkit_reqwest::Client;
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use inferno_proto::account::GetBalance;
use inferno_proto::orders::ListOrders;
use inferno_proto::{Credentials, Inferno};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start()?;
    let client = Client::<Inferno>::builder(Credentials::key(credentials::INFERNO_CLIENT, credentials::INFERNO_KEY))
        .base_url(sandbox.url(ApiName::INFERNO).parse()?) // without this line: the hoster itself
        .build()?;

    let (balance, orders) = (GetBalance::new(), ListOrders::new());
    let (balance, orders) = tokio::try_join!(client.call(&balance), client.call(&orders))?;
    println!("{:?}, {} orders", balance.balance, orders.len());
    Ok(())
}
