//! Reads the attributes of a start tag into entries named `@name`.

use super::reference;
use crate::WireError;
use crate::builder::{Builder, Piece};

/// Up to this many attributes are compared pairwise to find duplicates; more are sorted.
const FEW: usize = 8;

pub(super) struct Attributes<'s> {
    body: &'s str,
    /// The attribute names of the current tag; reused.
    names: Vec<&'s str>,
    /// `@name`, and the value with resolved references; both reused.
    key: String,
    value: String,
}

impl<'s> Attributes<'s> {
    pub(super) fn new(body: &'s str) -> Self {
        Self { body, names: Vec::new(), key: String::from("@"), value: String::new() }
    }

    /// Reads the attributes in `start..end` of the body, which follows the name of a tag.
    pub(super) fn read(&mut self, builder: &mut Builder<'_>, start: usize, end: usize) -> Result<(), WireError> {
        let tag = self.body.get(..end).unwrap_or("").as_bytes();
        let mut at = start;
        self.names.clear();
        loop {
            let behind = skip_space(tag, at);
            if behind >= tag.len() {
                break;
            }
            if behind == at {
                return Err(WireError::expected(at, "white space before an attribute"));
            }
            at = behind;
            let name_start = at;
            while tag.get(at).is_some_and(|byte| IS_NAME[*byte as usize]) {
                at += 1;
            }
            let name = self.body.get(name_start..at).unwrap_or("");
            if !is_name(name) {
                return Err(WireError::expected(name_start, "the name of an attribute"));
            }
            at = skip_space(tag, at);
            if tag.get(at) != Some(&b'=') {
                return Err(WireError::expected(at, "`=` after the name of an attribute"));
            }
            at = skip_space(tag, at + 1);
            let Some(quote @ (b'"' | b'\'')) = tag.get(at).copied() else {
                return Err(WireError::expected(at, "a value in quotes"));
            };
            let value_start = at + 1;
            let mut is_plain = true;
            at = value_start;
            loop {
                match tag.get(at) {
                    Some(byte) if *byte == quote => break,
                    Some(b'&' | b'\t' | b'\n' | b'\r') => is_plain = false,
                    Some(b'<') => return Err(WireError::expected(at, "`&lt;` in a value")),
                    Some(_) => {}
                    None => return Err(WireError::expected(at, "the closing quote of a value")),
                }
                at += 1;
            }
            self.key.truncate(1);
            self.key.push_str(name);
            builder.key(name_start, Piece::Owned(&self.key))?;
            if is_plain {
                builder.text(value_start, Piece::Body(value_start, at))?;
            } else {
                self.unescape(value_start, at)?;
                builder.text(value_start, Piece::Owned(&self.value))?;
            }
            self.names.push(name);
            at += 1;
        }
        match has_two_of_one_name(&mut self.names) {
            true => Err(WireError::expected(start, "each attribute once")),
            false => Ok(()),
        }
    }

    /// Resolves references; literal whitespace becomes a space, as XML requires.
    fn unescape(&mut self, start: usize, end: usize) -> Result<(), WireError> {
        self.value.clear();
        let mut rest = self.body.get(start..end).unwrap_or("");
        while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
            let (plain, special) = rest.split_at(at);
            self.value.push_str(plain);
            if let Some(named) = special.strip_prefix('&') {
                let resolved =
                    named.split_once(';').and_then(|(name, behind)| Some((reference::character(name)?, behind)));
                let Some((character, behind)) = resolved else {
                    return Err(WireError::expected(
                        end - special.len(),
                        "a reference to a character or to a predefined entity",
                    ));
                };
                self.value.push(character);
                rest = behind;
            } else {
                self.value.push(' ');
                rest = special.strip_prefix("\r\n").or_else(|| special.get(1..)).unwrap_or("");
            }
        }
        self.value.push_str(rest);
        Ok(())
    }
}

fn skip_space(tag: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = tag.get(at) {
        at += 1;
    }
    at
}

/// Takes O(n log n) for many names, and never allocates.
fn has_two_of_one_name(names: &mut [&str]) -> bool {
    if names.len() <= FEW {
        return names.iter().enumerate().any(|(index, name)| names.iter().take(index).any(|other| other == name));
    }
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

/// Whether this may be the name of an element or an attribute. All characters beyond ASCII are accepted.
pub(crate) fn is_name(name: &str) -> bool {
    let starts =
        name.bytes().next().is_some_and(|byte| IS_NAME[byte as usize] && !matches!(byte, b'-' | b'.' | b'0'..=b'9'));
    starts && name.bytes().all(|byte| IS_NAME[byte as usize])
}

pub(crate) const IS_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] =
            byte >= 0x80 || (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b':' | b'-' | b'.');
        byte += 1;
    }
    table
};
