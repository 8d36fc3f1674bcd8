//! New customers.

use hostkit::Decimal;

use super::{World, WorldError};

impl World {
    /// Opens an account for somebody new; it has no money.
    ///
    /// # Errors
    /// The login is none or is taken.
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
}
