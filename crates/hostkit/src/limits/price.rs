//! The price guard: limits on the price of a call and on the total of a client's calls.
//!
//! The guard knows no prices: the caller gives the price of an order, from the API's price list.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rust_decimal::Decimal;

/// The total that a client's calls may spend. Clones share it.
///
/// A call of the class *spends* reserves its price before it is sent. The price is released only if the call was
/// rejected or not sent; an unresolved call counts as spent.
///
/// ```
/// use hostkit::{Budget, Decimal};
///
/// let budget = Budget::new(Decimal::from(500));
/// assert_eq!(budget.remaining(), Decimal::from(500));
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Mutex<Decimal>>);

impl Budget {
    /// A budget of `total`, in the currency of the API's prices.
    pub fn new(total: Decimal) -> Self {
        Self(Arc::new(Mutex::new(total)))
    }

    /// What is left.
    pub fn remaining(&self) -> Decimal {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to what is left, unless a decimal cannot hold the exact sum.
    pub fn add(&self, amount: Decimal) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.checked_add(amount).filter(|sum| sum.checked_sub(amount) == Some(*left)).unwrap_or(*left);
    }

    /// Reserves a price, if that much is left.
    pub(crate) fn reserve(&self, price: Decimal) -> Option<Reservation> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if price > *left {
            return None;
        }
        // Near the largest decimal a difference is rounded, and the price would not count.
        *left = left.checked_sub(price).filter(|rest| left.checked_sub(*rest) == Some(price))?;
        Some(Reservation { budget: self.clone(), price })
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Budget({})", self.remaining())
    }
}

/// A reserved price. When dropped, it stays spent, because the outcome of a sent call is then unknown.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Budget,
    price: Decimal,
}

impl Reservation {
    pub(crate) fn give_back(self) {
        self.budget.add(self.price);
    }
}

/// Checks the price of a call against its limit and the budget.
///
/// # Errors
/// The reason for a refusal.
pub(crate) fn check(
    price: Option<Decimal>,
    max_cost: Option<Decimal>,
    budget: Option<&Budget>,
) -> Result<Option<Reservation>, String> {
    if max_cost.is_none() && budget.is_none() {
        return Ok(None);
    }
    let Some(price) = price else {
        return Err("the price is not known, and there is a limit on what the call may cost".into());
    };
    if price.is_sign_negative() && !price.is_zero() {
        return Err(format!("the price {price} is negative"));
    }
    if let Some(max_cost) = max_cost.filter(|max_cost| price > *max_cost) {
        return Err(format!("the price {price} is above the limit of {max_cost}"));
    }
    match budget {
        None => Ok(None),
        Some(budget) => match budget.reserve(price) {
            Some(reservation) => Ok(Some(reservation)),
            None => Err(format!("the price {price} is above what is left of the budget, {}", budget.remaining())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn no_guard_no_question() {
        assert!(check(None, None, None).unwrap().is_none());
    }

    #[test]
    fn refuses_unknown_negative_and_high_prices() {
        let budget = Budget::new(money("10.00"));
        let refused = |price: Option<&str>, most: Option<&str>, budget| {
            check(price.map(money), most.map(money), budget).map(drop).unwrap_err()
        };
        let said = [
            refused(None, Some("5"), None),
            refused(None, None, Some(&budget)),
            refused(Some("-1"), None, Some(&budget)),
            refused(Some("5.01"), Some("5"), Some(&budget)),
            refused(Some("10.01"), None, Some(&budget)),
        ];
        let unknown = "the price is not known, and there is a limit on what the call may cost";
        let expected = [
            unknown,
            unknown,
            "the price -1 is negative",
            "the price 5.01 is above the limit of 5",
            "the price 10.01 is above what is left of the budget, 10.00",
        ];
        assert_eq!(said, expected);
        assert_eq!(budget.remaining(), money("10.00"));
    }

    #[test]
    fn no_price_is_rounded_away() {
        let budget = Budget::new(Decimal::MAX);
        assert!(check(Some(money("0.01")), None, Some(&budget)).is_err());
        assert_eq!(budget.remaining(), Decimal::MAX);
        check(Some(money("1")), None, Some(&budget)).unwrap().unwrap().give_back();
        assert_eq!(budget.remaining(), Decimal::MAX);
        budget.add(money("1"));
        assert_eq!(budget.remaining(), Decimal::MAX);
        let cents = Budget::new(Decimal::MAX - Decimal::ONE);
        cents.add(money("0.4"));
        assert_eq!(cents.remaining(), Decimal::MAX - Decimal::ONE);
    }

    #[test]
    fn gives_back_or_keeps() {
        let budget = Budget::new(money("10.00"));
        check(Some(money("9.99")), None, Some(&budget)).unwrap().unwrap().give_back();
        assert_eq!(budget.remaining(), money("10.00"));
        drop(check(Some(money("9.99")), None, Some(&budget)).unwrap());
        assert_eq!(budget.remaining(), money("0.01"));
        // A price may be all that is left, and as high as the limit.
        assert!(check(Some(money("0.01")), Some(money("0.01")), Some(&budget)).unwrap().is_some());
        assert_eq!(format!("{budget:?}"), "Budget(0.00)");
    }
}
