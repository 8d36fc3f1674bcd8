//! Parses a Redis URL into an address and credentials.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::path::PathBuf;

use hostkit::Secret;
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use rustls::pki_types::ServerName;

/// A server, and the credentials and database selected on connecting.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) place: Place,
    pub(crate) user: Option<Secret>,
    pub(crate) password: Option<Secret>,
    /// The database number; 0 is the server's default.
    pub(crate) database: i64,
}

#[derive(Clone)]
pub(crate) enum Place {
    Plain(String, u16),
    /// Over TLS, with the name that the certificate must match.
    Tls(String, u16, ServerName<'static>),
    Socket(PathBuf),
}

/// Each TLS scheme, and the plain scheme that `redis` parses in its place.
const SCHEMES: &[(&str, &str)] = &[("rediss://", "redis://"), ("valkeys://", "valkey://")];

impl Address {
    /// Parses a URL; the error never contains it.
    ///
    /// TLS is decided here because a feature of the crate `redis`, which any dependency may enable, lets `#insecure`
    /// turn verification off.
    pub(crate) fn parse(url: &str) -> io::Result<Self> {
        if url.contains('#') {
            return Err(invalid_url(
                "has a fragment; TLS verification cannot be turned off, and a # in a password is written %23",
            ));
        }
        let tls = SCHEMES.iter().find_map(|(tls, plain)| Some(format!("{plain}{}", url.strip_prefix(tls)?)));
        let info: Result<ConnectionInfo, _> = tls.as_deref().unwrap_or(url).into_connection_info();
        let info = info.map_err(|_| invalid_url("is not a valid Redis URL"))?;
        let place = match (info.addr(), tls.is_some()) {
            (ConnectionAddr::Tcp(..), _) if url.contains('?') => {
                return Err(invalid_url(
                    "has a query, and no parameters are supported; a ? in a password is written %3F",
                ));
            }
            (ConnectionAddr::Tcp(host, port), false) => Place::Plain(host.clone(), *port),
            (ConnectionAddr::Tcp(host, port), true) => {
                let name = ServerName::try_from(host.as_str());
                let name = name.map_err(|_| invalid_url("has a host that cannot be verified against a certificate"))?;
                Place::Tls(host.clone(), *port, name.to_owned())
            }
            (ConnectionAddr::Unix(path), _) if cfg!(unix) => Place::Socket(path.clone()),
            _ => return Err(invalid_url("has an unsupported kind of address")),
        };
        let settings = info.redis_settings();
        let (user, password) = (settings.username().map(Secret::from), settings.password().map(Secret::from));
        if user.is_some() && password.is_none() {
            return Err(invalid_url("has a user but no password"));
        }
        Ok(Self { place, user, password, database: settings.db() })
    }

    /// Whether the traffic is encrypted or stays on this machine.
    pub(crate) fn is_private(&self) -> bool {
        match &self.place {
            Place::Plain(host, _) => {
                host.eq_ignore_ascii_case("localhost")
                    || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            }
            Place::Tls(..) | Place::Socket(_) => true,
        }
    }
}

pub(crate) fn invalid_url(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, format!("the URL of the Redis server {why}"))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Plain(host, port) | Place::Tls(host, port, _) if host.contains(':') => {
                write!(f, "Redis at [{host}]:{port}")
            }
            Place::Plain(host, port) | Place::Tls(host, port, _) => write!(f, "Redis at {host}:{port}"),
            Place::Socket(path) => write!(f, "Redis at {}", path.display()),
        }
    }
}
