//! Either client with a sandbox, and the credentials of each API.

use hostkit::{Api, Outcome, Ticket};
use hostkit_sandbox::fault::{Armed, Fault};
use hostkit_sandbox::{ApiName, Sandbox, credentials};

pub use hostkit_tests::clients::{BothClocks, Client, Kept};

/// A sandbox, a client of one of its APIs, and the clock of both.
pub struct Side<A: Api> {
    pub sandbox: Sandbox,
    pub client: Client<A>,
    pub clock: BothClocks,
}

impl<A: Api> Side<A> {
    pub fn new(api: ApiName, credentials: A::Credentials, is_blocking: bool) -> Self {
        let sandbox = Sandbox::start().unwrap();
        let clock = BothClocks::new(&sandbox);
        let client = Client::on(is_blocking, clock.clone(), &sandbox.url(api), credentials);
        Self { sandbox, client, clock }
    }
}

/// Runs a test with a new sandbox for each of the two clients.
pub fn both<A: Api>(api: ApiName, credentials: impl Fn() -> A::Credentials, test: impl Fn(&Sandbox, &Client<A>)) {
    for is_blocking in [true, false] {
        let side = Side::<A>::new(api, credentials(), is_blocking);
        test(&side.sandbox, &side.client);
    }
}

pub fn clodo() -> clodo_proto::Credentials {
    clodo_proto::Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY)
}

pub fn inferno() -> inferno_proto::Credentials {
    inferno_proto::Credentials::key(credentials::INFERNO_CLIENT, credentials::INFERNO_KEY)
}

pub fn rootpanel() -> rootpanel_proto::Credentials {
    rootpanel_proto::Credentials::api_key(credentials::ROOTPANEL_LOGIN, credentials::ROOTPANEL_KEY)
}

pub fn macloud() -> macloud_proto::Credentials {
    macloud_proto::Credentials::password(credentials::MACLOUD_EMAIL, credentials::MACLOUD_PASSWORD)
}

pub fn strike(sandbox: &Sandbox, operation: &str, fault: &str) {
    sandbox.faults().arm(Armed::new(Fault::by_id(fault).unwrap()).on(operation));
}

pub fn open<T: std::fmt::Debug, C: hostkit::FaultCode>(outcome: Outcome<T, C>) -> Ticket {
    match outcome {
        Outcome::Unresolved(ticket) => ticket,
        other => panic!("the end should be open: {other:?}"),
    }
}
