//! The same program with ureq and serde_json alone.

use serde::Deserialize;

#[derive(Deserialize)]
struct Envelope {
    status: String,
    status_msg: String,
    data: Option<Account>,
}

#[derive(Deserialize)]
struct Account {
    account: AccountRef,
}

#[derive(Deserialize)]
struct AccountRef {
    id: u64,
    name: Option<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("TOKEN")?;
    let mut response = ureq::get("https://userapi.macloud.ru/v1/account").header("authorization", &token).call()?;
    let envelope: Envelope = serde_json::from_slice(&response.body_mut().read_to_vec()?)?;
    match envelope.data.filter(|_| envelope.status == "ok") {
        Some(Account { account }) => println!("{} {}", account.id, account.name.unwrap_or_default()),
        None => return Err(envelope.status_msg.into()),
    }
    Ok(())
}
