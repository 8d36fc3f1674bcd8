//! Adapts the shared name lookups to ureq: ureq's own starts a thread for each request with a timeout.

use std::net::SocketAddr;
use std::time::Duration;

use hostkit_net::Names;
use http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Error, Timeout};

use crate::progress::ConnectionProgress;

/// [`Names`] as a resolver of ureq, with a limit for each lookup.
#[derive(Debug)]
pub(crate) struct NameResolver {
    pub(crate) names: Names,
    pub(crate) limit: Duration,
}

impl Resolver for NameResolver {
    fn resolve(&self, uri: &Uri, config: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let (Some(host), Some(port)) = (uri.host(), port(uri)) else {
            return Err(Error::BadUri("the URL has no host".to_owned()));
        };
        let patience = self.limit.min(ConnectionProgress::left());
        let found = self.names.addresses_within(host, patience).ok_or(Error::Timeout(Timeout::Resolve))?;
        let found = found.map_err(|_| Error::HostNotFound)?;
        let found = found.into_iter().map(|address| SocketAddr::new(address, port)).collect::<Vec<_>>().into_iter();
        let mut addresses = self.empty();
        for address in config.ip_family().keep_wanted(found) {
            addresses.push(address);
        }
        if addresses.is_empty() { Err(Error::HostNotFound) } else { Ok(addresses) }
    }
}

fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or(match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}
