//! A program with one call, as a user of hostkit writes it.

use hostkit_ureq::Client;
use macloud_proto::account::GetAccount;
use macloud_proto::{Credentials, Macloud};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("TOKEN")?;
    let client = Client::<Macloud>::builder(Credentials::token(token)).build()?;
    let account = client.call(&GetAccount::new())?;
    println!("{} {}", account.account.id, account.account.name.unwrap_or_default());
    Ok(())
}
