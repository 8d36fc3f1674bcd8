//! Several processes with one folder: this test binary starts itself, with its orders in the environment.

#![allow(clippy::unwrap_used, reason = "a test")]
mod common;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Folder, Free, Get, Server, blocking, client, config};

const ORDERS: &str = "HOSTKIT_STORE_TEST_ORDERS";
const PLACE: &str = "HOSTKIT_STORE_TEST_PLACE";
const FOLDER: &str = "HOSTKIT_STORE_TEST_FOLDER";

/// Not a test of its own: what the other processes run.
#[test]
fn child() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let base = std::env::var(PLACE).unwrap().parse().unwrap();
    let folder = std::path::PathBuf::from(std::env::var(FOLDER).unwrap());
    let deadline = Duration::from_secs(20);
    match orders.split_once(' ').unwrap() {
        ("blocking", calls) => {
            let client = blocking(base, &folder, deadline);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope
                        .spawn(|| (0..calls.parse().unwrap()).for_each(|_| assert_eq!(client.call(&Free).unwrap(), 7)));
                }
            });
        }
        ("async", calls) => {
            let core = config(base, &folder, deadline).build().unwrap();
            let client = hostkit_reqwest::Client::from_parts(core, hostkit_reqwest::ReqwestTransport::new().unwrap());
            let calls: usize = calls.parse().unwrap();
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let tasks: Vec<_> = (0..4)
                    .map(|_| {
                        let client = client.clone();
                        tokio::spawn(async move {
                            for _ in 0..calls {
                                assert_eq!(client.call(&Free).await.unwrap(), 7);
                            }
                        })
                    })
                    .collect();
                for task in tasks {
                    task.await.unwrap();
                }
            });
        }
        ("limited", seconds) => {
            // Sixteen callers share a small limit, and nobody promises them turns: the deadline is a generous one.
            let client = blocking(base, &folder, Duration::from_secs(60));
            let end = Instant::now() + Duration::from_secs(seconds.parse().unwrap());
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        while Instant::now() < end {
                            client.call(&Get).unwrap();
                        }
                    });
                }
            });
        }
        ("refused", _) => {
            let error = blocking(base, &folder, deadline).call(&Free).unwrap_err();
            assert_eq!(error.kind(), hostkit::ErrorKind::SignIn, "{error}");
        }
        // Signs in with a server that is slow, and is killed meanwhile.
        ("victim", seconds) => {
            let deadline = Duration::from_secs(seconds.parse().unwrap());
            let _ = blocking(base, &folder, deadline).call(&Free);
        }
        (other, _) => panic!("no such order: {other}"),
    }
}

fn spawn(server: &Server, folder: &Folder, orders: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(ORDERS, orders)
        .env(PLACE, server.base().to_string())
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn run(server: &Server, folder: &Folder, orders: &[&str]) {
    let children: Vec<_> = orders.iter().map(|orders| spawn(server, folder, orders)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

const MIXED: &[&str] = &["blocking 5", "async 5", "blocking 5", "async 5", "blocking 5", "async 5"];

#[test]
fn many_processes_sign_in_once_for_each_expiry() {
    let (server, folder) = (Server::start(), Folder::new("expiry"));
    server.slow(Duration::from_millis(100));
    for round in 1..=5 {
        // The token that the folder holds is refused from now on.
        server.revoke();
        run(&server, &folder, MIXED);
        assert_eq!(server.sign_ins(), round);
    }
    println!("{} processes, 5 expiries, {} sign-ins, {} calls", MIXED.len(), server.sign_ins(), server.gets());
}

#[test]
fn clients_that_held_the_expired_token_sign_in_once() {
    let (server, folder) = (Server::start(), Folder::new("held"));
    let clients: Vec<_> = (0..8).map(|_| client(&server, &folder, Duration::from_secs(20))).collect();
    for round in 1..=20 {
        std::thread::scope(|scope| {
            for client in &clients {
                scope.spawn(|| client.call(&Free).unwrap());
            }
        });
        assert_eq!(server.sign_ins(), round);
        server.revoke();
    }
    println!("8 clients, 20 expiries, {} sign-ins", server.sign_ins());
}

#[test]
fn without_a_store_each_process_signs_in() {
    // The control: what counts above is the store.
    let (server, one, two) = (Server::start(), Folder::new("one"), Folder::new("two"));
    run(&server, &one, MIXED);
    run(&server, &two, &["blocking 1"]);
    assert!(server.sign_ins() >= 2);
}

#[test]
fn wrong_credentials_are_tried_once() {
    let (server, folder) = (Server::start(), Folder::new("wrong"));
    server.refuse();
    run(&server, &folder, &["refused 1"; 6]);
    assert_eq!(server.sign_ins(), 1);
}

#[test]
fn the_limit_holds_over_processes() {
    let (server, folder) = (Server::start(), Folder::new("limit"));
    run(&server, &folder, &["limited 8"; 4]);
    let used = server.use_of_limit();
    println!("4 processes, {} calls, {:.1} % of the limit, 0 violations", server.gets(), 100.0 * used);
    assert_eq!(server.violations(), 0);
    assert!(used > 0.5, "{used}");
}

#[test]
fn a_process_that_dies_while_it_signs_in_stops_the_others_until_its_deadline() {
    let (server, folder) = (Server::start(), Folder::new("victim"));
    server.slow(Duration::from_secs(60));
    let mut victim = spawn(&server, &folder, "victim 3");
    let start = Instant::now();
    while server.sign_ins() == 0 {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(5));
    }
    let start = Instant::now();
    victim.kill().unwrap();
    victim.wait().unwrap();
    server.slow(Duration::ZERO);
    client(&server, &folder, Duration::from_secs(20)).call(&Free).unwrap();
    let waited = start.elapsed();
    println!("the next process waited {waited:.1?}");
    assert!(waited > Duration::from_secs(1), "the control: the lease was held");
    assert!(waited < Duration::from_millis(3_500), "{waited:?}");
    assert_eq!(server.sign_ins(), 2);
}

#[test]
fn a_caller_that_gives_up_passes_the_sign_in_on_at_once() {
    let (server, folder) = (Server::start(), Folder::new("gives-up"));
    server.slow(Duration::from_secs(2));
    let first = client(&server, &folder, Duration::from_millis(300));
    assert!(first.call(&Free).is_err());
    server.slow(Duration::ZERO);
    let start = Instant::now();
    client(&server, &folder, Duration::from_secs(20)).call(&Free).unwrap();
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}

#[test]
fn processes_killed_at_any_moment_leave_whole_files() {
    let (server, folder) = (Server::start(), Folder::new("killed"));
    for number in 0..12_u64 {
        let mut child = spawn(&server, &folder, "limited 5");
        std::thread::sleep(Duration::from_millis(60 + 7 * number));
        child.kill().unwrap();
        child.wait().unwrap();
        if number % 3 == 0 {
            server.revoke();
        }
    }
    // What they had under way counts until their deadline; what has no limit goes at once.
    let start = Instant::now();
    client(&server, &folder, Duration::from_secs(30)).call(&Free).unwrap();
    println!("after 12 kills the next process waited {:.1?}", start.elapsed());
    for entry in std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_some_and(|ending| ending == "entry") {
            let text = std::fs::read_to_string(&entry).unwrap();
            let last = text.lines().last().unwrap();
            assert!(text.starts_with("hostkit 1 ") && last.starts_with("end ") && text.ends_with('\n'), "{entry:?}");
        }
    }
    assert_eq!(server.violations(), 0);
}
