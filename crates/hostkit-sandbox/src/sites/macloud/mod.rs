//! Macloud: paths and verbs, JSON in an envelope, a token bare or as `Bearer`.
//!
//! At Macloud's own address this is the older level of the API: actions answer 200, calls that create a service 202, a
//! new key 201. At an address of its sister VDSina it is the newer one: a server has one `ip` or null, last month's
//! traffic is `last_month`, balances are texts with a currency, and what is queued answers 202.

mod account;
mod auth;
mod backups;
mod dns;
mod endpoints;
mod envelope;
mod ips;
mod isos;
mod operations;
mod reference;
mod schedules;
mod serve;
mod servers;
mod show;
mod ssh_keys;
mod time;

use hostkit::UnknownFields;
use hostkit::protocol::EndpointInfo;
use http::Method;
use macloud_proto::Credentials;
use macloud_proto::serve::{Request, route};

use crate::api_name::ApiName;
use crate::clock::Moment;
use crate::credentials;
use crate::sandbox::Sandbox;
use crate::site::{Call, Operation, Refusal, Reply, Site, operations, no_endpoint};
use crate::world::World;
use endpoints::{Near, near, nearest};
use envelope::No;

/// The site.
#[derive(Debug, Clone, Copy, Default)]
pub struct Macloud;

/// Handles the requests of one account.
struct Handler<'w> {
    world: &'w mut World,
    account: String,
    /// Whether the call came to an address of VDSina.
    is_newer: bool,
}

/// A parsed request, or its refusal.
enum Read {
    Call(Request),
    No(No),
}

fn operation(info: &EndpointInfo) -> Operation {
    Operation { name: info.name, effect: info.effect, rates: info.rates }
}

