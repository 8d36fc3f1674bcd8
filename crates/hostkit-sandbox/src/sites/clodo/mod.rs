//! Clodo: REST-like, XML and JSON; two headers give a token that is valid for twenty minutes.
//!
//! Every endpoint is answered from the world: the log of a server lists its events, `stats` the minutes in which it was
//! on, `limits` the remaining calls. Only the load of a server is computed from its number and the minute, and the
//! presets of `images` are a fixed list, as at the hoster.

mod answer;
mod auth;
mod backups;
mod billing;
mod changes;
mod dns;
mod helpdesk;
mod images;
mod ips;
mod limits;
mod sent;
mod servers;
mod stats;
mod storage;
mod user;
mod visit;

use clodo_proto::Credentials;
use clodo_proto::serve::Request;
use hostkit::Api;
use hostkit::protocol::RateRule;

use crate::api_name::ApiName;
use crate::credentials;
use crate::site::{Call, Operation, Refusal, Reply, Site, operations};
use crate::world::{TokenState, World};
use answer::No;
use sent::read;
use visit::{Visit, format};

/// The site.
#[derive(Debug, Clone, Copy)]
pub struct Clodo;

impl ApiName {
    /// Clodo: REST-like, XML and JSON, a token from two headers.
    pub const CLODO: Self = Self::of::<clodo_proto::Clodo>();
}

/// Credentials of accounts that the site knows.
pub(super) fn accounts() -> Vec<Credentials> {
    vec![Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY)]
}

/// The credentials of an account for programs in any language: name and value.
#[cfg(feature = "program")]
pub(super) fn secrets() -> Vec<(&'static str, String)> {
    vec![("login", credentials::CLODO_LOGIN.into()), ("key", credentials::CLODO_KEY.into())]
}

impl Site for Clodo {
    fn api(&self) -> ApiName {
        ApiName::CLODO
    }

    fn operations(&self) -> Vec<Operation> {
        operations::<clodo_proto::Clodo>()
    }

    fn recognise(&self, call: &Call) -> Operation {
        let Some(request) = read(call) else {
            return Operation::UNKNOWN;
        };
        let info = request.info();
        Operation { name: info.name, effect: info.effect, rates: info.rates }
    }

    fn handle(&self, call: &Call, world: &mut World) -> Reply {
        let format = format(call);
        let request = read(call);
        if let Some(Request::SignIn(sign_in)) = &request {
            return auth::sign_in(sign_in, call, world).unwrap_or_else(|no| no.into_reply(format));
        }
        let token = call.header("x-auth-token").unwrap_or_default();
        let account = match world.sessions.check(token, call.now) {
            TokenState::Good(account) => account,
            TokenState::Expired => return self.refuse(call, Refusal::TokenExpired),
            TokenState::Unknown => return self.refuse(call, Refusal::WrongCredentials),
        };
        world.note_credentials(true);
        let result = match request {
            Some(request) => carry_out(request, &mut Visit { world, account, format, now: call.now, used: &call.used }),
            None => Err(No::module(call)),
        };
        result.unwrap_or_else(|no| no.into_reply(format))
    }

    fn refuse(&self, call: &Call, refusal: Refusal) -> Reply {
        let no = match refusal {
            Refusal::TokenExpired => No::new(401, "Необходима авторизация"),
            Refusal::WrongCredentials => No::new(401, "Ошибка авторизации"),
            Refusal::RateLimited => No::new(429, "Превышено число запросов"),
            Refusal::Internal => No::new(500, "Внутренняя ошибка выполнения запроса"),
            Refusal::Maintenance => No::new(405, "Функция временно недоступна"),
        };
        no.into_reply(format(call))
    }

    fn reason(&self, call: &Call) -> Option<String> {
        sent::refusal(call)
    }

    fn rates(&self) -> &'static [RateRule] {
        clodo_proto::Clodo::INFO.rates
    }
}

