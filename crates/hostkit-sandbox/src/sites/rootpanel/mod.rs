//! RootPanel: one URL, a command per call, forms as requests, JSON or PHP text as answers, every refusal with status
//! 200.
//!
//! An order that the balance cannot pay is accepted nevertheless, with code 31, as at the hoster.

mod form;
mod offers;
mod orders;
mod power;
mod words;

use hostkit::protocol::server::{ReceivedRequest, Serve, WrittenAnswer};
use hostkit::protocol::{EndpointInfo, Value};
use hostkit::{Currency, Decimal, Endpoint, Format, UnknownFields};
use http::{Method, Response};
use rootpanel_proto::Code;
use rootpanel_proto::account::GetBalance;
use rootpanel_proto::orders::{
    AddonsOrder, CreateOrder, GetOrders, ReinstallOrder, RenewOrder, SuspendOrder, UnsuspendOrder,
};
use rootpanel_proto::Credentials;
use rootpanel_proto::serve::{Request, route};
use rootpanel_proto::servers::{GetVnc, RebootServer, ResetServer, ShutdownServer, StartServer};
use rootpanel_proto::tariffs::GetTarifs;
use rootpanel_proto::types::Balance;

use crate::api_name::ApiName;
use crate::clock::Moment;
use crate::credentials;
use crate::site::{Call, Operation, Refusal, Reply, Site, operations, answer};
use crate::sites::content_type;
use crate::world::World;
use form::Form;

/// The site.
#[derive(Debug, Clone, Copy, Default)]
pub struct RootPanel;

/// An answer, or a refusal with a code.
type Answered = Result<Response<Vec<u8>>, Code>;

/// Handles the requests of one account, in one format.
struct Handler<'w> {
    world: &'w mut World,
    account: &'static str,
    /// The test account: nothing is charged and nothing is done.
    is_trial: bool,
    format: Format,
}

const COMMANDS: [(&str, EndpointInfo); 14] = [
    ("createOrder", CreateOrder::INFO),
    ("renewOrder", RenewOrder::INFO),
    ("suspendOrder", SuspendOrder::INFO),
    ("unSuspendOrder", UnsuspendOrder::INFO),
    ("getTarifs", GetTarifs::INFO),
    ("addonsOrder", AddonsOrder::INFO),
    ("reinstallOrder", ReinstallOrder::INFO),
    ("getOrders", GetOrders::INFO),
    ("getBalance", GetBalance::INFO),
    ("startServer", StartServer::INFO),
    ("shutdownServer", ShutdownServer::INFO),
    ("rebootServer", RebootServer::INFO),
    ("resetServer", ResetServer::INFO),
    ("getVnc", GetVnc::INFO),
];

fn known(command: &str) -> Option<EndpointInfo> {
    COMMANDS.into_iter().find(|(name, _)| *name == command).map(|(_, info)| info)
}

impl ApiName {
    /// Friendhosting's ROOTPANEL.NET: form POST, PHP `serialize()` and JSON.
    pub const ROOTPANEL: Self = Self::of::<rootpanel_proto::RootPanel>();
}

/// Credentials of accounts that the site knows.
pub(super) fn accounts() -> Vec<Credentials> {
    vec![
        Credentials::api_key(credentials::ROOTPANEL_LOGIN, credentials::ROOTPANEL_KEY),
        Credentials::password(credentials::ROOTPANEL_LOGIN, credentials::ROOTPANEL_PASSWORD),
    ]
}

/// The credentials of an account for programs in any language: name and value.
#[cfg(feature = "program")]
pub(super) fn secrets() -> Vec<(&'static str, String)> {
    vec![("login", credentials::ROOTPANEL_LOGIN.into()), ("key", credentials::ROOTPANEL_KEY.into())]
}

impl Site for RootPanel {
    fn api(&self) -> ApiName {
        ApiName::ROOTPANEL
    }

    fn operations(&self) -> Vec<Operation> {
        operations::<rootpanel_proto::RootPanel>()
    }

    fn world(&self, now: Moment) -> World {
        let mut world = World::new("USD", now);
        world.open_account(credentials::ROOTPANEL_TEST, Decimal::ZERO, "USD");
        world
    }

    fn recognise(&self, call: &Call) -> Operation {
        let info = known(Form::read(call).command());
        info.map_or(Operation::UNKNOWN, |info| Operation { name: info.name, effect: info.effect, rates: info.rates })
    }

    fn handle(&self, call: &Call, world: &mut World) -> Reply {
        let form = Form::read(call);
        let format = form.format();
        if !matches!(call.path.as_str(), "/apih.php" | "/apih.php/") || !has_verb(&call.method) {
            return Reply::refused(answer(404, "text/html; charset=UTF-8", b"<h1>404 Not Found</h1>".to_vec()), "404");
        }
        let account = match identify(&form) {
            Ok(account) => account,
            Err(code) => return Reply::denied(refusal(format, &code), code.as_str()),
        };
        world.note_credentials(true);
        let is_trial = account == credentials::ROOTPANEL_TEST;
        let mut handler = Handler { world, account, is_trial, format };
        match handler.serve(call, &form) {
            Ok(answer) => Reply::done(answer),
            Err(code) => Reply::refused(refusal(format, &code), code.as_str()),
        }
    }

    fn reason(&self, call: &Call) -> Option<String> {
        why(call)
    }

    fn refuse(&self, call: &Call, reason: Refusal) -> Reply {
        let format = Form::read(call).format();
        let code = match reason {
            Refusal::TokenExpired | Refusal::WrongCredentials => {
                return Reply::denied(refusal(format, &Code::SecretWrong), Code::SecretWrong.as_str());
            }
            Refusal::Internal => Code::DatabaseDown,
            // The API has no code for either; this is the only one that means `later`.
            Refusal::RateLimited | Refusal::Maintenance => Code::LocationUnavailable,
        };
        Reply::refused(refusal(format, &code), code.as_str())
    }
}

