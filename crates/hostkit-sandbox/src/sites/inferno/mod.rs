//! Inferno Solutions: one URL, an action in the query, every answer under status 200.

mod account;
mod answer;
mod auth;
mod orders;
mod sent;
mod servers;

use hostkit::protocol::RateRule;
use hostkit::{Api, UnknownFields};
use inferno_proto::Credentials;
use inferno_proto::serve::{Request, route};

use crate::api_name::ApiName;
use crate::credentials;
use crate::clock::Moment;
use crate::site::{Call, Operation, Refusal, Reply, Site, operations, no_endpoint};
use crate::world::World;
use answer::{No, no};
use sent::Sent;

/// The site.
#[derive(Debug, Clone, Copy)]
pub struct Inferno;

/// Parses a request; parameters that no action knows are ignored if none takes it strictly.
fn read(call: &Call) -> Option<Request> {
    let strictly = route(&call.incoming(UnknownFields::Deny));
    strictly.or_else(|_| route(&call.incoming(UnknownFields::Ignore))).ok()
}

impl ApiName {
    /// Inferno Solutions: one URL with `?action=`, JSON and `print_r` text.
    pub const INFERNO: Self = Self::of::<inferno_proto::Inferno>();
}

/// Credentials of accounts that the site knows.
pub(super) fn accounts() -> Vec<Credentials> {
    vec![Credentials::key(credentials::INFERNO_CLIENT, credentials::INFERNO_KEY)]
}

/// The credentials of an account for programs in any language: name and value.
#[cfg(feature = "program")]
pub(super) fn secrets() -> Vec<(&'static str, String)> {
    vec![("cid", credentials::INFERNO_CLIENT.to_string()), ("key", credentials::INFERNO_KEY.into())]
}

impl Site for Inferno {
    fn api(&self) -> ApiName {
        ApiName::INFERNO
    }

    fn operations(&self) -> Vec<Operation> {
        operations::<inferno_proto::Inferno>()
    }

    fn world(&self, now: Moment) -> World {
        World::new("USD", now)
    }

    fn recognise(&self, call: &Call) -> Operation {
        let Some(request) = read(&Sent::read(call).call) else {
            return Operation::UNKNOWN;
        };
        let info = request.info();
        Operation { name: info.name, effect: info.effect, rates: info.rates }
    }

    fn handle(&self, call: &Call, world: &mut World) -> Reply {
        let sent = Sent::read(call);
        let request = match read(&sent.call) {
            Some(request) => request,
            None if !auth::is_known(&sent, world) => return self.refuse(call, Refusal::WrongCredentials),
            None => return no("Invalid action or parameters"),
        };
        if request.info().authorised {
            let is_known = auth::is_known(&sent, world);
            world.note_credentials(is_known);
            if !is_known {
                return self.refuse(call, Refusal::WrongCredentials);
            }
        }
        let result = carry_out(request, &mut Visit { world, account: World::ACCOUNT });
        result.unwrap_or_else(No::into_reply)
    }

    fn refuse(&self, _: &Call, refusal: Refusal) -> Reply {
        match refusal {
            // The API has no tokens, and one error text for both.
            Refusal::TokenExpired | Refusal::WrongCredentials => {
                Reply::denied(no("Access denied").answer, "Access denied")
            }
            Refusal::RateLimited => no("Too many requests"),
            Refusal::Internal => no("Internal error"),
            Refusal::Maintenance => no("Temporarily unavailable"),
        }
    }

    fn reason(&self, call: &Call) -> Option<String> {
        route(&Sent::read(call).call.incoming(UnknownFields::Ignore)).err().as_ref().map(no_endpoint)
    }

    fn rates(&self) -> &'static [RateRule] {
        inferno_proto::Inferno::INFO.rates
    }
}

/// The world as seen by one customer.
struct Visit<'w> {
    world: &'w mut World,
    account: &'static str,
}

fn carry_out(request: Request, visit: &mut Visit<'_>) -> Result<Reply, No> {
    match request {
        Request::GetApiKey(call) => visit.get_api_key(&call),
        Request::RenewApiKey(call) => visit.renew_api_key(&call),
        Request::GetBalance(_) => visit.get_balance(),
        Request::AddSshKey(call) => visit.add_ssh_key(&call),
        Request::ListSshKeys(_) => visit.list_ssh_keys(),
        Request::RemoveSshKey(call) => visit.remove_ssh_key(&call),
        Request::ListProducts(_) => visit.list_products(),
        Request::CreateOrder(call) => visit.create_order(&call),
        Request::ListOrders(_) => visit.list_orders(),
        Request::CancelOrder(call) => visit.cancel_order(&call),
        Request::ListServices(_) => visit.list_services(),
        Request::GetService(call) => visit.get_service(&call),
        Request::CheckInstall(call) => visit.check_install(&call),
        Request::Install(call) => visit.install(&call),
        Request::CheckReinstall(call) => visit.check_reinstall(&call),
        Request::Reinstall(call) => visit.reinstall(&call),
        Request::GetInfo(call) => visit.get_info(&call),
        Request::Boot(call) => visit.boot(&call),
        Request::Stop(call) => visit.stop(&call),
        Request::Reboot(call) => visit.reboot(&call),
        // The generated enum may grow; an endpoint that is not implemented counts as unknown.
        _ => Err(No::new("Invalid action or parameters")),
    }
}
