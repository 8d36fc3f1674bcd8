//! A fast path for the usual dates, without `strptime`: numbers of full width and literal text between them.

use jiff::civil;

/// The result of the fast path.
#[derive(Debug, PartialEq)]
pub(super) enum Digits {
    /// A date and time that `strptime` would read, too.
    Time(civil::DateTime),
    /// A text that `strptime` would refuse, too.
    Another,
    /// Left to `strptime`: another directive, a sign, whitespace, a missing zero, a day that the month does not have.
    Unclear,
}

/// Reads a text by a pattern.
pub(super) fn read(pattern: &str, text: &str) -> Digits {
    match text.as_bytes().try_into().ok().and_then(|text| usual(pattern, text)) {
        Some(time) => Digits::Time(time),
        None => read_any(pattern, text),
    }
}

const YEAR_FIRST: &str = "%Y-%m-%d %H:%M:%S";
const DAY_FIRST: &str = "%d.%m.%Y %H:%M:%S";

/// Whether [`usual`] reads this pattern.
#[inline]
pub(super) fn is_usual(pattern: &str) -> bool {
    matches!(pattern, YEAR_FIRST | DAY_FIRST)
}

/// Reads the two most common patterns at full width.
#[inline]
pub(super) fn usual(pattern: &str, text: &[u8; LENGTH]) -> Option<civil::DateTime> {
    match pattern {
        YEAR_FIRST => {
            let [first, second, last] = values_of(text, *b"0000-00-00 00:00:00")?;
            let [century, _, year, _, _, month, ..] = first;
            let [day, _, _, hour, _, _, minute, _] = second;
            time([century, year], month, day, hour, minute, last[6])
        }
        DAY_FIRST => {
            let [first, second, last] = values_of(text, *b"00.00.0000 00:00:00")?;
            let [day, _, _, month, _, _, century, _] = first;
            let [year, _, _, hour, _, _, minute, _] = second;
            time([century, year], month, day, hour, minute, last[6])
        }
        _ => None,
    }
}

/// The length of both patterns at full width.
pub(super) const LENGTH: usize = 19;

/// What each byte makes as a number with the one behind it, in the first, the second and the last eight bytes; `None` if
/// no digit stands where the pattern has a zero, or another separator than the pattern's.
#[inline(always)]
fn values_of(text: &[u8; LENGTH], pattern: [u8; LENGTH]) -> Option<[[u8; 8]; 3]> {
    let words = |bytes: &[u8; LENGTH]| [0, 8, LENGTH - 8].map(|start| word_at(bytes, start));
    let (found, expected) = (words(text), words(&pattern));
    // The byte that sets the high bit of any sum above 9, where a digit is expected, or above 0.
    let limits = words(&pattern.map(|byte| if byte == b'0' { 0x7F - 9 } else { 0x7F }));
    let (mut pairs, mut marks) = ([[0; 8]; 3], 0);
    for index in 0..pairs.len() {
        let values = found[index] ^ expected[index];
        // A carry into the next byte comes from one that is marked.
        marks |= values.wrapping_add(limits[index]) | values;
        pairs[index] = values.wrapping_mul(10).wrapping_add(values >> 8).to_le_bytes();
    }
    (marks & u64::from_ne_bytes([0x80; 8]) == 0).then_some(pairs)
}

