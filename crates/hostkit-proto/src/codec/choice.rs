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

/// What stands in an object for a field that only this one of several objects has.
#[derive(Debug, Clone, Copy)]
pub struct Found<'n> {
    /// The first name of the field.
    pub name: &'n str,
    /// Whether the object is never without it.
    pub is_required: bool,
    /// Whether something stands there, and not null.
    pub is_there: bool,
    /// Whether that is a value where the field is optional, too.
    pub has_value: bool,
}

/// Which of several objects this is, by the fields that no other one has: the one of which some has a value. Where none has,
/// what is empty counts for a required field; else it is the object without such a field, if there is one.
///
/// # Errors
/// It has fields of two of them, or of none where each has some.
pub fn one_object(objects: &[Vec<Found<'_>>]) -> Result<usize, MistakenChoice> {
    let given_by = |is_given: fn(&Found<'_>) -> bool| -> Vec<bool> {
        objects.iter().map(|fields| fields.iter().any(is_given)).collect()
    };
    let mut given = given_by(|field| field.has_value);
    if !given.contains(&true) {
        given = given_by(|field| field.is_required && field.is_there);
    }
    let rest = objects.iter().position(|fields| !fields.iter().any(|field| field.is_required));
    let name = |fields: &Vec<Found<'_>>| {
        fields.iter().find(|field| field.is_required).or(fields.first()).map(|field| field.name.to_owned())
    };
    let names: Vec<Option<String>> = objects.iter().map(name).collect();
    let named: Vec<(&str, bool)> =
        names.iter().zip(&given).filter_map(|(name, is_given)| Some((name.as_deref()?, *is_given))).collect();
    match one_of(rest.is_none(), &named) {
        Some(mistake) => Err(mistake),
        None => Ok(given.iter().position(|is_given| *is_given).or(rest).unwrap_or_default()),
    }
}
