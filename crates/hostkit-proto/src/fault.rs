//! Faults of an API: one type for all APIs, the catalogue of codes of each, and the two ways to detect faults.

use std::fmt;

use hostkit_wire::{Kind, Node};

use crate::answer::RawAnswer;

/// The catalogue of an API's error codes. Generated as an open enumeration.
pub trait FaultCode: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The code that this text stands for.
    fn from_text(text: &str) -> Self;
    /// The code as the API writes it.
    fn as_str(&self) -> &str;
    /// What kind of fault it is; `None` where the catalogue does not say.
    fn kind(&self) -> Option<FaultKind>;
}

/// What a fault means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// The credentials or the token are not accepted.
    Auth,
    /// The credentials are fine, the call is not allowed.
    Forbidden,
    /// What the call names does not exist.
    NotFound,
    /// The state of the object forbids the call.
    Conflict,
    /// An argument is wrong.
    InvalidArgument,
    /// Too many calls.
    RateLimited,
    /// It may work later; the call was not carried out.
    Temporary,
    /// The API failed internally; the call may have been carried out.
    Internal,
    /// The account lacks funds.
    Payment,
    /// There is nothing to list.
    Empty,
    /// The API has no such call.
    Unsupported,
    /// Anything else.
    Other,
}

impl FaultKind {
    /// The kind that an HTTP status stands for where the API says nothing more.
    pub fn from_status(status: u16) -> Self {
        match status {
            401 => Self::Auth,
            402 => Self::Payment,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            400 | 422 => Self::InvalidArgument,
            405 | 409 => Self::Conflict,
            413 | 429 => Self::RateLimited,
            501 => Self::Unsupported,
            503 => Self::Temporary,
            500..=599 => Self::Internal,
            _ => Self::Other,
        }
    }
}

/// What is wrong with one input field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The wire name of the field.
    pub field: String,
    /// What the API says about it.
    pub messages: Vec<String>,
}

/// An error reported by an API.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fault<C> {
    /// The HTTP status, which may be 200.
    pub status: u16,
    /// The code; `None` if the API gives none.
    pub code: Option<C>,
    /// The short text.
    pub message: String,
    /// The longer text; may be empty.
    pub details: String,
    /// Errors of single input fields.
    pub fields: Vec<FieldFault>,
    /// What it means.
    pub kind: FaultKind,
    /// Whether the call may have been carried out nevertheless: the API's documentation does not say, or a proxy may
    /// have sent the request twice and this answers the second one.
    pub verify: bool,
}

impl<C: FaultCode> Fault<C> {
    /// A fault with a code and a text.
    pub fn new(status: u16, code: Option<C>, message: impl Into<String>, details: impl Into<String>) -> Self {
        let kind = code.as_ref().and_then(FaultCode::kind).unwrap_or_else(|| FaultKind::from_status(status));
        let verify = kind == FaultKind::Internal;
        Self { status, code, message: message.into(), details: details.into(), fields: Vec::new(), kind, verify }
    }
}

impl<C> Fault<C> {
    /// The credentials or the token are not accepted.
    pub fn is_auth(&self) -> bool {
        self.kind == FaultKind::Auth
    }

    /// What the call names does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind == FaultKind::NotFound
    }

    /// The state of the object forbids the call.
    pub fn is_conflict(&self) -> bool {
        self.kind == FaultKind::Conflict
    }

    /// An argument is wrong.
    pub fn is_invalid_argument(&self) -> bool {
        self.kind == FaultKind::InvalidArgument
    }

    /// Too many calls.
    pub fn is_rate_limited(&self) -> bool {
        self.kind == FaultKind::RateLimited
    }

    /// Whether it reports a failing server, which leaves open what was carried out; a rate limit does not.
    pub fn is_of_a_failed_server(&self) -> bool {
        self.status >= 500 && !self.is_rate_limited()
    }

    /// It may work later.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind, FaultKind::Temporary | FaultKind::RateLimited)
    }
}

