//! Clodo from the first call to the last, typed at both ends, with answers that may hold nothing that no spec knows.
// A test that cannot go on should panic.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use crate::common::{ask, talk};
use clodo_proto::{
    backups, billing, dns, helpdesk, images, ips, limits, requests, servers, stats, storage, types, user,
};
use hostkit::protocol::Session;
use hostkit::{Decimal, Endpoint, Format, Gibibytes, Mebibytes};
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Sandbox, credentials};

/// A signed-in customer of Clodo.
struct Customer<'s> {
    sandbox: &'s Sandbox,
    format: Format,
    session: Session,
    base: String,
}

impl<'s> Customer<'s> {
    fn sign_in(sandbox: &'s Sandbox, format: Format) -> Self {
        let base = sandbox.url(ApiName::CLODO);
        let call = clodo_proto::auth::SignIn::new(credentials::CLODO_LOGIN, credentials::CLODO_KEY);
        let known = clodo_proto::Credentials::key("", "");
        let signed_in = ask(sandbox, &base, format, &known, &Session::default(), &call).unwrap();
        assert_eq!(signed_in.expires.unwrap().0 - signed_in.issued.unwrap().0, 1200);
        assert_eq!(signed_in.management_url, format!("{base}/v1"));
        Self { sandbox, format, session: Session::with_token(signed_in.token), base: signed_in.management_url }
    }

    fn try_to<E: Endpoint<Api = clodo_proto::Clodo>>(&self, call: &E) -> Result<E::Output, (u16, String)> {
        let known = clodo_proto::Credentials::key("", "");
        ask(self.sandbox, &self.base, self.format, &known, &self.session, call)
    }

    #[track_caller]
    fn get<E: Endpoint<Api = clodo_proto::Clodo>>(&self, call: &E) -> E::Output {
        self.try_to(call).unwrap_or_else(|(status, code)| panic!("{}: {status} {code}", E::INFO.name))
    }

    #[track_caller]
    fn refused<E: Endpoint<Api = clodo_proto::Clodo>>(&self, call: &E, status: u16, code: &str)
    where
        E::Output: Debug,
    {
        assert_eq!(self.try_to(call).unwrap_err(), (status, code.to_owned()), "{}", E::INFO.name);
    }

    fn order(&self) -> types::ServerId {
        let image = self.get(&images::ListImages::new()).first().unwrap().id;
        let os = servers::CreateServerOs::Image(image);
        let call = servers::CreateServer::new("web", types::ServerType::Virtual, Mebibytes(1024), Gibibytes(10), os);
        let created = self.get(&call);
        assert!(created.root_password.is_some());
        created.id
    }

    fn wait(&self) {
        self.sandbox.clock().advance(World::BUILD);
    }
}

const FORMATS: [Format; 2] = [Format::Xml, Format::Json];

#[test]
fn a_server_of_clodo_from_order_to_deletion() {
    for format in FORMATS {
        let sandbox = Sandbox::start().unwrap();
        let customer = Customer::sign_in(&sandbox, format);
        customer.refused(&servers::ListServers::new(), 404, "NotFound");
        let before = customer.get(&billing::GetBalance::new());
        let id = customer.order();
        let status = || customer.get(&servers::GetServer::new(id)).status;
        assert_eq!(status(), types::ServerStatus::Requested);
        sandbox.clock().advance(World::BUILD / 2);
        assert_eq!(status(), types::ServerStatus::Installing);
        customer.refused(&servers::DeleteServer::new(id), 405, "MethodNotAllowed");
        customer.wait();
        assert_eq!(status(), types::ServerStatus::Running);
        customer.get(&servers::StopServer::new(id));
        assert_eq!(status(), types::ServerStatus::Stopped);
        customer.get(&servers::StartServer::new(id));
        customer.get(&servers::RebootServer::new(id));
        let mut change = servers::ChangeServer::new(id);
        change.memory = Some(Mebibytes(4096));
        customer.get(&change);
        customer.get(&servers::BuyTraffic::new(id, 10));
        customer.refused(
            &servers::ChangeToVirtual::new(id, types::TypeChangePeriod::OneMonth),
            405,
            "MethodNotAllowed",
        );
        customer.get(&servers::ChangeToScale::new(id));
        customer.get(&servers::LetServerExpire::new(id));
        assert_eq!(customer.get(&servers::GetServer::new(id)).memory, Some(Mebibytes(4096)));
        assert_eq!(customer.get(&servers::ListServers::new()).len(), 1);
        let detail = customer.get(&servers::ListServerDetails::new()).pop().unwrap();
        assert_eq!(detail.server_type, Some(types::ServerType::Scale));
        let log = customer.get(&servers::GetServerLog::new(id));
        assert!(log.iter().all(|entry| entry.status.as_deref() == Some("ОК")));
        let mut said: Vec<_> = log.iter().rev().filter_map(|entry| entry.command.as_deref()).collect();
        said.truncate(4);
        assert_eq!(said, ["Создание", "Выключение", "Старт", "Перезагрузка"]);
        assert!(log.windows(2).all(|two| two[0].id > two[1].id), "the latest first: {log:?}");
        assert!(!customer.get(&stats::GetStats::new(id)).is_empty());
        let today = customer.get(&billing::GetBillingToday::new());
        let paid = before.checked_sub(customer.get(&billing::GetBalance::new())).unwrap().amount;
        assert_eq!((today.total_debit.amount, sandbox.ledger().money(ApiName::CLODO)), (paid, paid));
        assert!(paid > Decimal::ZERO);
        customer.get(&billing::GetServerBillingToday::new(id));
        customer.get(&servers::DeleteServer::new(id));
        customer.refused(&servers::GetServer::new(id), 404, "NotFound");
        assert_eq!(sandbox.ledger().commits("create_server"), 1);
        assert_eq!(sandbox.ledger().commits("change_server"), 1);
    }
}

