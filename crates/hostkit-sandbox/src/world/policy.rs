//! What a hoster makes of orders: tests set it, and nothing here is ever changed by a call.

use std::collections::BTreeSet;
use std::time::Duration;

use super::World;

/// When an order that is accepted is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acceptance {
    /// At once.
    #[default]
    AtOnce,
    /// By people: it is paid for, and nothing is built before a test installs it.
    Manual,
    /// After its bill is paid: no money moves, and nothing is built.
    AwaitsPayment,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Policy {
    acceptance: Acceptance,
    once: BTreeSet<u64>,
    domains: BTreeSet<String>,
}

impl World {
    /// How long a caller is shut out after too many wrong credentials.
    pub const BLOCK: Duration = Duration::from_secs(4 * 3600);
    /// How many wrong credentials within [`World::BLOCK`] shut a caller out.
    pub const MOST_FAILURES: usize = 10;

    /// When orders are carried out.
    pub fn acceptance(&self) -> Acceptance {
        self.services.policy.acceptance
    }

    /// Says when orders are carried out from now on.
    pub fn set_acceptance(&mut self, acceptance: Acceptance) {
        self.services.policy.acceptance = acceptance;
    }

    /// Says that each customer may order a plan only once.
    pub fn limit_plan(&mut self, plan: u64) {
        self.services.policy.once.insert(plan);
    }

    /// Whether a customer who had this plan may not order it again.
    pub fn is_spent(&self, account: &str, plan: u64) -> bool {
        let had = |server: &super::Server| server.account == account && server.plan == plan;
        self.services.policy.once.contains(&plan) && self.all_servers().any(had)
    }

    /// Takes a domain for an order; `false` where an order has it already.
    pub fn take_domain(&mut self, domain: &str) -> bool {
        self.services.policy.domains.insert(domain.to_owned())
    }

    /// Whether an order has this domain.
    pub fn has_domain(&self, domain: &str) -> bool {
        self.services.policy.domains.contains(domain)
    }

    /// Takes all plans away, or leaves those that a test wants.
    pub fn keep_plans(&mut self, mut keep: impl FnMut(&super::Plan) -> bool) {
        self.plans.retain(|plan| keep(plan));
    }

    /// Remembers that credentials were wrong.
    pub fn count_failure(&mut self) {
        let now = self.now;
        self.services.failures.push(now);
    }

    /// Whether there were too many wrong credentials.
    pub fn is_shut_out(&self) -> bool {
        let recent = |at: &&crate::clock::Moment| self.now.since(**at) < Self::BLOCK;
        self.services.failures.iter().filter(recent).count() >= Self::MOST_FAILURES
    }
}
