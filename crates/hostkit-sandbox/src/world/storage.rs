//! Storages, without their contents.

use hostkit::Decimal;

use super::objects::Storage;
use super::{World, WorldError};

impl World {
    /// The storages of an account, the oldest first.
    pub fn storages(&self, account: &str) -> Vec<&Storage> {
        self.storages.values().filter(|storage| storage.account == account).collect()
    }

    /// A storage.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn storage(&self, account: &str, number: u64) -> Result<&Storage, WorldError> {
        let found = self.storages.get(&number).filter(|storage| storage.account == account);
        found.ok_or(WorldError::NotFound("storage"))
    }

    /// Creates a storage; it is paid by use, so nothing is charged now.
    ///
    /// # Errors
    /// There is no such account.
    pub fn create_storage(&mut self, account: &str, title: &str) -> Result<u64, WorldError> {
        self.account(account)?;
        let number = self.number();
        let key = format!("sandbox-storage-key-{number}");
        let (account, title) = (account.to_owned(), title.to_owned());
        self.storages.insert(number, Storage { number, account, title, key });
        self.note("storage created", format!("storage {number}"), Decimal::ZERO);
        Ok(number)
    }

    /// Renames a storage, as part of a change that is noted elsewhere.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn rename_storage(&mut self, account: &str, number: u64, title: &str) -> Result<(), WorldError> {
        let found = self.storages.get_mut(&number).filter(|storage| storage.account == account);
        title.clone_into(&mut found.ok_or(WorldError::NotFound("storage"))?.title);
        Ok(())
    }

    /// Deletes a storage with everything in it.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn delete_storage(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.storage(account, number)?;
        self.storages.remove(&number);
        self.note("storage deleted", format!("storage {number}"), Decimal::ZERO);
        Ok(())
    }
}
