//! A real nginx that caches lists for minutes and says nothing of their age: an order whose answer is lost is looked for
//! in lists from before it.

use std::time::Duration;

use clodo_proto::servers::CreateServer;
use clodo_proto::types::ServerSummary;
use clodo_proto::{Clodo, Code};
use hostkit::protocol::evidence::Doubt;
use hostkit::time::{Clock, Moment, Now};
use hostkit::{Recovery, UnixTime};
use hostkit_sandbox::Sandbox;

use crate::real::nginx::nginx;
use crate::real::program::is_wanted;
use crate::unresolved::ground::{clodo, open, strike};
use crate::unresolved::orders::clodo_server;
use hostkit_tests::clients::{Client, runtime};

/// How many times faster the clock of client and sandbox runs than that of nginx. At this speed the
/// quarter of an hour after which absence counts takes nine seconds.
const SPEED: u32 = 100;

/// The sandbox's clock as that of a client: time passes, and waiting takes real time.
#[derive(Debug, Clone)]
struct Fast(hostkit_sandbox::Clock);

impl Clock for Fast {
    fn now(&self) -> Now {
        let wall = self.0.now().since(hostkit_sandbox::Moment::default());
        let seconds = i64::try_from(wall.as_secs()).unwrap();
        Now { monotonic: Moment::START + wall, wall: UnixTime(seconds) }
    }

    fn sleep(&self, until: Moment) -> Duration {
        until.since(self.now().monotonic) / SPEED
    }

    fn patience(&self, until: Moment) -> Duration {
        self.sleep(until)
    }
}

/// It keeps a list for two to four seconds, which are at most seven minutes of the clients', also if the client asks for
/// a new one: that is nginx's default.
const CACHE: &str = "proxy_cache kept; proxy_cache_valid 200 404 3s; proxy_ignore_headers Cache-Control Expires;";

/// Where nginx keeps the answers, below its own folder.
const KEPT: &str = "proxy_cache_path kept keys_zone=kept:1m;";

/// A client whose calls have six seconds of real time each.
fn client(is_blocking: bool, clock: Fast, base: &str) -> Client<Clodo> {
    let (base, deadline) = (base.parse().unwrap(), Duration::from_secs(600));
    if is_blocking {
        let client = hostkit_ureq::Client::builder(clodo()).base_url(base).clock(clock).deadline(deadline);
        return Client::Blocking(client.build().unwrap());
    }
    let client = hostkit_reqwest::Client::builder(clodo()).base_url(base).clock(clock).deadline(deadline);
    Client::Async(client.build().unwrap(), runtime())
}

/// What became of an order whose answer is lost.
struct Ends {
    said: Recovery<ServerSummary, Code>,
    /// How long the recovery took by the clients' clock.
    took: Duration,
    /// How many lists the hoster gave, that before the order included, and how often the order was carried out.
    lists: usize,
    commits: usize,
}

impl Ends {
    /// Orders a server while `fault` strikes, and looks for it; `earlier` orders exactly like it are answered before.
    fn of(is_blocking: bool, cache: &str, fault: &str, earlier: usize) -> Self {
        let sandbox = Sandbox::start().unwrap();
        let nginx = nginx(&sandbox, 1, KEPT, cache);
        let clock = sandbox.clock();
        clock.set_speed(SPEED);
        let base = format!("http://127.0.0.1:{}/clodo", nginx.port);
        let client = client(is_blocking, Fast(clock.clone()), &base);
        let order = clodo_server(&client, "web");
        for _ in 0..earlier {
            client.perform(&order).into_result().unwrap();
        }
        let count = || (sandbox.ledger().arrivals("list_servers"), sandbox.ledger().commits("create_server"));
        let before = count();
        strike(&sandbox, "create_server", fault);
        let ticket = open(client.perform(&order));
        let start = clock.now();
        let said = client.recover::<CreateServer>(&ticket);
        let took = clock.now().since(start);
        let (lists, commits) = (count().0 - before.0, count().1 - before.1);
        let name = if is_blocking { "blocking" } else { "async" };
        let kept = if cache.is_empty() { "no cache" } else { "a cache without Age" };
        println!(
            "real: nginx | {kept} | {fault}, {earlier} alike before | {name} | committed {commits} | found: {said} | \
             after {} s, {lists} lists of the hoster",
            took.as_secs()
        );
        Self { said, took, lists, commits }
    }
}

fn each(test: impl Fn(bool) + Copy + Send) {
    if is_wanted("nginx") {
        std::thread::scope(|scope| [true, false].map(|is_blocking| scope.spawn(move || test(is_blocking))).len());
    }
}

/// The first reads show the list from before the order.
#[test]
fn an_order_is_found_once_the_cache_lets_go_of_the_old_list() {
    each(|is_blocking| {
        let ends = Ends::of(is_blocking, CACHE, "close-after-commit", 0);
        assert!(matches!(ends.said, Recovery::Happened(_)), "{}", ends.said);
        assert!(ends.took >= Duration::from_secs(100), "the control: old lists came first, not for {:?}", ends.took);
        assert_eq!((ends.lists, ends.commits), (2, 1));
    });
}

/// The control: the first read finds it.
#[test]
fn without_the_cache_an_order_is_found_at_once() {
    each(|is_blocking| {
        let ends = Ends::of(is_blocking, "", "close-after-commit", 0);
        assert!(matches!(ends.said, Recovery::Happened(_)), "{}", ends.said);
        assert!(ends.took < Duration::from_secs(100), "{:?}", ends.took);
        assert_eq!((ends.lists, ends.commits), (2, 1));
    });
}

#[test]
fn an_order_that_never_arrived_is_excluded_after_the_cache_let_go() {
    each(|is_blocking| {
        let ends = Ends::of(is_blocking, CACHE, "close-before", 0);
        assert!(matches!(ends.said, Recovery::DidNot), "{}", ends.said);
        assert!(ends.took >= Duration::from_secs(900), "{:?}", ends.took);
        assert!(ends.lists > 2, "the control: the cache let go {} times", ends.lists);
        assert_eq!(ends.commits, 0);
    });
}

/// The list from before an earlier order is the baseline of the later one: the earlier server looks new.
#[test]
fn an_earlier_order_is_not_taken_for_one_that_never_arrived() {
    each(|is_blocking| {
        let ends = Ends::of(is_blocking, CACHE, "close-before", 1);
        assert!(matches!(ends.said, Recovery::CannotTell(Doubt::OtherCall)), "{}", ends.said);
        assert_eq!(ends.commits, 0);
    });
}
