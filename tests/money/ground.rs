//! The test bed of the promises: a sandbox, either client, one clock for both, and the calls of any API.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use hostkit::protocol::server::every::Served;
use hostkit::time::{Clock, Moment, Now};
use hostkit::{Api, BaseUrl, Rates, UnixTime};
use hostkit_reqwest::ReqwestTransport;
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Ended, Entry, Fault, Hop, Resolver, Sandbox, accounts_of};
pub use hostkit_tests::calls::{LONG, Lost, Said, Sample};
pub use hostkit_tests::clients::Client;
pub use hostkit_tests::size::{is_long, is_small, size};
use hostkit_tests::{entries, sandboxes};
use hostkit_ureq::{Network, UreqTransport};
use tokio::runtime::Runtime;

/// An API with its place in the sandbox.
pub trait Side: Served {
    const NAME: ApiName = ApiName::of::<Self>();

    fn credentials() -> Self::Credentials {
        accounts_of::<Self>().swap_remove(0)
    }
}

impl<A: Served> Side for A {}

/// The kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Blocking,
    Async,
}

impl Kind {
    pub const BOTH: [Self; 2] = [Self::Blocking, Self::Async];
}

/// The settings of a client that tests choose.
pub struct Setup<A: Api> {
    pub base: BaseUrl,
    pub credentials: A::Credentials,
    pub clock: SandboxClock,
    pub rates: Option<Rates>,
    pub deadline: Option<Duration>,
    /// The resolver in place of the system's, and the time limit of connecting.
    pub names: Option<(Resolver, Duration)>,
}

impl<A: Side> Setup<A> {
    /// Settings for this sandbox, without rate limits.
    pub fn of(sandbox: &Sandbox) -> Self {
        Self {
            base: sandbox.url(A::NAME).parse().expect("a base URL"),
            credentials: A::credentials(),
            clock: SandboxClock::new(sandbox),
            rates: Some(Rates::new(&[])),
            deadline: None,
            names: None,
        }
    }

    /// Like [`Setup::of`], with a host name that this resolver resolves.
    pub fn by_name(sandbox: &Sandbox, resolver: &Resolver, connect: Duration) -> Self {
        let base = sandbox.named_url(A::NAME).parse().expect("a base URL");
        Self { base, names: Some((resolver.clone(), connect)), ..Self::of(sandbox) }
    }

    pub fn build(self, kind: Kind) -> Client<A> {
        macro_rules! build {
            ($client:ident, $transport:ident) => {{
                let mut builder = $client::Client::<A>::builder(self.credentials);
                builder = builder.base_url(self.base).clock(self.clock).seed(1).format(entries::format::<A>());
                if let Some(rates) = self.rates {
                    builder = builder.rates(rates);
                }
                if let Some(deadline) = self.deadline {
                    builder = builder.deadline(deadline);
                }
                if let Some((resolver, connect)) = self.names {
                    let network = Network::new().lookup(move |name| resolver.lookup(name)).connect_timeout(connect);
                    let setup = $transport::setup().network(network);
                    builder = builder.transport(setup.build().expect("a transport"));
                }
                builder.build().expect("a client")
            }};
        }
        match kind {
            Kind::Blocking => Client::Blocking(build!(hostkit_ureq, UreqTransport)),
            Kind::Async => Client::Async(build!(hostkit_reqwest, ReqwestTransport), runtime()),
        }
    }
}

pub fn runtime() -> Arc<Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    Arc::new(runtime.expect("a runtime"))
}

/// The sandbox's clock as a client's clock. Sleeping on it advances the time of both sides and takes no real time.
#[derive(Debug, Clone)]
pub struct SandboxClock {
    sandbox: hostkit_sandbox::Clock,
    start: hostkit_sandbox::Moment,
    crowd: Arc<(Mutex<Crowd>, Condvar)>,
}

/// The threads that share a clock: it advances only while all of them sleep, and to the earliest end of a sleep.
/// Otherwise a call in flight would seem to take as long as another thread sleeps.
#[derive(Debug, Default)]
struct Crowd {
    awake: usize,
    sleepers: Vec<Moment>,
}

/// A thread's membership of a crowd; dropping it leaves.
pub struct Member(SandboxClock);

impl Drop for Member {
    fn drop(&mut self) {
        lock(&self.0.crowd.0).awake -= 1;
        self.0.crowd.1.notify_all();
    }
}

impl SandboxClock {
    pub fn new(sandbox: &Sandbox) -> Self {
        let sandbox = sandbox.clock();
        Self { start: sandbox.now(), sandbox, crowd: Arc::default() }
    }

