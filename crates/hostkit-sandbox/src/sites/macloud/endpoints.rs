//! Every endpoint of the API, to tell why a request is not a call.

use hostkit::Endpoint;
use hostkit::protocol::EndpointInfo;
use http::Method;
use macloud_proto::{account, auth, backups, dns, ips, isos, operations, reference, schedules, servers, ssh_keys};

pub(super) static ENDPOINTS: [EndpointInfo; 98] = [
    account::GetAccount::INFO,
    account::GetBalance::INFO,
    account::GetLimits::INFO,
    account::Register::INFO,
    auth::SignIn::INFO,
    backups::CopyBackup::INFO,
    backups::CreateBackup::INFO,
    backups::CreateServerBackup::INFO,
    backups::DeleteBackup::INFO,
    backups::DisableBackupAutoprolong::INFO,
    backups::EnableBackupAutoprolong::INFO,
    backups::GetBackup::INFO,
    backups::ListBackups::INFO,
    backups::PrepareDownload::INFO,
    backups::RestoreBackup::INFO,
    backups::RestoreBackupOlder::INFO,
    backups::RestoreServerBackup::INFO,
    backups::UpdateBackup::INFO,
    dns::CreateDomain::INFO,
    dns::CreateRecord::INFO,
    dns::DeleteDomain::INFO,
    dns::DeleteRecord::INFO,
    dns::GetDomain::INFO,
    dns::ListDomains::INFO,
    dns::ListRecords::INFO,
    dns::UpdateRecord::INFO,
    ips::CreateLocalAddress::INFO,
    ips::CreatePtrRecord::INFO,
    ips::DeleteAdditional::INFO,
    ips::DeleteLocalAddress::INFO,
    ips::DeletePtrRecord::INFO,
    ips::GetAdditional::INFO,
    ips::GetAddress::INFO,
    ips::GetLocalAddress::INFO,
    ips::GetReserved::INFO,
    ips::ListAdditional::INFO,
    ips::ListAddresses::INFO,
    ips::ListPtrRecords::INFO,
    ips::ListReserved::INFO,
    ips::ListServerAddresses::INFO,
    ips::OrderAddresses::INFO,
    ips::ReleaseReserved::INFO,
    ips::RemoveAdditional::INFO,
    ips::RemoveServerAddresses::INFO,
    ips::SetAddressHost::INFO,
    ips::UpdatePtrRecord::INFO,
    isos::CreateIso::INFO,
    isos::DeleteIso::INFO,
    isos::GetIso::INFO,
    isos::GetIsoProgress::INFO,
    isos::ListIsos::INFO,
    isos::StartDownload::INFO,
    operations::CreateTopUp::INFO,
    operations::DeleteOperation::INFO,
    operations::GetOperation::INFO,
    operations::ListOperations::INFO,
    reference::ListDatacenters::INFO,
    reference::ListGroupDatacenters::INFO,
    reference::ListGroupTemplates::INFO,
    reference::ListServerGroups::INFO,
    reference::ListServerPlans::INFO,
    reference::ListTemplates::INFO,
    schedules::CreateDailySchedule::INFO,
    schedules::CreateMonthlySchedule::INFO,
    schedules::CreateServerDailySchedule::INFO,
    schedules::CreateServerMonthlySchedule::INFO,
    schedules::CreateServerWeeklySchedule::INFO,
    schedules::CreateWeeklySchedule::INFO,
    schedules::DeleteSchedule::INFO,
    schedules::DeleteSchedules::INFO,
    schedules::DeleteServerSchedule::INFO,
    schedules::DeleteServerSchedules::INFO,
    schedules::GetSchedules::INFO,
    schedules::GetServerSchedules::INFO,
    servers::AttachIso::INFO,
    servers::ChangePlan::INFO,
    servers::CreateServer::INFO,
    servers::DeleteServer::INFO,
    servers::DetachIso::INFO,
    servers::DisableAutoprolong::INFO,
    servers::EnableAutoprolong::INFO,
    servers::GetPassword::INFO,
    servers::GetServer::INFO,
    servers::GetStat::INFO,
    servers::GetVnc::INFO,
    servers::HardRebootServer::INFO,
    servers::ListServers::INFO,
    servers::ProlongServer::INFO,
    servers::RebootServer::INFO,
    servers::ReinstallServer::INFO,
    servers::SetAddressReservation::INFO,
    servers::SetPassword::INFO,
    servers::UpdateServer::INFO,
    ssh_keys::CreateKey::INFO,
    ssh_keys::DeleteKey::INFO,
    ssh_keys::GetKey::INFO,
    ssh_keys::ListKeys::INFO,
    ssh_keys::UpdateKey::INFO,
];

/// Whether a path fits a template.
fn fits(template: &str, path: &str) -> bool {
    let mut given = path.trim_end_matches('/').split('/');
    let same = |expected: &str, found: &str| expected == found || (expected.starts_with('{') && !found.is_empty());
    template.split('/').all(|expected| given.next().is_some_and(|found| same(expected, found)))
        && given.next().is_none()
}

/// How close a request that is not a call comes to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near {
    /// No endpoint has this path.
    Nothing,
    /// Endpoints have the path, with other verbs.
    OtherVerb,
    /// Verb and path fit.
    Fits,
}

pub(super) fn near(method: &Method, path: &str) -> Near {
    let mut found = Near::Nothing;
    for info in ENDPOINTS.iter().filter(|info| fits(info.path, path)) {
        if info.method == *method {
            return Near::Fits;
        }
        found = Near::OtherVerb;
    }
    found
}

/// The endpoint of that name, or else one with this verb and path.
pub(super) fn nearest(name: &str, method: &Method, path: &str) -> Option<&'static EndpointInfo> {
    let fitting = || ENDPOINTS.iter().filter(|info| info.method == *method && fits(info.path, path));
    fitting().find(|info| info.name == name).or_else(|| fitting().next())
}
