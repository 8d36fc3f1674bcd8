//! Name resolution by the system's resolver with a misbehaving name server: calls return by their deadline, what could
//! not connect was not sent, and one thread looks up a name.
//!
//! The system's resolver reads its name server from `/etc/resolv.conf`, so the test starts itself again in namespaces
//! with its own copy of that file and its own network.

use std::process::Command;
use std::time::{Duration, Instant};

use hostkit::{CallOptions, Error, Rates};
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use rootpanel_proto::orders::CreateOrder;
use rootpanel_proto::tariffs::GetTarifs;
use rootpanel_proto::types::TariffId;
use rootpanel_proto::{Credentials, RootPanel};
use tokio::runtime::Runtime;

use crate::real::name_server::{Manner, NameServer};
use crate::real::program::{Folder, is_wanted};

/// Set in the process inside the namespaces.
const INSIDE: &str = "HOSTKIT_REAL_INSIDE";

/// Enters with an empty hosts file, so that `localhost`, the only name allowed with plain http, is resolved by the name
/// server.
const ENTER: &str = r#"
ip link set lo up || exit 1
mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/hosts" /etc/hosts || exit 1
shift; exec "$@"
"#;

const DEADLINE: Duration = Duration::from_millis(400);
const GRACE: Duration = Duration::from_millis(250);

#[test]
fn names_of_a_name_server_that_misbehaves() {
    if !is_wanted("names") {
        return;
    }
    let folder = Folder::new();
    std::fs::write(folder.path().join("resolv.conf"), "nameserver 127.0.0.1\nsearch .\n").unwrap();
    std::fs::write(folder.path().join("hosts"), "").unwrap();
    let told = Command::new("unshare")
        .args(["--map-root-user", "--mount", "--net", "sh", "-c", ENTER, "enter"])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "real::names::inside", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    print!("{}", String::from_utf8_lossy(&told.stdout));
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert!(String::from_utf8_lossy(&told.stdout).contains("real: names | Silent"), "it ran nothing");
}

/// Not a test of its own: the part that runs inside the namespaces.
#[test]
fn inside() {
    if std::env::var(INSIDE).is_err() {
        return;
    }
    without_a_name_server();
    let server = NameServer::start();
    for manner in [
        Manner::Right,
        Manner::Alias,
        Manner::Late(Duration::from_millis(100)),
        Manner::Truncated,
        Manner::WrongIdFirst,
        Manner::SixToo,
        Manner::ClosedFirst,
        Manner::OnlySix,
        Manner::Closed,
        Manner::NoAddress,
        Manner::NoSuchName,
        Manner::Failing,
        Manner::Refusing,
        Manner::Late(4 * DEADLINE),
        Manner::Silent,
        Manner::HalfSilent,
        Manner::TruncatedThenSilent,
        Manner::Garbage,
        Manner::WrongId,
        Manner::OtherName,
    ] {
        server.set(manner);
        let clients = std::thread::scope(|scope| {
            let one = |is_blocking| scope.spawn(move || one(manner, is_blocking));
            [true, false].map(one).map(|client| client.join().unwrap())
        });
        server.set(Manner::Right);
        if answers_soon(manner) {
            // Addresses from before are not used any more.
            assert_eq!(
                clients.map(|(client, _sandbox)| client.order(Duration::from_secs(5))),
                ["done", "done"],
                "{manner:?}"
            );
        }
    }
    assert!(server.asked() >= 20, "the system's resolver asks somebody else");
    many_in_a_row(&server);
}

/// Either client, with default settings but for the rate limits.
enum Client {
    Blocking(hostkit_ureq::Client<RootPanel>),
    Async(hostkit_reqwest::Client<RootPanel>, Runtime),
}

impl Client {
    fn new(is_blocking: bool, sandbox: &Sandbox) -> Self {
        let who = Credentials::api_key(credentials::ROOTPANEL_LOGIN, credentials::ROOTPANEL_KEY);
        let base = sandbox.named_url(ApiName::ROOTPANEL).parse().unwrap();
        let none = Rates::new(&[]);
        if is_blocking {
            let client = hostkit_ureq::Client::builder(who).base_url(base).rates(none);
            return Self::Blocking(client.build().unwrap());
        }
        let client = hostkit_reqwest::Client::builder(who).base_url(base).rates(none);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self::Async(client.build().unwrap(), runtime.unwrap())
    }

    fn read(&self, deadline: Duration) -> Result<(), Error<<RootPanel as hostkit::Api>::Code>> {
        let options = CallOptions::new().deadline(deadline);
        let call = GetTarifs::new();
        match self {
            Self::Blocking(client) => client.with(options).call_full(&call).map(drop),
            Self::Async(client, runtime) => runtime.block_on(client.with(options).call_full(&call)).map(drop),
        }
    }

