//! The one script: looks at an entry and at the server's clock, or replaces the entry where it is still what it was.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redis::{RedisError, Value};

use crate::link::{Failure, Link, MAX_BYTES};

/// `ARGV`: whether an entry is expected (`0`, `1`, or `?` for a look without a change), which, what to replace it with,
/// for how long, and the longest that is read.
const SCRIPT: &str = r"
local held = redis.call('GET', KEYS[1])
if (ARGV[1] == '0' and not held) or (ARGV[1] == '1' and held == ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  return 1
end
if held and #held > tonumber(ARGV[5]) then return redis.error_reply('TOOLONG entry') end
local time = redis.call('TIME')
return {time[1], time[2], held}
";

/// What the script came to.
pub(crate) enum Seen {
    /// The entry is replaced.
    Kept,
    /// The entry is this one at this time, and another than what was expected.
    Found(SystemTime, Option<Vec<u8>>),
}

/// A question to the script.
pub(crate) struct Looked<'k> {
    key: &'k str,
    /// The entry that a change was made of, and what it is to become.
    change: Option<(Option<Vec<u8>>, Vec<u8>, Duration)>,
}

impl<'k> Looked<'k> {
    /// Only looks.
    pub(crate) fn first(key: &'k str) -> Self {
        Self { key, change: None }
    }

    /// Replaces what was seen.
    pub(crate) fn then(key: &'k str, before: Option<Vec<u8>>, after: Vec<u8>, kept: Duration) -> Self {
        Self { key, change: Some((before, after, kept)) }
    }

    pub(crate) fn run(&self, link: &mut Link, until: Instant) -> Result<Seen, Failure> {
        let nothing: &[u8] = b"";
        let (expected, before, after, kept) = match &self.change {
            None => ("?", nothing, nothing, Duration::ZERO),
            Some((None, after, kept)) => ("0", nothing, after.as_slice(), *kept),
            Some((Some(before), after, kept)) => ("1", before.as_slice(), after.as_slice(), *kept),
        };
        let mut command = redis::cmd("EVAL");
        command
            .arg(SCRIPT)
            .arg(1)
            .arg(self.key)
            .arg(expected)
            .arg(before)
            .arg(after)
            .arg(u64::try_from(kept.as_millis()).unwrap_or(u64::MAX))
            .arg(MAX_BYTES);
        let strange = || RedisError::from((redis::ErrorKind::UnexpectedReturnType, "not the script's answer"));
        read(link.ask(&command, until)?).ok_or_else(|| Failure::Told(strange()))
    }
}

fn read(answer: Value) -> Option<Seen> {
    let parts = match answer {
        Value::Int(1) => return Some(Seen::Kept),
        Value::Array(parts) => parts,
        _ => return None,
    };
    let mut parts = parts.into_iter();
    let seconds = number(parts.next()?)?;
    let micros = number(parts.next()?)?;
    let since = Duration::from_secs(seconds).checked_add(Duration::from_micros(micros))?;
    let entry = match parts.next() {
        Some(Value::BulkString(bytes)) => Some(bytes),
        Some(Value::Nil) | None => None,
        Some(_) => return None,
    };
    Some(Seen::Found(UNIX_EPOCH.checked_add(since)?, entry))
}

fn number(value: Value) -> Option<u64> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(&bytes).ok()?.parse().ok(),
        Value::Int(number) => u64::try_from(number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_else_is_taken_for_an_answer() {
        let text = |text: &str| Value::BulkString(text.into());
        assert!(matches!(read(Value::Int(1)), Some(Seen::Kept)));
        let found = read(Value::Array(vec![text("1700000000"), text("999999"), text("entry")]));
        assert!(matches!(&found, Some(Seen::Found(_, Some(bytes))) if bytes == b"entry"));
        let none = read(Value::Array(vec![text("1700000000"), text("0"), Value::Nil]));
        assert!(
            matches!(none, Some(Seen::Found(time, None)) if time == UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        );
        let foreign = [
            Value::Nil,
            Value::Int(0),
            Value::Okay,
            Value::Array(vec![]),
            Value::Array(vec![text("x"), text("0")]),
            Value::Array(vec![text("18446744073709551615"), text("0")]),
            Value::Array(vec![text("1"), text("0"), Value::Int(1)]),
        ];
        assert!(foreign.into_iter().all(|answer| read(answer).is_none()));
    }
}
