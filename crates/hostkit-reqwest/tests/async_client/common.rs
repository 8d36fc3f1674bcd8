//! The client as the shared suites know it.

use std::sync::{Arc, LazyLock};

use hostkit::{CallOptions, Cancel, Error, Outcome};
use hostkit_reqwest::Client;
use hostkit_testing::conformance::{Code, GetItem, Order, Rename, Shop, Subject};
use tokio::runtime::Runtime;

/// A runtime of two threads for all clients.
pub fn two_threads() -> Arc<Runtime> {
    static RUNTIME: LazyLock<Arc<Runtime>> = LazyLock::new(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().expect("a runtime can be made").into()
    });
    Arc::clone(&RUNTIME)
}

/// A runtime of the caller's thread, which stands still between calls.
pub fn one_thread() -> Arc<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made").into()
}

pub struct Async(pub Client<Shop>, pub Arc<Runtime>);

impl Subject for Async {
    fn get(&self) -> Result<u64, Error<Code>> {
        self.1.block_on(self.0.call(&GetItem))
    }

    fn get_until(&self, cancel: Cancel) -> Result<u64, Error<Code>> {
        self.1.block_on(self.0.with(CallOptions::new().cancel(cancel)).call(&GetItem))
    }

    fn order(&self, note: usize) -> Outcome<u64, Code> {
        self.1.block_on(self.0.perform(&Order { note }))
    }

    fn rename(&self, id: &str) -> Result<u64, Error<Code>> {
        self.1.block_on(self.0.call(&Rename { id: id.to_owned() }))
    }
}
