//! Limits of inputs, checked before anything is sent.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::{TextShape, ToText};
use crate::value::{Base64Text, Currency, Money, Nullable, PercentText, Secret};

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

    /// Calls `report` with each rule that a value breaks, and the position of the item in a list.
    pub fn check<T: Limited>(&self, value: &T, mut report: impl FnMut(Option<usize>, String)) {
        let mut index = 0;
        value.each(&mut |text, is_secret| {
            if let Some(rule) = self.broken_by_text(text, is_secret) {
                report(T::IS_LIST.then_some(index), rule);
            }
            index += 1;
        });
    }

    /// The first rule that a value breaks.
    pub fn mistake<T: Limited>(&self, value: &T) -> Option<String> {
        let mut first = None;
        self.check(value, |_, rule| _ = first.get_or_insert(rule));
        first
    }

    fn broken_by_text(&self, text: &str, is_secret: bool) -> Option<String> {
        let shown = || if is_secret { "the value".to_owned() } else { shown(text) };
        if let Some(number) = Decimal::from_str(text).ok().filter(|_| self.has_number_rule()) {
            if let Some(min) = self.min.filter(|min| number < Decimal::from(*min)) {
                return Some(format!("{} is less than {min}", shown()));
            }
            if let Some(max) = self.max.filter(|max| number > Decimal::from(*max)) {
                return Some(format!("{} is more than {max}", shown()));
            }
            let step = self.multiple_of.map(Decimal::from).filter(|step| !step.is_zero());
            if let Some(step) = step.filter(|step| !(number % step).is_zero()) {
                return Some(format!("{} is not a multiple of {step}", shown()));
            }
        }
        let length = text.chars().count();
        if let Some(min) = self.min_length.filter(|min| length < *min) {
            return Some(match (length, min) {
                (0, 1) => "is empty".to_owned(),
                (0, _) => format!("is empty, but at least {min} characters are needed"),
                _ => format!("{} has fewer than {min} characters", shown()),
            });
        }
        if let Some(max) = self.max_length.filter(|max| length > *max) {
            return Some(format!("{} has more than {max} character{}", shown(), if max == 1 { "" } else { "s" }));
        }
        let shape = self.shape.filter(|shape| !shape.fits(text))?;
        Some(format!("{} is not {}", shown(), shape.words()))
    }

    fn has_number_rule(&self) -> bool {
        self.min.is_some() || self.max.is_some() || self.multiple_of.is_some()
    }
}

/// A number as it is, any other text in quotes and cut.
fn shown(text: &str) -> String {
    const SHOWN: usize = 60;
    if Decimal::from_str(text).is_ok() {
        return text.to_owned();
    }
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}", [text.get(..end).unwrap_or_default(), "…"].concat()),
        None => format!("{text:?}"),
    }
}

/// A value that limits apply to: one text, none, or several.
pub trait Limited {
    /// Whether it may be several.
    const IS_LIST: bool = false;

    /// Calls `see` with every text and whether it is a secret.
    fn each(&self, see: &mut dyn FnMut(&str, bool));

    /// The currency, of an amount of money that has one.
    fn currency(&self) -> Option<Currency> {
        None
    }
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
    crate::value::IpBlock,
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

impl Limited for Money {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        self.amount.each(see);
    }

    fn currency(&self) -> Option<Currency> {
        self.currency
    }
}

macro_rules! plain_text {
    ($($type:ty),*) => { $(
        /// Limits are those of the plain text.
        impl Limited for $type {
            fn each(&self, see: &mut dyn FnMut(&str, bool)) {
                see(self, false);
            }
        }
    )* };
}

plain_text!(Base64Text, PercentText);

impl Limited for Secret {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        see(self.expose(), true);
    }
}

impl<T: Limited> Limited for Option<T> {
    const IS_LIST: bool = T::IS_LIST;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        if let Some(value) = self {
            value.each(see);
        }
    }

    fn currency(&self) -> Option<Currency> {
        self.as_ref().and_then(T::currency)
    }
}

impl<T: Limited> Limited for Nullable<T> {
    const IS_LIST: bool = T::IS_LIST;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        if let Some(value) = self.value() {
            value.each(see);
        }
    }

    fn currency(&self) -> Option<Currency> {
        self.value().and_then(T::currency)
    }
}

impl<T: Limited> Limited for Vec<T> {
    const IS_LIST: bool = true;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        for value in self {
            value.each(see);
        }
    }
}

impl<K, T: Limited> Limited for BTreeMap<K, T> {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        for value in self.values() {
            value.each(see);
        }
    }
}

impl<T: Limited, const SEPARATOR: char> Limited for crate::value::Csv<T, SEPARATOR> {
    const IS_LIST: bool = true;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        self.0.each(see);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken<T: Limited>(limit: InputLimit, value: T) -> Vec<String> {
        let mut broken = Vec::new();
        limit.check(&value, |index, rule| {
            broken.push(index.map_or(rule.clone(), |index| format!("[{index}] {rule}")));
        });
        broken
    }

    #[test]
    fn a_broken_rule_names_the_value_and_the_rule() {
        let limit = InputLimit::NONE.min(128).max(6144).multiple_of(128);
        assert_eq!(broken(limit, Some(64_i64)), ["64 is less than 128"]);
        assert_eq!(broken(limit, Some(7000_i64)), ["7000 is more than 6144"]);
        assert_eq!(broken(limit, 129_i64), ["129 is not a multiple of 128"]);
        assert_eq!(
            broken(limit, vec![64_i64, 128, 129]),
            ["[0] 64 is less than 128", "[2] 129 is not a multiple of 128"]
        );
        let by_name = BTreeMap::from([("a", 128_i64), ("b", 64)]);
        assert_eq!(broken(limit, by_name), ["64 is less than 128"], "a map has no positions");
        assert!(broken(limit, None::<i64>).is_empty());
        assert!(broken(limit, 256_i64).is_empty());
    }

    #[test]
    fn a_text_is_quoted_and_cut() {
        let limit = InputLimit::NONE.min_length(1).max_length(3);
        assert_eq!(broken(limit, String::new()), ["is empty"]);
        assert_eq!(broken(limit, "a\n\"b".to_owned()), [r#""a\n\"b" has more than 3 characters"#]);
        let cut = format!("\"{}…\" has more than 3 characters", "я".repeat(60));
        assert_eq!(broken(limit, "я".repeat(61)), [cut]);
    }

    #[test]
    fn a_secret_is_not_shown() {
        let broken = broken(InputLimit::NONE.min_length(9), Secret::new("hunter2"));
        assert_eq!(broken, ["the value has fewer than 9 characters"]);
    }
}
