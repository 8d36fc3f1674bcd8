//! Values in specs and in examples against the limits of the inputs that they are given for.

use hostkit_proto::codec::{InputLimit, TextShape};

use crate::surface::Limits;

/// The rule that a text breaks, in the words that a caller would get.
pub(crate) fn broken(limits: &Limits, text: &str) -> Option<String> {
    let length = |limit: i64| usize::try_from(limit).unwrap_or(0);
    let mut limit = InputLimit::NONE;
    limit = limits.min.map_or(limit, |min| limit.min(min));
    limit = limits.max.map_or(limit, |max| limit.max(max));
    limit = limits.multiple_of.map_or(limit, |step| limit.multiple_of(step));
    limit = limits.min_length.map_or(limit, |min| limit.min_length(length(min)));
    limit = limits.max_length.map_or(limit, |max| limit.max_length(length(max)));
    limit = limits.shape.as_deref().and_then(shape).map_or(limit, |shape| limit.shape(shape));
    let mut broken = None;
    limit.check(&text.to_owned(), |_, rule| broken = Some(rule));
    broken
}

fn shape(name: &str) -> Option<TextShape> {
    Some(match name {
        "clock" => TextShape::Clock,
        "domain" => TextShape::Domain,
        "link" => TextShape::Link,
        "ipv4" => TextShape::Ipv4,
        "ipv6" => TextShape::Ipv6,
        "hex32" => TextShape::Hex32,
        _ => return None,
    })
}
