//! The ways in which a call may be sent: as XML or JSON, as a form, and by the short paths of the hoster's own tools.

use hostkit::protocol::Value;
use hostkit::protocol::wire::{self, Kind, Limits, Node};
use hostkit::{Format, UnknownFields};
use http::Method;

use clodo_proto::serve::{Request, route};

use super::visit::PREFIX;
use crate::site::{Call, no_endpoint, pairs};

/// The names around the fields of a JSON body, which differ from call to call.
const ROOTS: [&str; 7] = ["server", "stats", "billing", "helpdesk", "storage", "backup", "user"];

/// The commands of `/servers/<id>/action`.
const COMMANDS: [&str; 4] = ["start", "stop", "reboot", "rebuild"];

/// Calls that are taken with GET and with POST, by the end of their paths.
const EITHER_VERB: [&str; 4] = ["/change_type", "/moveip", "/backup/create", "/billing"];

/// Parses a request; without the prefix only the sign-in is accepted.
pub(super) fn read(call: &Call) -> Option<Request> {
    strictly(call, UnknownFields::Deny).or_else(|| variants(call).iter().find_map(with_leftovers))
}

/// Why no endpoint takes a request.
pub(super) fn refusal(call: &Call) -> Option<String> {
    match read(call) {
        Some(_) => None,
        None if !call.path.starts_with(PREFIX) => Some(format!("calls other than the sign-in are below {PREFIX}")),
        None => route(&call.incoming_below(PREFIX, UnknownFields::Deny)).err().as_ref().map(no_endpoint),
    }
}

fn strictly(call: &Call, unknown: UnknownFields) -> Option<Request> {
    let request = route(&call.incoming_below(PREFIX, unknown)).ok()?;
    let is_below = call.path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (is_below || matches!(request, Request::SignIn(_))).then_some(request)
}

/// An order may name parameters that only the hoster's panel knows; elsewhere a field that is not known could be another
/// call.
fn with_leftovers(call: &Call) -> Option<Request> {
    let leniently = || strictly(call, UnknownFields::Ignore).filter(|read| matches!(read, Request::CreateServer(_)));
    strictly(call, UnknownFields::Deny).or_else(leniently)
}

/// The same call in the ways in which the server half reads it.
fn variants(call: &Call) -> Vec<Call> {
    let path = call.path.trim_end_matches('/');
    let with = |method: &Method, path: &str, body: Vec<u8>| {
        let (method, path) = (method.clone(), path.to_owned());
        Call { method, path, body, query: Vec::new(), ..call.clone() }
    };
    // The default of one client for the sign-in.
    if path == "/v1.0" {
        return vec![with(&call.method, "/", call.body.clone())];
    }
    if let Some((server, command)) = path.rsplit_once('/')
        && COMMANDS.contains(&command)
    {
        let fields = call.query.iter().map(|(name, value)| (name.clone().into(), Value::Text(value.clone())));
        let body = Value::Map(vec![(command.to_owned().into(), Value::Map(fields.collect()))]);
        return vec![with(&Method::POST, &format!("{server}/action"), json(&body))];
    }
    let bodies = bodies(path, &call.body);
    let mut calls: Vec<Call> = bodies.iter().map(|body| with(&call.method, path, body.clone())).collect();
    if EITHER_VERB.iter().any(|end| path.ends_with(end)) {
        let other = if call.method == Method::GET { Method::POST } else { Method::GET };
        calls.extend(bodies.into_iter().map(|body| with(&other, path, body)));
    }
    calls
}

/// The bodies that a body may stand for, itself first.
fn bodies(path: &str, body: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![body.to_vec()];
    match body.trim_ascii_start().first() {
        Some(b'{') if path.ends_with("/action") => found.extend(command(body)),
        // The period of statistics may be left out.
        None if path.contains("/stats/") => found.push(br#"{"stats":{}}"#.to_vec()),
        None | Some(b'{' | b'<' | b'[') => {}
        Some(_) => {
            let fields = form(body);
            if path.ends_with("/action") {
                let commands = fields.iter().filter(|(name, _)| COMMANDS.contains(&name.as_ref()));
                let commands = commands.map(|(name, value)| (name.clone(), as_object(value.clone())));
                found.push(json(&Value::Map(commands.collect())));
            }
            found.push(json(&Value::Map(fields.clone())));
            found.extend(ROOTS.map(|root| json(&Value::Map(vec![(root.into(), Value::Map(fields.clone()))]))));
        }
    }
    found
}

/// A command that has no fields is an object, PHP's empty array, an empty text or `null`.
fn command(body: &[u8]) -> Option<Vec<u8>> {
    let document = wire::parse(Format::Json, body, &Limits::DEFAULT).ok()?;
    let is_empty = |node: Node<'_>| match node.kind() {
        Kind::List => node.items().next().is_none(),
        Kind::Text => node.as_str() == Some(""),
        kind => kind == Kind::Null,
    };
    let (name, _) = document.root().entries().find(|(_, node)| is_empty(*node))?;
    Some(json(&Value::Map(vec![(name.to_owned().into(), Value::Map(Vec::new()))])))
}

fn as_object(value: Value) -> Value {
    if matches!(value, Value::Map(_)) { value } else { Value::Map(Vec::new()) }
}

type Fields = Vec<(std::borrow::Cow<'static, str>, Value)>;

/// The fields of a form; `server[name]` is a field of an object, as PHP reads it.
fn form(body: &[u8]) -> Fields {
    let mut fields: Fields = Vec::new();
    for (name, value) in pairs(&String::from_utf8_lossy(body)) {
        let value = Value::Text(value);
        let Some((object, inner)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) else {
            fields.push((name.into(), value));
            continue;
        };
        let found = fields.iter_mut().find(|(name, _)| name == object);
        match found {
            Some((_, Value::Map(entries))) => entries.push((inner.to_owned().into(), value)),
            _ => fields.push((object.to_owned().into(), Value::Map(vec![(inner.to_owned().into(), value)]))),
        }
    }
    fields
}

fn json(value: &Value) -> Vec<u8> {
    // Maps and texts can be written in every format.
    wire::write(Format::Json, value).unwrap_or_default()
}