impl<C: FaultCode> fmt::Display for Fault<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {}", code.as_str())?;
        }
        let text = if self.details.is_empty() { &self.message } else { &self.details };
        if !text.is_empty() {
            write!(f, ": {text}")?;
        }
        for fault in &self.fields {
            write!(f, "; {}: {}", fault.field, fault.messages.join(", "))?;
        }
        Ok(())
    }
}

/// The class of an answer before its data are decoded.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict<C> {
    /// A success, or no sign of anything else.
    Success,
    /// The API accepted the call and will carry it out later, for this reason.
    Accepted(&'static str),
    /// The API reports a fault.
    Fault(Fault<C>),
    /// The status is no success and the body is not the API's error document.
    Unrecognised,
}

/// An API whose errors are documents with a failing HTTP status: `{"NotFound":{"code":404,…}}`, the same without the
/// wrapper, or `<NotFound code="404">…`.
#[derive(Debug, Clone, Copy)]
pub struct StatusFaults<'a> {
    /// Key of the numeric code.
    pub code: &'a str,
    /// Key of the short text; it names the fault where there is no wrapper.
    pub message: &'a str,
    /// Key of the longer text.
    pub details: &'a str,
}

impl StatusFaults<'_> {
    /// Judges an answer.
    pub fn verdict<C: FaultCode>(&self, answer: &RawAnswer<'_>) -> Verdict<C> {
        // A success may have no document, so nothing is parsed under a success status.
        let root = if is_success(answer.status()) { None } else { root(answer) };
        self.verdict_on(answer.status(), root)
    }

    /// Judges an answer by its status and the root of its document, if that is readable.
    pub fn verdict_on<C: FaultCode>(&self, status: u16, root: Option<Node<'_>>) -> Verdict<C> {
        if is_success(status) {
            return Verdict::Success;
        }
        root.and_then(|root| self.find(status, root)).map_or(Verdict::Unrecognised, Verdict::Fault)
    }

    fn find<C: FaultCode>(&self, status: u16, root: Node<'_>) -> Option<Fault<C>> {
        let mut entries = root.entries();
        let (name, body) = match (entries.next(), entries.next()) {
            (Some((name, body)), None) if body.kind() == Kind::Map => (Some(name), body),
            _ => (None, root),
        };
        self.text(body, self.code)?.parse::<u16>().ok()?;
        let message = self.text(body, self.message).unwrap_or_default();
        // Without the wrapper the name of the fault is its message without blanks: `Not Found` is `NotFound`.
        let name = name.map_or_else(|| message.split_whitespace().collect(), str::to_owned);
        let code = (!name.is_empty()).then(|| C::from_text(&name));
        Some(Fault::new(status, code, message, self.text(body, self.details).unwrap_or_default()))
    }

    fn text<'t>(&self, body: Node<'t>, key: &str) -> Option<&'t str> {
        let attribute = || body.entries().find(|(name, _)| name.strip_prefix('@') == Some(key)).map(|(_, node)| node);
        body.get(key).or_else(attribute).and_then(Node::as_str)
    }
}

/// An API whose answers are envelopes with a marker of success or failure, often under status 200.
#[derive(Debug, Clone, Copy)]
pub struct EnvelopeFaults<'a> {
    /// Key of the marker.
    pub marker: &'a str,
    /// Markers of success, compared without case.
    pub success: &'a [&'a str],
    /// Keys of the code; the first one present counts. `a/b` is the entry `b` of the object `a`.
    pub code: &'a [&'a str],
    /// Keys of the short text, like those of the code; the first one present and not empty counts.
    pub message: &'a [&'a str],
    /// Key of the longer text.
    pub details: &'a str,
    /// Key of the object with the errors of single fields.
    pub fields: &'a str,
    /// Codes under which a success is an acceptance, with the reason.
    pub accepted: &'a [(&'a str, &'static str)],
    /// Codes that leave open whether the call was carried out.
    pub verify: &'a [&'a str],
}

