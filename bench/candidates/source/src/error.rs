//! The error of a decode, with its place.

use std::fmt;

use crate::{Found, State, Step};

/// What went wrong, and where.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    path: String,
    expected: &'static str,
    found: String,
    offset: usize,
    is_syntax: bool,
}

impl Error {
    #[cold]
    pub fn new(state: &State, offset: usize, expected: &'static str, found: &Found<'_>) -> Self {
        let found = match found {
            Found::Null => "nothing".to_owned(),
            Found::Bool(value) => value.to_string(),
            Found::Number(text) => (*text).to_owned(),
            Found::Text(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
            Found::Container(name) => (*name).to_owned(),
        };
        Self(Box::new(Inner { path: path(state), expected, found, offset, is_syntax: false }))
    }

    /// A malformed body, after which decoding cannot continue.
    #[cold]
    pub fn syntax(state: &State, offset: usize, expected: &'static str) -> Self {
        let found = "something else".to_owned();
        Self(Box::new(Inner { path: path(state), expected, found, offset, is_syntax: true }))
    }

    pub fn is_syntax(&self) -> bool {
        self.0.is_syntax
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { path, expected, found, offset, .. } = &*self.0;
        write!(f, "{path}: expected {expected}, found {found} at byte {offset}")
    }
}

pub(crate) fn path(state: &State) -> String {
    let mut text = "answer".to_owned();
    for step in &state.path {
        match step {
            Step::Name(name) => text.push_str(&format!(".{name}")),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}
