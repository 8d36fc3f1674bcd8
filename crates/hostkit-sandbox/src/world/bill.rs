//! Bills: money that a customer wants to pay in, or has to.

use hostkit::Decimal;

use super::{NewServer, World, WorldError};
use crate::clock::Moment;

/// A bill that is not paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// What is to be paid.
    pub amount: Decimal,
    /// When it was made.
    pub made: Moment,
}

impl World {
    /// The bills of an account that are not paid.
    pub fn bills(&self, account: &str) -> Vec<&Bill> {
        self.services.bills.values().filter(|bill| bill.account == account).collect()
    }

    /// Makes a bill; no money moves.
    ///
    /// # Errors
    /// The amount is nothing or less.
    pub fn make_bill(&mut self, account: &str, amount: Decimal) -> Result<u64, WorldError> {
        self.account(account)?;
        if amount <= Decimal::ZERO {
            return Err(WorldError::Invalid("amount"));
        }
        let (number, made) = (self.number(), self.now);
        self.services.bills.insert(number, Bill { number, account: account.to_owned(), amount, made });
        self.note("bill made", format!("bill {number}"), Decimal::ZERO);
        Ok(number)
    }

    /// Drops a bill.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn drop_bill(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.services.bills.get(&number).is_none_or(|bill| bill.account != account) {
            return Err(WorldError::NotFound("bill"));
        }
        self.services.bills.remove(&number);
        self.note("bill dropped", format!("bill {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Takes an order without its money: it waits until somebody pays and installs it.
    ///
    /// # Errors
    /// An unknown plan or image, no address left.
    pub fn order_on_bill(&mut self, account: &str, new: NewServer) -> Result<u64, WorldError> {
        self.account(account)?;
        let number = self.place(account, NewServer { install: false, ..new }, 1)?;
        self.services.unpaid.insert(number);
        self.note("server ordered", format!("server {number}"), Decimal::ZERO);
        Ok(number)
    }

    /// Remembers that a server has a bill that is not paid.
    ///
    /// # Errors
    /// There is no such server.
    pub fn bill_server(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.server(account, number)?;
        if self.services.unpaid.insert(number) {
            self.note("server billed", format!("server {number}"), Decimal::ZERO);
        }
        Ok(())
    }

    /// Whether a server has a bill that is not paid.
    pub fn is_billed(&self, number: u64) -> bool {
        self.services.unpaid.contains(&number)
    }
}
