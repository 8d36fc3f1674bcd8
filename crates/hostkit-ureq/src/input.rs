//! The bytes of an answer before ureq reads them: folded header lines become one, all heads together are limited, and
//! headers that make ureq act are masked.
//!
//! ureq refuses a folded line, and counts no head but the last one, though a server may send `100 Continue` without end.
//! Any crate of a build can turn on ureq's features `cookies`, `gzip`, `brotli` and `charset`, and no setting turns them
//! off: ureq would then keep cookies and send them, and decode bodies. So it does not see the headers that it does this
//! by.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, SET_COOKIE};

/// Headers that ureq must not see, and the names of equal length under which they pass it.
static MASKED: [(HeaderName, HeaderName); 3] = [
    (SET_COOKIE, HeaderName::from_static("set~cookie")),
    (CONTENT_ENCODING, HeaderName::from_static("content~encoding")),
    (CONTENT_TYPE, HeaderName::from_static("content~type")),
];

/// Gives the masked headers of an answer their names again.
pub(crate) fn unmask(headers: &mut HeaderMap) {
    for (name, mask) in &MASKED {
        let values: Vec<_> = headers.get_all(mask).iter().cloned().collect();
        if !values.is_empty() {
            headers.remove(mask);
            for value in values {
                headers.append(name.clone(), value);
            }
        }
    }
}

/// The largest head that is read, in bytes, with those of 1xx before it; the limit of the call is checked afterwards.
pub(crate) const MAX_HEAD: usize = 128 << 10;

/// The bytes that ureq has not consumed.
#[derive(Debug, Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    read: usize,
    /// Whether ureq could use what it read last: otherwise it needs more.
    has_progress: bool,
    head: Option<Head>,
}

/// A head that is being received.
#[derive(Debug, Default)]
struct Head {
    /// Where its present line begins in the bytes, and how many lines it has before that.
    line: usize,
    lines: usize,
    /// Whether it is one of 1xx, which another head follows.
    is_informational: bool,
    /// How far it was looked at.
    seen: usize,
    /// The bytes of all heads of this answer.
    total: usize,
}

impl Input {
    /// A request is being sent, so that a head comes next.
    pub(crate) fn expect_head(&mut self) {
        if self.unread().is_empty() {
            self.head = Some(Head { line: self.bytes.len(), seen: self.bytes.len(), ..Head::default() });
        }
    }

    /// Takes bytes from the connection; `false` if there are too many before the final head has ended.
    pub(crate) fn extend(&mut self, bytes: &[u8]) -> bool {
        self.bytes.extend_from_slice(bytes);
        let Some(head) = &mut self.head else { return true };
        while head.seen < self.bytes.len() {
            let is_over = head.see(&mut self.bytes);
            if head.total > MAX_HEAD {
                return false;
            }
            if is_over {
                self.head = None;
                return true;
            }
        }
        true
    }

    pub(crate) fn unread(&self) -> &[u8] {
        self.bytes.get(self.read..).unwrap_or_default()
    }

    pub(crate) fn consume(&mut self, amount: usize) {
        self.has_progress = amount > 0;
        self.read = (self.read + amount).min(self.bytes.len());
        if self.read == self.bytes.len() {
            let dropped = std::mem::take(&mut self.read);
            self.bytes.clear();
            if let Some(head) = &mut self.head {
                head.line = head.line.saturating_sub(dropped);
                head.seen = head.seen.saturating_sub(dropped);
            }
        }
    }

    pub(crate) fn can_be_used(&self) -> bool {
        self.has_progress && !self.unread().is_empty()
    }
}

impl Head {
    /// Looks at the next byte; `true` if the body follows it.
    fn see(&mut self, bytes: &mut [u8]) -> bool {
        let at = self.seen;
        self.seen += 1;
        self.total += 1;
        let byte = bytes.get(at).copied().unwrap_or_default();
        // A line that begins with a blank continues the one before, unless that is the first one.
        if at == self.line && self.lines > 1 && matches!(byte, b' ' | b'\t') {
            for break_at in [at.checked_sub(2), at.checked_sub(1)].into_iter().flatten() {
                if let Some(byte @ (b'\r' | b'\n')) = bytes.get_mut(break_at) {
                    *byte = b' ';
                }
            }
            return false;
        }
        if byte != b'\n' {
            return false;
        }
        let line = bytes.get(self.line..at).unwrap_or_default();
        let is_empty = matches!(line, b"" | b"\r");
        if self.lines == 0 {
            self.is_informational = line.get(9) == Some(&b'1');
        }
        if let Some(line) = bytes.get_mut(self.line..at).filter(|_| self.lines > 0) {
            mask(line);
        }
        self.line = self.seen;
        self.lines += 1;
        if !is_empty || self.lines == 1 {
            return false;
        }
        self.lines = 0;
        !self.is_informational
    }
}

