//! ISO images: downloaded from a URL, then made a service.

use macloud_proto::isos::{CreateIso, DeleteIso, GetIso, GetIsoProgress, StartDownload};
use macloud_proto::types::{
    DownloadStatus, Iso, IsoAbilities, IsoDownload, IsoFile, IsoId, IsoKey, ServerId, ServerRef, ServiceStatus,
};

use hostkit::protocol::Value;

use super::Handler;
use super::envelope::{Answered, No, done, shaped, whole, yes};
use crate::world;

impl Handler<'_> {
    fn iso(&self, found: &world::Iso) -> Iso {
        let mut iso = Iso::new(IsoId::new(found.number), ServiceStatus::Active, found.server.is_some());
        let name = found.url.rsplit('/').next().unwrap_or_default().to_owned();
        iso.full_name = Some(format!("ISO #{} - {name}", found.number));
        iso.name = Some(name);
        (iso.created, iso.updated) = (found.made.moscow(), found.made.moscow());
        let mut file = IsoFile::new(format!("{:032x}", u128::from(found.number).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        (file.size, file.url) = (Some("841 Mb".to_owned()), Some(found.url.clone()));
        iso.file = Some(file);
        iso.server = found.server.map(|number| self.server_ref(number));
        iso.can = Some(IsoAbilities::new(found.server.is_none()));
        iso
    }

    /// A server as other services show it.
    pub(super) fn server_ref(&self, number: u64) -> ServerRef {
        let mut server = ServerRef::new(ServerId::new(number));
        server.name = self.world.server(&self.account, number).ok().map(|server| server.name.clone());
        server
    }

    /// Without images the list is null.
    pub(super) fn list_isos(&self) -> Answered {
        let isos: Vec<Iso> = self.world.isos(&self.account).into_iter().map(|iso| self.iso(iso)).collect();
        if isos.is_empty() {
            shaped("ISO list", Value::Null)
        } else {
            whole("ISO list", &isos, &["status_text", "server"])
        }
    }

    pub(super) fn get_iso(&self, call: &GetIso) -> Answered {
        let iso = self.iso(self.world.iso(&self.account, call.id.get())?);
        whole("ISO information", &iso, &["status_text", "server"])
    }

    pub(super) fn start_download(&mut self, call: &StartDownload) -> Answered {
        let key = self.world.fetch_iso(&self.account, &call.url)?;
        let key = IsoKey::new(&key).ok_or(No::Internal)?;
        yes::<StartDownload>(202, "ISO download queued", &key)
    }

    pub(super) fn get_iso_progress(&self, call: &GetIsoProgress) -> Answered {
        let found = self.world.download(&self.account, call.key.as_str())?;
        let progress = found.progress(self.world.now());
        let (status, words) = match (found.is_image(), progress) {
            (false, _) => (DownloadStatus::Failed, Some("Wrong MIME type".to_owned())),
            (true, 100) => (DownloadStatus::Done, None),
            (true, progress) => (DownloadStatus::Processing, Some(format!("Progress: {progress}%"))),
        };
        let mut download = IsoDownload::new(status);
        download.description = words;
        yes::<GetIsoProgress>(200, "ISO server download info", &download)
    }

    pub(super) fn create_iso(&mut self, call: &CreateIso) -> Answered {
        let number = self.world.make_iso(&self.account, call.key.as_str())?;
        yes::<CreateIso>(202, "ISO created", &IsoId::new(number))
    }

    pub(super) fn delete_iso(&mut self, call: &DeleteIso) -> Answered {
        self.world.delete_iso(&self.account, call.id.get())?;
        done::<DeleteIso>(200, "ISO deleted")
    }
}
