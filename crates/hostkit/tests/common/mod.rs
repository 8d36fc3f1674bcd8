//! A small API that covers everything an exchange can meet, and a client of it on a manual clock.
#![allow(dead_code, reason = "each test file uses another part of it")]

pub mod random;
pub mod things;

use std::time::Duration;

use hostkit::machinery::drive;
use hostkit::machinery::{ClientCore, Machine};
use hostkit::protocol::codec::{DecodeError, Field, Table};
use hostkit::protocol::{
    ApiInfo, Emptiness, EncodeError, EndpointInfo, Flag, Host, Method, RateRule, RawAnswer, Repeatable, RequestParts,
    Session, SignIn, StatusFaults, Verdict,
};
use hostkit::time::{Clock, ManualClock};
use hostkit::{
    Api, Call, CallOptions, ClientBuilder, Effect, Endpoint, Error, Fault, FaultCode, FaultKind, Format, Outcome,
    Perform, Reply, Secret, UnixTime,
};
use hostkit_testing::{Script, Scripted};

pub const KEY: &str = "canary-key-0001";
pub const TOKEN: &str = "canary-token-0002";
pub const INPUT: &str = "canary-input-0003";
pub const OUTPUT: &str = "canary-output-0004";

/// The shop's API.
#[derive(Debug)]
pub struct Shop;

/// How a customer authenticates.
#[derive(Clone)]
pub enum Customer {
    /// With a key that is exchanged for a token.
    Key(Secret),
    /// With a key that every call carries.
    Direct(Secret),
    /// With a login beside the key.
    Login(String, Secret),
}

/// An error code of the shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Code(pub String);

impl FaultCode for Code {
    fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn kind(&self) -> Option<FaultKind> {
        Some(match self.0.as_str() {
            "Busy" => FaultKind::Temporary,
            "TooMany" => FaultKind::RateLimited,
            "Queue" => FaultKind::Internal,
            "Expired" => FaultKind::Auth,
            "Unknown" => FaultKind::Unsupported,
            _ => return None,
        })
    }
}

const LOGIN: EndpointInfo = EndpointInfo {
    name: "login",
    path: "/login",
    effect: Effect::Safe,
    authorised: false,
    rates: &["login"],
    ..EndpointInfo::DEFAULT
};

impl Api for Shop {
    type Credentials = Customer;
    type Code = Code;
    const INFO: ApiInfo = ApiInfo {
        name: "shop",
        hosts: &[
            Host { name: "main", url: "https://shop.example", currency: None },
            Host { name: "spare", url: "https://spare.example/v1", currency: None },
        ],
        formats: &[Format::Json],
        rates: &[
            RateRule { name: "get", count: 3, window: Duration::from_secs(60) },
            RateRule { name: "order", count: 2, window: Duration::from_secs(3600) },
        ],
        session_hosts: &["*.shop.example"],
        ..ApiInfo::DEFAULT
    };

    fn login(customer: &Customer) -> Option<String> {
        if let Customer::Login(login, _) = customer { Some(login.clone()) } else { None }
    }

    fn sign_in(customer: &Customer, out: &mut RequestParts) -> Result<SignIn, EncodeError> {
        match customer {
            Customer::Key(key) => {
                out.retarget(&LOGIN);
                out.secret_header("x-key", key)?;
                Ok(SignIn::Ask)
            }
            Customer::Direct(_) | Customer::Login(..) => Ok(SignIn::NotNeeded),
        }
    }

    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
        let mut session = Session::with_token(Secret::from(answer.required_header::<String>("x-token")?));
        session.base_url = answer.optional_header("x-base");
        session.lifetime = answer.optional_header::<u64>("x-life").map(Duration::from_secs);
        session.ends = answer.optional_header("x-ends");
        session.issued = answer.optional_header("x-issued");
        Ok(session)
    }

    fn authorise(customer: &Customer, session: &Session, out: &mut RequestParts) -> Result<(), EncodeError> {
        match (&session.token, customer) {
            (Some(token), _) => out.secret_header("x-token", token),
            (None, Customer::Direct(key) | Customer::Login(_, key)) => out.secret_header("x-key", key),
            (None, Customer::Key(_)) => {
                out.refuse("x-token", "is missing");
                out.checked()
            }
        }
    }

    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {
        // Some faults and acceptances of the shop come with status 200.
        if let Some(code) = answer.header("x-fault") {
            let mut fault = Fault::new(answer.status(), Some(Code::from_text(code)), "no", "");
            fault.verify |= answer.header("x-verify").is_some();
            return Verdict::Fault(fault);
        }
        if answer.header("x-later").is_some() && answer.status() == 200 {
            return Verdict::Accepted("a person looks at it");
        }
        StatusFaults { code: "code", message: "message", details: "details" }.verdict(answer)
    }
}

