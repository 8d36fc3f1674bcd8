//! Reads the balance of an account through the blocking client.

use clodo_proto::Credentials;
use clodo_proto::billing::GetBalance;
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use hostkit_ureq::Client;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start()?;
    let client = Client::builder(Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY))
        .base_url(sandbox.url(ApiName::CLODO).parse()?) // without this line: the hoster itself
        .build()?;

    println!("{}", client.call(&GetBalance::new())?); // signs in first
    Ok(())
}
