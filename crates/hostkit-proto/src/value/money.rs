//! Amounts of money with their currency, so that roubles are not added to dollars.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::{ParseError, plain};

/// The code of a currency, three letters as in ISO 4217, `RUB`, or what else an API counts in, such as `points`.
///
/// ```
/// use hostkit_proto::Currency;
///
/// assert_eq!("RUB".parse(), Ok(Currency::new("rub").unwrap()));
/// assert_eq!(Currency::new("points").unwrap().as_str(), "points");
/// assert!("₽".parse::<Currency>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; LONGEST]);

/// The most characters of a code.
const LONGEST: usize = 8;

impl Currency {
    /// The currency with this code; `None` unless it is a Latin letter with one to seven characters of ASCII behind it, none
    /// of them a blank. Three letters are a code of ISO 4217, which is in capital letters.
    pub const fn new(code: &str) -> Option<Self> {
        let code = code.as_bytes();
        if code.len() < 2 || code.len() > LONGEST || !code[0].is_ascii_alphabetic() {
            return None;
        }
        let (mut own, mut at, mut is_of_letters) = ([0; LONGEST], 0, true);
        while at < code.len() {
            if !code[at].is_ascii_graphic() {
                return None;
            }
            is_of_letters &= code[at].is_ascii_alphabetic();
            own[at] = code[at];
            at += 1;
        }
        if is_of_letters && code.len() == 3 {
            own =
                [own[0].to_ascii_uppercase(), own[1].to_ascii_uppercase(), own[2].to_ascii_uppercase(), 0, 0, 0, 0, 0];
        }
        Some(Self(own))
    }

    /// ISO 4217's code for no currency, in the place of one that is to be read.
    pub(crate) const NONE: Self = Self(*b"XXX\0\0\0\0\0");

    /// The code: three letters are capital ones, any other is as it came.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default().trim_end_matches('\0')
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = ParseError;

    fn from_str(code: &str) -> Result<Self, ParseError> {
        Self::new(code).ok_or_else(|| ParseError::new(code, "the code of a currency, such as `RUB`"))
    }
}

/// An amount of money, exact, with its currency if that is known.
///
/// It has no `+` and no `<`: [`Money::checked_add`] and [`Money::checked_cmp`] say where two amounts do not go together.
/// As text, and with the feature `serde`, it is `12.50 RUB`, or `12.50` without a currency.
///
/// ```
/// use hostkit_proto::Money;
///
/// let (plan, backup): (Money, Money) = ("440.00 RUB".parse()?, "35 RUB".parse()?);
/// assert_eq!(plan.checked_add(backup).map(|sum| sum.to_string()).as_deref(), Some("475.00 RUB"));
/// assert_eq!(plan.checked_add("5 USD".parse()?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Money {
    /// How much, in units of the currency: roubles, not kopecks.
    pub amount: Decimal,
    /// The currency; `None` where neither the answer nor the hoster's document says it.
    pub currency: Option<Currency>,
}

impl Money {
    /// The sum; `None` if the currencies differ, only one is known, or no decimal holds the sum.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.with(other, Decimal::checked_add)
    }

    /// The difference; `None` if the currencies differ, only one is known, or no decimal holds the difference.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.with(other, Decimal::checked_sub)
    }

    /// So many times the amount, such as months of a monthly price; `None` if no decimal holds it.
    pub fn checked_mul(self, times: Decimal) -> Option<Self> {
        Some(Self { amount: self.amount.checked_mul(times)?, ..self })
    }

    /// Which amount is greater; `None` if the currencies differ, or only one is known.
    pub fn checked_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.amount.cmp(&other.amount))
    }

    fn with(self, other: Self, count: fn(Decimal, Decimal) -> Option<Decimal>) -> Option<Self> {
        let amount = count(self.amount, other.amount).filter(|_| self.currency == other.currency)?;
        Some(Self { amount, ..self })
    }
}

impl From<Decimal> for Money {
    /// An amount without a currency.
    fn from(amount: Decimal) -> Self {
        Self { amount, currency: None }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency {
            None => f.pad(&self.amount.to_string()),
            Some(currency) => f.pad(&format!("{} {currency}", self.amount)),
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = ParseError;

    /// Reads `12.50 RUB`, or `12.50` without a currency.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (amount, currency) = match text.split_once(' ') {
            Some((amount, code)) => (amount, Some(Currency::new(code))),
            None => (text, None),
        };
        let error = || ParseError::new(text, "an amount of money, such as `12.50 RUB`");
        let currency = currency.map(|known| known.ok_or_else(error)).transpose()?;
        Ok(Self { amount: plain(amount).ok_or_else(error)?, currency })
    }
}

#[cfg(feature = "serde")]
super::parse_error::serde_as_shown!(Currency, Money);

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn only_amounts_of_one_currency_go_together() {
        let (roubles, dollars, unknown) = (money("10.50 RUB"), money("3 USD"), money("4"));
        assert_eq!(roubles.checked_add(money("2 RUB")), Some(money("12.50 RUB")));
        assert_eq!(roubles.checked_sub(money("0.5 RUB")), Some(money("10 RUB")));
        assert_eq!(roubles.checked_cmp(&money("2 RUB")), Some(Ordering::Greater));
        assert_eq!(unknown.checked_add(unknown), Some(money("8")));
        assert_eq!(roubles.checked_mul(Decimal::from(3)), Some(money("31.50 RUB")));
        assert_eq!(Money::from(Decimal::MAX).checked_mul(Decimal::TWO), None);
        for (one, other) in [(roubles, dollars), (roubles, unknown), (unknown, dollars)] {
            for (one, other) in [(one, other), (other, one)] {
                assert_eq!(one.checked_add(other), None, "{one} and {other}");
                assert_eq!(one.checked_sub(other), None, "{one} and {other}");
                assert_eq!(one.checked_cmp(&other), None, "{one} and {other}");
                assert_ne!(one, other);
            }
        }
        assert_eq!(Money::from(Decimal::MAX).checked_add(money("1")), None);
    }

    #[test]
    fn reads_what_it_shows() {
        for text in ["12.50 RUB", "12.50", "-0.01 UAH", "0 USD", "12 points", "1 N/A"] {
            assert_eq!(money(text).to_string(), text);
            assert_eq!(format!("{:?}", money(text)), text);
        }
        assert_eq!(format!("{:>12}|{:<6}|", money("12.50 RUB"), money("5")), "   12.50 RUB|5     |");
        for odd in [
            "",
            "RUB",
            "12,50 RUB",
            "12.50RUB",
            "12.50  RUB",
            "12.50 RUB ",
            "1e3 RUB",
            "12.50 ₽",
            "12.50 R",
            "1 a-currency",
        ] {
            assert!(odd.parse::<Money>().is_err(), "{odd:?}");
        }
    }
}
