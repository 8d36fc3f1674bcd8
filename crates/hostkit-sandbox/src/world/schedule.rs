//! When backups are made by themselves. The sandbox never makes one: it only remembers the plan.

use hostkit::Decimal;

use super::{World, WorldError};

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

impl World {
    /// The schedules of a server.
    ///
    /// # Errors
    /// There is no such server.
    pub fn schedules(&self, account: &str, server: u64) -> Result<Vec<Schedule>, WorldError> {
        self.server(account, server)?;
        let of = |((number, _), schedule): (&(u64, Cycle), &Schedule)| (*number == server).then_some(*schedule);
        Ok(self.services.schedules.iter().filter_map(of).collect())
    }

    /// Adds a schedule; a server has at most one of each kind.
    ///
    /// # Errors
    /// There is no such server, the schedule is there, or its values are out of range.
    pub fn add_schedule(&mut self, account: &str, server: u64, schedule: Schedule) -> Result<(), WorldError> {
        self.server(account, server)?;
        let last_day = if schedule.cycle == Cycle::Weekly { 7 } else { 31 };
        if schedule.day.is_some_and(|day| !(1..=last_day).contains(&day)) {
            return Err(WorldError::Invalid("day"));
        }
        if schedule.hour > 23 {
            return Err(WorldError::Invalid("hour"));
        }
        if schedule.copies == 0 {
            return Err(WorldError::Invalid("copies"));
        }
        if self.services.schedules.contains_key(&(server, schedule.cycle)) {
            return Err(WorldError::Taken);
        }
        self.services.schedules.insert((server, schedule.cycle), schedule);
        self.note("schedule added", format!("server {server}"), Decimal::ZERO);
        Ok(())
    }

    /// Deletes one schedule, or all.
    ///
    /// # Errors
    /// There is no such server.
    pub fn delete_schedules(&mut self, account: &str, server: u64, cycle: Option<Cycle>) -> Result<(), WorldError> {
        self.server(account, server)?;
        let before = self.services.schedules.len();
        let goes = |number: u64, found: Cycle| number == server && cycle.is_none_or(|cycle| cycle == found);
        self.services.schedules.retain(|(number, found), _| !goes(*number, *found));
        if self.services.schedules.len() != before {
            self.note("schedule deleted", format!("server {server}"), Decimal::ZERO);
        }
        Ok(())
    }
}
