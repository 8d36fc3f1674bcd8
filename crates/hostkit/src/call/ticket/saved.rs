//! Tickets as text: what another process needs to find out whether the call happened.

use std::fmt;
use std::str::FromStr;

use hostkit_proto::evidence::{Baseline, Input, Inputs};
use hostkit_proto::{Api, Endpoint, Perform, UnixTime};
use hostkit_wire::{Format, Kind, Limits, Node, Value, parse, write};

use super::{Place, Ticket, TicketCause, TicketInner};
use crate::time::{Moment, Now};

/// The version of the format; a reader accepts no other.
const VERSION: u64 = 2;

/// A ticket as text: one line of JSON, by [`Display`](fmt::Display) and [`FromStr`]; with the feature `serde`, a string
/// of that line.
///
/// It holds the names of API and endpoint, base URL and account, the time of the call, why its outcome is unknown, the
/// inputs that identify it, and the baseline unless that came from a secret, with what other calls made. It holds no
/// other input, no word of an answer, and never a secret: if the read needs one, [`Ticket::with_secret`] restores it. Its
/// holder can learn what was ordered, but cannot order it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedTicket {
    api: String,
    operation: String,
    spec: String,
    place: Place,
    sent: i64,
    ended: i64,
    cause: TicketCause,
    status: Option<u16>,
    inputs: Inputs,
    before: Option<Baseline>,
    read_at: Option<String>,
    turn: Option<u64>,
    is_clouded: bool,
}

/// Why a text is not a ticket of this call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TicketError {
    /// The text is no ticket, for this reason.
    NotATicket(&'static str),
    /// It was written by another version of hostkit.
    Version(String),
    /// The ticket belongs to another API: the ticket's, and the requested one.
    OtherApi(String, &'static str),
    /// The ticket belongs to another endpoint, or the endpoint's spec has moved: the ticket's, and the requested one.
    OtherCall(String, &'static str),
}

impl fmt::Display for TicketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATicket(why) => write!(f, "this is no ticket: {why}"),
            Self::Version(theirs) => write!(f, "the ticket is of version {theirs}, this is version {VERSION}"),
            Self::OtherApi(theirs, ours) => write!(f, "the ticket is one of the API {theirs}, not of {ours}"),
            Self::OtherCall(theirs, ours) => write!(f, "the ticket is one of the call {theirs}, not of {ours}"),
        }
    }
}

impl std::error::Error for TicketError {}

const CAUSES: [(TicketCause, &str); 7] = [
    (TicketCause::TimedOut, "timed-out"),
    (TicketCause::ConnectionLost, "connection-lost"),
    (TicketCause::ServerFailed, "server-failed"),
    (TicketCause::NotAnAnswer, "not-an-answer"),
    (TicketCause::Unreadable, "unreadable"),
    (TicketCause::Refused, "refused"),
    (TicketCause::Ahead, "ahead"),
];

impl SavedTicket {
    pub(super) fn of(ticket: &Ticket) -> Self {
        let inner = &*ticket.0;
        Self {
            api: inner.api.to_owned(),
            operation: inner.operation.to_owned(),
            spec: inner.spec.to_owned(),
            place: inner.place.clone(),
            sent: inner.sent.wall.0,
            ended: inner.ended.wall.0,
            cause: inner.cause,
            status: inner.status,
            inputs: inner.inputs.without_secrets(),
            read_at: inner.read_at.clone(),
            turn: inner.turn,
            is_clouded: inner.is_clouded,
            before: inner.baseline.clone().filter(|baseline| baseline.to_save().is_some()),
        }
    }

    /// The name of the API.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// The name of the endpoint.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Restores the ticket as one of `E`.
    ///
    /// Its moments belong to another process, so "did not happen" requires the whole of
    /// the time that the hoster may need to show the call, from now on, whatever the wall clock says.
    ///
    /// # Errors
    /// The ticket belongs to another API or endpoint.
    pub fn ticket<E: Perform>(&self) -> Result<Ticket, TicketError> {
        let (api, info) = (<E::Api as Api>::INFO.name, &<E as Endpoint>::INFO);
        if self.api != api {
            return Err(TicketError::OtherApi(self.api.clone(), api));
        }
        if (self.operation.as_str(), self.spec.as_str()) != (info.name, info.spec) {
            return Err(TicketError::OtherCall(self.operation.clone(), info.name));
        }
        let at = |wall| Now { monotonic: Moment::START, wall: UnixTime(wall) };
        Ok(Ticket(Box::new(TicketInner {
            cause: self.cause,
            text: self.cause.as_str().into(),
            status: self.status,
            baseline: self.before.clone(),
            read_at: self.read_at.clone(),
            turn: self.turn,
            is_clouded: self.is_clouded,
            is_restored: true,
            ..TicketInner::of::<E>(self.place.clone(), self.inputs.clone(), at(self.sent), at(self.ended))
        })))
    }

