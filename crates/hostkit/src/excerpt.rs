//! The start of a body that an error shows.

use std::fmt;

use hostkit_wire::windows_1251;

/// How many bytes of a body are kept.
const KEPT: usize = 2048;

/// At most 2 KiB of a body as text. Its `Debug` shows only the length.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    text: Box<str>,
    length: usize,
}

impl Excerpt {
    pub(crate) fn new(body: &[u8]) -> Self {
        let start = body.get(..KEPT).unwrap_or(body);
        let text = match std::str::from_utf8(start) {
            Ok(text) => text.to_owned(),
            // The cut may split a character.
            Err(error) if error.error_len().is_none() && body.len() > KEPT => {
                String::from_utf8_lossy(start.get(..error.valid_up_to()).unwrap_or_default()).into_owned()
            }
            Err(_) => format!("(not UTF-8, shown as windows-1251) {}", windows_1251(start)),
        };
        Self { text: text.into(), length: body.len() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_windows_1251() {
        let excerpt = Excerpt::new(b"\xCE\xF8\xE8\xE1\xEA\xE0");
        assert_eq!(excerpt.as_str(), "(not UTF-8, shown as windows-1251) Ошибка");
    }

    #[test]
    fn cuts_at_a_character() {
        let body = "я".repeat(2000);
        assert_eq!(Excerpt::new(body.as_bytes()).as_str(), "я".repeat(1024));
        let shifted = format!("a{body}");
        assert_eq!(Excerpt::new(shifted.as_bytes()).as_str(), format!("a{}", "я".repeat(1023)));
    }
}
