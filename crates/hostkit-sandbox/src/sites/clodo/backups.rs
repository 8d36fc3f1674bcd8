//! Copies of servers, and the requests that the hoster carries out later.

use clodo_proto::backups::{
    CreateBackup, DeleteBackup, DescribeBackup, GetRestoreState, ListBackups, OverwriteBackup, RestoreBackup,
    ScheduleBackup,
};
use clodo_proto::requests::GetRequest;
use clodo_proto::types::{
    BackgroundRequest, Backup, BackupId, BackupRequest, RequestId, RestoreState, ServerId, Weekday,
};
use hostkit::protocol::Csv;
use hostkit::protocol::codec::ToText;
use hostkit::{Decimal, Gibibytes};

use super::answer::{No, yes};
use super::visit::Visit;
use crate::site::Reply;
use crate::world::Job;

const DAYS: &str = "backups_days";
const TIME: &str = "backups_time";

fn object(id: BackupId) -> String {
    format!("backup {}", id.get())
}

impl Visit<'_> {
    /// Checks that a copy belongs to this server.
    fn check(&self, server: ServerId, backup: BackupId) -> Result<(), No> {
        self.server(server)?;
        match self.world.backup(&self.account, backup.get()) {
            Ok(found) if found.server == server.get() => Ok(()),
            _ => Err(No::new(400, "Ошибка во входных параметрах")),
        }
    }

    fn later(&mut self, server: ServerId) -> BackupRequest {
        BackupRequest::new(RequestId::new(self.world.begin_job(server.get())))
    }

    fn job(&self, number: RequestId) -> Result<Job, No> {
        Ok(*self.world.job(&self.account, number.get())?)
    }

    pub(super) fn list_backups(&mut self, call: &ListBackups) -> Result<Reply, No> {
        let show = |found: &crate::world::Backup| {
            let id = BackupId::new(found.number);
            let mut backup = Backup::new(id);
            backup.made = found.made.moscow();
            backup.size = Some(Gibibytes(found.size >> 30));
            backup.description = Some(found.description.clone());
            let days = self.world.setting(&object(id), DAYS).unwrap_or_default();
            let days = days.split(',').map(Weekday::from_text).filter(Weekday::is_known);
            backup.days = Some(days.collect::<Csv<_>>());
            backup.time = Some(self.world.setting(&object(id), TIME).unwrap_or_default().to_owned());
            backup.price = Some(Decimal::new(1, 2).into());
            let image = self.server(call.id).ok().and_then(|server| self.world.image(server.image?).ok());
            backup.os_type = Some(image.map_or("", |image| image.family).to_owned());
            backup
        };
        let backups = self.world.backups(&self.account, call.id.get())?.into_iter().map(show).collect();
        yes::<ListBackups>(self, &backups)
    }

    pub(super) fn create_backup(&mut self, call: &CreateBackup) -> Result<Reply, No> {
        self.world.make_backup(&self.account, call.id.get())?;
        let request = self.later(call.id);
        yes::<CreateBackup>(self, &request)
    }

    pub(super) fn overwrite_backup(&mut self, call: &OverwriteBackup) -> Result<Reply, No> {
        self.check(call.id, call.backup)?;
        self.world.overwrite_backup(&self.account, call.backup.get())?;
        let request = self.later(call.id);
        yes::<OverwriteBackup>(self, &request)
    }

    pub(super) fn delete_backup(&mut self, call: &DeleteBackup) -> Result<Reply, No> {
        self.check(call.id, call.backup)?;
        self.world.delete_backup(&self.account, call.backup.get())?;
        let request = self.later(call.id);
        yes::<DeleteBackup>(self, &request)
    }

    pub(super) fn restore_backup(&mut self, call: &RestoreBackup) -> Result<Reply, No> {
        self.check(call.id, call.backup)?;
        self.world.restore_backup(&self.account, call.backup.get())?;
        let request = self.later(call.id);
        yes::<RestoreBackup>(self, &request)
    }

    pub(super) fn get_restore_state(&mut self, call: &GetRestoreState) -> Result<Reply, No> {
        self.server(call.id)?;
        let progress = self.job(call.request)?.progress(self.now);
        yes::<GetRestoreState>(self, &RestoreState::new(progress))
    }

    pub(super) fn get_request(&mut self, call: &GetRequest) -> Result<Reply, No> {
        let job = self.job(call.id)?;
        let is_done = job.is_done(self.now);
        let mut request = BackgroundRequest::new(is_done);
        request.server = Some(ServerId::new(job.server));
        request.started = job.from.moscow();
        request.completed = job.to.moscow().filter(|_| is_done);
        yes::<GetRequest>(self, &request)
    }

    pub(super) fn schedule_backup(&mut self, call: &ScheduleBackup) -> Result<Reply, No> {
        self.check(call.id, call.backup)?;
        let days = call.days.to_text().into_owned();
        self.world.set("backup scheduled", object(call.backup), vec![(DAYS, days), (TIME, call.time.clone())]);
        yes::<ScheduleBackup>(self, &())
    }

    pub(super) fn describe_backup(&mut self, call: &DescribeBackup) -> Result<Reply, No> {
        self.check(call.id, call.backup)?;
        self.world.describe_backup(&self.account, call.backup.get(), &call.description)?;
        yes::<DescribeBackup>(self, &())
    }
}
