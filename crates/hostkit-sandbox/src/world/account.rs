//! Accounts, their money and their bills.

use hostkit::Decimal;

use super::objects::{Account, Bill, NewServer, Payment};
use super::{World, WorldError};

impl World {
    /// An account.
    ///
    /// # Errors
    /// There is no such account.
    pub fn account(&self, login: &str) -> Result<&Account, WorldError> {
        self.accounts.get(login).ok_or(WorldError::NotFound("account"))
    }

    /// Opens an account, or sets the balance of an existing one. This does not count as a movement of money.
    pub fn open_account(&mut self, login: &str, balance: Decimal, currency: &'static str) {
        let account = Account { login: login.to_owned(), balance, currency, payments: Vec::new() };
        self.accounts.entry(login.to_owned()).and_modify(|account| account.balance = balance).or_insert(account);
    }

    /// Charges for something that is not an object, such as a package of traffic.
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

    /// Checks that an account exists and can pay.
    pub(super) fn can_pay(&self, login: &str, amount: Decimal) -> Result<(), WorldError> {
        match self.account(login)?.balance >= amount {
            true => Ok(()),
            false => Err(WorldError::NotEnoughMoney),
        }
    }

    /// Moves money and notes the change, even if the amount is zero.
    pub(super) fn pay(&mut self, login: &str, amount: Decimal, what: &'static str, object: String) {
        let (number, at) = (self.number(), self.now);
        if let Some(account) = self.accounts.get_mut(login).filter(|_| !amount.is_zero()) {
            account.balance -= amount;
            account.payments.push(Payment { number, at, amount, what, object: object.clone() });
        }
        self.note(what, object, amount);
    }

    /// Opens an account without money for a new customer.
    ///
    /// # Errors
    /// The login is not an e-mail address or is taken.
    pub fn register(&mut self, login: &str, currency: &'static str) -> Result<u64, WorldError> {
        if login.split_once('@').is_none_or(|(name, host)| name.is_empty() || !host.contains('.')) {
            return Err(WorldError::Invalid("email"));
        }
        if self.account(login).is_ok() {
            return Err(WorldError::Taken);
        }
        self.open_account(login, Decimal::ZERO, currency);
        let number = self.number();
        self.note("account opened", format!("account {login}"), Decimal::ZERO);
        Ok(number)
    }

    /// The unpaid bills of an account.
    pub fn bills(&self, account: &str) -> Vec<&Bill> {
        self.services.bills.values().filter(|bill| bill.account == account).collect()
    }

    /// Makes a bill; no money moves.
    ///
    /// # Errors
    /// The amount is not positive, or there is no such account.
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
    /// There is no such bill.
    pub fn drop_bill(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.services.bills.get(&number).is_none_or(|bill| bill.account != account) {
            return Err(WorldError::NotFound("bill"));
        }
        self.services.bills.remove(&number);
        self.note("bill dropped", format!("bill {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Takes an order without payment; nothing is built until a test installs it.
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

    /// Remembers that a server has an unpaid bill.
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

    /// Whether a server has an unpaid bill.
    pub fn is_billed(&self, number: u64) -> bool {
        self.services.unpaid.contains(&number)
    }
}