    /// Joins the threads that share the clock; each thread needs its own member.
    pub fn join(&self) -> Member {
        lock(&self.crowd.0).awake += 1;
        Member(self.clone())
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Now {
        let now = self.sandbox.now();
        let wall = UnixTime(i64::try_from(now.unix()).unwrap_or(i64::MAX));
        Now { monotonic: Moment::after_start(now.since(self.start)), wall }
    }

    fn sleep(&self, until: Moment) -> Duration {
        let (crowd, changed) = &*self.crowd;
        let mut state = lock(crowd);
        let is_member = state.awake > 0;
        state.awake -= usize::from(is_member);
        state.sleepers.push(until);
        changed.notify_all();
        while self.now().monotonic < until {
            if state.awake == 0 && state.sleepers.iter().min() == Some(&until) {
                self.sandbox.advance(until.since(self.now().monotonic));
                changed.notify_all();
                break;
            }
            let waited = changed.wait_timeout(state, Duration::from_millis(20));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(index) = state.sleepers.iter().position(|sleeper| *sleeper == until) {
            state.sleepers.swap_remove(index);
        }
        state.awake += usize::from(is_member);
        Duration::ZERO
    }

    fn patience(&self, until: Moment) -> Duration {
        until.since(self.now().monotonic).min(Duration::from_millis(20))
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A promise under test.
pub struct Trial {
    id: &'static str,
    start: Instant,
    _running: Running,
}

/// Held by each trial; one that measures time waits until no other runs.
enum Running {
    Together(#[expect(dead_code, reason = "held until the trial is over")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held until the trial is over")] RwLockWriteGuard<'static, ()>),
}

static RUNNING: RwLock<()> = RwLock::new(());

impl Trial {
    pub fn start(id: &'static str) -> Self {
        let running = Running::Together(RUNNING.read().unwrap_or_else(PoisonError::into_inner));
        Self { id, start: Instant::now(), _running: running }
    }

    /// For a trial that measures time or has many threads: no other runs beside it.
    pub fn alone(id: &'static str) -> Self {
        let running = Running::Alone(RUNNING.write().unwrap_or_else(PoisonError::into_inner));
        Self { id, start: Instant::now(), _running: running }
    }

    /// Prints the figures; panics with the violations, if there are any.
    pub fn end(self, cases: u64, figures: &str, violations: &[String]) {
        println!("{}: {cases} cases, {figures}, {:.1} s", self.id, self.start.elapsed().as_secs_f64());
        assert!(cases > 0, "{}: nothing was tried", self.id);
        let shown: Vec<_> = violations.iter().take(20).map(String::as_str).collect();
        assert!(violations.is_empty(), "{}: {} violations:\n{}", self.id, violations.len(), shown.join("\n"));
    }
}

/// A number that follows from another one (splitmix64).
pub fn mix(value: u64) -> u64 {
    let mut value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A sandbox whose world can be reset.
pub struct Stage {
    pub sandbox: Sandbox,
    api: ApiName,
    world: World,
}

impl Stage {
    pub fn new(api: ApiName) -> Self {
        Self::of(sandboxes::start(), api)
    }

    /// An API that is answered from its examples, also if it is simulated.
    pub fn from_examples<A: Served>() -> Self {
        Self::of(sandboxes::from_examples::<A>(), A::NAME)
    }

    fn of(sandbox: Sandbox, api: ApiName) -> Self {
        let world = sandbox.world(api, |world| world.clone()).expect("a world");
        Self { sandbox, api, world }
    }

    /// Resets the world but for its tokens and numbers, and clears ledger and faults.
    pub fn reset(&self) {
        self.sandbox.faults().clear();
        self.sandbox.world(self.api, |world| {
            let sessions = std::mem::take(&mut world.sessions);
            let mut fresh = self.world.clone();
            // The clients remember which numbers their orders got.
            fresh.count_on(world);
            *world = fresh;
            world.sessions = sessions;
        });
        self.sandbox.ledger().clear();
    }
}

/// The ledger once the server has recorded a call that this fault struck, since the client may return earlier.
pub fn settled(stage: &Stage, fault: Option<&Fault>) -> Vec<Entry> {
    let patience = Instant::now() + Duration::from_secs(5);
    loop {
        let entries = stage.sandbox.ledger().entries();
        let is_open = |entry: &Entry| matches!(entry.ended, Ended::NotReached | Ended::Pending);
        let is_settled = fault.is_none_or(|fault| {
            stage.sandbox.faults().pending() == 0 && (!fault.commits() || !entries.iter().any(is_open))
        });
        if is_settled || Instant::now() > patience {
            return entries;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub fn from_client(entry: &&Entry) -> bool {
    entry.hop == Hop::Client
}
