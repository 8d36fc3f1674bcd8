//! Either client, so that a test is written once, and a clock that the sandbox follows.
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostkit::time::{Clock, Moment, Now, SystemClock};
use hostkit::{Api, Call, CallOptions, Intent, OutcomeOf, Perform, Recovery, Ticket};
use hostkit_sandbox::Sandbox;
use tokio::runtime::Runtime;

/// A client's clock on which waiting takes no real time, since it advances the sandbox's clock.
#[derive(Debug, Clone)]
pub struct BothClocks {
    sandbox: hostkit_sandbox::Clock,
    ahead: Arc<Mutex<Duration>>,
}

impl BothClocks {
    pub fn new(sandbox: &Sandbox) -> Self {
        Self { sandbox: sandbox.clock(), ahead: Arc::default() }
    }

    /// Advances both clocks.
    pub fn advance(&self, duration: Duration) {
        *self.ahead.lock().unwrap() += duration;
        self.sandbox.advance(duration);
    }
}

impl Clock for BothClocks {
    fn now(&self) -> Now {
        SystemClock.now().later(*self.ahead.lock().unwrap())
    }

    fn sleep(&self, until: Moment) -> Duration {
        self.advance(until.since(self.now().monotonic));
        Duration::ZERO
    }
}

/// The ticket of the last call that acts.
pub type Kept = Arc<Mutex<Option<Ticket>>>;

/// Either client.
pub enum Client<A: Api> {
    Blocking(hostkit_ureq::Client<A>),
    Async(hostkit_reqwest::Client<A>, Runtime),
}

impl<A: Api> Client<A> {
    /// Creates a client of a sandbox, whose API is at `base`.
    pub fn new(is_blocking: bool, sandbox: &Sandbox, base: &str, credentials: A::Credentials) -> Self {
        Self::on(is_blocking, BothClocks::new(sandbox), base, credentials)
    }

    /// Creates a client on a clock that the test shares.
    pub fn on(is_blocking: bool, clock: BothClocks, base: &str, credentials: A::Credentials) -> Self {
        Self::keeping(&Kept::default(), is_blocking, clock, base, credentials)
    }

    /// Creates a client that keeps the ticket of its last call that acts, as a journal does.
    pub fn keeping(kept: &Kept, is_blocking: bool, clock: BothClocks, base: &str, credentials: A::Credentials) -> Self {
        let (base, kept) = (base.parse().unwrap(), Arc::clone(kept));
        let keep = move |intent: &Intent| {
            kept.lock().unwrap().clone_from(&intent.ticket);
            Ok(())
        };
        if is_blocking {
            let client = hostkit_ureq::Client::builder(credentials).base_url(base).clock(clock).before_send(keep);
            return Self::Blocking(client.build().unwrap());
        }
        let client = hostkit_reqwest::Client::builder(credentials).base_url(base).clock(clock).before_send(keep);
        Self::Async(client.build().unwrap(), runtime())
    }

    /// Makes the next call sign in anew.
    pub fn reset_session(&self) {
        match self {
            Self::Blocking(client) => client.reset_session(),
            Self::Async(client, _) => client.reset_session(),
        }
    }

    /// The same client with these options.
    pub fn with(&self, options: CallOptions) -> Self {
        match self {
            Self::Blocking(client) => Self::Blocking(client.with(options)),
            Self::Async(client, _) => Self::Async(client.with(options), runtime()),
        }
    }

    pub fn call<E: Call<Api = A>>(&self, call: &E) -> E::Output {
        match self {
            Self::Blocking(client) => client.call(call).unwrap(),
            Self::Async(client, runtime) => runtime.block_on(client.call(call)).unwrap(),
        }
    }

    pub fn perform<E: Perform<Api = A>>(&self, call: &E) -> OutcomeOf<E> {
        match self {
            Self::Blocking(client) => client.perform(call),
            Self::Async(client, runtime) => runtime.block_on(client.perform(call)),
        }
    }

    /// The blocking client, for code that supports only that.
    pub fn blocking(&self) -> Option<&hostkit_ureq::Client<A>> {
        match self {
            Self::Blocking(client) => Some(client),
            Self::Async(..) => None,
        }
    }

    pub fn recover<E: Perform<Api = A>>(&self, ticket: &Ticket) -> Recovery<E::Found, A::Code> {
        match self {
            Self::Blocking(client) => client.recover::<E>(ticket),
            Self::Async(client, runtime) => runtime.block_on(client.recover::<E>(ticket)),
        }
    }
}

/// The runtime of an asynchronous client.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
