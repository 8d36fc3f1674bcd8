//! Checks shared by the writers: depth, number syntax and duplicate keys.

use crate::WriteError;

/// The limit of nested containers, since the writers recurse.
const MAX_DEPTH: usize = 128;

/// The depth of the next level; an error beyond the limit.
pub(super) fn deeper(depth: usize) -> Result<usize, WriteError> {
    match depth < MAX_DEPTH {
        true => Ok(depth + 1),
        false => Err(WriteError::new(format!("the value nests deeper than {MAX_DEPTH} levels"))),
    }
}

/// The lexeme, if it is a JSON number.
pub(super) fn number(lexeme: &str) -> Result<&str, WriteError> {
    match is_number(lexeme) {
        true => Ok(lexeme),
        false => Err(WriteError::new(format!("{lexeme:?} is not a number"))),
    }
}

/// Whether a text is a JSON number.
pub(super) fn is_number(lexeme: &str) -> bool {
    fn digits(text: &str) -> Option<&str> {
        let rest = text.trim_start_matches(|char: char| char.is_ascii_digit());
        (rest.len() < text.len()).then_some(rest)
    }
    let unsigned = lexeme.strip_prefix('-').unwrap_or(lexeme);
    let integer = unsigned.strip_prefix('0').or_else(|| digits(unsigned));
    let fraction = integer.and_then(|rest| rest.strip_prefix('.').map_or(Some(rest), digits));
    let exponent = fraction.and_then(|rest| match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => Some(rest),
    });
    exponent == Some("")
}

/// Refuses duplicate keys, which a PHP array cannot hold.
#[cfg(feature = "server")]
pub(super) fn unique<'v>(keys: impl Iterator<Item = &'v str>) -> Result<(), WriteError> {
    let mut seen = std::collections::HashSet::new();
    for key in keys {
        if !seen.insert(key) {
            return Err(WriteError::new(format!("{key:?} is twice in a map, which PHP cannot hold")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for lexeme in ["0", "-0", "12", "17.550", "1e5", "1.0E+25", "-1.5e-10"] {
            assert!(is_number(lexeme), "{lexeme}");
        }
        for lexeme in ["", "-", "01", "+1", "1.", ".5", "1e", "1e+", "INF", "NAN", "1 ", "0x1", "1,2", "1.5.2", "٣"] {
            assert!(!is_number(lexeme), "{lexeme}");
        }
    }
}
