//! Reads the head of a request from bytes: strict, bounded, without a socket.

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// Size limits of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of request line and headers together.
    pub head: usize,
    /// Header lines.
    pub headers: usize,
    /// Decoded bytes of the body.
    pub body: usize,
}

impl Bounds {
    /// 64 KiB of head, 128 lines, 4 MiB of body.
    pub const DEFAULT: Self = Self { head: 64 << 10, headers: 128, body: 4 << 20 };
}

/// A malformed request, refused before it is routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) why: &'static str,
}

impl Refused {
    pub(crate) const fn bad(why: &'static str) -> Self {
        Self { status: 400, why }
    }
}

/// How the body of a request is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framed {
    Length(usize),
    Chunked,
}

/// The head of a request.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) method: Method,
    /// Path and query, as received.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    /// Whether the client speaks HTTP/1.1 and so understands chunks.
    pub(crate) is_modern: bool,
    pub(crate) keep_alive: bool,
    pub(crate) framed: Framed,
}

impl Head {
    /// Reads a head: everything up to and including the empty line.
    pub(crate) fn parse(bytes: &[u8], bounds: &Bounds) -> Result<Self, Refused> {
        let mut lines = Lines(bytes);
        let first = lines.next_line()?.ok_or(Refused::bad("there is no request line"))?;
        let (method, target, is_modern) = request_line(first)?;
        let mut headers = HeaderMap::new();
        let mut count = 0;
        while let Some(line) = lines.next_line()?.filter(|line| !line.is_empty()) {
            count += 1;
            if count > bounds.headers {
                return Err(Refused { status: 431, why: "too many header lines" });
            }
            let (name, value) = header(line)?;
            // `HeaderMap` has a capacity limit of its own; exceeding it must not panic.
            headers.try_append(name, value).map_err(|_| Refused { status: 431, why: "too many header lines" })?;
        }
        if is_modern && headers.get_all(HOST).iter().count() != 1 {
            return Err(Refused::bad("HTTP/1.1 requires exactly one Host"));
        }
        let framed = framing(&headers, bounds)?;
        let says = |word: &str| tokens(&headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case(word));
        let keep_alive = if is_modern { !says("close") } else { says("keep-alive") };
        Ok(Self { method, target, headers, is_modern, keep_alive, framed })
    }

    /// Where the head ends, if its empty line has arrived.
    pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
        bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|start| start + 4)
    }
}

struct Lines<'a>(&'a [u8]);

impl<'a> Lines<'a> {
    fn next_line(&mut self) -> Result<Option<&'a [u8]>, Refused> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let end = self.0.windows(2).position(|window| window == b"\r\n").ok_or(Refused::bad("a line has no end"))?;
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.get(2..).unwrap_or_default();
        match line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            true => Err(Refused::bad("a control character in the head")),
            false => Ok(Some(line)),
        }
    }
}

fn request_line(line: &[u8]) -> Result<(Method, String, bool), Refused> {
    let line = std::str::from_utf8(line).map_err(|_| Refused::bad("the request line is not ASCII"))?;
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Refused::bad("the request line does not have three words"));
    };
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| Refused::bad("the method is not a token"))?;
    let is_modern = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return Err(Refused { status: 505, why: "only HTTP/1.1 and HTTP/1.0 are supported" }),
    };
    if !target.bytes().all(|byte| (0x21..0x7f).contains(&byte)) || target.contains('#') {
        return Err(Refused::bad("the target is not a URL"));
    }
    let path = match target.strip_prefix("http://") {
        // Absolute form, as sent to proxies: the path starts at the first slash after the authority.
        Some(rest) => rest.find('/').map_or("/", |slash| rest.get(slash..).unwrap_or("/")),
        None => target,
    };
    if !path.starts_with('/') {
        return Err(Refused::bad("the target is not a path"));
    }
    Ok((method, path.to_owned(), is_modern))
}

fn header(line: &[u8]) -> Result<(HeaderName, HeaderValue), Refused> {
    let colon = line.iter().position(|byte| *byte == b':').ok_or(Refused::bad("a header has no colon"))?;
    let (name, value) = line.split_at(colon);
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    // A leading space is obsolete line folding, a trailing one allows request smuggling: both are refused.
    let name = HeaderName::from_bytes(name).map_err(|_| Refused::bad("a header's name is not a token"))?;
    let value = HeaderValue::from_bytes(value).map_err(|_| Refused::bad("a header's value has control characters"))?;
    Ok((name, value))
}

fn framing(headers: &HeaderMap, bounds: &Bounds) -> Result<Framed, Refused> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let mut codings = tokens(headers, &TRANSFER_ENCODING);
    let length = lengths.next();
    match (length, codings.next()) {
        (Some(_), Some(_)) => Err(Refused::bad("a length and a transfer encoding")),
        (None, Some(coding)) if coding.eq_ignore_ascii_case("chunked") && codings.next().is_none() => {
            Ok(Framed::Chunked)
        }
        (None, Some(_)) => Err(Refused { status: 501, why: "only chunked is supported" }),
        (None, None) => Ok(Framed::Length(0)),
        (Some(length), None) => {
            if lengths.next().is_some() {
                return Err(Refused::bad("more than one length"));
            }
            let digits = length.as_bytes();
            if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
                return Err(Refused::bad("the length is not a number"));
            }
            let length = length.to_str().ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
            match length <= bounds.body {
                true => Ok(Framed::Length(length)),
                false => Err(Refused { status: 413, why: "the body is too large" }),
            }
        }
    }
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
    let values = headers.get_all(name).into_iter();
    values.flat_map(|value| value.to_str().unwrap_or("?").split(',')).map(str::trim).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Head, Refused> {
        Head::parse(text.as_bytes(), &Bounds::DEFAULT)
    }

    #[test]
    fn a_request_is_read() {
        let head = parse("DELETE /a?b=c HTTP/1.1\r\nhOST: x\r\nContent-LENGTH:  7 \r\n\r\n").unwrap();
        assert_eq!((head.method, head.target.as_str()), (Method::DELETE, "/a?b=c"));
        assert_eq!((head.framed, head.keep_alive), (Framed::Length(7), true));
        let head = parse("GET http://127.0.0.1:1/x HTTP/1.0\r\n\r\n").unwrap();
        assert_eq!((head.target.as_str(), head.keep_alive, head.is_modern), ("/x", false, false));
    }

    #[test]
    fn what_could_smuggle_is_refused() {
        let cases = [
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/2\r\nHost: x\r\n\r\n", 505),
            ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n Folded: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET / HTTP/1.1\nHost: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
            ("", 400),
        ];
        for (text, status) in cases {
            assert_eq!(parse(text).unwrap_err().status, status, "{text:?}");
        }
    }

    #[test]
    fn too_many_lines_are_refused() {
        let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(200));
        assert_eq!(parse(&many).unwrap_err().status, 431);
    }

    #[test]
    fn cut_and_flipped_heads_never_panic() {
        let good = b"POST /clodo/v1/servers?x=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX: \xff\r\n\r\n";
        for at in 0..good.len() {
            let _ = Head::parse(&good[..at], &Bounds::DEFAULT);
            for byte in 0..=255 {
                let mut flipped = good.to_vec();
                flipped[at] = byte;
                let _ = Head::parse(&flipped, &Bounds::DEFAULT);
            }
        }
    }
}
