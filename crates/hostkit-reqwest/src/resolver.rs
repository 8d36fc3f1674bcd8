//! Names to addresses: a memory of half a minute, and one thread per host however many calls wait for it.
//!
//! The resolver of hyper holds one thread of the runtime for each call that waits, and they outlive the calls.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::watch;

/// How long an answer is believed.
const MEMORY: Duration = Duration::from_secs(30);

/// A question that is open for so long is asked once more beside it, the next time after twice as long, and so on: the
/// system's resolver waits without end for a name server that took a connection and says nothing.
const HUNG: Duration = Duration::from_secs(60);

/// The same as the blocking client takes.
const MAX_ADDRESSES: usize = 16;

/// Asks the system, or what the caller named in its place. It may block: it runs on a thread of its own.
pub(crate) type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// What is known of a host: nothing yet, or when it was found and what.
type Known = Option<(Instant, Result<Vec<IpAddr>, NoAddress>)>;

/// Names to addresses. Clones share what they know.
#[derive(Clone)]
pub(crate) struct Names {
    hosts: Arc<Mutex<HashMap<String, Question>>>,
    lookup: Lookup,
    hung: Duration,
}

/// A question about a host, open or answered.
struct Question {
    since: Instant,
    /// How many before it hang.
    hanging: u32,
    answer: watch::Receiver<Known>,
}

/// A name without an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoAddress(String);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NoAddress {}

impl Names {
    pub(crate) fn new(lookup: Option<Lookup>) -> Self {
        let lookup = lookup
            .unwrap_or_else(|| Arc::new(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())));
        Self { hosts: Arc::default(), lookup, hung: HUNG }
    }

    /// Believes no address any longer: one of them could not be reached, or was somebody else's.
    pub(crate) fn forget(&self) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        // A question that is open stays: there is to be one thread for a host.
        hosts.retain(|_, question| question.answer.borrow().is_none());
    }

    /// The addresses of a host, however long that takes.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NoAddress> {
        let mut question = self.question(host);
        let answer = question.wait_for(Option::is_some).await;
        match answer.as_deref() {
            Ok(Some((_, answer))) => answer.clone(),
            _ => Err(NoAddress("the resolver ended without an answer".to_owned())),
        }
    }

    /// The question about a host that is being asked, or was answered lately; a new one otherwise.
    fn question(&self, host: &str) -> watch::Receiver<Known> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hanging = 0;
        if let Some(question) = hosts.get(host) {
            let patience = self.hung.saturating_mul(1 << question.hanging.min(16));
            let is_good = match &*question.answer.borrow() {
                None if question.answer.has_changed().is_err() => false,
                None if question.since.elapsed() > patience => {
                    hanging = question.hanging + 1;
                    false
                }
                None => true,
                Some((since, answer)) => answer.is_ok() && since.elapsed() < MEMORY,
            };
            if is_good {
                return question.answer.clone();
            }
        }
        let (tell, answer) = watch::channel(None);
        let (name, lookup) = (host.to_owned(), Arc::clone(&self.lookup));
        let ask = move || {
            let found = lookup(&name).map(|mut found| {
                found.retain(|address| may_be(&name, *address));
                found.truncate(MAX_ADDRESSES);
                found
            });
            let found = match found {
                Ok(found) if !found.is_empty() => Ok(found),
                Ok(_) => Err(NoAddress("the name has no address".to_owned())),
                Err(error) => Err(NoAddress(error.to_string())),
            };
            tell.send_replace(Some((Instant::now(), found)));
        };
        // A thread of its own, because nothing can be done about a system call that hangs; if there is none, `tell` is
        // dropped, which ends the question.
        let _ = std::thread::Builder::new().name("hostkit-resolver".into()).spawn(ask);
        hosts.insert(host.to_owned(), Question { since: Instant::now(), hanging, answer: answer.clone() });
        answer
    }
}