fn carry_out(request: Request, visit: &mut Visit<'_>) -> Result<Reply, No> {
    match request {
        Request::GetLimits(_) => visit.get_limits(),
        Request::ListServers(_) => visit.list_servers(),
        Request::ListServerDetails(_) => visit.list_server_details(),
        Request::GetServer(call) => visit.get_server(&call),
        Request::GetServerLog(call) => visit.get_server_log(&call),
        Request::CreateServer(call) => visit.create_server(call),
        Request::DeleteServer(call) => visit.delete_server(&call),
        Request::StartServer(call) => visit.start_server(&call),
        Request::StopServer(call) => visit.stop_server(&call),
        Request::RebootServer(call) => visit.reboot_server(&call),
        Request::RebuildServer(call) => visit.rebuild_server(&call),
        Request::ChangeServer(call) => visit.change_server(&call),
        Request::TuneServer(call) => visit.tune_server(&call),
        Request::BuyTraffic(call) => visit.buy_traffic(&call),
        Request::CancelChange(call) => visit.cancel_change(&call),
        Request::DelayChange(call) => visit.delay_change(&call),
        Request::KeepServer(call) => visit.keep_server(&call),
        Request::LetServerExpire(call) => visit.let_server_expire(&call),
        Request::ChangeToVirtual(call) => visit.change_to_virtual(&call),
        Request::ChangeToScale(call) => visit.change_to_scale(&call),
        Request::GetStats(call) => visit.get_stats(&call),
        Request::ListBackups(call) => visit.list_backups(&call),
        Request::CreateBackup(call) => visit.create_backup(&call),
        Request::OverwriteBackup(call) => visit.overwrite_backup(&call),
        Request::DeleteBackup(call) => visit.delete_backup(&call),
        Request::RestoreBackup(call) => visit.restore_backup(&call),
        Request::GetRestoreState(call) => visit.get_restore_state(&call),
        Request::ScheduleBackup(call) => visit.schedule_backup(&call),
        Request::DescribeBackup(call) => visit.describe_backup(&call),
        Request::GetRequest(call) => visit.get_request(&call),
        Request::ListIps(call) => visit.list_ips(&call),
        Request::AddIp(call) => visit.add_ip(&call),
        Request::DeleteIp(call) => visit.delete_ip(&call),
        Request::MoveIp(call) => visit.move_ip(&call),
        Request::ListSubnets(call) => visit.list_subnets(&call),
        Request::ListZones(_) => visit.list_zones(),
        Request::GetZone(call) => visit.get_zone(&call),
        Request::CreateZone(call) => visit.create_zone(&call),
        Request::SetZoneMaster(call) => visit.set_zone_master(&call),
        Request::AddRecords(call) => visit.add_records(&call),
        Request::UpdateRecords(call) => visit.update_records(&call),
        Request::DeleteRecord(call) => visit.delete_record(&call),
        Request::DeleteZone(call) => visit.delete_zone(&call),
        Request::ListTickets(_) => visit.list_tickets(),
        Request::GetTicket(call) => visit.get_ticket(&call),
        Request::CreateTicket(call) => visit.create_ticket(&call),
        Request::CreateVipTicket(call) => visit.create_vip_ticket(&call),
        Request::ReplyTicket(call) => visit.reply_ticket(&call),
        Request::GetUser(_) => visit.get_user(),
        Request::UpdateUser(call) => visit.update_user(&call),
        Request::ListStorages(_) => visit.list_storages(),
        Request::GetStorage(call) => visit.get_storage(&call),
        Request::CreateStorage(call) => visit.create_storage(&call),
        Request::UpdateStorage(call) => visit.update_storage(&call),
        Request::DeleteStorage(call) => visit.delete_storage(&call),
        Request::GetBalance(_) => visit.get_balance(),
        Request::GetBillingToday(_) => visit.get_billing_today(),
        Request::GetBilling(call) => visit.get_billing(&call),
        Request::GetServerBillingToday(call) => visit.get_server_billing_today(&call),
        Request::GetServerBilling(call) => visit.get_server_billing(&call),
        Request::ListImages(_) => visit.list_images(),
        Request::ListImageDetails(_) => visit.list_image_details(),
        Request::ListPresets(_) => visit.list_presets(),
        // The sign-in is handled earlier, and the generated enum may grow.
        _ => Err(No::new(404, answer::NO_MODULE)),
    }
}
