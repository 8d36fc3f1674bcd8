//! hostkit-reqwest beside bare reqwest.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostkit_reqwest::Client;
use macloud_proto::Macloud;
use macloud_proto::account::GetAccount;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use rootpanel_proto::RootPanel;
use rootpanel_proto::account::GetBalance;
use tokio::runtime::{Builder, Runtime};

use crate::race::Cost;
use crate::{KEY, LOGIN, TOKEN, held, race, types, version};

/// One call; returns a non-zero value.
type One = fn(Arc<Callers>) -> Pin<Box<dyn Future<Output = usize> + Send>>;

/// All callers that take part.
pub struct Callers {
    origin: String,
    bare: reqwest::Client,
    macloud: Client<Macloud>,
    rootpanel: Client<RootPanel>,
}

const GET: [One; 3] = [
    |callers| Box::pin(async move { callers.bare_get(None).await.account.name.len() }),
    |callers| Box::pin(async move { callers.ours_get().await }),
    |callers| Box::pin(async move { callers.bare_get(Some(Duration::from_secs(30))).await.account.name.len() }),
];

const POST: [One; 3] = [
    |callers| Box::pin(async move { length(callers.bare_post(None).await.currency) }),
    |callers| Box::pin(async move { callers.ours_post().await }),
    |callers| Box::pin(async move { length(callers.bare_post(Some(Duration::from_secs(30))).await.currency) }),
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

    async fn bare_get(&self, timeout: Option<Duration>) -> types::Account {
        let request = self.bare.get(format!("{}/v1/account", self.origin)).header(AUTHORIZATION, TOKEN);
        let request = request.header(ACCEPT, "application/json");
        let request = timeout.into_iter().fold(request, |request, timeout| request.timeout(timeout));
        let response = request.send().await.and_then(reqwest::Response::error_for_status).expect("an answer");
        types::account(&response.bytes().await.expect("a body"))
    }

    async fn bare_post(&self, timeout: Option<Duration>) -> types::Balance {
        let form = [("login", LOGIN), ("key", KEY), ("json", "1"), ("command", "getBalance")];
        let request = self.bare.post(format!("{}/apih.php", self.origin)).form(&form);
        let request = timeout.into_iter().fold(request, |request, timeout| request.timeout(timeout));
        let response = request.send().await.and_then(reqwest::Response::error_for_status).expect("an answer");
        types::balance(&response.bytes().await.expect("a body"))
    }

    async fn ours_get(&self) -> usize {
        self.macloud.call(&GetAccount::new()).await.map_or(0, |value| length(value.account.name))
    }

    async fn ours_post(&self) -> usize {
        self.rootpanel.call(&GetBalance::new()).await.map_or(0, |value| length(value.currency))
    }

    /// Checks that both sides read the same values, so that the comparison is fair.
    async fn check(&self) {
        let (ours, bare) = (self.macloud.call(&GetAccount::new()).await, self.bare_get(None).await);
        types::assert_same(ours.expect("an account"), bare);
        let (ours, bare) = (self.rootpanel.call(&GetBalance::new()).await, self.bare_post(None).await);
        let ours = ours.expect("a balance");
        assert_eq!((ours.amount, ours.currency), (bare.amount, bare.currency));
    }
}

fn names() -> [String; 3] {
    let bare = format!("reqwest {}, bare", version("reqwest"));
    [bare, "hostkit-reqwest".to_owned(), "reqwest with a time-out".to_owned()]
}

/// Runs all races.
pub fn run(address: &str, seconds: u64) {
    for (what, calls) in [("GET", GET), ("POST", POST)] {
        one(address, what, &calls, seconds);
        many(address, what, &calls, 64, 50, seconds);
    }
}

/// Sequential calls.
fn one(address: &str, what: &str, calls: &[One], seconds: u64) {
    let (runtime, callers, names) = (runtime(1), Callers::new(address), names());
    runtime.block_on(callers.check());
    let names = names.each_ref().map(String::as_str);
    race::race(&format!("{what}, 1 at a time"), seconds, &names, |index, times| {
        times.lap(200, |taken| {
            runtime.block_on(async {
                for _ in 0..200 {
                    let start = Instant::now();
                    assert_ne!(calls[index](Arc::clone(&callers)).await, 0);
                    taken.push(start.elapsed().as_secs_f64());
                }
            });
        });
    });
}

/// `tasks` concurrent tasks on two threads.
fn many(address: &str, what: &str, calls: &[One], tasks: usize, each: usize, seconds: u64) -> Vec<Cost> {
    let (runtime, callers, names) = (runtime(2), Callers::new(address), names());
    runtime.block_on(callers.check());
    let names = names.each_ref().map(String::as_str);
    race::race(&format!("{what}, {tasks} at a time"), seconds, &names, |index, times| {
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
pub fn grow(address: &str, seconds: u64) {
    let few = many(address, "GET", &GET, 6, 250, seconds);
    let many = many(address, "GET", &GET, 60, 25, seconds);
    crate::growth("hostkit-reqwest", &few[1], &many[1]);
    crate::growth("reqwest, bare", &few[0], &many[0]);
    let (runtime, callers) = (runtime(2), Callers::new(address));
    held::assert_nothing_is_left("hostkit-reqwest", |calls| crowd(&runtime, &callers, GET[1], 64, calls / 64));
}

/// Repeats the calls of one caller, for a profiler.
pub fn profile(address: &str, which: &str, count: usize) {
    let (runtime, callers) = (runtime(1), Callers::new(address));
    let calls = if which.contains("post") { POST } else { GET };
    let call = calls[usize::from(which.contains("ours"))];
    runtime.block_on(async {
        callers.check().await;
        for _ in 0..count {
            assert_ne!(call(Arc::clone(&callers)).await, 0);
        }
    });
}
