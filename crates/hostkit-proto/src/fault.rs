//! Faults of an API: one type for all APIs, the catalogue of codes of each, and the ways to detect faults.

mod document;
mod envelope;
mod found;
mod item;
mod status;

use std::fmt;

use hostkit_wire::{Node, Value};

use crate::answer::RawAnswer;
use crate::codec::DecodeError;
use crate::info::CallFacts;
pub use crate::info::FaultKind;
pub use document::{DocumentFaults, ErrorLayout};
pub use envelope::EnvelopeFaults;
pub use status::StatusFaults;

/// The catalogue of an API's error codes. Generated as an open enumeration.
pub trait FaultCode: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The code that this text stands for.
    fn from_text(text: &str) -> Self;
    /// The code as the API writes it.
    fn as_str(&self) -> &str;
    /// What kind of fault it is; `None` where the catalogue does not say.
    fn kind(&self) -> Option<FaultKind>;

    /// The fault of an item of a list that has a marker of its own, unless it says that it is a success.
    fn in_item(_: Node<'_>) -> Option<Fault<Self>> {
        None
    }

    /// The item that is this fault.
    fn item(_: &Fault<Self>) -> Value {
        Value::Null
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
#[derive(Clone, PartialEq)]
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
    /// What marks the answer as a fault where it has neither code nor text, such as `` `status` is "failed" ``, and what
    /// its status means by the spec.
    pub marker: String,
    /// The id that the server gave the request, which the hoster's support asks for; empty if the spec knows none.
    pub request_id: String,
    /// What it means.
    pub kind: FaultKind,
    /// Whether the call may have been carried out nevertheless: the API's documentation does not say, or a proxy may
    /// have sent the request twice and this answers the second one.
    pub verify: bool,
    /// Whether the API's documentation says that nothing was done where it reports this code, under whatever status.
    pub(crate) undone: bool,
    /// What the other results of this answer say that are faults, in their order: an answer may have one for each thing that
    /// was asked for.
    pub others: Vec<Fault<C>>,
    /// Whether other results of this answer say something else: then it says of the whole answer neither that there is
    /// nothing, nor that what was asked for does not exist.
    pub(crate) part: bool,
}

impl<C: FaultCode> Fault<C> {
    /// A fault with a code and a text.
    pub fn new(status: u16, code: Option<C>, message: impl Into<String>, details: impl Into<String>) -> Self {
        let kind = code.as_ref().and_then(FaultCode::kind).unwrap_or_else(|| FaultKind::from_status(status));
        let verify = kind == FaultKind::Internal;
        // Some servers end each text with a line break.
        let trimmed = |text: String| text.trim_end_matches(['\r', '\n']).to_owned();
        let (message, details) = (trimmed(message.into()), trimmed(details.into()));
        let (marker, request_id) = (String::new(), String::new());
        let (fields, others, undone, part) = (Vec::new(), Vec::new(), false, false);
        Self { status, code, message, details, fields, marker, request_id, kind, verify, undone, others, part }
    }

    /// The same with the kind that its status has by the spec, where its code has none.
    fn with_status(mut self, facts: &CallFacts<'_>) -> Self {
        let is_known = self.code.as_ref().is_some_and(|code| code.kind().is_some());
        if let Some(meaning) = facts.meaning(self.status).filter(|_| !is_known) {
            (self.kind, self.verify) = (meaning.kind, meaning.kind == FaultKind::Internal);
        }
        self
    }

    /// The same with what the catalogue says of its code: that it leaves open whether the call was carried out, or that
    /// nothing was done.
    fn with_catalogue(mut self, verify: &[&str], undone: &[&str]) -> Self {
        let code = self.code.as_ref().map(C::as_str).unwrap_or_default();
        self.undone = self.code.is_some() && undone.contains(&code);
        self.verify = !self.undone && (self.verify || self.code.is_some() && verify.contains(&code));
        self
    }

    /// Says that other results of the answer say something else.
    fn make_part(&mut self) {
        self.part = true;
        if matches!(self.kind, FaultKind::NotFound | FaultKind::Empty) {
            self.kind = FaultKind::Other;
        }
    }

    /// Says by what it is one, if it has no words of its own.
    fn name_by(&mut self, facts: &CallFacts<'_>, marker: impl FnOnce() -> String) {
        if self.code.is_none() && self.message.is_empty() && self.details.is_empty() && self.fields.is_empty() {
            self.marker = marker();
            if let Some(meaning) = facts.meaning(self.status).filter(|meaning| !meaning.text.is_empty()) {
                self.marker = format!("{} ({})", meaning.text.trim_end_matches('.'), self.marker);
            }
        }
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

    /// Whether it reports a failing server, which leaves open what was carried out; a rate limit does not, nor a code
    /// with which nothing was done.
    pub fn is_of_a_failed_server(&self) -> bool {
        is_of_a_failed_server(self.status) && !self.is_rate_limited() && !self.undone
    }

    /// It may work later.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind, FaultKind::Temporary | FaultKind::RateLimited)
    }
}

