//! The shared name lookups, as reqwest asks for them: hyper's resolver holds a thread of the runtime for each call that waits.

use std::net::SocketAddr;

use hostkit_net::Names;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// [`Names`] in reqwest's terms.
#[derive(Debug)]
pub(crate) struct NameResolver(pub(crate) Names);

impl Resolve for NameResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.0.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            // The port is filled in by reqwest.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
