//! The compare-and-set script: replaces an entry if it is unchanged, otherwise returns it with the server's time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redis::{RedisError, Value};

use crate::connection::{Connection, Failure, MAX_BYTES};

/// `ARGV`: whether an entry is expected (`0`, `1`, or `?` to read only), the expected entry, its replacement, the
/// expiry in milliseconds, and the largest entry that is returned, in bytes.
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

/// The result of the script.
pub(crate) enum Reply {
    /// The entry was replaced.
    Replaced,
    /// The server's time and the current entry, which is not the expected one.
    Current(SystemTime, Option<Vec<u8>>),
}

/// One invocation of the script.
pub(crate) struct Query<'k> {
    key: &'k str,
    /// The expected entry, its replacement and the expiry; `None` only reads.
    change: Option<(Option<Vec<u8>>, Vec<u8>, Duration)>,
}

impl<'k> Query<'k> {
    /// Reads the entry.
    pub(crate) fn read(key: &'k str) -> Self {
        Self { key, change: None }
    }

    /// Replaces `before` by `after`.
    pub(crate) fn replace(key: &'k str, before: Option<Vec<u8>>, after: Vec<u8>, kept: Duration) -> Self {
        Self { key, change: Some((before, after, kept)) }
    }

    pub(crate) fn run(&self, connection: &mut Connection, until: Instant) -> Result<Reply, Failure> {
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
        read(connection.ask(&command, until)?).ok_or_else(|| Failure::Server(strange()))
    }
}

fn read(answer: Value) -> Option<Reply> {
    let parts = match answer {
        Value::Int(1) => return Some(Reply::Replaced),
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
    Some(Reply::Current(UNIX_EPOCH.checked_add(since)?, entry))
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
        assert!(matches!(read(Value::Int(1)), Some(Reply::Replaced)));
        let found = read(Value::Array(vec![text("1700000000"), text("999999"), text("entry")]));
        assert!(matches!(&found, Some(Reply::Current(_, Some(bytes))) if bytes == b"entry"));
        let none = read(Value::Array(vec![text("1700000000"), text("0"), Value::Nil]));
        assert!(
            matches!(none, Some(Reply::Current(time, None)) if time == UNIX_EPOCH + Duration::from_secs(1_700_000_000))
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