impl<C: fmt::Debug> fmt::Debug for Fault<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, code, message, details, fields, marker, request_id, kind, verify, undone, others, part } =
            self;
        let mut shown = f.debug_struct("Fault");
        shown.field("status", status).field("code", code).field("message", message).field("details", details);
        shown.field("fields", fields);
        // Few faults have them.
        for (name, text) in [("marker", marker), ("request_id", request_id)] {
            if !text.is_empty() {
                shown.field(name, text);
            }
        }
        shown.field("kind", kind).field("verify", verify);
        if !others.is_empty() {
            shown.field("others", others);
        }
        for (name, flag) in [("undone", undone), ("part", part)] {
            if *flag {
                shown.field(name, flag);
            }
        }
        shown.finish()
    }
}

impl<C: FaultCode> fmt::Display for Fault<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        // Some APIs repeat the status as the code.
        if let Some(code) = self.code.as_ref().map(C::as_str).filter(|code| *code != self.status.to_string()) {
            write!(f, " {code}")?;
        }
        // Some APIs repeat one text in the other, or the code in the short one: `NotFound: Not Found`.
        let (message, details) = (self.message.trim(), self.details.trim());
        let letters = |text: &str| text.to_lowercase().replace([' ', '_', '-'], "");
        let says_code = self.code.as_ref().is_some_and(|code| letters(code.as_str()) == letters(message));
        let is_repeated = details.contains(message) || says_code && !details.is_empty();
        let message = if is_repeated { "" } else { message };
        let details = if message.contains(details) { "" } else { details };
        for text in [message, details].into_iter().filter(|text| !text.is_empty()) {
            write!(f, ": {text}")?;
        }
        let has_text = !message.is_empty() || !details.is_empty();
        for (number, fault) in self.fields.iter().enumerate() {
            let separator = if number == 0 && !has_text { ":" } else { ";" };
            write!(f, "{separator} {}: {}", fault.field, fault.messages.join(", "))?;
        }
        if !self.marker.is_empty() {
            write!(f, ": {}", self.marker)?;
        }
        if !self.request_id.is_empty() {
            write!(f, " (request {})", self.request_id)?;
        }
        self.others.iter().take(MOST_SHOWN).try_for_each(|other| write!(f, ", and {other}"))
    }
}

/// The reason of an answer that says of some results that they were carried out, and of others that they were refused.
pub(crate) const PART: &str = "in part";

/// The results of one answer that an error names.
const MOST_SHOWN: usize = 10;

/// What a place of a request's id begins with, if it is in a header.
const HEADER: &str = "header.";

/// The most bytes of a text that is taken for what a server says in plain words.
const LONGEST_TEXT: usize = 500;

impl CallFacts<'_> {
    /// The fault of a read whose body is a plain text, under a failing status whose meaning the spec says. Any server on the
    /// way may send it: so it says nothing of a call that acts, nor that something is not there, nor that credentials are
    /// wrong. Whoever asks knows that the body is no document.
    pub fn plain_text<C: FaultCode>(&self, status: u16, body: &[u8]) -> Option<Fault<C>> {
        let meaning = self.meaning(status).filter(|meaning| !self.acts && !is_success(meaning.status))?;
        let is_of_anybody =
            matches!(meaning.kind, FaultKind::NotFound | FaultKind::Empty | FaultKind::Auth | FaultKind::Forbidden);
        let text = std::str::from_utf8(body).ok()?.trim();
        let is_plain = (1..=LONGEST_TEXT).contains(&text.len())
            && !text.contains(['<', '{', '['])
            && text.chars().all(|letter| !letter.is_control() || letter.is_whitespace());
        (is_plain && !is_of_anybody).then(|| Fault::new(status, None, text, "").with_status(self))
    }
}

/// The verdict with what a plain text says where there is no document, and with the id of its request for a fault: of
/// several places, the first with something.
fn completed<C: FaultCode>(mut verdict: Verdict<C>, answer: &RawAnswer<'_>) -> Verdict<C> {
    if matches!(verdict, Verdict::Unrecognised)
        && let Some(fault) = answer.facts().plain_text(answer.status(), answer.body())
        && answer.document().is_err()
    {
        verdict = Verdict::Fault(fault);
    }
    if let Verdict::Fault(fault) = &mut verdict {
        let found = answer.api().request_id.iter().filter_map(|place| match place.strip_prefix(HEADER) {
            Some(name) => answer.header(name),
            None => found::some(root(answer)?, place)?.as_str(),
        });
        let id = found.map(str::trim).find(|id| !id.is_empty());
        fault.request_id = id.unwrap_or_default().to_owned();
    }
    verdict
}