#[inline(always)]
fn word_at(bytes: &[u8; LENGTH], start: usize) -> u64 {
    bytes.get(start..).and_then(|rest| rest.first_chunk()).map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

/// The time of these numbers, if there is one; the year is in two.
#[inline]
fn time(year: [u8; 2], month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<civil::DateTime> {
    // Numbers of two digits fit.
    let year = i16::from(year[0]) * 100 + i16::from(year[1]);
    civil::DateTime::new(year, month as i8, day as i8, hour as i8, minute as i8, second as i8, 0).ok()
}

/// Reads a text by a pattern of `%Y`, `%m`, `%d`, `%H`, `%M` and `%S`, each at most once, and literal text.
fn read_any(pattern: &str, text: &str) -> Digits {
    let (mut pattern, mut rest) = (pattern.as_bytes(), text.as_bytes());
    let mut has_all_digits = true;
    let mut parts = [None; 6];
    while let [expected, rest_of_pattern @ ..] = pattern {
        pattern = rest_of_pattern;
        if *expected != b'%' {
            match rest {
                [found, behind @ ..] if found == expected => rest = behind,
                // Whitespace in a pattern matches any amount of it.
                [found, ..] if !expected.is_ascii_whitespace() && !found.is_ascii_whitespace() => {
                    return Digits::Another;
                }
                _ => return Digits::Unclear,
            }
            continue;
        }
        let (part, width) = match pattern {
            [b'Y', ..] => (0, 4),
            [b'm', ..] => (1, 2),
            [b'd', ..] => (2, 2),
            [b'H', ..] => (3, 2),
            [b'M', ..] => (4, 2),
            [b'S', ..] => (5, 2),
            _ => return Digits::Unclear,
        };
        pattern = pattern.get(1..).unwrap_or(&[]);
        // Takes as many digits as `strptime` would.
        let (mut count, mut number) = (0, 0_i16);
        while let [digit @ b'0'..=b'9', behind @ ..] = rest
            && count < width
        {
            number = number * 10 + i16::from(digit - b'0');
            count += 1;
            rest = behind;
        }
        if count == 0 || parts[part].replace(number).is_some() {
            return Digits::Unclear;
        }
        has_all_digits &= count == width;
    }
    // Two digits fit into an `i8`.
    let time = match parts {
        _ if !has_all_digits || !rest.is_empty() => None,
        [Some(year), Some(month), Some(day), None, None, None] => {
            civil::DateTime::new(year, month as i8, day as i8, 0, 0, 0, 0).ok()
        }
        [Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)] => {
            civil::DateTime::new(year, month as i8, day as i8, hour as i8, minute as i8, second as i8, 0).ok()
        }
        _ => None,
    };
    time.map_or(Digits::Unclear, Digits::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERNS: [&str; 8] = [
        "%Y-%m-%d %H:%M:%S",
        "%d.%m.%Y %H:%M:%S",
        "%Y-%m-%d",
        "%d.%m.%Y",
        "%Y%m%d%H%M%S",
        "%d %b %Y",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d%n%Y",
    ];

    #[test]
    fn usual_dates_need_no_strptime_in_the_right_form_nor_in_a_wrong_one() {
        let time = civil::DateTime::new(2012, 1, 24, 4, 0, 2, 0).unwrap();
        assert_eq!(read(PATTERNS[0], "2012-01-24 04:00:02"), Digits::Time(time));
        assert_eq!(read(PATTERNS[1], "24.01.2012 04:00:02"), Digits::Time(time));
        assert_eq!(read(PATTERNS[0], "24.01.2012 04:00:02"), Digits::Another);
        assert_eq!(read(PATTERNS[1], "2012-01-24 04:00:02"), Digits::Another);
        assert_eq!(read(PATTERNS[2], "2012-01-24"), Digits::Time(time.date().into()));
    }

    #[test]
    fn what_is_said_without_strptime_is_what_strptime_says() {
        let texts = [
            "2012-01-24 04:00:02",
            "24.01.2012 04:00:02",
            "2012-01-24",
            "24.01.2012",
            "20120124040002",
            "24 Jan 2012",
            "2012-1-4 4:0:2",
            "2012-02-30 04:00:02",
            "2012-13-01 04:00:02",
            "2012-01-24 24:00:00",
            "2012-01-24 04:00:60",
            "2012-01-24 04:00:61",
            " 2012-01-24 04:00:02",
            "2012-01-24 04:00:02 ",
            "2012-01-24  04:00:02",
            "2012-01-24T04:00:02",
            "2012-01-24\t04:00:02",
            "+2012-01-24 04:00:02",
            "-2012-01-24 04:00:02",
            "0000-00-00 00:00:00",
            "0000-00-00",
            "0001-01-01",
            "99999-01-01",
            "2012-01- 4",
            "2012- 1-24 04:00:02",
            "12-01-24 04:00:02",
            "2012-01-24 04:00",
            "2012-01-24 04:00:",
            "",
            " ",
            "x",
            "2012",
            "2012-",
            "٢٠١٢-01-24",
            "2012-01-24 04:00:02.5",
            "2012-01-2404:00:02",
            "2012 -01-24",
            "2012-01 -24",
        ];
        for pattern in PATTERNS {
            for text in texts {
                let quick = read(pattern, text);
                let (time, date) = (civil::DateTime::strptime(pattern, text), civil::Date::strptime(pattern, text));
                match quick {
                    Digits::Time(quick) => {
                        assert_eq!(time.ok(), Some(quick), "{pattern} {text:?}");
                        assert_eq!(date.ok(), Some(quick.date()), "{pattern} {text:?}");
                    }
                    Digits::Another => assert!(time.is_err() && date.is_err(), "{pattern} {text:?}"),
                    Digits::Unclear => {}
                }
            }
        }
    }
}
