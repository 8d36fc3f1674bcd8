//! The scenarios of `hostkit_net::testing` over TLS.

use crate::common::Blocking;
use hostkit::{Secret, SetupError};
use hostkit_net::testing::{Made, Network};
use hostkit_testing::conformance::KEY;
use hostkit_ureq::{Client, UreqTransport};

fn make(network: Network) -> Result<Made, SetupError> {
    let mut setup = UreqTransport::setup().root_certificates(network.roots);
    if let Some(proxy) = network.proxy {
        setup = setup.proxy(proxy);
    }
    if let Some(lookup) = network.lookup {
        setup = setup.lookup(move |host| lookup(host));
    }
    let shown = format!("{setup:?}");
    let builder = Client::builder(Secret::new(KEY)).base_url(network.base).deadline(network.deadline);
    let client = builder.transport(setup.build()?).build()?;
    Ok(Made { shown: format!("{shown} {client:?}"), subject: Box::new(Blocking(client)) })
}

hostkit_net::tls_tests!(make);
