//! Adapts the shared name lookups to reqwest: hyper's own blocks a runtime thread for each waiting call.

use std::net::SocketAddr;

use hostkit_net::Names;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// [`Names`] as a resolver of reqwest.
#[derive(Debug)]
pub(crate) struct NameResolver(pub(crate) Names);

impl Resolve for NameResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.0.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            // reqwest replaces the port.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
