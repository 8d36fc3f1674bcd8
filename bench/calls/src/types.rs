//! The same answers as serde types, as a program without hostkit would write them.
// All fields are decoded, including those that no check reads.
#![allow(dead_code)]

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::Deserialize;

/// Macloud's envelope around every value.
#[derive(Debug, Deserialize)]
pub struct Envelope<T> {
    pub status: String,
    pub status_msg: String,
    pub data: T,
}

/// The account that the token belongs to.
#[derive(Debug, Deserialize)]
pub struct Account {
    pub account: AccountRef,
    pub created: Option<DateTime>,
    pub forecast: Option<Date>,
    pub can: Option<Abilities>,
}

/// Number and name.
#[derive(Debug, Deserialize)]
pub struct AccountRef {
    pub id: u64,
    pub name: String,
}

/// Permissions of the account.
#[derive(Debug, Deserialize)]
pub struct Abilities {
    pub add_user: Option<bool>,
    pub add_service: Option<bool>,
    pub convert_to_cash: Option<bool>,
}

/// Balance of a RootPanel account.
#[derive(Debug, Deserialize)]
pub struct Balance {
    pub status: String,
    #[serde(rename = "balance")]
    pub amount: Decimal,
    pub currency: Option<String>,
}

/// The account in a body, if the envelope reports success.
pub fn account(body: &[u8]) -> Account {
    let envelope: Envelope<Account> = serde_json::from_slice(body).expect("an account");
    assert_eq!((envelope.status.as_str(), envelope.status_msg.is_empty()), ("ok", false));
    envelope.data
}

/// The balance in a body, if the envelope reports success.
pub fn balance(body: &[u8]) -> Balance {
    let balance: Balance = serde_json::from_slice(body).expect("a balance");
    assert_eq!(balance.status, "SUCCESS");
    balance
}

/// Asserts that both sides read the same account, so that the comparison is fair.
pub fn assert_same(ours: macloud_proto::types::Account, bare: Account) {
    assert_eq!(ours.account.id.to_string(), bare.account.id.to_string());
    assert_eq!(ours.account.name, Some(bare.account.name));
    assert_eq!(ours.can.and_then(|can| can.add_user), bare.can.and_then(|can| can.add_user));
    assert_eq!(ours.forecast.map(|date| date.to_string()), bare.forecast.map(|date| date.to_string()));
}
