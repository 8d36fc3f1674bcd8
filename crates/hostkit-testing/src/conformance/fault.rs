//! The faults of the server; the list of scenarios has a row for each.

use std::fmt::Write as _;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::server::Pen;

/// What the server does wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Nothing,
    /// Answers with keep-alive, then closes the connection.
    CloseBetween,
    /// Refuses connections.
    Refused,
    /// Resets the connection without reading a byte of the request.
    ResetUnread,
    /// Resets the connection in the middle of a request that is larger than the buffers of a socket.
    ResetHalfRead,
    /// Reads so many bytes of a request that is larger than the buffers of a socket, answers, and resets the connection.
    AnswerAfter(u64),
    /// Reads the request, sends these bytes, and then resets the connection.
    Reset(&'static str),
    /// Reads the request, then closes the connection.
    CloseRead,
    /// Closes in the middle of the headers.
    HalfHead,
    /// Closes before the body has the declared length.
    CutLength,
    /// Closes in the middle of a chunk.
    CutChunk,
    /// Closes before the last line of a chunked body.
    CutLastLine,
    /// Closes too early in a body that ends with the connection.
    CutClose,
    /// Redirects to another origin.
    Redirect(String),
    /// A compressed body that was not requested.
    Gzip,
    /// The same in brotli.
    Brotli,
    /// The same in deflate.
    Deflate,
    /// A text in an encoding that is not UTF-8, as its type says.
    OtherCharset,
    /// Sets cookies, in a line that comes in pieces and one that is folded.
    Cookies,
    /// One header of 1 MB.
    LargeHeader,
    /// 100,000 headers.
    ManyHeaders,
    /// 64 MiB, declared.
    LargeBody,
    /// 64 MiB, in chunks.
    LargeChunks,
    /// Two lengths that contradict each other.
    TwoLengths,
    /// Something that is not HTTP.
    NotHttp,
    /// A header line that has no colon.
    BrokenLine,
    /// A header whose value is folded over several lines, as some proxies and caches do.
    FoldedLine,
    /// The transfer coding `identity`, which HTTP/1.1 removed in 2014.
    IdentityCoding,
    /// Answers, and then says on the kept connection that it timed out.
    TimeoutBetween,
    /// Answers the first request; after that the connection is silent. Others are sound.
    SilentAfterFirst,
    /// `100 Continue` without end, as fast as it can.
    FloodContinue,
    /// Answers the first request with a body that is larger than heads may be, later ones with such a flood.
    FloodAfterFirst,
    /// Answers with these bytes, and closes the connection.
    Odd(String),
    /// An HTML page.
    Html,
    /// A document of another API.
    OtherApi,
    /// A document that nests deeper than the default limit.
    Deep,
    /// Success without a body.
    Empty,
    /// Accepts the connection and stays silent when the client begins TLS.
    StallHandshake,
    /// Reads the request so slowly that it never arrives in whole.
    StallUnread,
    /// Reads the request and does not answer.
    StallHead,
    /// Stops in the first line.
    StallStatus,
    /// Stops in the headers.
    StallHeaders,
    /// Stops after the headers.
    StallBetween,
    /// Stops in a body with a length.
    StallLength,
    /// Stops in the size of a chunk.
    StallChunkSize,
    /// Stops in a chunk.
    StallChunk,
    /// Stops before the last chunk.
    StallLastChunk,
    /// Stops in a body that ends with the connection.
    StallClose,
    /// One byte of a header at a time.
    DripHead,
    /// One byte of the body at a time.
    DripBody,
    /// Sends `100 Continue` without end.
    DripContinue,
}

/// What happens to the connection afterwards.
pub(super) enum After {
    /// It stays open for another request.
    Go,
    /// It is closed.
    Close,
    /// It is held open until the client disconnects.
    Hold,
}

const BODY: &str = r#"{"id":7}"#;
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const CLOSING: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

/// `{"id":7}` in gzip.
const GZIPPED: [u8; 28] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff, 0xab, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x32, 0xaf, 5, 0, 0x43, 0x5f, 7, 0x12,
    8, 0, 0, 0,
];

