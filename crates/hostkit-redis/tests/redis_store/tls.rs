//! A server that is reached in TLS: whom the store believes, what it says of it, and what passes the network.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::common::{PASSWORD, Redis};
use hostkit::RateStore;
use hostkit::machinery::ClientCore;
use hostkit::store::{Change, Store, StoreKey};
use hostkit_net::testing::CERTIFICATE;
use hostkit_redis::RedisStore;
use hostkit_store_tests::{Get, Place, Server, Shop, client_of, config, customer};

const LONG: Duration = Duration::from_secs(10);
const USER: &str = "canary-user-0001";

/// The same server, in TLS.
struct InTls(Redis);

impl Place for InTls {
    type Store = RedisStore;

    const CHILD: &str = "tls::child";

    fn new(_: &str) -> Option<Self> {
        Redis::start_tls(&[]).map(Self)
    }

    fn address(&self) -> String {
        url(&format!(":{PASSWORD}"), "localhost", self.0.tls_port)
    }

    fn open(address: &str) -> RedisStore {
        RedisStore::open(address).unwrap().root_certificates(CERTIFICATE).unwrap()
    }

    fn entries(&self) -> Vec<Vec<u8>> {
        self.0.entries()
    }
}

/// Not a test of its own: what the other processes run.
#[test]
fn child() {
    hostkit_store_tests::child::<InTls>();
}

hostkit_store_tests::store_tests! { InTls:
    many_processes_sign_in_once_for_each_expiry
    wrong_credentials_are_tried_once
}

fn url(who: &str, host: &str, port: u16) -> String {
    format!("rediss://{who}@{host}:{port}/")
}

/// A way to a port that keeps what passes, in both directions.
fn tapped(to: u16) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
    let ear = Arc::clone(&heard);
    let listen = move |mut from: TcpStream, mut into: TcpStream| {
        let ear = Arc::clone(&ear);
        std::thread::spawn(move || {
            let mut bytes = [0; 1 << 16];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                ear.lock().unwrap().extend_from_slice(&bytes[..count]);
                if into.write_all(&bytes[..count]).is_err() {
                    return;
                }
            }
            let _ = into.shutdown(std::net::Shutdown::Write);
        });
    };
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            listen(client.try_clone().unwrap(), server.try_clone().unwrap());
            listen(server, client);
        }
    });
    (port, heard)
}

/// What one call with a store comes to, as an error and as all that it prints; nothing of it is a secret.
fn told(store: RedisStore) -> Result<(), String> {
    let server = Server::start();
    let shown = format!("{store:?}");
    let result = client_of(config(server.base(), store, LONG)).call(&Get);
    let told = result.as_ref().map_or_else(|error| format!("{error} {error:?}"), |_| String::new());
    for secret in [PASSWORD, USER, "canary-wrong"] {
        assert!(!told.contains(secret) && !shown.contains(secret), "{told} {shown}");
    }
    if result.is_err() {
        assert_eq!(server.gets(), 0, "without the store nothing that has a limit is sent");
    }
    result.map(drop).map_err(|_| told)
}

#[test]
fn a_network_hears_nothing_of_what_the_store_keeps() {
    let Some(redis) = Redis::start_tls(&[]) else { return };
    let secrets = [PASSWORD.as_bytes(), b"canary%2Dtoken", b"EVAL", b"AUTH", b"hostkit:"];
    let holds = |heard: &Mutex<Vec<u8>>| {
        let heard = heard.lock().unwrap();
        secrets.map(|secret| heard.windows(secret.len()).any(|bytes| bytes == secret))
    };
    let (port, heard) = tapped(redis.port);
    told(RedisStore::open(&format!("redis://:{PASSWORD}@localhost:{port}/")).unwrap()).unwrap();
    assert_eq!(holds(&heard), [true; 5], "the control: without TLS it hears it all");
    let (port, heard) = tapped(redis.tls_port);
    let store = RedisStore::open(&url(&format!(":{PASSWORD}"), "localhost", port)).unwrap();
    told(store.root_certificates(CERTIFICATE).unwrap().prefix("in-tls")).unwrap();
    assert_eq!(holds(&heard), [false; 5]);
    assert!(heard.lock().unwrap().len() > 1_000);
    assert_eq!(redis.keys().iter().filter(|key| key.starts_with("in-tls:")).count(), 2);
    println!("real: redis | TLS | a root of its own: the entries are kept, 0 of 5 words on the wire; 5 without TLS");
}

#[test]
fn a_certificate_decides_before_the_password_is_sent() {
    let Some(redis) = Redis::start_tls(&[]) else { return };
    let who = format!(":{PASSWORD}");
    for (host, roots, why) in
        [("localhost", None, "UnknownIssuer"), ("127.0.0.1", Some(CERTIFICATE), "not valid for name")]
    {
        let store = RedisStore::open(&url(&who, host, redis.tls_port)).unwrap();
        let store = roots.map_or_else(|| store.clone(), |roots| store.clone().root_certificates(roots).unwrap());
        let error = told(store).unwrap_err();
        assert!(error.contains("TLS failed: invalid peer certificate") && error.contains(why), "{error}");
        println!("real: redis | TLS | {why}: refused, nothing sent");
    }
    let mut connection = redis.connect().unwrap();
    let told: String = redis::cmd("INFO").arg("commandstats").query(&mut connection).unwrap();
    assert!(!told.contains("cmdstat_eval") && told.contains("cmdstat_auth"), "the control has signed in: {told}");
    assert!(redis.keys().is_empty());
}

