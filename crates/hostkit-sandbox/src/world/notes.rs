//! Notes on the current call, for the ledger.

use hostkit::Decimal;

/// A change made by a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened, such as `server ordered`.
    pub what: &'static str,
    /// The object, such as `server 101`.
    pub object: String,
    /// What the customer paid for it; negative for money back.
    pub money: Decimal,
}

/// Whether the credentials of a request were good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// The site did not check any.
    NotChecked,
    /// The credentials were accepted.
    Good,
    /// The credentials were rejected.
    Bad,
}
