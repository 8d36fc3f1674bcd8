//! Shares hostkit's sessions and rate limits between machines through a Redis server.
//!
//! ```no_run
//! use hostkit::machinery::ClientCore;
//! use hostkit::{RateStore, SessionStore};
//! use hostkit_redis::RedisStore;
//!
//! # fn example<A: hostkit::Api>(credentials: A::Credentials) -> Result<(), Box<dyn std::error::Error>> {
//! let store = RedisStore::open("rediss://user:password@redis.example:6379/0")?;
//! let builder = ClientCore::<A>::builder(credentials) // or the builder of a client
//!     .session_store(SessionStore::new(store.clone(), "account 1"))
//!     .rate_store(RateStore::new(store, "account 1"));
//! # let _ = builder;
//! # Ok(())
//! # }
//! ```
//!
//! An entry is one string key, which a script replaces by compare-and-set: no lock is held, so a process that dies
//! leaves none behind. The clock is the server's. The contents of an entry are opaque to this crate.

mod address;
mod connection;
mod failure;
mod script;
mod tls;

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hostkit::store::{Change, Store, StoreKey};
use hostkit_net::Names;

use address::{Address, Place};
use connection::Connection;
use script::{Query, Reply};
use tls::Trust;

/// Default time limit of one change, including connecting and retries.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lost races before a pause; no livelock, because one of the competing writers always succeeds.
const CONFLICTS_BEFORE_PAUSE: u32 = 4;

/// The longest pause after lost races.
const LONGEST_PAUSE: Duration = Duration::from_millis(16);

/// The longest time limit that can be set; larger ones are reduced to it.
const LONGEST_PATIENCE: Duration = Duration::from_secs(3_600);

/// A store in a Redis server. Clones share the server; each opens a connection of its own when it needs one.
pub struct RedisStore {
    server: Arc<Server>,
    prefix: Arc<str>,
    patience: Duration,
    connection: Mutex<Option<Connection>>,
}

struct Server {
    address: Address,
    names: Names,
    trust: Trust,
}

impl RedisStore {
    /// Creates a store for the server at a URL; nothing is sent yet.
    ///
    /// The URL is `rediss://USER:PASSWORD@redis.example:6379/0` for TLS, or, on this machine,
    /// `redis://:PASSWORD@127.0.0.1:6379/0` or `unix:///run/redis.sock`.
    ///
    /// With TLS, the certificate must match the URL's host and chain to a public root (webpki) or to one of
    /// [`Self::root_certificates`]. Verification cannot be turned off; a URL with `#insecure` is refused.
    ///
    /// # Errors
    /// The URL is invalid ([`ErrorKind::InvalidInput`]), or names another machine without TLS, which would send tokens
    /// and the server's password in clear text ([`ErrorKind::PermissionDenied`]; see [`Self::open_unencrypted`]). The
    /// error does not contain the URL.
    pub fn open(url: &str) -> io::Result<Self> {
        let store = Self::open_unencrypted(url)?;
        let address = &store.server.address;
        if address.is_private() {
            return Ok(store);
        }
        let text = format!("{address} is another machine, and redis:// does not encrypt: use rediss://");
        Err(io::Error::new(ErrorKind::PermissionDenied, text))
    }

    /// Like [`Self::open`], but also accepts another machine without TLS.
    ///
    /// Tokens and the server's password are then sent in clear text: use it only on a network that encrypts below, such
    /// as WireGuard.
    ///
    /// # Errors
    /// The URL is invalid. The error does not contain the URL.
    pub fn open_unencrypted(url: &str) -> io::Result<Self> {
        let server = Server { address: Address::parse(url)?, names: Names::without_memory(), trust: Trust::public()? };
        Ok(Self {
            server: Arc::new(server),
            prefix: "hostkit".into(),
            patience: PATIENCE,
            connection: Mutex::new(None),
        })
    }

