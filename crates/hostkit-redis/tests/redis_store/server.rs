//! What lies in the server, and what comes of it when the server is away, slow, or somebody else's.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::common::{PASSWORD, Redis};
use hostkit::machinery::ClientCore;
use hostkit::protocol::codec::DecodeError;
use hostkit::protocol::evidence::{self, Evidence, Facts, Inputs, Shows};
use hostkit::protocol::{EncodeError, EndpointInfo, Method, RawAnswer, RequestParts};
use hostkit::store::{Change, Store, StoreKey};
use hostkit::{Effect, Endpoint, Perform, RateStore, SessionStore};
use hostkit_redis::RedisStore;
use hostkit_store_tests::{Free, Get, KEY, Server, Shop, client, client_of, config, customer};

const LONG: Duration = Duration::from_secs(10);

/// Keeps the names of entries, which only the stores themselves make, and hands all else on.
#[derive(Debug, Clone)]
struct Names(RedisStore, Arc<Mutex<Vec<StoreKey>>>);

impl Store for Names {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        self.1.lock().unwrap().push(key.clone());
        self.0.change(key, change)
    }
}

/// The name of an entry of some account.
fn name(server: &Server, store: &RedisStore) -> StoreKey {
    let names = Names(store.clone(), Arc::default());
    client_of(config(server.base(), names.clone(), LONG)).call(&Get).unwrap();
    let key = names.1.lock().unwrap().first().cloned().unwrap();
    assert!(key.as_str().contains("account"), "the control: the name has the account");
    key
}

#[test]
fn names_tell_no_account_and_entries_end_by_themselves() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    let store = redis.store().prefix("mine");
    client_of(config(server.base(), store.clone(), LONG)).call(&Get).unwrap();
    let mut keys = redis.keys();
    keys.sort();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys[0].starts_with("mine:rates:") && keys[1].starts_with("mine:session:"), "{keys:?}");
    let mut connection = redis.connect().unwrap();
    for key in &keys {
        assert!(!key.contains("account") && !key.contains("token") && !key.contains(KEY), "{key}");
        let left: u64 = redis::cmd("PTTL").arg(key).query(&mut connection).unwrap();
        assert!((6 * 24 * 3_600_000..=7 * 24 * 3_600_000).contains(&left), "{left}");
    }
    let session: String = redis::cmd("GET").arg(&keys[1]).query(&mut connection).unwrap();
    assert!(session.contains("canary%2Dtoken%2D0"), "the control: the token is in the entry as it is: {session}");
    assert!(!session.contains(KEY));
    let said = format!("{store:?} {:?}", SessionStore::new(store.clone(), "account"));
    assert!(!said.contains(PASSWORD) && said.contains("127.0.0.1"), "{said}");
}

/// An order at the shop.
#[derive(Debug, Clone)]
struct Buy;

impl Endpoint for Buy {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "buy",
        path: "/item",
        method: Method::POST,
        effect: Effect::Spends,
        deadline: LONG,
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        Get::decode(answer)
    }
}

impl Perform for Buy {
    type Reading = Get;
    type Found = u64;
    const FACTS: Facts = Facts::new(Shows::Item, Duration::from_secs(60));

    fn reading(_: &Inputs) -> Result<Get, EncodeError> {
        Ok(Get)
    }

    fn evidence(_: &Inputs, now: u64) -> Result<Evidence<u64>, EncodeError> {
        Ok(evidence::appeared([now], |_| true, evidence::text))
    }
}

/// What was accepted for later may be carried out a month later, and has to be known until then.
#[test]
fn calls_are_known_for_as_long_as_they_may_be_carried_out() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    assert!(client_of(config(server.base(), redis.store(), LONG)).perform(&Buy).may_have_happened());
    let keys = redis.keys();
    let calls = keys.iter().find(|key| key.starts_with("hostkit:calls:")).unwrap_or_else(|| panic!("{keys:?}"));
    let left: u64 = redis::cmd("PTTL").arg(calls).query(&mut redis.connect().unwrap()).unwrap();
    assert!(left > 30 * 24 * 3_600_000, "{left}");
}

