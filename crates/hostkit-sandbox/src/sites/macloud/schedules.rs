//! Schedules of backups, at most one of each kind, under the newer path and the older one.

use macloud_proto::schedules::{
    CreateDailySchedule, CreateMonthlySchedule, CreateServerDailySchedule, CreateServerMonthlySchedule,
    CreateServerWeeklySchedule, CreateWeeklySchedule, DeleteSchedule, DeleteSchedules, DeleteServerSchedule,
    DeleteServerSchedules, GetSchedules, GetServerSchedules,
};
use macloud_proto::types::{BackupCopies, BackupDay, BackupHour, Schedule, ScheduleType, Schedules};

use super::Handler;
use super::envelope::{Answered, No, done, yes};
use crate::world::{self, Cycle, WorldError};

const CREATED: &str = "Service backup schedule created";
const DELETED: &str = "Service backup schedule deleted";

fn shown(schedule: &world::Schedule) -> Schedule {
    let kind = match schedule.cycle {
        Cycle::Daily => ScheduleType::Daily,
        Cycle::Weekly => ScheduleType::Weekly,
        Cycle::Monthly => ScheduleType::Monthly,
    };
    let mut shown = Schedule::new(kind);
    shown.day = schedule.day.and_then(|day| BackupDay::new(day).ok());
    shown.hour = BackupHour::new(schedule.hour).ok();
    shown.copies = BackupCopies::new(schedule.copies).ok();
    shown
}

impl Handler<'_> {
    fn schedules(&self, server: u64) -> Result<Schedules, No> {
        let mut all = Schedules::new();
        for schedule in self.world.schedules(&self.account, server)? {
            let place = match schedule.cycle {
                Cycle::Daily => &mut all.daily,
                Cycle::Weekly => &mut all.weekly,
                Cycle::Monthly => &mut all.monthly,
            };
            *place = Some(shown(&schedule));
        }
        Ok(all)
    }

    fn add(
        &mut self,
        server: u64,
        cycle: Cycle,
        day: Option<BackupDay>,
        hour: BackupHour,
        copies: BackupCopies,
    ) -> Result<(), No> {
        let (day, hour, copies) = (day.map(BackupDay::get), hour.get(), copies.get());
        let known = [
            ("day", day.is_none_or(|day| BackupDay::new(day).is_ok())),
            ("hour", BackupHour::new(hour).is_ok()),
            ("left", BackupCopies::new(copies).is_ok()),
        ];
        if let Some((field, _)) = known.into_iter().find(|(_, is_known)| !is_known) {
            return Err(No::field(field, "Wrong value"));
        }
        match self.world.add_schedule(&self.account, server, world::Schedule { cycle, day, hour, copies }) {
            Err(WorldError::Taken) => Err(No::field("type", "Already exists")),
            other => Ok(other?),
        }
    }

    fn drop(&mut self, server: u64, kind: Option<&ScheduleType>) -> Result<(), No> {
        let cycle = match kind {
            None => None,
            Some(ScheduleType::Daily) => Some(Cycle::Daily),
            Some(ScheduleType::Weekly) => Some(Cycle::Weekly),
            Some(ScheduleType::Monthly) => Some(Cycle::Monthly),
            Some(_) => return Err(No::field("type", "Wrong value")),
        };
        Ok(self.world.delete_schedules(&self.account, server, cycle)?)
    }

    pub(super) fn get_schedules(&self, call: &GetSchedules) -> Answered {
        yes::<GetSchedules>(200, "Service schedule information", &self.schedules(call.id.get())?)
    }

    pub(super) fn get_server_schedules(&self, call: &GetServerSchedules) -> Answered {
        yes::<GetServerSchedules>(200, "Service schedule information", &self.schedules(call.id.get())?)
    }

    pub(super) fn create_daily_schedule(&mut self, call: &CreateDailySchedule) -> Answered {
        self.add(call.id.get(), Cycle::Daily, None, call.hour, call.copies)?;
        done::<CreateDailySchedule>(200, CREATED)
    }

    pub(super) fn create_weekly_schedule(&mut self, call: &CreateWeeklySchedule) -> Answered {
        self.add(call.id.get(), Cycle::Weekly, Some(call.day), call.hour, call.copies)?;
        done::<CreateWeeklySchedule>(200, CREATED)
    }

    pub(super) fn create_monthly_schedule(&mut self, call: &CreateMonthlySchedule) -> Answered {
        self.add(call.id.get(), Cycle::Monthly, Some(call.day), call.hour, call.copies)?;
        done::<CreateMonthlySchedule>(200, CREATED)
    }

    pub(super) fn create_server_daily_schedule(&mut self, call: &CreateServerDailySchedule) -> Answered {
        self.add(call.id.get(), Cycle::Daily, None, call.hour, call.copies)?;
        done::<CreateServerDailySchedule>(200, CREATED)
    }

    pub(super) fn create_server_weekly_schedule(&mut self, call: &CreateServerWeeklySchedule) -> Answered {
        self.add(call.id.get(), Cycle::Weekly, Some(call.day), call.hour, call.copies)?;
        done::<CreateServerWeeklySchedule>(200, CREATED)
    }

    pub(super) fn create_server_monthly_schedule(&mut self, call: &CreateServerMonthlySchedule) -> Answered {
        self.add(call.id.get(), Cycle::Monthly, Some(call.day), call.hour, call.copies)?;
        done::<CreateServerMonthlySchedule>(200, CREATED)
    }

    pub(super) fn delete_schedule(&mut self, call: &DeleteSchedule) -> Answered {
        self.drop(call.id.get(), Some(&call.kind))?;
        done::<DeleteSchedule>(200, DELETED)
    }

    pub(super) fn delete_schedules(&mut self, call: &DeleteSchedules) -> Answered {
        self.drop(call.id.get(), None)?;
        done::<DeleteSchedules>(200, DELETED)
    }

    pub(super) fn delete_server_schedule(&mut self, call: &DeleteServerSchedule) -> Answered {
        self.drop(call.id.get(), Some(&call.kind))?;
        done::<DeleteServerSchedule>(200, DELETED)
    }

    pub(super) fn delete_server_schedules(&mut self, call: &DeleteServerSchedules) -> Answered {
        self.drop(call.id.get(), None)?;
        done::<DeleteServerSchedules>(200, DELETED)
    }
}
