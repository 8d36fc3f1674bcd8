//! Keys as the formats write them, compared where they stand.

use crate::read::xml::attributes::IS_NAME;

/// Bytes that are compared at once: a key with its comma, quotes and colon, and the first byte of the value.
const WINDOW: usize = 32;

/// A key and what JSON writes around it, `,"key":`, in a form that takes few instructions to compare. That of PHP and an
/// element of XML are compared by the same bytes, since they differ from it by what stands around the key.
#[derive(Debug, Clone, Copy)]
pub struct WrittenKey {
    /// The first sixteen bytes but the separator, and those behind them, without what is not compared.
    start: u128,
    rest: u128,
    /// The bits that are compared.
    start_mask: u128,
    rest_mask: u128,
    length: u8,
    /// What stands in PHP before the colon and the key: `s:3` or, with the colon, `s:12:`; its first four bytes.
    php: u32,
}

impl WrittenKey {
    /// The key of no entry.
    pub const NEVER: Self = Self { start: 0, rest: 0, start_mask: 0, rest_mask: 0, length: 0, php: 0 };

    /// This key; [`WrittenKey::NEVER`] if it is empty, too long or has to be escaped.
    pub const fn new(key: &str) -> Self {
        let (key, mut bytes, mut at) = (key.as_bytes(), [0; WINDOW], 0);
        let length = key.len() + 4;
        if key.is_empty() || length >= WINDOW {
            return Self::NEVER;
        }
        while at < key.len() {
            if key[at] < b' ' || key[at] == b'"' || key[at] == b'\\' {
                return Self::NEVER;
            }
            bytes[at + 2] = key[at];
            at += 1;
        }
        (bytes[1], bytes[length - 2], bytes[length - 1]) = (b'"', b'"', b':');
        let (start, rest) = halves(&bytes);
        let (start_mask, rest_mask) = match length {
            0..=16 => (u128::MAX >> (8 * (16 - length)), 0),
            _ => (u128::MAX, u128::MAX >> (8 * (WINDOW - length))),
        };
        let (tens, ones) = (b'0' + (key.len() / 10) as u8, b'0' + (key.len() % 10) as u8);
        let php = if key.len() < 10 { [b's', b':', ones, b':'] } else { [b's', b':', tens, ones] };
        Self { start, rest, start_mask, rest_mask, length: length as u8, php: u32::from_le_bytes(php) }
    }

    /// Whether the text starts with this entry, behind this separator, and no space before its value; where the value
    /// starts then.
    #[inline(always)]
    pub(super) fn value_in(&self, text: &[u8], separator: u8) -> Option<usize> {
        let window = text.first_chunk::<WINDOW>()?;
        let (start, rest) = halves(window);
        let length = usize::from(self.length);
        let is_it = (start ^ self.start) & self.start_mask == u128::from(separator)
            && (length <= WINDOW / 2 || (rest ^ self.rest) & self.rest_mask == 0)
            && window[length % WINDOW] > b' ';
        is_it.then_some(length)
    }

    /// Whether the text starts with this key as PHP writes it, `s:3:"key";`; where the value starts then.
    #[inline(always)]
    pub(super) fn php_value_in(&self, text: &[u8]) -> Option<usize> {
        let head = u32::from_le_bytes(*text.first_chunk()?);
        let length = usize::from(self.length);
        // The colon before the quote stands where JSON's comma does.
        let colon = if length < 10 + 4 { 3 } else { 4 };
        let window = text.get(colon..)?.first_chunk::<WINDOW>()?;
        let (start, rest) = halves(window);
        // The semicolon stands where the colon does.
        let start_mask = self.start_mask >> 8 | self.rest_mask << 120;
        let is_it = head == self.php
            && (start ^ self.start) & start_mask == u128::from(b':')
            && (length <= WINDOW / 2 || (rest ^ self.rest) & self.rest_mask >> 8 == 0)
            && window[length.wrapping_sub(1) % WINDOW] == b';';
        is_it.then_some(colon + length)
    }

    /// Whether the text starts with the end tag of this key, `</key>`; where that ends then.
    #[inline(always)]
    pub(super) fn end_tag_in(&self, text: &[u8]) -> Option<usize> {
        let window = text.first_chunk::<WINDOW>()?;
        let (start, rest) = halves(window);
        // The slash stands where the first quote does, the bracket before it.
        let start_mask = self.start_mask >> 16 | self.rest_mask << 112;
        let end = usize::from(self.length).wrapping_sub(2);
        let is_it = (start ^ self.start) & start_mask == u128::from(b'/' ^ b'"') << 8 | u128::from(b'<')
            && (end <= WINDOW / 2 || (rest ^ self.rest) & self.rest_mask >> 16 == 0)
            && window[end % WINDOW] == b'>';
        is_it.then_some(end + 1)
    }

    /// Whether the text has the element of this key, `<key`, behind its first byte; where the name ends then. The key is
    /// the name of an element, which `@id` is not.
    #[inline(always)]
    pub(super) fn name_end_in(&self, text: &[u8]) -> Option<usize> {
        let window = text.first_chunk::<WINDOW>()?;
        let (start, rest) = halves(window);
        // The bracket stands where the first quote does, and what follows the key is not compared, nor the first byte.
        let start_mask = (self.start_mask >> 16 | self.rest_mask << 112) & !0xFF;
        let rest_mask = self.rest_mask >> 16;
        let end = usize::from(self.length).wrapping_sub(2);
        let is_it = (start ^ self.start) & start_mask == u128::from(b'<' ^ b'"') << 8
            && (end <= WINDOW / 2 || (rest ^ self.rest) & rest_mask == 0)
            && !IS_NAME[usize::from(window[end % WINDOW])];
        is_it.then_some(end)
    }
}