#[test]
fn no_change_is_lost_between_connections() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    let store = redis.store();
    let key = name(&server, &store);
    let count = |bytes: Option<&[u8]>| -> u64 {
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok()).unwrap_or_default()
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let store = store.clone();
            scope.spawn({
                let key = &key;
                move || {
                    for _ in 0..50 {
                        let mut add = |_, bytes: Option<&[u8]>| Some((count(bytes) + 1).to_string().into_bytes());
                        store.change(key, &mut add).unwrap();
                    }
                }
            });
        }
    });
    println!("8 connections, 400 changes of one entry, {:.0?}", start.elapsed());
    let mut last = 0;
    let mut look = |_, bytes: Option<&[u8]>| {
        last = count(bytes);
        None
    };
    store.change(&key, &mut look).unwrap();
    assert_eq!(last, 400);
}

#[test]
fn a_connection_that_ended_is_replaced_without_a_word() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    let client = client(&server, &redis, LONG);
    for _ in 0..3 {
        client.call(&Get).unwrap();
        let killed: u64 =
            redis::cmd("CLIENT").arg(&["KILL", "TYPE", "normal"]).query(&mut redis.connect().unwrap()).unwrap();
        assert!(killed >= 1, "the control: {killed}");
    }
    assert_eq!(server.sign_ins(), 1);
}

#[test]
fn a_server_that_hangs_breaks_no_deadline() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    client(&server, &redis, LONG).call(&Get).unwrap();
    redis.signal("STOP");
    let start = Instant::now();
    let error = client(&server, &redis, Duration::from_millis(300)).call(&Get).unwrap_err();
    assert!(start.elapsed() < Duration::from_millis(550), "{error} after {:?}", start.elapsed());
    // The store's own patience comes first: without the count nothing goes.
    let store = redis.store().patience(Duration::from_millis(500));
    let rated = ClientCore::<Shop>::builder(customer()).base_url(server.base());
    let rated = client_of(rated.rate_store(RateStore::new(store.clone(), "account")));
    let start = Instant::now();
    let error = rated.call(&Get).unwrap_err();
    assert!(error.to_string().contains("does not answer in time"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    // What has no limit signs in alone.
    let alone = ClientCore::<Shop>::builder(customer()).base_url(server.base());
    client_of(alone.session_store(SessionStore::new(store, "account"))).call(&Free).unwrap();
    assert_eq!((server.sign_ins(), server.gets()), (3, 2));
    redis.signal("CONT");
    rated.call(&Get).unwrap();
}

#[test]
fn without_a_server_nothing_with_a_limit_is_sent() {
    let server = Server::start();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let store = RedisStore::open(&format!("redis://:{PASSWORD}@127.0.0.1:{port}/")).unwrap();
    let client = client_of(config(server.base(), store, LONG));
    let start = Instant::now();
    let error = client.call(&Get).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert!(error.to_string().contains("the rate store failed: Redis at 127.0.0.1"), "{error}");
    assert!(error.to_string().contains("connection refused"), "{error}");
    assert!(!format!("{error} {error:?}").contains(PASSWORD));
    assert_eq!((server.sign_ins(), server.gets()), (1, 0), "it signs in alone");
}

#[test]
fn what_the_server_refuses_is_told_without_its_words() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    let fails = |url: &str| {
        let client = client_of(config(server.base(), RedisStore::open(url).unwrap(), LONG));
        let error = client.call(&Get).unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains(PASSWORD) && !told.contains("canary-wrong"), "{told}");
        told
    };
    let place = format!("127.0.0.1:{}", redis.port);
    assert!(fails(&format!("redis://:canary-wrong@{place}/")).contains("refuses the user or the password"));
    assert!(fails(&format!("redis://{place}/")).contains("NOAUTH"));
    // A server without room does not forget what it counts: it says so.
    let mut connection = redis.connect().unwrap();
    let _: String = redis::cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).query(&mut connection).unwrap();
    assert!(fails(&redis.url()).contains("OOM"));
    // An entry of another kind is somebody else's.
    let _: String = redis::cmd("CONFIG").arg(&["SET", "maxmemory", "0"]).query(&mut connection).unwrap();
    client(&server, &redis, LONG).call(&Get).unwrap();
    let key = redis.keys().into_iter().find(|key| key.contains("rates")).unwrap();
    let _: i64 = redis::cmd("DEL").arg(&key).query(&mut connection).unwrap();
    let _: i64 = redis::cmd("LPUSH").arg(&key).arg("x").query(&mut connection).unwrap();
    assert!(fails(&redis.url()).contains("WRONGTYPE"));
}

