//! The scenarios of `hostkit_net::testing` over TLS.

use std::sync::Arc;

use crate::common::{Async, one_thread, two_threads};
use hostkit::{Secret, SetupError};
use hostkit_net::testing::{Given, Made};
use hostkit_reqwest::{Client, ReqwestTransport};
use hostkit_testing::conformance::KEY;
use tokio::runtime::Runtime;

fn make(given: Given) -> Result<Made, SetupError> {
    made(given, two_threads())
}

fn made(given: Given, runtime: Arc<Runtime>) -> Result<Made, SetupError> {
    let setup = ReqwestTransport::setup().network(given.network);
    let shown = format!("{setup:?}");
    let builder = Client::builder(Secret::new(KEY)).base_url(given.base).deadline(given.deadline);
    let client = builder.transport(setup.build()?).build()?;
    Ok(Made { shown: format!("{shown} {client:?}"), subject: Box::new(Async(client, runtime)) })
}

hostkit_net::tls_tests!(make);

/// One thread, whose connections rest between calls.
mod one_thread {
    hostkit_net::tls_tests! {
        |given| super::made(given, super::one_thread()) => an_answer_that_nobody_asked_for_is_nobodys
    }
}