/// Declares an endpoint whose only output is an id.
macro_rules! endpoints {
    ($($name:ident: $class:ident = { $($field:ident: $value:expr),* $(,)? };)*) => { $(
        #[derive(Debug, Clone)]
        pub struct $name;

        impl Endpoint for $name {
            type Api = Shop;
            type Output = u64;
            const INFO: EndpointInfo = EndpointInfo {
                deadline: Duration::from_secs(30),
                spec: concat!("specs/shop/", stringify!($name), ".toml"),
                $($field: $value,)*
                ..EndpointInfo::DEFAULT
            };

            fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
                if Self::INFO.has(Flag::SecretRequest) {
                    let mut body = out.object();
                    body.set("password", &Secret::new(INPUT));
                    out.body(body);
                }
                Ok(())
            }

            fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
                const ID: &Table = &Table::new("", &[Field::required("id")]);
                answer.value(ID)
            }

            fn empty() -> Option<u64> {
                (!Self::INFO.empty.statuses.is_empty()).then_some(0)
            }
        }

        endpoints!(@$class $name);
    )* };
    (@Call $name:ident) => { impl Call for $name {} };
    // Each that acts says in `things` what shows it.
    (@Perform $name:ident) => {};
}

endpoints! {
    GetItem: Call = { name: "get_item", path: "/item", effect: Effect::Safe };
    LimitedGet: Call = { name: "limited_get", path: "/item", effect: Effect::Safe, rates: &["get"] };
    GetPassword: Call = {
        name: "get_password", path: "/password", effect: Effect::Safe, flags: &[Flag::SecretResponse],
    };
    Open: Call = { name: "open", path: "/open", effect: Effect::Safe, authorised: false };
    FindItem: Call = {
        name: "find_item", path: "/item", effect: Effect::Safe,
        empty: Emptiness { statuses: &[404], codes: &["no items"], except: &["module"] },
    };
    SetName: Call = { name: "set_name", path: "/item", method: Method::PUT, effect: Effect::Idempotent };
    SetNote: Call = {
        name: "set_note", path: "/item", method: Method::PUT, effect: Effect::Idempotent, repeat_documented: true,
    };
    Reboot: Perform = { name: "reboot", path: "/reboot", method: Method::POST, effect: Effect::State };
    Order: Perform = {
        name: "order", path: "/orders", method: Method::POST, effect: Effect::Spends,
        flags: &[Flag::SecretRequest, Flag::SecretResponse], rates: &["order"],
        recovery: "look for the name in the list of items",
    };
    Migrate: Perform = { name: "migrate", path: "/migrate", method: Method::POST, effect: Effect::State };
    Build: Perform = {
        name: "build", path: "/build", method: Method::POST, effect: Effect::State, flags: &[Flag::Async],
    };
    AddNote: Perform = { name: "add_note", path: "/notes", method: Method::POST, effect: Effect::State };
    AddAddress: Perform = { name: "add_address", path: "/addresses", method: Method::PUT, effect: Effect::Spends };
    OrderTwo: Perform = { name: "order_two", path: "/pairs", method: Method::POST, effect: Effect::Spends };
    RemoveThing: Perform = {
        name: "remove_thing", path: "/things/1", method: Method::DELETE, effect: Effect::Destructive,
    };
    Renew: Perform = { name: "renew", path: "/term", method: Method::POST, effect: Effect::Spends };
    Attach: Perform = { name: "attach", path: "/attach", method: Method::POST, effect: Effect::State };
    Detach: Perform = { name: "detach", path: "/detach", method: Method::POST, effect: Effect::State };
    Close: Perform = { name: "close", path: "/close", method: Method::POST, effect: Effect::State };
    Lock: Perform = { name: "lock", path: "/lock", method: Method::POST, effect: Effect::State };
    Rebuild: Perform = { name: "rebuild", path: "/rebuild", method: Method::POST, effect: Effect::Destructive };
    BackUp: Perform = { name: "back_up", path: "/backups", method: Method::POST, effect: Effect::Spends };
    Delete: Perform = { name: "delete", path: "/item", method: Method::DELETE, effect: Effect::Destructive };
}

