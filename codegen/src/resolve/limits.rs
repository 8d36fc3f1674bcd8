//! Values in specs and in examples against the limits of the inputs that they are given for.

use hostkit_proto::codec::{InputLimit, TextShape};
use regex_lite::Regex;

use crate::model::Type;
use crate::surface::{Limits, is_pattern};

/// The rule that a text breaks, in the words that a caller would get.
pub(crate) fn broken(limits: &Limits, text: &str) -> Option<String> {
    let length = |limit: i64| usize::try_from(limit).unwrap_or(0);
    let mut limit = InputLimit::NONE;
    limit = limits.min.map_or(limit, |min| limit.min(min));
    limit = limits.max.map_or(limit, |max| limit.max(max));
    limit = limits.multiple_of.map_or(limit, |step| limit.multiple_of(step));
    limit = limits.min_length.map_or(limit, |min| limit.min_length(length(min)));
    limit = limits.max_length.map_or(limit, |max| limit.max_length(length(max)));
    limit = limits.max_bytes.map_or(limit, |max| limit.max_bytes(length(max)));
    limit = limits.shape.as_deref().and_then(shape).map_or(limit, |shape| limit.shape(shape));
    let broken = limit.mistake(&text.to_owned());
    let pattern = limits.shape.as_deref().filter(|shape| is_pattern(shape));
    broken.or_else(|| {
        let pattern = pattern.filter(|pattern| Regex::new(pattern).is_ok_and(|fit| !fit.is_match(text)))?;
        Some(format!("{text:?} is not of the form `{pattern}`"))
    })
}

/// The rules that what is sent of a value breaks: of a list in one text, those of its items, and of the whole.
pub(crate) fn broken_by(limits: &Limits, ty: &Type, text: &str) -> Vec<String> {
    match ty {
        Type::Nullable(item) => broken_by(limits, item, text),
        Type::Csv(_, separator) => {
            let (of_items, of_whole) = limits.apart();
            let parts = text.split(*separator).map(str::trim).filter(|part| !part.is_empty());
            let parts = parts.filter_map(|part| broken(&of_items, part));
            parts.chain(broken(&of_whole, text)).collect()
        }
        // What does not decode is reported as such.
        Type::Coded(coding) => {
            let plain = coding.plain(text);
            let of_plain = plain.and_then(|plain| broken(&Limits { max_bytes: None, ..limits.clone() }, &plain));
            let of_sent = || broken(&Limits { max_bytes: limits.max_bytes, ..Limits::default() }, text);
            of_plain.or_else(of_sent).into_iter().collect()
        }
        _ => broken(limits, text).into_iter().collect(),
    }
}

/// Why a text is no pattern of whole texts that is the same in a JSON Schema.
pub(crate) fn no_pattern(text: &str) -> Option<String> {
    let inner = text.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
    let Some(inner) = inner.filter(|inner| (inner.len() - inner.trim_end_matches('\\').len()) % 2 == 0) else {
        return Some("it does not begin with `^` and end with `$`".to_owned());
    };
    if let Err(error) = Regex::new(text) {
        return Some(error.to_string());
    }
    let (mut depth, mut in_class) = (0_usize, false);
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' if characters.next_if_eq(&'?').is_some() && characters.next_if_eq(&':').is_none() => {
                return Some("of `(?` a pattern has `(?:` alone".to_owned());
            }
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return Some("alternatives stand in parentheses: `^(a|b)$`".to_owned()),
            _ => {}
        }
    }
    None
}

fn shape(name: &str) -> Option<TextShape> {
    Some(match name {
        "domain" => TextShape::Domain,
        "link" => TextShape::Link,
        "ipv4" => TextShape::Ipv4,
        "ipv6" => TextShape::Ipv6,
        _ => return None,
    })
}
