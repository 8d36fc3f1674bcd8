//! A small API with sessions and a rate limit.

use std::time::Duration;

use hostkit::protocol::codec::{DecodeError, Field, Table};
use hostkit::protocol::{
    ApiInfo, EncodeError, EndpointInfo, RateRule, RawAnswer, RequestParts, Session, SignIn, StatusFaults, Verdict,
};
use hostkit::{Api, Call, Effect, Endpoint, FaultCode, FaultKind, Secret};

/// The credentials.
pub const KEY: &str = "canary-key-0001";

/// The limit of calls in a window.
pub const COUNT: usize = 40;

/// The length of a window.
pub const WINDOW: Duration = Duration::from_secs(1);

/// The API.
#[derive(Debug)]
pub struct Shop;

/// Its fault codes.
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
        None
    }
}

const LOGIN: EndpointInfo = EndpointInfo {
    name: "login",
    path: "/login",
    effect: Effect::Safe,
    authorised: false,
    deadline: Duration::from_secs(30),
    ..EndpointInfo::DEFAULT
};

impl Api for Shop {
    type Credentials = Secret;
    type Code = Code;
    const INFO: ApiInfo = ApiInfo {
        name: "shop",
        rates: &[RateRule { name: "get", count: COUNT as u32, window: WINDOW }],
        ..ApiInfo::DEFAULT
    };

    fn sign_in(key: &Secret, out: &mut RequestParts) -> Result<SignIn, EncodeError> {
        out.retarget(&LOGIN);
        out.secret_header("x-key", key)?;
        Ok(SignIn::Ask)
    }

    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
        let mut session = Session::with_token(Secret::from(answer.required_header::<String>("x-token")?));
        session.lifetime = answer.optional_header::<u64>("x-life").map(Duration::from_secs);
        Ok(session)
    }

    fn authorise(_: &Secret, session: &Session, out: &mut RequestParts) -> Result<(), EncodeError> {
        match &session.token {
            Some(token) => out.secret_header("x-token", token),
            None => {
                out.refuse("x-token", "is missing");
                out.checked()
            }
        }
    }

    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {
        StatusFaults { code: "code", message: "message", details: "details" }.verdict(answer)
    }
}

macro_rules! endpoints {
    ($($(#[$about:meta])* $name:ident: $word:literal, $rates:expr;)*) => { $(
        $(#[$about])*
        #[derive(Debug, Clone)]
        pub struct $name;

        impl Endpoint for $name {
            type Api = Shop;
            type Output = u64;
            const INFO: EndpointInfo = EndpointInfo {
                name: $word,
                path: "/item",
                effect: Effect::Safe,
                deadline: Duration::from_secs(30),
                rates: $rates,
                ..EndpointInfo::DEFAULT
            };

            fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
                Ok(())
            }

            fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
                const ID: &Table = &Table::new("", &[Field::required("id")]);
                answer.value(ID)
            }
        }

        impl Call for $name {}
    )* };
}

endpoints! {
    /// A call with a limit.
    Get: "get", &["get"];
    /// A call without a limit.
    Free: "free", &[];
}
