//! P7: no injection. Naughty texts in every text input of every endpoint, and in every part of a request, are read back
//! by independent parsers: the same text comes back, and nothing leaves its place.

use std::borrow::Cow;

use hostkit::protocol::codec::{Name, Object};
use hostkit::protocol::server::example;
use hostkit::protocol::{EndpointInfo, RequestParts, Value};
use hostkit::{BaseUrl, Format};
use hostkit_tests::entries::Entry;
use hostkit_tests::{entries, size};
use percent_encoding::percent_decode_str;

/// Texts that could break out of some context.
const PIECES: &[&str] = &[
    "\r\n",
    "\r",
    "\n",
    "\0",
    "\t",
    " ",
    "+",
    "../",
    "..\\",
    "/",
    "//",
    "%2e%2e%2f",
    "%00",
    "%0d%0a",
    "%",
    "%zz",
    "&",
    "=",
    "?",
    "#",
    ";",
    ":",
    "@",
    "<",
    ">",
    "\"",
    "'",
    "`",
    "\\",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?php",
    "&amp;",
    "&lt;",
    "&#13;",
    "&#x0;",
    "&key=",
    "&action=delete",
    "\r\nX-Evil: 1\r\n\r\n",
    "HTTP/1.1",
    "{id}",
    "{",
    "}",
    "[",
    "]",
    "[]",
    "{\"a\":1}",
    "\",\"x\":\"",
    "</name><id>1</id><name>",
    "<x/>",
    "s:1:\"a\";",
    "Array\n(\n",
    "=> ",
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "NaN",
    "ё",
    "привет",
    "日本",
    "😀",
    "\u{202e}",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "\u{a0}",
    "e\u{301}",
    "\u{7f}",
    "\u{1}",
    "\u{1b}[31m",
    "${jndi:ldap://x}",
    "'; DROP TABLE x; --",
    "a",
    "Z",
    "~",
    "-",
    "_",
    ".",
    "..",
    "...",
    "|",
    "$(id)",
    "`id`",
    "^",
    "*",
];

struct Naughty(u64);

impl Naughty {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }

    fn text(&mut self) -> String {
        let count = 1 + self.below(4);
        (0..count).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

/// A request as independent parsers see it: each text with its place.
type Leaves = Vec<(String, String)>;

fn leaves(request: &http::Request<Vec<u8>>) -> Result<Leaves, String> {
    let mut found = Leaves::new();
    let target = request.uri().to_string();
    let url = url::Url::parse(&target).map_err(|error| format!("{target:?}: {error}"))?;
    found.push(("host".to_owned(), url.host_str().unwrap_or_default().to_owned()));
    found.push(("fragment".to_owned(), url.fragment().unwrap_or_default().to_owned()));
    for (index, segment) in url.path_segments().into_iter().flatten().enumerate() {
        let text = percent_decode_str(segment).decode_utf8().map_err(|error| error.to_string())?;
        found.push((format!("path {index}"), text.into_owned()));
    }
    for (index, (name, text)) in url.query_pairs().enumerate() {
        found.push((format!("query {index} {name}"), text.into_owned()));
    }
    for (name, value) in request.headers() {
        // The length depends on the text, and the format of the answer on the caller.
        if name != http::header::CONTENT_LENGTH && name != http::header::ACCEPT {
            found.push((format!("header {name}"), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        }
    }
    let kind =
        request.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let body = request.body();
    if kind.contains("json") {
        let value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        json(&value, "body".to_owned(), &mut found);
    } else if kind.contains("xml") {
        xml(body, &mut found)?;
    } else if kind.contains("urlencoded") {
        for (index, (name, text)) in url::form_urlencoded::parse(body).enumerate() {
            found.push((format!("form {index} {name}"), text.into_owned()));
        }
    } else if !body.is_empty() {
        return Err(format!("a body of the type {kind:?}"));
    }
    Ok(found)
}

fn json(value: &serde_json::Value, path: String, found: &mut Leaves) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| json(value, format!("{path}.{key}"), found));
        }
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| json(value, format!("{path}[{index}]"), found));
        }
        serde_json::Value::String(text) => found.push((path, text.clone())),
        other => found.push((path, other.to_string())),
    }
}

