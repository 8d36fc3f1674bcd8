//! Counts calls against an API's rate limits, as the reference for a client's own counting.

use std::collections::{BTreeMap, VecDeque};

use hostkit::protocol::RateRule;

use crate::api_name::ApiName;
use crate::clock::Moment;

/// Usage of one rate limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The name of the rule in the spec.
    pub rule: &'static str,
    /// Calls in the current window, including this one.
    pub calls: u64,
    /// When the oldest of them leaves the window.
    pub reset: Moment,
}

/// The calls of the last windows.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    seen: BTreeMap<(ApiName, &'static str), VecDeque<Moment>>,
    violations: u64,
}

impl Rates {
    /// Counts a call against the rules of its operation; `false` if it exceeds one.
    pub(crate) fn count(&mut self, api: ApiName, rules: &[RateRule], names: &[&str], now: Moment) -> bool {
        let named = || rules.iter().filter(|rule| names.contains(&rule.name));
        for rule in named() {
            let calls = self.seen.entry((api, rule.name)).or_default();
            while calls.front().is_some_and(|first| now.since(*first) >= rule.window) {
                calls.pop_front();
            }
            if calls.len() >= usize::try_from(rule.count).unwrap_or(usize::MAX) {
                self.violations += 1;
                return false;
            }
        }
        for rule in named() {
            self.seen.entry((api, rule.name)).or_default().push_back(now);
        }
        true
    }

    /// Counts a call that is allowed regardless of the limits.
    pub(crate) fn note(&mut self, api: ApiName, rules: &[RateRule], names: &[&str], now: Moment) {
        for rule in rules.iter().filter(|rule| names.contains(&rule.name)) {
            let calls = self.seen.entry((api, rule.name)).or_default();
            while calls.front().is_some_and(|first| now.since(*first) >= rule.window) {
                calls.pop_front();
            }
            calls.push_back(now);
        }
    }

    /// Current usage of an API's rate limits.
    pub(crate) fn used(&self, api: ApiName, rules: &[RateRule], now: Moment) -> Vec<Used> {
        let used = |rule: &RateRule| {
            let calls = self.seen.get(&(api, rule.name));
            let mut open = calls.into_iter().flatten().filter(|at| now.since(**at) < rule.window).peekable();
            let first = open.peek().map_or(now, |at| **at);
            Used { rule: rule.name, calls: open.count() as u64, reset: first + rule.window }
        };
        rules.iter().map(used).collect()
    }

    /// Clears the counted calls, but keeps the number of refused ones.
    pub(crate) fn forget(&mut self) {
        self.seen.clear();
    }

    pub(crate) fn violations(&self) -> u64 {
        self.violations
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_window_slides() {
        const RULES: &[RateRule] = &[RateRule { name: "post", count: 2, window: Duration::from_secs(60) }];
        let mut rates = Rates::default();
        let mut at =
            |second| rates.count(ApiName::CLODO, RULES, &["post"], Moment::since_epoch(Duration::from_secs(second)));
        assert_eq!([at(0), at(30), at(59), at(60), at(61), at(90)], [true, true, false, true, false, true]);
        assert!(rates.count(ApiName::CLODO, RULES, &["get"], Moment::default()));
        assert_eq!(rates.violations(), 2);
    }

    #[test]
    fn what_is_used_comes_back() {
        const RULES: &[RateRule] = &[RateRule { name: "post", count: 2, window: Duration::from_secs(60) }];
        let at = |second| Moment::since_epoch(Duration::from_secs(second));
        let mut rates = Rates::default();
        for second in [0, 30, 31] {
            rates.note(ApiName::CLODO, RULES, &["post"], at(second));
        }
        let used = |second| rates.used(ApiName::CLODO, RULES, at(second)).remove(0);
        assert_eq!((used(31).calls, used(31).reset), (3, at(60)));
        assert_eq!((used(60).calls, used(60).reset), (2, at(90)));
        assert_eq!(used(91).calls, 0);
        assert_eq!(rates.violations(), 0);
    }
}
