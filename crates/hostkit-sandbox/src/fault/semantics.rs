//! Faults that carry a call out late, more than once, or not as requested.

use super::definition::{Fault, Group, Point, Strike};
use super::spoil::whole;
use crate::http::Act;
use crate::site::Refusal;

const fn fault(id: &'static str, point: Point, strike: Strike, en: &'static str) -> Fault {
    Fault::new(Group::Semantics, id, point, strike, en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "late-commit",
        Point::BeforeCommit,
        Strike::Late(|_| vec![Act::Reset]),
        "The connection is reset at once, the call is carried out some seconds later.",
    ),
    fault(
        "late-commit-stall",
        Point::BeforeCommit,
        Strike::Late(|_| vec![Act::Stall]),
        "Nothing is answered, the call is carried out some seconds later.",
    ),
    fault(
        "late-commit-504",
        Point::BeforeCommit,
        Strike::Late(super::status::gateway_timeout),
        "A gateway gives up, the call is carried out some seconds later.",
    ),
    fault(
        "late-visibility",
        Point::AfterCommit,
        Strike::Stale(whole),
        "Reads do not show the change for some seconds.",
    ),
    fault(
        "late-visibility-reset",
        Point::AfterCommit,
        Strike::Stale(|_| vec![Act::Reset]),
        "The connection is reset, and reads do not show the change for some seconds.",
    ),
    fault(
        "double-commit",
        Point::AfterCommit,
        Strike::Twice(whole),
        "A proxy repeats the call; its second answer comes back.",
    ),
    fault(
        "double-commit-reset",
        Point::AfterCommit,
        Strike::Twice(|_| vec![Act::Reset]),
        "A proxy repeats the call, then the connection is reset.",
    ),
    fault(
        "lost-body",
        Point::BeforeCommit,
        Strike::LoseBody,
        "A proxy drops the body, and the call means another thing.",
    ),
    fault(
        "rate-limited",
        Point::BeforeCommit,
        Strike::Refuse(Refusal::RateLimited),
        "The API says that there were too many calls.",
    ),
    fault(
        "internal-error",
        Point::BeforeCommit,
        Strike::Refuse(Refusal::Internal),
        "The API's own document of an internal error; nothing was carried out.",
    ),
    fault(
        "internal-error-after-commit",
        Point::AfterCommit,
        Strike::Refuse(Refusal::Internal),
        "The API's own document of an internal error, although the call was carried out.",
    ),
    fault(
        "maintenance",
        Point::BeforeCommit,
        Strike::Refuse(Refusal::Maintenance),
        "The API's own document of maintenance.",
    ),
];
