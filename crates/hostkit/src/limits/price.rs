//! The price guard: limits on the price of a call and on the total of a client's calls.
//!
//! The guard knows no prices: the caller gives the price of an order, from the API's price list.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hostkit_proto::Money;

/// The total that a client's calls may spend. Clones share it.
///
/// A call of the class *spends*, or one that starts a recurring charge, reserves its price before it is sent. The price is
/// released only if the call was rejected or not sent; an unresolved call counts as spent. A price in another currency is
/// refused.
///
/// ```
/// use hostkit::Budget;
///
/// let budget = Budget::new("500 RUB".parse()?);
/// assert_eq!(budget.remaining().to_string(), "500 RUB");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Mutex<Money>>);

impl Budget {
    /// A budget of `total`, in the currency of the prices: without one where they have none.
    pub fn new(total: Money) -> Self {
        Self(Arc::new(Mutex::new(total)))
    }

    /// What is left.
    pub fn remaining(&self) -> Money {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to what is left; `false` if nothing was added, because the amount is in another currency, or a decimal cannot
    /// hold the exact sum.
    pub fn add(&self, amount: Money) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_exact = |sum: &Money| sum.checked_sub(amount) == Some(*left) && sum.checked_sub(*left) == Some(amount);
        let sum = left.checked_add(amount).filter(is_exact);
        *left = sum.unwrap_or(*left);
        sum.is_some()
    }

    /// Reserves a price, if that much is left.
    pub(crate) fn reserve(&self, price: Money) -> Option<Reservation> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_at_most(&price, &left) {
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
    price: Money,
}

impl Reservation {
    pub(crate) fn give_back(self) {
        self.budget.add(self.price);
    }
}

/// Whether a price is within a limit: both have one currency, or neither has any.
fn is_at_most(price: &Money, limit: &Money) -> bool {
    price.checked_cmp(limit).is_some_and(Ordering::is_le)
}

/// Checks the price of a call against its limit and the budget.
///
/// # Errors
/// The reason for a refusal.
pub(crate) fn check(
    price: Option<Money>,
    max_cost: Option<Money>,
    budget: Option<&Budget>,
) -> Result<Option<Reservation>, String> {
    if max_cost.is_none() && budget.is_none() {
        return Ok(None);
    }
    let Some(price) = price else {
        return Err("the price is not known, and there is a limit on what the call may cost".into());
    };
    if price.amount.is_sign_negative() && !price.amount.is_zero() {
        return Err(format!("the price {price} is negative"));
    }
    let left = budget.map(Budget::remaining);
    for (limit, name) in [(max_cost, "the limit"), (left, "the budget")] {
        if let Some(limit) = limit.filter(|limit| limit.currency != price.currency) {
            return Err(format!("the price {price} and {name} of {limit} are not in one currency"));
        }
    }
    if let Some(max_cost) = max_cost.filter(|max_cost| !is_at_most(&price, max_cost)) {
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
    use hostkit_proto::Decimal;

    use super::*;

    fn money(text: &str) -> Money {
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
        let (most, less) = (Money::from(Decimal::MAX), Money::from(Decimal::MAX - Decimal::ONE));
        let budget = Budget::new(most);
        assert!(check(Some(money("0.01")), None, Some(&budget)).is_err());
        assert_eq!(budget.remaining(), most);
        check(Some(money("1")), None, Some(&budget)).unwrap().unwrap().give_back();
        assert_eq!(budget.remaining(), most);
        assert!(!budget.add(money("1")));
        assert_eq!(budget.remaining(), most);
        let cents = Budget::new(less);
        assert!(!cents.add(money("0.4")));
        assert_eq!(cents.remaining(), less);
    }

    #[test]
    fn compares_only_amounts_of_one_currency() {
        let budget = || Budget::new(money("500 RUB"));
        for (price, limit, expected) in [
            ("5 USD", None, "the price 5 USD and the budget of 500 RUB are not in one currency"),
            ("5", None, "the price 5 and the budget of 500 RUB are not in one currency"),
            ("5 RUB", Some("9 USD"), "the price 5 RUB and the limit of 9 USD are not in one currency"),
            ("5 RUB", Some("9"), "the price 5 RUB and the limit of 9 are not in one currency"),
        ] {
            let found = check(Some(money(price)), limit.map(money), Some(&budget())).map(drop).unwrap_err();
            assert_eq!(found, expected);
        }
        let unstated = Budget::new(money("500"));
        assert!(check(Some(money("5 RUB")), None, Some(&unstated)).is_err());
        assert!(check(Some(money("5")), Some(money("9")), Some(&unstated)).unwrap().is_some());
        let roubles = budget();
        assert!(check(Some(money("5 RUB")), Some(money("9 RUB")), Some(&roubles)).unwrap().is_some());
        assert_eq!(roubles.remaining(), money("495 RUB"));
        assert!(roubles.add(money("5 RUB")) && !roubles.add(money("5 USD")) && !roubles.add(money("5")));
        assert_eq!(roubles.remaining(), money("500 RUB"));
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
