//! Backups: created (without returning their number), copied, restored, and linked to.

use macloud_proto::backups::{
    CopyBackup, CreateBackup, CreateServerBackup, DeleteBackup, DisableBackupAutoprolong, EnableBackupAutoprolong,
    GetBackup, PrepareDownload, RestoreBackup, RestoreBackupOlder, RestoreServerBackup, UpdateBackup,
};
use macloud_proto::types::{Backup, BackupAbilities, BackupDownload, BackupId, ServiceStatus};

use super::envelope::{Answered, No, done, whole, yes};
use super::{Handler, reference};
use crate::world::{self, World};

impl Handler<'_> {
    fn backup(&self, found: &world::Backup) -> Backup {
        let now = self.world.now();
        let is_new = now.since(found.made) < World::BUILD;
        let status = if is_new { ServiceStatus::New } else { ServiceStatus::Active };
        let mut can = BackupAbilities::new(!is_new);
        (can.update, can.prolong) = (Some(true), Some(true));
        let mut backup = Backup::new(BackupId::new(found.number), status, can);
        let gibibytes = found.size >> 30;
        backup.full_name = Some(format!("Backup #{} - {} ({gibibytes} Gb)", found.number, found.description));
        backup.name = Some(found.description.clone());
        backup.status_text = is_new.then(|| "Creation (9%) Processing".to_owned());
        (backup.created, backup.updated) = (found.made.moscow(), found.made.moscow());
        // The server is shown only while the backup is being made.
        backup.server = is_new.then(|| self.server_ref(found.server));
        backup.datacenter = Some(reference::centre(self.world.details(found.server).place));
        backup.size = Some(gibibytes.into());
        backup.download = self.world.backup_link(found.number).map(|until| {
            let mut download = BackupDownload::new(format!("https://example.org/backup/{:032x}", found.number));
            download.expires = until.moscow();
            download
        });
        backup
    }

    pub(super) fn list_backups(&self) -> Answered {
        let found = self.world.all_backups(&self.account);
        let backups: Vec<Backup> = found.into_iter().map(|backup| self.backup(backup)).collect();
        if backups.is_empty() {
            return Err(No::Empty("No Backup information"));
        }
        whole("Backup list", &backups, &["status_text", "server", "full_name"])
    }

    pub(super) fn get_backup(&self, call: &GetBackup) -> Answered {
        let backup = self.backup(self.world.backup(&self.account, call.id.get())?);
        whole("Backup information", &backup, &["status_text", "server", "full_name"])
    }

    fn make(&mut self, server: u64) -> Result<(), No> {
        if self.world.server(&self.account, server)?.is_building() {
            return Err(No::Generic(vec!["The service is busy".to_owned()]));
        }
        self.world.make_backup(&self.account, server)?;
        Ok(())
    }

    pub(super) fn create_backup(&mut self, call: &CreateBackup) -> Answered {
        self.make(call.id.get())?;
        done::<CreateBackup>(202, "Backup creation queued")
    }

    pub(super) fn create_server_backup(&mut self, call: &CreateServerBackup) -> Answered {
        self.make(call.id.get())?;
        done::<CreateServerBackup>(202, "Backup creation queued")
    }

    pub(super) fn copy_backup(&mut self, call: &CopyBackup) -> Answered {
        if !reference::is_centre(call.datacenter) {
            return Err(No::field("datacenter", "Datacenter is not available"));
        }
        let server = self.world.backup(&self.account, call.id.get())?.server;
        let number = self.world.make_backup(&self.account, server)?;
        yes::<CopyBackup>(202, "Backup creation queued", &BackupId::new(number))
    }

    /// A backup may be put back on another server whose disk is not smaller.
    fn restore(&mut self, backup: u64, server: u64) -> Result<(), No> {
        let size = self.world.backup(&self.account, backup)?.size >> 30;
        let target = self.world.server(&self.account, server).map_err(|_| No::field("service", "Wrong service"))?;
        if target.disk < size {
            return Err(No::field("service", "The disk is too small"));
        }
        self.world.restore_backup(&self.account, backup)?;
        self.world.occupy(&self.account, server, "Restoring")?;
        Ok(())
    }

    pub(super) fn restore_backup(&mut self, call: &RestoreBackup) -> Answered {
        self.restore(call.id.get(), call.service.get())?;
        done::<RestoreBackup>(202, "Service backup restoring queued")
    }

    pub(super) fn restore_backup_older(&mut self, call: &RestoreBackupOlder) -> Answered {
        self.restore(call.id.get(), call.service.get())?;
        done::<RestoreBackupOlder>(200, "Service backup restore queued")
    }

    pub(super) fn restore_server_backup(&mut self, call: &RestoreServerBackup) -> Answered {
        self.server(call.id)?;
        self.restore(call.backup.get(), call.id.get())?;
        done::<RestoreServerBackup>(200, "Service backup restore queued")
    }

    fn change(&mut self, id: BackupId, name: Option<&str>, prolong: Option<bool>) -> Result<(), No> {
        let found = self.world.backup(&self.account, id.get())?;
        if let Some(name) = name.filter(|name| *name != found.description) {
            self.world.describe_backup(&self.account, id.get(), name)?;
        }
        if let Some(prolong) = prolong {
            self.world.prolong_backup(&self.account, id.get(), prolong)?;
        }
        Ok(())
    }

    pub(super) fn update_backup(&mut self, call: &UpdateBackup) -> Answered {
        self.change(call.id, Some(&call.name), None)?;
        done::<UpdateBackup>(200, "Backup updated")
    }

    pub(super) fn enable_backup_autoprolong(&mut self, call: &EnableBackupAutoprolong) -> Answered {
        self.change(call.id, call.name.as_deref(), Some(true))?;
        done::<EnableBackupAutoprolong>(200, "Backup updated")
    }

    pub(super) fn disable_backup_autoprolong(&mut self, call: &DisableBackupAutoprolong) -> Answered {
        self.change(call.id, call.name.as_deref(), Some(false))?;
        done::<DisableBackupAutoprolong>(200, "Backup updated")
    }

    pub(super) fn delete_backup(&mut self, call: &DeleteBackup) -> Answered {
        self.world.delete_backup(&self.account, call.id.get())?;
        done::<DeleteBackup>(200, "Backup deleted")
    }

    pub(super) fn prepare_download(&mut self, call: &PrepareDownload) -> Answered {
        self.world.link_backup(&self.account, call.id.get())?;
        done::<PrepareDownload>(202, "Service backup downloading queued")
    }
}
