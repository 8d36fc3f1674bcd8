//! What a ticket remembers of its call: the inputs that it can be found by, and what was there before it.

use crate::codec::{FromText, ToText};
use crate::request::EncodeError;
use crate::time::Now;
use crate::value::Secret;

/// The inputs of a call that it can be found by, as text.
///
/// A secret is among them only where the read itself takes it. It stays in memory: it is shown nowhere, and not written
/// with its ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs(Vec<(String, Input)>);

/// One of them: a value, or for each item of a list its fields, each of which may be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    One(String),
    Rows(Vec<Vec<Option<String>>>),
    Secret(Secret),
}

impl Inputs {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With one more.
    pub fn with(self, name: &str, value: &impl ToText) -> Self {
        self.and(name, Input::One(value.to_text().into_owned()))
    }

    /// With one more, if it is there.
    pub fn with_option(self, name: &str, value: Option<&impl ToText>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With a list, each of whose items is a row of texts.
    pub fn with_rows(self, name: &str, rows: impl IntoIterator<Item = Vec<Option<String>>>) -> Self {
        self.and(name, Input::Rows(rows.into_iter().collect()))
    }

    /// With a secret that the read takes.
    pub fn with_secret(self, name: &str, secret: &Secret) -> Self {
        self.and(name, Input::Secret(secret.clone()))
    }

    fn and(mut self, name: &str, input: Input) -> Self {
        self.0.push((name.to_owned(), input));
        self
    }

    /// The value of that name; `None` where it is absent, or is no such value.
    pub fn get<T: FromText>(&self, name: &str) -> Option<T> {
        match self.find(name)? {
            Input::One(text) => T::from_text(text),
            Input::Secret(secret) => T::from_text(secret.expose()),
            Input::Rows(_) => None,
        }
    }

    /// The value of that name, for a call that is read.
    ///
    /// # Errors
    /// It is absent or no such value: the ticket was not written by this version of the API's crate.
    pub fn need<T: FromText>(&self, endpoint: &'static str, name: &'static str) -> Result<T, EncodeError> {
        self.get(name).ok_or_else(|| EncodeError::new(endpoint, name, format!("the ticket needs {}", T::EXPECTED)))
    }

    /// The list of that name.
    pub fn rows(&self, name: &str) -> Option<&[Vec<Option<String>>]> {
        match self.find(name)? {
            Input::Rows(rows) => Some(rows),
            Input::One(_) | Input::Secret(_) => None,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Option<&Input> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, input)| input)
    }

    /// The same without secrets.
    pub(crate) fn without_secrets(&self) -> Self {
        Self(self.0.iter().filter(|(_, input)| !matches!(input, Input::Secret(_))).cloned().collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Input)> {
        self.0.iter().map(|(name, input)| (name.as_str(), input))
    }

    pub(crate) fn from_pairs(pairs: Vec<(String, Input)>) -> Self {
        Self(pairs)
    }
}

/// What showed before a call: the marks of what a trace compares. A ticket keeps it, so that the work of the call can be
/// told from what was there already.
#[derive(Clone, PartialEq, Eq)]
pub struct Before {
    marks: Vec<String>,
    is_private: bool,
    /// When all of it had been read, if this process read it.
    read: Option<Now>,
}

impl Before {
    pub(super) fn new(marks: Vec<String>) -> Self {
        Self { marks, is_private: false, read: None }
    }

    /// The same, but it is not written with its ticket: its marks come from secrets, or hold for this process alone.
    #[must_use]
    pub fn private(self) -> Self {
        Self { is_private: true, ..self }
    }

    pub(super) fn read_at(self, now: Now) -> Self {
        Self { read: Some(now), ..self }
    }

    pub(crate) fn read(&self) -> Option<Now> {
        self.read
    }

    pub(super) fn has(&self, mark: &str) -> bool {
        self.marks.iter().any(|known| known == mark)
    }

    pub(super) fn first(&self) -> Option<&str> {
        self.marks.first().map(String::as_str)
    }

    /// The marks that may be written down.
    pub(crate) fn to_save(&self) -> Option<&[String]> {
        (!self.is_private).then_some(&self.marks)
    }

    pub(crate) fn saved(marks: Vec<String>) -> Self {
        Self::new(marks)
    }
}

/// Marks may come from a secret: their number is all that is shown.
impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Before({} marks)", self.marks.len())
    }
}
