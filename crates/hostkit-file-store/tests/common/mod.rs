//! A small API with sessions and a rate limit, and a server of it that counts.
#![allow(dead_code, reason = "each test file uses another part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hostkit::codec::{DecodeError, Name};
use hostkit::{
    Api, ApiInfo, BaseUrl, Call, ClientConfig, Effect, EncodeError, Endpoint, EndpointInfo, FaultCode, FaultKind,
    RateRule, RateStore, RawAnswer, RequestParts, Secret, Session, SessionStore, SignIn, StatusFaults, Verdict,
};
use hostkit_file_store::FileStore;

pub const KEY: &str = "canary-key-0001";

/// So many calls in a window.
pub const COUNT: usize = 40;
pub const WINDOW: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Shop;

#[derive(Debug, Clone, PartialEq)]
pub struct Code(pub String);

impl FaultCode for Code {
    fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn kind(&self) -> Option<FaultKind> {
        None
    }
}

const LOGIN: EndpointInfo = EndpointInfo {
    name: "login",
    path: "/login",
    effect: Effect::Safe,
    authorised: false,
    deadline: Duration::from_secs(30),
    ..EndpointInfo::DEFAULT
};

impl Api for Shop {
    type Credentials = Secret;
    type Code = Code;
    const INFO: ApiInfo = ApiInfo {
        name: "shop",
        rates: &[RateRule { name: "get", count: COUNT as u32, window: WINDOW }],
        ..ApiInfo::DEFAULT
    };

    fn sign_in(key: &Secret, out: &mut RequestParts) -> Result<SignIn, EncodeError> {
        out.retarget(&LOGIN);
        out.secret_header("x-key", key)?;
        Ok(SignIn::Ask)
    }

    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
        let mut session = Session::with_token(Secret::from(answer.required_header::<String>("x-token")?));
        session.lifetime = answer.optional_header::<u64>("x-life").map(Duration::from_secs);
        Ok(session)
    }

    fn authorise(_: &Secret, session: &Session, out: &mut RequestParts) -> Result<(), EncodeError> {
        match &session.token {
            Some(token) => out.secret_header("x-token", token),
            None => Err(out.refuse("x-token", "is missing")),
        }
    }

    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {
        StatusFaults { code: "code", message: "message", details: "details" }.verdict(answer)
    }
}

macro_rules! endpoints {
    ($($name:ident: $word:literal, $rates:expr;)*) => { $(
        #[derive(Debug, Clone)]
        pub struct $name;

        impl Endpoint for $name {
            type Api = Shop;
            type Output = u64;
            const INFO: EndpointInfo = EndpointInfo {
                name: $word,
                path: "/item",
                effect: Effect::Safe,
                deadline: Duration::from_secs(30),
                rates: $rates,
                ..EndpointInfo::DEFAULT
            };

            fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
                Ok(())
            }

            fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
                answer.value(&Name::new("id"))
            }
        }

        impl Call for $name {}
    )* };
}

endpoints! {
    Get: "get", &["get"];
    Free: "free", &[];
}

pub fn customer() -> Secret {
    Secret::new(KEY)
}

pub fn config(base: BaseUrl, folder: &Path, deadline: Duration) -> ClientConfig<Shop> {
    let store = FileStore::open(folder).unwrap();
    ClientConfig::new(customer())
        .base_url(base)
        .deadline(deadline)
        .session_store(SessionStore::new(store.clone(), "account"))
        .rate_store(RateStore::new(store, "account"))
}

/// A blocking client, with a session and counts of its own but for the store.
pub fn client(server: &Server, folder: &Folder, deadline: Duration) -> hostkit_ureq::Client<Shop> {
    blocking(server.base(), folder.path(), deadline)
}

pub fn blocking(base: BaseUrl, folder: &Path, deadline: Duration) -> hostkit_ureq::Client<Shop> {
    let core = config(base, folder, deadline).build().unwrap();
    hostkit_ureq::Client::from_parts(core, hostkit_ureq::UreqTransport::new().unwrap())
}

/// A folder of one test, gone afterwards.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("hostkit-store-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

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

    pub fn base(&self) -> BaseUrl {
        format!("http://{}", self.address).parse().unwrap()
    }

    pub fn sign_ins(&self) -> usize {
        self.state.sign_ins.load(Ordering::SeqCst)
    }

    pub fn gets(&self) -> usize {
        self.state.gets.load(Ordering::SeqCst)
    }

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

    pub fn revoke(&self) {
        self.state.valid.lock().unwrap().clear();
    }

    pub fn refuse(&self) {
        self.state.refuses.store(1, Ordering::SeqCst);
    }

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