#[test]
fn urls_that_would_show_tokens_are_refused() {
    for url in ["redis://:secret@redis.example/", "redis://:secret@192.0.2.1:6379/0"] {
        let error = RedisStore::open(url).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error}");
        assert!(!format!("{error:?} {:?}", RedisStore::open_unencrypted(url).unwrap()).contains("secret"));
    }
    for url in ["redis://localhost/", "redis://127.0.0.9:1/", "redis://[::1]/", "unix:///run/redis.sock"] {
        RedisStore::open(url).unwrap();
    }
    for url in ["rediss://mine:secret@redis.example/", "rediss://:secret@192.0.2.1:6380/3", "valkeys://:secret@[::1]/"]
    {
        let store = RedisStore::open(url).unwrap();
        assert!(!format!("{store:?}").contains("secret") && !format!("{store:?}").contains("mine"), "{store:?}");
        assert!(store.root_certificates(b"secret").is_err(), "no certificate");
    }
    assert!(
        RedisStore::open("redis://localhost/").unwrap().root_certificates(hostkit_net::testing::CERTIFICATE).is_err()
    );
    for url in [
        "http://:secret@localhost/",
        "",
        "redis://:secret@localhost/x",
        // What would turn checks off elsewhere.
        "rediss://:secret@redis.example/#insecure",
        "rediss://:secret@redis.example:6380/0?ssl_cert_reqs=none#",
        "rediss://:secret@redis.example:6380/0?insecure=true",
        // A password that was not escaped.
        "rediss://:sec#secret@redis.example/",
        "redis://:sec?secret@localhost/",
        "rediss://:secret@redis example/",
        "rediss://secret@redis.example/",
    ] {
        for error in [RedisStore::open(url).unwrap_err(), RedisStore::open_unencrypted(url).unwrap_err()] {
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{url}");
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }
}

#[test]
fn the_rights_that_the_readme_names_suffice() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    let readme = include_str!("../../README.md");
    let rights = readme.split_once("`ACL SETUSER … ").unwrap().1.split_once('`').unwrap().0;
    let mut user = redis::cmd("ACL");
    user.arg(&["SETUSER", "app", "on", &format!(">{PASSWORD}")]);
    user.arg(rights.split_whitespace().collect::<Vec<_>>());
    let _: String = user.query(&mut redis.connect().unwrap()).unwrap();
    let url = format!("redis://app:{PASSWORD}@127.0.0.1:{}/", redis.port);
    client_of(config(server.base(), RedisStore::open(&url).unwrap(), LONG)).call(&Get).unwrap();
    assert_eq!(redis.keys().len(), 2);
    // The control: other keys are not theirs.
    let client = client_of(config(server.base(), RedisStore::open(&url).unwrap().prefix("other"), LONG));
    assert!(client.call(&Get).unwrap_err().to_string().contains("NOPERM"));
}

/// A way to the server that sets its clock to 2001.
fn through_2001(redis: &Redis) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, real) = (listener.local_addr().unwrap().port(), redis.port);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", real)).unwrap();
            let (mut up_from, mut up_to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || io::copy(&mut up_from, &mut up_to));
            std::thread::spawn(move || {
                let (mut server, mut client, mut bytes) = (server, client, [0; 1 << 16]);
                while let Ok(count @ 1..) = server.read(&mut bytes) {
                    let answer = &mut bytes[..count];
                    if answer.starts_with(b"*3\r\n$10\r\n") {
                        answer[9..19].copy_from_slice(b"1000000000");
                    }
                    if client.write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

#[test]
fn the_clock_is_the_servers() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start();
    let store = RedisStore::open(&format!("redis://:{PASSWORD}@127.0.0.1:{}/", through_2001(&redis))).unwrap();
    let key = name(&server, &store);
    let mut seen = SystemTime::now();
    let mut look = |now, _: Option<&[u8]>| {
        seen = now;
        None
    };
    store.change(&key, &mut look).unwrap();
    let seconds = seen.duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(seconds, 1_000_000_000);
    // Every time in the entries is of that clock. The end of a call is written after the call has returned.
    let start = Instant::now();
    loop {
        let mut entries = String::new();
        for key in redis.keys() {
            entries.push_str(&redis::cmd("GET").arg(key).query::<String>(&mut redis.connect().unwrap()).unwrap());
        }
        if entries.matches(" 1000000000").count() == 2 {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{entries}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
