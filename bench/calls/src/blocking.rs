//! hostkit-ureq beside bare ureq.

use std::time::{Duration, Instant};

use hostkit_ureq::Client;
use macloud_proto::Macloud;
use macloud_proto::account::GetAccount;
use rootpanel_proto::RootPanel;
use rootpanel_proto::account::GetBalance;
use ureq::Agent;

use crate::race::Cost;
use crate::{KEY, LOGIN, TOKEN, held, race, types, version};

/// One call; returns a non-zero value.
type One<'c> = Box<dyn Fn() -> usize + Sync + 'c>;

fn length(text: Option<String>) -> usize {
    text.map_or(0, |text| text.len())
}

/// Makes `each` calls on each of `threads` concurrent threads.
fn crowd(call: &One<'_>, threads: usize, each: usize) {
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..each).for_each(|_| assert_ne!(call(), 0)));
        }
    });
}

/// All callers that take part.
pub struct Callers {
    origin: String,
    bare: Agent,
    limited: Agent,
    macloud: Client<Macloud>,
    rootpanel: Client<RootPanel>,
}

impl Callers {
    pub fn new(address: &str) -> Self {
        let origin = format!("http://{address}");
        let base = || origin.parse().expect("a base URL");
        // ureq keeps only 3 idle connections per host by default, which would make the comparison unfair.
        let bare = || Agent::config_builder().max_idle_connections(64).max_idle_connections_per_host(64);
        let macloud = Client::builder(macloud_proto::Credentials::token(TOKEN)).base_url(base()).build();
        let rootpanel = Client::builder(rootpanel_proto::Credentials::api_key(LOGIN, KEY)).base_url(base()).build();
        Self {
            bare: bare().build().into(),
            limited: bare().timeout_global(Some(Duration::from_secs(30))).build().into(),
            macloud: macloud.expect("a client"),
            rootpanel: rootpanel.expect("a client"),
            origin,
        }
    }

    fn bare_get(&self, agent: &Agent) -> types::Account {
        let request = agent.get(format!("{}/v1/account", self.origin)).header("authorization", TOKEN);
        let mut response = request.header("accept", "application/json").call().expect("an answer");
        types::account(&response.body_mut().read_to_vec().expect("a body"))
    }

    fn bare_post(&self, agent: &Agent) -> types::Balance {
        let form = [("login", LOGIN), ("key", KEY), ("json", "1"), ("command", "getBalance")];
        let mut response = agent.post(format!("{}/apih.php", self.origin)).send_form(form).expect("an answer");
        types::balance(&response.body_mut().read_to_vec().expect("a body"))
    }

    /// Checks that both sides read the same values, so that the comparison is fair.
    fn check(&self) {
        let (ours, bare) = (self.macloud.call(&GetAccount::new()).expect("an account"), self.bare_get(&self.bare));
        types::assert_same(ours, bare);
        let (ours, bare) = (self.rootpanel.call(&GetBalance::new()).expect("a balance"), self.bare_post(&self.bare));
        assert_eq!((ours.amount, ours.currency), (bare.amount, bare.currency));
    }

    fn get(&self) -> Vec<(String, One<'_>)> {
        let account = GetAccount::new();
        vec![
            (format!("ureq {}, bare", version("ureq")), Box::new(|| self.bare_get(&self.bare).account.name.len())),
            (
                "hostkit-ureq".to_owned(),
                Box::new(move || self.macloud.call(&account).map_or(0, |value| length(value.account.name))),
            ),
            ("ureq with timeout_global".to_owned(), Box::new(|| self.bare_get(&self.limited).account.name.len())),
        ]
    }

    fn post(&self) -> Vec<(String, One<'_>)> {
        let balance = GetBalance::new();
        vec![
            (format!("ureq {}, bare", version("ureq")), Box::new(move || length(self.bare_post(&self.bare).currency))),
            (
                "hostkit-ureq".to_owned(),
                Box::new(move || self.rootpanel.call(&balance).map_or(0, |value| length(value.currency))),
            ),
            ("ureq with timeout_global".to_owned(), Box::new(move || length(self.bare_post(&self.limited).currency))),
        ]
    }

    /// Runs all races.
    pub fn run(&self, seconds: u64) {
        self.check();
        for (what, callers) in [("GET", self.get()), ("POST", self.post())] {
            self.one(what, &callers, seconds);
            self.many(what, &callers, 64, 50, seconds);
        }
    }

    /// Sequential calls.
    fn one(&self, what: &str, callers: &[(String, One<'_>)], seconds: u64) {
        let names: Vec<&str> = callers.iter().map(|(name, _)| name.as_str()).collect();
        race::race(&format!("{what}, 1 at a time"), seconds, &names, |index, times| {
            let call = &callers[index].1;
            times.lap(200, |calls| {
                for _ in 0..200 {
                    let start = Instant::now();
                    assert_ne!(call(), 0);
                    calls.push(start.elapsed().as_secs_f64());
                }
            });
        });
    }

    /// `threads` concurrent threads.
    fn many(&self, what: &str, callers: &[(String, One<'_>)], threads: usize, each: usize, seconds: u64) -> Vec<Cost> {
        // Leaves out the caller that starts a resolver thread for every call.
        let names: Vec<&str> = callers.iter().take(2).map(|(name, _)| name.as_str()).collect();
        race::race(&format!("{what}, {threads} at a time"), seconds, &names, |index, times| {
            let call = &callers[index].1;
            times.lap(threads * each, |_| crowd(call, threads, each));
        })
    }

    /// Compares the cost per call at ten times the callers, and checks that many calls leave nothing behind.
    pub fn grow(&self, seconds: u64) {
        self.check();
        let callers = self.get();
        let few = self.many("GET", &callers, 6, 250, seconds);
        let many = self.many("GET", &callers, 60, 25, seconds);
        crate::growth("hostkit-ureq", &few[1], &many[1]);
        crate::growth("ureq, bare", &few[0], &many[0]);
        held::assert_nothing_is_left("hostkit-ureq", |calls| crowd(&callers[1].1, 64, calls / 64));
    }

    /// Repeats the calls of one caller, for a profiler.
    pub fn profile(&self, which: &str, count: usize) {
        self.check();
        let callers = if which.contains("post") { self.post() } else { self.get() };
        let call = &callers[usize::from(which.contains("ours"))].1;
        (0..count).for_each(|_| assert_ne!(call(), 0));
    }
}
