//! Accounts and their money.

use hostkit::Decimal;

use super::{World, WorldError};
use crate::clock::Moment;

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name by which objects refer to it.
    pub login: String,
    /// What is left to spend.
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
    /// What was paid; negative for money that came in.
    pub amount: Decimal,
    /// What for.
    pub what: &'static str,
    /// The object that it was paid for, such as `server 101`.
    pub object: String,
}

impl World {
    /// An account.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn account(&self, login: &str) -> Result<&Account, WorldError> {
        self.accounts.get(login).ok_or(WorldError::NotFound("account"))
    }

    /// Opens an account, or gives one that is there another balance. It is no movement of money.
    pub fn open_account(&mut self, login: &str, balance: Decimal, currency: &'static str) {
        let account = Account { login: login.to_owned(), balance, currency, payments: Vec::new() };
        self.accounts.entry(login.to_owned()).and_modify(|account| account.balance = balance).or_insert(account);
    }

    /// Takes money for something that is no object of its own, such as a package of traffic.
    ///
    /// # Errors
    /// The balance is too small.
    pub fn charge(
        &mut self,
        login: &str,
        amount: Decimal,
        what: &'static str,
        object: String,
    ) -> Result<(), WorldError> {
        self.can_pay(login, amount)?;
        self.pay(login, amount, what, object);
        Ok(())
    }

    /// Whether an account could pay.
    pub(super) fn can_pay(&self, login: &str, amount: Decimal) -> Result<(), WorldError> {
        match self.account(login)?.balance >= amount {
            true => Ok(()),
            false => Err(WorldError::NotEnoughMoney),
        }
    }

    /// Moves money and notes it, also where the amount is zero: the change counts, not its price.
    pub(super) fn pay(&mut self, login: &str, amount: Decimal, what: &'static str, object: String) {
        let (number, at) = (self.number(), self.now);
        if let Some(account) = self.accounts.get_mut(login).filter(|_| !amount.is_zero()) {
            account.balance -= amount;
            account.payments.push(Payment { number, at, amount, what, object: object.clone() });
        }
        self.note(what, object, amount);
    }
}
