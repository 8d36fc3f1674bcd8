//! Formats floats as PHP prints them.

/// As `serialize()` prints it: the shortest digits that give the same float, with an exponent from 10^17 on and below
/// 10^-4.
pub(super) fn shortest(value: f64) -> String {
    printed(&format!("{value:e}"), value, 17)
}

/// As `echo` and `print_r` print it, with PHP's default of 14 digits.
pub(super) fn rounded(value: f64) -> String {
    printed(&format!("{value:.13e}"), value, 14)
}

/// `scientific` is Rust's `1.5e-10`; PHP writes an exponent where the number would be longer than `digits`.
fn printed(scientific: &str, value: f64, digits: i32) -> String {
    if value.is_nan() {
        return "NAN".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}INF");
    }
    let unsigned = scientific.trim_start_matches('-');
    let (mantissa, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (first, rest) = mantissa.split_at(1);
    let rest = rest.trim_start_matches('.').trim_end_matches('0');
    if exponent < -4 || exponent >= digits {
        let rest = if rest.is_empty() { "0" } else { rest };
        return format!("{sign}{first}.{rest}E{exponent:+}");
    }
    let all = format!("{first}{rest}");
    match usize::try_from(exponent) {
        // 0.000ddd
        Err(_) => format!("{sign}0.{}{all}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
        Ok(whole) if all.len() <= whole + 1 => format!("{sign}{all}{}", "0".repeat(whole + 1 - all.len())),
        Ok(whole) => {
            let (whole, fraction) = all.split_at(whole + 1);
            format!("{sign}{whole}.{fraction}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_php_prints_them() {
        for (value, serialized, printed) in [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (1e25, "1.0E+25", "1.0E+25"),
            (1.5e-10, "1.5E-10", "1.5E-10"),
            (0.1, "0.1", "0.1"),
            (0.1 + 0.2, "0.30000000000000004", "0.3"),
            (1e14, "100000000000000", "1.0E+14"),
            (1e15, "1000000000000000", "1.0E+15"),
            (123_456_789_012_345_680.0, "1.2345678901234568E+17", "1.2345678901235E+17"),
            (1e16, "10000000000000000", "1.0E+16"),
            (1e-4, "0.0001", "0.0001"),
            (1e-5, "1.0E-5", "1.0E-5"),
            (-17.55, "-17.55", "-17.55"),
            (f64::NEG_INFINITY, "-INF", "-INF"),
            (f64::NAN, "NAN", "NAN"),
        ] {
            assert_eq!(shortest(value), serialized);
            assert_eq!(rounded(value), printed);
        }
    }
}
