//! How long a session is good for.

use std::time::Duration;

use hostkit_proto::{Session, UnixTime};

use crate::time::Now;

/// How long the token is good for, counted from the request of the sign-in at `asked`. `server` is the time of the
/// answer by the server's clock, `longest` what the spec says.
///
/// What the API says can only shorten it: a token that is asked for again too early costs one call, one that is used
/// too late may cost an order. An end that is past already says nothing.
pub(crate) fn life(
    session: &Session,
    longest: Option<Duration>,
    server: Option<UnixTime>,
    asked: Now,
) -> Option<Duration> {
    [session.lifetime, left(session, server.unwrap_or(asked.wall)), longest].into_iter().flatten().min()
}

/// The time to the end: from the answer, and from the issue of the token, which leaves our own clock out. The server
/// may have handed out a token that it issued before, so the shorter one counts.
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
