//! Reads the body of a request by its framing, within bounds.

use std::io;

use super::head::{Bounds, Framed, Refused};
use super::socket::Socket;

/// The longest chunk-size or trailer line, in bytes.
const LINE: usize = 1024;
/// The most lines of trailers.
const TRAILERS: usize = 32;

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum NoBody {
    /// The client disconnected, or timed out.
    Gone,
    Refused(Refused),
}

impl From<io::Error> for NoBody {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl From<Refused> for NoBody {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

pub(crate) fn read(socket: &mut Socket, framed: Framed, bounds: &Bounds) -> Result<Vec<u8>, NoBody> {
    match framed {
        Framed::Length(length) => exactly(socket, length),
        Framed::Chunked => chunked(socket, bounds),
    }
}

fn exactly(socket: &mut Socket, length: usize) -> Result<Vec<u8>, NoBody> {
    while socket.buffer().len() < length {
        if !socket.fill()? {
            return Err(NoBody::Gone);
        }
    }
    Ok(socket.take(length))
}

fn chunked(socket: &mut Socket, bounds: &Bounds) -> Result<Vec<u8>, NoBody> {
    let mut body = Vec::new();
    loop {
        let size = chunk_size(&line(socket)?)?;
        if size == 0 {
            break;
        }
        if size > bounds.body.saturating_sub(body.len()) {
            return Err(Refused { status: 413, why: "the body is too large" }.into());
        }
        body.append(&mut exactly(socket, size)?);
        if exactly(socket, 2)? != b"\r\n" {
            return Err(Refused::bad("a chunk has no end").into());
        }
    }
    for _ in 0..TRAILERS {
        if line(socket)?.is_empty() {
            return Ok(body);
        }
    }
    Err(Refused { status: 431, why: "too many trailers" }.into())
}

fn line(socket: &mut Socket) -> Result<Vec<u8>, NoBody> {
    loop {
        if let Some(end) = socket.buffer().windows(2).position(|window| window == b"\r\n") {
            let mut line = socket.take(end + 2);
            line.truncate(end);
            return Ok(line);
        }
        if socket.buffer().len() > LINE {
            return Err(Refused::bad("a line among the chunks is too long").into());
        }
        if !socket.fill()? {
            return Err(NoBody::Gone);
        }
    }
}

fn chunk_size(line: &[u8]) -> Result<usize, Refused> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii_end();
    let is_number = !digits.is_empty() && digits.len() <= 8 && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| is_number);
    text.and_then(|text| usize::from_str_radix(text, 16).ok()).ok_or(Refused::bad("a chunk's size is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_chunks() {
        assert_eq!(chunk_size(b"1aF;name=value").unwrap(), 0x1af);
        for bad in [&b""[..], b"-1", b"+1", b"0x1", b"123456789", b" 1", b"g"] {
            assert!(chunk_size(bad).is_err(), "{bad:?}");
        }
    }
}