#[test]
fn minutes_and_quotas_of_clodo() {
    for format in FORMATS {
        let sandbox = Sandbox::start().unwrap();
        let customer = Customer::sign_in(&sandbox, format);
        let id = customer.order();
        let minutes = |count: u64| sandbox.clock().advance(Duration::from_secs(60 * count));
        minutes(4);
        customer.get(&servers::StopServer::new(id));
        minutes(4);
        customer.get(&servers::StartServer::new(id));
        minutes(4);
        let rows = customer.get(&stats::GetStats::new(id));
        // Twelve minutes, four of them switched off; the token is good for twenty.
        assert!((7..=10).contains(&rows.len()), "{} rows", rows.len());
        assert!(rows.windows(2).any(|two| two[0].cpu != two[1].cpu), "one minute is like the other");
        assert_eq!(rows, customer.get(&stats::GetStats::new(id)), "the same minutes again");

        minutes(2);
        let left = |verb: &str| {
            let limits = customer.get(&limits::GetLimits::new());
            limits
                .iter()
                .find(|limit| limit.verb == verb && limit.uri == "*")
                .and_then(|limit| limit.remaining)
                .unwrap()
        };
        let (gets, posts) = (left("GET"), left("POST"));
        customer.get(&billing::GetBalance::new());
        customer.get(&servers::RebootServer::new(id));
        // A look at what is left is a GET itself: two of them, and the balance; and one POST.
        assert_eq!((gets - left("GET"), posts - left("POST")), (3, 1));
        minutes(2);
        assert_eq!(left("POST"), posts, "the window is over");
    }
}

#[test]
fn copies_and_addresses_of_clodo() {
    for format in FORMATS {
        let sandbox = Sandbox::start().unwrap();
        let customer = Customer::sign_in(&sandbox, format);
        let id = customer.order();
        customer.wait();
        customer.get(&backups::CreateBackup::new(id));
        let backup = customer.get(&backups::ListBackups::new(id)).pop().unwrap().id;
        customer.get(&backups::DescribeBackup::new(id, backup, "before the change"));
        let days = vec![types::Weekday::Monday, types::Weekday::Wednesday];
        customer.get(&backups::ScheduleBackup::new(id, backup, days.clone().into(), "03:30"));
        let listed = customer.get(&backups::ListBackups::new(id)).pop().unwrap();
        assert_eq!(listed.description.as_deref(), Some("before the change"));
        assert_eq!(listed.days.unwrap().0, days);
        let request = customer.get(&backups::RestoreBackup::new(id, backup)).request;
        sandbox.clock().advance(World::BUILD / 2);
        let progress = || customer.get(&backups::GetRestoreState::new(id, request)).progress;
        assert!((50..100).contains(&progress()), "{}", progress());
        assert!(!customer.get(&requests::GetRequest::new(request)).complete);
        customer.wait();
        assert_eq!(progress(), 100);
        assert!(customer.get(&requests::GetRequest::new(request)).complete);
        customer.get(&backups::DeleteBackup::new(id, backup));
        assert!(customer.get(&backups::ListBackups::new(id)).is_empty());

        let other = customer.order();
        customer.wait();
        customer.get(&ips::AddIp::new(id));
        let listed = customer.get(&ips::ListIps::new(id));
        let (primary, extra) = (listed.first().unwrap(), listed.last().unwrap());
        assert!(primary.primary && !extra.primary);
        customer.refused(&ips::DeleteIp::new(id, primary.ip), 405, "MethodNotAllowed");
        customer.get(&ips::MoveIp::new(other, extra.ip));
        customer.get(&ips::DeleteIp::new(other, extra.ip));
        assert_eq!(customer.get(&ips::ListIps::new(id)).len(), 1);
        assert!(customer.get(&ips::ListSubnets::new(id)).iter().any(|subnet| subnet.current));
    }
}