    /// The outcome of an order.
    fn order(&self, deadline: Duration) -> &'static str {
        let options = CallOptions::new().deadline(deadline);
        let order = CreateOrder::new(TariffId::new(1), 1);
        match self {
            Self::Blocking(client) => client.with(options).perform_full(&order).as_str(),
            Self::Async(client, runtime) => runtime.block_on(client.with(options).perform_full(&order)).as_str(),
        }
    }
}

fn name(is_blocking: bool) -> &'static str {
    if is_blocking { "blocking" } else { "async" }
}

/// Whether a call must get through.
fn expected(manner: Manner) -> bool {
    match manner {
        Manner::Right
        | Manner::Alias
        | Manner::Truncated
        | Manner::WrongIdFirst
        | Manner::SixToo
        | Manner::ClosedFirst => true,
        Manner::Late(pause) => pause < DEADLINE,
        _ => false,
    }
}

/// Whether the system's resolver can answer before the deadline.
fn answers_soon(manner: Manner) -> bool {
    let is_silent = matches!(manner, Manner::Silent | Manner::HalfSilent | Manner::TruncatedThenSilent);
    !is_silent && !matches!(manner, Manner::WrongId | Manner::OtherName)
}

/// Makes a call that reads and one that orders.
fn one(manner: Manner, is_blocking: bool) -> (Client, Sandbox) {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(is_blocking, &sandbox);
    let start = Instant::now();
    let read = client.read(DEADLINE);
    let read_in = start.elapsed();
    let start = Instant::now();
    let order = client.order(DEADLINE);
    let ordered_in = start.elapsed();
    let arrivals = sandbox.ledger().arrivals("create_order");
    let said = read.as_ref().map_or_else(ToString::to_string, |()| "done".to_owned());
    let said = said.trim_start_matches("get_tarifs: ");
    println!(
        "real: names | {manner:?} | {} | read: {said} in {:.0?} | order: {} in {:.0?}, {arrivals} arrived",
        name(is_blocking),
        read_in,
        order,
        ordered_in,
    );
    assert!(read_in < DEADLINE + GRACE && ordered_in < DEADLINE + GRACE);
    if expected(manner) {
        assert_eq!((read.is_ok(), order, arrivals), (true, "done", 1), "{manner:?}");
    } else {
        assert_eq!((read.is_ok(), order, arrivals), (false, "not sent", 0), "{manner:?}");
        assert_eq!(sandbox.connections(), 0);
    }
    (client, sandbox)
}

/// First no server listens on the port, then one does.
fn without_a_name_server() {
    for is_blocking in [true, false] {
        let sandbox = Sandbox::start().unwrap();
        let client = Client::new(is_blocking, &sandbox);
        let start = Instant::now();
        let order = client.order(Duration::from_secs(5));
        let took = start.elapsed();
        println!("real: names | no name server | {} | order: {} in {took:.0?}", name(is_blocking), order);
        assert_eq!(order, "not sent");
        assert!(took < Duration::from_secs(5) + GRACE);
    }
}

/// Places twenty orders one after the other while the name server is silent, for which one thread looks up; then it
/// answers again.
fn many_in_a_row(server: &NameServer) {
    let start = Instant::now();
    while resolvers() > 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "the questions of before do not end");
        std::thread::sleep(Duration::from_millis(50));
    }
    for is_blocking in [true, false] {
        server.set(Manner::Silent);
        let sandbox = Sandbox::start().unwrap();
        let client = Client::new(is_blocking, &sandbox);
        let (threads_before, files_before) = (count("task"), count("fd"));
        let (mut asking, mut threads, mut files, mut late) = (0, 0, 0, Duration::ZERO);
        for _ in 0..20 {
            let start = Instant::now();
            assert_eq!(client.order(DEADLINE / 2), "not sent");
            late = late.max(start.elapsed().saturating_sub(DEADLINE / 2));
            asking = asking.max(resolvers());
            threads = threads.max(count("task"));
            files = files.max(count("fd"));
        }
        assert!(late < GRACE, "{late:?}");
        assert_eq!(asking, 1, "threads that ask for the name");
        assert!(threads <= threads_before + 2, "{threads_before} threads grew to {threads}");
        assert!(files <= files_before + 4, "{files_before} files grew to {files}");
        server.set(Manner::Right);
        let start = Instant::now();
        client.read(Duration::from_secs(20)).unwrap();
        let recovered = start.elapsed();
        assert_eq!(client.order(Duration::from_secs(5)), "done");
        println!(
            "real: names | Silent | {} | 20 orders: not sent, at most {late:.0?} late, {asking} thread asks, {threads} \
             threads and {files} files where {threads_before} and {files_before} were; then right: done after {recovered:.1?}",
            name(is_blocking),
        );
        assert_eq!((sandbox.ledger().arrivals("create_order"), resolvers()), (1, 0));
    }
}

/// The number of threads that wait for the system's resolver.
fn resolvers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("hostkit-resolve")).count()
}

/// The number of threads or open files of the process.
fn count(what: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count()
}
