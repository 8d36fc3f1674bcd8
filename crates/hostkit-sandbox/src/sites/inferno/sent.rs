//! The ways in which a call may be sent, read into one: parameters in the query, as a form or as JSON.

use hostkit::Format;
use hostkit::protocol::Value;
use hostkit::protocol::wire::{Kind, Limits, Node, parse, write};
use http::Method;

use crate::site::{Call, pairs};

/// A call in the way that the server half reads: the action in the query, all else in a JSON body.
pub(super) struct Sent {
    pub(super) call: Call,
    /// `cid`, wherever it was.
    pub(super) client: Option<String>,
    /// The key in `X-Key`.
    pub(super) key_header: Option<String>,
    /// `key` beside the other parameters.
    pub(super) key: Option<String>,
}

impl Sent {
    pub(super) fn read(call: &Call) -> Self {
        let mut parameters = call.query.clone();
        parameters.extend(body(&call.body));
        let mut take = |name: &str| {
            let at = parameters.iter().position(|(key, _)| key == name)?;
            let (_, value) = parameters.remove(at);
            parameters.retain(|(key, _)| key != name);
            Some(value)
        };
        let action = take("action").unwrap_or_default();
        let (client, key) = (take("cid"), take("key"));
        // Older editions of the document have no `generate`.
        if action == "getApiKey" && parameters.iter().all(|(name, _)| name != "generate") {
            parameters.push(("generate".to_owned(), "0".to_owned()));
        }
        let is_bare = action == "list";
        let fields = parameters.into_iter().filter(|(_, value)| !value.is_empty());
        let fields: Vec<_> = fields.map(|(name, value)| (name.into(), Value::Text(value))).collect();
        let body = match is_bare || fields.is_empty() {
            true => Vec::new(),
            // A map of texts can be written in every format.
            false => write(Format::Json, &Value::Map(fields)).unwrap_or_default(),
        };
        let method = match call.method {
            Method::GET | Method::POST if is_bare => Method::GET,
            Method::GET | Method::POST => Method::POST,
            _ => call.method.clone(),
        };
        let query = vec![("action".to_owned(), action)];
        let key_header = call.header("x-key").map(str::to_owned);
        Self { call: Call { method, query, body, ..call.clone() }, client, key_header, key }
    }
}

/// The parameters of a body, which is a JSON object or a form; several values of one parameter are joined by commas.
fn body(bytes: &[u8]) -> Vec<(String, String)> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return pairs(&String::from_utf8_lossy(bytes));
    }
    let Ok(document) = parse(Format::Json, bytes, &Limits::DEFAULT) else {
        return Vec::new();
    };
    let text = |node: Node<'_>| match node.kind() {
        Kind::List => node.items().filter_map(|item| Some(item.as_str()?.to_owned())).collect::<Vec<_>>().join(","),
        _ => node.as_str().unwrap_or_default().to_owned(),
    };
    document.root().entries().map(|(name, node)| (name.to_owned(), text(node))).collect()
}
