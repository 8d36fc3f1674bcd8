//! Shapes that a text has to have before it is sent.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A syntactic shape of text; whether the named thing exists is for the API to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextShape {
    /// A time of day, `hh:mm`.
    Clock,
    /// A domain name of two labels or more; letters of any alphabet.
    Domain,
    /// A link of `http`, `https`, `ftp` or `ftps`.
    Link,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A key of 32 digits, `0` to `9` and `a` to `f`.
    Hex32,
}

impl TextShape {
    /// The shape in words, as in "is not …".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Clock => "a time of the form hh:mm",
            Self::Domain => "a domain name",
            Self::Link => "an http, https, ftp or ftps link",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Hex32 => "a key of 32 digits, 0 to 9 and a to f",
        }
    }

    /// Whether a text has the shape.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Self::Clock => is_clock(text),
            Self::Domain => is_domain(text),
            Self::Link => is_link(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Hex32 => text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        }
    }
}

fn is_clock(text: &str) -> bool {
    let below = |digits: &str, end: u8| {
        digits.len() == 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.parse::<u8>().is_ok_and(|number| number < end)
    };
    text.split_once(':').is_some_and(|(hours, minutes)| below(hours, 24) && below(minutes, 60))
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let fits = |letter: char| letter.is_alphanumeric() || letter == '-';
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(fits)
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    // An IPv4 address is not a name, although its characters would be allowed.
    let is_name = text.rsplit('.').next().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()));
    text.chars().count() <= 253 && text.contains('.') && text.split('.').all(is_label) && is_name
}

fn is_link(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let is_known = ["http", "https", "ftp", "ftps"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let has_host = rest.starts_with(|first: char| first.is_alphanumeric() || first == '[');
    is_known && has_host && !rest.chars().any(|letter| letter.is_whitespace() || letter.is_control())
}

#[cfg(test)]
mod tests {
    use super::TextShape::{self, *};

    #[test]
    fn each_shape_takes_its_own_and_nothing_else() {
        let cases: [(TextShape, &[&str], &[&str]); 6] = [
            (Clock, &["00:00", "04:30", "23:59"], &["24:00", "12:60", "1:30", "01:3", "01-30", "+1:30", "٠١:٣٠", ""]),
            (
                Domain,
                &["example.net", "a-b.example.net", "xn--e1afmkfd.xn--p1ai", "пример.рф", "host.example.net."],
                &["host", "-a.net", "a-.net", "a..net", ".net", "a_b.net", "a b.net", "192.0.2.7", ".", "", "a.net/x"],
            ),
            (
                Link,
                &[
                    "http://example.net/a.iso",
                    "FTPS://example.net",
                    "https://[2001:db8::1]/a",
                    "ftp://user@example.net/a",
                ],
                &[
                    "example.net/a.iso",
                    "file:///etc/passwd",
                    "https://",
                    "http:///a",
                    "http://a b",
                    "http://a\n",
                    "://a",
                ],
            ),
            (Ipv4, &["192.0.2.7"], &["192.0.2.256", "192.0.2", "2001:db8::1", " 192.0.2.7", ""]),
            (Ipv6, &["2001:db8::1", "::"], &["192.0.2.7", "2001:db8::g", ""]),
            (
                Hex32,
                &["0123456789abcdef0123456789abcdef"],
                &["0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef", "12", ""],
            ),
        ];
        for (shape, good, bad) in cases {
            for text in good {
                assert!(shape.fits(text), "{shape:?} refuses {text:?}");
            }
            for text in bad {
                assert!(!shape.fits(text), "{shape:?} takes {text:?}");
            }
        }
        assert!(!Domain.fits(&format!("{}.net", "a".repeat(64))));
        assert!(!Domain.fits(&format!("{}net", "a.".repeat(126))));
    }
}
