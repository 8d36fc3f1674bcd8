//! Names to addresses: a memory of half a minute, and at most one thread per host however many calls wait for it.
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

/// Asks the system; another function in tests.
type Lookup = fn(&str) -> io::Result<Vec<IpAddr>>;

/// What is known of a host: nothing yet, or when it was found and what.
type Known = Option<(Instant, Result<Vec<IpAddr>, NoAddress>)>;

/// Names to addresses. Clones share what they know.
#[derive(Clone)]
pub(crate) struct Names {
    hosts: Arc<Mutex<HashMap<String, watch::Receiver<Known>>>>,
    lookup: Lookup,
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
    pub(crate) fn new() -> Self {
        Self::with(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
    }

    fn with(lookup: Lookup) -> Self {
        Self { hosts: Arc::default(), lookup }
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
        if let Some(question) = hosts.get(host) {
            let is_good = match &*question.borrow() {
                None => question.has_changed().is_ok(),
                Some((since, answer)) => answer.is_ok() && since.elapsed() < MEMORY,
            };
            if is_good {
                return question.clone();
            }
        }
        let (tell, question) = watch::channel(None);
        let (name, lookup) = (host.to_owned(), self.lookup);
        let ask = move || {
            let found = match lookup(&name) {
                Ok(found) if !found.is_empty() => Ok(found),
                Ok(_) => Err(NoAddress("the name has no address".to_owned())),
                Err(error) => Err(NoAddress(error.to_string())),
            };
            tell.send_replace(Some((Instant::now(), found)));
        };
        // A thread of its own, because nothing can be done about a system call that hangs; if there is none, `tell` is
        // dropped, which ends the question.
        let _ = std::thread::Builder::new().name("hostkit-resolver".into()).spawn(ask);
        hosts.insert(host.to_owned(), question.clone());
        question
    }
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

    #[tokio::test]
    async fn a_resolver_that_hangs_costs_one_thread_and_no_more_than_the_deadline() {
        let names = Names::with(|_| {
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
    async fn callers_share_one_question_and_its_answer() {
        let names = Names::with(|_| {
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
        let names = Names::with(|_| {
            NONE.fetch_add(1, Ordering::SeqCst);
            Err(io::Error::other("no such host"))
        });
        for asked in 1..3 {
            assert_eq!(names.addresses("host.example").await, Err(NoAddress("no such host".to_owned())));
            assert_eq!(NONE.load(Ordering::SeqCst), asked);
        }
    }
}