/// Plain http is sent to `localhost`, so whoever answers for that name must not lead it to another machine.
fn may_be(name: &str, address: IpAddr) -> bool {
    !name.eq_ignore_ascii_case("localhost") || address.is_loopback()
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            // The port is filled in by reqwest.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::sleep;

    use tokio::time::timeout;

    use super::*;

    static HUNG: AtomicUsize = AtomicUsize::new(0);
    static SLOW: AtomicUsize = AtomicUsize::new(0);
    static NONE: AtomicUsize = AtomicUsize::new(0);

    fn with(lookup: fn(&str) -> io::Result<Vec<IpAddr>>) -> Names {
        Names::new(Some(Arc::new(lookup)))
    }

    #[tokio::test]
    async fn a_resolver_that_hangs_costs_one_thread_and_no_more_than_the_deadline() {
        let names = with(|_| {
            HUNG.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_secs(3600));
            Ok(Vec::new())
        });
        let start = Instant::now();
        for _ in 0..20 {
            assert!(timeout(Duration::from_millis(10), names.addresses("host.example")).await.is_err());
        }
        assert!(start.elapsed() < Duration::from_millis(450), "{:?}", start.elapsed());
        assert_eq!(HUNG.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_question_that_hangs_is_asked_again_ever_more_rarely() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let mut names = with(|_| {
            if ASKED.fetch_add(1, Ordering::SeqCst) < 3 {
                sleep(Duration::from_secs(3600));
            }
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        });
        names.hung = Duration::from_millis(100);
        let start = Instant::now();
        let mut at = Vec::new();
        while timeout(Duration::from_millis(5), names.addresses("host.example")).await.is_err() {
            at.resize(ASKED.load(Ordering::SeqCst), start.elapsed());
            assert!(start.elapsed() < Duration::from_secs(10), "it never recovers");
        }
        // At 0, 100, 300 and 700 ms, and never before.
        assert_eq!(ASKED.load(Ordering::SeqCst), 4);
        let least = [0, 100, 300].map(Duration::from_millis);
        assert!(at.iter().zip(least).all(|(at, least)| *at >= least), "{at:?}");
        assert!(start.elapsed() >= Duration::from_millis(700), "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn callers_share_one_question_and_its_answer() {
        let names = with(|_| {
            SLOW.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_millis(50));
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        });
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let names = names.clone();
                tokio::spawn(async move { names.addresses("host.example").await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(vec![IpAddr::from([127, 0, 0, 1])]));
        }
        assert_eq!(SLOW.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn no_answer_is_remembered_by_nobody() {
        let names = with(|_| {
            NONE.fetch_add(1, Ordering::SeqCst);
            Err(io::Error::other("no such host"))
        });
        for asked in 1..3 {
            assert_eq!(names.addresses("host.example").await, Err(NoAddress("no such host".to_owned())));
            assert_eq!(NONE.load(Ordering::SeqCst), asked);
        }
    }

    #[tokio::test]
    async fn localhost_is_this_machine_whatever_the_resolver_says() {
        let names = with(|_| Ok(vec![IpAddr::from([192, 0, 2, 1]), IpAddr::from([127, 0, 0, 1])]));
        for (name, count) in [("localhost", 1), ("LocalHost", 1), ("host.example", 2)] {
            assert_eq!(names.addresses(name).await.map(|found| found.len()), Ok(count), "{name}");
        }
        let names = with(|_| Ok(vec![IpAddr::from([192, 0, 2, 1])]));
        assert!(names.addresses("localhost").await.is_err());
    }

    #[tokio::test]
    async fn what_could_not_be_reached_is_asked_for_again() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let names = with(|_| {
            let last = u8::try_from(ASKED.fetch_add(1, Ordering::SeqCst)).unwrap_or(u8::MAX);
            Ok(vec![IpAddr::from([192, 0, 2, last])])
        });
        let before = names.addresses("host.example").await;
        assert_eq!(before, names.addresses("host.example").await);
        names.forget();
        assert_ne!(before, names.addresses("host.example").await);
    }
}
