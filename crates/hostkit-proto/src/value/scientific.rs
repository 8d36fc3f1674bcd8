//! Decimals in scientific notation, exact or not at all.

use rust_decimal::Decimal;

/// Reads `1.5E+25`. `None` if a decimal would lose a digit of it.
pub(crate) fn scientific(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let number = plain(mantissa)?;
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut mantissa = number.mantissa();
    if mantissa == 0 {
        return Some(Decimal::ZERO);
    }
    let mut scale = i64::from(number.scale()) - i64::from(exponent.parse::<i32>().ok()?);
    while scale > i64::from(Decimal::MAX_SCALE) && mantissa % 10 == 0 {
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
    if scale < 0 {
        let factor = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
        (mantissa, scale) = (mantissa.checked_mul(factor)?, 0);
    }
    Decimal::try_from_i128_with_scale(mantissa, u32::try_from(scale).ok()?).ok()
}

/// Reads a sign, digits and a point, and nothing else. `None` if a decimal would lose a digit of it.
pub(crate) fn plain(text: &str) -> Option<Decimal> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-'));
    if is_plain { Decimal::from_str_exact(text).ok() } else { None }
}