impl EnvelopeFaults<'_> {
    /// Judges an answer.
    pub fn verdict<C: FaultCode>(&self, answer: &RawAnswer<'_>) -> Verdict<C> {
        if is_success(answer.status()) && self.is_plain_success(answer) {
            return Verdict::Success;
        }
        self.verdict_on(answer.status(), root(answer), answer.is_empty())
    }

    /// Whether an answer that was read without a tree has the marker of a success, and no code that says more.
    fn is_plain_success(&self, answer: &RawAnswer<'_>) -> bool {
        let says_yes = |marker: &str| self.success.iter().any(|success| marker.eq_ignore_ascii_case(success));
        let has_no_code = || {
            let is_nothing = |code: Option<&str>| code.is_none_or(str::is_empty);
            self.code.iter().all(|key| answer.noted(key, is_nothing) == Some(true))
        };
        answer.noted(self.marker, |marker| marker.is_some_and(says_yes)) == Some(true)
            && (self.accepted.is_empty() || has_no_code())
    }

    /// Judges an answer by its status and the root of its document, if that is readable; `is_empty` says whether there
    /// is no body at all.
    pub fn verdict_on<C: FaultCode>(&self, status: u16, root: Option<Node<'_>>, is_empty: bool) -> Verdict<C> {
        let is_success = is_success(status);
        let top = |key: &str| top(root?, key);
        let Some(marker) = top(self.marker) else {
            // Without the marker it is another kind of document, which the decoder reports if there is output to read.
            let is_object = root.is_some_and(|root| root.kind() == Kind::Map);
            return if is_success && (is_object || is_empty) { Verdict::Success } else { Verdict::Unrecognised };
        };
        let says_yes = self.success.iter().any(|success| marker.eq_ignore_ascii_case(success));
        let code = self.code.iter().find_map(|key| top(key)).filter(|code| !code.is_empty());
        if is_success && says_yes {
            let reason = self.accepted.iter().find(|(accepted, _)| code == Some(accepted));
            return reason.map_or(Verdict::Success, |(_, reason)| Verdict::Accepted(reason));
        }
        let message = self.message.iter().find_map(|key| top(key).filter(|text| !text.is_empty()));
        let details = top(self.details).unwrap_or_default();
        let mut fault = Fault::new(status, code.map(C::from_text), message.unwrap_or_default(), details);
        fault.verify |= code.is_some_and(|code| self.verify.contains(&code));
        // A fault with a success status and without a code may be an internal error, whatever its text says.
        fault.verify |= is_success && code.is_none();
        // A success document with a failing status holds data, possibly secrets, and no field errors.
        if !says_yes && let Some(root) = root {
            fault.fields = root.get(self.fields).map(field_faults).unwrap_or_default();
        }
        Verdict::Fault(fault)
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn root<'a>(answer: &'a RawAnswer<'_>) -> Option<Node<'a>> {
    answer.document().ok().map(|document| document.root())
}

/// The text of a top-level entry, or of `a/b`.
fn top<'t>(root: Node<'t>, key: &str) -> Option<&'t str> {
    match key.split_once('/') {
        None => root.get(key),
        Some((above, key)) => root.get(above)?.get(key),
    }
    .and_then(Node::as_str)
}

/// Field errors in all their shapes: texts, lists of texts, lists of lists, with or without a field name.
fn field_faults(node: Node<'_>) -> Vec<FieldFault> {
    match node.kind() {
        Kind::Map => {
            node.entries().map(|(field, node)| FieldFault { field: field.to_owned(), messages: texts(node) }).collect()
        }
        Kind::Null => Vec::new(),
        _ => {
            let messages = texts(node);
            if messages.is_empty() { Vec::new() } else { vec![FieldFault { field: String::new(), messages }] }
        }
    }
}

/// Every text below a node. The readers limit the depth.
fn texts(node: Node<'_>) -> Vec<String> {
    match node.kind() {
        Kind::List => node.items().flat_map(texts).collect(),
        Kind::Map => node.entries().flat_map(|(_, node)| texts(node)).collect(),
        _ => node.as_str().map(str::to_owned).into_iter().collect(),
    }
}
