//! Keys, money and SSH keys.

use hostkit::Currency;
use inferno_proto::account::{GetApiKey, GetBalance, RenewApiKey};
use inferno_proto::ssh_keys::{AddSshKey, ListSshKeys, RemoveSshKey};
use inferno_proto::types::{ActionAnswer, ApiKey, Balance, ResultWord, SshKey, SshKeyAdded, SshKeyId};

use super::Visit;
use super::answer::{No, yes};
use super::auth::{CLIENT, KEY, key};
use crate::credentials;
use crate::site::Reply;

fn may_sign_in(email: &str, password: &str) -> Result<(), No> {
    match (email, password) {
        (credentials::INFERNO_EMAIL, credentials::INFERNO_PASSWORD) => Ok(()),
        _ => Err(No::new("Email or password is incorrect")),
    }
}

impl Visit<'_> {
    pub(super) fn get_api_key(&mut self, call: &GetApiKey) -> Result<Reply, No> {
        may_sign_in(&call.email, call.password.expose())?;
        self.world.note_credentials(true);
        yes::<GetApiKey>(&ApiKey::new(CLIENT, key(self.world)))
    }

    pub(super) fn renew_api_key(&mut self, call: &RenewApiKey) -> Result<Reply, No> {
        may_sign_in(&call.email, call.password.expose())?;
        self.world.note_credentials(true);
        let now = self.world.now();
        let new = self.world.sessions.issue("", self.account, now, None);
        self.world.set("API key renewed", self.account.to_owned(), vec![(KEY, new.clone())]);
        yes::<RenewApiKey>(&ApiKey::new(CLIENT, new))
    }

    pub(super) fn get_balance(&mut self) -> Result<Reply, No> {
        let account = self.world.account(self.account)?;
        let mut balance = Balance::new(ResultWord::Success);
        balance.balance = Some(account.balance.into());
        balance.currency = Currency::new(account.currency);
        yes::<GetBalance>(&balance)
    }

    pub(super) fn add_ssh_key(&mut self, call: &AddSshKey) -> Result<Reply, No> {
        self.world.add_key(self.account, call.name.as_deref(), &call.key)?;
        yes::<AddSshKey>(&SshKeyAdded::new("SSH key added"))
    }

    pub(super) fn list_ssh_keys(&mut self) -> Result<Reply, No> {
        let keys = self.world.keys(self.account).into_iter().map(|key| {
            let mut shown = SshKey::new(SshKeyId::new(key.number));
            shown.name = Some(key.name.clone());
            shown
        });
        yes::<ListSshKeys>(&keys.collect())
    }

    pub(super) fn remove_ssh_key(&mut self, call: &RemoveSshKey) -> Result<Reply, No> {
        self.world.remove_key(self.account, call.id.get())?;
        yes::<RemoveSshKey>(&ActionAnswer::new(ResultWord::Success))
    }
}
