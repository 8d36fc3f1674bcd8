//! The rate limits and their remaining calls, this one counted.

use clodo_proto::limits::GetLimits;
use clodo_proto::types::{LimitUnit, RequestLimit};
use hostkit::protocol::RateRule;
use hostkit::{Api, UnixTime};

use super::answer::{No, yes};
use super::visit::Visit;
use crate::site::Reply;

impl Visit<'_> {
    pub(super) fn get_limits(&mut self) -> Result<Reply, No> {
        let limits = clodo_proto::Clodo::INFO.rates.iter().map(|rule| self.limit(rule)).collect();
        yes::<GetLimits>(self, &limits)
    }

    fn limit(&self, rule: &RateRule) -> RequestLimit {
        // `post_servers` is the only rule for a part of the paths.
        let (verb, uri, regex) = match rule.name.split_once('_') {
            Some((verb, _)) => (verb, "*/servers", "^/servers"),
            None => (rule.name, "*", ".*"),
        };
        let mut limit = RequestLimit::new(verb.to_uppercase(), uri);
        limit.regex = Some(regex.to_owned());
        limit.value = Some(u64::from(rule.count));
        let used = self.used.iter().find(|used| used.rule == rule.name);
        limit.remaining = Some(u64::from(rule.count).saturating_sub(used.map_or(0, |used| used.calls)));
        limit.unit = Some(if rule.window.as_secs() > 3600 { LimitUnit::Day } else { LimitUnit::Minute });
        limit.reset_time =
            i64::try_from(used.map_or(self.now + rule.window, |used| used.reset).unix()).ok().map(UnixTime);
        limit
    }
}