/// Masks the name of a header line.
fn mask(line: &mut [u8]) {
    let Some(end) = line.iter().position(|byte| *byte == b':') else { return };
    let Some(name) = line.get_mut(..end) else { return };
    if let Some((_, mask)) = MASKED.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_str().as_bytes())) {
        name.copy_from_slice(mask.as_str().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// What ureq sees of an answer that comes in pieces of this size, and whether it is within the limit.
    fn seen(answer: &str, size: usize) -> (String, bool) {
        let mut input = Input::default();
        input.expect_head();
        let is_within = answer.as_bytes().chunks(size).all(|piece| input.extend(piece));
        (String::from_utf8_lossy(input.unread()).into_owned(), is_within)
    }

    #[test]
    fn a_folded_line_becomes_one_of_the_same_length() {
        let answer =
            "HTTP/1.1 103 Early\r\nA: 1\r\n 2\r\n\r\nHTTP/1.1 200 OK\nB:\r\n\t3\r\n 4\nC: 5\n 6\r\n\r\n\r\n body\n 7";
        let unfolded =
            "HTTP/1.1 103 Early\r\nA: 1   2\r\n\r\nHTTP/1.1 200 OK\nB:  \t3   4\nC: 5  6\r\n\r\n\r\n body\n 7";
        for size in 1..=answer.len() {
            assert_eq!(seen(answer, size), (unfolded.to_owned(), true), "{size}");
        }
        // Between the first line and the headers a blank means nothing, and a parser refuses it.
        let odd = "HTTP/1.1 200 OK\r\n A: 1\r\n\r\n";
        assert_eq!(seen(odd, 3).0, odd);
    }

    #[test]
    fn headers_that_ureq_acts_on_are_masked() {
        let answer = "HTTP/1.1 103 Early\r\nSET-COOKIE: a=1\r\n\r\nHTTP/1.1 200 Set-Cookie: b\r\nset-cookie:c=2\r\n Set-Cookie: \
                      d=3\nX-Set-Cookie: e\r\nContent-Encoding: gzip\r\nSet-Cookies: f\r\ncontent-Type\r\nContent-Type: text\r\n\r\n\
                      Set-Cookie: body\r\n";
        let masked = "HTTP/1.1 103 Early\r\nset~cookie: a=1\r\n\r\nHTTP/1.1 200 Set-Cookie: b\r\nset~cookie:c=2   Set-Cookie: \
                      d=3\nX-Set-Cookie: e\r\ncontent~encoding: gzip\r\nSet-Cookies: f\r\ncontent-Type\r\ncontent~type: text\r\n\r\n\
                      Set-Cookie: body\r\n";
        for size in 1..=answer.len() {
            assert_eq!(seen(answer, size), (masked.to_owned(), true), "{size}");
        }
    }

    #[test]
    fn masked_headers_get_their_names_again() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("set~cookie", "a=1"), ("content~type", "text/xml"), ("set~cookie", "b=2"), ("x", "1")] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        unmask(&mut headers);
        assert_eq!(headers.get_all(SET_COOKIE).iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes), Some(b"text/xml".as_slice()));
        assert_eq!(headers.len(), 4);
    }

    #[test]
    fn consumed_bytes_change_nothing() {
        let mut input = Input::default();
        for _ in 0..3 {
            input.expect_head();
            for piece in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nA: 1\r\n", " 2\r\n\r\n"] {
                assert!(input.extend(piece.as_bytes()));
                let is_whole = input.unread().ends_with(b"\r\n\r\n");
                let amount = if is_whole { input.unread().len() } else { 0 };
                assert!(!is_whole || !input.unread().windows(3).any(|three| three == b"\n 2"));
                input.consume(amount);
                assert!(!input.can_be_used());
            }
            assert!(input.extend(b"a\n b"));
            assert_eq!(input.unread(), b"a\n b");
            input.consume(1);
            assert!(input.can_be_used());
            input.consume(3);
        }
    }

    #[test]
    fn heads_are_limited_together() {
        let head = "HTTP/1.1 100 Continue\r\n\r\n";
        let last = "HTTP/1.1 200 OK\r\n\r\n";
        let most = (MAX_HEAD - last.len()) / head.len();
        assert!(seen(&format!("{}{last}{}", head.repeat(most), "x".repeat(MAX_HEAD)), 1000).1);
        assert!(!seen(&format!("{}{last}", head.repeat(most + 1)), 1000).1);
        assert!(!seen(&"x".repeat(MAX_HEAD + 1), 1000).1);
    }
}
