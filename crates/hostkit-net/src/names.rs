//! Name lookups that are cached for 30 seconds and use one thread per name, however many callers wait.
//!
//! The system's resolver may take half a minute to report an unknown name, or hang forever; those of HTTP libraries
//! start a thread for each request, or block a runtime thread for each waiting call.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::{Event, EventListener, Listener};

/// How long an answer is cached.
const MEMORY: Duration = Duration::from_secs(30);

/// A lookup that takes longer is started again beside the first, with the interval doubling each time: the system's
/// resolver waits forever for a name server that accepts a connection and then sends nothing.
const HUNG: Duration = Duration::from_secs(60);

/// The most addresses of a name that are tried.
const MAX_ADDRESSES: usize = 16;

/// A lookup function in place of the system's resolver; it may block, since it runs on a thread of its own.
pub type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// Cached name lookups for threads and tasks. Clones share the cache.
#[derive(Clone)]
pub struct Names(Arc<Shared>);

struct Shared {
    hosts: Mutex<HashMap<String, Host>>,
    /// Notified when a lookup of any name ends.
    answered: Event,
    lookup: Lookup,
    memory: Duration,
    hung: Duration,
}

#[derive(Default)]
struct Host {
    /// When the lookup in progress began.
    asking: Option<Instant>,
    /// How many lookups have hung since the last answer.
    hanging: u32,
    /// How many lookups have ended, by which a waiter recognises the end of its own.
    asked: u64,
    /// The last answer, and when it came.
    answer: Option<(Instant, Result<Vec<IpAddr>, NoAddress>)>,
    /// A caller could not connect to a cached address.
    is_stale: bool,
}

/// A name that has no address, with the resolver's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAddress(String);

impl NoAddress {
    fn without_answer() -> Self {
        Self("the resolver ended without an answer".to_owned())
    }
}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NoAddress {}

impl Names {
    /// Looks names up with `lookup`, or with the system's resolver.
    pub fn new(lookup: Option<Lookup>) -> Self {
        Self::with(lookup, MEMORY, HUNG)
    }

    /// Looks names up without a cache: for a server that may fail over to another address and is rarely connected to.
    pub fn without_memory() -> Self {
        Self::with(None, Duration::ZERO, HUNG)
    }

    fn with(lookup: Option<Lookup>, memory: Duration, hung: Duration) -> Self {
        let lookup = lookup
            .unwrap_or_else(|| Arc::new(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())));
        Self(Arc::new(Shared { hosts: Mutex::default(), answered: Event::new(), lookup, memory, hung }))
    }

    /// Invalidates the cache, because an address could not be reached or belonged to another host.
    pub fn forget(&self) {
        self.0.hosts().values_mut().for_each(|host| host.is_stale = true);
    }

    /// Returns the addresses of a host, at least one; there is no time limit.
    ///
    /// # Errors
    /// The name has no address, or the lookup failed.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NoAddress> {
        let mut question = Question { host, awaited: None };
        let mut listener: Option<EventListener> = None;
        loop {
            if let Some(answer) = self.answer(&mut question) {
                return answer;
            }
            match listener.take() {
                Some(listener) => listener.await,
                // The answer may have arrived before the listener was registered, so it is checked again.
                None => listener = Some(self.0.answered.listen()),
            }
        }
    }

    /// Blocking version of [`Self::addresses`] that returns `None` if there is no answer within `patience`.
    pub fn addresses_within(&self, host: &str, patience: Duration) -> Option<Result<Vec<IpAddr>, NoAddress>> {
        let start = Instant::now();
        let mut question = Question { host, awaited: None };
        let mut listener: Option<EventListener> = None;
        loop {
            if let Some(answer) = self.answer(&mut question) {
                return Some(answer);
            }
            let left = patience.checked_sub(start.elapsed())?;
            match listener.take() {
                Some(listener) => drop(listener.wait_timeout(left)),
                None => listener = Some(self.0.answered.listen()),
            }
        }
    }

    /// Returns the answer if it is available; otherwise starts a lookup, one for all waiters.
    fn answer(&self, question: &mut Question<'_>) -> Option<Result<Vec<IpAddr>, NoAddress>> {
        let Question { host, awaited } = question;
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
            return Some(Ok(vec![address]));
        }
        let mut hosts = self.0.hosts();
        let entry = hosts.entry((*host).to_owned()).or_default();
        match awaited {
            Some(asked) if *asked == entry.asked => return None,
            // A waiter accepts the answer even if another caller has invalidated it since.
            Some(_) => return entry.answer.as_ref().map(|(_, answer)| answer.clone()),
            None => {}
        }
        if let Some(known) = entry.known(self.0.memory) {
            return Some(Ok(known));
        }
        let patience = self.0.hung.saturating_mul(1 << entry.hanging.min(16));
        let hangs = entry.asking.is_some_and(|since| since.elapsed() > patience);
        if entry.asking.is_none() || hangs {
            let (shared, name) = (Arc::clone(&self.0), (*host).to_owned());
            // A separate thread, because a hanging system call cannot be cancelled.
            let thread = std::thread::Builder::new().name("hostkit-resolver".into());
            if thread.spawn(move || shared.ask(name)).is_err() {
                return Some(Err(NoAddress::without_answer()));
            }
            entry.hanging += u32::from(hangs);
            entry.asking = Some(Instant::now());
        }
        *awaited = Some(entry.asked);
        None
    }
}

/// One caller's lookup.
struct Question<'h> {
    host: &'h str,
    /// The value of [`Host::asked`] when it began to wait.
    awaited: Option<u64>,
}

impl Shared {
    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, name: String) {
        // A lookup function may panic, and its waiters must still be woken.
        let answer = match catch_unwind(AssertUnwindSafe(|| (self.lookup)(&name))) {
            Ok(Ok(mut found)) => {
                found.retain(|address| may_be(&name, *address));
                found.truncate(MAX_ADDRESSES);
                if found.is_empty() { Err(NoAddress("the name has no address".to_owned())) } else { Ok(found) }
            }
            Ok(Err(error)) => Err(NoAddress(error.to_string())),
            Err(_) => Err(NoAddress::without_answer()),
        };
        let mut hosts = self.hosts();
        let host = hosts.entry(name).or_default();
        *host = Host { asked: host.asked + 1, answer: Some((Instant::now(), answer)), ..Host::default() };
        drop(hosts);
        self.answered.notify(usize::MAX);
    }
}

impl Host {
    /// The cached addresses, if still valid; failures are not cached.
    fn known(&self, memory: Duration) -> Option<Vec<IpAddr>> {
        let (since, answer) = self.answer.as_ref().filter(|_| !self.is_stale)?;
        answer.as_ref().ok().filter(|_| since.elapsed() < memory).cloned()
    }
}

/// Plain http is allowed to `localhost`, so a resolver must not lead that name to another machine.
fn may_be(name: &str, address: IpAddr) -> bool {
    !name.eq_ignore_ascii_case("localhost") || address.is_loopback()
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

#[cfg(test)]
mod tests;