/// `{"id":7}` in brotli.
const BROTLI: [u8; 12] = [0x8b, 3, 0x80, b'{', b'"', b'i', b'd', b'"', b':', b'7', b'}', 3];

/// `{"id":7}` in deflate.
const DEFLATED: [u8; 19] =
    [0x78, 1, 1, 8, 0, 0xf7, 0xff, b'{', b'"', b'i', b'd', b'"', b':', b'7', b'}', 0x0b, 0x59, 2, 0x7b];

impl Fault {
    /// How many bytes of a request it reads, if it does not wait for the whole of it.
    pub(super) fn reads(&self) -> Option<u64> {
        match self {
            Self::ResetHalfRead => Some(1 << 16),
            Self::AnswerAfter(amount) => Some(*amount),
            _ => None,
        }
    }

    /// Whether it reads no request.
    pub(super) fn is_deaf(&self) -> bool {
        matches!(self, Self::StallHandshake | Self::StallUnread)
    }

    /// How many bytes of a request of this length it leaves unread.
    pub(super) fn unread(&self, length: usize) -> usize {
        match self {
            Self::ResetUnread => length,
            Self::Reset(_) => 1,
            _ => 0,
        }
    }

    pub(super) fn play(&self, pen: &mut Pen<'_>, order: usize) -> io::Result<After> {
        let length = BODY.len();
        match self {
            Self::Nothing => {
                pen.write(answer(BODY))?;
                return Ok(After::Go);
            }
            Self::CloseBetween => pen.write(answer(BODY))?,
            Self::Refused | Self::ResetUnread | Self::ResetHalfRead | Self::CloseRead => {}
            Self::AnswerAfter(_) => {
                pen.write(answer(BODY))?;
                // The client should have seen it before the reset discards it.
                thread::sleep(Duration::from_millis(50));
            }
            Self::HalfHead => pen.write("HTTP/1.1 200 OK\r\nContent-Le")?,
            Self::Reset(answer) => {
                pen.write(answer)?;
                // The client should have read all of it before the reset discards it.
                thread::sleep(Duration::from_millis(50));
            }
            Self::CutLength => pen.write(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{BODY}", length + 1))?,
            Self::CutChunk => pen.write(format!("{CHUNKED}{:x}\r\n{BODY}", length + 1))?,
            Self::CutLastLine => pen.write(format!("{CHUNKED}{length:x}\r\n{BODY}\r\n0\r\n"))?,
            Self::CutClose => pen.write(format!("{CLOSING}{}", BODY.trim_end_matches('}')))?,
            Self::Redirect(to) => {
                let code = if order % 2 == 1 { "307 Temporary Redirect" } else { "302 Found" };
                pen.write(format!("HTTP/1.1 {code}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))?;
                return Ok(After::Go);
            }
            Self::Gzip => encoded(pen, "Content-Encoding: gzip", &GZIPPED)?,
            Self::Brotli => encoded(pen, "Content-Encoding: br", &BROTLI)?,
            Self::Deflate => encoded(pen, "Content-Encoding: deflate", &DEFLATED)?,
            Self::OtherCharset => {
                encoded(pen, "Content-Type: text/json; charset=windows-1251", b"{\"id\":7,\"name\":\"\xcf\"}")?;
            }
            Self::Cookies => {
                for piece in ["HTTP/1.1 200 OK\r\nset-", "COOKIE: pieces=1; Pa", "th=/\r\nSet-Cookie:\r\n folded=2\r\n"]
                {
                    pen.write(piece)?;
                    thread::sleep(Duration::from_millis(10));
                }
                pen.write(format!("Content-Length: {length}\r\n\r\n{BODY}"))?;
                return Ok(After::Go);
            }
            Self::LargeHeader => {
                pen.write(format!("HTTP/1.1 200 OK\r\nX-Large: {}\r\n", "x".repeat(1_000_000)))?;
                pen.write(format!("Content-Length: {length}\r\n\r\n{BODY}"))?;
            }
            Self::ManyHeaders => {
                let mut text = String::from("HTTP/1.1 200 OK\r\n");
                (0..100_000).try_for_each(|n| write!(text, "X-{n}: 1\r\n")).map_err(io::Error::other)?;
                pen.write(format!("{text}Content-Length: {length}\r\n\r\n{BODY}"))?;
            }
            Self::LargeBody => {
                pen.write(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 64 << 20))?;
                (0..64).try_for_each(|_| pen.write(vec![b' '; 1 << 20]))?;
            }
            Self::LargeChunks => {
                pen.write(CHUNKED)?;
                for _ in 0..64 {
                    pen.write(format!("{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20)))?;
                }
                pen.write("0\r\n\r\n")?;
            }
            Self::TwoLengths => {
                pen.write(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nContent-Length: 2\r\n\r\n{BODY}"))?;
            }
            Self::NotHttp => pen.write("SSH-2.0-OpenSSH_9.2\r\n\r\n")?,
            Self::BrokenLine => {
                pen.write(format!("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: {length}\r\n\r\n{BODY}"))?
            }
            Self::FoldedLine => {
                let head = "HTTP/1.1 200 OK\r\nX-Policy: one;\r\n two;\r\n\tthree\r\nX-Empty:\r\n four\r\n";
                pen.write(head)?;
                // The rest of a folded line may come later than its beginning.
                thread::sleep(Duration::from_millis(20));
                pen.write(format!(" five\r\nContent-Length: {length}\r\n\r\n{BODY}"))?;
                return Ok(After::Go);
            }
            Self::IdentityCoding => {
                let head = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: {length}\r\n");
                pen.write(format!("{head}Connection: close\r\n\r\n{BODY}"))?;
            }
            Self::TimeoutBetween => {
                pen.write(answer(BODY))?;
                pen.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
            }
            Self::SilentAfterFirst => {
                if order == 2 {
                    return Ok(After::Hold);
                }
                pen.write(answer(BODY))?;
                return Ok(After::Go);
            }
            Self::FloodAfterFirst if order == 1 => {
                pen.write(answer(&format!("{}{BODY}", " ".repeat(256 << 10))))?;
                return Ok(After::Go);
            }
            Self::FloodContinue | Self::FloodAfterFirst => {
                let heads = "HTTP/1.1 100 Continue\r\n\r\n".repeat(2_000);
                let end = Instant::now() + Duration::from_secs(8);
                while Instant::now() < end {
                    pen.write(&heads)?;
                }
            }
            Self::Odd(answer) => pen.write(answer)?,
            Self::Html => pen.write(answer("<!DOCTYPE html><title>Sign in</title>"))?,
            Self::OtherApi => pen.write(answer(r#"{"kind":"Status","version":2}"#))?,
            Self::Deep => pen.write(answer(&["[".repeat(100), "]".repeat(100)].concat()))?,
            Self::Empty => pen.write(answer(""))?,
            Self::DripHead => {
                pen.write("HTTP/1.1 200 OK\r\nX-Slow: ")?;
                pen.drip(b'x', Duration::from_millis(20))?;
            }
            Self::DripBody => {
                pen.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
                pen.drip(b' ', Duration::from_millis(20))?;
            }
            Self::DripContinue => {
                for _ in 0..400 {
                    pen.write("HTTP/1.1 100 Continue\r\n\r\n")?;
                    thread::sleep(Duration::from_millis(20));
                }
            }
            stall => {
                pen.write(stall.before_the_stall())?;
                return Ok(After::Hold);
            }
        }
        Ok(After::Close)
    }

    fn before_the_stall(&self) -> String {
        match self {
            Self::StallStatus => "HTTP/1.1 2".to_owned(),
            Self::StallHeaders => "HTTP/1.1 200 OK\r\nContent-Le".to_owned(),
            Self::StallBetween => "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n".to_owned(),
            Self::StallLength => "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id".to_owned(),
            Self::StallChunkSize => format!("{CHUNKED}8"),
            Self::StallChunk => format!("{CHUNKED}8\r\n{{\"id"),
            Self::StallLastChunk => format!("{CHUNKED}8\r\n{BODY}\r\n"),
            Self::StallClose => format!("{CLOSING}{BODY}"),
            _ => String::new(),
        }
    }
}

fn encoded(pen: &mut Pen<'_>, header: &str, body: &[u8]) -> io::Result<()> {
    pen.write(format!("HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: {}\r\n\r\n", body.len()))?;
    pen.write(body)
}

fn answer(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
