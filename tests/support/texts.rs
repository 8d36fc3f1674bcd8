//! The readers of single texts: numbers, money, flags, dates, addresses, lists, base URLs.

use std::fmt::Debug;
use std::net::IpAddr;

use hostkit::protocol::Csv;
use hostkit::protocol::codec::{FromText, ToText};
use hostkit::{Bytes, Date, DateTime, Decimal, Gibibytes, IpBlock, Kibibytes, Mebibytes, Secret, UnixTime};

/// The date patterns that the APIs use.
const FORMS: [&str; 8] = [
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y",
    "%Y-%m-%d",
    "%d.%m.%y",
    "%s",
];

/// Checks that a value is written and read as the same.
fn same<T: FromText + ToText + PartialEq + Debug>(text: &str) {
    if let Some(value) = T::from_text(text) {
        let written = value.to_text().into_owned();
        assert_eq!(T::from_text(&written).as_ref(), Some(&value), "{text:?}, written as {written:?}");
    }
}

pub fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    same::<i64>(text);
    same::<u64>(text);
    same::<u32>(text);
    same::<u16>(text);
    same::<u8>(text);
    same::<bool>(text);
    same::<Decimal>(text);
    same::<IpAddr>(text);
    same::<IpBlock>(text);
    same::<UnixTime>(text);
    same::<DateTime>(text);
    same::<Date>(text);
    same::<Csv<u64>>(text);
    same::<Csv<Decimal>>(text);
    same::<Csv<IpAddr>>(text);
    same::<String>(text);
    for size in
        [Bytes::from_text(text).and_then(Bytes::to_bytes), Gibibytes::from_text(text).and_then(Gibibytes::to_bytes)]
    {
        assert!(size.is_none() || u64::from_text(text).is_some());
    }
    let _ = (Kibibytes::from_text(text).map(Kibibytes::to_bytes), Mebibytes::from_text(text).map(Mebibytes::to_bytes));
    assert!(Secret::from_text(text).is_none_or(|secret| format!("{secret:?}").len() < 100));
    for form in FORMS {
        if let Some(time) = DateTime::parse(form, text) {
            assert!(!time.format(form).is_empty());
            // An hour that was repeated or skipped is an error.
            let _ = time.in_moscow();
        }
        if let Some(date) = Date::parse(form, text) {
            assert!(!date.format(form).is_empty());
        }
    }
    super::base_url(text);
}

pub fn samples() -> Vec<Vec<u8>> {
    [
        "0",
        "-1",
        "5.0",
        "17.550",
        "1e5",
        "1.5E-10",
        "79228162514264337593543950335",
        "9223372036854775807",
        "18446744073709551615",
        "true",
        "false",
        "",
        " 7 ",
        "127.0.0.1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "1,2,3",
        "1.5,2",
        "10.0.0.1,10.0.0.2",
        "2012-01-24 05:20:02",
        "24.01.2012 05:20",
        "30.11.-0001 00:00",
        "2012-01-24T05:20:02+0400",
        "2012-01-24T05:20:02+04:00",
        "1327363202",
        "2014-10-26 01:30:00",
        "https://api.example.org/v1",
        "http://127.0.0.1:8080",
        "http://localhost/a/b/",
        "https://[2001:db8::1]:8443/x",
        "https://user@api.example.org/",
        "https://a.example.net/../x",
        "Wed, 21 Oct 2015 07:29:00 GMT",
        "9999-12-31",
        "24.01.12",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}