fn xml(body: &[u8], found: &mut Leaves) -> Result<(), String> {
    use quick_xml::events::Event;
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    // A carriage return, which XML readers turn into a line feed, has to be written as a reference.
    if text.contains('\r') {
        return Err("a bare carriage return".to_owned());
    }
    let mut reader = quick_xml::Reader::from_str(text);
    let mut path: Vec<(String, String)> = Vec::new();
    let wrong = |error: quick_xml::Error| error.to_string();
    loop {
        match reader.read_event().map_err(wrong)? {
            Event::Eof => return if path.is_empty() { Ok(()) } else { Err("an open element".to_owned()) },
            event @ (Event::Start(_) | Event::Empty(_)) => {
                let (start, is_empty) = match &event {
                    Event::Start(start) => (start, false),
                    Event::Empty(start) => (start, true),
                    _ => continue,
                };
                let name = start.name().as_ref().to_owned();
                let here =
                    format!("{}/{name}", path.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("/"));
                for attribute in start.attributes() {
                    let attribute = attribute.map_err(|error| error.to_string())?;
                    let raw = attribute.value.clone().into_owned();
                    if raw.contains(['\n', '\t']) {
                        return Err("a bare line break in an attribute".to_owned());
                    }
                    let text = quick_xml::escape::unescape(&raw).map_err(|error| error.to_string())?.into_owned();
                    found.push((format!("{here}@{}", attribute.key.as_ref()), text));
                }
                if is_empty {
                    found.push((here, String::new()));
                } else {
                    path.push((name, String::new()));
                }
            }
            Event::End(_) => {
                let here = path.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("/");
                let (_, text) = path.pop().ok_or("an end without a start")?;
                found.push((format!("/{here}"), text));
            }
            Event::Text(text) => {
                if let Some((_, all)) = path.last_mut() {
                    all.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                let text = quick_xml::escape::unescape(&reference).map_err(|error| error.to_string())?.into_owned();
                if let Some((_, all)) = path.last_mut() {
                    all.push_str(&text);
                }
            }
            Event::Decl(_) => {}
            other => return Err(format!("{other:?} in a request")),
        }
    }
}

/// The requests of an endpoint, each with one input replaced by a text.
fn with_text(entry: &Entry, request: &http::Request<Vec<u8>>, text: &str) -> Vec<(String, Vec<u8>)> {
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
    let mut found = Vec::new();
    let parameters = entry.info.path.split('/').enumerate().filter(|(_, part)| part.starts_with('{'));
    for (index, _) in parameters {
        let mut segments: Vec<Cow<'_, str>> = path.split('/').map(Cow::from).collect();
        if let Some(segment) = segments.get_mut(index) {
            *segment = encode(text).into();
        }
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        found.push((format!("{}{query}", segments.join("/")), request.body().clone()));
    }
    let pairs: Vec<&str> = query.into_iter().flat_map(|query| query.split('&')).collect();
    for index in 0..pairs.len() {
        let mut pairs: Vec<Cow<'_, str>> = pairs.iter().map(|pair| Cow::from(*pair)).collect();
        let name = pairs[index].split('=').next().unwrap_or_default().to_owned();
        pairs[index] = format!("{name}={}", encode(text)).into();
        found.push((format!("{path}?{}", pairs.join("&")), request.body().clone()));
    }
    let format = match request.headers().get(http::header::CONTENT_TYPE).map(http::HeaderValue::as_bytes) {
        Some(kind) if kind.starts_with(b"application/json") => Format::Json,
        Some(kind) if kind.starts_with(b"application/xml") => Format::Xml,
        _ => Format::Form,
    };
    if let Some(tree) = entries::tree(format, request.body()).filter(|_| !request.body().is_empty()) {
        let changed = entries::variants(&tree, |_, node| match node {
            Value::Text(old) => {
                *old = text.to_owned();
                true
            }
            _ => false,
        });
        found.extend(
            changed
                .iter()
                .filter_map(|tree| Some((target.clone(), hostkit::protocol::wire::write(format, tree).ok()?))),
        );
    }
    found
}

/// Whether an input equals the text, apart from surrounding blanks and from the spelling of numbers and flags. At five
/// places of two APIs blanks around the items of a list in one text are left out, and a text is percent-encoded by itself.
fn is_same(place: &str, after: &str, text: &str) -> bool {
    let plain = |text: &str| match text.trim() {
        "true" | "yes" | "on" | "Y" => "1".to_owned(),
        "false" | "no" | "off" | "N" => "0".to_owned(),
        text => text.parse::<u64>().map_or_else(|_| text.to_owned(), |number| number.to_string()),
    };
    let items = |text: &str| text.split(';').map(|item| item.trim().to_owned()).collect::<Vec<_>>();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().trim().to_owned();
    let is_at = |name: &str| place.ends_with(&format!(" {name}"));
    let is_encoded = is_at("keys") || is_at("mark") || matches!(place, "/limits/token" | "body.token");
    after == text
        || plain(after) == plain(text)
        || is_at("paths") && items(after) == items(text)
        || is_encoded && decoded(after) == decoded(text)
}

#[test]
fn texts_stay_in_their_inputs() {
    let mut naughty = Naughty(7);
    let rounds = size::size(4, 20, 400);
    let (mut cases, mut refused, mut wrong) = (0, 0, Vec::new());
    for entry in entries::all() {
        for request in &entry.requests {
            let before = leaves(request).unwrap_or_else(|error| panic!("{}: {error}", entry.folder));
            for _ in 0..rounds {
                let text = naughty.text();
                if text.trim().is_empty() {
                    // Blanks alone count as absent in an optional input.
                    continue;
                }
                for (target, body) in with_text(&entry, request, &text) {
                    cases += 1;
                    let incoming = example::incoming(request.method().as_str(), &target, request.headers(), &body);
                    // Refused: an id, a number, a rule of the spec, or a text that no header or document can represent.
                    let Ok(again) = (entry.resend)(&incoming) else {
                        refused += 1;
                        continue;
                    };
                    let shown = || {
                        format!("{} {text:?}: {} {}", entry.folder, again.uri(), String::from_utf8_lossy(again.body()))
                    };
                    match leaves(&again) {
                        Err(error) => wrong.push(format!("{error}: {}", shown())),
                        Ok(after) => {
                            let is_in_place =
                                after.len() == before.len() && after.iter().zip(&before).all(|(a, b)| a.0 == b.0);
                            let changed: Vec<_> = after.iter().zip(&before).filter(|(a, b)| a.1 != b.1).collect();
                            let is_same = changed.iter().all(|(after, _)| is_same(&after.0, &after.1, &text));
                            if !is_in_place || changed.len() > 1 || !is_same {
                                wrong.push(format!("{changed:?}: {}", shown()));
                            }
                        }
                    }
                }
            }
        }
    }
    println!(
        "P7: {cases} cases, texts through the inputs of every endpoint; {refused} refused by type, {} elsewhere",
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.iter().take(30).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(cases - refused > size::size(100, 2_500, 50_000), "{} texts went out", cases - refused);
}

const PLACES: EndpointInfo = EndpointInfo {
    name: "places",
    path: "/a/{first}/b/{second}/c",
    method: http::Method::POST,
    ..EndpointInfo::DEFAULT
};

#[test]
fn texts_stay_in_every_place_of_a_request() {
    let mut naughty = Naughty(20_260_101);
    let base: BaseUrl = "https://api.example.org/v1".parse().expect("a base URL");
    let cases = size::size(3_000, 30_000, 1_000_000);
    let name = Name::new("text");
    let (mut refused, mut held) = (0, 0);
    let infos = [
        <clodo_proto::Clodo as hostkit::Api>::INFO,
        <macloud_proto::Macloud as hostkit::Api>::INFO,
        <rootpanel_proto::RootPanel as hostkit::Api>::INFO,
    ];
    for number in 0..cases {
        let (text, format) = (naughty.text(), [Format::Xml, Format::Json, Format::Form][number % 3]);
        let mut info = infos[number % 3];
        info.request_format = Some(format);
        let mut out = RequestParts::new(&PLACES, &info, format, "");
        let is_dots = text == "." || text == "..";
        out.path("first", &text);
        assert_eq!(out.checked().is_err(), is_dots, "{text:?} as a segment");
        if is_dots {
            refused += 1;
            continue;
        }
        out.path("second", &"{first}".to_owned());
        out.checked().expect("braces are text");
        out.query("q", &text);
        out.query("last", &"end".to_owned());
        let can_be_header = text.bytes().all(|byte| byte >= 0x20 && byte != 0x7f || byte == b'\t');
        assert_eq!(out.header("x-text", &text).is_ok(), can_be_header, "{text:?} as a header");
        let mut object: Object = out.object();
        object.set(name, &text);
        object.set("last", &"end".to_owned());
        if format == Format::Xml {
            out.wrapped_body("root", object);
        } else {
            out.body(object);
        }
        let Ok(request) = out.finish(&base) else {
            // XML has no control characters, not even as references.
            assert!(
                format == Format::Xml && text.chars().any(|letter| letter.is_control() || letter == '\u{feff}'),
                "{text:?} in {format}"
            );
            refused += 1;
            continue;
        };
        let found = leaves(&request).unwrap_or_else(|error| panic!("{text:?} in {format}: {error}"));
        let texts: Vec<&str> =
            found.iter().filter(|(place, _)| !place.starts_with("header")).map(|(_, text)| text.as_str()).collect();
        let mut expected = vec!["api.example.org", "", "v1", "a", &text, "b", "{first}", "c", &text, "end"];
        match format {
            Format::Json => expected.extend(["end", &text]),
            _ => expected.extend([text.as_str(), "end"]),
        }
        let is_root = format == Format::Xml;
        assert_eq!(texts[..texts.len() - usize::from(is_root)], expected, "{text:?} in {format}: {found:?}");
        held += 1;
    }
    println!("P7: {cases} cases, texts in a path, a query, a header and a body; {held} came back, {refused} refused");
    assert!(held > cases / 2);
}
