//! Names to addresses: a memory of half a minute, and one thread per host however many calls wait for it.
//!
//! ureq's own resolver starts a thread for each request that has a time limit, on a pooled connection too.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::Uri;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an answer is believed.
const MEMORY: Duration = Duration::from_secs(30);

/// A question that is open for so long is asked once more beside it, the next time after twice as long, and so on: the
/// system's resolver waits without end for a name server that took a connection and says nothing.
const HUNG: Duration = Duration::from_secs(60);

/// What ureq takes at most.
const MAX_ADDRESSES: usize = 16;

/// Asks the system, or what the caller named in its place. It may block: it runs on a thread of its own.
pub(crate) type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// Names to addresses. Clones share what they know.
#[derive(Clone)]
pub(crate) struct Names(Arc<Shared>);

struct Shared {
    hosts: Mutex<HashMap<String, Host>>,
    changed: Condvar,
    lookup: Lookup,
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
    known: Option<(Instant, Vec<IpAddr>)>,
    /// It was true once, but somebody could not connect.
    is_stale: bool,
}

impl Names {
    pub(crate) fn new(lookup: Option<Lookup>) -> Self {
        let lookup = lookup
            .unwrap_or_else(|| Arc::new(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())));
        Self::of(lookup, HUNG)
    }

    fn of(lookup: Lookup, hung: Duration) -> Self {
        Self(Arc::new(Shared { hosts: Mutex::default(), changed: Condvar::new(), lookup, hung }))
    }

    /// Believes no address any longer: one of them could not be reached, or was somebody else's.
    pub(crate) fn forget(&self) {
        self.0.hosts().values_mut().for_each(|host| host.is_stale = true);
    }

    /// The addresses of a host; an error says why there are none, and `None` is a question without an answer in time.
    fn addresses(&self, host: &str, timeout: Duration) -> Option<Result<Vec<IpAddr>, Error>> {
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
            return Some(Ok(vec![address]));
        }
        let mut hosts = self.0.hosts();
        let entry = hosts.entry(host.to_owned()).or_default();
        if let Some(known) = entry.fresh() {
            return Some(Ok(known));
        }
        let patience = self.0.hung.saturating_mul(1 << entry.hanging.min(16));
        let hangs = entry.asking.is_some_and(|since| since.elapsed() > patience);
        if entry.asking.is_none() || hangs {
            let (shared, name) = (Arc::clone(&self.0), host.to_owned());
            let asking = std::thread::Builder::new().name("hostkit-resolver".into()).spawn(move || shared.ask(name));
            if let Err(error) = asking {
                return Some(Err(Error::Io(error)));
            }
            entry.hanging += u32::from(hangs);
            entry.asking = Some(Instant::now());
        }
        let awaited = entry.asked;
        let is_open = |hosts: &mut HashMap<String, Host>| hosts.get(host).is_some_and(|host| host.asked == awaited);
        let waited = self.0.changed.wait_timeout_while(hosts, timeout, is_open);
        let (hosts, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return None;
        }
        // Believed by whoever waited for it, even if somebody else had time to doubt it.
        let known = hosts.get(host).and_then(|host| host.known.as_ref());
        Some(known.map(|(_, found)| found.clone()).ok_or(Error::HostNotFound))
    }
}

impl Shared {
    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs on a thread of its own, because nothing can be done about a system call that hangs.
    fn ask(&self, name: String) {
        let mut found = (self.lookup)(&name).unwrap_or_default();
        found.retain(|address| may_be(&name, *address));
        found.truncate(MAX_ADDRESSES);
        let found = Some(found).filter(|found| !found.is_empty());
        let mut hosts = self.hosts();
        let host = hosts.entry(name).or_default();
        host.known = found.map(|found| (Instant::now(), found));
        host.asking = None;
        host.hanging = 0;
        host.is_stale = false;
        host.asked += 1;
        drop(hosts);
        self.changed.notify_all();
    }
}

impl Host {
    fn fresh(&self) -> Option<Vec<IpAddr>> {
        let known = self.known.as_ref().filter(|(since, _)| !self.is_stale && since.elapsed() < MEMORY);
        known.map(|(_, found)| found.clone())
    }
}

impl Resolver for Names {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let (Some(host), Some(port)) = (uri.host(), port(uri)) else {
            return Err(Error::BadUri("there is no host".to_owned()));
        };
        let found = self.addresses(host, *timeout.after).unwrap_or(Err(Error::Timeout(timeout.reason)))?;
        let found = found.into_iter().map(|address| SocketAddr::new(address, port)).collect::<Vec<_>>().into_iter();
        let mut addresses = self.empty();
        for address in config.ip_family().keep_wanted(found) {
            addresses.push(address);
        }
        if addresses.is_empty() { Err(Error::HostNotFound) } else { Ok(addresses) }
    }
}

