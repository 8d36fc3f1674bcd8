//! The site's answers: successes and refusals.

use hostkit::Format;
use hostkit::protocol::Value;
use hostkit::protocol::server::{Serve, WrittenAnswer};

use super::visit::{PREFIX, Visit};
use crate::site::{self, Call, Reply};
use crate::sites::content_type;
use crate::world::WorldError;

/// The hoster's error text for an unknown path.
pub(super) const NO_MODULE: &str = "Модуль не найден";

/// The first path segments of calls.
const MODULES: [&str; 11] =
    ["limits", "servers", "stats", "dns", "helpdesk", "user", "storage", "requests", "billing", "images", ""];

/// A refusal, which becomes a document only when it is sent, because only then the format is known.
#[derive(Debug, Clone)]
pub(super) struct No {
    status: u16,
    details: String,
}

impl No {
    pub(super) fn new(status: u16, details: impl Into<String>) -> Self {
        Self { status, details: details.into() }
    }

    /// There is nothing to list.
    pub(super) fn nothing() -> Self {
        Self::new(404, "Записей не найдено")
    }

    /// No endpoint reads the request: there is no such call, or its parameters are wrong.
    pub(super) fn module(call: &Call) -> Self {
        let below = call.path.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('/'));
        let first = below.and_then(|below| below.split('/').next());
        match first.is_some_and(|first| MODULES.contains(&first)) && !call.body.is_empty() {
            true => Self::new(400, "Ошибка во входных параметрах"),
            false => Self::new(404, NO_MODULE),
        }
    }

    /// The name of the error and its message.
    fn name(&self) -> (&'static str, &'static str) {
        match self.status {
            400 => ("BadRequest", "Bad Request"),
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "Forbidden"),
            404 => ("NotFound", "Not Found"),
            405 => ("MethodNotAllowed", "Method Not Allowed"),
            429 => ("TooManyRequests", "Too Many Requests"),
            _ => ("InternalServerError", "Internal Server Error"),
        }
    }

    /// The error document: in XML the root is the error's name and the code an attribute; in JSON the error's name is a
    /// key, but not around the recorded 401.
    pub(super) fn into_reply(self, format: Format) -> Reply {
        let (name, message) = self.name();
        let code = if format == Format::Xml { "@code" } else { "code" };
        let inner = Value::Map(vec![
            (code.into(), Value::Number(self.status.to_string())),
            ("message".into(), Value::Text(message.to_owned())),
            ("details".into(), Value::Text(self.details)),
        ]);
        let is_bare = self.status == 401 && format == Format::Json;
        let document = if is_bare { inner } else { Value::Map(vec![(name.into(), inner)]) };
        // Such small documents can be written in every format.
        let body = hostkit::protocol::wire::write(format, &document).unwrap_or_default();
        let mut answer = site::answer(self.status, content_type(format), body);
        if self.status == 401 {
            // Recorded at the hoster: a refusal comes with an invalid token.
            let none = http::HeaderValue::from_static("CLODO_00000000000000000000000000000000");
            answer.headers_mut().insert("x-auth-token", none);
            return Reply::denied(answer, name);
        }
        Reply::refused(answer, name)
    }
}

impl From<WorldError> for No {
    fn from(error: WorldError) -> Self {
        let (status, details) = match error {
            WorldError::NotFound("server") => (404, "VPS не найден"),
            WorldError::NotFound("zone") => (404, "Зона не найдена"),
            WorldError::NotFound("storage") => (404, "Хранилище не найдено"),
            WorldError::NotFound("ticket" | "job" | "account") => (404, "Записей не найдено"),
            WorldError::NotEnoughMoney => (400, "Недостаточно средств на счёте"),
            WorldError::WrongState => (405, "Функция недоступна в текущем состоянии сервера"),
            WorldError::NoAddress => (405, "Нет свободных IP-адресов"),
            _ => (400, "Ошибка во входных параметрах"),
        };
        Self::new(status, details)
    }
}

/// A success with a tree in which the site has changed what the types cannot say.
pub(super) fn yes_with(visit: &Visit<'_>, root: &'static str, tree: Value) -> Result<Reply, No> {
    let document = Value::Map(vec![(root.into(), tree)]);
    let body =
        hostkit::protocol::wire::write(visit.format, &document).map_err(|error| No::new(500, error.to_string()))?;
    Ok(Reply::done(site::answer(200, content_type(visit.format), body)))
}

/// Numbers of this name become texts in each map of a list.
pub(super) fn numbers_as_text(list: &mut Value, name: &str) {
    let Value::List(items) = list else {
        return;
    };
    for item in items {
        if let Value::Map(entries) = item {
            for (_, value) in entries.iter_mut().filter(|(key, _)| key == name) {
                if let Value::Number(number) = value {
                    *value = Value::Text(std::mem::take(number));
                }
            }
        }
    }
}

/// Flags of these names become `"1"` and `"0"` in JSON, as PHP prints what a database returns.
pub(super) fn flags_as_text(tree: &mut Value, names: &[&str]) {
    match tree {
        Value::Map(entries) => {
            for (name, value) in entries {
                match value {
                    Value::Bool(is_on) if names.contains(&name.as_ref()) => {
                        *value = Value::Text(if *is_on { "1" } else { "0" }.to_owned());
                    }
                    _ => flags_as_text(value, names),
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| flags_as_text(item, names)),
        _ => {}
    }
}

/// A success; 204 if there is no body.
pub(super) fn yes<E: Serve>(visit: &Visit<'_>, output: &E::Output) -> Result<Reply, No> {
    let mut out = WrittenAnswer::for_endpoint::<E>(visit.format, 200);
    E::answer(output, &mut out);
    let body = out.body().map_err(|error| No::new(500, error.to_string()))?;
    Ok(Reply::done(match body.is_empty() {
        true => site::answer(204, "", body),
        false => site::answer(200, content_type(visit.format), body),
    }))
}