/// Why no endpoint takes a request.
fn why(call: &Call) -> Option<String> {
    let form = Form::read(call);
    if known(form.command()).is_none() {
        let names = COMMANDS.map(|(name, _)| name).join(", ");
        return Some(format!("the field `command` is {:?}, not one of {names}", form.command()));
    }
    (call.path != "/apih.php").then(|| "the path is not /apih.php".to_owned())
}

fn has_verb(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::POST)
}

/// The account of the credentials.
fn identify(form: &Form) -> Result<&'static str, Code> {
    let login = form.text("login").ok_or(Code::LoginMissing)?;
    let (expected, account) = match (form.text("pass"), form.text("apikey")) {
        (Some(_), Some(_)) => return Err(Code::TwoSecrets),
        (None, None) => return Err(Code::SecretMissing),
        (Some(_), None) if login == credentials::ROOTPANEL_TEST => {
            (credentials::ROOTPANEL_TEST, credentials::ROOTPANEL_TEST)
        }
        // The test account has no key.
        (None, Some(_)) if login == credentials::ROOTPANEL_TEST => return Err(Code::SecretWrong),
        (Some(_), None) => (credentials::ROOTPANEL_PASSWORD, World::ACCOUNT),
        (None, Some(_)) => (credentials::ROOTPANEL_KEY, World::ACCOUNT),
    };
    if login != credentials::ROOTPANEL_TEST && login != credentials::ROOTPANEL_LOGIN {
        return Err(Code::UserNotFound);
    }
    let given = form.text("pass").or(form.text("apikey")).unwrap_or_default();
    if given == expected { Ok(account) } else { Err(Code::SecretWrong) }
}

/// A refusal.
fn refusal(format: Format, code: &Code) -> Response<Vec<u8>> {
    let out = WrittenAnswer::new(
        format,
        200,
        vec![
            ("status", Value::Text("ERROR".to_owned())),
            ("errorCode", Value::Text(code.as_str().to_owned())),
            ("errorMsg", Value::Text(words::text(code).to_owned())),
        ],
    );
    written(&out)
}

fn written(out: &WrittenAnswer) -> Response<Vec<u8>> {
    match out.body() {
        Ok(body) => answer(out.status, content_type(out.format()), body),
        Err(error) => answer(500, "text/plain", error.to_string().into_bytes()),
    }
}

/// A success.
fn yes<E: Serve>(format: Format, output: &E::Output) -> Response<Vec<u8>> {
    let mut out = WrittenAnswer::for_endpoint::<E>(format, 200);
    E::answer(output, &mut out);
    written(&out)
}

/// A success that is not carried out yet, with a code that says why.
fn accepted<E: Serve>(format: Format, output: &E::Output, code: &Code) -> Response<Vec<u8>> {
    let envelope = vec![
        ("status", Value::Text("SUCCESS".to_owned())),
        ("errorCode", Value::Text(code.as_str().to_owned())),
        ("errorMsg", Value::Text(words::text(code).to_owned())),
    ];
    let mut out = WrittenAnswer::new(format, 200, envelope);
    E::answer(output, &mut out);
    written(&out)
}

impl Handler<'_> {
    fn serve(&mut self, call: &Call, form: &Form) -> Answered {
        if known(form.command()).is_none() {
            return Err(Code::UnknownCommand);
        }
        form.check()?;
        let request = ReceivedRequest {
            method: Method::POST,
            path: "/apih.php",
            query: Vec::new(),
            headers: &call.headers,
            body: &form.body,
            // The command identifies the call; other fields are ignored.
            unknown: UnknownFields::Ignore,
        };
        let request = route(&request).map_err(|_| Code::KindWrong)?;
        match request {
            Request::GetTarifs(call) => self.tariffs(&call),
            Request::GetBalance(_) => self.balance(),
            Request::GetOrders(call) => self.orders(&call),
            Request::CreateOrder(call) => self.create(&call, form.text("domain")),
            Request::RenewOrder(call) => self.renew(&call),
            Request::AddonsOrder(call) => self.add(&call),
            Request::ReinstallOrder(call) => self.reinstall(&call),
            Request::SuspendOrder(call) => self.suspend(call.order),
            Request::UnsuspendOrder(call) => self.unsuspend(call.order),
            Request::StartServer(call) => self.start(call.order),
            Request::ShutdownServer(call) => self.shut_down(call.order),
            Request::RebootServer(call) => self.reboot::<RebootServer>(call.order),
            Request::ResetServer(call) => self.reboot::<ResetServer>(call.order),
            Request::GetVnc(call) => self.console(call.order),
            _ => Err(Code::UnknownCommand),
        }
    }

    fn currency(&self) -> Option<Currency> {
        Currency::new(self.world.account(self.account).map_or("USD", |account| account.currency))
    }

    fn money(&self) -> Decimal {
        self.world.account(self.account).map(|account| account.balance).unwrap_or_default()
    }

    fn balance(&self) -> Answered {
        let mut balance = Balance::new(self.money().into());
        balance.currency = self.currency();
        Ok(yes::<GetBalance>(self.format, &balance))
    }

    fn tariffs(&self, call: &GetTarifs) -> Answered {
        if self.world.plans().is_empty() {
            return Err(Code::NoTariffs);
        }
        let tariffs = offers::tariffs(self.world, call.tariff, self.currency());
        if tariffs.is_empty() {
            return Err(Code::TariffNotFound);
        }
        Ok(yes::<GetTarifs>(self.format, &tariffs))
    }
}
