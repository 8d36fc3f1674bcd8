//! Writes an answer: status line, headers, and a body in one of the three framings.

use std::fmt::Write as _;

use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Response};

/// How the end of an answer's body is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// By `Content-Length`.
    #[default]
    Length,
    /// In chunks.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// The reason phrase of an answer's status line, as an extension of the answer, where it is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase(pub(crate) String);

/// How one answer is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) framing: Framing,
    pub(crate) keep_alive: bool,
    /// The request was a HEAD: the answer has no body.
    pub(crate) is_head: bool,
}

impl Delivery {
    /// Whether an answer with this status has a body at all.
    fn has_body(self, status: u16) -> bool {
        !self.is_head && status >= 200 && !matches!(status, 204 | 304)
    }

    /// Whether the connection stays open after a complete answer.
    pub(crate) fn lives(self) -> bool {
        self.keep_alive && self.framing != Framing::Close
    }
}

/// The bytes of an answer, in the two parts that faults cut it into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wire {
    /// Status line, headers and the empty line.
    pub(crate) head: Vec<u8>,
    /// The body, in its framing.
    pub(crate) body: Vec<u8>,
}

impl Wire {
    pub(crate) fn of(answer: &Response<Vec<u8>>, delivery: Delivery) -> Self {
        let status = answer.status().as_u16();
        let has_body = delivery.has_body(status);
        let mut extra = HeaderMap::new();
        match delivery.framing {
            Framing::Length if status >= 200 && status != 204 => {
                extra.insert(CONTENT_LENGTH, answer.body().len().into());
            }
            Framing::Chunked if status >= 200 && status != 204 => {
                extra.insert(TRANSFER_ENCODING, http::HeaderValue::from_static("chunked"));
            }
            _ => {}
        }
        if !delivery.lives() {
            extra.insert(CONNECTION, http::HeaderValue::from_static("close"));
        }
        let mut head = match answer.extensions().get::<Phrase>() {
            Some(Phrase(phrase)) => format!("HTTP/1.1 {status} {phrase}\r\n").into_bytes(),
            None => status_line(status),
        };
        for (name, value) in answer.headers().iter().chain(&extra) {
            push_header(&mut head, name.as_str(), value.as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        let body = match (has_body, delivery.framing) {
            (false, _) => Vec::new(),
            (true, Framing::Chunked) => chunks(answer.body(), answer.body().len().div_ceil(3).max(1)),
            (true, Framing::Length | Framing::Close) => answer.body().clone(),
        };
        Self { head, body }
    }
}

/// `HTTP/1.1 200 OK` and its line end.
pub(crate) fn status_line(status: u16) -> Vec<u8> {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
    format!("HTTP/1.1 {status} {}\r\n", reason.unwrap_or("Unknown")).into_bytes()
}

/// One header line; its name begins each word with a capital, as the hosters write it and some clients search for it.
pub(crate) fn push_header(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    let mut is_first = true;
    for byte in name.bytes() {
        head.push(if is_first { byte.to_ascii_uppercase() } else { byte });
        is_first = byte == b'-';
    }
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
    head.extend_from_slice(b"\r\n");
}

/// A body in chunks of `size` bytes, with the empty last chunk.
pub(crate) fn chunks(body: &[u8], size: usize) -> Vec<u8> {
    let mut framed = Vec::new();
    for chunk in body.chunks(size.max(1)) {
        let mut line = String::new();
        let _ = write!(line, "{:x}\r\n", chunk.len());
        framed.extend_from_slice(line.as_bytes());
        framed.extend_from_slice(chunk);
        framed.extend_from_slice(b"\r\n");
    }
    framed.extend_from_slice(b"0\r\n\r\n");
    framed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(status: u16, framing: Framing, is_head: bool) -> String {
        let mut answer = Response::new(b"abcdefg".to_vec());
        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
        let wire = Wire::of(&answer, Delivery { framing, keep_alive: true, is_head });
        String::from_utf8([wire.head, wire.body].concat()).unwrap()
    }

    #[test]
    fn three_framings() {
        assert_eq!(wire(200, Framing::Length, false), "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nabcdefg");
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n1\r\ng\r\n0\r\n\r\n";
        assert_eq!(wire(200, Framing::Chunked, false), chunked);
        assert_eq!(wire(200, Framing::Close, false), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcdefg");
    }

    #[test]
    fn a_phrase_stands_in_the_status_line() {
        let mut answer = Response::new(Vec::new());
        *answer.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        answer.extensions_mut().insert(Phrase("no such thing".to_owned()));
        let wire = Wire::of(&answer, Delivery { framing: Framing::Length, keep_alive: true, is_head: false });
        assert!(wire.head.starts_with(b"HTTP/1.1 500 no such thing\r\n"));
    }

    #[test]
    fn answers_without_a_body() {
        assert_eq!(wire(204, Framing::Length, false), "HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(wire(200, Framing::Length, true), "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    }
}
