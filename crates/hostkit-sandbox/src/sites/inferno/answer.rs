//! The site's answers: successes and refusals.

use hostkit::Format;
use hostkit::protocol::Value;
use hostkit::protocol::server::{Serve, WrittenAnswer};

use crate::site::{self, Reply};
use crate::sites::content_type;
use crate::world::WorldError;

/// A refusal, which becomes a document only when it is sent, because it may have to be `print_r` text.
#[derive(Debug, Clone)]
pub(super) struct No {
    message: String,
    /// Method and error code of a refused installation.
    install: Option<(&'static str, Option<i64>)>,
}

impl No {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), install: None }
    }

    /// A refusal of `install` and `reinstall`, whose answers are not JSON.
    pub(super) fn install(method: &'static str, message: impl Into<String>, code: Option<i64>) -> Self {
        Self { message: message.into(), install: Some((method, code)) }
    }

    pub(super) fn into_reply(self) -> Reply {
        let Some((method, code)) = self.install else {
            return no(&self.message);
        };
        let mut entries = vec![
            ("method".into(), Value::Text(method.to_owned())),
            ("result".into(), Value::Text("fail".to_owned())),
            ("msg".into(), Value::Text(self.message.clone())),
        ];
        if let Some(code) = code {
            entries.push(("error_code".into(), Value::Number(code.to_string())));
        }
        let code = code.map_or(self.message, |code| code.to_string());
        refused(Format::PrintR, &Value::Map(entries), code)
    }
}

impl From<WorldError> for No {
    fn from(error: WorldError) -> Self {
        Self::new(match error {
            WorldError::NotFound("server") => "Order ID not found".to_owned(),
            WorldError::NotFound("plan") => "Product ID not found".to_owned(),
            WorldError::NotFound("image") => "Template not found".to_owned(),
            WorldError::NotFound("key") => "SSH key not found".to_owned(),
            WorldError::NotEnoughMoney => "Not enough credit".to_owned(),
            WorldError::Invalid("key") => "SSH key is not valid".to_owned(),
            other => format!("Not possible now: {other}"),
        })
    }
}

/// A refusal in JSON.
pub(super) fn no(message: &str) -> Reply {
    let entries =
        vec![("result".into(), Value::Text("fail".to_owned())), ("message".into(), Value::Text(message.to_owned()))];
    refused(Format::Json, &Value::Map(entries), message.to_owned())
}

fn refused(format: Format, document: &Value, code: String) -> Reply {
    // Such small documents can be written in every format.
    let body = hostkit::protocol::wire::write(format, document).unwrap_or_default();
    Reply::refused(site::answer(200, content_type(format), body), code)
}

/// A success in JSON.
pub(super) fn yes<E: Serve>(output: &E::Output) -> Result<Reply, No> {
    yes_in::<E>(Format::Json, output)
}

/// A success in the given format.
pub(super) fn yes_in<E: Serve>(format: Format, output: &E::Output) -> Result<Reply, No> {
    let mut out = WrittenAnswer::for_endpoint::<E>(format, 200);
    E::answer(output, &mut out);
    finish(&out)
}

/// A success with a tree that the generated types would write differently.
pub(super) fn yes_with<E: Serve>(tree: &Value) -> Result<Reply, No> {
    let mut out = WrittenAnswer::for_endpoint::<E>(Format::Json, 200);
    out.whole(tree);
    finish(&out)
}

fn finish(out: &WrittenAnswer) -> Result<Reply, No> {
    let body = out.body().map_err(|error| No::new(error.to_string()))?;
    Ok(Reply::done(site::answer(out.status, content_type(out.format()), body)))
}
