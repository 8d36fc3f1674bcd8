//! The error of inputs that violate their spec.

use std::borrow::Cow;
use std::fmt;

/// The inputs that the spec forbids, all that were found, detected before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    endpoint: &'static str,
    mistakes: Vec<Mistake>,
}

/// One input that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    field: Cow<'static, str>,
    wire_name: Cow<'static, str>,
    /// Of a list, the position of the item.
    index: Option<usize>,
    rule: String,
}

/// A field by its name in Rust and on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName {
    rust: &'static str,
    wire: &'static str,
}

impl FieldName {
    pub(crate) fn rust(self) -> &'static str {
        self.rust
    }

    pub(crate) fn wire(self) -> &'static str {
        self.wire
    }
}

impl From<&'static str> for FieldName {
    fn from(name: &'static str) -> Self {
        Self { rust: name, wire: name }
    }
}

impl From<(&'static str, &'static str)> for FieldName {
    fn from((rust, wire): (&'static str, &'static str)) -> Self {
        Self { rust, wire }
    }
}

impl Mistake {
    pub(crate) fn new(field: FieldName, index: Option<usize>, rule: String) -> Self {
        Self { field: field.rust.into(), wire_name: field.wire.into(), index, rule }
    }

    /// The field, by its name in Rust.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The field, by its name on the wire.
    pub fn wire_name(&self) -> &str {
        &self.wire_name
    }

    /// The position of the item in the field's list, from 0.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The violated rule, with the value unless it is a secret.
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, wire_name, index, rule } = self;
        f.write_str(field)?;
        if let Some(index) = index {
            write!(f, "[{index}]")?;
        }
        if field != wire_name {
            write!(f, " (`{wire_name}`)")?;
        }
        write!(f, ": {rule}")
    }
}

impl EncodeError {
    /// `field` breaks `rule`.
    pub fn new(endpoint: &'static str, field: impl Into<Cow<'static, str>>, rule: impl Into<String>) -> Self {
        let field = field.into();
        let mistake = Mistake { wire_name: field.clone(), field, index: None, rule: rule.into() };
        Self { endpoint, mistakes: vec![mistake] }
    }

    pub(crate) fn of(endpoint: &'static str, mistakes: Vec<Mistake>) -> Self {
        Self { endpoint, mistakes }
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// Every mistake, in the order of the fields; at least one.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.endpoint)?;
        for (number, mistake) in self.mistakes.iter().enumerate() {
            write!(f, "{} {mistake}", if number == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for EncodeError {}
