//! The client as the shared suites know it.

use hostkit::{CallOptions, Cancel, Error, Outcome};
use hostkit_testing::conformance::{Code, GetItem, Order, Rename, Shop, Subject};
use hostkit_ureq::Client;

pub struct Blocking(pub Client<Shop>);

impl Subject for Blocking {
    fn get(&self) -> Result<u64, Error<Code>> {
        self.0.call(&GetItem)
    }

    fn get_until(&self, cancel: Cancel) -> Result<u64, Error<Code>> {
        self.0.with(CallOptions::new().cancel(cancel)).call(&GetItem)
    }

    fn order(&self, note: usize) -> Outcome<u64, Code> {
        self.0.perform(&Order { note })
    }

    fn rename(&self, id: &str) -> Result<u64, Error<Code>> {
        self.0.call(&Rename { id: id.to_owned() })
    }
}
