//! Shapes that a text has to have before it is sent.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A syntactic shape of text; whether the named thing exists is for the API to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextShape {
    /// A domain name of two labels or more; letters of any alphabet.
    Domain,
    /// A link of `http`, `https`, `ftp` or `ftps`.
    Link,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Text that this regular expression matches.
    #[cfg(feature = "patterns")]
    Pattern(&'static str),
}

impl TextShape {
    /// What a text without the shape is not, as in "is not …".
    pub(super) fn words(self) -> String {
        match self {
            Self::Domain => "a domain name".to_owned(),
            Self::Link => "an http, https, ftp or ftps link".to_owned(),
            Self::Ipv4 => "an IPv4 address".to_owned(),
            Self::Ipv6 => "an IPv6 address".to_owned(),
            #[cfg(feature = "patterns")]
            Self::Pattern(pattern) => ["of the form `", pattern, "`"].concat(),
        }
    }

    /// Whether a text has the shape.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Self::Domain => is_domain(text),
            Self::Link => is_link(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            // The generator refuses what is no regular expression, so nothing else gets here.
            #[cfg(feature = "patterns")]
            Self::Pattern(pattern) => regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text)),
        }
    }
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
        let cases: [(TextShape, &[&str], &[&str]); 4] = [
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
    #[cfg(feature = "patterns")]
    #[test]
    fn a_pattern_takes_whole_texts() {
        let cases: [(&'static str, &[&str], &[&str]); 3] = [
            (
                "^([01][0-9]|2[0-3]):[0-5][0-9]$",
                &["00:00", "04:30", "23:59"],
                &["24:00", "12:60", "1:30", "01:3", "01-30", "+1:30", "٠١:٣٠", "", "04:30\n"],
            ),
            (
                "^[0-9a-f]{32}$",
                &["0123456789abcdef0123456789abcdef"],
                &["0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef", "12", ""],
            ),
            (r"^[a-zA-Z0-9]?[a-z0-9A-Z.\-]*[a-z0-9A-Z]$", &["a", "db-1.example"], &["", "a-", "a b", "a\nb", "a\n"]),
        ];
        for (pattern, good, bad) in cases {
            for text in good {
                assert!(Pattern(pattern).fits(text), "{pattern} refuses {text:?}");
            }
            for text in bad {
                assert!(!Pattern(pattern).fits(text), "{pattern} takes {text:?}");
            }
        }
    }
}
