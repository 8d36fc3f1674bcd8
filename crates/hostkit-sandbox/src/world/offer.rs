//! What can be ordered: plans with prices, and images.

use hostkit::Decimal;

use super::{World, WorldError};

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: &'static str,
    /// Cores.
    pub cores: u64,
    /// Memory in mebibytes.
    pub memory: u64,
    /// Disk in gibibytes.
    pub disk: u64,
    /// Traffic in gibibytes a month.
    pub traffic: u64,
    /// The price of one period.
    pub price: Decimal,
    /// The length of a period in days.
    pub days: u64,
}

/// An image that a server is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its number.
    pub number: u64,
    /// Its short name, such as `debian12`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The family, such as `debian`.
    pub family: &'static str,
    /// 32 or 64.
    pub bits: u64,
}

impl World {
    /// What can be ordered.
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

    /// What a server can be made from.
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
    /// There is none of that name.
    pub fn image_named(&self, name: &str) -> Result<&Image, WorldError> {
        self.images.iter().find(|image| image.name == name).ok_or(WorldError::NotFound("image"))
    }
}