#[inline(always)]
const fn halves(window: &[u8; WINDOW]) -> (u128, u128) {
    match (window.first_chunk(), window.last_chunk()) {
        (Some(start), Some(rest)) => (u128::from_le_bytes(*start), u128::from_le_bytes(*rest)),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::WrittenKey;

    /// Where the value starts in the text, which is followed by enough for a window.
    fn value(key: &str, text: &str, is_first: bool) -> Option<usize> {
        WrittenKey::new(key).value_in(format!("{text}{:40}", "").as_bytes(), if is_first { b'{' } else { b',' })
    }

    #[test]
    fn keys_of_every_length_are_told_from_all_others() {
        for length in 0..40 {
            let key: String = ('a'..='z').chain('A'..='Z').take(length).collect();
            let fits = (1..=27).contains(&length);
            let (next, first) = (format!(",\"{key}\":1"), format!("{{\"{key}\":1"));
            assert_eq!(value(&key, &next, false), fits.then_some(length + 4), "{next}");
            assert_eq!(value(&key, &first, true), fits.then_some(length + 4), "{first}");
            assert_eq!(value(&key, &first, false), None);
            assert_eq!(value(&key, &next, true), None);
            assert_eq!(value(&key, &format!(",\"{key}\": 1"), false), None, "space before the value");
            // A change of any byte is seen.
            for at in 0..next.len() - 1 {
                let mut other = next.clone().into_bytes();
                other[at] ^= 1;
                let other = String::from_utf8(other).expect("ASCII");
                assert_eq!(value(&key, &other, false), None, "{other}");
            }
        }
    }

    #[test]
    fn keys_of_php_are_told_by_the_same_keys() {
        for length in 0..40 {
            let key: String = ('a'..='z').chain('A'..='Z').take(length).collect();
            let fits = (1..=27).contains(&length);
            let value = |text: &str| WrittenKey::new(&key).php_value_in(format!("{text}{:40}", "").as_bytes());
            let text = format!("s:{length}:\"{key}\";");
            assert_eq!(value(&text), fits.then_some(text.len()), "{text}");
            for at in 0..text.len() {
                let mut other = text.clone().into_bytes();
                other[at] ^= 1;
                assert_eq!(value(&String::from_utf8(other).expect("ASCII")), None, "{text} {at}");
            }
        }
        assert_eq!(WrittenKey::NEVER.php_value_in(format!("s:0:\"\";{:40}", "").as_bytes()), None);
    }

    #[test]
    fn elements_are_told_by_the_same_keys() {
        for length in 1..=27 {
            let key: String = ('a'..='z').chain('A'..='Z').take(length).collect();
            let end = |text: &str| WrittenKey::new(&key).name_end_in(format!("{text}{:40}", "").as_bytes());
            for text in [format!("><{key}>"), format!(" <{key}/>"), format!("\n<{key} a='1'>")] {
                assert_eq!(end(&text), Some(length + 2), "{text}");
                // A change of any byte from the bracket on is seen, and a longer name.
                for at in 1..length + 2 {
                    let mut other = text.clone().into_bytes();
                    other[at] ^= 1;
                    assert_eq!(end(&String::from_utf8(other).expect("ASCII")), None, "{text} {at}");
                }
            }
            assert_eq!(end(&format!("><{key}x>")), None);
        }
        assert_eq!(WrittenKey::NEVER.name_end_in(format!("><{:40}", "").as_bytes()), None);
    }

    #[test]
    fn end_tags_are_told_by_the_same_keys() {
        for length in 1..=27 {
            let key: String = ('a'..='z').chain('A'..='Z').take(length).collect();
            let end = |text: &str| WrittenKey::new(&key).end_tag_in(format!("{text}{:40}", "").as_bytes());
            let text = format!("</{key}>");
            assert_eq!(end(&text), Some(text.len()), "{text}");
            for at in 0..text.len() {
                let mut other = text.clone().into_bytes();
                other[at] ^= 1;
                assert_eq!(end(&String::from_utf8(other).expect("ASCII")), None, "{text} {at}");
            }
            assert_eq!(end(&format!("</{key}x>")), None);
        }
        assert_eq!(WrittenKey::NEVER.end_tag_in(format!("</>{:40}", "").as_bytes()), None);
    }

    #[test]
    fn keys_that_json_escapes_are_left_alone() {
        for key in ["a\"", "a\\b", "a\n"] {
            assert_eq!(value(key, &format!(",\"{key}\":1"), false), None, "{key:?}");
        }
        assert_eq!(value("имя", ",\"имя\":1", false), Some(10));
        assert_eq!(WrittenKey::new("a").value_in(b",\"a\":1}", b','), None, "no whole window");
        for byte in 0..=u8::MAX {
            assert_eq!(WrittenKey::NEVER.value_in(&[byte; 32], b','), None);
        }
    }
}
