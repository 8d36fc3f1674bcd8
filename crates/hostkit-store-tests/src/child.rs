//! Child processes of the tests: the test binary starts itself, with its task in the environment.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hostkit::machinery::FromParts;

use crate::{Free, Get, Place, Server, client_of, config};

const ORDERS: &str = "HOSTKIT_STORE_TEST_ORDERS";
const SERVER: &str = "HOSTKIT_STORE_TEST_SERVER";
const STORE: &str = "HOSTKIT_STORE_TEST_STORE";

/// The entry point of a child process; does nothing without a task.
#[doc(hidden)]
pub fn child<P: Place>() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let base = std::env::var(SERVER).unwrap().parse().unwrap();
    let store = P::open(&std::env::var(STORE).unwrap());
    let deadline = Duration::from_secs(20);
    match orders.split_once(' ').unwrap() {
        ("blocking", calls) => {
            let client = client_of(config(base, store, deadline));
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope
                        .spawn(|| (0..calls.parse().unwrap()).for_each(|_| assert_eq!(client.call(&Free).unwrap(), 7)));
                }
            });
        }
        ("async", calls) => {
            let core = config(base, store, deadline).build().unwrap();
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
            // Sixteen callers share a small limit without fairness, so the deadline is generous.
            let client = client_of(config(base, store, Duration::from_secs(60)));
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
            let error = client_of(config(base, store, deadline)).call(&Free).unwrap_err();
            assert_eq!(error.kind(), hostkit::ErrorKind::SignIn, "{error}");
        }
        // Is killed while it signs in at a slow server.
        ("victim", seconds) => {
            let deadline = Duration::from_secs(seconds.parse().unwrap());
            let _ = client_of(config(base, store, deadline)).call(&Free);
        }
        (other, _) => panic!("no such task: {other}"),
    }
}

/// Starts a child process with a task.
pub(crate) fn spawn<P: Place>(server: &Server, place: &P, orders: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([P::CHILD, "--exact", "--nocapture"])
        .env(ORDERS, orders)
        .env(SERVER, server.base().to_string())
        .env(STORE, place.address())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
