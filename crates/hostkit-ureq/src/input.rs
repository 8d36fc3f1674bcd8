//! The bytes of an answer before ureq reads them: folded header lines become one, all heads together are limited, and
//! headers that make ureq act are masked.
//!
//! ureq refuses a folded line, and counts no head but the last one, though a server may send `100 Continue` without end.
//! Any crate of a build can turn on ureq's features `cookies`, `gzip`, `brotli` and `charset`, and no setting turns them
//! off: ureq would then keep cookies and send them, and decode bodies. So it does not see the headers that it does this
//! by.

use hostkit_net::{HeadPart, HeadTooLarge, Heads};
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

/// The bytes that ureq has not consumed.
#[derive(Debug, Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    read: usize,
    /// Whether ureq could use what it read last: otherwise it needs more.
    has_progress: bool,
    head: Option<Head>,
}

/// The heads that are being received.
#[derive(Debug, Default)]
struct Head {
    heads: Heads,
    /// Where the present line begins in the bytes.
    line: usize,
    /// How far the bytes were looked at.
    seen: usize,
}

impl Input {
    /// A request is being sent, so that a head comes next.
    pub(crate) fn expect_head(&mut self) {
        if self.unread().is_empty() {
            self.head = Some(Head { line: self.bytes.len(), seen: self.bytes.len(), ..Head::default() });
        }
    }

    /// Takes bytes from the connection.
    ///
    /// # Errors
    /// There are too many before the final head has ended.
    pub(crate) fn extend(&mut self, bytes: &[u8]) -> Result<(), HeadTooLarge> {
        self.bytes.extend_from_slice(bytes);
        while let Some(head) = self.head.as_mut().filter(|head| head.seen < self.bytes.len()) {
            if head.see(&mut self.bytes)? == HeadPart::Final {
                self.head = None;
            }
        }
        Ok(())
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
    /// Looks at the next bytes, up to the end of a line.
    fn see(&mut self, bytes: &mut [u8]) -> Result<HeadPart, HeadTooLarge> {
        let at = self.seen;
        // A line that begins with a blank continues the one before, unless that is the first one.
        if at == self.line && self.heads.lines() > 1 && matches!(bytes.get(at), Some(b' ' | b'\t')) {
            for break_at in [at.checked_sub(2), at.checked_sub(1)].into_iter().flatten() {
                if let Some(byte @ (b'\r' | b'\n')) = bytes.get_mut(break_at) {
                    *byte = b' ';
                }
            }
        }
        let (taken, part) = self.heads.see(bytes.get(at..).unwrap_or_default())?;
        self.seen += taken;
        if let HeadPart::Line(before) = part {
            if let Some(line) = bytes.get_mut(self.line..self.seen).filter(|_| before > 0) {
                mask(line);
            }
            self.line = self.seen;
        }
        Ok(part)
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
        let is_within = answer.as_bytes().chunks(size).all(|piece| input.extend(piece).is_ok());
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
                assert_eq!(input.extend(piece.as_bytes()), Ok(()));
                let is_whole = input.unread().ends_with(b"\r\n\r\n");
                let amount = if is_whole { input.unread().len() } else { 0 };
                assert!(!is_whole || !input.unread().windows(3).any(|three| three == b"\n 2"));
                input.consume(amount);
                assert!(!input.can_be_used());
            }
            assert_eq!(input.extend(b"a\n b"), Ok(()));
            assert_eq!(input.unread(), b"a\n b");
            input.consume(1);
            assert!(input.can_be_used());
            input.consume(3);
        }
    }
}
