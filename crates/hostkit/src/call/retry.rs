//! Whether a failed attempt is retried: a pure table, a backoff, and a retry budget shared by all calls of a client.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use hostkit_proto::judgement::Why;
use hostkit_proto::{Effect, EndpointInfo, FaultKind, is_of_a_failed_server};

use crate::time::Now;

/// The most attempts of a call, including a replay after a new sign-in.
pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No byte was sent.
    NotSent,
    /// Bytes were sent, but no complete answer came.
    Broken,
    /// A success that violates the spec.
    Unreadable,
    /// A success that would be no other the next time: over a limit, compressed, or plainly of another API.
    Lasting,
    /// A fault of the API.
    Fault { kind: FaultKind, is_of_a_failed_server: bool },
    /// No success, and no error document of the API.
    Unrecognised { status: u16, has_retry_after: bool },
}

impl Failure {
    /// Classifies an answer without a value; `has_retry_after` is whether it has a readable `Retry-After`.
    pub(crate) fn of<C>(why: &Why<C>, status: u16, has_retry_after: bool) -> Self {
        match why {
            Why::Fault(fault) => Self::Fault { kind: fault.kind, is_of_a_failed_server: fault.is_of_a_failed_server() },
            Why::Unreadable(error) if error.is_lasting() => Self::Lasting,
            Why::Unreadable(_) => Self::Unreadable,
            Why::Unrecognised(error) if error.is_lasting() && (200..300).contains(&status) => Self::Lasting,
            Why::Unrecognised(_) => {
                Self::Unrecognised { status, has_retry_after: has_retry_after && matches!(status, 413 | 429 | 503) }
            }
        }
    }

    /// Whether a rate limit was exceeded.
    pub(crate) fn is_rate_limited(self) -> bool {
        match self {
            Self::Fault { kind, .. } => kind == FaultKind::RateLimited,
            Self::Unrecognised { status, has_retry_after } => status == 429 || has_retry_after,
            _ => false,
        }
    }
}

/// Whether another attempt follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    No,
    /// As often as attempts, budget and deadline allow.
    Yes,
    /// One more time.
    Once,
    /// Once, with a new session.
    SignIn,
}

/// The retry class of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Any failure may be tried again.
    Repeatable,
    /// A retry is safe only if nothing was carried out; otherwise the caller reads back.
    Idempotent,
    /// It is never sent twice.
    Acting,
}

impl Class {
    pub(crate) fn of(info: &EndpointInfo) -> Self {
        match info.effect {
            _ if info.is_repeatable() => Self::Repeatable,
            Effect::Safe | Effect::Idempotent => Self::Idempotent,
            Effect::State | Effect::Spends | Effect::Destructive => Self::Acting,
        }
    }
}

/// The table: whether another attempt follows from a failure.
pub(crate) fn again(class: Class, failure: Failure) -> Again {
    if class == Class::Acting {
        return Again::No;
    }
    let if_repeatable = |again| if class == Class::Repeatable { again } else { Again::No };
    match failure {
        Failure::NotSent => Again::Yes,
        Failure::Broken => if_repeatable(Again::Yes),
        Failure::Unreadable => if_repeatable(Again::Once),
        Failure::Lasting => Again::No,
        Failure::Fault { kind: FaultKind::Auth, .. } => Again::SignIn,
        Failure::Fault { kind: FaultKind::RateLimited, .. } => Again::Yes,
        Failure::Fault { kind: FaultKind::Temporary, is_of_a_failed_server: false } => Again::Yes,
        Failure::Fault { kind: FaultKind::Unsupported, .. } => Again::No,
        Failure::Fault { kind: FaultKind::Internal, .. } | Failure::Fault { is_of_a_failed_server: true, .. } => {
            if_repeatable(Again::Yes)
        }
        Failure::Fault { .. } => Again::No,
        Failure::Unrecognised { has_retry_after: true, .. } | Failure::Unrecognised { status: 429, .. } => Again::Yes,
        Failure::Unrecognised { status: 401, .. } => Again::SignIn,
        Failure::Unrecognised { status, .. } if is_of_a_failed_server(status) => if_repeatable(Again::Yes),
        // A foreign document is treated like an unreadable one under a 2xx status, and is final under any other.
        Failure::Unrecognised { status: 200..=299, .. } => if_repeatable(Again::Once),
        Failure::Unrecognised { .. } => Again::No,
    }
}

