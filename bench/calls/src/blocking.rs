//! hostkit-ureq beside bare ureq.

use std::time::Instant;

use hostkit_ureq::Client;
use macloud_proto::Macloud;
use macloud_proto::account::GetAccount;
use rootpanel_proto::RootPanel;
use rootpanel_proto::account::GetBalance;
use ureq::Agent;

use crate::race::Times;
use crate::{KEY, LOGIN, TOKEN, held, race, types};

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
    macloud: Client<Macloud>,
    rootpanel: Client<RootPanel>,
}

impl Callers {
    pub fn new(address: &str) -> Self {
        let origin = format!("http://{address}");
        let base = || origin.parse().expect("a base URL");
        // ureq keeps only 3 idle connections per host by default, which would make the comparison unfair.
        let bare = Agent::config_builder().max_idle_connections(64).max_idle_connections_per_host(64);
        let macloud = Client::builder(macloud_proto::Credentials::token(TOKEN)).base_url(base()).build();
        let rootpanel = Client::builder(rootpanel_proto::Credentials::api_key(LOGIN, KEY)).base_url(base()).build();
        Self {
            bare: bare.build().into(),
            macloud: macloud.expect("a client"),
            rootpanel: rootpanel.expect("a client"),
            origin,
        }
    }

    fn bare_get(&self) -> types::Account {
        let request = self.bare.get(format!("{}/v1/account", self.origin)).header("authorization", TOKEN);
        let mut response = request.header("accept", "application/json").call().expect("an answer");
        types::account(&response.body_mut().read_to_vec().expect("a body"))
    }

    fn bare_post(&self) -> types::Balance {
        let form = [("login", LOGIN), ("key", KEY), ("json", "1"), ("command", "getBalance")];
        let mut response = self.bare.post(format!("{}/apih.php", self.origin)).send_form(form).expect("an answer");
        types::balance(&response.body_mut().read_to_vec().expect("a body"))
    }

    /// Checks that both sides read the same values, so that the comparison is fair.
    fn check(&self) {
        let (ours, bare) = (self.macloud.call(&GetAccount::new()).expect("an account"), self.bare_get());
        types::assert_same(ours, bare);
        let (ours, bare) = (self.rootpanel.call(&GetBalance::new()).expect("a balance"), self.bare_post());
        let currency = ours.currency.map(|code| code.to_string());
        assert_eq!((ours.amount.amount, currency), (bare.amount, bare.currency));
    }

    /// The peer's call, then ours.
    fn get(&self) -> [One<'_>; 2] {
        let account = GetAccount::new();
        [
            Box::new(|| self.bare_get().account.name.len()),
            Box::new(move || self.macloud.call(&account).map_or(0, |value| length(value.account.name))),
        ]
    }

    /// The peer's call, then ours.
    fn post(&self) -> [One<'_>; 2] {
        let balance = GetBalance::new();
        [
            Box::new(|| length(self.bare_post().currency)),
            Box::new(move || self.rootpanel.call(&balance).map_or(0, |value| value.currency.map_or(0, |code| code.as_str().len()))),
        ]
    }

    /// Runs all races.
    pub fn run(&self, seconds: f64) {
        self.check();
        for (what, calls) in [("get", self.get()), ("post", self.post())] {
            race::print(&format!("ureq-{what}-1"), "ureq", one(&calls, seconds));
            race::print(&format!("ureq-{what}-64"), "ureq", many(&calls, 64, 50, seconds));
        }
    }

    /// Compares the cost per call at ten times the callers, and checks that many calls leave nothing behind.
    pub fn grow(&self, seconds: f64) {
        self.check();
        let calls = self.get();
        let few = many(&calls, 6, 250, seconds);
        race::print_growth("growth-callers-ureq", "ureq", few, many(&calls, 60, 25, seconds));
        held::assert_nothing_is_left("hostkit-ureq", |count| crowd(&calls[1], 64, count / 64));
    }

    /// Repeats one side's calls, for a profiler.
    pub fn profile(&self, is_post: bool, index: usize, count: usize) {
        self.check();
        let calls = if is_post { self.post() } else { self.get() };
        let call = &calls[index];
        race::profile_lap(&mut || (0..count).for_each(|_| assert_ne!(call(), 0)));
    }
}

/// Sequential calls.
fn one(calls: &[One<'_>; 2], seconds: f64) -> [Times; 2] {
    race::race(seconds, |index, times| {
        times.lap(200, |taken| {
            for _ in 0..200 {
                let start = Instant::now();
                assert_ne!(calls[index](), 0);
                taken.push(start.elapsed().as_secs_f64());
            }
        });
    })
}

/// `threads` concurrent threads.
fn many(calls: &[One<'_>; 2], threads: usize, each: usize, seconds: f64) -> [Times; 2] {
    race::race(seconds, |index, times| {
        times.lap(threads * each, |_| crowd(&calls[index], threads, each));
    })
}
