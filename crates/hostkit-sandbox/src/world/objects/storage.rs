//! Copies of servers and their schedules, storages, and ISO images.

use crate::clock::Moment;

/// A copy of a server's disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its number.
    pub number: u64,
    /// The server that it is a copy of.
    pub server: u64,
    /// The owner's description.
    pub description: String,
    /// When it was made, or overwritten.
    pub made: Moment,
    /// Its size in bytes.
    pub size: u64,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cycle {
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
    /// Each month.
    Monthly,
}

/// One schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub cycle: Cycle,
    /// The day of the week or month.
    pub day: Option<u64>,
    /// The hour.
    pub hour: u64,
    /// How many copies are kept.
    pub copies: u64,
}

/// A storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// Its name.
    pub title: String,
    /// Its access key.
    pub key: String,
}

/// The download of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Its key: 32 hexadecimal digits.
    pub key: String,
    /// Whose it is.
    pub account: String,
    /// Where it comes from.
    pub url: String,
    /// When it began.
    pub from: Moment,
    /// When it ends.
    pub to: Moment,
    /// The image that was made of it.
    pub iso: Option<u64>,
}

impl Download {
    /// Whether it is an image, by the name in its URL.
    pub fn is_image(&self) -> bool {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        path.to_ascii_lowercase().ends_with(".iso")
    }

    /// The progress, from 0 to 100.
    pub fn progress(&self, now: Moment) -> u64 {
        let whole = self.to.since(self.from).as_millis().max(1);
        u64::try_from(now.since(self.from).as_millis() * 100 / whole).unwrap_or(100).min(100)
    }
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iso {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// Where it came from.
    pub url: String,
    /// When it was made.
    pub made: Moment,
    /// The server that it is attached to.
    pub server: Option<u64>,
}
