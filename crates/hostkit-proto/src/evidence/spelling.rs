//! One form for texts that a hoster may spell otherwise than the caller: escapes, quotes, domains, addresses.

use std::borrow::Cow;

use crate::value::IpBlock;

/// Whether two texts say the same: without escapes of HTML, quotes and blanks around them; domains in letters or in
/// punycode, addresses and blocks of them in any notation.
pub(super) fn same_text(theirs: &str, ours: &str) -> bool {
    theirs == ours || one_form(theirs) == one_form(ours)
}

/// Whether a hoster may show exactly this text so: as it is, or escaped for HTML.
pub(super) fn shows(theirs: &str, ours: &str) -> bool {
    theirs == ours || unescaped(theirs) == ours
}

/// Whether two DNS names say the same, each in full or without the domain that it is below. A domain has two labels at
/// least: `mail.sub` is not `mail`.
pub(super) fn below(theirs: &str, ours: &str) -> bool {
    let (theirs, ours) = (one_name(theirs), one_name(ours));
    let is_domain = |rest: &str| rest.strip_prefix('.').is_some_and(|domain| domain.contains('.'));
    let is_start = |short: &str, long: &str| long.strip_prefix(short).is_some_and(is_domain);
    theirs == ours || is_start(&ours, &theirs) || is_start(&theirs, &ours)
}

/// One form of a DNS name, which may be a single label.
fn one_name(text: &str) -> String {
    one_form(text).trim_end_matches('.').to_lowercase()
}

/// The form in which spellings of the same are equal.
pub(crate) fn one_form(text: &str) -> String {
    let text = unescaped(text);
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if let Ok(block) = text.parse::<IpBlock>() {
        return block.one_form();
    }
    let is_domain = text.contains('.') && !text.contains(char::is_whitespace);
    match is_domain || has_prefix(text) {
        true => {
            let labels = text.trim_end_matches('.').split('.').map(|text| label(text).to_lowercase());
            labels.collect::<Vec<_>>().join(".")
        }
        false => text.to_owned(),
    }
}

const PREFIX: &str = "xn--";

