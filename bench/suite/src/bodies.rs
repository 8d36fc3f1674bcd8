//! Bodies as the hosters send them, enlarged by repeating the servers of wire examples under other numbers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

const CLODO_JSON: &str = include_str!("../../../specs/clodo/servers/list_server_details/two_servers.answer.json");
const CLODO_XML: &str = include_str!("../../../specs/clodo/servers/list_server_details/two_servers.answer.xml");
const MACLOUD_JSON: &str = include_str!("../../../specs/macloud/servers/list_servers/servers.answer.json");

/// Clodo's `GET /servers/detail` in JSON: scalars as strings, as Clodo sends them, or as JSON numbers.
pub fn clodo_json(servers: usize, numbers: bool) -> String {
    let document: Value = serde_json::from_str(CLODO_JSON).expect("JSON");
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
    let document: Value = serde_json::from_str(MACLOUD_JSON).expect("JSON");
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

/// The same document with the keys of every object in an order of its own, pseudorandom but the same in every run.
pub fn shuffled(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let document: Value = serde_json::from_str(body).expect("JSON");
    write_shuffled(&document, &mut 0x9e37_79b9_7f4a_7c15, &mut text);
    text
}

fn write_shuffled(value: &Value, state: &mut u64, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_shuffled(item, state, text);
            }
            text.push(']');
        }
        Value::Object(entries) => {
            // A random number before each key makes the map's order a shuffle.
            let entries: BTreeMap<(u64, &String), &Value> =
                entries.iter().map(|(key, value)| ((random(state), key), value)).collect();
            text.push('{');
            for (index, ((_, key), value)) in entries.into_iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                let _ = write!(text, "{}:", Value::from(key.as_str()));
                write_shuffled(value, state, text);
            }
            text.push('}');
        }
        scalar => {
            let _ = write!(text, "{scalar}");
        }
    }
}

/// Marsaglia's xorshift.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// RootPanel's `getTarifs`, as PHP's `serialize()` writes it.
pub fn rootpanel_php(tariffs: usize) -> String {
    let list = |items: Vec<String>| {
        let entries: String = items.iter().enumerate().map(|(index, item)| format!("i:{index};{item}")).collect();
        format!("a:{}:{{{entries}}}", items.len())
    };
    let tariff = |number: usize| {
        let months = [1, 3, 6, 12].map(|count| {
            let (discount, renew) = (f64::from(count) * 1.25, if count > 1 { "1" } else { "0" });
            php_object(&[
                ("months", php_text(&count.to_string())),
                ("discount", php_text(&discount.to_string())),
                ("allowForNewOrder", php_text("1")),
                ("allowForRenew", php_text(renew)),
            ])
        });
        let addons = (0..8).map(|addon| {
            php_object(&[
                ("id", php_text(&(addon + 100 * number).to_string())),
                ("name", php_text(&format!("Дополнительный IPv4-адрес {addon}"))),
                ("costMonthly", php_text(&format!("{:.2}", addon as f64 * 1.5))),
                ("cntforoneorder", php_text("1")),
                ("onlyifrenew", php_text("0")),
            ])
        });
        let locations = (0..3).map(|location| {
            php_object(&[
                ("id", php_text(&location.to_string())),
                ("name", php_text(&format!("Амстердам {location}"))),
                ("costMonthly", php_text("4.99")),
            ])
        });
        php_object(&[
            ("id", php_text(&number.to_string())),
            ("vid", php_text("vds")),
            ("name", php_text(&format!("VDS SSD {number} (Нидерланды)"))),
            ("costMonthly", php_text("4.99")),
            ("currency", php_text("EUR")),
            ("allowWithoutDomain", php_text("1")),
            ("months", list(months.into())),
            ("addons", list(addons.collect())),
            ("locations", list(locations.collect())),
        ])
    };
    php_object(&[("status", php_text("SUCCESS")), ("tarifs", list((0..tariffs).map(tariff).collect()))])
}

fn php_text(text: &str) -> String {
    format!("s:{}:\"{text}\";", text.len())
}

fn php_object(entries: &[(&str, String)]) -> String {
    let text: String = entries.iter().map(|(key, value)| format!("{}{value}", php_text(key))).collect();
    format!("a:{}:{{{text}}}", entries.len())
}

/// Turns numeric strings into JSON numbers where that keeps their spelling.
fn unquoted(value: Value) -> Value {
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

fn quoted(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(items) => items.into_iter().map(quoted).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, quoted(value))).collect(),
        other => other,
    }
}
