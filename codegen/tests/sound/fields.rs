//! Random fields: their types, keys and values.

use proptest::prelude::RngExt;
use proptest::test_runner::TestRng;

use crate::wire::Wire;

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Answer,
    /// A body in JSON.
    Body,
    /// A query, or a body that is a form.
    Form,
}

/// A type of `types/`, with the value that examples have.
#[derive(Debug, Clone)]
pub struct Named {
    pub name: String,
    pub wire: Wire,
    pub is_scalar: bool,
    /// Whether its value may stand in a path, a query or an attribute.
    pub is_object: bool,
}

/// A field with its line in the spec, and its value in an example.
#[derive(Debug, Clone)]
pub struct Field {
    pub line: String,
    pub json: String,
    pub xml: String,
    pub value: Option<Wire>,
    /// Entries beside it, such as the number of items in all.
    pub beside: Vec<(String, String, Wire)>,
}

const SCALARS: [&str; 17] = [
    "text",
    "int",
    "uint",
    "decimal",
    "money",
    "flag",
    "secret",
    "datetime",
    "date",
    "unixtime",
    "ip",
    "ipblock",
    "html",
    "bytes",
    "kibibytes",
    "mebibytes",
    "gibibytes",
];

/// Names that are hard in Rust, in JSON or in XML.
const WORDS: [&str; 24] = [
    "type",
    "match",
    "self",
    "fn",
    "new",
    "clone",
    "default",
    "encode",
    "Name",
    "created_at",
    "vps-hdd",
    "imageId",
    "id2",
    "n",
    "out",
    "reader",
    "value",
    "index",
    "table",
    "spec",
    "answer",
    "request",
    "client",
    "async",
];

pub fn pick<'a, T: ?Sized>(rng: &mut TestRng, all: &[&'a T]) -> &'a T {
    all[rng.random_range(0..all.len())]
}

/// A scalar's value.
fn scalar(rng: &mut TestRng, ty: &str, pattern: Option<&str>) -> Wire {
    let small = rng.random_range(1..100_u32);
    match ty {
        "int" => Wire::Number((i64::from(small) - 50).to_string()),
        "uint" | "bytes" | "kibibytes" | "mebibytes" | "gibibytes" => Wire::Number(small.to_string()),
        "decimal" | "money" => Wire::Number(format!("{small}.25")),
        "flag" => Wire::Flag(small % 2 == 0),
        "datetime" => Wire::Text(date(pattern.unwrap_or("%Y-%m-%d %H:%M:%S"), small)),
        "date" => Wire::Text(date(pattern.unwrap_or("%Y-%m-%d"), small)),
        "unixtime" if pattern.is_some() => Wire::Text(date(pattern.unwrap_or_default(), small)),
        "unixtime" => Wire::Number((1_700_000_000 + u64::from(small)).to_string()),
        "ip" => Wire::Text(format!("192.0.2.{small}")),
        "ipblock" => Wire::Text(format!("2001:db8:{small}::/{small}")),
        "html" => Wire::Text(format!("line {small}")),
        "secret" => Wire::Text(format!("secret{small}")),
        _ => Wire::Text(pick(rng, &["plain", "a b", "Привет", "x-1", "100%"]).to_owned()),
    }
}

fn date(pattern: &str, small: u32) -> String {
    let day = format!("{:02}", small % 28 + 1);
    pattern
        .replace("%Y", "2026")
        .replace("%m", "11")
        .replace("%d", &day)
        .replace("%H", "04")
        .replace("%M", "05")
        .replace("%S", "06")
}