fn has_prefix(text: &str) -> bool {
    text.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// A label of a domain without punycode.
fn label(text: &str) -> String {
    let encoded = has_prefix(text).then(|| text.get(PREFIX.len()..)).flatten();
    // A longer one is no label, and decoding takes time in the square of the length.
    let encoded = encoded.filter(|encoded| !encoded.is_empty() && text.len() <= 63);
    encoded.and_then(from_punycode).unwrap_or_else(|| text.to_owned())
}

/// RFC 3492, 6.2. A library for it brings the tables of Unicode, which a comparison does not need.
fn from_punycode(text: &str) -> Option<String> {
    const BASE: u32 = 36;
    let (start, rest) = text.rsplit_once('-').unwrap_or(("", text));
    let mut letters: Vec<char> = start.chars().collect();
    let (mut code, mut bias, mut place) = (128_u32, 72_u32, 0_u32);
    let mut digits = rest.bytes().peekable();
    while digits.peek().is_some() {
        let (old, mut weight) = (place, 1_u32);
        for step in 1.. {
            let digit = match digits.next()? {
                letter @ (b'a'..=b'z' | b'A'..=b'Z') => u32::from(letter.to_ascii_lowercase() - b'a'),
                number @ b'0'..=b'9' => u32::from(number - b'0') + 26,
                _ => return None,
            };
            place = place.checked_add(digit.checked_mul(weight)?)?;
            let threshold = BASE.checked_mul(step)?.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
        }
        let count = u32::try_from(letters.len()).ok()?.checked_add(1)?;
        bias = adapted(place - old, count, old == 0);
        code = code.checked_add(place / count)?;
        place %= count;
        letters.insert(usize::try_from(place).ok()?, char::from_u32(code)?);
        place += 1;
    }
    Some(letters.into_iter().collect())
}

/// RFC 3492, 6.1.
fn adapted(delta: u32, count: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

/// The text without HTML's escapes: numbers, and the few names that programs write.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, from) = rest.split_at(start);
        plain.push_str(before);
        // No further than an escape reaches: a text of ampersands takes time in proportion to its length.
        let end = from.bytes().take(LONGEST_ESCAPE + 1).position(|letter| letter == b';');
        let escape = end.and_then(|end| {
            let letter = escaped(from.get(1..end)?)?;
            Some((letter, from.get(end + 1..)?))
        });
        match escape {
            Some((letter, after)) => {
                plain.push(letter);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// `&#x10FFFF;` without its semicolon.
const LONGEST_ESCAPE: usize = 9;

fn escaped(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        Some(hex) if hex.starts_with(['x', 'X']) => u32::from_str_radix(hex.get(1..)?, 16).ok()?,
        Some(decimal) => decimal.parse().ok()?,
        None => {
            return Some(match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => ' ',
                _ => return None,
            });
        }
    };
    char::from_u32(number)
}

#[cfg(test)]
mod tests {
    use super::{adapted, same_text, shows, unescaped};

    #[test]
    fn one_thing_in_two_spellings() {
        for (theirs, ours) in [
            ("&#1084;&#x438;&#1088;", "мир"),
            ("R&amp;D &quot;web&quot;", "R&D \"web\""),
            ("&lt;a&gt; &apos;b&apos;&nbsp;c", "<a> 'b' c"),
            ("&#x10FFFF;", "\u{10ffff}"),
            ("xn--e1afmkfd.xn--p1ai", "пример.рф"),
            ("XN--E1AFMKFD.рф.", "Пример.РФ"),
            ("xn--b1abfaaepdrnnbgefbadotcwatmq2g4l", "почемужеонинеговорятпорусски"),
            ("xn--ihqwcrb4cv8a8dqg056pqjye.example", "他们为什么不说中文.example"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("2001:db8:0:0::1", "2001:0DB8::1"),
            ("2001:0db8::/64", "2001:db8:0:0::/64"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("\"v=spf1 -all\"", "v=spf1 -all"),
            (" web-1 ", "web-1"),
        ] {
            assert!(same_text(theirs, ours) && same_text(ours, theirs), "{theirs} and {ours}");
        }
    }

    #[test]
    fn two_things_stay_two() {
        for (theirs, ours) in [
            ("web-1", "web-10"),
            ("web-1", "Web-1"),
            ("web_1", "web-1"),
            ("xn--e1afmkfd.xn--p1ai", "пример.ру"),
            ("xn--", ""),
            ("xn--99999999999999", "xn--9999999999999"),
            ("10 mail.example.com", "mail.example.com"),
            ("192.0.2.1", "192.0.2.10"),
            ("192.0.2.0/24", "192.0.2.0"),
            ("192.0.2.0/24", "192.0.2.0/25"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("&amp;", "&amp;amp;x"),
            ("&#1114112;", "x"),
            ("very-long-name-of-a", "very-long-name-of-a-server"),
        ] {
            assert!(!same_text(theirs, ours), "{theirs} and {ours}");
        }
    }

    /// What a hoster makes of a text, and not what two texts have in common.
    #[test]
    fn a_text_is_shown_in_another_form() {
        for (theirs, ours) in [("R&amp;D", "R&D"), ("a&amp;amp;b", "a&amp;b"), ("v=spf1 -all", "v=spf1 -all")] {
            assert!(shows(theirs, ours), "{theirs} and {ours}");
        }
        for (theirs, ours) in [
            ("eyja.bC", "eyJa.Bc"),
            ("a&b", "a&amp;b"),
            ("mail.example.net", "Mail.example.net"),
            ("mail.Example.net", "mail.Example.net."),
            ("\"v=spf1 -all\"", "v=spf1 -all"),
            ("v=spf1 -all", "\"v=spf1 -all\""),
            (" web-1", "web-1"),
            ("XN--E1AFMKFD.рф.", "Пример.РФ"),
            ("2001:db8:0:0::1", "2001:0DB8::1"),
        ] {
            assert!(!shows(theirs, ours) && same_text(theirs, ours), "{theirs} and {ours}");
        }
        assert!(!shows("web-1", "Web-1") && !shows("web-1", "web-10"));
    }

    /// RFC 3492 divides what is more than 455.
    #[test]
    fn a_bias_is_scaled_from_its_threshold_on() {
        for (delta, bias) in [(910, 33), (912, 45)] {
            assert_eq!(adapted(delta, 1_000, false), bias, "half of {delta}");
        }
    }

    /// What is quadratic takes minutes; what is linear is done at once, however busy the machine is.
    #[test]
    fn a_text_of_ampersands_is_read_in_linear_time() {
        let (count, start) = (4_000_000, std::time::Instant::now());
        assert_eq!(unescaped(&"&".repeat(count)).len(), count);
        let time = start.elapsed();
        assert!(time < std::time::Duration::from_secs(20), "{time:?}");
    }
}
