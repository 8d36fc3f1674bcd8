//! Reads balance and servers at once through the async client, with one sign-in for both.

use clodo_proto::billing::GetBalance;
use clodo_proto::servers::ListServers;
use clodo_proto::{Clodo, Credentials};
use hostkit::Format;
use hostkit_reqwest::Client;
use hostkit_sandbox::{ApiName, Sandbox, credentials};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start()?;
    let client = Client::<Clodo>::builder(Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY))
        .base_url(sandbox.url(ApiName::Clodo).parse()?) // without this line: the hoster itself
        .format(Format::Json) // XML is the default of this API
        .build()?;

    let (balance, servers) = (GetBalance::new(), ListServers::new());
    let (balance, servers) = tokio::try_join!(client.call(&balance), client.call(&servers))?;
    println!("{balance} RUB");
    for server in servers {
        println!("{} {}", server.id, server.status.as_str());
    }
    Ok(())
}
