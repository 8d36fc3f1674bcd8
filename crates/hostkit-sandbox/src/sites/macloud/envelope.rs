//! The API's answers: an envelope of status, message and data around successes and refusals.

use std::borrow::Cow;

use hostkit::Format;
use hostkit::protocol::Value;
use hostkit::protocol::codec::ToWire;
use hostkit::protocol::server::{Serve, WrittenAnswer};
use http::Response;

use crate::site::answer;
use crate::sites::nulls;
use crate::world::WorldError;

const JSON: &str = "application/json; charset=utf-8";

/// Why the API refuses a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum No {
    /// Fields that are wrong, each with texts: `{"host": ["..."]}`.
    Fields(Vec<(String, Vec<String>)>),
    /// An error of no particular field: `{"generic": [["..."]]}`.
    Generic(Vec<String>),
    /// Fields that are missing, each with one text: `{"ip4": "required"}`.
    Missing(Vec<String>),
    /// The token or the password is not valid.
    Unauthorized(&'static str),
    /// Forbidden with these credentials, or too often: title and reason.
    Forbidden(&'static str, &'static str),
    /// There is no such service; the title is empty.
    NotFound,
    /// The path is known with other verbs.
    MethodNotAllowed,
    /// The path is not known.
    NotImplemented(&'static str),
    /// An internal error.
    Internal,
    /// The API is down for maintenance.
    Unavailable,
    /// An empty list, which is an error with status 200.
    Empty(&'static str),
}

/// An answer, or a refusal.
pub(super) type Answered = Result<Response<Vec<u8>>, No>;

impl No {
    /// One field with one text.
    pub(super) fn field(name: &str, text: &str) -> Self {
        Self::Fields(vec![(name.to_owned(), vec![text.to_owned()])])
    }

    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Fields(_) | Self::Generic(_) | Self::Missing(_) => 400,
            Self::Unauthorized(_) => 401,
            Self::Forbidden(..) => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotImplemented(_) => 501,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Empty(_) => 200,
        }
    }

    /// Title and reason.
    fn words(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Fields(_) | Self::Generic(_) => ("Bad Request", Some("Wrong parameters")),
            Self::Missing(_) => ("Validation Error", None),
            Self::Unauthorized(reason) => ("Unauthorized", Some(reason)),
            Self::Forbidden(title, reason) => (title, Some(reason)),
            Self::NotFound => ("", Some("Not Found (Service not found)")),
            Self::MethodNotAllowed => ("Method Not Allowed", Some("Wrong method")),
            Self::NotImplemented(reason) => ("Not Implemented", Some(reason)),
            Self::Internal => ("Internal Server Error", None),
            Self::Unavailable => ("Service Unavailable", None),
            Self::Empty(title) => (title, None),
        }
    }

    fn data(&self) -> Option<Value> {
        let text = |text: &String| Value::Text(text.clone());
        let list = |texts: &[String]| Value::List(texts.iter().map(text).collect());
        let key = |name: &str| Cow::Owned(name.to_owned());
        match self {
            Self::Fields(fields) => {
                Some(Value::Map(fields.iter().map(|(name, texts)| (key(name), list(texts))).collect()))
            }
            Self::Generic(texts) => Some(Value::Map(vec![(Cow::Borrowed("generic"), Value::List(vec![list(texts)]))])),
            Self::Missing(fields) => {
                let required = |name: &String| (key(name), Value::Text("required".to_owned()));
                Some(Value::Map(fields.iter().map(required).collect()))
            }
            Self::NotFound => Some(Value::Null),
            _ => None,
        }
    }

    /// The refusal as an answer. As on older hosts, the body of an empty list or a missing field does not repeat the
    /// status.
    pub(super) fn answer(&self) -> Response<Vec<u8>> {
        let (title, reason) = self.words();
        let mut entries: Vec<(&'static str, Value)> = vec![("status", Value::Text("error".to_owned()))];
        if !matches!(self, Self::Empty(_) | Self::Missing(_)) {
            entries.push(("status_code", Value::Number(self.status().to_string())));
        }
        entries.push(("status_msg", Value::Text(title.to_owned())));
        if let Some(reason) = reason {
            entries.push(("description", Value::Text(reason.to_owned())));
        }
        if let Some(data) = self.data() {
            entries.push(("data", data));
        }
        written(&WrittenAnswer::new(Format::Json, self.status(), entries))
    }
}

impl From<WorldError> for No {
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::NotFound(_) => Self::NotFound,
            WorldError::NotEnoughMoney => {
                Self::Generic(vec!["Not enough money".to_owned(), "Top up the balance".to_owned()])
            }
            WorldError::WrongState => Self::Generic(vec!["The service is busy".to_owned()]),
            WorldError::Taken => Self::field("name", "Already exists"),
            WorldError::Invalid(field) => Self::field(wire_name(field), "Wrong value"),
            WorldError::NoAddress => Self::Generic(vec!["No free address".to_owned()]),
        }
    }
}

/// The API's name for a field of the world.
fn wire_name(field: &'static str) -> &'static str {
    match field {
        "amount" => "summ",
        "copies" => "left",
        "image" => "template",
        "key" => "data",
        other => other,
    }
}

fn written(out: &WrittenAnswer) -> Response<Vec<u8>> {
    match out.body() {
        Ok(body) => answer(out.status, JSON, body),
        Err(error) => answer(500, "text/plain", error.to_string().into_bytes()),
    }
}

fn envelope(message: &str) -> Vec<(&'static str, Value)> {
    vec![("status", Value::Text("ok".to_owned())), ("status_msg", Value::Text(message.to_owned()))]
}

/// A success with the endpoint's output.
pub(super) fn yes<E: Serve>(status: u16, message: &str, output: &E::Output) -> Answered {
    let mut out = WrittenAnswer::new(Format::Json, status, envelope(message));
    E::answer(output, &mut out);
    Ok(written(&out))
}

/// The newer level of the API says with the status that a call was queued.
pub(super) fn queued(mut answer: Response<Vec<u8>>) -> Response<Vec<u8>> {
    const WORD: &[u8] = b" queued\"";
    if answer.body().windows(WORD.len()).any(|window| window == WORD) {
        *answer.status_mut() = http::StatusCode::ACCEPTED;
    }
    answer
}

/// A success without data.
pub(super) fn done<E: Serve<Output = ()>>(status: u16, message: &str) -> Answered {
    yes::<E>(status, message, &())
}

/// A success with data in a shape of the hoster's that is not the canonical one.
pub(super) fn shaped(message: &str, data: Value) -> Answered {
    let mut entries = envelope(message);
    entries.push(("data", data));
    Ok(written(&WrittenAnswer::new(Format::Json, 200, entries)))
}

/// A success whose data has null for those of these keys that have no value.
pub(super) fn whole(message: &str, output: &impl ToWire, keys: &[&'static str]) -> Answered {
    let mut data = output.to_wire(Format::Json).unwrap_or(Value::Null);
    nulls(&mut data, keys);
    shaped(message, data)
}

/// Changes the values of a key in a map or in each map of a list.
pub(super) fn reshape(value: &mut Value, key: &str, change: &impl Fn(&mut Value)) {
    match value {
        Value::Map(entries) => entries.iter_mut().filter(|(name, _)| name == key).for_each(|(_, value)| change(value)),
        Value::List(items) => items.iter_mut().for_each(|item| reshape(item, key, change)),
        _ => {}
    }
}
