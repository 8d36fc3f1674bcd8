//! hostkit-reqwest beside bare reqwest.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use hostkit_reqwest::Client;
use macloud_proto::Macloud;
use macloud_proto::account::GetAccount;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use rootpanel_proto::RootPanel;
use rootpanel_proto::account::GetBalance;
use tokio::runtime::{Builder, Runtime};

use crate::race::Times;
use crate::{KEY, LOGIN, TOKEN, held, race, types};

/// One call; returns a non-zero value.
type One = fn(Arc<Callers>) -> Pin<Box<dyn Future<Output = usize> + Send>>;

/// All callers that take part.
pub struct Callers {
    origin: String,
    bare: reqwest::Client,
    macloud: Client<Macloud>,
    rootpanel: Client<RootPanel>,
}

/// The peer's call, then ours.
const GET: [One; 2] = [
    |callers| Box::pin(async move { callers.bare_get().await.account.name.len() }),
    |callers| Box::pin(async move { callers.ours_get().await }),
];

/// The peer's call, then ours.
const POST: [One; 2] = [
    |callers| Box::pin(async move { length(callers.bare_post().await.currency) }),
    |callers| Box::pin(async move { callers.ours_post().await }),
];

fn length(text: Option<String>) -> usize {
    text.map_or(0, |text| text.len())
}

/// One thread, as in a small program, or two, as on a small server.
fn runtime(threads: usize) -> Runtime {
    let mut builder = if threads == 1 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    if threads > 1 {
        builder.worker_threads(threads);
    }
    builder.enable_all().build().expect("a runtime")
}

impl Callers {
    /// Connections belong to their runtime, so each runtime gets its own callers.
    pub fn new(address: &str) -> Arc<Self> {
        let origin = format!("http://{address}");
        let base = || origin.parse().expect("a base URL");
        let macloud = Client::builder(macloud_proto::Credentials::token(TOKEN)).base_url(base()).build();
        let rootpanel = Client::builder(rootpanel_proto::Credentials::api_key(LOGIN, KEY)).base_url(base()).build();
        Arc::new(Self {
            bare: reqwest::Client::builder().no_proxy().build().expect("a client"),
            macloud: macloud.expect("a client"),
            rootpanel: rootpanel.expect("a client"),
            origin,
        })
    }

    async fn bare_get(&self) -> types::Account {
        let request = self.bare.get(format!("{}/v1/account", self.origin)).header(AUTHORIZATION, TOKEN);
        let request = request.header(ACCEPT, "application/json");
        let response = request.send().await.and_then(reqwest::Response::error_for_status).expect("an answer");
        types::account(&response.bytes().await.expect("a body"))
    }

    async fn bare_post(&self) -> types::Balance {
        let form = [("login", LOGIN), ("key", KEY), ("json", "1"), ("command", "getBalance")];
        let request = self.bare.post(format!("{}/apih.php", self.origin)).form(&form);
        let response = request.send().await.and_then(reqwest::Response::error_for_status).expect("an answer");
        types::balance(&response.bytes().await.expect("a body"))
    }

    async fn ours_get(&self) -> usize {
        self.macloud.call(&GetAccount::new()).await.map_or(0, |value| length(value.account.name))
    }

    async fn ours_post(&self) -> usize {
        self.rootpanel.call(&GetBalance::new()).await.map_or(0, |value| value.currency.map_or(0, |code| code.as_str().len()))
    }

    /// Checks that both sides read the same values, so that the comparison is fair.
    async fn check(&self) {
        let (ours, bare) = (self.macloud.call(&GetAccount::new()).await, self.bare_get().await);
        types::assert_same(ours.expect("an account"), bare);
        let (ours, bare) = (self.rootpanel.call(&GetBalance::new()).await, self.bare_post().await);
        let ours = ours.expect("a balance");
        let currency = ours.currency.map(|code| code.to_string());
        assert_eq!((ours.amount.amount, currency), (bare.amount, bare.currency));
    }
}

/// Runs all races.
pub fn run(address: &str, seconds: f64) {
    for (what, calls) in [("get", GET), ("post", POST)] {
        race::print(&format!("reqwest-{what}-1"), "reqwest", one(address, calls, seconds));
        race::print(&format!("reqwest-{what}-64"), "reqwest", many(address, calls, 64, 50, seconds));
    }
}

/// Sequential calls.
fn one(address: &str, calls: [One; 2], seconds: f64) -> [Times; 2] {
    let (runtime, callers) = (runtime(1), Callers::new(address));
    runtime.block_on(callers.check());
    race::race(seconds, |index, times| {
        times.lap(200, |taken| {
            runtime.block_on(async {
                for _ in 0..200 {
                    let start = Instant::now();
                    assert_ne!(calls[index](Arc::clone(&callers)).await, 0);
                    taken.push(start.elapsed().as_secs_f64());
                }
            });
        });
    })
}

/// `tasks` concurrent tasks on two threads.
fn many(address: &str, calls: [One; 2], tasks: usize, each: usize, seconds: f64) -> [Times; 2] {
    let (runtime, callers) = (runtime(2), Callers::new(address));
    runtime.block_on(callers.check());
    race::race(seconds, |index, times| {
        let call = calls[index];
        times.lap(tasks * each, |_| crowd(&runtime, &callers, call, tasks, each));
    })
}

/// Makes `each` calls in each of `tasks` concurrent tasks.
fn crowd(runtime: &Runtime, callers: &Arc<Callers>, call: One, tasks: usize, each: usize) {
    runtime.block_on(async {
        let task = || {
            let callers = Arc::clone(callers);
            tokio::spawn(async move {
                for _ in 0..each {
                    assert_ne!(call(Arc::clone(&callers)).await, 0);
                }
            })
        };
        for task in (0..tasks).map(|_| task()).collect::<Vec<_>>() {
            task.await.expect("a task that ends");
        }
    });
}

/// Compares the cost per call at ten times the callers, and checks that many calls leave nothing behind.
pub fn grow(address: &str, seconds: f64) {
    let few = many(address, GET, 6, 250, seconds);
    race::print_growth("growth-callers-reqwest", "reqwest", few, many(address, GET, 60, 25, seconds));
    let (runtime, callers) = (runtime(2), Callers::new(address));
    held::assert_nothing_is_left("hostkit-reqwest", |calls| crowd(&runtime, &callers, GET[1], 64, calls / 64));
}

/// Repeats one side's calls, for a profiler.
pub fn profile(address: &str, is_post: bool, index: usize, count: usize) {
    let (runtime, callers) = (runtime(1), Callers::new(address));
    let call = if is_post { POST } else { GET }[index];
    runtime.block_on(callers.check());
    race::profile_lap(&mut || {
        runtime.block_on(async {
            for _ in 0..count {
                assert_ne!(call(Arc::clone(&callers)).await, 0);
            }
        });
    });
}
