//! The lifetime of a session.

use std::time::Duration;

use hostkit_proto::{Session, UnixTime};

use crate::time::Now;

/// The lifetime of a token, counted from the sign-in request at `asked`. `server` is the time of the answer by the
/// server's clock, `longest` the maximum in the spec.
///
/// The API's answer can only shorten it: a renewal that comes too early costs one call, a token that is used too late
/// may cost an order. An end in the past is ignored.
pub(crate) fn life(
    session: &Session,
    longest: Option<Duration>,
    server: Option<UnixTime>,
    asked: Now,
) -> Option<Duration> {
    [session.lifetime, left(session, server.unwrap_or(asked.wall)), longest].into_iter().flatten().min()
}

/// Remaining lifetime, computed from the time of the answer and from the token's time of issue, both by the server's
/// clock. The shorter one counts, because the server may hand out a token that it issued earlier.
fn left(session: &Session, answered: UnixTime) -> Option<Duration> {
    let ends = session.ends?;
    let until_end = |clock: UnixTime| u64::try_from(ends.0.saturating_sub(clock.0)).ok().filter(|left| *left > 0);
    [Some(answered), session.issued].into_iter().flatten().filter_map(until_end).min().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Moment;

    const SPEC: Option<Duration> = Some(Duration::from_secs(1_200));
    /// Noon by the server.
    const NOON: i64 = 1_653_670_000;

    fn seconds(ends: i64, issued: Option<i64>, server: Option<i64>, ours: i64) -> u64 {
        let session = Session { ends: Some(UnixTime(ends)), issued: issued.map(UnixTime), ..Session::default() };
        let asked = Now { monotonic: Moment::START, wall: UnixTime(ours) };
        life(&session, SPEC, server.map(UnixTime), asked).unwrap().as_secs()
    }

    #[test]
    fn an_earlier_end_shortens_and_a_later_one_does_not_stretch() {
        let said = |left| seconds(NOON + left, Some(NOON), Some(NOON), NOON);
        assert_eq!((said(600), said(1_200), said(1_201), said(86_400)), (600, 1_200, 1_200, 1_200));
    }

    #[test]
    fn an_end_that_is_past_says_nothing() {
        for ends in [NOON, NOON - 1, 0, -62_135_596_800, i64::MIN] {
            assert_eq!(seconds(ends, Some(NOON), Some(NOON), NOON), 1_200, "{ends}");
        }
        assert_eq!(seconds(i64::MAX, Some(i64::MIN), None, i64::MIN), 1_200);
    }

    #[test]
    fn our_own_clock_does_not_count_where_the_server_tells_its_own() {
        for ours in [NOON - 1_000_000, NOON - 300, NOON + 300, NOON + 1_000_000] {
            assert_eq!(seconds(NOON + 600, None, Some(NOON), ours), 600);
            assert_eq!(seconds(NOON + 600, Some(NOON), Some(NOON), ours), 600);
        }
        // Without it, the token may only turn out shorter, and a clock that is far ahead says nothing.
        assert_eq!(seconds(NOON + 600, Some(NOON), None, NOON - 300), 600);
        assert_eq!(seconds(NOON + 600, Some(NOON), None, NOON + 300), 300);
        assert_eq!(seconds(NOON + 600, Some(NOON), None, NOON + 1_000), 600);
        assert_eq!(seconds(NOON + 600, None, None, NOON + 100), 500);
    }

    #[test]
    fn a_token_that_was_issued_before_has_less_left() {
        assert_eq!(seconds(NOON + 200, Some(NOON - 1_000), Some(NOON), NOON), 200);
    }

    #[test]
    fn who_says_nothing_changes_nothing() {
        let asked = Now { monotonic: Moment::START, wall: UnixTime(NOON) };
        assert_eq!(life(&Session::default(), SPEC, Some(UnixTime(NOON)), asked), SPEC);
        assert_eq!(life(&Session::default(), None, None, asked), None);
        let short = Session { lifetime: Some(Duration::from_secs(60)), ..Session::default() };
        assert_eq!(life(&short, SPEC, None, asked), short.lifetime);
        assert_eq!(life(&short, None, None, asked), short.lifetime);
    }
}
