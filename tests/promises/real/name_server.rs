//! A name server on port 53 of loopback, over UDP and TCP, that answers for every name and also misbehaves.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How the name server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// With the address of the sandbox; there is no AAAA.
    Right,
    /// With an alias.
    Alias,
    /// After this time.
    Late(Duration),
    /// Truncated over UDP, right over TCP.
    Truncated,
    /// First with a wrong id, then right.
    WrongIdFirst,
    /// Also with an AAAA address that refuses connections.
    SixToo,
    /// First with an address that refuses connections.
    ClosedFirst,
    /// Only with an AAAA address, which refuses connections.
    OnlySix,
    /// With addresses that refuse connections.
    Closed,
    /// The name exists and has no address.
    NoAddress,
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The server fails (SERVFAIL).
    Failing,
    /// The server refuses (REFUSED).
    Refusing,
    /// Not at all.
    Silent,
    /// To A, but not to AAAA.
    HalfSilent,
    /// Truncated over UDP, not at all over TCP.
    TruncatedThenSilent,
    /// With bytes that are not an answer.
    Garbage,
    /// Only with a wrong id.
    WrongId,
    /// For another name.
    OtherName,
}

/// The name server, which runs until the process ends.
#[derive(Clone)]
pub struct NameServer {
    manner: Arc<Mutex<Manner>>,
    asked: Arc<AtomicUsize>,
    /// The open TCP connections.
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

/// The sandbox's address, and addresses that refuse connections.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const NOBODY_SIX: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

impl NameServer {
    /// Listens at `127.0.0.1:53`, which must be free.
    pub fn start() -> Self {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 53));
        let server =
            Self { manner: Arc::new(Mutex::new(Manner::Right)), asked: Arc::default(), connections: Arc::default() };
        let (udp, tcp) = (Arc::new(UdpSocket::bind(at).unwrap()), TcpListener::bind(at).unwrap());
        let (over_udp, over_tcp) = (server.clone(), server.clone());
        std::thread::spawn(move || {
            let mut query = [0; 512];
            while let Ok((count, from)) = udp.recv_from(&mut query) {
                let (query, udp, server) = (query[..count].to_vec(), Arc::clone(&udp), over_udp.clone());
                // Each on its own thread, so that a late answer does not delay others.
                std::thread::spawn(move || {
                    for answer in server.answers(&query, false) {
                        let _ = udp.send_to(&answer, from);
                    }
                });
            }
        });
        std::thread::spawn(move || {
            for stream in tcp.incoming().flatten() {
                let server = over_tcp.clone();
                server.connections.lock().unwrap().extend(stream.try_clone());
                std::thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    /// Sets how it answers from now on. Closes all TCP connections, on which the system's resolver would otherwise wait
    /// for ever.
    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
        for connection in self.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// The number of questions.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Serves one connection, on which several questions may come.
    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let mut length = [0; 2];
            stream.read_exact(&mut length).ok()?;
            let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut query).ok()?;
            for answer in self.answers(&query, true) {
                let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                stream.write_all(&[&length, answer.as_slice()].concat()).ok()?;
            }
        }
    }

    /// The packets that answer one packet.
    fn answers(&self, query: &[u8], is_tcp: bool) -> Vec<Vec<u8>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let manner = *self.manner.lock().unwrap();
        let Some(question) = Question::read(query) else { return Vec::new() };
        let right = || question.answer(0, &[HERE]);
        let with_other_id = || {
            let mut answer = right();
            answer[0] ^= 0x55;
            answer
        };
        match manner {
            Manner::Right => vec![right()],
            Manner::Late(pause) => {
                std::thread::sleep(pause);
                vec![right()]
            }
            Manner::Alias => vec![question.through_alias()],
            Manner::Truncated | Manner::TruncatedThenSilent if !is_tcp => vec![question.truncated()],
            Manner::Truncated => vec![right()],
            Manner::WrongIdFirst => vec![with_other_id(), right()],
            Manner::SixToo => vec![question.answer(0, &[NOBODY_SIX, HERE])],
            Manner::ClosedFirst => vec![question.answer(0, &[NOBODY, HERE])],
            Manner::OnlySix => vec![question.answer(0, &[NOBODY_SIX])],
            Manner::Closed => vec![question.answer(0, &[NOBODY, NOBODY_SIX])],
            Manner::NoAddress => vec![question.answer(0, &[])],
            Manner::Failing => vec![question.answer(2, &[])],
            Manner::NoSuchName => vec![question.answer(3, &[])],
            Manner::Refusing => vec![question.answer(5, &[])],
            Manner::HalfSilent if question.kind == A => vec![right()],
            Manner::Silent | Manner::HalfSilent | Manner::TruncatedThenSilent => Vec::new(),
            Manner::Garbage => vec![vec![0xff; 3], query.iter().rev().copied().collect(), vec![0xa5; 300]],
            Manner::WrongId => vec![with_other_id()],
            Manner::OtherName => {
                let mut answer = right();
                answer[13] ^= 0x01;
                vec![answer]
            }
        }
    }
}

/// The question of a packet; resolvers send only one.
struct Question<'q> {
    id: &'q [u8],
    /// Name, type and class, as received.
    bytes: &'q [u8],
    kind: u16,
}

impl<'q> Question<'q> {
    fn read(query: &'q [u8]) -> Option<Self> {
        let mut end = 12;
        loop {
            let length = usize::from(*query.get(end)?);
            end += length + 1;
            if length == 0 {
                break;
            }
        }
        let kind = u16::from_be_bytes(query.get(end..end + 2)?.try_into().ok()?);
        Some(Self { id: query.get(..2)?, bytes: query.get(12..end + 4)?, kind })
    }

    /// An answer with those of the addresses that are of the requested type.
    fn answer(&self, code: u8, addresses: &[IpAddr]) -> Vec<u8> {
        // The name is that of the question, at byte 12.
        let records: Vec<_> = addresses.iter().filter_map(|address| self.record(&[0xc0, 12], *address)).collect();
        self.packet(0, code, &records)
    }

    fn through_alias(&self) -> Vec<u8> {
        let name = b"\x05other\x04test\x00";
        let alias = record(&[0xc0, 12], CNAME, name);
        self.packet(0, 0, &[vec![alias], self.record(name, HERE).into_iter().collect()].concat())
    }

    fn truncated(&self) -> Vec<u8> {
        self.packet(0x02, 0, &[])
    }

    fn record(&self, name: &[u8], address: IpAddr) -> Option<Vec<u8>> {
        match address {
            IpAddr::V4(address) if self.kind == A => Some(record(name, A, &address.octets())),
            IpAddr::V6(address) if self.kind == AAAA => Some(record(name, AAAA, &address.octets())),
            _ => None,
        }
    }

    fn packet(&self, flags: u8, code: u8, records: &[Vec<u8>]) -> Vec<u8> {
        let count = u8::try_from(records.len()).unwrap();
        let head = [0x81 | flags, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
        [self.id, &head, self.bytes, &records.concat()].concat()
    }
}

/// A record with a TTL of one second.
fn record(name: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [name, &kind.to_be_bytes(), &[0, 1, 0, 0, 0, 1], &length.to_be_bytes(), data].concat()
}
