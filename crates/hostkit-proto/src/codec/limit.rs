//! Limits of inputs, checked before anything is sent.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::{TextShape, ToText, ToWire};
use crate::value::{Base64Text, Csv, Currency, Joined, JsonText, Money, Nullable, PercentText, Secret};

/// The limits that a spec sets for one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputLimit {
    min: Option<i64>,
    max: Option<i64>,
    multiple_of: Option<i64>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    max_bytes: Option<usize>,
    shape: Option<TextShape>,
}

impl InputLimit {
    /// No limits.
    pub const NONE: Self = Self {
        min: None,
        max: None,
        multiple_of: None,
        min_length: None,
        max_length: None,
        max_bytes: None,
        shape: None,
    };

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

    /// The maximum length in bytes of UTF-8 of the text that is sent.
    pub const fn max_bytes(mut self, length: usize) -> Self {
        self.max_bytes = Some(length);
        self
    }

    /// The shape of the text.
    pub const fn shape(mut self, shape: TextShape) -> Self {
        self.shape = Some(shape);
        self
    }

    /// Calls `report` with each rule that a value breaks, and the position of the item in a list.
    pub fn check<T: Limited>(&self, value: &T, mut report: impl FnMut(Option<usize>, String)) {
        let (mut index, mut is_broken) = (0, false);
        value.each(&mut |text, is_secret| {
            let too_long = || if T::IS_ONE_TEXT { None } else { self.broken_by_length(text, is_secret) };
            let broken = self.broken_by_number(text, is_secret).or_else(too_long);
            if let Some(rule) = broken.or_else(|| self.broken_by_shape(text, is_secret)) {
                is_broken = true;
                report(T::IS_LIST.then_some(index), rule);
            }
            index += 1;
        });
        let has_rule = self.max_bytes.is_some() || T::IS_ONE_TEXT && (self.min_length, self.max_length) != (None, None);
        if is_broken || !has_rule {
            return;
        }
        let mut index = 0;
        value.sent(&mut |text, is_secret| {
            let length = if T::IS_ONE_TEXT { self.broken_by_length(text, is_secret) } else { None };
            if let Some(rule) = length.or_else(|| self.broken_by_bytes(text, is_secret)) {
                report((T::IS_LIST && !T::IS_ONE_TEXT).then_some(index), rule);
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

    fn broken_by_number(&self, text: &str, is_secret: bool) -> Option<String> {
        let number = Decimal::from_str(text).ok().filter(|_| self.has_number_rule())?;
        if let Some(min) = self.min.filter(|min| number < Decimal::from(*min)) {
            return Some(format!("{} is less than {min}", shown(text, is_secret)));
        }
        if let Some(max) = self.max.filter(|max| number > Decimal::from(*max)) {
            return Some(format!("{} is more than {max}", shown(text, is_secret)));
        }
        let step = self.multiple_of.map(Decimal::from).filter(|step| !step.is_zero());
        let step = step.filter(|step| !(number % step).is_zero())?;
        Some(format!("{} is not a multiple of {step}", shown(text, is_secret)))
    }

    fn broken_by_length(&self, text: &str, is_secret: bool) -> Option<String> {
        let length = text.chars().count();
        if let Some(min) = self.min_length.filter(|min| length < *min) {
            return Some(match (length, min) {
                (0, 1) => "is empty".to_owned(),
                (0, _) => format!("is empty, but at least {min} characters are needed"),
                _ => format!("{} has fewer than {min} characters", shown(text, is_secret)),
            });
        }
        let max = self.max_length.filter(|max| length > *max)?;
        Some(format!("{} has more than {max} character{}", shown(text, is_secret), if max == 1 { "" } else { "s" }))
    }

    fn broken_by_bytes(&self, text: &str, is_secret: bool) -> Option<String> {
        let max = self.max_bytes.filter(|max| text.len() > *max)?;
        Some(format!("{} has more than {max} byte{}", shown(text, is_secret), if max == 1 { "" } else { "s" }))
    }

    fn broken_by_shape(&self, text: &str, is_secret: bool) -> Option<String> {
        let shape = self.shape.filter(|shape| !shape.fits(text))?;
        Some(format!("{} is not {}", shown(text, is_secret), shape.words()))
    }

    fn has_number_rule(&self) -> bool {
        self.min.is_some() || self.max.is_some() || self.multiple_of.is_some()
    }
}

/// A number as it is, any other text in quotes and cut; a secret is not shown.
fn shown(text: &str, is_secret: bool) -> String {
    const SHOWN: usize = 60;
    if is_secret {
        return "the value".to_owned();
    }
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

    /// Whether it is a list in one text, whose length is that of the whole.
    const IS_ONE_TEXT: bool = false;

    /// Calls `see` with every text and whether it is a secret.
    fn each(&self, see: &mut dyn FnMut(&str, bool));

    /// The same with the texts that are sent, where they are others.
    fn sent(&self, see: &mut dyn FnMut(&str, bool)) {
        self.each(see);
    }

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
        /// Limits are those of the plain text, but in bytes.
        impl Limited for $type {
            fn each(&self, see: &mut dyn FnMut(&str, bool)) {
                see(self, false);
            }

            fn sent(&self, see: &mut dyn FnMut(&str, bool)) {
                see(&self.to_text(), false);
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
    const IS_ONE_TEXT: bool = T::IS_ONE_TEXT;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        if let Some(value) = self {
            value.each(see);
        }
    }

    fn sent(&self, see: &mut dyn FnMut(&str, bool)) {
        if let Some(value) = self {
            value.sent(see);
        }
    }

    fn currency(&self) -> Option<Currency> {
        self.as_ref().and_then(T::currency)
    }
}

impl<T: Limited> Limited for Nullable<T> {
    const IS_LIST: bool = T::IS_LIST;
    const IS_ONE_TEXT: bool = T::IS_ONE_TEXT;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        if let Some(value) = self.value() {
            value.each(see);
        }
    }

    fn sent(&self, see: &mut dyn FnMut(&str, bool)) {
        if let Some(value) = self.value() {
            value.sent(see);
        }
    }

    fn currency(&self) -> Option<Currency> {
        self.value().and_then(T::currency)
    }
}

impl<T: Limited> Limited for Vec<T> {
    const IS_LIST: bool = true;
    const IS_ONE_TEXT: bool = T::IS_ONE_TEXT;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        for value in self {
            value.each(see);
        }
    }

    fn sent(&self, see: &mut dyn FnMut(&str, bool)) {
        for value in self {
            value.sent(see);
        }
    }
}

impl<K, T: Limited> Limited for BTreeMap<K, T> {
    const IS_ONE_TEXT: bool = T::IS_ONE_TEXT;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        for value in self.values() {
            value.each(see);
        }
    }

    fn sent(&self, see: &mut dyn FnMut(&str, bool)) {
        for value in self.values() {
            value.sent(see);
        }
    }
}

/// Each item has its own value and shape, and the whole its length.
impl<T: Limited, const SEPARATOR: char> Limited for Csv<T, SEPARATOR> {
    const IS_LIST: bool = true;
    const IS_ONE_TEXT: bool = true;

    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        self.0.each(see);
    }

    fn sent(&self, see: &mut dyn FnMut(&str, bool)) {
        let (mut whole, mut has_secret) = (String::new(), false);
        self.0.each(&mut |text, is_secret| {
            whole.push_str(text);
            whole.push(SEPARATOR);
            has_secret |= is_secret;
        });
        whole.pop();
        see(&whole, has_secret);
    }
}

/// Limits are those of the whole text; a part of it may be a secret.
impl<T: ToWire, const SEPARATOR: char> Limited for Joined<T, SEPARATOR> {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        see(&self.to_text(), true);
    }
}

