//! A small API written by hand: one call that reads, one that spends.

use std::time::Duration;

use hostkit::Api;
use hostkit::Effect;
use hostkit::Secret;
use hostkit::protocol::ApiInfo;
use hostkit::protocol::DecodeError;
use hostkit::protocol::EndpointInfo;
use hostkit::protocol::RawAnswer;
use hostkit::protocol::Repeatable;
use hostkit::protocol::Session;
use hostkit::protocol::SignIn;
use hostkit::protocol::codec::{Field, Table};
use hostkit::protocol::{EncodeError, RequestParts};
use hostkit::protocol::{StatusFaults, Verdict};
use hostkit::{Call, Endpoint};
use hostkit::{FaultCode, FaultKind};

/// The key, which must be sent only in the header `x-key` and only to the server itself.
pub const KEY: &str = "canary-key-31337";

/// The shop's API. Its credentials are the key.
#[derive(Debug)]
pub struct Shop;

/// The shop's error code; the shop defines none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(String);

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

impl Api for Shop {
    type Credentials = Secret;
    type Code = Code;
    const INFO: ApiInfo = ApiInfo { name: "shop", answer_fields: &["id"], ..ApiInfo::DEFAULT };

    fn sign_in(_: &Secret, _: &mut RequestParts) -> Result<SignIn, EncodeError> {
        Ok(SignIn::NotNeeded)
    }

    fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
        answer.required_header::<String>("x-token").map(|token| Session::with_token(Secret::from(token)))
    }

    fn authorise(key: &Secret, _: &Session, out: &mut RequestParts) -> Result<(), EncodeError> {
        out.secret_header("x-key", key)
    }

    fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {
        StatusFaults { code: "code", message: "message", details: "details" }.verdict(answer)
    }
}

/// Reads an item: safe.
#[derive(Debug, Clone)]
pub struct GetItem;

impl Endpoint for GetItem {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo =
        EndpointInfo { name: "get_item", path: "/item", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        const ID: &Table = &Table::new("", &[Field::required("id")]);
        answer.value(ID)
    }
}

impl Call for GetItem {}
impl Repeatable for GetItem {}

/// Orders an item: spends.
#[derive(Debug, Clone)]
pub struct Order {
    /// The length of the note in the body, to fill the buffers of a socket.
    pub note: usize,
}

impl Endpoint for Order {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "order",
        path: "/orders",
        method: http::Method::POST,
        effect: Effect::Spends,
        deadline: Duration::from_secs(30),
        recovery: "look for the order in the list",
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
        let mut body = out.object();
        body.set("note", &"x".repeat(self.note));
        out.body(body);
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        const ID: &Table = &Table::new("", &[Field::required("id")]);
        answer.value(ID)
    }
}

hostkit::protocol::not_shown!(Order, "the shop lists no orders");

/// Renames an item whose id is any text: idempotent.
#[derive(Debug, Clone)]
pub struct Rename {
    /// The id, which is a part of the path.
    pub id: String,
}

impl Endpoint for Rename {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "rename",
        path: "/items/{id}/name",
        method: http::Method::PATCH,
        effect: Effect::Idempotent,
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
        out.path("id", &self.id);
        let mut body = out.object();
        body.set("name", &self.id);
        out.body(body);
        out.checked()
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        const ID: &Table = &Table::new("", &[Field::required("id")]);
        answer.value(ID)
    }
}

impl Call for Rename {}