/// The class of an answer before its data are decoded.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict<C> {
    /// A success.
    Success,
    /// The API accepted the call and will carry it out later, for this reason.
    Accepted(&'static str),
    /// The API reports a fault.
    Fault(Fault<C>),
    /// It contradicts itself, or lacks what every success has: it shows neither that the call was carried out, nor that
    /// it was not.
    Unclear(DecodeError),
    /// The status is no success and the body is not the API's error document.
    Unrecognised,
}

/// The error of an answer that is in doubt because of what stands at `path`.
#[cold]
fn doubt(
    facts: &CallFacts<'_>,
    path: &str,
    expected: impl Into<String>,
    found: impl Into<String>,
    at: Node<'_>,
) -> DecodeError {
    DecodeError::new(facts.endpoint, format!("answer.{}", path.replace('/', ".")), expected, found).at(at.offset())
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Whether a status says that a server failed, so that the call may have been carried out all the same: 5xx, and 408. A
/// gateway that timed out answers so, too, while the server behind it goes on.
///
/// ```
/// use hostkit_proto::is_of_a_failed_server;
///
/// assert!(is_of_a_failed_server(502) && is_of_a_failed_server(408));
/// assert!(!is_of_a_failed_server(404));
/// ```
pub fn is_of_a_failed_server(status: u16) -> bool {
    status >= 500 || status == 408
}

fn root<'a>(answer: &'a RawAnswer<'_>) -> Option<Node<'a>> {
    answer.top()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Code(String);

    impl FaultCode for Code {
        fn from_text(text: &str) -> Self {
            Self(text.to_owned())
        }

        fn as_str(&self) -> &str {
            &self.0
        }

        fn kind(&self) -> Option<FaultKind> {
            None
        }
    }

    fn fault(status: u16, code: &str) -> Fault<Code> {
        Fault::new(status, Some(Code::from_text(code)), "no", "")
    }

    #[test]
    fn both_texts_are_shown_and_each_once() {
        for (message, details, shown) in [
            ("no disk", "the plan has none", "400 no: no disk: the plan has none"),
            ("no disk", "", "400 no: no disk"),
            ("", "the plan has none", "400 no: the plan has none"),
            ("no disk", "no disk in this plan", "400 no: no disk in this plan"),
            ("no disk in this plan", "no disk", "400 no: no disk in this plan"),
            ("same", "same", "400 no: same"),
            ("No", "the plan has none", "400 no: the plan has none"),
            ("No", "", "400 no: No"),
            ("", "", "400 no"),
        ] {
            let mut fault = Fault::new(400, Some(Code::from_text("no")), message, details);
            assert_eq!(fault.to_string(), shown);
            fault.fields.push(FieldFault { field: "disk".to_owned(), messages: vec!["too large".to_owned()] });
            let separator = if message.is_empty() && details.is_empty() { ":" } else { ";" };
            assert_eq!(fault.to_string(), format!("{shown}{separator} disk: too large"));
        }
    }

    #[test]
    fn a_status_stands_for_a_kind() {
        use FaultKind::*;
        for (status, kind) in [
            (401, Auth),
            (402, Payment),
            (403, Forbidden),
            (404, NotFound),
            (400, InvalidArgument),
            (422, InvalidArgument),
            (405, Conflict),
            (409, Conflict),
            (413, RateLimited),
            (429, RateLimited),
            (501, Unsupported),
            (503, Temporary),
            (500, Internal),
            (599, Internal),
            (408, Other),
            (418, Other),
        ] {
            let fault = fault(status, "x");
            assert_eq!((fault.kind, fault.verify), (kind, kind == Internal), "{status}");
            assert_eq!(fault.is_auth(), kind == Auth, "{status}");
            assert_eq!(fault.is_not_found(), kind == NotFound, "{status}");
            assert_eq!(fault.is_conflict(), kind == Conflict, "{status}");
            assert_eq!(fault.is_invalid_argument(), kind == InvalidArgument, "{status}");
            assert_eq!(fault.is_rate_limited(), kind == RateLimited, "{status}");
            assert_eq!(fault.is_temporary(), matches!(kind, Temporary | RateLimited), "{status}");
            assert_eq!(fault.is_of_a_failed_server(), [408, 500, 501, 503, 599].contains(&status), "{status}");
        }
    }

    #[test]
    fn a_fault_says_each_thing_once() {
        assert_eq!(fault(400, "x").to_string(), "400 x: no");
        assert_eq!(fault(400, "400").to_string(), "400: no");
        let field = |name: &str| FieldFault { field: name.to_owned(), messages: vec!["is wrong".to_owned()] };
        let mut fault = fault(400, "400");
        fault.fields = vec![field("a"), field("b")];
        assert_eq!(fault.to_string(), "400: no; a: is wrong; b: is wrong");
        fault.message.clear();
        assert_eq!(fault.to_string(), "400: a: is wrong; b: is wrong");
        assert!(!format!("{fault:?}").contains("marker"));
        fault.marker = "fail".to_owned();
        assert!(format!("{fault:?}").contains(r#"marker: "fail""#));
    }
}
