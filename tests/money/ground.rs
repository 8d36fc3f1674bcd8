//! The test bed of the promises: a sandbox, either client, one clock for both, and the calls of any API.

use std::fmt::Debug;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::{Serve, Simulate, example};
use hostkit::protocol::{EndpointInfo, Paged};
use hostkit::time::{Clock, Moment, Now};
use hostkit::{
    Api, BaseUrl, Call, CallOptions, Effect, Endpoint, Error, ErrorOf, Observation, Outcome, Perform, Rates, Recovery,
    Reply, Ticket, UnixTime, WaitError, Waiter,
};
use hostkit_reqwest::ReqwestTransport;
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Ended, Entry, Fault, Hop, Resolver, Sandbox, accounts_of};
use hostkit_ureq::{Network, UreqTransport};
use tokio::runtime::Runtime;

pub use hostkit_tests::size::{is_long, is_small, size};
use hostkit_tests::{entries, sandboxes, sign_in};

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

/// Either client; the async one with its runtime.
pub enum Client<A: Api> {
    Blocking(hostkit_ureq::Client<A>),
    Async(hostkit_reqwest::Client<A>, Arc<Runtime>),
}

impl<A: Api> Clone for Client<A> {
    fn clone(&self) -> Self {
        match self {
            Self::Blocking(client) => Self::Blocking(client.clone()),
            Self::Async(client, runtime) => Self::Async(client.clone(), Arc::clone(runtime)),
        }
    }
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

impl<A: Side> Client<A> {
    pub fn of(sandbox: &Sandbox, kind: Kind) -> Self {
        Setup::of(sandbox).build(kind)
    }
}

impl<A: Api> Client<A> {
    pub fn with(&self, options: CallOptions) -> Self {
        match self {
            Self::Blocking(client) => Self::Blocking(client.with(options)),
            Self::Async(client, runtime) => Self::Async(client.with(options), Arc::clone(runtime)),
        }
    }

    pub fn call_full<E: Call<Api = A>>(&self, endpoint: &E) -> Result<Reply<E::Output>, ErrorOf<E>> {
        match self {
            Self::Blocking(client) => client.call_full(endpoint),
            Self::Async(client, runtime) => runtime.block_on(client.call_full(endpoint)),
        }
    }

    pub fn perform_full<E: Perform<Api = A>>(&self, endpoint: &E) -> Outcome<Reply<E::Output>, A::Code> {
        match self {
            Self::Blocking(client) => client.perform_full(endpoint),
            Self::Async(client, runtime) => runtime.block_on(client.perform_full(endpoint)),
        }
    }

    pub fn recover<E: Perform<Api = A>>(&self, ticket: &Ticket) -> Recovery<E::Found, A::Code> {
        match self {
            Self::Blocking(client) => client.recover::<E>(ticket),
            Self::Async(client, runtime) => runtime.block_on(client.recover::<E>(ticket)),
        }
    }

    /// The items of all pages.
    pub fn items<E: Paged<Api = A> + 'static>(&self, call: &E) -> Result<Vec<E::Item>, ErrorOf<E>> {
        match self {
            Self::Blocking(client) => client.items(call).collect(),
            Self::Async(client, runtime) => runtime.block_on(async {
                let (mut items, mut all) = (client.items(call), Vec::new());
                while let Some(item) = items.next().await {
                    all.push(item?);
                }
                Ok(all)
            }),
        }
    }

    pub fn wait<W>(&self, waiter: W) -> Result<W::Found, WaitError<A::Code>>
    where
        W: Waiter + 'static,
        W::Endpoint: Endpoint<Api = A>,
    {
        match self {
            Self::Blocking(client) => client.wait(waiter, |_: &Observation| {}),
            Self::Async(client, runtime) => runtime.block_on(client.wait(waiter, |_: &Observation| {})),
        }
    }
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

type Run<A> = dyn Fn(&Client<A>, CallOptions) -> Said + Send + Sync;

/// A call of an API with the inputs of its first example.
pub struct Sample<A: Api> {
    pub info: EndpointInfo,
    /// Whether `perform` makes it.
    pub is_performed: bool,
    /// The length of its shortest answer; 0 if that may be no body at all.
    pub answer: u64,
    run: Box<Run<A>>,
}

/// How a call ended.
pub struct Said {
    /// The kind of error or outcome.
    pub class: String,
    pub attempts: u32,
}

impl Said {
    pub fn is_good(&self) -> bool {
        matches!(&*self.class, "ok" | "done" | "accepted")
    }
}

/// An answer of so many bytes takes longer than any deadline if it drips.
pub const LONG: u64 = 40;

impl<A: Side> Sample<A> {
    /// Every call.
    pub fn all() -> Vec<Self> {
        let mut samples = Samples(Vec::new());
        A::every(&mut samples);
        samples.0
    }

    /// A read, and a call that acts, of those that this client's sandbox answers: with credentials and with a body, where
    /// there is one. The client has a session then.
    pub fn reading_and_acting(client: &Client<A>) -> (Option<Self>, Option<Self>) {
        let sign_in = sign_in::needed::<A>(accounts_of::<A>()).map(|(_, name)| name);
        let mut all = Self::all();
        all.retain(|sample| Some(sample.info.name) != sign_in);
        all.sort_by_key(|sample| (!sample.info.authorised, sample.answer < LONG));
        let mut first = |is_fit: fn(&Self) -> bool| {
            let is_answered = |sample: &Self| sample.run(client, CallOptions::new().unread()).is_good();
            let found = all.iter().position(|sample| is_fit(sample) && is_answered(sample))?;
            Some(all.swap_remove(found))
        };
        (first(|sample| sample.info.effect == Effect::Safe), first(|sample| sample.is_performed))
    }

    pub fn run(&self, client: &Client<A>, options: CallOptions) -> Said {
        (self.run)(client, options)
    }
}

struct Samples<A: Api>(Vec<Sample<A>>);

impl<A: Api> Samples<A> {
    fn add<E>(
        &mut self,
        examples: &Examples,
        is_performed: bool,
        run: impl Fn(&Client<A>, &E, CallOptions) -> Said + Send + Sync + 'static,
    ) where
        E: Serve + Endpoint<Api = A> + Debug + 'static,
    {
        let Some(case) = examples.requests.first() else { return };
        let place = entries::place(examples.folder, case);
        let call: E = example::call(&place);
        let (answers, _) = example::answers(&Path::new(place.root).join("specs"), examples).expect("examples");
        let answer = answers.iter().map(|answer| answer.body.len() as u64).min().unwrap_or(0);
        let run = Box::new(move |client: &Client<A>, options| run(client, &call, options));
        self.0.push(Sample { info: E::INFO, is_performed, answer, run });
    }
}

impl<A: Api> Visitor for Samples<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.add::<E>(examples, false, |client, call, options| {
            let result = client.with(options).call_full(call);
            let class = class(&result);
            Said { class, attempts: result.map_or_else(|error| error.attempts(), |reply| reply.attempts) }
        });
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Simulate + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.add::<E>(examples, true, |client, call, options| {
            let outcome = client.with(options).perform_full(call);
            // It is sent once, if at all.
            let attempts = u32::from(!matches!(outcome, Outcome::NotSent(_)));
            Said { class: outcome.as_str().to_owned(), attempts }
        });
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

/// Names the end of a call.
pub fn class<T, C: hostkit::FaultCode>(result: &Result<T, Error<C>>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    }
}
