//! The text format of an entry: a head with its kind, lines of words, and a checksum.

use std::fmt;
use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Larger entries are not ours.
const MAX_BYTES: usize = 4 << 20;

/// Bytes that are not a complete entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Damaged(pub(crate) &'static str);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Writes an entry, line by line.
pub(crate) struct Writer(String);

impl Writer {
    pub(crate) fn new(kind: &str) -> Self {
        Self(format!("hostkit 1 {kind}\n"))
    }

    /// Writes one line; foreign text goes through [`word`] first.
    pub(crate) fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.0.write_fmt(line);
        self.0.push('\n');
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        let sum = sum(self.0.as_bytes());
        self.line(format_args!("end {sum:016x}"));
        self.0.into_bytes()
    }
}

/// The lines of a complete entry, split into words.
pub(crate) fn read<'b>(kind: &str, bytes: &'b [u8]) -> Result<Vec<Vec<&'b str>>, Damaged> {
    if bytes.len() > MAX_BYTES {
        return Err(Damaged("it is too long"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Damaged("it is no text"))?;
    let (body, last) = text
        .strip_suffix('\n')
        .and_then(|text| text.rfind('\n').map(|at| text.split_at(at + 1)))
        .ok_or(Damaged("it has no end"))?;
    let expected = last.strip_prefix("end ").ok_or(Damaged("it has no end"))?;
    if u64::from_str_radix(expected, 16) != Ok(sum(body.as_bytes())) {
        return Err(Damaged("its sum is another one"));
    }
    let mut lines = body.lines();
    if lines.next() != Some(&*format!("hostkit 1 {kind}")) {
        return Err(Damaged("it is something else, or of another version"));
    }
    Ok(lines.map(|line| line.split(' ').collect()).collect())
}

/// Encodes a text as one word.
pub(crate) fn word(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

pub(crate) fn text(word: &str) -> Result<String, Damaged> {
    match percent_decode_str(word).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Damaged("a word is no text")),
    }
}

pub(crate) fn number(word: &str) -> Result<u64, Damaged> {
    word.parse().map_err(|_| Damaged("a word is no number"))
}

/// FNV-1a: detects damage, and is no protection against tampering.
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed() {
        let mut writer = Writer::new("test");
        writer.line(format_args!("name {}", word("a b\nend 0")));
        writer.line(format_args!("count {}", 7));
        let bytes = writer.end();
        let lines = read("test", &bytes).unwrap();
        assert_eq!(text(lines[0][1]).unwrap(), "a b\nend 0");
        assert_eq!(number(lines[1][1]), Ok(7));
        assert!(read("other", &bytes).is_err());
        for cut in 0..bytes.len() {
            assert!(read("test", &bytes[..cut]).is_err(), "cut at {cut}");
            let mut changed = bytes.clone();
            changed[cut] ^= 0x01;
            assert!(read("test", &changed).is_err(), "changed at {cut}");
        }
        assert!(read("test", b"\xff\xfe\n").is_err());
        assert!(read("test", &vec![b'\n'; MAX_BYTES + 1]).is_err());
    }
}
