//! A server of the shop that counts sign-ins, calls and violations.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hostkit::BaseUrl;

use crate::shop::{COUNT, WINDOW};

/// A server of the shop. A token is valid until the next sign-in, or until it is revoked.
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
    /// Starts a server on a free port of loopback.
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

    /// Its base URL.
    pub fn base(&self) -> BaseUrl {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// The number of sign-ins, failed ones included.
    pub fn sign_ins(&self) -> usize {
        self.state.sign_ins.load(Ordering::SeqCst)
    }

    /// The number of calls with a valid token.
    pub fn gets(&self) -> usize {
        self.state.gets.load(Ordering::SeqCst)
    }

    /// The number of calls beyond the limit.
    pub fn violations(&self) -> usize {
        self.state.violations.load(Ordering::SeqCst)
    }

    /// The share of the limit that was used: the length of the windows that the calls would fill, divided by the time
    /// that they took.
    pub fn use_of_limit(&self) -> f64 {
        let arrivals = self.state.arrivals.lock().unwrap();
        let windows = (arrivals.len() - 1) / COUNT;
        let time = arrivals[windows * COUNT] - arrivals[0];
        windows as f64 * WINDOW.as_secs_f64() / time.as_secs_f64()
    }

    /// Makes the present token invalid.
    pub fn revoke(&self) {
        self.state.valid.lock().unwrap().clear();
    }

    /// Rejects the credentials from now on.
    pub fn refuse(&self) {
        self.state.refuses.store(1, Ordering::SeqCst);
    }

    /// Sets how long a sign-in takes.
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
        let body = if status == 401 { r#"{"code":401,"message":"no"}"# } else { r#"{"id":7}"# };
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
        // The call `COUNT` calls earlier must have left the window.
        if arrivals.iter().rev().nth(COUNT).is_some_and(|before| now - *before < WINDOW) {
            self.violations.fetch_add(1, Ordering::SeqCst);
        }
        200
    }
}
