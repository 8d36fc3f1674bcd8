//! A small API with a call of every class, for the search.

use std::time::Duration;

use hostkit_proto::codec::{Field, Table};
use hostkit_proto::{
    Api, ApiInfo, Call, DecodeError, Effect, Emptiness, EncodeError, Endpoint, EndpointInfo, Fault, FaultCode,
    FaultKind, Flag, Host, RawAnswer, RequestParts, Secret, Session, SignIn, StatusFaults, Verdict,
};

use super::drive::Driven;
use crate::client::ClientCore;
use crate::options::CallOptions;

/// The time limit of every call.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// The shop's API.
#[derive(Debug)]
pub(in crate::call) struct Shop;

/// How a customer authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::call) enum Customer {
    /// With a token from a sign-in.
    SignsIn,
    /// With a key that every call carries.
    Direct,
}

/// An error code of the shop.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Code(String);

impl FaultCode for Code {
    fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn kind(&self) -> Option<FaultKind> {
        match self.0.as_str() {
            "Busy" => Some(FaultKind::Temporary),
            "Queue" => Some(FaultKind::Internal),
            _ => None,
        }
    }
}

pub(super) const LOGIN: EndpointInfo = EndpointInfo {
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
        hosts: &[Host { name: "main", url: "https://shop.example", currency: None }],
        ..ApiInfo::DEFAULT
    };

    fn sign_in(customer: &Customer, out: &mut RequestParts) -> Result<SignIn, EncodeError> {
        match customer {
            Customer::SignsIn => {
                out.retarget(&LOGIN);
                Ok(SignIn::Ask)
            }
            Customer::Direct => Ok(SignIn::NotNeeded),
        }
    }

    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
        let mut session = Session::with_token(Secret::from(answer.required_header::<String>("x-token")?));
        session.base_url = answer.optional_header("x-base");
        session.lifetime = answer.optional_header::<u64>("x-life").map(Duration::from_secs);
        Ok(session)
    }

    fn authorise(_: &Customer, session: &Session, out: &mut RequestParts) -> Result<(), EncodeError> {
        session.token.iter().try_for_each(|token| out.secret_header("x-token", token))
    }

    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {
        if let Some(code) = answer.header("x-fault") {
            let mut fault = Fault::new(answer.status(), Some(Code::from_text(code)), "no", "");
            fault.verify |= answer.header("x-verify").is_some();
            return Verdict::Fault(fault);
        }
        if answer.header("x-later").is_some() {
            return Verdict::Accepted("a person looks at it");
        }
        StatusFaults { code: "code", message: "message", details: "details" }.verdict(answer)
    }
}

/// One kind of call, and how its machine is made.
pub(super) struct Kind {
    pub(super) info: EndpointInfo,
    pub(super) is_raw: bool,
    pub(super) start: fn(&ClientCore<Shop>, CallOptions) -> Box<dyn Driven>,
}

macro_rules! calls {
    ($($name:ident, $constant:ident: $class:ident by $verb:ident = { $($field:ident: $value:expr),* $(,)? };)*) => { $(
        pub(in crate::call) struct $name;

        impl Endpoint for $name {
            type Api = Shop;
            type Output = u64;
            const INFO: EndpointInfo = EndpointInfo {
                name: stringify!($name), deadline: DEADLINE, $($field: $value,)* ..EndpointInfo::DEFAULT
            };

            fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
                Ok(())
            }

            fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
                const ID: &Table = &Table::new("", &[Field::required("id")]);
                answer.value(ID)
            }

            fn empty() -> Option<u64> {
                (!Self::INFO.empty.statuses.is_empty()).then_some(super::server::VALUE)
            }
        }

        calls!(@$class $name);

        pub(super) const $constant: Kind = Kind {
            info: $name::INFO,
            is_raw: false,
            start: |core, options| Box::new(core.$verb(&$name, options)),
        };
    )* };
    (@Call $name:ident) => { impl Call for $name {} };
    // What happens around a call is no part of the search.
    (@Perform $name:ident) => { hostkit_proto::not_shown!($name, "nothing is looked for"); };
}

calls! {
    Read, READ: Call by call = { effect: Effect::Safe };
    ReadLimited, READ_LIMITED: Call by call = { effect: Effect::Safe, rates: &["read"] };
    Find, FIND: Call by call = {
        effect: Effect::Safe, empty: Emptiness { statuses: &[404], codes: &[], except: &[] },
    };
    Set, SET: Call by call = { effect: Effect::Idempotent, method: http::Method::PUT };
    SetAgain, SET_AGAIN: Call by call = {
        effect: Effect::Idempotent, method: http::Method::PUT, repeat_documented: true,
    };
    SetLimited, SET_LIMITED: Call by call = {
        effect: Effect::Idempotent, method: http::Method::PUT, repeat_documented: true, rates: &["read"],
    };
    Act, ACT: Perform by perform = { effect: Effect::State, method: http::Method::POST };
    ActByGet, ACT_BY_GET: Perform by perform = { effect: Effect::State, flags: &[Flag::GetWithEffect] };
    ActByPut, ACT_BY_PUT: Perform by perform = { effect: Effect::State, method: http::Method::PUT };
    Build, BUILD: Perform by perform = {
        effect: Effect::State, method: http::Method::POST, flags: &[Flag::Async],
    };
    Remove, REMOVE: Perform by perform = { effect: Effect::Destructive, method: http::Method::DELETE };
    Order, ORDER: Perform by perform = { effect: Effect::Spends, method: http::Method::POST, rates: &["order"] };
}

/// The read as a raw call.
pub(super) const READ_RAW: Kind =
    Kind { info: Read::INFO, is_raw: true, start: |core, options| Box::new(core.raw(&Read, options)) };
