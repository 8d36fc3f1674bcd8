//! A name to addresses, by the system, which may take half a minute to say that it does not know, and hang for ever: one
//! thread asks, however many wait, and none of them for longer than it can.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::address::is_localhost;

/// A question that is open for so long is asked once more beside it, and the next time after twice as long, as the clients
/// do.
const HUNG: Duration = Duration::from_secs(60);

/// As many as the clients take.
const MAX_ADDRESSES: usize = 16;

type Lookup = fn(&str) -> io::Result<Vec<IpAddr>>;

/// The addresses of one host. Clones share the question; its answer is not kept, as connecting is rare, and a server
/// that failed over has another address.
#[derive(Clone)]
pub(crate) struct Names(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    lookup: Lookup,
}

#[derive(Default)]
struct State {
    /// Since when a question is open.
    asking: Option<Instant>,
    /// How many questions hang, since one was answered.
    hanging: u32,
    /// How many questions have ended, so that a waiter sees the end of the one that it waits for.
    asked: u64,
    found: Vec<IpAddr>,
}

impl Names {
    pub(crate) fn of_system() -> Self {
        Self::with(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
    }

    fn with(lookup: Lookup) -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), lookup }))
    }

    /// The addresses of the host, of which there is at least one.
    pub(crate) fn addresses(&self, host: &str, until: Instant) -> io::Result<Vec<IpAddr>> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let mut state = self.0.state();
        let patience = HUNG.saturating_mul(1 << state.hanging.min(16));
        let hangs = state.asking.is_some_and(|since| since.elapsed() > patience);
        if state.asking.is_none() || hangs {
            let (shared, name) = (Arc::clone(&self.0), host.to_owned());
            std::thread::Builder::new().name("hostkit-resolver".into()).spawn(move || shared.ask(&name))?;
            state.hanging += u32::from(hangs);
            state.asking = Some(Instant::now());
        }
        let awaited = state.asked;
        let left = until.saturating_duration_since(Instant::now());
        let waited = self.0.changed.wait_timeout_while(state, left, |state| state.asked == awaited);
        let (state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(io::Error::from(ErrorKind::TimedOut));
        }
        if state.found.is_empty() {
            return Err(io::Error::from(ErrorKind::HostUnreachable));
        }
        Ok(state.found.clone())
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs on a thread of its own, because nothing can be done about a system call that hangs.
    fn ask(&self, host: &str) {
        let mut found = (self.lookup)(host).unwrap_or_default();
        found.retain(|address| !is_localhost(host) || address.is_loopback());
        found.truncate(MAX_ADDRESSES);
        let mut state = self.state();
        *state = State { asked: state.asked + 1, found, ..State::default() };
        drop(state);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::sleep;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(100)
    }

    #[test]
    fn a_resolver_that_hangs_costs_one_thread_and_no_more_than_the_time() {
        static HUNG: AtomicUsize = AtomicUsize::new(0);
        let names = Names::with(|_| {
            HUNG.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_secs(3_600));
            Ok(Vec::new())
        });
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    assert_eq!(names.addresses("host.example", soon()).unwrap_err().kind(), ErrorKind::TimedOut);
                });
            }
        });
        assert!(names.addresses("host.example", soon()).is_err());
        assert!(start.elapsed() < Duration::from_millis(450), "{:?}", start.elapsed());
        assert_eq!(HUNG.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn nothing_is_kept_and_an_address_is_not_asked_for() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let names = Names::with(|_| {
            let last = u8::try_from(ASKED.fetch_add(1, Ordering::SeqCst)).unwrap_or(u8::MAX);
            if last == 0 { Err(io::Error::other("no such host")) } else { Ok(vec![IpAddr::from([192, 0, 2, last])]) }
        });
        assert_eq!(names.addresses("host.example", soon()).unwrap_err().kind(), ErrorKind::HostUnreachable);
        assert_ne!(names.addresses("host.example", soon()).unwrap(), names.addresses("host.example", soon()).unwrap());
        assert!(names.addresses("::1", soon()).is_ok());
        assert_eq!(ASKED.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn localhost_is_this_machine_whatever_the_resolver_says() {
        let names = Names::with(|_| Ok(vec![IpAddr::from([192, 0, 2, 1])]));
        assert!(names.addresses("LocalHost", soon()).is_err());
        assert!(names.addresses("host.example", soon()).is_ok());
    }
}
