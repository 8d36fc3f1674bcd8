//! Realistic bodies, and races between readers on the same bytes.

pub mod bodies;
pub mod ours;
pub mod race;

use std::fmt::Debug;

/// The version of a crate in this workspace's lock file.
pub fn version(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let wanted = format!("name = \"{name}\"\nversion = \"");
    let version = lock.split_once(&wanted).and_then(|(_, rest)| rest.split('"').next());
    version.unwrap_or("?").to_owned()
}

/// Asserts equality by debug text: the derives have the same type and field names as the generated types.
///
/// Trailing zeros of decimals are ignored: serde's data model has no decimals and turns `8.20` into 8.2.
pub fn same(ours: &impl Debug, theirs: &impl Debug, who: &str) {
    let (ours, theirs) = (without_zeros(&format!("{ours:?}")), without_zeros(&format!("{theirs:?}")));
    if ours != theirs {
        let at = ours.chars().zip(theirs.chars()).take_while(|(a, b)| a == b).count();
        let near = |text: &str| text.chars().skip(at.saturating_sub(60)).take(120).collect::<String>();
        panic!("{who} reads another value:\n{}\n{}", near(&ours), near(&theirs));
    }
}

/// `8.20` as `8.2`, `0.00` as `0`; IP addresses, with their three dots, are unchanged.
fn without_zeros(text: &str) -> String {
    let mut shorter = String::with_capacity(text.len());
    for piece in text.split_inclusive(|character: char| !character.is_ascii_digit() && character != '.') {
        let end = piece.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(piece.len());
        let (number, rest) = piece.split_at(end);
        let is_decimal = number.bytes().filter(|byte| *byte == b'.').count() == 1;
        shorter.push_str(if is_decimal { number.trim_end_matches('0').trim_end_matches('.') } else { number });
        shorter.push_str(rest);
    }
    shorter
}
