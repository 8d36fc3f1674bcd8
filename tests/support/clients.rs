//! Either client, so that a test is written once, and a clock that the sandbox follows.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostkit::protocol::Paged;
use hostkit::time::{Clock, Moment, Now, SystemClock};
use hostkit::{
    Api, Call, CallOptions, Endpoint, ErrorOf, Intent, Observation, Outcome, OutcomeOf, Perform, Recovery, Reply,
    Ticket, WaitError, Waiter,
};
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
            Self::Async(client, runtime) => Self::Async(client.with(options), Arc::clone(runtime)),
        }
    }

    pub fn call<E: Call<Api = A>>(&self, call: &E) -> E::Output {
        self.call_full(call).unwrap().value
    }

    pub fn call_full<E: Call<Api = A>>(&self, call: &E) -> Result<Reply<E::Output>, ErrorOf<E>> {
        match self {
            Self::Blocking(client) => client.call_full(call),
            Self::Async(client, runtime) => block_on(runtime, client.call_full(call)),
        }
    }

    pub fn perform<E: Perform<Api = A>>(&self, call: &E) -> OutcomeOf<E> {
        self.perform_full(call).map(|reply| reply.value)
    }

    pub fn perform_full<E: Perform<Api = A>>(&self, call: &E) -> Outcome<Reply<E::Output>, A::Code> {
        match self {
            Self::Blocking(client) => client.perform_full(call),
            Self::Async(client, runtime) => block_on(runtime, client.perform_full(call)),
        }
    }

    pub fn recover<E: Perform<Api = A>>(&self, ticket: &Ticket) -> Recovery<E::Found, A::Code> {
        match self {
            Self::Blocking(client) => client.recover::<E>(ticket),
            Self::Async(client, runtime) => block_on(runtime, client.recover::<E>(ticket)),
        }
    }

    /// The items of all pages.
    pub fn items<E: Paged<Api = A> + 'static>(&self, call: &E) -> Result<Vec<E::Item>, ErrorOf<E>> {
        match self {
            Self::Blocking(client) => client.items(call).collect(),
            Self::Async(client, runtime) => block_on(runtime, async {
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
            Self::Async(client, runtime) => block_on(runtime, client.wait(waiter, |_: &Observation| {})),
        }
    }

    /// The blocking client, for code that supports only that.
    pub fn blocking(&self) -> Option<&hostkit_ureq::Client<A>> {
        match self {
            Self::Blocking(client) => Some(client),
            Self::Async(..) => None,
        }
    }
}

/// The runtime of an asynchronous client.
pub fn runtime() -> Arc<Runtime> {
    Arc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
}

/// Runs a future to its end. Boxed, because tokio would otherwise be compiled again for every call.
pub fn block_on<T>(runtime: &Runtime, future: impl Future<Output = T>) -> T {
    let mut output = None;
    let future: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(async { output = Some(future.await) });
    runtime.block_on(future);
    output.unwrap()
}