#[test]
fn users_and_passwords_are_the_servers_to_judge() {
    let Some(redis) = Redis::start_tls(&["--user", USER, "on", &format!(">{PASSWORD}"), "~*", "+@all"]) else { return };
    let store = |who: &str| {
        RedisStore::open(&url(who, "localhost", redis.tls_port)).unwrap().root_certificates(CERTIFICATE).unwrap()
    };
    told(store(&format!("{USER}:{PASSWORD}"))).unwrap();
    for who in [":canary-wrong", &format!("{USER}:canary-wrong"), &format!("canary-wrong:{PASSWORD}")] {
        let error = told(store(who)).unwrap_err();
        assert!(error.contains("refuses the user or the password (WRONGPASS)"), "{error}");
    }
    println!("real: redis | TLS | a user of its own: kept; wrong password, wrong user: refused, neither is told");
}

#[test]
fn a_server_that_asks_for_more_or_for_less_is_told_of() {
    let Some(redis) = Redis::start_tls(&["--tls-auth-clients", "yes"]) else { return };
    let store = |port| {
        let store = RedisStore::open(&url(&format!(":{PASSWORD}"), "localhost", port)).unwrap();
        store.root_certificates(CERTIFICATE).unwrap()
    };
    let error = told(store(redis.tls_port)).unwrap_err();
    assert!(error.contains("TLS failed") && error.contains("CertificateRequired"), "{error}");
    // A server that speaks no TLS waits for the rest of a command.
    let error = told(store(redis.port).patience(Duration::from_millis(300))).unwrap_err();
    assert!(error.contains("does not answer in time"), "{error}");
    let plain = RedisStore::open(&format!("redis://:{PASSWORD}@localhost:{}/", redis.tls_port)).unwrap();
    let error = told(plain).unwrap_err();
    assert!(error.contains("Redis at localhost"), "{error}");
}

#[test]
fn a_connection_that_ended_is_replaced_and_one_that_hangs_is_left() {
    let Some(place) = InTls::new("") else { return };
    let server = Server::start();
    let store = InTls::open(&place.address()).patience(Duration::from_millis(500));
    let client = client_of(config(server.base(), store.clone(), LONG));
    for _ in 0..3 {
        client.call(&Get).unwrap();
        let mut connection = place.0.connect().unwrap();
        let killed: u64 = redis::cmd("CLIENT").arg(&["KILL", "TYPE", "normal"]).query(&mut connection).unwrap();
        assert!(killed >= 1, "the control: {killed}");
    }
    place.0.signal("STOP");
    for client in [client, client_of(config(server.base(), store, LONG))] {
        let start = Instant::now();
        let error = client.call(&Get).unwrap_err();
        assert!(error.to_string().contains("does not answer in time"), "{error}");
        // The session's store is asked for, and then that of the limits.
        assert!(start.elapsed() < Duration::from_millis(1_500), "{:?}", start.elapsed());
    }
}

/// Keeps how the last change ended, and after how long.
#[derive(Debug, Clone)]
struct Watched(RedisStore, Arc<Mutex<Option<(ErrorKind, Duration)>>>);

impl Store for Watched {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let start = Instant::now();
        let result = self.0.change(key, change);
        *self.1.lock().unwrap() = result.as_ref().err().map(|error| (error.kind(), start.elapsed()));
        result
    }
}

/// Gives a byte now and then, so that no single read takes long: the head of a long record of a handshake, or of an answer.
#[test]
fn a_server_that_drips_gets_the_patience_and_no_more() {
    for (scheme, head) in [("rediss", &b"\x16\x03\x03\x3f\x00\x02"[..]), ("redis", b"$8000\r\n")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                std::thread::spawn(move || {
                    for byte in head.iter().chain(std::iter::repeat(&b'x')) {
                        if client.write_all(&[*byte]).is_err() {
                            return;
                        }
                        std::thread::sleep(Duration::from_millis(20));
                    }
                });
            }
        });
        let store = RedisStore::open(&format!("{scheme}://localhost:{port}")).unwrap();
        let store = Watched(store.patience(Duration::from_millis(300)), Arc::default());
        let server = Server::start();
        let config = ClientCore::<Shop>::builder(customer()).base_url(server.base());
        assert!(client_of(config.rate_store(RateStore::new(store.clone(), "account"))).call(&Get).is_err());
        let (kind, took) = store.1.lock().unwrap().take().unwrap();
        assert_eq!(kind, ErrorKind::TimedOut, "{scheme}");
        assert!((290..450).contains(&took.as_millis()), "{scheme}: {took:?}");
    }
}
