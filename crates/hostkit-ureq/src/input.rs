//! The bytes of an answer before ureq reads them: folded header lines become one, and all heads together are limited.
//!
//! ureq refuses a folded line, and counts no head but the last one, though a server may send `100 Continue` without end.

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
        self.line = self.seen;
        self.lines += 1;
        if !is_empty || self.lines == 1 {
            return false;
        }
        self.lines = 0;
        !self.is_informational
    }
}

#[cfg(test)]
mod tests {
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
