//! Entries of hostkit's stores in a Redis server, for the processes of several machines.
//!
//! An entry is one string of the server, replaced by a script only where it is still what the change was made of: no lock
//! is held, so no process that dies leaves one. The time is the server's. What the entries mean is not known here.

mod address;
mod failure;
mod link;
mod script;
mod tls;

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hostkit::store::{Change, Store, StoreKey};
use hostkit_net::Names;

use address::{Address, Place};
use link::Link;
use script::{Looked, Seen};
use tls::Trust;

/// What one change of an entry may take, with all its connections and repeats.
const PATIENCE: Duration = Duration::from_secs(2);

/// An entry that nobody changes ends after this: longer than any window, and a bound for how long a token lies there.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);

/// How often somebody else may be quicker before it pauses. One of them is always the quickest: all together go on.
const IN_A_ROW: u32 = 4;

/// The longest pause after somebody else was quicker.
const LONGEST_PAUSE: Duration = Duration::from_millis(16);

/// What stands for "as long as it takes" in a store's patience.
const LONGEST_PATIENCE: Duration = Duration::from_secs(3_600);

/// A Redis server that keeps entries. Clones share the server and each have a connection of their own, made when needed.
pub struct RedisStore {
    server: Arc<Server>,
    prefix: Arc<str>,
    patience: Duration,
    link: Mutex<Option<Link>>,
}

struct Server {
    address: Address,
    names: Names,
    trust: Trust,
}

impl RedisStore {
    /// Takes the server at a URL: `rediss://USER:PASSWORD@redis.example:6379/0` in TLS, or on this machine
    /// `redis://:PASSWORD@127.0.0.1:6379/0` and `unix:///run/redis.sock`. It is not asked anything yet.
    ///
    /// In TLS the certificate has to be of the URL's host and lead to a public root (webpki) or to one of
    /// [`Self::root_certificates`]; no switch turns that off, and a URL with `#insecure` is refused.
    ///
    /// # Errors
    /// The URL cannot be used ([`ErrorKind::InvalidInput`]), or leads to another machine without TLS: tokens and the
    /// server's password would pass the network as they are ([`ErrorKind::PermissionDenied`]; see
    /// [`Self::open_unencrypted`]). The error does not show the URL.
    pub fn open(url: &str) -> io::Result<Self> {
        let store = Self::open_unencrypted(url)?;
        let address = &store.server.address;
        if address.is_private() {
            return Ok(store);
        }
        let text = format!("{address} is another machine, and redis:// does not encrypt: take rediss://");
        Err(io::Error::new(ErrorKind::PermissionDenied, text))
    }

    /// Takes a server anywhere, also without TLS. Tokens and the server's password then pass the network as they are: only
    /// for a network whose every machine may have them, such as one inside of WireGuard.
    ///
    /// # Errors
    /// The URL cannot be used. The error does not show the URL.
    pub fn open_unencrypted(url: &str) -> io::Result<Self> {
        let server = Server { address: Address::parse(url)?, names: Names::without_memory(), trust: Trust::public()? };
        Ok(Self { server: Arc::new(server), prefix: "hostkit".into(), patience: PATIENCE, link: Mutex::new(None) })
    }

    /// Trusts these certificates too, in PEM: those of a server whose certificate leads to no public root.
    ///
    /// # Errors
    /// There is no certificate in it, one that cannot be read, or the URL asks for no TLS.
    pub fn root_certificates(mut self, pem: &[u8]) -> io::Result<Self> {
        let before = &self.server;
        if !matches!(before.address.place, Place::Tls(..)) {
            return Err(address::unfit("is not rediss://: no certificate is asked for there"));
        }
        let server =
            Server { address: before.address.clone(), names: before.names.clone(), trust: before.trust.and(pem)? };
        self.server = Arc::new(server);
        Ok(self)
    }

    /// What the names of all its keys begin with, instead of `hostkit`. Whatever shares limits shares the prefix.
    pub fn prefix(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// What one change of an entry may take, instead of two seconds: it bounds connecting, sending, receiving and all
    /// repeats; an hour at most. Calls never wait for longer than their deadline, whatever stands here.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience.min(LONGEST_PATIENCE);
        self
    }

    /// The key of an entry: what kind it is, and a hash of the rest, which holds the account's name.
    fn key(&self, key: &StoreKey) -> String {
        let kind = key.as_str().split('.').next().unwrap_or_default();
        let hash = hmac_sha256::Hash::hash(key.as_str().as_bytes());
        let mut name = format!("{}:{kind}:", self.prefix);
        hash.iter().for_each(|byte| name.push_str(&format!("{byte:02x}")));
        name
    }

    /// Runs the script over the connection that is there, or a new one. After an error the connection is not used again: an
    /// answer that is late would be taken for the next one.
    fn ask(&self, link: &mut Option<Link>, left: Duration, looked: &Looked<'_>) -> io::Result<Seen> {
        let until = Instant::now() + left;
        let server = &self.server;
        let failed = |failure| failure::of(&server.address, &failure);
        let mut used = match link.take() {
            Some(used) => used,
            None => Link::open(&server.address, &server.names, &server.trust.config, until).map_err(failed)?,
        };
        let seen = looked.run(&mut used, until).map_err(failed)?;
        *link = Some(used);
        Ok(seen)
    }
}

impl Store for RedisStore {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let name = self.key(key);
        let start = Instant::now();
        // A connection from before may have ended while nobody looked; a new one that fails is the server's fault.
        let mut is_old = link.is_some();
        let mut conflicts = 0;
        let mut looked = Looked::first(&name);
        loop {
            let left = self.patience.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(failure::late(&self.server.address, self.patience));
            }
            match self.ask(&mut link, if is_old { left / 2 } else { left }, &looked) {
                Ok(Seen::Kept) => return Ok(()),
                Ok(Seen::Found(_, _)) if conflicts > 0 && conflicts % IN_A_ROW == 0 => {
                    pause(conflicts, left);
                    conflicts += 1;
                    looked = Looked::first(&name);
                }
                Ok(Seen::Found(now, before)) => match change(now, before.as_deref()) {
                    Some(after) => {
                        conflicts += 1;
                        looked = Looked::then(&name, before, after, KEPT);
                    }
                    None => return Ok(()),
                },
                Err(error) if is_old && failure::is_of_connection(&error) => {
                    // Whether the last change was kept is not known. It is made again of what is there now; a call that
                    // is counted twice, or a lease that is its own, is nothing to the entries.
                    is_old = false;
                    looked = Looked::first(&name);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Keeps those apart who change one entry at the same time.
fn pause(conflicts: u32, left: Duration) {
    use std::hash::{BuildHasher, RandomState};
    let longest =
        Duration::from_micros(250).saturating_mul(1 << (conflicts / IN_A_ROW).min(6)).min(LONGEST_PAUSE).min(left);
    // The hasher's keys are random.
    let share = RandomState::new().hash_one(Instant::now()) % 1_000;
    std::thread::sleep(longest.mul_f64(share as f64 / 1_000.0));
}

impl Clone for RedisStore {
    fn clone(&self) -> Self {
        let (server, prefix) = (Arc::clone(&self.server), Arc::clone(&self.prefix));
        Self { server, prefix, patience: self.patience, link: Mutex::new(None) }
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
