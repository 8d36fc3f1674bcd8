//! Counts calls against the rate limits of an API: what a client's own counting is measured by.

use std::collections::{BTreeMap, VecDeque};

use hostkit::RateRule;

use crate::api_name::ApiName;
use crate::clock::Moment;

/// The calls of the last windows.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    seen: BTreeMap<(ApiName, &'static str), VecDeque<Moment>>,
    violations: u64,
}

impl Rates {
    /// Counts a call by the rules that its operation names; `false` if it is one too many.
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
            |second| rates.count(ApiName::Clodo, RULES, &["post"], Moment::since_epoch(Duration::from_secs(second)));
        assert_eq!([at(0), at(30), at(59), at(60), at(61), at(90)], [true, true, false, true, false, true]);
        assert!(rates.count(ApiName::Clodo, RULES, &["get"], Moment::default()));
        assert_eq!(rates.violations(), 2);
    }
}
