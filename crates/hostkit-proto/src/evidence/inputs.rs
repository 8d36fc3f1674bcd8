//! The inputs that identify a call in a recovery.

use super::spelling::one_form;
use crate::codec::EncodeError;
use crate::codec::{FromText, ToText};
use crate::value::Secret;

/// The inputs that identify a call in a recovery, as text.
///
/// They include a secret only if the read itself needs it. Secrets stay in memory: they are neither shown nor saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs(Vec<(String, Input)>);

/// One of them: a value, or for each item of a list its fields, each of which may be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A value as text.
    One(String),
    /// For each item of a list its fields.
    Rows(Vec<Vec<Option<String>>>),
    /// A value that only the read takes.
    Secret(Secret),
}

impl Input {
    /// The value in the form in which spellings of the same are equal.
    pub fn one_form(&self) -> String {
        match self {
            Self::One(text) => one_form(text),
            Self::Rows(rows) => {
                let row = |row: &Vec<Option<String>>| row.iter().map(|field| field.as_deref().map(one_form)).collect();
                let rows: Vec<Vec<Option<String>>> = rows.iter().map(row).collect();
                format!("{rows:?}")
            }
            // The secret itself stays where it is.
            Self::Secret(_) => String::new(),
        }
    }
}

impl Inputs {
    /// No inputs.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an input.
    pub fn with(self, name: &str, value: &impl ToText) -> Self {
        self.and(name, Input::One(value.to_text().into_owned()))
    }

    /// Adds an input that may be absent.
    pub fn with_option(self, name: &str, value: Option<&impl ToText>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a list, each of whose items is a row of texts.
    pub fn with_rows(self, name: &str, rows: impl IntoIterator<Item = Vec<Option<String>>>) -> Self {
        self.and(name, Input::Rows(rows.into_iter().collect()))
    }

    /// Adds a secret that the read needs.
    pub fn with_secret(self, name: &str, secret: &Secret) -> Self {
        self.and(name, Input::Secret(secret.clone()))
    }

    fn and(mut self, name: &str, input: Input) -> Self {
        self.0.push((name.to_owned(), input));
        self
    }

    /// The value of that name; `None` if it is absent or no such value.
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

    /// The value of that name, which may be absent.
    ///
    /// # Errors
    /// As [`Inputs::need`], of one that is there.
    pub fn maybe<T: FromText>(&self, endpoint: &'static str, name: &'static str) -> Result<Option<T>, EncodeError> {
        self.find(name).map(|_| self.need(endpoint, name)).transpose()
    }

    /// The list of that name, for a read that is compared with it.
    ///
    /// # Errors
    /// As [`Inputs::need`].
    pub fn need_rows(&self, endpoint: &'static str, name: &'static str) -> Result<&[Vec<Option<String>>], EncodeError> {
        self.rows(name).ok_or_else(|| EncodeError::new(endpoint, name, "the ticket needs a list"))
    }

    /// The list of that name.
    pub fn rows(&self, name: &str) -> Option<&[Vec<Option<String>>]> {
        match self.find(name)? {
            Input::Rows(rows) => Some(rows),
            Input::One(_) | Input::Secret(_) => None,
        }
    }

    /// Whether one of these is there: of several variants, the one with which the call was made.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.find(name).is_some())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Option<&Input> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, input)| input)
    }

    /// The same without secrets.
    pub fn without_secrets(&self) -> Self {
        Self(self.0.iter().filter(|(_, input)| !matches!(input, Input::Secret(_))).cloned().collect())
    }

    /// Each with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Input)> {
        self.0.iter().map(|(name, input)| (name.as_str(), input))
    }

    /// Those of a saved ticket.
    pub fn from_pairs(pairs: Vec<(String, Input)>) -> Self {
        Self(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, Inputs};
    use crate::value::Secret;

    #[test]
    fn one_name_in_two_spellings_is_one() {
        let named = |name: &str| Input::One(name.to_owned()).one_form();
        assert_eq!(named("xn--e1afmkfd.xn--p1ai"), named("пример.рф"));
        assert_ne!(named("example.com"), named("example.org"));
    }

    #[test]
    fn inputs_are_found_by_their_names_and_kinds() {
        let row = vec![Some("a".to_owned()), None];
        let inputs = Inputs::new()
            .with("id", &7_u64)
            .with_option("months", Some(&3_u64))
            .with_option("name", None::<&String>)
            .with_rows("disks", [row.clone()])
            .with_secret("key", &Secret::new("hunter2"));
        assert!(Inputs::new().is_empty() && !inputs.is_empty());
        let names: Vec<&str> = inputs.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["id", "months", "disks", "key"]);
        assert_eq!(
            (inputs.get("id"), inputs.get("months"), inputs.get("name")),
            (Some(7_u64), Some(3_u64), None::<u64>)
        );
        assert_eq!((inputs.get::<String>("key").as_deref(), inputs.get::<String>("disks")), (Some("hunter2"), None));
        assert_eq!((inputs.need("order", "id"), inputs.maybe("order", "id")), (Ok(7_u64), Ok(Some(7_u64))));
        assert_eq!(inputs.maybe::<u64>("order", "name"), Ok(None));
        for error in [inputs.need::<u64>("order", "name").err(), inputs.maybe::<u64>("order", "key").err()] {
            assert!(error.is_some_and(|error| error.to_string().contains("the ticket needs")));
        }
        assert_eq!((inputs.rows("disks"), inputs.rows("id")), (Some([row.clone()].as_slice()), None));
        assert_eq!(inputs.need_rows("order", "disks"), Ok([row].as_slice()));
        assert!(inputs.need_rows("order", "key").is_err());
        assert_eq!((inputs.has_any(&["name", "disks"]), inputs.has_any(&["name"])), (true, false));

        let saved = inputs.without_secrets();
        let pairs: Vec<(String, Input)> = saved.iter().map(|(name, one)| (name.to_owned(), one.clone())).collect();
        assert_eq!(pairs.len(), 3, "all but the secret");
        assert_eq!(Inputs::from_pairs(pairs), saved);
    }
}
