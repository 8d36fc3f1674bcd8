//! The idle connections of a transport, the last one used first.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use hostkit_net::IDLE_TIMEOUT;
use http::Uri;
use http::uri::{Authority, Scheme};

use crate::exchange::Connection;

/// How many idle connections are kept.
const MOST: usize = 64;

/// Scheme, host and port of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: Scheme,
    authority: Authority,
}

impl Origin {
    /// That of a URL; `None` if it has no host.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        Some(Self { scheme: uri.scheme()?.clone(), authority: uri.authority()?.clone() })
    }
}

struct Idle {
    origin: Origin,
    since: Instant,
    connection: Connection,
}

/// Idle connections, those that have been idle for longest first.
#[derive(Default)]
pub(crate) struct Pool(Mutex<VecDeque<Idle>>);

impl Pool {
    /// A connection to this origin on which the server has said nothing since its last answer.
    pub(crate) fn take(&self, origin: &Origin, now: Instant) -> Option<Connection> {
        loop {
            let mut connection = self.change(|idle| {
                forget(idle, now);
                let at = idle.iter().rposition(|idle| idle.origin == *origin)?;
                idle.remove(at).map(|idle| idle.connection)
            })?;
            // A server that closed it, or said that it timed out, would leave open whether a request arrived.
            if connection.is_open() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection whose answer was read to its end.
    pub(crate) fn keep(&self, origin: Origin, connection: Connection, now: Instant) {
        self.change(|idle| {
            forget(idle, now);
            if idle.len() >= MOST {
                idle.pop_front();
            }
            idle.push_back(Idle { origin, since: now, connection });
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut VecDeque<Idle>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Closes the connections that have been idle for too long.
fn forget(idle: &mut VecDeque<Idle>, now: Instant) {
    while idle.front().is_some_and(|idle| now.saturating_duration_since(idle.since) >= IDLE_TIMEOUT) {
        idle.pop_front();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use ureq::Error;
    use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

    use super::*;

    /// A connection that counts how often it was probed.
    #[derive(Debug)]
    struct Probed {
        buffers: LazyBuffers,
        is_open: bool,
        probes: Arc<AtomicUsize>,
    }

    impl Transport for Probed {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.buffers
        }

        fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
            Ok(())
        }

        fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
            Ok(false)
        }

        fn is_open(&mut self) -> bool {
            self.probes.fetch_add(1, Ordering::SeqCst);
            self.is_open
        }
    }

    fn connection(is_open: bool) -> (Connection, Arc<AtomicUsize>) {
        let probes = Arc::default();
        let probed = Probed { buffers: LazyBuffers::new(1, 1), is_open, probes: Arc::clone(&probes) };
        (Connection::new(Box::new(probed)), probes)
    }

    fn origin(url: &'static str) -> Origin {
        Origin::of(&Uri::from_static(url)).unwrap()
    }

    #[test]
    fn a_connection_serves_its_origin_alone() {
        let (pool, now) = (Pool::default(), Instant::now());
        pool.keep(origin("https://host.example"), connection(true).0, now);
        for other in ["http://host.example", "https://host.example:8443", "https://other.example"] {
            assert!(pool.take(&origin(other), now).is_none(), "{other}");
        }
        assert!(pool.take(&origin("https://HOST.example/path?query"), now).is_some());
        assert!(pool.take(&origin("https://host.example"), now).is_none(), "it is taken");
    }

    #[test]
    fn an_old_or_closed_connection_serves_nobody() {
        let (pool, now, here) = (Pool::default(), Instant::now(), origin("https://host.example"));
        pool.keep(here.clone(), connection(true).0, now);
        assert!(pool.take(&here, now + IDLE_TIMEOUT).is_none());
        pool.keep(here.clone(), connection(true).0, now);
        pool.keep(here.clone(), connection(false).0, now);
        assert!(pool.take(&here, now).is_some(), "the open one below the closed one");
        assert!(pool.take(&here, now).is_none());
    }

    #[test]
    fn the_oldest_connection_makes_room() {
        let (pool, now, here) = (Pool::default(), Instant::now(), origin("https://host.example"));
        let (oldest, probes) = connection(true);
        pool.keep(here.clone(), oldest, now);
        for _ in 0..MOST {
            pool.keep(here.clone(), connection(true).0, now);
        }
        let left = std::iter::from_fn(|| pool.take(&here, now)).count();
        assert_eq!((left, probes.load(Ordering::SeqCst)), (MOST, 0));
    }
}
