//! SSH keys.

use hostkit::Decimal;

use super::objects::SshKey;
use super::{World, WorldError};

impl World {
    /// The keys of an account.
    pub fn keys(&self, account: &str) -> Vec<&SshKey> {
        self.keys.values().filter(|key| key.account == account).collect()
    }

    /// Adds a key; without a name it is named after its comment.
    ///
    /// # Errors
    /// There is no such account, or the line is not a public key.
    pub fn add_key(&mut self, account: &str, name: Option<&str>, line: &str) -> Result<u64, WorldError> {
        self.account(account)?;
        let mut words = line.split_whitespace();
        let (Some(kind), Some(_)) = (words.next(), words.next()) else {
            return Err(WorldError::Invalid("key"));
        };
        if !(kind.starts_with("ssh-") || kind.starts_with("ecdsa-")) {
            return Err(WorldError::Invalid("key"));
        }
        let name = name.or(words.next()).unwrap_or("key").to_owned();
        let number = self.number();
        self.keys.insert(number, SshKey { number, account: account.to_owned(), name, line: line.to_owned() });
        self.note("key added", format!("key {number}"), Decimal::ZERO);
        Ok(number)
    }

    /// Removes a key.
    ///
    /// # Errors
    /// There is no such key.
    pub fn remove_key(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.keys.get(&number).is_none_or(|key| key.account != account) {
            return Err(WorldError::NotFound("key"));
        }
        self.keys.remove(&number);
        self.note("key removed", format!("key {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Changes the name and the text of a key.
    ///
    /// # Errors
    /// There is no such key, or the text is not one.
    pub fn change_key(&mut self, account: &str, number: u64, name: &str, line: &str) -> Result<(), WorldError> {
        let found = self.keys.get_mut(&number).filter(|key| key.account == account);
        let key = found.ok_or(WorldError::NotFound("key"))?;
        if line.split_whitespace().count() < 2 {
            return Err(WorldError::Invalid("key"));
        }
        if key.name != name || key.line != line {
            (key.name, key.line) = (name.to_owned(), line.to_owned());
            self.note("key changed", format!("key {number}"), Decimal::ZERO);
        }
        Ok(())
    }
}
