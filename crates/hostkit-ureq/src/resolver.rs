//! Adapts the shared name lookups to ureq: ureq's own starts a thread for each request with a timeout.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hostkit_net::Names;
use http::Uri;
use ureq::config::{Config, IpFamily};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Error, Timeout};

use crate::patience::Patience;

/// [`Names`] as a resolver of ureq for one request, with a limit for each lookup.
#[derive(Debug)]
pub(crate) struct NameResolver {
    pub(crate) names: Names,
    pub(crate) limit: Duration,
    pub(crate) patience: Patience,
}

impl Resolver for NameResolver {
    fn resolve(&self, uri: &Uri, config: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let (Some(host), Some(port)) = (uri.host(), port(uri)) else {
            return Err(Error::BadUri("the URL has no host".to_owned()));
        };
        let limit = self.limit.min(self.patience.left()?);
        let found = self.patience.wait(limit, |piece| self.names.addresses_within(host, piece))?;
        let found = found.ok_or(Error::Timeout(Timeout::Resolve))?;
        let found = found.map_err(|_| Error::HostNotFound)?;
        let family = config.ip_family();
        let mut addresses = self.empty();
        for address in found.into_iter().filter(|address| is_wanted(family, address)) {
            addresses.push(SocketAddr::new(address, port));
        }
        if addresses.is_empty() { Err(Error::HostNotFound) } else { Ok(addresses) }
    }
}

fn is_wanted(family: IpFamily, address: &IpAddr) -> bool {
    match family {
        IpFamily::Any => true,
        IpFamily::Ipv4Only => address.is_ipv4(),
        IpFamily::Ipv6Only => address.is_ipv6(),
    }
}

fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or(match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}
