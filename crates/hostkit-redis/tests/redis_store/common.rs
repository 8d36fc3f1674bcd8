//! A real redis-server for each test, on a port of loopback, with a password and without a disk.
#![allow(dead_code, reason = "each test file uses another part of it")]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hostkit_redis::RedisStore;
use hostkit_store_tests::Place;

pub const PASSWORD: &str = "canary-password-0001";

/// Starts the program behind it, and ends it when its own input ends: with this process, however that ends.
const GUARD: &str =
    r#""$@" >/dev/null & server=$!; echo $server; cat >/dev/null; kill -CONT $server; kill -KILL $server"#;

/// Where the certificate lies, and its key.
const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/hostkit-net/src/testing/");

pub struct Redis {
    pub port: u16,
    /// 0 without TLS.
    pub tls_port: u16,
    /// The number of the server's process.
    pub process: String,
    guard: Child,
}

impl Redis {
    /// None where there is no redis-server; an error where `cargo xtask test real` says that there is.
    pub fn start() -> Option<Self> {
        let is_there = Command::new("redis-server").arg("--version").output().is_ok_and(|told| told.status.success());
        if !is_there {
            let wanted = std::env::var("HOSTKIT_REAL").unwrap_or_default();
            assert!(!wanted.contains("redis"), "redis-server is wanted and missing");
            println!("SKIPPED: redis-server is not installed");
            return None;
        }
        Some(Self::start_with(|_| Vec::new()))
    }

    /// One that speaks TLS, too, on a port of its own. None also where redis-server was built without TLS.
    pub fn start_tls(more: &[&str]) -> Option<Self> {
        // It stops at the first setting that it does not know.
        let unknown = Command::new("redis-server").args(["--port", "0", "--tls-port", "0", "--nonsense", "x"]).output();
        if unknown.is_ok_and(|told| !String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).contains("nonsense"))
        {
            println!("real: redis | TLS | SKIPPED: redis-server was built without it");
            return None;
        }
        Self::start()?;
        let more: Vec<_> = more.iter().map(|&text| text.to_owned()).collect();
        Some(Self::start_with(|port| {
            let files = [
                "--tls-cert-file",
                "certificate.pem",
                "--tls-key-file",
                "key.pem",
                "--tls-ca-cert-file",
                "certificate.pem",
            ];
            let files = files
                .iter()
                .map(|text| if text.starts_with('-') { (*text).to_owned() } else { format!("{FILES}{text}") });
            let head = ["--tls-port".to_owned(), port.to_string(), "--tls-auth-clients".to_owned(), "no".to_owned()];
            head.into_iter().chain(files).chain(more.clone()).collect()
        }))
    }

    /// Another program may take a port in between.
    fn start_with(tls: impl Fn(u16) -> Vec<String>) -> Self {
        (0..5).find_map(|_| Self::start_once(&tls)).expect("redis-server does not start")
    }

    fn start_once(tls: impl Fn(u16) -> Vec<String>) -> Option<Self> {
        use std::io::BufRead;
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (port, tls_port) = (free(), free());
        let port_text = port.to_string();
        let tls = tls(tls_port);
        let tls_port = if tls.is_empty() { 0 } else { tls_port };
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "guard", "redis-server", "--bind", "127.0.0.1", "--port", &port_text])
            .args(["--save", "", "--appendonly", "no", "--requirepass", PASSWORD])
            .args(tls)
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut process = String::new();
        std::io::BufReader::new(guard.stdout.take().unwrap()).read_line(&mut process).unwrap();
        let redis = Self { port, tls_port, process: process.trim().to_owned(), guard };
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if redis.connect().is_some() {
                return Some(redis);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    pub fn url(&self) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}/", self.port)
    }

    pub fn store(&self) -> RedisStore {
        RedisStore::open(&self.url()).unwrap()
    }

    pub fn connect(&self) -> Option<redis::Connection> {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_connection_with_timeout(Duration::from_secs(5)).ok()?;
        redis::cmd("PING").query::<String>(&mut connection).ok()?;
        Some(connection)
    }

    pub fn keys(&self) -> Vec<String> {
        redis::cmd("KEYS").arg("*").query(&mut self.connect().unwrap()).unwrap()
    }

    /// `STOP` or `CONT`.
    pub fn signal(&self, name: &str) {
        // The shell's own: a small system has no program of that name.
        let kill = format!("kill -{name} {}", self.process);
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

impl Place for Redis {
    type Store = RedisStore;

    const CHILD: &str = "processes::child";

    fn new(_: &str) -> Option<Self> {
        Self::start()
    }

    fn address(&self) -> String {
        self.url()
    }

    fn open(address: &str) -> RedisStore {
        RedisStore::open(address).unwrap()
    }

    fn entries(&self) -> Vec<Vec<u8>> {
        let mut connection = self.connect().unwrap();
        self.keys().iter().map(|key| redis::cmd("GET").arg(key).query(&mut connection).unwrap()).collect()
    }
}
