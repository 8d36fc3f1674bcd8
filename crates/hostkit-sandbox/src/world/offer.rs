//! Plans, images, and a hoster's policies, which are mostly set by tests, not by calls.

use std::time::Duration;

use super::objects::{Acceptance, Image, Plan, Server};
use super::{World, WorldError};
use crate::clock::Moment;

impl World {
    /// The plans that can be ordered.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// A plan.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn plan(&self, number: u64) -> Result<&Plan, WorldError> {
        self.plans.iter().find(|plan| plan.number == number).ok_or(WorldError::NotFound("plan"))
    }

    /// The images that a server can be made from.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// An image.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn image(&self, number: u64) -> Result<&Image, WorldError> {
        self.images.iter().find(|image| image.number == number).ok_or(WorldError::NotFound("image"))
    }

    /// An image by its short name.
    ///
    /// # Errors
    /// There is no such image.
    pub fn image_named(&self, name: &str) -> Result<&Image, WorldError> {
        self.images.iter().find(|image| image.name == name).ok_or(WorldError::NotFound("image"))
    }

    /// How long a failed sign-in counts.
    pub const BLOCK: Duration = Duration::from_secs(4 * 3600);
    /// Failed sign-ins within [`World::BLOCK`] that block further ones.
    pub const MOST_FAILURES: usize = 10;

    /// When orders are carried out.
    pub fn acceptance(&self) -> Acceptance {
        self.services.policy.acceptance
    }

    /// Sets when orders are carried out from now on.
    pub fn set_acceptance(&mut self, acceptance: Acceptance) {
        self.services.policy.acceptance = acceptance;
    }

    /// Limits a plan to one order per customer.
    pub fn limit_plan(&mut self, plan: u64) {
        self.services.policy.once.insert(plan);
    }

    /// Whether an account has used up its only order of a limited plan.
    pub fn is_spent(&self, account: &str, plan: u64) -> bool {
        let had = |server: &Server| server.account == account && server.plan == plan;
        self.services.policy.once.contains(&plan) && self.all_servers().any(had)
    }

    /// Takes a domain for an order; `false` if an order already has it.
    pub fn take_domain(&mut self, domain: &str) -> bool {
        self.services.policy.domains.insert(domain.to_owned())
    }

    /// Whether an order has this domain.
    pub fn has_domain(&self, domain: &str) -> bool {
        self.services.policy.domains.contains(domain)
    }

    /// Removes all plans but those that a test wants to keep.
    pub fn keep_plans(&mut self, mut keep: impl FnMut(&Plan) -> bool) {
        self.plans.retain(|plan| keep(plan));
    }

    /// Counts a failed sign-in.
    pub fn count_failure(&mut self) {
        let now = self.now;
        self.services.failures.push(now);
    }

    /// Whether sign-ins are blocked after too many failures.
    pub fn is_shut_out(&self) -> bool {
        let recent = |at: &&Moment| self.now.since(**at) < Self::BLOCK;
        self.services.failures.iter().filter(recent).count() >= Self::MOST_FAILURES
    }
}
