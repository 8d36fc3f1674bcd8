//! Requests and answers as they may be shown: every document as a tree, without its secrets.

use hostkit::Format;
use hostkit::protocol::wire::{Kind, Limits, Node, parse_any};
use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};

use crate::credentials;
use crate::site;

/// What stands in the place of a secret.
const GONE: &str = "…";
/// Parts of the names of secrets, in small letters.
const NAMES: [&str; 11] =
    ["pass", "pwd", "key", "token", "secret", "auth", "cookie", "paylink", "wss", "pay_link", "credential"];
/// The start of a password that the sandbox makes for a server.
const PASSWORD: &str = "sandbox-password-";

/// The credentials of the sandbox, which are hidden wherever they stand.
const KNOWN: [&str; 6] = [
    credentials::CLODO_KEY,
    credentials::INFERNO_KEY,
    credentials::INFERNO_PASSWORD,
    credentials::ROOTPANEL_KEY,
    credentials::ROOTPANEL_PASSWORD,
    credentials::MACLOUD_TOKEN,
];

/// Texts, headers and documents without their secrets.
pub(crate) struct Hidden;

impl Hidden {
    /// A text, without the secrets that the sandbox knows.
    pub(crate) fn text(text: &str) -> String {
        let mut text = [credentials::MACLOUD_PASSWORD]
            .iter()
            .chain(&KNOWN)
            .fold(text.to_owned(), |text, secret| text.replace(secret, GONE));
        while let Some(at) = text.find(PASSWORD) {
            let rest = text.get(at + PASSWORD.len()..).unwrap_or_default();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            text.replace_range(at..at + PASSWORD.len() + digits, GONE);
        }
        text
    }

    /// Path and query.
    pub(crate) fn target(target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else {
            return Self::text(target);
        };
        let shown = site::pairs(query).into_iter().map(|(name, value)| {
            let value = if is_secret(&name) { GONE.to_owned() } else { Self::text(&value) };
            format!("{}={value}", Self::text(&name))
        });
        format!("{}?{}", Self::text(path), shown.collect::<Vec<_>>().join("&"))
    }

    /// Headers, by name.
    pub(crate) fn headers(headers: &HeaderMap) -> Value {
        let shown = |name: &HeaderName, value: &http::HeaderValue| match is_secret(name.as_str()) {
            true => GONE.to_owned(),
            false => Self::text(&String::from_utf8_lossy(value.as_bytes())),
        };
        let entries = headers.iter().map(|(name, value)| (name.as_str().to_owned(), Value::String(shown(name, value))));
        Value::Object(entries.collect())
    }

    /// A body as a tree; what is no document is only counted, because it could hold anything.
    pub(crate) fn body(bytes: &[u8]) -> Value {
        if bytes.is_empty() {
            return Value::Null;
        }
        let formats: &[Format] = match bytes.trim_ascii_start().first() {
            Some(b'{' | b'[') => &[Format::Json],
            Some(b'<') => &[Format::Xml],
            _ => &[Format::Php, Format::PrintR, Format::Form],
        };
        match parse_any(formats, bytes, &Limits::DEFAULT) {
            Ok(document) => tree(document.root()),
            Err(_) => Value::String(format!("{} bytes that are no document", bytes.len())),
        }
    }

    /// The API's own words for a refusal, from a body that was made by [`Hidden::body`].
    pub(crate) fn words(body: &Value) -> Option<&str> {
        const WORDS: [&str; 6] = ["details", "description", "message", "errorMsg", "msg", "status_msg"];
        let Value::Object(fields) = body else {
            return None;
        };
        let own = WORDS.iter().find_map(|name| fields.get(*name)?.as_str().filter(|text| !text.is_empty()));
        own.or_else(|| fields.values().find_map(Self::words))
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|part| name.contains(part))
}

/// A node as JSON; a name that stands twice has a list. The depth is bounded by the limits of the reader.
fn tree(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => node.as_bool().map_or(Value::Null, Value::Bool),
        Kind::Number | Kind::Text => Value::String(Hidden::text(node.as_str().unwrap_or_default())),
        Kind::List => Value::Array(node.items().map(tree).collect()),
        Kind::Map => {
            let mut fields = Map::new();
            for (name, inner) in node.entries() {
                let value = if is_secret(name) && inner.kind() != Kind::Null { Value::from(GONE) } else { tree(inner) };
                match fields.get_mut(name) {
                    Some(Value::Array(values)) => values.push(value),
                    Some(first) => *first = Value::Array(vec![first.take(), value]),
                    None => drop(fields.insert(name.to_owned(), value)),
                }
            }
            Value::Object(fields)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_in_every_format() {
        let secret = "hunter2-that-nobody-may-see";
        let bodies = [
            format!(
                r#"{{"a":[{{"vps_root_pass":"{secret}"}}],"token":["{secret}"],"x":"{}"}}"#,
                credentials::CLODO_KEY
            ),
            format!(
                "<server><vps_vnc_pass>{secret}</vps_vnc_pass><b token=\"{secret}\">sandbox-password-20001</b></server>"
            ),
            format!(r#"a:1:{{s:14:"serverpassword";s:{}:"{secret}";}}"#, secret.len()),
            format!("Array\n(\n    [vps_password] => {secret}\n)\n"),
            format!("login=a&apikey={secret}&pass={secret}"),
            format!("{secret} in a text without a form \u{1}"),
        ];
        for body in bodies {
            let shown = Hidden::body(body.as_bytes()).to_string();
            assert!(!shown.contains(secret) && !shown.contains(credentials::CLODO_KEY), "{body}: {shown}");
            assert!(!shown.contains("20001"), "{shown}");
        }
        let target = Hidden::target(&format!("/a?cid=1&key={secret}&X-Auth-Token={secret}"));
        assert_eq!(target, "/a?cid=1&key=…&X-Auth-Token=…");
        let mut headers = HeaderMap::new();
        for name in ["authorization", "x-auth-key", "x-key", "cookie", "x-auth-token"] {
            headers.insert(name, http::HeaderValue::from_static("hunter2-that-nobody-may-see"));
        }
        assert!(!Hidden::headers(&headers).to_string().contains(secret));
    }

    #[test]
    fn the_words_of_a_refusal_are_found() {
        let body = Hidden::body(br#"{"NotFound":{"code":404,"message":"Not Found","details":"none"}}"#);
        assert_eq!(Hidden::words(&body), Some("none"));
        assert_eq!(Hidden::words(&Hidden::body(b"<a><message>no</message></a>")), Some("no"));
        assert_eq!(Hidden::words(&Value::Null), None);
    }
}
