//! P21: times are right. Moscow's offsets as in the tz database, with the hours that are repeated or skipped, and the
//! texts that mean "no date".

use hostkit::protocol::Value;
use hostkit::{DateTime, UnixTime, UnknownFields};
use hostkit_tests::entries::{self, Decoded};

/// Year, month, day, hour.
type Hour = (i16, i8, i8, i8);

/// Start and end (exclusive) in Moscow's civil time, and the offset in hours.
const OFFSETS: &[(Hour, Hour, i64)] = &[
    ((2008, 10, 26, 3), (2009, 3, 29, 2), 3),
    ((2009, 3, 29, 3), (2009, 10, 25, 2), 4),
    ((2009, 10, 25, 3), (2010, 3, 28, 2), 3),
    ((2010, 3, 28, 3), (2010, 10, 31, 2), 4),
    ((2010, 10, 31, 3), (2011, 3, 27, 2), 3),
    ((2011, 3, 27, 3), (2014, 10, 26, 1), 4),
    ((2014, 10, 26, 2), (2040, 1, 1, 0), 3),
];

/// Days since 1970 of a civil date, computed without a calendar library.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let century = year.div_euclid(100);
    365 * year + year.div_euclid(4) - century + century.div_euclid(4) + (153 * month + 2) / 5 + day - 1 - 719_468
}

fn civil_seconds((year, month, day, hour): (i16, i8, i8, i8)) -> i64 {
    days(year.into(), month.into(), day.into()) * 86_400 + i64::from(hour) * 3_600
}

/// The civil time this many seconds after 1970, ignoring zones.
fn civil(seconds: i64) -> DateTime {
    let (mut day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut year = 1970;
    let length = |year: i64| if days(year + 1, 1, 1) - days(year, 1, 1) == 366 { 366 } else { 365 };
    while day >= length(year) {
        day -= length(year);
        year += 1;
    }
    let month = (1..=12).rev().find(|month| days(year, *month, 1) - days(year, 1, 1) <= day).unwrap_or(1);
    let day = day - (days(year, month, 1) - days(year, 1, 1)) + 1;
    let small = |number: i64| i8::try_from(number).expect("a small number");
    let year = i16::try_from(year).expect("a year");
    DateTime::new(year, small(month), small(day), small(rest / 3_600), small(rest / 60 % 60), small(rest % 60))
        .expect("a civil time")
}

#[test]
fn moscow() {
    let mut cases = 0;
    for (from, to, offset) in OFFSETS {
        let (from, to) = (civil_seconds(*from), civil_seconds(*to));
        // Steps of about seven hours, and both ends.
        let inside = (from..to).step_by(7 * 3_600 + 61).chain([from, from + 1, to - 1]);
        for seconds in inside {
            cases += 1;
            let found = civil(seconds).in_moscow();
            assert_eq!(found, Ok(UnixTime(seconds - offset * 3_600)), "{}", civil(seconds));
        }
    }
    // Repeated and skipped hours are errors.
    let doubled = [(2008, 10, 26, 2), (2009, 10, 25, 2), (2010, 10, 31, 2), (2014, 10, 26, 1)];
    let missing = [(2009, 3, 29, 2), (2010, 3, 28, 2), (2011, 3, 27, 2)];
    for start in doubled.into_iter().chain(missing) {
        for second in (0..3_600).step_by(59).chain([3_599]) {
            cases += 1;
            let time = civil(civil_seconds(start) + second);
            assert!(time.in_moscow().is_err(), "{time} is not one moment in Moscow");
        }
    }
    println!("P21: {cases} cases, civil times in Moscow");
    assert!(cases > 30_000, "{cases}");
}

/// The zero date as MySQL has it, and as PHP writes it in several forms.
const ZEROS: [&str; 6] = [
    "0000-00-00",
    "0000-00-00 00:00:00",
    "-0001-11-30 00:00:00",
    "-0001-11-30",
    "30.11.-0001 00:00",
    "00.00.0000 00:00:00",
];

/// Dates whose year is not one of four digits.
const ODD_YEARS: [&str; 5] =
    ["26-11-28 10:00:00", "26-11-28", "28.11.26 10:00:00", "0026-11-28 10:00:00", "-2026-11-28 10:00:00"];

/// Puts a text in the place of each date of every answer; `see` gets what the answer says before and after.
fn in_place_of_dates(put: &str, mut see: impl FnMut(&str, &Decoded, Result<Decoded, String>)) {
    let is_date = |text: &str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        (8..=14).contains(&digits)
            && text.len() >= 10
            && text.bytes().all(|byte| byte.is_ascii_digit() || b"-.: ".contains(&byte))
            && text.bytes().filter(|byte| b"-.".contains(byte)).count() == 2
            && !text.contains("0000")
    };
    for entry in entries::all() {
        let decode =
            |answer: &entries::Answer, bytes: &[u8]| (entry.decode)(answer.status, bytes, UnknownFields::Collect);
        for answer in &entry.answers {
            let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
            let Ok(before) = decode(answer, &answer.bytes) else { continue };
            let changed = entries::variants(&tree, |_, node| match node {
                Value::Text(text) if is_date(text) => {
                    *text = put.to_owned();
                    true
                }
                _ => false,
            });
            for tree in changed {
                let Ok(bytes) = hostkit::protocol::wire::write(answer.format, &tree) else { continue };
                see(entry.folder, &before, decode(answer, &bytes));
            }
        }
    }
}

#[test]
fn zero_dates_are_none() {
    let mut cases = 0;
    for zero in ZEROS {
        in_place_of_dates(zero, |folder, before, after| {
            // Where a date is required, it is an error, or the item is left out.
            let Ok(after) = after else { return };
            cases += 1;
            let nones = |decoded: &Decoded| decoded.shown.matches("None").count();
            let is_none = nones(&after) == nones(before) + 1 && after.report.is_empty();
            let is_left_out = !after.report.left_out().is_empty();
            // A text field keeps the text.
            assert!(is_none || is_left_out || after.shown.contains(zero), "{folder}, {zero}: {}", after.shown);
        });
    }
    println!("P21: {cases} cases, zero dates");
    assert!(cases > 300, "{cases} cases");
}

#[test]
fn a_year_that_is_not_one_of_four_digits_is_no_year() {
    let mut cases = 0;
    for odd in ODD_YEARS {
        in_place_of_dates(odd, |folder, _, after| {
            let Ok(after) = after else { return };
            cases += 1;
            assert!(!after.report.is_empty() || after.shown.contains(odd), "{folder}, {odd}: {}", after.shown);
        });
    }
    println!("P21: {cases} cases, years");
    assert!(cases > 300, "{cases} cases");
}