    fn to_value(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let maybe = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
        let number = |number: i64| Value::Number(number.to_string());
        let input = |input: &Input| match input {
            Input::One(one) => text(one),
            Input::Secret(_) => Value::Null,
            Input::Rows(rows) => {
                let row =
                    |row: &Vec<Option<String>>| Value::List(row.iter().map(|field| maybe(field.as_deref())).collect());
                Value::List(rows.iter().map(row).collect())
            }
        };
        let cause = CAUSES.iter().find(|(cause, _)| *cause == self.cause).map(|(_, word)| *word);
        let mut entries = vec![
            ("hostkit-ticket".into(), Value::Number(VERSION.to_string())),
            ("api".into(), text(&self.api)),
            ("operation".into(), text(&self.operation)),
            ("spec".into(), text(&self.spec)),
            ("base-url".into(), text(&self.place.base)),
            ("sent".into(), number(self.sent)),
            ("ended".into(), number(self.ended)),
            ("cause".into(), maybe(cause)),
        ];
        if let Some(account) = &self.place.account {
            entries.push(("account".into(), text(account)));
        }
        if let Some(login) = &self.place.login {
            entries.push(("login".into(), text(login)));
        }
        if let Some(status) = self.status {
            entries.push(("status".into(), number(i64::from(status))));
        }
        let inputs = self.inputs.iter().map(|(name, one)| (name.to_owned().into(), input(one)));
        entries.push(("inputs".into(), Value::Map(inputs.collect())));
        if let Some(turn) = self.turn {
            entries.push(("turn".into(), Value::Number(turn.to_string())));
        }
        if let Some((all, own)) = self.before.as_ref().and_then(Baseline::to_save) {
            let list = |marks: &[String]| Value::List(marks.iter().map(|mark| text(mark)).collect());
            let mut before = vec![("all".into(), list(all)), ("own".into(), list(own))];
            if let Some(others) = self.before.as_ref().map(Baseline::others).filter(|others| !others.is_empty()) {
                before.push(("others".into(), list(others)));
            }
            if self.before.as_ref().is_some_and(Baseline::is_lacking) {
                before.push(("lacking".into(), Value::Bool(true)));
            }
            entries.push(("before".into(), Value::Map(before)));
        }
        if let Some(read_at) = &self.read_at {
            entries.push(("read-at".into(), text(read_at)));
        }
        if self.is_clouded {
            entries.push(("clouded".into(), Value::Bool(true)));
        }
        Value::Map(entries)
    }
}

impl fmt::Display for SavedTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = write(Format::Json, &self.to_value()).map_err(|_| fmt::Error)?;
        f.write_str(std::str::from_utf8(&bytes).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for SavedTicket {
    type Err = TicketError;

    fn from_str(text: &str) -> Result<Self, TicketError> {
        let document = parse(Format::Json, text.trim().as_bytes(), &Limits::DEFAULT)
            .map_err(|_| TicketError::NotATicket("it is not JSON"))?;
        let root = document.root();
        let version = root.get("hostkit-ticket").ok_or(TicketError::NotATicket("it has no `hostkit-ticket`"))?;
        let version = version.as_str().unwrap_or_default();
        if version != VERSION.to_string() {
            return Err(TicketError::Version(version.to_owned()));
        }
        let word = |key: &'static str| root.get(key).and_then(Node::as_str).map(str::to_owned);
        let must = |key: &'static str| word(key).ok_or(TicketError::NotATicket("a field is missing"));
        let number = |key| must(key)?.parse().map_err(|_| TicketError::NotATicket("a time is no number"));
        let cause = must("cause")?;
        let cause = CAUSES.iter().find(|(_, word)| *word == cause).map(|(cause, _)| *cause);
        let status = word("status").map(|status| status.parse());
        let inputs = root.get("inputs").ok_or(TicketError::NotATicket("it has no `inputs`"))?;
        Ok(Self {
            api: must("api")?,
            operation: must("operation")?,
            spec: must("spec")?,
            place: Place { base: must("base-url")?, account: word("account"), login: word("login") },
            sent: number("sent")?,
            ended: number("ended")?,
            cause: cause.ok_or(TicketError::NotATicket("its cause is none that is known"))?,
            status: status.transpose().map_err(|_| TicketError::NotATicket("its status is none of HTTP"))?,
            inputs: Inputs::from_pairs(inputs.entries().map(|(name, node)| (name.to_owned(), input(node))).collect()),
            turn: word("turn")
                .map(|turn| turn.parse())
                .transpose()
                .map_err(|_| TicketError::NotATicket("its turn is no number"))?,
            is_clouded: root.get("clouded").is_some(),
            before: root.get("before").map(baseline).transpose()?,
            read_at: word("read-at"),
        })
    }
}

fn baseline(node: Node<'_>) -> Result<Baseline, TicketError> {
    let part = |key| node.get(key).ok_or(TicketError::NotATicket("its `before` lacks `all` or `own`")).and_then(marks);
    let others = node.get("others").map(marks).transpose()?.unwrap_or_default();
    let baseline = Baseline::new(part("all")?, part("own")?).with_others(others);
    Ok(if node.get("lacking").is_some() { baseline.lacking() } else { baseline })
}

/// Reads every mark: a lost one would make an old item look new.
fn marks(node: Node<'_>) -> Result<Vec<String>, TicketError> {
    let mark = |node: Node<'_>| node.as_str().map(str::to_owned).filter(|_| node.kind() == Kind::Text);
    let marks = (node.kind() == Kind::List).then(|| node.items().map(mark).collect::<Option<Vec<_>>>()).flatten();
    marks.ok_or(TicketError::NotATicket("its `before` has something else than lists of texts"))
}

fn input(node: Node<'_>) -> Input {
    match node.as_str() {
        Some(text) => Input::One(text.to_owned()),
        None => {
            let row = |row: Node<'_>| row.items().map(|field| field.as_str().map(str::to_owned)).collect();
            Input::Rows(node.items().map(row).collect())
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SavedTicket {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for SavedTicket {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