/// Plain http is sent to `localhost`, so whoever answers for that name must not lead it to another machine.
fn may_be(name: &str, address: IpAddr) -> bool {
    !name.eq_ignore_ascii_case("localhost") || address.is_loopback()
}

fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or(match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::sleep;

    use super::*;

    static HUNG: AtomicUsize = AtomicUsize::new(0);
    static SLOW: AtomicUsize = AtomicUsize::new(0);
    static NONE: AtomicUsize = AtomicUsize::new(0);

    fn with(lookup: fn(&str) -> io::Result<Vec<IpAddr>>) -> Names {
        Names::new(Some(Arc::new(lookup)))
    }

    #[test]
    fn a_resolver_that_hangs_costs_one_thread_and_no_more_than_the_deadline() {
        let names = with(|_| {
            HUNG.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_secs(3600));
            Ok(Vec::new())
        });
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| assert!(names.addresses("host.example", Duration::from_millis(100)).is_none()));
            }
        });
        assert!(names.addresses("host.example", Duration::from_millis(100)).is_none());
        assert!(start.elapsed() < Duration::from_millis(450), "{:?}", start.elapsed());
        assert_eq!(HUNG.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_question_that_hangs_is_asked_again_ever_more_rarely() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let lookup: Lookup = Arc::new(|_| {
            if ASKED.fetch_add(1, Ordering::SeqCst) < 3 {
                sleep(Duration::from_secs(3600));
            }
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        });
        let names = Names::of(lookup, Duration::from_millis(100));
        let start = Instant::now();
        let mut at = Vec::new();
        while names.addresses("host.example", Duration::from_millis(5)).is_none() {
            at.resize(ASKED.load(Ordering::SeqCst), start.elapsed());
            assert!(start.elapsed() < Duration::from_secs(10), "it never recovers");
        }
        // At 0, 100, 300 and 700 ms, and never before.
        assert_eq!(ASKED.load(Ordering::SeqCst), 4);
        let least = [0, 100, 300].map(Duration::from_millis);
        assert!(at.iter().zip(least).all(|(at, least)| *at >= least), "{at:?}");
        assert!(start.elapsed() >= Duration::from_millis(700), "{:?}", start.elapsed());
        assert_eq!(names.0.hosts()["host.example"].hanging, 0);
    }

    #[test]
    fn callers_share_one_question_and_its_answer() {
        let names = with(|_| {
            SLOW.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_millis(50));
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        });
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let found = names.addresses("host.example", Duration::from_secs(5)).unwrap().unwrap();
                    assert_eq!(found, [IpAddr::from([127, 0, 0, 1])]);
                });
            }
        });
        assert_eq!(SLOW.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn no_answer_is_remembered_by_nobody_and_an_address_is_not_asked_for() {
        let names = with(|_| {
            NONE.fetch_add(1, Ordering::SeqCst);
            Err(io::Error::other("no such host"))
        });
        for asked in 1..3 {
            let found = names.addresses("host.example", Duration::from_secs(5)).unwrap();
            assert!(matches!(found, Err(Error::HostNotFound)));
            assert_eq!(NONE.load(Ordering::SeqCst), asked);
        }
        for literal in ["127.0.0.1", "[::1]"] {
            assert!(names.addresses(literal, Duration::ZERO).unwrap().is_ok(), "{literal}");
        }
        assert_eq!(NONE.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn localhost_is_this_machine_whatever_the_resolver_says() {
        let names = with(|_| Ok(vec![IpAddr::from([192, 0, 2, 1]), IpAddr::from([127, 0, 0, 1])]));
        for (name, count) in [("localhost", 1), ("LocalHost", 1), ("host.example", 2)] {
            let found = names.addresses(name, Duration::from_secs(5)).unwrap().unwrap();
            assert_eq!(found.len(), count, "{name}: {found:?}");
        }
        let names = with(|_| Ok(vec![IpAddr::from([192, 0, 2, 1])]));
        assert!(names.addresses("localhost", Duration::from_secs(5)).unwrap().is_err());
    }

    #[test]
    fn what_could_not_be_reached_is_asked_for_again() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let names = with(|_| {
            let last = u8::try_from(ASKED.fetch_add(1, Ordering::SeqCst)).unwrap_or(u8::MAX);
            Ok(vec![IpAddr::from([192, 0, 2, last])])
        });
        let ask = || names.addresses("host.example", Duration::from_secs(5)).unwrap().unwrap();
        assert_eq!(ask(), ask());
        let before = ask();
        names.forget();
        assert_ne!(before, ask());
    }
}
