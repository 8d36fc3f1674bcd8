//! Two APIs from the first call to the last, typed at both ends, with answers that may hold nothing that no spec knows.
// A test that cannot go on should panic.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use clodo_proto::{
    backups, billing, dns, helpdesk, images, ips, limits, requests, servers, stats, storage, types, user,
};
use common::talk;
use hostkit::{Api, BaseUrl, Decimal, Endpoint, Format, Gibibytes, Mebibytes, RawAnswer, RequestParts, Session};
use hostkit::{UnknownFields, Verdict};
use hostkit_sandbox::world::World;
use hostkit_sandbox::{ApiName, Ended, Sandbox, credentials};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Calls an endpoint; a no is its status and its code.
fn ask<E: Endpoint>(
    sandbox: &Sandbox,
    base: &str,
    format: Format,
    credentials: &<E::Api as Api>::Credentials,
    session: &Session,
    call: &E,
) -> Result<E::Output, (u16, String)> {
    let base: BaseUrl = base.parse().unwrap();
    let info = E::INFO;
    let mut parts = RequestParts::new(&info, &<E::Api as Api>::INFO, format, "");
    call.encode(&mut parts).unwrap();
    if info.authorised {
        E::Api::authorise(credentials, session, &mut parts).unwrap();
    }
    let request = parts.finish(&base).unwrap();
    let target = request.uri().path_and_query().unwrap();
    let mut bytes = format!("{} {target} HTTP/1.1\r\nHost: {}\r\n", request.method(), sandbox.address()).into_bytes();
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != "content-length") {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = request.body().len();
    bytes.extend(format!("Content-Length: {length}\r\nConnection: close\r\n\r\n").into_bytes());
    bytes.extend_from_slice(request.body());
    let got = talk(sandbox, &bytes);
    let text = got.text();
    let mut headers = HeaderMap::new();
    for line in text.split("\r\n\r\n").next().unwrap().lines().skip(1) {
        let (name, value) = line.split_once(": ").unwrap();
        headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let status = got.status().unwrap();
    let answer = RawAnswer::new(&info, &<E::Api as Api>::INFO, status, &headers, got.body());
    let answer = answer.with_unknown_fields(UnknownFields::Deny);
    match E::Api::verdict(&answer) {
        Verdict::Success | Verdict::Accepted(_) => {
            Ok(E::decode(&answer).unwrap_or_else(|error| panic!("{} {format}: {error} in {text}", info.name)))
        }
        Verdict::Fault(fault) => {
            Err((fault.status, fault.code.map(|code| format!("{code:?}")).unwrap_or(fault.message)))
        }
        Verdict::Unrecognised => panic!("{} {format}: {text}", info.name),
    }
}

/// A signed-in customer of Clodo.
struct Customer<'s> {
    sandbox: &'s Sandbox,
    format: Format,
    session: Session,
    base: String,
}

