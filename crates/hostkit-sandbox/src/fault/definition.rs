//! The definition of a fault: its group, the point at which it applies, and its effect.

use std::fmt;
use std::net::IpAddr;

use http::Response;

use super::spoil::{Spoil, deliver, whole};
use crate::http::Act;
use crate::site::Refusal;

/// What a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Group {
    /// The connection ends.
    Connection,
    /// The answer stalls or trickles.
    Slowness,
    /// HTTP itself is wrong.
    Framing,
    /// The status is no success.
    Status,
    /// The document is of another kind.
    Content,
    /// The bytes are not in the encoding that they should be in.
    Encoding,
    /// The call is carried out at another time, more than once, or not as requested.
    Semantics,
    /// Tokens, credentials, and where they are sent.
    Identity,
    /// The name resolves to nothing, to a wrong address, or too slowly.
    Dns,
}

impl Group {
    /// The group's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Slowness => "slowness",
            Self::Framing => "framing",
            Self::Status => "status",
            Self::Content => "content",
            Self::Encoding => "encoding",
            Self::Semantics => "semantics",
            Self::Identity => "identity",
            Self::Dns => "dns",
        }
    }
}

/// Where in a call a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// The client resolves the name; there is no connection yet.
    Resolve,
    /// The connection was accepted, nothing was read.
    Accept,
    /// The head was read, the body was not.
    BeforeRead,
    /// The request was read; nothing is carried out.
    BeforeCommit,
    /// The call was carried out; nothing of its own answer goes out.
    AfterCommit,
    /// The call was carried out; the head of the answer is spoiled.
    InHead,
    /// The call was carried out; the body of the answer is spoiled.
    InBody,
    /// The answer went out whole.
    AfterAnswer,
}

impl Point {
    /// Whether the call is carried out (now or later) although the fault strikes.
    pub const fn is_after_commit(self) -> bool {
        !matches!(self, Self::Resolve | Self::Accept | Self::BeforeRead | Self::BeforeCommit)
    }
}

/// What a fault does.
#[derive(Clone, Copy)]
pub(crate) enum Strike {
    /// Delivers the answer in its own way.
    Deliver(fn(&Spoil<'_>) -> Vec<Act>),
    /// Delivers another answer.
    Replace(fn(&Spoil<'_>) -> Response<Vec<u8>>),
    /// The API refuses the call in its own format.
    Refuse(Refusal),
    /// Expires all tokens but permanent ones, then lets the call proceed.
    Revoke,
    /// The call arrives without its body.
    LoseBody,
    /// The call is carried out twice, as by a proxy; the function delivers the second answer.
    Twice(fn(&Spoil<'_>) -> Vec<Act>),
    /// The call is carried out later; the function ends the connection.
    Late(fn(&Spoil<'_>) -> Vec<Act>),
    /// Reads do not show the change for a while; the function delivers the answer.
    Stale(fn(&Spoil<'_>) -> Vec<Act>),
    /// Name resolution has this result.
    Resolve(fn() -> Named),
}

/// The result of a name lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// These addresses, in this order.
    Addresses(Vec<IpAddr>),
    /// A system error with this text.
    Failed(&'static str),
    /// The right address, late.
    Slow,
    /// No answer, until the stall limit.
    Silence,
}

/// One fault of the catalogue.
#[derive(Clone, Copy)]
pub struct Fault {
    id: &'static str,
    group: Group,
    point: Point,
    is_harmless: bool,
    en: &'static str,
    strike: Strike,
}

impl Fault {
    pub(super) const fn new(group: Group, id: &'static str, point: Point, strike: Strike, en: &'static str) -> Self {
        Self { id, group, point, is_harmless: false, en, strike }
    }

    pub(super) const fn harmless(self) -> Self {
        Self { is_harmless: true, ..self }
    }

    /// The id, which is stable across versions.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// What it is about.
    pub const fn group(&self) -> Group {
        self.group
    }

    /// Whether it strikes a client of another process; faults of name resolution need this process's resolver.
    #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program has clients of other processes"))]
    pub(crate) const fn crosses_processes(&self) -> bool {
        !matches!(self.strike, Strike::Resolve(_))
    }

    /// Where it strikes.
    pub const fn point(&self) -> Point {
        self.point
    }

    /// Whether a correct client gets the right answer in spite of the fault.
    pub const fn is_harmless(&self) -> bool {
        self.is_harmless
    }

    /// Whether the call is carried out although the fault strikes, now or later.
    pub const fn commits(&self) -> bool {
        self.point.is_after_commit() || matches!(self.strike, Strike::Late(_) | Strike::LoseBody)
    }

    /// What it does, in one sentence.
    pub const fn en(&self) -> &'static str {
        self.en
    }

    /// The result of a name lookup, if this is a fault of name resolution.
    pub(crate) fn named(&self) -> Option<Named> {
        match self.strike {
            Strike::Resolve(make) => Some(make()),
            _ => None,
        }
    }

    pub(crate) const fn strike(&self) -> Strike {
        self.strike
    }

    /// The acts that deliver the answer; a fault of the call itself delivers it whole.
    pub(crate) fn acts(&self, spoil: &Spoil<'_>) -> Vec<Act> {
        match self.strike {
            Strike::Deliver(make) | Strike::Late(make) | Strike::Twice(make) | Strike::Stale(make) => make(spoil),
            Strike::Replace(make) => deliver(&make(spoil), spoil.delivery),
            Strike::Refuse(_) | Strike::Revoke | Strike::LoseBody | Strike::Resolve(_) => whole(spoil),
        }
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Fault {}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({})", self.id)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id)
    }
}
