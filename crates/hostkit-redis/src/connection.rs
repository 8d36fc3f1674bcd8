//! A connection whose commands have an absolute deadline.
//!
//! The crate `redis` encodes commands and parses answers. Its own connections are not used, because they wait for the
//! system's resolver without a limit and restart their timeout with each read.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostkit_net::Names;
use redis::{Cmd, Parser, RedisError, Value};
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::address::{Address, Place};

/// The largest entry: one line for each call in a rate-limit window stays below it.
pub(crate) const MAX_BYTES: usize = 8 << 20;
/// The largest answer: an entry and the protocol's framing.
const LONGEST_ANSWER: u64 = (MAX_BYTES + (64 << 10)) as u64;

pub(crate) struct Connection {
    stream: Stream,
    parser: Parser,
}

/// Why a command failed.
pub(crate) enum Failure {
    /// No answer arrived.
    Network(io::Error),
    /// The server answered with an error.
    Server(RedisError),
    /// The server rejected the user or the password.
    Refused(RedisError),
}

impl Connection {
    /// Connects, authenticates and selects the database.
    pub(crate) fn open(
        address: &Address,
        names: &Names,
        tls: &Arc<ClientConfig>,
        until: Instant,
    ) -> Result<Self, Failure> {
        let stream = Stream::open(address, names, tls, until).map_err(Failure::Network)?;
        let mut connection = Self { stream, parser: Parser::new() };
        if let Some(password) = &address.password {
            let mut command = redis::cmd("AUTH");
            if let Some(user) = &address.user {
                command.arg(user.expose());
            }
            command.arg(password.expose());
            connection.ask(&command, until).map_err(|failure| match failure {
                Failure::Server(error) => Failure::Refused(error),
                other => other,
            })?;
        }
        if address.database != 0 {
            connection.ask(redis::cmd("SELECT").arg(address.database), until)?;
        }
        Ok(connection)
    }

    /// Runs one command. After a network failure the connection must be dropped: a late answer would be taken for that
    /// of the next command.
    pub(crate) fn ask(&mut self, command: &Cmd, until: Instant) -> Result<Value, Failure> {
        self.stream.timed().until = until;
        let sent = self.stream.write_all(&command.get_packed_command()).and_then(|()| self.stream.flush());
        sent.map_err(Failure::Network)?;
        let mut reader = Recorded { reader: (&mut self.stream).take(LONGEST_ANSWER), broke: None };
        let answer = self.parser.parse_value(&mut reader).and_then(Value::extract_error);
        answer.map_err(|error| match reader.broke {
            Some(broke) => Failure::Network(broke),
            None if error.kind() == redis::ErrorKind::Io => Failure::Network(ErrorKind::UnexpectedEof.into()),
            None => Failure::Server(error),
        })
    }
}

/// Keeps the I/O error, because the parser hides it.
struct Recorded<R> {
    reader: R,
    broke: Option<io::Error>,
}

impl<R: Read> Read for Recorded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader.read(into).map_err(|error| {
            let kind = error.kind();
            self.broke = Some(error);
            kind.into()
        })
    }
}

enum Stream {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

impl Stream {
    fn open(address: &Address, names: &Names, tls: &Arc<ClientConfig>, until: Instant) -> io::Result<Self> {
        let dial = |host: &str, port| Ok::<_, io::Error>(Timed { socket: dial(names, host, port, until)?, until });
        match &address.place {
            Place::Plain(host, port) => Ok(Self::Plain(dial(host, *port)?)),
            Place::Tls(host, port, name) => {
                let mut session = ClientConnection::new(Arc::clone(tls), name.clone()).map_err(io::Error::other)?;
                let mut timed = dial(host, *port)?;
                session.complete_io(&mut timed)?;
                Ok(Self::Tls(Box::new(StreamOwned::new(session, timed))))
            }
            Place::Socket(path) => Ok(Self::Plain(Timed { socket: socket(path)?, until })),
        }
    }

    fn timed(&mut self) -> &mut Timed {
        match self {
            Self::Plain(timed) => timed,
            Self::Tls(stream) => stream.get_mut(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(timed) => timed.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// A socket with an absolute deadline, which a peer that trickles bytes cannot extend.
struct Timed {
    socket: Socket,
    until: Instant,
}

enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.left()?;
        match &mut self.socket {
            Socket::Tcp(socket) => socket.set_read_timeout(left).and_then(|()| socket.read(into)),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.set_read_timeout(left).and_then(|()| socket.read(into)),
        }
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.left()?;
        match &mut self.socket {
            Socket::Tcp(socket) => socket.set_write_timeout(left).and_then(|()| socket.write(bytes)),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.set_write_timeout(left).and_then(|()| socket.write(bytes)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        // Neither kind of socket buffers.
        Ok(())
    }
}

/// Tries the addresses in turn, giving each an equal share of the remaining time.
fn dial(names: &Names, host: &str, port: u16, until: Instant) -> io::Result<Socket> {
    let left = until.saturating_duration_since(Instant::now());
    let found = names.addresses_within(host, left).ok_or(ErrorKind::TimedOut)?;
    let found = found.map_err(|_| ErrorKind::HostUnreachable)?;
    let mut last = io::Error::from(ErrorKind::TimedOut);
    for (address, others) in found.iter().zip((1..=u32::try_from(found.len()).unwrap_or(1)).rev()) {
        let share = until.saturating_duration_since(Instant::now()) / others;
        if share.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(&SocketAddr::new(*address, port), share) {
            Ok(socket) => {
                socket.set_nodelay(true)?;
                return Ok(Socket::Tcp(socket));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(unix)]
fn socket(path: &Path) -> io::Result<Socket> {
    Ok(Socket::Unix(UnixStream::connect(path)?))
}

#[cfg(not(unix))]
fn socket(_: &Path) -> io::Result<Socket> {
    Err(ErrorKind::Unsupported.into())
}
