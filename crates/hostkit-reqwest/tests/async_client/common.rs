//! The client as the shared suites know it.

use std::sync::LazyLock;

use hostkit::{CallOptions, Cancel, Error, Outcome};
use hostkit_reqwest::Client;
use hostkit_testing::conformance::{Code, GetItem, Order, Rename, Shop, Subject};
use tokio::runtime::Runtime;

/// All clients run on one runtime of two threads.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime can be made")
});

pub struct Async(pub Client<Shop>);

impl Subject for Async {
    fn get(&self) -> Result<u64, Error<Code>> {
        RUNTIME.block_on(self.0.call(&GetItem))
    }

    fn get_until(&self, cancel: Cancel) -> Result<u64, Error<Code>> {
        RUNTIME.block_on(self.0.with(CallOptions::new().cancel(cancel)).call(&GetItem))
    }

    fn order(&self, note: usize) -> Outcome<u64, Code> {
        RUNTIME.block_on(self.0.perform(&Order { note }))
    }

    fn rename(&self, id: &str) -> Result<u64, Error<Code>> {
        RUNTIME.block_on(self.0.call(&Rename { id: id.to_owned() }))
    }
}
