//! Names to addresses: an answer is remembered for half a minute, and one thread asks for a name however many callers wait.
//!
//! The system may take half a minute to say that it does not know a name, and hang for ever; the resolvers of HTTP libraries
//! start a thread for each request, or hold one of the runtime's for each call that waits.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::{Event, EventListener, Listener};

/// How long an answer is believed.
const MEMORY: Duration = Duration::from_secs(30);

/// A question that is open for so long is asked once more beside it, the next time after twice as long, and so on: the
/// system's resolver waits without end for a name server that took a connection and says nothing.
const HUNG: Duration = Duration::from_secs(60);

/// How many addresses of a name are tried at most.
const MAX_ADDRESSES: usize = 16;

/// Asks the system, or what the caller named in its place. It may block: it runs on a thread of its own.
pub type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// Names to addresses, for threads and for tasks. Clones share what they know.
#[derive(Clone)]
pub struct Names(Arc<Shared>);

struct Shared {
    hosts: Mutex<HashMap<String, Host>>,
    /// A question ended, of whichever name.
    answered: Event,
    lookup: Lookup,
    memory: Duration,
    hung: Duration,
}

#[derive(Default)]
struct Host {
    /// Since when a question is open.
    asking: Option<Instant>,
    /// How many questions hang, since one was answered.
    hanging: u32,
    /// How many questions have ended, so that a waiter sees the end of the one that it waits for.
    asked: u64,
    /// The last answer, and when it came.
    answer: Option<(Instant, Result<Vec<IpAddr>, NoAddress>)>,
    /// The answer was true once, but somebody could not connect.
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
    /// Asks the system, or `lookup` in its place.
    pub fn new(lookup: Option<Lookup>) -> Self {
        Self::with(lookup, MEMORY, HUNG)
    }

    /// Asks the system each time: for a server that may fail over to another address, and is rarely connected to.
    pub fn without_memory() -> Self {
        Self::with(None, Duration::ZERO, HUNG)
    }

    fn with(lookup: Option<Lookup>, memory: Duration, hung: Duration) -> Self {
        let lookup = lookup
            .unwrap_or_else(|| Arc::new(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())));
        Self(Arc::new(Shared { hosts: Mutex::default(), answered: Event::new(), lookup, memory, hung }))
    }

    /// Believes no address any longer: one of them could not be reached, or was somebody else's.
    pub fn forget(&self) {
        self.0.hosts().values_mut().for_each(|host| host.is_stale = true);
    }

    /// The addresses of a host, of which there is at least one, however long that takes.
    ///
    /// # Errors
    /// The name has none.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NoAddress> {
        let mut question = Question { host, awaited: None };
        let mut listener: Option<EventListener> = None;
        loop {
            if let Some(answer) = self.answer(&mut question) {
                return answer;
            }
            match listener.take() {
                Some(listener) => listener.await,
                // The answer may have come before anybody listened, so the next step is another look.
                None => listener = Some(self.0.answered.listen()),
            }
        }
    }

    /// The same for a thread that waits no longer than `patience`: `None` is a question without an answer by then.
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

    /// The answer, if it is there; otherwise the question is asked, once for all who wait.
    fn answer(&self, question: &mut Question<'_>) -> Option<Result<Vec<IpAddr>, NoAddress>> {
        let Question { host, awaited } = question;
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
            return Some(Ok(vec![address]));
        }
        let mut hosts = self.0.hosts();
        let entry = hosts.entry((*host).to_owned()).or_default();
        match awaited {
            Some(asked) if *asked == entry.asked => return None,
            // Whoever waited believes the answer, even if somebody else had time to doubt it.
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
            // A thread of its own, because nothing can be done about a system call that hangs.
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

/// A question of one caller.
struct Question<'h> {
    host: &'h str,
    /// The end that it waits for, once it was asked.
    awaited: Option<u64>,
}

impl Shared {
    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, name: String) {
        // A lookup of the caller's may panic, and whoever waits has to be told.
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
    /// The addresses, if they were found lately. That there are none is not remembered.
    fn known(&self, memory: Duration) -> Option<Vec<IpAddr>> {
        let (since, answer) = self.answer.as_ref().filter(|_| !self.is_stale)?;
        answer.as_ref().ok().filter(|_| since.elapsed() < memory).cloned()
    }
}

/// Plain http is sent to `localhost`, so whoever answers for that name must not lead it to another machine.
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