/// A random field with the number `index`, which its name has in it.
pub fn field(rng: &mut TestRng, index: usize, place: Place, named: &[Named], words: bool) -> Field {
    let wire = match rng.random_range(0..3) {
        0 => format!("{}{index}", pick(rng, &WORDS)),
        _ => format!("{}_{index}", pick(rng, &["field", "size", "flag", "thing"])),
    };
    let mut keys: Vec<String> = Vec::new();
    let (mut json, mut xml) = (wire.clone(), wire.clone());
    let of_scalars: Vec<&Named> = named.iter().filter(|named| named.is_scalar).collect();
    let base = |rng: &mut TestRng| -> (String, Option<Wire>) {
        // A query and a form hold texts, and no markup.
        let scalars = if place == Place::Form {
            SCALARS.iter().filter(|ty| **ty != "html").copied().collect()
        } else {
            SCALARS.to_vec()
        };
        match rng.random_range(0..10) {
            0 | 1 if !of_scalars.is_empty() => {
                let named = of_scalars[rng.random_range(0..of_scalars.len())];
                (named.name.clone(), Some(named.wire.clone()))
            }
            _ => (scalars[rng.random_range(0..scalars.len())].to_owned(), None),
        }
    };
    let shape = match (place, rng.random_range(0..10)) {
        (Place::Answer | Place::Body, 0 | 1) => "list",
        (Place::Answer | Place::Body, 2) => "map",
        (Place::Answer, 3) => "object",
        (Place::Form, 0) => "names",
        (Place::Form, 1) => "join",
        _ => "scalar",
    };
    let mut beside = Vec::new();
    let is_required = rng.random_bool(0.4);
    let (ty, mut value) = match shape {
        "object" => match named.iter().find(|named| named.is_object) {
            Some(object) => (object.name.clone(), object.wire.clone()),
            None => ("uint".to_owned(), Wire::Number("7".to_owned())),
        },
        "map" => {
            let (ty, known) = base(rng);
            let ty = if ["html", "secret", "flag"].contains(&&*ty) { "text".to_owned() } else { ty };
            let value = known.unwrap_or_else(|| scalar(rng, &ty, None));
            if place != Place::Answer && ["int", "text"].contains(&&*ty) && rng.random_bool(0.5) {
                keys.push(if ty == "text" { "max = 40" } else { "min = -99" }.to_owned());
            }
            (format!("{{text: {ty}}}"), Wire::Object(vec![("k1".into(), "k1".into(), value)]))
        }
        "list" | "names" | "join" => {
            let object =
                named.iter().find(|named| named.is_object).filter(|_| place == Place::Answer && rng.random_bool(0.5));
            let (ty, item) = match object {
                Some(object) => (object.name.clone(), object.wire.clone()),
                None => {
                    let (ty, known) = base(rng);
                    let ty = if ["html", "secret", "flag"].contains(&&*ty) { "text".to_owned() } else { ty };
                    let value = known.unwrap_or_else(|| scalar(rng, &ty, None));
                    (ty, value)
                }
            };
            let mut wrapper = None;
            match shape {
                "names" => keys.push(format!("names = \"{wire}[{{index}}]\", from = {}", rng.random_range(0..2))),
                "join" => keys.push("join = \",\"".to_owned()),
                _ if place == Place::Answer => {
                    if rng.random_bool(0.3) {
                        keys.push("item = \"piece\"".to_owned());
                        wrapper = Some("piece".to_owned());
                    }
                    if rng.random_bool(0.3) {
                        keys.push(format!("total = \"total{index}\""));
                        let total = format!("total{index}");
                        beside.push((total.clone(), total, Wire::Number("1".to_owned())));
                    }
                    if rng.random_bool(0.3) {
                        keys.push("max-items = 20".to_owned());
                    }
                }
                _ => {}
            }
            if place != Place::Answer && rng.random_bool(0.3) {
                keys.push("max-items = 9".to_owned());
            }
            (format!("[{ty}]"), Wire::List(wrapper, vec![item]))
        }
        _ => {
            let (ty, known) = base(rng);
            let pattern = match &*ty {
                "datetime" if rng.random_bool(0.4) => Some("%d.%m.%Y %H:%M"),
                "date" if rng.random_bool(0.4) => Some("%d/%m/%Y"),
                "unixtime" if rng.random_bool(0.4) => Some("%Y-%m-%dT%H:%M:%SZ"),
                _ => None,
            };
            if let Some(pattern) = pattern {
                keys.push(format!("pattern = \"{pattern}\""));
            }
            let value = known.clone().unwrap_or_else(|| scalar(rng, &ty, pattern));
            match &*ty {
                "flag" if !words && rng.random_bool(0.3) => keys.push("words = [\"off\", \"on\"]".to_owned()),
                "text" if rng.random_bool(0.5) => match place {
                    Place::Answer if !is_required => keys.push("trim = true".to_owned()),
                    Place::Answer => {}
                    _ => keys.push(pick(rng, &["min = 1", "max = 40", "min = 1, max = 90"]).to_owned()),
                },
                "int" | "uint" if place != Place::Answer && rng.random_bool(0.5) => {
                    keys.push(
                        pick(rng, &["min = -99, max = 100", "min = -50", "max = 200", "multiple-of = 1"]).to_owned(),
                    );
                }
                "uint" if rng.random_bool(0.3) => keys.push("unit = \"MB\"".to_owned()),
                _ => {}
            }
            let value = match (&*ty, value) {
                ("flag", Wire::Flag(flag)) if words || keys.iter().any(|key| key.starts_with("words")) => {
                    Wire::Text(if flag { "on" } else { "off" }.to_owned())
                }
                (_, value) => value,
            };
            if ty == "flag" && place == Place::Answer && !is_required && rng.random_bool(0.3) {
                keys.push("absent = false".to_owned());
            }
            if place == Place::Answer && ty != "html" && rng.random_bool(0.2) {
                xml = format!("@{}", wire.replace('-', "_"));
                keys.push(format!("xml = \"{xml}\""));
            }
            (ty, value)
        }
    };
    if place == Place::Answer && rng.random_bool(0.15) && !xml.starts_with('@') && shape == "scalar" {
        json = format!("group{index}/{wire}");
        keys.push(format!("json = \"{json}\""));
    }
    if place == Place::Answer && shape == "list" {
        xml = format!("{wire}/one");
        keys.push(format!("xml = \"{xml}\""));
    }
    if place == Place::Answer && rng.random_bool(0.15) {
        keys.push(format!("also = [\"other{index}\"]"));
    }
    if rng.random_bool(0.15) {
        keys.push(format!("as = \"own_name{index}\""));
    }
    if rng.random_bool(0.15) {
        keys.push("provenance = \"recorded\"".to_owned());
    }
    if is_required {
        keys.push("required = true".to_owned());
    }
    let key = if wire.contains('.') { format!("\"{wire}\"") } else { wire.clone() };
    let line = format!("{key} = {{ type = \"{ty}\", {}en = \"What it is, {index}.\" }}", join(&keys));
    if let (Place::Form, Wire::Number(_) | Wire::Flag(_) | Wire::Text(_)) = (place, &value) {
        value = Wire::Text(value.plain());
    }
    // What is beside a list shows in the examples.
    let value = (is_required || !beside.is_empty() || rng.random_bool(0.7)).then_some(value);
    Field { line, json, xml, value, beside }
}

fn join(keys: &[String]) -> String {
    keys.iter().map(|key| format!("{key}, ")).collect()
}

/// The entries of an object with these fields.
pub fn entries(fields: &[Field]) -> Vec<(String, String, Wire)> {
    let mut found = Vec::new();
    for field in fields {
        if let Some(value) = &field.value {
            found.push((field.json.clone(), field.xml.clone(), value.clone()));
        }
        found.extend(field.beside.iter().cloned());
    }
    found
}