#[test]
fn a_zone_of_clodo_is_lost_with_the_body_of_a_deletion() {
    for format in FORMATS {
        let sandbox = Sandbox::start().unwrap();
        let customer = Customer::sign_in(&sandbox, format);
        let zone = customer.get(&dns::CreateZone::new("example.org", types::ZoneType::Master)).id;
        let record = |name: &str| types::NewRecord::new(name, "A", "192.0.2.1");
        customer.get(&dns::AddRecords::new(zone, vec![record("www"), record("mail")]));
        let records = customer.get(&dns::GetZone::new(zone)).records;
        let first = records.first().unwrap().id;
        let mut change = types::RecordChange::new();
        change.content = Some("192.0.2.2".to_owned());
        customer.get(&dns::UpdateRecords::new(zone, BTreeMap::from([(first, change)])));
        assert!(customer.get(&dns::DeleteRecord::new(zone, first)).is_some());
        assert_eq!(customer.get(&dns::GetZone::new(zone)).records.len(), 1);
        let fault = hostkit_sandbox::Fault::by_id("lost-body").unwrap();
        sandbox.faults().next("delete_record", fault);
        customer.get(&dns::DeleteRecord::new(zone, records.last().unwrap().id));
        assert!(customer.get(&dns::ListZones::new()).domains.is_empty());
        assert_eq!(sandbox.ledger().commits("delete_zone"), 1);
    }
}

#[test]
fn the_rest_of_clodo() {
    for format in FORMATS {
        let sandbox = Sandbox::start().unwrap();
        let customer = Customer::sign_in(&sandbox, format);
        assert_eq!(customer.get(&limits::GetLimits::new()).len(), 5);
        assert_eq!(customer.get(&images::ListImageDetails::new()).len(), 4);
        let presets = customer.get(&images::ListPresets::new());
        assert!(presets.first().unwrap().description.as_ref().unwrap().as_untrusted_str().contains("<li>"));
        assert!(customer.get(&storage::ListStorages::new()).is_empty());
        let mut create = storage::CreateStorage::new();
        create.title = Some("files".to_owned());
        let id = customer.get(&create).id;
        let mut update = storage::UpdateStorage::new(id);
        update.title = Some("more".to_owned());
        customer.get(&update);
        assert_eq!(customer.get(&storage::GetStorage::new(id)).title, "more");
        customer.get(&storage::DeleteStorage::new(id));
        customer.refused(&storage::GetStorage::new(id), 404, "NotFound");
        assert!(customer.get(&helpdesk::ListTickets::new()).is_empty());
        customer.get(&helpdesk::CreateTicket::new(types::SectionId::new(1), "Тема", "Текст <b>"));
        let ticket = customer.get(&helpdesk::ListTickets::new()).pop().unwrap().id;
        customer.get(&helpdesk::ReplyTicket::new(ticket, "more"));
        assert_eq!(customer.get(&helpdesk::GetTicket::new(ticket)).messages.len(), 2);
        let mut update = user::UpdateUser::new();
        update.jabber = Some("me@example.org".to_owned());
        update.sign_in_sms = Some(true);
        customer.get(&update);
        let profile = customer.get(&user::GetUser::new());
        assert_eq!((profile.jabber.as_deref(), profile.sign_in_sms), (Some("me@example.org"), true));
    }
}

#[test]
fn tokens_and_rates_of_clodo() {
    for format in FORMATS {
        let sandbox = Sandbox::start().unwrap();
        let customer = Customer::sign_in(&sandbox, format);
        sandbox.clock().advance(Duration::from_secs(1199));
        customer.get(&billing::GetBalance::new());
        sandbox.clock().advance(Duration::from_secs(1));
        customer.refused(&billing::GetBalance::new(), 401, "Unauthorized");
        let call = clodo_proto::auth::SignIn::new("nobody", "nothing");
        let known = clodo_proto::Credentials::key("", "");
        let url = sandbox.url(ApiName::CLODO);
        let refused = ask(&sandbox, &url, format, &known, &Session::default(), &call).unwrap_err();
        assert_eq!(refused, (401, "Unauthorized".to_owned()));
        sandbox.enforce_rates(true);
        let customer = Customer::sign_in(&sandbox, format);
        for _ in 0..59 {
            customer.get(&billing::GetBalance::new());
        }
        assert_eq!(customer.try_to(&billing::GetBalance::new()).unwrap_err().0, 429);
        assert_eq!(sandbox.rate_violations(), 1);
    }
}

#[test]
fn clodo_says_no_as_recorded() {
    let sandbox = Sandbox::start().unwrap();
    let request = |accept: &str| {
        format!("GET /clodo/v1/user/ HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\nConnection: close\r\n\r\n")
    };
    let json = talk(&sandbox, request("application/json").as_bytes()).text();
    assert!(json.ends_with(r#"{"code":401,"message":"Unauthorized","details":"Ошибка авторизации"}"#), "{json}");
    assert!(json.contains("X-Auth-Token: CLODO_"), "{json}");
    let xml = talk(&sandbox, request("application/xml").as_bytes()).text();
    assert!(xml.contains("<Unauthorized code=\"401\"><message>Unauthorized</message>"), "{xml}");
    let below = talk(&sandbox, b"GET /clodo/servers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!((below.status(), sandbox.ledger().entries().pop().unwrap().operation), (Some(401), "(unknown)"));
}