impl Repeatable for GetItem {}

pub const WALL: UnixTime = UnixTime(1_700_000_000);

/// A client of the shop, its transport and its clock.
pub struct Bench {
    pub core: ClientCore<Shop>,
    pub transport: Scripted,
    pub clock: ManualClock,
}

pub type Builder = ClientBuilder<ClientCore<Shop>>;

pub fn config(customer: Customer, clock: &ManualClock) -> Builder {
    ClientCore::builder(customer).clock(clock.clone()).seed(1)
}

pub fn key() -> Customer {
    Customer::Key(Secret::new(KEY))
}

pub fn direct() -> Customer {
    Customer::Direct(Secret::new(KEY))
}

/// A client whose calls carry the key themselves.
pub fn bench(script: impl IntoIterator<Item = Script>) -> Bench {
    bench_with(|clock| config(direct(), clock), script)
}

pub fn bench_with(config: impl FnOnce(&ManualClock) -> Builder, script: impl IntoIterator<Item = Script>) -> Bench {
    let clock = ManualClock::new(WALL);
    let core = config(&clock).build().expect("the configuration is fine");
    Bench { core, transport: Scripted::new(script).with_clock(clock.clone()), clock }
}

impl Bench {
    pub fn run<M: Machine>(&self, machine: M) -> M::Done {
        drive(machine, &self.transport, &self.clock)
    }

    pub fn call<E: Call<Api = Shop>>(&self, endpoint: E) -> Result<Reply<E::Output>, Error<Code>> {
        self.call_with(endpoint, CallOptions::new())
    }

    pub fn call_with<E: Call<Api = Shop>>(
        &self,
        endpoint: E,
        options: CallOptions,
    ) -> Result<Reply<E::Output>, Error<Code>> {
        self.run(self.core.call(&endpoint, options))
    }

    /// Performs the call as a user does: what is there before it is read first.
    pub fn read_and_perform<E: Perform<Api = Shop>>(&self, endpoint: E) -> Outcome<E::Output, Code> {
        self.run(self.core.perform(&endpoint, CallOptions::new())).map(|reply| reply.value)
    }

    pub fn perform<E: Perform<Api = Shop>>(&self, endpoint: E) -> Outcome<E::Output, Code> {
        self.perform_with(endpoint, CallOptions::new())
    }

    pub fn perform_with<E: Perform<Api = Shop>>(&self, endpoint: E, options: CallOptions) -> Outcome<E::Output, Code> {
        self.run(self.core.perform(&endpoint, options.unread())).map(|reply| reply.value)
    }

    /// The number of requests of an endpoint.
    pub fn sent(&self, endpoint: &str) -> usize {
        self.transport.sent().iter().filter(|sent| sent.endpoint == endpoint).count()
    }

    pub fn seconds(&self) -> u64 {
        self.clock.now().monotonic.since(hostkit::time::Moment::START).as_secs()
    }
}

pub fn ok() -> Script {
    Script::any().answer(200, r#"{"id": 7}"#)
}

pub fn login() -> Script {
    Script::get("/login").answer(200, "").header("x-token", TOKEN)
}

pub fn fault(status: u16, name: &str) -> Script {
    let body = format!(r#"{{"{name}": {{"code": {status}, "message": "no", "details": "нет"}}}}"#);
    Script::any().answer(status, body)
}