impl<'s> Customer<'s> {
    fn sign_in(sandbox: &'s Sandbox, format: Format) -> Self {
        let base = sandbox.url(ApiName::Clodo);
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
        let paid = before - customer.get(&billing::GetBalance::new());
        assert_eq!((today.total_debit, sandbox.ledger().money(ApiName::Clodo)), (paid, paid));
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
        customer.get(&backups::ScheduleBackup::new(id, backup, vec![1, 3].into(), "03:30"));
        let listed = customer.get(&backups::ListBackups::new(id)).pop().unwrap();
        assert_eq!(listed.description.as_deref(), Some("before the change"));
        assert_eq!(listed.days.unwrap().0, [1, 3]);
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
        let url = sandbox.url(ApiName::Clodo);
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
    assert!(json.contains("x-auth-token: CLODO_"), "{json}");
    let xml = talk(&sandbox, request("application/xml").as_bytes()).text();
    assert!(xml.contains("<Unauthorized code=\"401\"><message>Unauthorized</message>"), "{xml}");
    let below = talk(&sandbox, b"GET /clodo/servers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!((below.status(), sandbox.ledger().entries().pop().unwrap().operation), (Some(401), "(unknown)"));
}

/// Calls Inferno with the credentials of the sandbox.
fn inferno<E: Endpoint<Api = inferno_proto::Inferno>>(sandbox: &Sandbox, call: &E) -> Result<E::Output, String> {
    let known = inferno_proto::Credentials::key(credentials::INFERNO_CLIENT, credentials::INFERNO_KEY);
    let base = sandbox.url(ApiName::Inferno);
    ask(sandbox, &base, Format::Json, &known, &Session::default(), call).map_err(|(status, code)| {
        assert_eq!(status, 200, "{}", E::INFO.name);
        code
    })
}

#[test]
fn a_server_of_inferno_from_order_to_stop() {
    use inferno_proto::types::{OrderStatus, ProductId, Templates};
    use inferno_proto::{account, orders, products, servers, services, ssh_keys};
    let sandbox = Sandbox::start().unwrap();
    let catalogue = inferno(&sandbox, &products::ListProducts::new()).unwrap();
    let Templates::List(templates) = catalogue.templates else { panic!("a list") };
    let template = templates.first().unwrap().clone();
    assert!(inferno(&sandbox, &orders::ListOrders::new()).unwrap().is_empty());
    let before = inferno(&sandbox, &account::GetBalance::new()).unwrap().balance.unwrap();
    let order = inferno(&sandbox, &orders::CreateOrder::new(ProductId::new(1))).unwrap().order;
    let check = servers::CheckInstall::new(order, template.as_str());
    let install = servers::Install::new(order, template.as_str());
    assert_eq!(inferno(&sandbox, &check).unwrap_err(), "Order is not Active");
    sandbox.clock().advance(World::BUILD);
    inferno(&sandbox, &check).unwrap();
    let info = || inferno(&sandbox, &servers::GetInfo::new(servers::GetInfoServer::Order(order))).unwrap();
    assert_eq!((info().order_status, info().vps), (OrderStatus::Active, None));
    assert_eq!(inferno(&sandbox, &install).unwrap().queue.code, Some(0));
    assert_eq!(inferno(&sandbox, &install).unwrap_err(), "AlreadyInProgress");
    assert_eq!(info().vps.unwrap().online, Some(false));
    sandbox.clock().advance(World::BUILD);
    let vps = info().vps.unwrap();
    assert_eq!((vps.online, vps.state.as_deref()), (Some(true), Some("Включен")));
    let by_address = servers::GetInfo::new(servers::GetInfoServer::Address(vps.ip.unwrap()));
    assert_eq!(inferno(&sandbox, &by_address).unwrap().order, order);
    inferno(&sandbox, &servers::Reboot::new(order)).unwrap();
    inferno(&sandbox, &servers::Stop::new(order)).unwrap();
    assert_eq!(info().vps.unwrap().online, Some(false));
    inferno(&sandbox, &servers::Boot::new(order)).unwrap();
    inferno(&sandbox, &servers::Reinstall::new(order, template.as_str())).unwrap();
    assert!(inferno(&sandbox, &orders::CancelOrder::new(order)).is_err());
    assert_eq!(inferno(&sandbox, &orders::ListOrders::new()).unwrap().len(), 1);
    let service = inferno(&sandbox, &services::ListServices::new()).unwrap().services.pop().unwrap().id;
    assert!(inferno(&sandbox, &services::GetService::new(service)).unwrap().service.is_some());
    inferno(&sandbox, &ssh_keys::AddSshKey::new("ssh-ed25519 AAAA+/= me@home")).unwrap();
    let key = inferno(&sandbox, &ssh_keys::ListSshKeys::new()).unwrap().pop().unwrap();
    assert_eq!(key.name.as_deref(), Some("me@home"));
    inferno(&sandbox, &ssh_keys::RemoveSshKey::new(key.id)).unwrap();
    let paid = before - inferno(&sandbox, &account::GetBalance::new()).unwrap().balance.unwrap();
    assert_eq!(sandbox.ledger().money(ApiName::Inferno), paid);
    assert!(paid > Decimal::ZERO);
}

#[test]
fn orders_of_inferno_are_cancelled_while_pending_and_keys_are_revoked() {
    use inferno_proto::types::{OrderStatus, ProductId};
    use inferno_proto::{account, orders};
    let sandbox = Sandbox::start().unwrap();
    let order = inferno(&sandbox, &orders::CreateOrder::new(ProductId::new(2))).unwrap().order;
    inferno(&sandbox, &orders::CancelOrder::new(order)).unwrap();
    assert_eq!(sandbox.ledger().money(ApiName::Inferno), Decimal::ZERO);
    let orders = inferno(&sandbox, &orders::ListOrders::new()).unwrap();
    assert_eq!(orders.get(&order).unwrap().status, Some(OrderStatus::Cancelled));
    let wrong = account::GetApiKey::new(credentials::INFERNO_EMAIL, "guess");
    assert!(inferno(&sandbox, &wrong).unwrap_err().contains("incorrect"));
    let (email, password) = (credentials::INFERNO_EMAIL, credentials::INFERNO_PASSWORD);
    let key = inferno(&sandbox, &account::GetApiKey::new(email, password)).unwrap();
    assert_eq!(key.key.expose(), credentials::INFERNO_KEY);
    let new = inferno(&sandbox, &account::RenewApiKey::new(email, password)).unwrap();
    assert_ne!(new.key.expose(), credentials::INFERNO_KEY);
    assert_eq!(inferno(&sandbox, &account::GetBalance::new()).unwrap_err(), "Access denied");
    assert_eq!(sandbox.ledger().entries().pop().unwrap().ended, Ended::Refused("Access denied".to_owned()));
}
