//! A resolver that maps every name to the sandbox and can be given faults, for clients to use instead of the system's.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use crate::fault::{Fault, FaultPlan, Named, Point, Sighting, right, wants_silence_at};

/// Delay of a slow answer.
const LATE: Duration = Duration::from_millis(150);

/// Resolves every name to the sandbox unless a fault applies. Clones share it.
#[derive(Clone)]
pub struct Resolver(Arc<Shared>);

struct Shared {
    faults: FaultPlan,
    port: u16,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    asked: u64,
    /// Lookups in progress, and their maximum so far.
    open: HashMap<String, (usize, usize)>,
    /// Kept for as long as the resolver lives.
    silences: Vec<(IpAddr, Option<Silence>)>,
}

/// A listener that neither accepts nor refuses connections.
struct Silence {
    _listener: Socket,
    _filler: TcpStream,
}

impl Silence {
    /// Fills the listener's backlog of one, so the system drops further connection attempts.
    fn at(address: SocketAddr) -> io::Result<Self> {
        let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        if address.is_ipv6() {
            listener.set_only_v6(true)?;
        }
        listener.bind(&address.into())?;
        listener.listen(0)?;
        let filler = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        Ok(Self { _listener: listener, _filler: filler })
    }
}

impl Resolver {
    pub(crate) fn new(faults: FaultPlan, port: u16) -> Self {
        Self(Arc::new(Shared { faults, port, state: Mutex::default() }))
    }

    /// Resolves a name; blocks for as long as an armed fault requires.
    ///
    /// # Errors
    /// The fault's.
    pub fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        {
            let mut state = self.state();
            state.asked += 1;
            let (open, most) = state.open.entry(name.to_owned()).or_default();
            *open += 1;
            *most = (*open).max(*most);
        }
        let answer = self.answer();
        if let Some((open, _)) = self.state().open.get_mut(name) {
            *open -= 1;
        }
        answer
    }

    fn answer(&self) -> io::Result<Vec<IpAddr>> {
        let seen = Sighting { moment: Point::Resolve, api: None, operation: None };
        let cleared = self.0.faults.cleared();
        let Some((fault, named)) = self.0.faults.choose(&seen).and_then(|fault| Some((fault, fault.named()?))) else {
            return Ok(right());
        };
        match named {
            Named::Addresses(addresses) => {
                self.listen_silently(fault);
                Ok(addresses)
            }
            Named::Failed(why) => Err(io::Error::other(why)),
            Named::Slow => {
                std::thread::sleep(LATE);
                Ok(right())
            }
            Named::Silence => {
                self.stall(cleared);
                Err(io::Error::from(io::ErrorKind::TimedOut))
            }
        }
    }

    /// Waits until the stall limit, or until the faults are switched off.
    fn stall(&self, cleared: u64) {
        let until = Instant::now() + self.0.faults.settings().stall_limit;
        while Instant::now() < until && self.0.faults.cleared() == cleared {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Listens silently at the address of the fault. On a system without that address connecting fails at once, which a
    /// client has to handle as well.
    fn listen_silently(&self, fault: &Fault) {
        let Some(address) = wants_silence_at(fault) else {
            return;
        };
        let mut state = self.state();
        if !state.silences.iter().any(|(there, _)| *there == address) {
            let silence = Silence::at(SocketAddr::new(address, self.0.port)).ok();
            state.silences.push((address, silence));
        }
    }

    /// Whether a silent address could be set up on this machine.
    pub fn is_silent(&self) -> bool {
        self.state().silences.iter().any(|(_, silence)| silence.is_some())
    }

    /// The number of lookups.
    pub fn asked(&self) -> u64 {
        self.state().asked
    }

    /// The most concurrent lookups of one name.
    pub fn most_at_once(&self) -> usize {
        self.state().open.values().map(|(_, most)| *most).max().unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("port", &self.0.port).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::fault::{Armed, Group, Random};
    use crate::{ApiName, Sandbox};

    fn lookups(resolver: &Resolver, count: usize) -> Vec<Result<Vec<IpAddr>, String>> {
        (0..count).map(|_| resolver.lookup("host.example").map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn every_fault_of_name_resolution_strikes_a_lookup_and_no_call() {
        let sandbox = Sandbox::start().unwrap();
        sandbox.faults().set(|settings| settings.stall_limit = Duration::from_millis(50));
        let faults: Vec<_> = Fault::all().filter(|fault| fault.group() == Group::Dns).collect();
        assert!(faults.iter().all(|fault| fault.point() == Point::Resolve && !fault.commits()));
        for fault in &faults {
            let resolver = sandbox.resolver();
            sandbox.faults().arm(Armed::new(fault).api(ApiName::CLODO));
            let answer = resolver.lookup("host.example");
            assert_eq!(sandbox.faults().struck().last().map(|struck| struck.fault), Some(*fault));
            let has_right = answer.as_ref().is_ok_and(|found| found.contains(&right()[0]));
            assert_eq!(has_right, fault.is_harmless(), "{fault}: {answer:?}");
            assert_eq!(resolver.lookup("host.example").unwrap(), right(), "{fault} struck twice");
        }
        assert_eq!(sandbox.connections(), 0);
    }

    #[test]
    fn a_silent_resolver_waits_until_its_limit_or_until_the_faults_are_off() {
        let sandbox = Sandbox::start().unwrap();
        let resolver = sandbox.resolver();
        let silent = Fault::by_id("dns-silent").unwrap();
        sandbox.faults().set(|settings| settings.stall_limit = Duration::from_millis(50));
        sandbox.faults().arm(Armed::new(silent));
        let start = Instant::now();
        assert_eq!(resolver.lookup("host.example").unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() >= Duration::from_millis(50), "{:?}", start.elapsed());

        sandbox.faults().set(|settings| settings.stall_limit = Duration::from_secs(60));
        sandbox.faults().arm(Armed::new(silent));
        let start = Instant::now();
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| resolver.lookup("host.example").unwrap_err().kind());
            while sandbox.faults().struck().len() < 2 {
                std::thread::yield_now();
            }
            sandbox.faults().clear();
            assert_eq!(asking.join().unwrap(), io::ErrorKind::TimedOut);
        });
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    }

    #[test]
    fn a_silent_address_is_silent() {
        let sandbox = Sandbox::start().unwrap();
        let resolver = sandbox.resolver();
        sandbox.faults().arm(Armed::new(Fault::by_id("dns-silent-address").unwrap()));
        let address = SocketAddr::new(resolver.lookup("host.example").unwrap()[0], sandbox.address().port());
        if !resolver.is_silent() {
            println!("skipped: {address} cannot be had on this machine");
            return;
        }
        let error = TcpStream::connect_timeout(&address, Duration::from_millis(200)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_seed_draws_the_same_lookups_again() {
        let sandbox = Sandbox::start().unwrap();
        let faults: Vec<_> = Fault::all().filter(|fault| fault.id() != "dns-silent").collect();
        let draw = |seed| {
            let random = Random { seed, per_mille: 400, faults: faults.clone(), operations: Vec::new() };
            sandbox.faults().at_random(random);
            lookups(&sandbox.resolver(), 100)
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
