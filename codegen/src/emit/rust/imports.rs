//! The imports that a generated file turns out to need.

use std::collections::{BTreeMap, BTreeSet};

use super::code::WIDTH;

/// What generated code may import: module path, name.
const KNOWN: &[(&str, &str)] = &[
    ("std::collections", "BTreeMap"),
    ("std::net", "IpAddr"),
    ("std::time", "Duration"),
    ("hostkit_proto::codec", "AsText"),
    ("hostkit_proto::codec", "DateForm"),
    ("hostkit_proto::codec", "DecodeError"),
    ("hostkit_proto::codec", "FromWire"),
    ("hostkit_proto::codec", "InputLimit"),
    ("hostkit_proto::codec", "Name"),
    ("hostkit_proto::codec", "Object"),
    ("hostkit_proto::codec", "Reader"),
    ("hostkit_proto::codec", "Switch"),
    ("hostkit_proto::codec", "TextShape"),
    ("hostkit_proto::codec", "ToText"),
    ("hostkit_proto::codec", "ToWire"),
    ("hostkit_proto::evidence", "Baseline"),
    ("hostkit_proto::evidence", "Each"),
    ("hostkit_proto::evidence", "Evidence"),
    ("hostkit_proto::evidence", "Inputs"),
    ("hostkit_proto", "evidence"),
    ("hostkit_proto::server", "Incoming"),
    ("hostkit_proto::server", "Outgoing"),
    ("hostkit_proto::server", "Root"),
    ("hostkit_proto::server", "Serve"),
    ("hostkit_proto::wire", "Kind"),
    ("hostkit_proto::wire", "Node"),
    ("hostkit_proto", "Api"),
    ("hostkit_proto", "ApiInfo"),
    ("hostkit_proto", "Bytes"),
    ("hostkit_proto", "Call"),
    ("hostkit_proto", "Csv"),
    ("hostkit_proto", "Date"),
    ("hostkit_proto", "DateTime"),
    ("hostkit_proto", "Decimal"),
    ("hostkit_proto", "Effect"),
    ("hostkit_proto", "Emptiness"),
    ("hostkit_proto", "EncodeError"),
    ("hostkit_proto", "Endpoint"),
    ("hostkit_proto", "EndpointInfo"),
    ("hostkit_proto", "EnvelopeFaults"),
    ("hostkit_proto", "Fault"),
    ("hostkit_proto", "FaultCode"),
    ("hostkit_proto", "FaultKind"),
    ("hostkit_proto", "Flag"),
    ("hostkit_proto", "Format"),
    ("hostkit_proto", "Gibibytes"),
    ("hostkit_proto", "Host"),
    ("hostkit_proto", "Html"),
    ("hostkit_proto", "Kibibytes"),
    ("hostkit_proto", "Mebibytes"),
    ("hostkit_proto", "Method"),
    ("hostkit_proto", "Observation"),
    ("hostkit_proto", "Perform"),
    ("hostkit_proto", "Progress"),
    ("hostkit_proto", "RateRule"),
    ("hostkit_proto", "Raw"),
    ("hostkit_proto", "RawAnswer"),
    ("hostkit_proto", "Repeatable"),
    ("hostkit_proto", "RequestParts"),
    ("hostkit_proto", "Rules"),
    ("hostkit_proto", "Secret"),
    ("hostkit_proto", "Session"),
    ("hostkit_proto", "StatusFaults"),
    ("hostkit_proto", "UnixTime"),
    ("hostkit_proto", "Value"),
    ("hostkit_proto", "Verdict"),
    ("hostkit_proto", "Waiter"),
    ("hostkit_proto", "WaiterInfo"),
];

/// Whether a name of a spec would hide one that generated code imports.
pub(crate) fn is_taken(name: &str) -> bool {
    KNOWN.iter().any(|(_, known)| *known == name)
        || ["Option", "Result", "Vec", "String", "Some", "None", "Ok", "Err", "Box", "Credentials", "Code"]
            .contains(&name)
}

