//! Fields of an object of which one may be given.
//!
//! Not here: what is chosen among the inputs of a call, which is an enum.

use std::fmt;

/// What is wrong with the fields of which one may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MistakenChoice {
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl fmt::Display for MistakenChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, found } = self;
        write!(f, "expected {expected}, found {found}")
    }
}

/// What is wrong with these fields, by their names on the wire and whether each is given: at most one of them may be, and
/// one has to be where `is_required`.
pub fn one_of(is_required: bool, fields: &[(&str, bool)]) -> Option<MistakenChoice> {
    let quoted = |(name, _): &(&str, bool)| format!("`{name}`");
    let given: Vec<String> = fields.iter().filter(|(_, is_given)| *is_given).map(quoted).collect();
    let found = match given.as_slice() {
        [] if is_required => "none of them".to_owned(),
        [] | [_] => return None,
        several => several.join(" and "),
    };
    let how = if is_required { "exactly" } else { "at most" };
    let all: Vec<String> = fields.iter().map(quoted).collect();
    Some(MistakenChoice { expected: format!("{how} one of {}", all.join(", ")), found })
}
