//! A server of the shop that counts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hostkit::BaseUrl;

use crate::shop::{COUNT, WINDOW};

/// A server of the shop. A token is good until the next sign-in, or until it is revoked.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    sign_ins: AtomicUsize,
    gets: AtomicUsize,
    violations: AtomicUsize,
    refuses: AtomicUsize,
    valid: Mutex<String>,
    arrivals: Mutex<Vec<Instant>>,
    /// How long a sign-in takes.
    slow: Mutex<Duration>,
}

impl Server {
    /// Starts it on a port of loopback.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || while state.serve(&stream).is_some() {});
            }
        });
        Self { address, state }
    }

    /// Where it is.
    pub fn base(&self) -> BaseUrl {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// How often somebody signed in, or tried to.
    pub fn sign_ins(&self) -> usize {
        self.state.sign_ins.load(Ordering::SeqCst)
    }

    /// How many calls with a good token came.
    pub fn gets(&self) -> usize {
        self.state.gets.load(Ordering::SeqCst)
    }

    /// How many calls came although the window was full.
    pub fn violations(&self) -> usize {
        self.state.violations.load(Ordering::SeqCst)
    }

    /// The window as a share of the time in which a window's worth of calls came.
    pub fn use_of_limit(&self) -> f64 {
        let arrivals = self.state.arrivals.lock().unwrap();
        let windows = (arrivals.len() - 1) / COUNT;
        let time = arrivals[windows * COUNT] - arrivals[0];
        windows as f64 * WINDOW.as_secs_f64() / time.as_secs_f64()
    }

    /// From now on every token is bad.
    pub fn revoke(&self) {
        self.state.valid.lock().unwrap().clear();
    }

    /// From now on the credentials are wrong.
    pub fn refuse(&self) {
        self.state.refuses.store(1, Ordering::SeqCst);
    }

    /// Sign-ins take so long.
    pub fn slow(&self, pause: Duration) {
        *self.state.slow.lock().unwrap() = pause;
    }
}

impl State {
    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.by_ref().take(8192).read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            head.push(line.trim_end().to_owned());
        }
        let token = head.iter().find_map(|line| line.strip_prefix("x-token: ")).unwrap_or_default();
        let (status, more) = match head.first()?.split(' ').nth(1)? {
            "/login" => self.login(),
            _ => (self.get(token), String::new()),
        };
        let body = r#"{"id":7}"#;
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{more}\r\n{body}"
        );
        let mut stream = stream;
        stream.write_all(answer.as_bytes()).ok()
    }

    fn login(&self) -> (u16, String) {
        let number = self.sign_ins.fetch_add(1, Ordering::SeqCst);
        let pause = *self.slow.lock().unwrap();
        std::thread::sleep(pause);
        if self.refuses.load(Ordering::SeqCst) > 0 {
            return (401, String::new());
        }
        let token = format!("canary-token-{number}");
        self.valid.lock().unwrap().clone_from(&token);
        (200, format!("x-token: {token}\r\nx-life: 3600\r\n"))
    }

    fn get(&self, token: &str) -> u16 {
        if token != *self.valid.lock().unwrap() || token.is_empty() {
            return 401;
        }
        self.gets.fetch_add(1, Ordering::SeqCst);
        let mut arrivals = self.arrivals.lock().unwrap();
        let now = Instant::now();
        arrivals.push(now);
        // The call before the last full window has to be older than a window.
        if arrivals.iter().rev().nth(COUNT).is_some_and(|before| now - *before < WINDOW) {
            self.violations.fetch_add(1, Ordering::SeqCst);
        }
        200
    }
}