/// The `use` lines that `body` needs: known names, and names of the crate itself but for those that are defined `here`.
pub(super) fn imports(body: &str, own: &BTreeMap<String, String>, here: &[&str]) -> String {
    let words = words(body);
    // A file has few words, an API many names: looked up this way round, a file costs the same in an API of any size.
    let found = words.iter().filter(|word| !here.contains(word)).filter_map(|word| own.get_key_value(*word));
    let found: BTreeMap<&str, &str> = found.map(|(name, module)| (name.as_str(), module.as_str())).collect();
    let mut modules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (module, name) in KNOWN {
        // The trait behind a method is needed where the method is called.
        let is_method = match *name {
            "ToText" => words.contains("to_text"),
            "Endpoint" => words.contains("retarget"),
            _ => false,
        };
        let is_own = own.contains_key(*name) && !here.contains(name);
        if (words.contains(name) || is_method) && !is_own {
            modules.entry(module).or_default().insert(name);
        }
    }
    for (name, module) in found {
        modules.entry(module).or_default().insert(name);
    }
    let groups: [fn(&str) -> bool; 3] = [
        |module| module.starts_with("std"),
        |module| module.starts_with("hostkit"),
        |module| module.starts_with("crate"),
    ];
    let mut text = String::new();
    for is_in in groups {
        // rustfmt puts a module's own names behind those of its children.
        let mut lines: Vec<_> = modules.iter().filter(|(module, _)| is_in(module)).collect();
        lines.sort_by_key(|(module, names)| {
            let key = if names.len() == 1 {
                format!("{module}::{}", names.iter().next().unwrap_or(&""))
            } else {
                format!("{module}::\u{7f}")
            };
            key.replace("::", "\u{1}")
        });
        for (module, names) in &lines {
            let names: Vec<_> = names.iter().copied().collect();
            text.push_str(&use_line(module, &names));
        }
        if !lines.is_empty() {
            text.push('\n');
        }
    }
    text
}

fn use_line(module: &str, names: &[&str]) -> String {
    if let [name] = names {
        return format!("use {module}::{name};\n");
    }
    let one = format!("use {module}::{{{}}};\n", names.join(", "));
    if one.chars().count() < WIDTH {
        return one;
    }
    let mut text = format!("use {module}::{{\n");
    let mut line = String::from("   ");
    for (index, name) in names.iter().enumerate() {
        // rustfmt keeps a column for what follows, unless nothing does.
        let room = if index + 1 == names.len() { WIDTH } else { WIDTH - 1 };
        if line.len() + name.len() + 2 > room {
            text.push_str(&line);
            text.push('\n');
            line = String::from("   ");
        }
        line.push_str(&format!(" {name},"));
    }
    text.push_str(&line);
    text.push_str("\n};\n");
    text
}

/// The identifiers that have to be in scope: comments, texts, names behind `::` and declared variants left out.
fn words(body: &str) -> BTreeSet<&str> {
    let mut words = BTreeSet::new();
    for line in body.lines() {
        let line = line.trim_start();
        if line.starts_with("//") || line.starts_with("#[doc") {
            continue;
        }
        let line = line.strip_prefix("type Api =").unwrap_or(line);
        let mut is_text = false;
        for part in line.split('"') {
            if !is_text {
                add_words(part, line, &mut words);
            }
            is_text = !is_text && !part.ends_with('\\') || is_text && part.ends_with('\\');
        }
    }
    words
}

fn add_words<'b>(part: &'b str, line: &str, words: &mut BTreeSet<&'b str>) {
    let (mut before, mut rest) = ("", part);
    while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
        before = if start == 0 { before } else { &rest[..start] };
        let end = rest[start..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest.len(), |end| start + end);
        let word = &rest[start..end];
        // `Image(ImageId),` and `Running = "…"` declare a variant.
        let declares = line.starts_with(word)
            && word.starts_with(|first: char| first.is_ascii_uppercase())
            && rest.len() == part.len()
            && (line[word.len()..].starts_with('(') && line.ends_with("),")
                || (line[word.len()..] == *" {" && !is_taken(word))
                || line[word.len()..].starts_with(" = \""));
        if !before.ends_with("::") && !declares {
            words.insert(word);
        }
        rest = &rest[end..];
        before = if rest.starts_with("::") { "::" } else { "" };
    }
}
