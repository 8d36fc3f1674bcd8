//! A connection: what is asked goes out, and what is told comes in, until a moment and no later.
//!
//! The crate `redis` writes the commands and reads the answers. Its own connections wait for the system's resolver however
//! long that takes, and for each byte anew.

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

/// An entry has one line for each call of a window; none of ours is larger.
pub(crate) const MAX_BYTES: usize = 8 << 20;
/// An entry, and what stands around it.
const LONGEST_ANSWER: u64 = (MAX_BYTES + (64 << 10)) as u64;

pub(crate) struct Link {
    stream: Stream,
    parser: Parser,
}

/// Why there is no answer.
pub(crate) enum Failure {
    /// None came.
    Network(io::Error),
    /// It says no.
    Told(RedisError),
    /// It does not know the user or the password.
    Refused(RedisError),
}

impl Link {
    /// Connects, and says who asks.
    pub(crate) fn open(
        address: &Address,
        names: &Names,
        tls: &Arc<ClientConfig>,
        until: Instant,
    ) -> Result<Self, Failure> {
        let stream = Stream::open(address, names, tls, until).map_err(Failure::Network)?;
        let mut link = Self { stream, parser: Parser::new() };
        if let Some(password) = &address.password {
            let mut command = redis::cmd("AUTH");
            if let Some(user) = &address.user {
                command.arg(user.expose());
            }
            command.arg(password.expose());
            link.ask(&command, until).map_err(|failure| match failure {
                Failure::Told(error) => Failure::Refused(error),
                other => other,
            })?;
        }
        if address.database != 0 {
            link.ask(redis::cmd("SELECT").arg(address.database), until)?;
        }
        Ok(link)
    }

    /// After a failure of the network the connection is of no use: an answer that is late would be taken for the next one.
    pub(crate) fn ask(&mut self, command: &Cmd, until: Instant) -> Result<Value, Failure> {
        self.stream.timed().until = until;
        let said = self.stream.write_all(&command.get_packed_command()).and_then(|()| self.stream.flush());
        said.map_err(Failure::Network)?;
        let mut reader = Recorded { reader: (&mut self.stream).take(LONGEST_ANSWER), broke: None };
        let told = self.parser.parse_value(&mut reader).and_then(Value::extract_error);
        told.map_err(|error| match reader.broke {
            Some(broke) => Failure::Network(broke),
            None if error.kind() == redis::ErrorKind::Io => Failure::Network(ErrorKind::UnexpectedEof.into()),
            None => Failure::Told(error),
        })
    }
}

/// Keeps the error, which the parser wraps so that its cause is not seen.
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

/// A socket that nobody waits for after a moment, also if it gives a byte now and then.
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
        // Neither kind of socket keeps anything back.
        Ok(())
    }
}

/// Tries the addresses one after the other, each with its share of the time.
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
