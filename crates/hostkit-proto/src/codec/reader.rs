//! The state of one decode: leniency, the current path, and the report.

use std::fmt::Write as _;
use std::sync::Arc;

use hostkit_wire::{Kind, Node};

use super::{DecodeError, Fields, FromText};
use crate::codec::raw::Source;
use crate::codec::{Report, UnknownFields};
use crate::leniency::Leniency;

/// One step of the path to a value. Copied for every field, so it owns nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Name(&'static str),
    /// A key of a map, as an index into [`Reader::keys`].
    Key(usize),
    Index(usize),
}

/// The state of one decode.
#[derive(Debug)]
pub struct Reader<'r> {
    pub(crate) endpoint: &'static str,
    pub(crate) leniency: &'r Leniency,
    pub(crate) unknown: UnknownFields,
    pub(crate) report: Report,
    path: Vec<Step>,
    /// The map keys on the path.
    keys: Vec<String>,
    /// The text of the document, once an object is kept as received.
    source: Option<Arc<Source>>,
    pub(crate) spec: &'static str,
    /// Keys at the top of the document that are not fields.
    pub(crate) envelope: &'static [&'static str],
}

/// Characters of a value that an error shows.
const SHOWN: usize = 60;

impl<'r> Reader<'r> {
    pub(crate) fn new(
        endpoint: &'static str,
        start: &'static str,
        leniency: &'r Leniency,
        unknown: UnknownFields,
    ) -> Self {
        let mut path = Vec::with_capacity(8);
        path.push(Step::Name(start));
        Self {
            endpoint,
            leniency,
            unknown,
            report: Report::default(),
            path,
            keys: Vec::new(),
            source: None,
            spec: "",
            envelope: leniency.envelope,
        }
    }

    /// Opens an object; `spec` names the file that describes it.
    pub fn object<'t, 'a>(&'a mut self, node: Node<'t>, spec: &'static str) -> Result<Fields<'t, 'a, 'r>, DecodeError> {
        let outer = std::mem::replace(&mut self.spec, spec);
        if Leniency::is_object(node) {
            Ok(Fields::new(node, self, outer))
        } else {
            Err(self.expected("an object", node))
        }
    }

    /// Whether an optional field with this node has no value.
    pub fn is_absent(&self, node: Node<'_>) -> bool {
        self.leniency.is_absent(node)
    }

    /// The text of a scalar: text, or the lexeme of a number.
    #[inline]
    pub fn scalar<'t>(&mut self, node: Node<'t>, expected: &'static str) -> Result<&'t str, DecodeError> {
        match node.as_str() {
            Some(text) => Ok(text),
            None => self.no_scalar(node, expected),
        }
    }

    fn no_scalar<'t>(&self, node: Node<'t>, expected: &'static str) -> Result<&'t str, DecodeError> {
        Leniency::scalar_text(node).ok_or_else(|| self.expected(expected, node))
    }

    /// A value that is written as text.
    pub fn text_value<T: FromText>(&mut self, node: Node<'_>) -> Result<T, DecodeError> {
        let text = self.scalar(node, T::EXPECTED)?;
        T::from_text(text).ok_or_else(|| self.expected(T::EXPECTED, node))
    }

    /// The error that something else was expected at this node.
    pub fn expected(&self, expected: impl Into<String>, node: Node<'_>) -> DecodeError {
        self.error(expected, describe(node)).at(node.offset())
    }

    /// The error that something else was expected at this place.
    pub fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> DecodeError {
        DecodeError::new(self.endpoint, self.path_text(), expected, found).spec(self.spec)
    }

    /// The path to the current value. Map keys come from the answer, so they are shortened: a long one would otherwise
    /// be repeated for each field below it.
    pub(crate) fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            let separator = if text.is_empty() { "" } else { "." };
            // Writing to a String does not fail.
            let _ = match step {
                Step::Name(name) => write!(text, "{separator}{name}"),
                Step::Key(place) => {
                    write!(text, "{separator}{}", shorten(self.keys.get(*place).map_or("", String::as_str)))
                }
                Step::Index(index) => write!(text, "[{index}]"),
            };
        }
        text
    }

    /// The text of the document that is being read, kept once for all of its objects.
    pub(crate) fn source(&mut self, node: Node<'_>) -> Arc<Source> {
        Arc::clone(self.source.get_or_insert_with(|| Arc::new(Source::new(node.document()))))
    }

    /// Runs `read` for a node of another document.
    #[cfg(feature = "server")]
    pub(crate) fn elsewhere<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let source = self.source.take();
        let result = read(self);
        self.source = source;
        result
    }

    /// Runs `read` one step further down.
    #[inline]
    pub(crate) fn within<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = read(self);
        self.path.pop();
        result
    }

    /// Runs `read` under one key of a map.
    pub(crate) fn within_key<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let step = Step::Key(self.keys.len());
        self.keys.push(key.to_owned());
        let result = self.within(step, read);
        self.keys.pop();
        result
    }

    /// Reports a field that the spec does not know.
    pub(crate) fn unknown_field(&mut self, key: &str, node: Node<'_>) -> Result<(), DecodeError> {
        match self.unknown {
            UnknownFields::Ignore => Ok(()),
            UnknownFields::Collect => {
                let path = format!("{}.{}", self.path_text(), shorten(key));
                self.report.add_unknown(path);
                Ok(())
            }
            UnknownFields::Deny => {
                let found = format!("`{}`", shorten(key));
                Err(self.error("only fields that the spec knows, each once", found).at(node.offset()))
            }
        }
    }

    /// Reports an optional field that cannot be read, which then counts as absent. A list over its limit remains an
    /// error, since it is not empty.
    pub(crate) fn defect(&mut self, error: DecodeError) -> Result<(), DecodeError> {
        if self.unknown == UnknownFields::Deny || error.is_over_limit() {
            return Err(error);
        }
        self.report.add_defect(error);
        Ok(())
    }
}

/// Describes a node for an error text, shortened.
pub(crate) fn describe(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Null => "nothing".to_owned(),
        Kind::Bool => format!("{}", node.as_bool() == Some(true)),
        Kind::Number => shorten(node.as_str().unwrap_or_default()),
        Kind::Text => format!("{:?}", shorten(node.as_str().unwrap_or_default())),
        Kind::List => "a list".to_owned(),
        Kind::Map => "an object".to_owned(),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
