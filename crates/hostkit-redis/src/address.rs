//! Where a server is and who asks it, out of a URL.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::path::PathBuf;

use hostkit::Secret;
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use rustls::pki_types::ServerName;

/// A server, and what it is told first.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) place: Place,
    pub(crate) user: Option<Secret>,
    pub(crate) password: Option<Secret>,
    /// Its number.
    pub(crate) database: i64,
}

#[derive(Clone)]
pub(crate) enum Place {
    Plain(String, u16),
    /// In TLS, and the name that the certificate has to be of.
    Tls(String, u16, ServerName<'static>),
    Socket(PathBuf),
}

/// What TLS is called, and the same without it.
const SCHEMES: &[(&str, &str)] = &[("rediss://", "redis://"), ("valkeys://", "valkey://")];

impl Address {
    /// Reads it. The error says nothing of the URL.
    ///
    /// Whether it is TLS is decided here and not by the crate `redis`, where another crate of the program can switch on
    /// that `#insecure` turns the checks off.
    pub(crate) fn parse(url: &str) -> io::Result<Self> {
        if url.contains('#') {
            return Err(unfit(
                "has a fragment; nothing turns the checks of TLS off, and a # in a password is written %23",
            ));
        }
        let tls = SCHEMES.iter().find_map(|(tls, plain)| Some(format!("{plain}{}", url.strip_prefix(tls)?)));
        let info: Result<ConnectionInfo, _> = tls.as_deref().unwrap_or(url).into_connection_info();
        let info = info.map_err(|_| unfit("is not one of Redis"))?;
        let place = match (info.addr(), tls.is_some()) {
            (ConnectionAddr::Tcp(..), _) if url.contains('?') => {
                return Err(unfit("has settings behind a ?, of which there are none; in a password it is written %3F"));
            }
            (ConnectionAddr::Tcp(host, port), false) => Place::Plain(host.clone(), *port),
            (ConnectionAddr::Tcp(host, port), true) => {
                let name = ServerName::try_from(host.as_str());
                let name = name.map_err(|_| unfit("names a host that no certificate can be of"))?;
                Place::Tls(host.clone(), *port, name.to_owned())
            }
            (ConnectionAddr::Unix(path), _) if cfg!(unix) => Place::Socket(path.clone()),
            _ => return Err(unfit("is of a kind that is not known here")),
        };
        let settings = info.redis_settings();
        let (user, password) = (settings.username().map(Secret::from), settings.password().map(Secret::from));
        if user.is_some() && password.is_none() {
            return Err(unfit("has a user and no password"));
        }
        Ok(Self { place, user, password, database: settings.db() })
    }

    /// Whether nobody on a network hears what is said.
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

pub(crate) fn unfit(why: &str) -> io::Error {
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
