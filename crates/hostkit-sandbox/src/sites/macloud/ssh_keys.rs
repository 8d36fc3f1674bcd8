//! SSH keys.

use macloud_proto::ssh_keys::{CreateKey, DeleteKey, GetKey, ListKeys, UpdateKey};
use macloud_proto::types::{KeyId, KeyRef, KeyStatus, SshKey, SshKeyDetail};

use super::Handler;
use super::envelope::{Answered, No, done, yes};
use crate::world;

impl Handler<'_> {
    fn key(&self, id: KeyId) -> Result<&world::SshKey, No> {
        self.world.keys(&self.account).into_iter().find(|key| key.number == id.get()).ok_or(No::NotFound)
    }

    /// Checks that the key that a call names exists.
    pub(super) fn check_key(&self, key: Option<KeyId>) -> Result<(), No> {
        match key.map(|key| self.key(key)) {
            Some(Err(_)) => Err(No::field("ssh-key", "Wrong SSH key")),
            _ => Ok(()),
        }
    }

    /// A key as servers show it.
    pub(super) fn key_of(&self, number: u64) -> Option<KeyRef> {
        let found = self.key(KeyId::new(number)).ok()?;
        let mut key = KeyRef::new(KeyId::new(number));
        key.name = Some(found.name.clone());
        Some(key)
    }

    pub(super) fn list_keys(&self) -> Answered {
        let keys = self.world.keys(&self.account);
        let keys = keys.iter().map(|key| SshKey::new(KeyId::new(key.number), key.name.as_str())).collect();
        yes::<ListKeys>(200, "SSH keys list", &keys)
    }

    pub(super) fn get_key(&self, call: &GetKey) -> Answered {
        let found = self.key(call.id)?;
        let mut key = SshKeyDetail::new(call.id, found.line.as_str());
        (key.name, key.status) = (Some(found.name.clone()), Some(KeyStatus::Active));
        yes::<GetKey>(200, "SSH key information", &key)
    }

    pub(super) fn create_key(&mut self, call: &CreateKey) -> Answered {
        let number = self.world.add_key(&self.account, Some(&call.name), &call.public_key)?;
        yes::<CreateKey>(201, "SSH key created", &KeyId::new(number))
    }

    pub(super) fn update_key(&mut self, call: &UpdateKey) -> Answered {
        self.world.change_key(&self.account, call.id.get(), &call.name, &call.public_key)?;
        done::<UpdateKey>(200, "SSH key updated")
    }

    pub(super) fn delete_key(&mut self, call: &DeleteKey) -> Answered {
        self.world.remove_key(&self.account, call.id.get())?;
        done::<DeleteKey>(200, "SSH key deleted")
    }
}