    /// Adds trusted root certificates in PEM, for a server whose certificate does not chain to a public root.
    ///
    /// # Errors
    /// The PEM has no certificate or an unreadable one, or the URL does not use TLS.
    pub fn root_certificates(mut self, pem: &[u8]) -> io::Result<Self> {
        let before = &self.server;
        if !matches!(before.address.place, Place::Tls(..)) {
            return Err(address::invalid_url("is not rediss://, so root certificates have no effect"));
        }
        let server =
            Server { address: before.address.clone(), names: before.names.clone(), trust: before.trust.and(pem)? };
        self.server = Arc::new(server);
        Ok(self)
    }

    /// Sets the prefix of all keys; `hostkit` by default. Clients that share limits must use the same prefix.
    pub fn prefix(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the time limit of one change of an entry, two seconds by default and an hour at most.
    ///
    /// It covers connecting, sending, receiving and all retries. A call never waits beyond its own deadline.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience.min(LONGEST_PATIENCE);
        self
    }

    /// The Redis key of an entry: its kind and a hash, so that the account's name is not in the server.
    fn key(&self, key: &StoreKey) -> String {
        let kind = key.as_str().split('.').next().unwrap_or_default();
        let hash = hmac_sha256::Hash::hash(key.as_str().as_bytes());
        let mut name = format!("{}:{kind}:", self.prefix);
        hash.iter().for_each(|byte| name.push_str(&format!("{byte:02x}")));
        name
    }

    /// Runs the script over the open connection or a new one. After an error the connection is dropped: a late answer
    /// would be taken for that of the next command.
    fn ask(&self, connection: &mut Option<Connection>, left: Duration, query: &Query<'_>) -> io::Result<Reply> {
        let until = Instant::now() + left;
        let server = &self.server;
        let failed = |failure| failure::of(&server.address, &failure);
        let mut used = match connection.take() {
            Some(used) => used,
            None => Connection::open(&server.address, &server.names, &server.trust.config, until).map_err(failed)?,
        };
        let seen = query.run(&mut used, until).map_err(failed)?;
        *connection = Some(used);
        Ok(seen)
    }
}

impl Store for RedisStore {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let name = self.key(key);
        let start = Instant::now();
        // A reused connection may have been closed while idle, so its failure is retried once; a new one's is not.
        let mut is_old = connection.is_some();
        let mut conflicts = 0;
        let mut query = Query::read(&name);
        loop {
            let left = self.patience.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(failure::timed_out(&self.server.address, self.patience));
            }
            match self.ask(&mut connection, if is_old { left / 2 } else { left }, &query) {
                Ok(Reply::Replaced) => return Ok(()),
                Ok(Reply::Current(_, _)) if conflicts > 0 && conflicts % CONFLICTS_BEFORE_PAUSE == 0 => {
                    pause(conflicts, left);
                    conflicts += 1;
                    query = Query::read(&name);
                }
                Ok(Reply::Current(now, before)) => match change(now, before.as_deref()) {
                    Some(after) => {
                        conflicts += 1;
                        query = Query::replace(&name, before, after, key.kept_for());
                    }
                    None => return Ok(()),
                },
                Err(error) if is_old && failure::is_retryable(&error) => {
                    // It is unknown whether the last change was applied, so it is made again from the current entry:
                    // counting a call twice, or meeting its own lease, does no harm.
                    is_old = false;
                    query = Query::read(&name);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Sleeps for a random time, so that concurrent writers of one entry do not stay in step.
fn pause(conflicts: u32, left: Duration) {
    use std::hash::{BuildHasher, RandomState};
    let longest = Duration::from_micros(250)
        .saturating_mul(1 << (conflicts / CONFLICTS_BEFORE_PAUSE).min(6))
        .min(LONGEST_PAUSE)
        .min(left);
    // The hasher's keys are random.
    let share = RandomState::new().hash_one(Instant::now()) % 1_000;
    std::thread::sleep(longest.mul_f64(share as f64 / 1_000.0));
}

impl Clone for RedisStore {
    fn clone(&self) -> Self {
        let (server, prefix) = (Arc::clone(&self.server), Arc::clone(&self.prefix));
        Self { server, prefix, patience: self.patience, connection: Mutex::new(None) }
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, prefix, patience, .. } = self;
        f.debug_struct("RedisStore")
            .field("server", &format_args!("{}", server.address))
            .field("prefix", prefix)
            .field("patience", patience)
            .finish_non_exhaustive()
    }
}
