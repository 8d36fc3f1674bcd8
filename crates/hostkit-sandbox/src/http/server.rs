//! Accepts connections, reads requests and passes them to a [`Service`], with a thread per connection.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use http::{HeaderMap, Method, Response, StatusCode};

use super::act::{Act, perform};
use super::body::{self, NoBody};
use super::head::{Bounds, Head, Refused};
use super::response::{Delivery, Framing, Wire};
use super::socket::Socket;
use super::stop::Stop;

/// Read and write timeout of a connection, between requests and within one.
const SILENCE: Duration = Duration::from_secs(60);
/// The most connections at once; further ones are closed on arrival.
const CONNECTIONS: usize = 2048;
/// Stack size of a connection's thread; it suffices because the wire readers bound their depth.
const STACK: usize = 1 << 20;
/// How long dropping the server waits for its threads.
const PATIENCE: Duration = Duration::from_secs(5);

/// A complete request.
#[derive(Debug)]
pub(crate) struct Request {
    /// The number of the connection that it came on.
    pub(crate) connection: u64,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether the client speaks HTTP/1.1, and so understands chunked bodies.
    pub(crate) is_modern: bool,
    pub(crate) keep_alive: bool,
}

/// Decides what a connection does, at the three points where more becomes known.
pub(crate) trait Service: Send + Sync + 'static {
    /// A connection was accepted; `Some` ends it with these steps.
    fn accepted(&self) -> Option<Vec<Act>>;
    /// A head was read, but not its body; `Some` ends the connection with these steps.
    fn head(&self, connection: u64, head: &Head) -> Option<Vec<Act>>;
    /// A complete request was read.
    fn call(&self, request: Request) -> Vec<Act>;
    /// A request was refused because it is not well-formed HTTP.
    fn refused(&self, status: u16, why: &str);
    /// The longest duration of a stall.
    fn stall_limit(&self) -> Duration;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Shared<S> {
    service: Arc<S>,
    bounds: Bounds,
    stop: Stop,
    /// The open connections, so that the end of the server ends them.
    open: Mutex<BTreeMap<u64, TcpStream>>,
    accepted: AtomicU64,
}

/// A running server; it stops when dropped.
pub(crate) struct Server<S: Service> {
    address: SocketAddr,
    shared: Arc<Shared<S>>,
    acceptor: Option<JoinHandle<()>>,
}

