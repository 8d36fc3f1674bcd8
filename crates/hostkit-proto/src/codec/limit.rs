//! Limits of inputs, checked before anything is sent.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::{TextShape, ToText};
use crate::value::Secret;

/// The limits that a spec sets for one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputLimit {
    min: Option<i64>,
    max: Option<i64>,
    multiple_of: Option<i64>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    shape: Option<TextShape>,
}

impl InputLimit {
    /// No limits.
    pub const NONE: Self =
        Self { min: None, max: None, multiple_of: None, min_length: None, max_length: None, shape: None };

    /// The lowest value.
    pub const fn min(mut self, min: i64) -> Self {
        self.min = Some(min);
        self
    }

    /// The highest value.
    pub const fn max(mut self, max: i64) -> Self {
        self.max = Some(max);
        self
    }

    /// The value is a multiple of this.
    pub const fn multiple_of(mut self, step: i64) -> Self {
        self.multiple_of = Some(step);
        self
    }

    /// The minimum length in characters.
    pub const fn min_length(mut self, length: usize) -> Self {
        self.min_length = Some(length);
        self
    }

    /// The maximum length in characters.
    pub const fn max_length(mut self, length: usize) -> Self {
        self.max_length = Some(length);
        self
    }

    /// The shape of the text.
    pub const fn shape(mut self, shape: TextShape) -> Self {
        self.shape = Some(shape);
        self
    }

    /// Describes the rule that a value breaks; `None` if it breaks none.
    pub fn broken_by(&self, value: &(impl Limited + ?Sized)) -> Option<String> {
        let mut broken = None;
        value.each(&mut |text, is_secret| {
            if broken.is_none() {
                broken = self.broken_by_text(text, is_secret);
            }
        });
        broken
    }

    fn broken_by_text(&self, text: &str, is_secret: bool) -> Option<String> {
        let shown = if is_secret { "the value".to_owned() } else { text.to_owned() };
        if let Some(number) = Decimal::from_str(text).ok().filter(|_| self.has_number_rule()) {
            if let Some(min) = self.min.filter(|min| number < Decimal::from(*min)) {
                return Some(format!("{shown} is less than {min}"));
            }
            if let Some(max) = self.max.filter(|max| number > Decimal::from(*max)) {
                return Some(format!("{shown} is more than {max}"));
            }
            let step = self.multiple_of.map(Decimal::from).filter(|step| !step.is_zero());
            if let Some(step) = step.filter(|step| !(number % step).is_zero()) {
                return Some(format!("{shown} is not a multiple of {step}"));
            }
        }
        let length = text.chars().count();
        if let Some(min) = self.min_length.filter(|min| length < *min) {
            return Some(format!("{shown} has fewer than {min} characters"));
        }
        if let Some(max) = self.max_length.filter(|max| length > *max) {
            return Some(format!("{shown} has more than {max} characters"));
        }
        let shape = self.shape.filter(|shape| !shape.fits(text))?;
        Some(format!("{shown} is not {}", shape.words()))
    }

    fn has_number_rule(&self) -> bool {
        self.min.is_some() || self.max.is_some() || self.multiple_of.is_some()
    }
}

/// A value that limits apply to: one text, none, or several.
pub trait Limited {
    /// Calls `see` with every text and whether it is a secret.
    fn each(&self, see: &mut dyn FnMut(&str, bool));
}

macro_rules! one_text {
    ($($type:ty),*) => { $(
        impl Limited for $type {
            fn each(&self, see: &mut dyn FnMut(&str, bool)) {
                see(&self.to_text(), false);
            }
        }
    )* };
}

one_text!(
    i64,
    u64,
    Decimal,
    String,
    std::net::IpAddr,
    crate::value::Bytes,
    crate::value::Kibibytes,
    crate::value::Mebibytes,
    crate::value::Gibibytes
);

/// The value as a number, if it is one.
pub(crate) fn number(value: &impl Limited) -> Option<Decimal> {
    let mut found = None;
    value.each(&mut |text, _| found = Decimal::from_str(text).ok());
    found
}

impl Limited for Secret {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        see(self.expose(), true);
    }
}

impl<T: Limited> Limited for Option<T> {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        if let Some(value) = self {
            value.each(see);
        }
    }
}

impl<T: Limited> Limited for Vec<T> {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        for value in self {
            value.each(see);
        }
    }
}

impl<T: Limited> Limited for crate::value::Csv<T> {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        self.0.each(see);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_names_the_value_and_the_rule() {
        let limit = InputLimit::NONE.min(128).max(6144).multiple_of(128);
        assert_eq!(limit.broken_by(&Some(64_i64)).as_deref(), Some("64 is less than 128"));
        assert_eq!(limit.broken_by(&Some(7000_i64)).as_deref(), Some("7000 is more than 6144"));
        assert_eq!(limit.broken_by(&129_i64).as_deref(), Some("129 is not a multiple of 128"));
        assert_eq!(limit.broken_by(&None::<i64>), None);
        assert_eq!(limit.broken_by(&256_i64), None);
    }

    #[test]
    fn a_secret_is_not_shown() {
        let text = InputLimit::NONE.min_length(9).broken_by(&Secret::new("hunter2")).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
    }
}
