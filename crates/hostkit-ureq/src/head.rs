//! The heads of an answer before they are parsed: folded header lines become one, and all heads together are limited.
//!
//! The parser below ureq refuses a folded line, and counts no head but the last one, though a server may send `100
//! Continue` without end.

use hostkit_net::{HeadPart, HeadTooLarge, Heads};

/// The bytes of the heads that are not parsed yet.
#[derive(Debug, Default)]
pub(crate) struct Head {
    bytes: Vec<u8>,
    read: usize,
    /// The heads that are being received; none behind the final one.
    heads: Option<Heads>,
    is_line_start: bool,
}

impl Head {
    /// A request is being sent, so that a head comes next.
    pub(crate) fn expect(&mut self) {
        self.bytes.clear();
        self.read = 0;
        self.heads = Some(Heads::default());
        self.is_line_start = true;
    }

    /// Takes the bytes up to the end of the final head, and returns how many these are.
    ///
    /// # Errors
    /// The heads are too large.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<usize, HeadTooLarge> {
        let mut rest = bytes;
        while let Some(heads) = self.heads.as_mut().filter(|_| !rest.is_empty()) {
            // A line that begins with a blank continues the one before, unless that is the first one.
            if self.is_line_start && heads.lines() > 1 && matches!(rest, [b' ' | b'\t', ..]) {
                for end in self.bytes.iter_mut().rev().take(2).filter(|byte| matches!(byte, b'\r' | b'\n')) {
                    *end = b' ';
                }
            }
            let (taken, part) = heads.see(rest)?;
            let (line, behind) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
            self.bytes.extend_from_slice(line);
            self.is_line_start = part != HeadPart::Inside;
            if part == HeadPart::Final {
                self.heads = None;
            }
            rest = behind;
        }
        Ok(bytes.len() - rest.len())
    }

    /// Whether the final head has come.
    pub(crate) fn is_whole(&self) -> bool {
        self.heads.is_none()
    }

    pub(crate) fn unread(&self) -> &[u8] {
        self.bytes.get(self.read..).unwrap_or_default()
    }

    /// The first bytes were used.
    pub(crate) fn consume(&mut self, amount: usize) {
        self.read = (self.read + amount).min(self.bytes.len());
        if self.read == self.bytes.len() {
            self.read = 0;
            self.bytes.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use hostkit_net::MAX_HEAD;

    use super::*;

    /// What is left to be parsed of an answer that comes in pieces of this size, what stands behind its heads, and whether
    /// it is within the limit.
    fn seen(answer: &str, size: usize) -> (String, String, bool) {
        let mut head = Head::default();
        head.expect();
        let mut body = Vec::new();
        for mut piece in answer.as_bytes().chunks(size) {
            let Ok(taken) = head.take(piece) else {
                return (String::new(), String::new(), false);
            };
            piece = &piece[taken..];
            assert!(piece.is_empty() || head.is_whole());
            body.extend_from_slice(piece);
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(head.unread()), text(&body), true)
    }

    #[test]
    fn a_folded_line_becomes_one_of_the_same_length() {
        let answer =
            "HTTP/1.1 103 Early\r\nA: 1\r\n 2\r\n\r\nHTTP/1.1 200 OK\nB:\r\n\t3\r\n 4\nC: 5\n 6\r\n\r\n\r\n body\n 7";
        let unfolded = "HTTP/1.1 103 Early\r\nA: 1   2\r\n\r\nHTTP/1.1 200 OK\nB:  \t3   4\nC: 5  6\r\n\r\n";
        for size in 1..=answer.len() {
            assert_eq!(seen(answer, size), (unfolded.to_owned(), "\r\n body\n 7".to_owned(), true), "{size}");
        }
        // Between the first line and the headers a blank means nothing, and a parser refuses it.
        let odd = "HTTP/1.1 200 OK\r\n A: 1\r\n\r\n";
        assert_eq!(seen(odd, 3).0, odd);
    }

    #[test]
    fn heads_without_end_are_too_large() {
        let early = "HTTP/1.1 100 Continue\r\n\r\n".repeat(MAX_HEAD / 25 + 1);
        assert!(seen(&early[..MAX_HEAD], 4096).2);
        assert!(!seen(&early, 4096).2);
    }

    #[test]
    fn the_heads_of_each_answer_count_anew() {
        let mut head = Head::default();
        for _ in 0..3 {
            head.expect();
            for piece in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nA: 1\r\n", " 2\r\n\r\n"] {
                assert_eq!(head.take(piece.as_bytes()), Ok(piece.len()));
                if piece.contains("100") {
                    head.consume(head.unread().len());
                }
            }
            assert_eq!(head.unread(), b"HTTP/1.1 200 OK\r\nA: 1   2\r\n\r\n");
        }
    }
}
