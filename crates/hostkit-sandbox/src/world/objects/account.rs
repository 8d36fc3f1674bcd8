//! Customers, and their payments, bills, keys and tickets.

use hostkit::Decimal;

use crate::clock::Moment;

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name by which objects refer to it.
    pub login: String,
    /// The balance.
    pub balance: Decimal,
    /// The currency, such as `RUB`.
    pub currency: &'static str,
    /// Every movement of money, the oldest first.
    pub payments: Vec<Payment>,
}

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its number.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// The amount paid; negative for money received.
    pub amount: Decimal,
    /// What for.
    pub what: &'static str,
    /// The object that it was paid for, such as `server 101`.
    pub object: String,
}

/// An unpaid bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// The amount due.
    pub amount: Decimal,
    /// When it was made.
    pub made: Moment,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshKey {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The line of `authorized_keys`.
    pub line: String,
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// What it is about.
    pub subject: String,
    /// Whether it was paid for.
    pub is_vip: bool,
    /// The messages, the oldest first.
    pub messages: Vec<Message>,
}

/// A message in a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// The text.
    pub text: String,
}
