//! The verdict of a recovery.

use std::fmt;
use std::time::Duration;

use hostkit_proto::FaultCode;
use hostkit_proto::evidence::Doubt;

use crate::error::Error;

/// Whether an unresolved call happened.
#[derive(Debug, Clone)]
#[must_use = "the call may have happened after all"]
pub enum Recovery<T, C: FaultCode> {
    /// It happened, and this shows it.
    Happened(T),
    /// It happened in part: this, and so many items are missing, or still there.
    InPart(T, usize),
    /// Several objects fit: it was carried out more than once, or someone else did the same.
    Several(Vec<T>),
    /// It did not happen: the time within which it shows is over, and three reads did not see it. Every process that
    /// recovers the ticket hears this: only one of them may send the call again.
    DidNot,
    /// Not known yet, but from so much later on. The caller's deadline or cancellation ended the reads, or the wait for
    /// the store that other processes share: recover again later, and do not send the call again before.
    NotYet(Duration, Error<C>),
    /// The reads cannot tell, for this reason. A person has to look.
    CannotTell(Doubt),
    /// A read failed, or the store that other processes share did not take the verdict: recover again.
    Unread(Error<C>),
    /// The ticket is that of another call, base URL or account.
    OtherTicket(&'static str),
    /// No call of the API shows it, for this reason.
    /// [`Ticket::recovery`](crate::Ticket::recovery) says what a person can do.
    NotShown(&'static str),
}

impl<T, C: FaultCode> Recovery<T, C> {
    /// What was found, if it is exactly one object, and whole.
    pub fn happened(self) -> Option<T> {
        match self {
            Self::Happened(found) => Some(found),
            _ => None,
        }
    }

    /// Whether the outcome is still unknown.
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::Happened(_) | Self::InPart(..) | Self::Several(_) | Self::DidNot)
    }
}

impl<T, C: FaultCode> fmt::Display for Recovery<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Happened(_) => f.write_str("it happened"),
            Self::InPart(_, missing) => write!(f, "it happened in part, {missing} short"),
            Self::Several(found) => write!(f, "it happened, and {} things fit", found.len()),
            Self::DidNot => f.write_str("it did not happen"),
            Self::NotYet(after, error) => {
                write!(f, "still open: it can be known in {} s; {error}", after.as_secs().max(1))
            }
            Self::CannotTell(doubt) => write!(f, "still open: what was read cannot tell: {doubt}"),
            Self::Unread(error) => write!(f, "still open: {error}"),
            Self::OtherTicket(what) => write!(f, "still open: the ticket is that of {what}"),
            Self::NotShown(why) => write!(f, "cannot be found out by reading: {why}"),
        }
    }
}

impl<T, C: FaultCode> Recovery<T, C> {
    /// The verdict on these finds; `None` if there are none.
    pub(super) fn of(mut found: Vec<T>) -> Option<Self> {
        match found.len() {
            0 => None,
            1 => found.pop().map(Self::Happened),
            _ => Some(Self::Several(found)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Recovery;

    #[derive(Debug, Clone, PartialEq)]
    struct Code;

    impl hostkit_proto::FaultCode for Code {
        fn from_text(_: &str) -> Self {
            Self
        }

        fn as_str(&self) -> &str {
            ""
        }

        fn kind(&self) -> Option<hostkit_proto::FaultKind> {
            None
        }
    }

    #[test]
    fn a_verdict_on_what_was_found_needs_something() {
        let of = Recovery::<u8, Code>::of;
        assert!(of(Vec::new()).is_none());
        assert!(matches!(of(vec![1]), Some(Recovery::Happened(1))));
        assert!(matches!(of(vec![1, 2]), Some(Recovery::Several(found)) if found == [1, 2]));
    }

    #[test]
    fn only_some_verdicts_close_the_case() {
        let closed = [Recovery::Happened(1), Recovery::InPart(1, 1), Recovery::Several(vec![1, 2]), Recovery::DidNot];
        for verdict in closed {
            let verdict: Recovery<u8, Code> = verdict;
            assert!(!verdict.is_open(), "{verdict}");
        }
        let open = [Recovery::NotShown("no call"), Recovery::OtherTicket("another call")];
        assert!(open.iter().all(|verdict: &Recovery<u8, Code>| verdict.is_open()));
    }
}