/// Parses a request, with its operation or the nearest one.
fn read(call: &Call) -> (Operation, Read) {
    let mut incoming = call.incoming(UnknownFields::Deny);
    for (name, value) in &mut incoming.query {
        if let Some(time) = time::read(value).filter(|_| matches!(name.as_str(), "from" | "to")) {
            *value = time.format(if call.path.starts_with("/v1/operation") { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" });
        }
    }
    // Some HTTP libraries send an empty array or object with every request.
    if matches!(call.method, Method::GET | Method::DELETE) && is_empty(&call.body) {
        incoming.body = b"";
    }
    // A reboot without a type is a soft one.
    if call.method == Method::PUT && call.path.starts_with("/v1/server.reboot/") && is_empty(&call.body) {
        incoming.body = br#"{"type":"soft"}"#;
    }
    let error = match route(&incoming) {
        Ok(request) => return (operation(&request.info()), Read::Call(request)),
        Err(error) => error,
    };
    // Fields that the spec does not know are tolerated, but only if no endpoint matches strictly.
    incoming.unknown = UnknownFields::Ignore;
    if let Ok(request) = route(&incoming) {
        return (operation(&request.info()), Read::Call(request));
    }
    match near(&call.method, &call.path) {
        Near::Nothing if !call.path.starts_with("/v1/") => {
            (Operation::UNKNOWN, Read::No(No::NotImplemented("Version not implemented")))
        }
        Near::Nothing => (Operation::UNKNOWN, Read::No(No::NotImplemented("Action not implemented or not found"))),
        Near::OtherVerb => (Operation::UNKNOWN, Read::No(No::MethodNotAllowed)),
        Near::Fits => {
            let known = nearest(error.endpoint(), &call.method, &call.path).map_or(Operation::UNKNOWN, operation);
            (known, Read::No(why(error.path(), error.found())))
        }
    }
}

fn is_empty(body: &[u8]) -> bool {
    matches!(body.trim_ascii(), b"" | b"{}" | b"[]" | b"null")
}

/// The error for an unreadable request: an invalid number in the path means that the service does not exist.
fn why(path: &str, found: &str) -> No {
    let field = path.rsplit('.').next().unwrap_or(path);
    if path.starts_with("path.") {
        No::NotFound
    } else if field == "request" {
        No::Generic(vec!["Wrong JSON".to_owned()])
    } else if matches!(found, "nothing" | "none") {
        No::Missing(vec![field.to_owned()])
    } else {
        No::field(field, "Wrong value")
    }
}

fn said(no: &No) -> Reply {
    let code = no.status().to_string();
    match no {
        No::Unauthorized(_) | No::Forbidden("Forbidden", "Incorrect credentials specified") => {
            Reply::denied(no.answer(), code)
        }
        _ => Reply::refused(no.answer(), code),
    }
}

/// The path below which it answers as VDSina does.
const VDSINA: &str = "vdsina";

impl Sandbox {
    /// The base URL at which Macloud's site answers as its sister VDSina does, in newer shapes.
    pub fn vdsina_url(&self) -> String {
        format!("http://{}/{VDSINA}", self.address())
    }
}

impl ApiName {
    /// Macloud: REST-like, JSON, a token.
    pub const MACLOUD: Self = Self::of::<macloud_proto::Macloud>();
}

/// Credentials of accounts that the site knows.
pub(super) fn accounts() -> Vec<Credentials> {
    vec![
        Credentials::password(credentials::MACLOUD_EMAIL, credentials::MACLOUD_PASSWORD),
        Credentials::token(credentials::MACLOUD_TOKEN),
    ]
}

/// The credentials of an account for programs in any language: name and value.
#[cfg(feature = "program")]
pub(super) fn secrets() -> Vec<(&'static str, String)> {
    vec![("token", credentials::MACLOUD_TOKEN.into())]
}

impl Site for Macloud {
    fn api(&self) -> ApiName {
        ApiName::MACLOUD
    }

    fn sister(&self) -> Option<&'static str> {
        Some(VDSINA)
    }

    fn operations(&self) -> Vec<Operation> {
        operations::<macloud_proto::Macloud>()
    }

    fn world(&self, now: Moment) -> World {
        let mut world = World::new("RUB", now);
        world.sessions.add(credentials::MACLOUD_TOKEN, World::ACCOUNT);
        world
    }

    fn recognise(&self, call: &Call) -> Operation {
        read(call).0
    }

    fn handle(&self, call: &Call, world: &mut World) -> Reply {
        let request = match read(call) {
            (Operation::UNKNOWN, Read::No(no)) => return said(&no),
            (_, Read::Call(Request::SignIn(sign_in))) => {
                return match auth::sign_in(&sign_in, world) {
                    Ok(answer) => Reply::done(answer),
                    Err(no) => said(&no),
                };
            }
            (_, request) => request,
        };
        let account = match auth::identify(call, world) {
            Ok(account) => account,
            Err(no) => return said(&no),
        };
        world.note_credentials(true);
        let is_newer = call.base.contains(VDSINA);
        let answered = match request {
            Read::Call(request) => Handler { world, account, is_newer }.serve(request),
            Read::No(no) => Err(no),
        };
        match answered {
            Ok(answer) if is_newer => Reply::done(envelope::queued(answer)),
            Ok(answer) => Reply::done(answer),
            // The API reports an empty list as an error, but the call succeeded.
            Err(no @ No::Empty(_)) => Reply::done(no.answer()),
            Err(no) => said(&no),
        }
    }

    fn reason(&self, call: &Call) -> Option<String> {
        let mut incoming = call.incoming(UnknownFields::Ignore);
        if is_empty(&call.body) {
            incoming.body = b"";
        }
        match read(call) {
            (_, Read::Call(_)) => None,
            _ => route(&incoming).err().as_ref().map(no_endpoint),
        }
    }

    fn refuse(&self, call: &Call, reason: Refusal) -> Reply {
        let no = match reason {
            Refusal::TokenExpired => No::Unauthorized("Incorrect token"),
            Refusal::WrongCredentials if call.path.starts_with("/v1/auth") => auth::WRONG_CREDENTIALS,
            Refusal::WrongCredentials => No::Unauthorized("Incorrect token"),
            Refusal::RateLimited => No::Forbidden("Forbidden", "The API requests limits were exceeded"),
            Refusal::Internal => No::Internal,
            Refusal::Maintenance => No::Unavailable,
        };
        said(&no)
    }
}
