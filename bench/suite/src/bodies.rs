//! Bodies as the hosters send them, enlarged by repeating the servers of wire examples under other numbers.

use std::fmt::Write as _;

const CLODO_JSON: &str = include_str!("../../../specs/clodo/servers/list_server_details/two_servers.answer.json");
const CLODO_XML: &str = include_str!("../../../specs/clodo/servers/list_server_details/two_servers.answer.xml");
const MACLOUD_JSON: &str = include_str!("../../../specs/macloud/servers/list_servers/servers.answer.json");

/// Clodo's `GET /servers/detail` in JSON: scalars as strings, as Clodo sends them, or as JSON numbers.
pub fn clodo_json(servers: usize, numbers: bool) -> String {
    let document: serde_json::Value = serde_json::from_str(CLODO_JSON).expect("JSON");
    let samples = document["servers"].as_array().expect("a list");
    let mut body = String::from("{\"servers\":[");
    for index in 0..servers {
        let mut server = samples[index % samples.len()].clone();
        server["id"] = (100_000 + index).to_string().into();
        server["name"] = format!("сервер-{index}").into();
        body.push_str(if index == 0 { "" } else { "," });
        let _ = write!(body, "{}", if numbers { unquoted(server) } else { server });
    }
    body.push_str("]}");
    body
}

/// The same answer in XML.
pub fn clodo_xml(servers: usize) -> String {
    let samples: Vec<&str> =
        CLODO_XML.split("<server>").skip(1).map(|s| s.split("</server>").next().unwrap_or("")).collect();
    let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<servers>\n");
    for index in 0..servers {
        let sample = samples[index % samples.len()];
        let (before, rest) = sample.split_once("<id>").expect("an id");
        let (_, rest) = rest.split_once("</name>").expect("a name");
        let id = 100_000 + index;
        let _ = write!(body, "<server>{before}<id>{id}</id>\n<name>сервер-{index}</name>{rest}</server>\n");
    }
    body.push_str("</servers>\n");
    body
}

/// Macloud's `GET /v1/server`: numbers as numbers, as Macloud sends them, or as strings.
pub fn macloud_json(servers: usize, strings: bool) -> String {
    let document: serde_json::Value = serde_json::from_str(MACLOUD_JSON).expect("JSON");
    let samples = document["data"].as_array().expect("a list");
    let mut body = String::from("{\"status\":\"ok\",\"status_msg\":\"Server list\",\"data\":[");
    for index in 0..servers {
        let mut server = samples[index % samples.len()].clone();
        server["id"] = (100_000 + index).into();
        server["name"] = format!("сервер-{index}").into();
        body.push_str(if index == 0 { "" } else { "," });
        let _ = write!(body, "{}", if strings { quoted(server) } else { server });
    }
    body.push_str("]}");
    body
}

/// Turns numeric strings into JSON numbers where that keeps their spelling.
fn unquoted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Number(number)) => Value::Number(number),
            _ => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(unquoted).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, unquoted(value))).collect(),
        other => other,
    }
}

fn quoted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(items) => items.into_iter().map(quoted).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, quoted(value))).collect(),
        other => other,
    }
}