/// A pseudorandom generator for jitter, not for secrets (splitmix64).
#[derive(Debug)]
pub(crate) struct Random(AtomicU64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn unit(&self) -> f64 {
        let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // 53 bits fill the mantissa of an f64.
        (z >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The state that determines all further numbers.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn state(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Between half of the duration and all of it.
    pub(crate) fn upper_half(&self, duration: Duration) -> Duration {
        duration.mul_f64(0.5 + self.unit() / 2.0)
    }
}

/// How long to wait before attempt number `attempt + 1`: doubling, with jitter, at most 10 seconds.
pub(crate) fn backoff(attempt: u32, is_rate_limited: bool, random: &Random) -> Duration {
    let first = Duration::from_millis(if is_rate_limited { 1000 } else { 250 });
    let doubled = first.saturating_mul(1 << attempt.saturating_sub(1).min(10));
    random.upper_half(doubled.min(Duration::from_secs(10)))
}

/// A token bucket that retries drain and successes refill: in an outage it empties, so retries do not multiply the
/// load.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

/// In tenths of a token: the capacity, the cost of a retry, and the refill of a success.
const FULL: u32 = 100;
const RETRY: u32 = 10;
const SUCCESS: u32 = 1;

impl RetryBudget {
    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(FULL))
    }

    /// Takes a token; `false` if there is none.
    pub(crate) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tenths| tenths.checked_sub(RETRY)).is_ok()
    }

    /// In tenths of a token.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns a tenth of a token.
    pub(crate) fn reward(&self) {
        let add = |tenths: u32| Some((tenths + SUCCESS).min(FULL));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// The longest `Retry-After` that is honoured: one absurd value must not stop a client for good, and a server that
/// still wants to wait says so again.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// The wait that a `Retry-After` in seconds or as a date asks for, at most an hour. Fractions, which some servers write,
/// are rounded up.
pub(crate) fn retry_after(text: &str, now: Now) -> Option<Duration> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = if !whole.is_empty() && is_digits(whole) && is_digits(fraction) {
        let more = u64::from(fraction.bytes().any(|digit| digit != b'0'));
        whole.parse().unwrap_or(u64::MAX).saturating_add(more)
    } else {
        let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_second();
        u64::try_from(date.saturating_sub(now.wall.0)).unwrap_or(0)
    };
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Moment;
    use Again::{No, Once, SignIn, Yes};
    use hostkit_proto::{DecodeError, UnixTime};

    fn fault(kind: FaultKind, status: u16) -> Failure {
        let is_of_a_failed_server = is_of_a_failed_server(status) && kind != FaultKind::RateLimited;
        Failure::Fault { kind, is_of_a_failed_server }
    }

    fn unrecognised(status: u16) -> Failure {
        Failure::Unrecognised { status, has_retry_after: false }
    }

    /// An answer that is no document of its API, and would be none the next time either.
    #[test]
    fn a_foreign_answer_that_cannot_become_right_is_asked_for_once() {
        let headers = http::HeaderMap::new();
        let info = const { &EndpointInfo::DEFAULT };
        let compressed =
            hostkit_proto::RawAnswer::new(info, &hostkit_proto::ApiInfo::DEFAULT, 200, &headers, b"\x1f\x8b\x08");
        let why = Why::<()>::Unrecognised(compressed.whole::<hostkit_wire::Value>().unwrap_err());
        assert_eq!(Failure::of(&why, 200, false), Failure::Lasting);
        assert_eq!(Failure::of(&why, 503, false), unrecognised(503));
        let why = Why::<()>::Unrecognised(DecodeError::new("get_item", "", "an answer", "a page"));
        assert_eq!(Failure::of(&why, 200, false), unrecognised(200));
    }

    #[test]
    fn follows_the_table() {
        let limited = Failure::Unrecognised { status: 503, has_retry_after: true };
        // Failure, then repeatable and idempotent calls. Mutating ones are never retried.
        let table = [
            (Failure::NotSent, Yes, Yes),
            (Failure::Broken, Yes, No),
            (Failure::Unreadable, Once, No),
            (Failure::Lasting, No, No),
            (fault(FaultKind::InvalidArgument, 400), No, No),
            (fault(FaultKind::Forbidden, 403), No, No),
            (fault(FaultKind::NotFound, 404), No, No),
            (fault(FaultKind::Conflict, 405), No, No),
            (fault(FaultKind::Other, 408), Yes, No),
            (unrecognised(400), No, No),
            (unrecognised(403), No, No),
            (unrecognised(404), No, No),
            (unrecognised(302), No, No),
            (unrecognised(200), Once, No),
            (unrecognised(401), SignIn, SignIn),
            (fault(FaultKind::Auth, 401), SignIn, SignIn),
            (fault(FaultKind::RateLimited, 429), Yes, Yes),
            (fault(FaultKind::RateLimited, 413), Yes, Yes),
            (fault(FaultKind::RateLimited, 503), Yes, Yes),
            (fault(FaultKind::RateLimited, 200), Yes, Yes),
            (unrecognised(429), Yes, Yes),
            (limited, Yes, Yes),
            (fault(FaultKind::Internal, 500), Yes, No),
            (fault(FaultKind::Temporary, 503), Yes, No),
            (fault(FaultKind::Unsupported, 501), No, No),
            (unrecognised(408), Yes, No),
            (unrecognised(502), Yes, No),
            (unrecognised(504), Yes, No),
            (fault(FaultKind::Internal, 200), Yes, No),
            (fault(FaultKind::Temporary, 200), Yes, Yes),
            (fault(FaultKind::Conflict, 200), No, No),
        ];
        for (failure, safe, idempotent) in table {
            assert_eq!(again(Class::Repeatable, failure), safe, "safe, {failure:?}");
            assert_eq!(again(Class::Idempotent, failure), idempotent, "idempotent, {failure:?}");
            assert_eq!(again(Class::Acting, failure), No, "acting, {failure:?}");
        }
    }

    #[test]
    fn budget_holds_ten_retries() {
        let budget = RetryBudget::new();
        assert_eq!((0..100).filter(|_| budget.take()).count(), 10);
        for _ in 0..9 {
            budget.reward();
        }
        assert!(!budget.take());
        budget.reward();
        assert!(budget.take());
        // However much succeeded before, an outage gets no more.
        for _ in 0..1000 {
            budget.reward();
        }
        assert_eq!((0..100).filter(|_| budget.take()).count(), 10);
    }

    #[test]
    fn backoff_doubles_and_jitters() {
        let random = Random::new(7);
        for attempt in 1..20 {
            let full =
                Duration::from_millis(250).saturating_mul(1 << (attempt - 1).min(10)).min(Duration::from_secs(10));
            let wait = backoff(attempt, false, &random);
            assert!(wait >= full / 2 && wait <= full, "{attempt}: {wait:?}");
        }
        assert_ne!(backoff(1, false, &random), backoff(1, false, &random));
        let wait = backoff(1, true, &random);
        assert!((Duration::from_millis(500)..=Duration::from_secs(1)).contains(&wait), "{wait:?}");
    }

    #[test]
    fn jitter_is_that_of_splitmix64() {
        let random = Random::new(1_234_567);
        // What the authors' program prints for this seed.
        for bits in [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423] {
            assert_eq!(random.unit(), (bits >> 11) as f64 / (1_u64 << 53) as f64);
        }
    }

    #[test]
    fn retry_after_counts_only_under_a_status_of_limits() {
        for (status, has_retry_after, expected) in [
            (413, true, true),
            (429, true, true),
            (503, true, true),
            (503, false, false),
            (500, true, false),
            (404, true, false),
        ] {
            let why = Why::<()>::Unrecognised(DecodeError::new("", "", "", ""));
            let failure = Failure::of(&why, status, has_retry_after);
            assert_eq!(failure, Failure::Unrecognised { status, has_retry_after: expected }, "{status}");
        }
    }

    #[test]
    fn a_limit_is_known_by_its_kind_its_status_or_its_wait() {
        assert!(fault(FaultKind::RateLimited, 200).is_rate_limited());
        assert!(!fault(FaultKind::Temporary, 429).is_rate_limited());
        assert!(unrecognised(429).is_rate_limited());
        assert!(!unrecognised(503).is_rate_limited());
        assert!(Failure::Unrecognised { status: 503, has_retry_after: true }.is_rate_limited());
        assert!(!Failure::Broken.is_rate_limited());
    }

    #[test]
    fn reads_retry_after() {
        let now = Now { monotonic: Moment::START, wall: UnixTime(1_445_412_480) };
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_secs(120)));
        for (text, seconds) in [("1.5", 2), ("1.0", 1), ("2.", 2), ("0.001", 1), ("0", 0)] {
            assert_eq!(retry_after(text, now), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [".5", "1.5.1", "1,5", "-1", "+1", "1e3", "1.5s"] {
            assert_eq!(retry_after(text, now), None, "{text}");
        }
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:29:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("", now), None);
        for absurd in ["86400", "18446744073709551616", "18446744073709551615.5", "Mon, 21 Oct 2115 07:29:00 GMT"] {
            assert_eq!(retry_after(absurd, now), Some(Duration::from_secs(3600)), "{absurd}");
        }
    }
}
