//! Storages.

use clodo_proto::storage::{CreateStorage, DeleteStorage, GetStorage, ListStorages, UpdateStorage};
use clodo_proto::types::{CreatedStorage, StorageDetail, StorageId, StorageSummary};
use hostkit::Bytes;
use hostkit::protocol::codec::ToText;

use super::answer::{No, yes};
use super::visit::Visit;
use crate::credentials;
use crate::site::Reply;
use crate::world::Storage;

const CONTROL: &str = "cache_xomcc";
const EXPIRES: &str = "cache_expires";
const BYPASS: &str = "cache_bypass";
const REFERER: &str = "cache_refererfilter";
const SEARCH: &str = "cache_publicsearch";
const CLUSTER: &str = "storage.example.org:443";

fn object(id: StorageId) -> String {
    format!("storage {}", id.get())
}

fn login(storage: &Storage) -> String {
    format!("storage_777_{}", storage.number)
}

/// The settings that a request contains.
fn settings(texts: [(&'static str, &Option<String>); 4], public_search: Option<bool>) -> Vec<(&'static str, String)> {
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?)));
    texts.chain(public_search.map(|is_on| (SEARCH, is_on.to_text().into_owned()))).collect()
}

impl Visit<'_> {
    pub(super) fn list_storages(&mut self) -> Result<Reply, No> {
        let storages = self.world.storages(&self.account).into_iter().map(|found| {
            let mut storage = StorageSummary::new(StorageId::new(found.number));
            storage.title = Some(found.title.clone());
            storage.login = Some(login(found));
            storage.cluster = Some(CLUSTER.to_owned());
            storage.storage_key = Some(found.key.as_str().into());
            storage.size = Some(Bytes(0));
            storage.token = Some(format!("CLODO_{:032x}", found.number).into());
            storage
        });
        yes::<ListStorages>(self, &storages.collect())
    }

    pub(super) fn get_storage(&mut self, call: &GetStorage) -> Result<Reply, No> {
        let found = self.world.storage(&self.account, call.id.get())?;
        let setting = |name| self.world.setting(&object(call.id), name).map(str::to_owned);
        let mut storage = StorageDetail::new(call.id, found.title.as_str());
        storage.login = Some(login(found));
        storage.cluster = Some(CLUSTER.to_owned());
        storage.storage_key = Some(found.key.as_str().into());
        storage.size = Some(Bytes(0));
        storage.cache_control = Some(setting(CONTROL).unwrap_or_else(|| "0".to_owned()));
        storage.cache_expires = Some(setting(EXPIRES).unwrap_or_else(|| "off".to_owned()));
        storage.cache_bypass = Some(setting(BYPASS).unwrap_or_default());
        storage.cache_referer_filter = Some(setting(REFERER).unwrap_or_default());
        (storage.public_domain, storage.public_domain_check) = (Some(String::new()), Some(String::new()));
        storage.cache_public_search = setting(SEARCH).as_deref() == Some("1");
        yes::<GetStorage>(self, &storage)
    }

    pub(super) fn create_storage(&mut self, call: &CreateStorage) -> Result<Reply, No> {
        let number = self.world.create_storage(&self.account, call.title.as_deref().unwrap_or("storage"))?;
        let id = StorageId::new(number);
        let texts = [
            (CONTROL, &call.cache_control),
            (EXPIRES, &call.cache_expires),
            (BYPASS, &call.cache_bypass),
            (REFERER, &call.cache_referer_filter),
        ];
        for (name, value) in settings(texts, call.cache_public_search) {
            self.world.remember(object(id), name, value);
        }
        let found = self.world.storage(&self.account, number)?;
        let mut created = CreatedStorage::new(id, login(found), found.key.as_str());
        created.cluster = Some(CLUSTER.to_owned());
        created.api_key = Some(credentials::CLODO_KEY.into());
        yes::<CreateStorage>(self, &created)
    }

    /// Changes a storage; the answer lists the settings that were set.
    pub(super) fn update_storage(&mut self, call: &UpdateStorage) -> Result<Reply, No> {
        let title = self.world.storage(&self.account, call.id.get())?.title.clone();
        let title = call.title.clone().unwrap_or(title);
        self.world.rename_storage(&self.account, call.id.get(), &title)?;
        let texts = [
            (CONTROL, &call.cache_control),
            (EXPIRES, &call.cache_expires),
            (BYPASS, &call.cache_bypass),
            (REFERER, &call.cache_referer_filter),
        ];
        let mut settings = settings(texts, call.cache_public_search);
        settings.push(("title", title));
        let changed = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.world.set("storage changed", object(call.id), settings);
        yes::<UpdateStorage>(self, &Some(changed))
    }

    pub(super) fn delete_storage(&mut self, call: &DeleteStorage) -> Result<Reply, No> {
        self.world.delete_storage(&self.account, call.id.get())?;
        yes::<DeleteStorage>(self, &())
    }
}
