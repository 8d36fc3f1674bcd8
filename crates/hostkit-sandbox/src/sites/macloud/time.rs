//! The patterns of a time in a query, of which the document says only "standard formats".

use hostkit::{Date, DateTime};

use crate::clock::Moment;

/// Patterns with a time, tried in this order.
const TIMES: [&str; 6] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
];
/// Patterns of a day, which begins at midnight.
const DAYS: [&str; 4] = ["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d"];
/// Seconds that Moscow is ahead of UTC.
const MOSCOW: i64 = 3 * 3600;

/// The Moscow time that a text means; without an offset it is in Moscow already.
pub(super) fn read(text: &str) -> Option<DateTime> {
    let text = text.trim();
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return moscow(text.parse().ok()?);
    }
    let (civil, offset) = without_offset(text);
    let civil =
        civil.split_once('.').filter(|_| civil.contains(':') && civil.contains('T')).map_or(civil, |(whole, _)| whole);
    let found = TIMES.iter().find_map(|pattern| DateTime::parse(pattern, civil)).or_else(|| {
        let day = DAYS.iter().find_map(|pattern| Date::parse(pattern, civil))?;
        DateTime::parse("%Y-%m-%d %H:%M:%S", &format!("{} 00:00:00", day.format("%Y-%m-%d")))
    })?;
    match offset {
        None => Some(found),
        Some(offset) => moscow(found.in_moscow().ok()?.0 + MOSCOW - offset),
    }
}

fn moscow(unix: i64) -> Option<DateTime> {
    Moment::since_epoch(std::time::Duration::from_secs(u64::try_from(unix).ok()?)).moscow()
}

/// A time without its `Z`, `+03:00` or `+0300`, and the offset in seconds; in a query a plus may have become a blank.
fn without_offset(text: &str) -> (&str, Option<i64>) {
    if let Some(civil) = text.strip_suffix(['Z', 'z']) {
        return (civil, Some(0));
    }
    let Some((date, rest)) = text.split_once('T') else {
        return (text, None);
    };
    let Some(at) = rest.find(['+', '-', ' ']) else {
        return (text, None);
    };
    let (sign, digits) = (if rest[at..].starts_with('-') { -1 } else { 1 }, rest[at + 1..].replace(':', ""));
    let (Some(hours), Some(minutes)) = (digits.get(..2), digits.get(2..4)) else {
        return (text, None);
    };
    match (hours.parse::<i64>(), minutes.parse::<i64>()) {
        (Ok(hours), Ok(minutes)) => (&text[..date.len() + 1 + at], Some(sign * (hours * 3600 + minutes * 60))),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn one_moment_in_many_forms() {
        let patterns = [
            "2026-11-01 03:00:00",
            "2026-11-01T03:00:00",
            "2026-11-01T03:00:00.000",
            "2026-11-01 03:00",
            "01.11.2026 03:00:00",
            "2026-11-01T00:00:00Z",
            "2026-11-01T00:00:00.5Z",
            "2026-11-01T05:00:00+05:00",
            "2026-11-01T05:00:00 0500",
            "2026-10-31T22:00:00-02:00",
            "1793491200",
        ];
        for pattern in patterns {
            assert_eq!(read(pattern).unwrap().format("%Y-%m-%d %H:%M:%S"), "2026-11-01 03:00:00", "{pattern}");
        }
        for day in ["2026-11-01", "01.11.2026", "20261101"] {
            assert_eq!(read(day).unwrap().format("%Y-%m-%d %H:%M:%S"), "2026-11-01 00:00:00", "{day}");
        }
        for wrong in
            ["", "yesterday", "2026-13-01", "T", "TZ", "2026-11-01T+", "2026-11-01Tä+я", "99999999999999999999"]
        {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
