//! The scenarios of `hostkit_net::testing` over TLS.

use crate::common::Blocking;
use hostkit::{Secret, SetupError};
use hostkit_net::testing::{Given, Made};
use hostkit_testing::conformance::KEY;
use hostkit_ureq::{Client, UreqTransport};

fn make(given: Given) -> Result<Made, SetupError> {
    let setup = UreqTransport::setup().network(given.network);
    let shown = format!("{setup:?}");
    let builder = Client::builder(Secret::new(KEY)).base_url(given.base).deadline(given.deadline);
    let client = builder.transport(setup.build()?).build()?;
    Ok(Made { shown: format!("{shown} {client:?}"), subject: Box::new(Blocking(client)) })
}

hostkit_net::tls_tests!(make);