/// Limits are those of the whole text; a part of it may be a secret.
impl<T: ToWire> Limited for JsonText<T> {
    fn each(&self, see: &mut dyn FnMut(&str, bool)) {
        see(&self.to_text(), true);
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

    #[test]
    fn a_list_in_one_text_has_the_length_of_the_whole() {
        let limit = InputLimit::NONE.min_length(2).max_length(5);
        let list = |items: &[&str]| Some(Csv::<String>(items.iter().map(|item| (*item).to_owned()).collect()));
        assert!(broken(limit, list(&["ab", "cd"])).is_empty());
        assert!(broken(limit, list(&["a", "b"])).is_empty(), "items have no limit of their length");
        assert_eq!(broken(limit, list(&["ab", "cd", "e"])), [r#""ab,cd,e" has more than 5 characters"#]);
        assert_eq!(broken(limit, list(&["a"])), [r#""a" has fewer than 2 characters"#]);
        let secret = Csv::<Secret>(vec![Secret::new("hunter2")]);
        assert_eq!(broken(limit, secret), ["the value has more than 5 characters"]);
        let numbers = Csv::<u64>(vec![1, 9]);
        assert_eq!(broken(InputLimit::NONE.max(8), numbers), ["[1] 9 is more than 8"]);
    }

    #[test]
    fn an_object_in_one_text_has_the_length_of_the_whole() {
        let limit = InputLimit::NONE.max_length(9);
        let map = |value: u64| Joined::<_, ','>(BTreeMap::from([("a".to_owned(), value), ("b".to_owned(), 1)]));
        assert!(broken(limit, map(123)).is_empty());
        assert_eq!(broken(limit, map(1234)), ["the value has more than 9 characters"]);
        assert!(broken(limit, JsonText(vec![1_u64, 2, 34])).is_empty());
        assert_eq!(broken(limit, JsonText(vec![1_u64, 2, 3456])), ["the value has more than 9 characters"]);
    }

    #[test]
    fn bytes_are_those_that_are_sent() {
        let limit = InputLimit::NONE.max_length(4).max_bytes(6);
        assert!(broken(limit, "ééé".to_owned()).is_empty());
        assert_eq!(broken(limit, "éééé".to_owned()), [r#""éééé" has more than 6 bytes"#]);
        assert_eq!(broken(limit, "ééééé".to_owned()), [r#""ééééé" has more than 4 characters"#]);
        assert_eq!(broken(limit, PercentText::from("aé")), [r#""a%C3%A9" has more than 6 bytes"#]);
        assert_eq!(broken(limit, vec!["a".to_owned(), "éééé".to_owned()]), [r#"[1] "éééé" has more than 6 bytes"#]);
    }
}