impl<S: Service> Server<S> {
    /// Listens on a port of 127.0.0.1; port 0 takes a free one.
    pub(crate) fn start(port: u16, bounds: Bounds, service: Arc<S>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let open = Mutex::default();
        let shared = Arc::new(Shared { service, bounds, stop: Stop::default(), open, accepted: AtomicU64::new(0) });
        let accepting = Arc::clone(&shared);
        let acceptor = thread::Builder::new().name("sandbox".into()).spawn(move || accept(&listener, &accepting))?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections since the start.
    pub(crate) fn accepted(&self) -> u64 {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// Connections that are open now.
    pub(crate) fn open(&self) -> usize {
        lock(&self.shared.open).len()
    }
}

impl<S: Service> Drop for Server<S> {
    fn drop(&mut self) {
        self.shared.stop.stop();
        // Connecting wakes the acceptor, which blocks in `accept`.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            // A panic of the thread was already printed.
            let _ = acceptor.join();
        }
        for stream in lock(&self.shared.open).values() {
            // The client may have left.
            let _ = stream.shutdown(Shutdown::Both);
        }
        let until = Instant::now() + PATIENCE;
        while self.open() > 0 && Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

fn accept<S: Service>(listener: &TcpListener, shared: &Arc<Shared<S>>) {
    while !shared.stop.is_stopped() {
        let Ok((stream, _)) = listener.accept() else {
            // Accepting fails when descriptors run out, for example; retrying at once would spin.
            shared.stop.wait(Duration::from_millis(20));
            continue;
        };
        if shared.stop.is_stopped() {
            return;
        }
        let connection = shared.accepted.fetch_add(1, Ordering::SeqCst) + 1;
        let Ok(twin) = stream.try_clone() else {
            continue;
        };
        {
            let mut open = lock(&shared.open);
            if open.len() >= CONNECTIONS {
                continue;
            }
            open.insert(connection, twin);
        }
        let serving = Arc::clone(shared);
        let name = format!("sandbox-{connection}");
        let spawned = thread::Builder::new().name(name).stack_size(STACK).spawn(move || {
            let _leave = Leave { shared: &serving, connection };
            serve(stream, connection, &serving);
        });
        if spawned.is_err() {
            lock(&shared.open).remove(&connection);
        }
    }
}

/// Removes a connection from the list when its thread ends, even by a panic.
struct Leave<'a, S: Service> {
    shared: &'a Shared<S>,
    connection: u64,
}

impl<S: Service> Drop for Leave<'_, S> {
    fn drop(&mut self) {
        lock(&self.shared.open).remove(&self.connection);
    }
}

fn serve<S: Service>(stream: TcpStream, connection: u64, shared: &Shared<S>) {
    let is_set_up = stream.set_nodelay(true).is_ok() && stream.set_write_timeout(Some(SILENCE)).is_ok();
    if !is_set_up || stream.set_read_timeout(Some(SILENCE)).is_err() {
        return;
    }
    let mut socket = Socket::new(stream);
    if let Some(acts) = shared.service.accepted() {
        return end(socket, acts, shared);
    }
    while !shared.stop.is_stopped() {
        let head = match read_head(&mut socket, &shared.bounds) {
            Ok(head) => head,
            Err(failure) => return refuse(socket, &failure, shared),
        };
        if let Some(acts) = shared.service.head(connection, &head) {
            return end(socket, acts, shared);
        }
        let body = match body::read(&mut socket, head.framed, &shared.bounds) {
            Ok(body) => body,
            Err(failure) => return refuse(socket, &failure, shared),
        };
        let Head { method, target, headers, is_modern, keep_alive, .. } = head;
        let request = Request { connection, method, target, headers, body, is_modern, keep_alive };
        let acts = shared.service.call(request);
        let is_last = acts.iter().any(|act| matches!(act, Act::Reset | Act::Finish | Act::Stall));
        if is_last {
            return end(socket, acts, shared);
        }
        match perform(socket, acts, &shared.stop, shared.service.stall_limit()) {
            Some(alive) => socket = alive,
            None => return,
        }
    }
}

/// Performs steps that end the connection.
fn end<S: Service>(socket: Socket, acts: Vec<Act>, shared: &Shared<S>) {
    if let Some(socket) = perform(socket, acts, &shared.stop, shared.service.stall_limit()) {
        socket.finish();
    }
}

fn read_head(socket: &mut Socket, bounds: &Bounds) -> Result<Head, NoBody> {
    let mut searched: usize = 0;
    loop {
        // Some clients send an empty line after a body; it is skipped (RFC 9112, 2.2).
        while searched == 0 && socket.buffer().starts_with(b"\r\n") {
            socket.take(2);
        }
        let from = searched.saturating_sub(3);
        let unseen = socket.buffer().get(from..).unwrap_or_default();
        if let Some(end) = Head::end(unseen).map(|end| end + from) {
            if end > bounds.head {
                return Err(Refused { status: 431, why: "the head is too large" }.into());
            }
            return Ok(Head::parse(&socket.take(end), bounds)?);
        }
        searched = socket.buffer().len();
        if searched > bounds.head {
            return Err(Refused { status: 431, why: "the head is too large" }.into());
        }
        if !socket.fill()? {
            return Err(NoBody::Gone);
        }
    }
}

fn refuse<S: Service>(socket: Socket, failure: &NoBody, shared: &Shared<S>) {
    let NoBody::Refused(refused) = failure else {
        return;
    };
    shared.service.refused(refused.status, refused.why);
    let mut answer = Response::new(format!("{}\n", refused.why).into_bytes());
    *answer.status_mut() = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
    let delivery = Delivery { framing: Framing::Length, keep_alive: false, is_head: false };
    let wire = Wire::of(&answer, delivery);
    let acts = vec![Act::Write(wire.head), Act::Write(wire.body), Act::Finish];
    end(socket, acts, shared);
}
