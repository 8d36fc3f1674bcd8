//! The imports that a generated file turns out to need.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::model::Model;

/// What generated code may import: module path, name.
const KNOWN: &[(&str, &str)] = &[
    ("std::collections", "BTreeMap"),
    ("std::net", "IpAddr"),
    ("std::time", "Duration"),
    ("hostkit::codec", "AsText"),
    ("hostkit::codec", "DateForm"),
    ("hostkit::codec", "DecodeError"),
    ("hostkit::codec", "FromWire"),
    ("hostkit::codec", "InputLimit"),
    ("hostkit::codec", "Name"),
    ("hostkit::codec", "Object"),
    ("hostkit::codec", "Reader"),
    ("hostkit::codec", "Switch"),
    ("hostkit::codec", "TextShape"),
    ("hostkit::codec", "ToText"),
    ("hostkit::codec", "ToWire"),
    ("hostkit::server", "Incoming"),
    ("hostkit::server", "Outgoing"),
    ("hostkit::server", "Root"),
    ("hostkit::server", "Serve"),
    ("hostkit::wire", "Kind"),
    ("hostkit::wire", "Node"),
    ("hostkit", "Api"),
    ("hostkit", "ApiInfo"),
    ("hostkit", "Before"),
    ("hostkit", "Bytes"),
    ("hostkit", "Call"),
    ("hostkit", "Calls"),
    ("hostkit", "Csv"),
    ("hostkit", "Date"),
    ("hostkit", "DateTime"),
    ("hostkit", "Decimal"),
    ("hostkit", "Effect"),
    ("hostkit", "Emptiness"),
    ("hostkit", "EncodeError"),
    ("hostkit", "Endpoint"),
    ("hostkit", "EndpointInfo"),
    ("hostkit", "EnvelopeFaults"),
    ("hostkit", "ErrorOf"),
    ("hostkit", "Fault"),
    ("hostkit", "FaultCode"),
    ("hostkit", "FaultKind"),
    ("hostkit", "Flag"),
    ("hostkit", "Format"),
    ("hostkit", "Gibibytes"),
    ("hostkit", "Host"),
    ("hostkit", "Html"),
    ("hostkit", "Inputs"),
    ("hostkit", "Kibibytes"),
    ("hostkit", "Mebibytes"),
    ("hostkit", "Method"),
    ("hostkit", "Observation"),
    ("hostkit", "Perform"),
    ("hostkit", "Progress"),
    ("hostkit", "RateRule"),
    ("hostkit", "Raw"),
    ("hostkit", "RawAnswer"),
    ("hostkit", "Reconcile"),
    ("hostkit", "Repeatable"),
    ("hostkit", "RequestParts"),
    ("hostkit", "Rules"),
    ("hostkit", "Secret"),
    ("hostkit", "Session"),
    ("hostkit", "StatusFaults"),
    ("hostkit", "UnixTime"),
    ("hostkit", "Value"),
    ("hostkit", "Verdict"),
    ("hostkit", "Waiter"),
    ("hostkit", "WaiterInfo"),
    ("hostkit", "trace"),
];

/// Whether a name of a spec would hide one that generated code imports.
pub(crate) fn is_taken(name: &str) -> bool {
    KNOWN.iter().any(|(_, known)| *known == name)
        || ["Option", "Result", "Vec", "String", "Some", "None", "Ok", "Err", "Box", "Credentials", "Code"]
            .contains(&name)
}

/// The groups of `use` items: a stable sort keeps the order within each.
const GROUPS: [&str; 3] = ["std", "hostkit", "crate"];

/// Traits that have to be imported where one of their items is named: item, trait.
const TRAITS: &[(&str, &str)] = &[("to_text", "ToText"), ("INFO", "Endpoint")];

/// The names of an API's own crate that its files may import, with their modules.
pub(super) fn own_names(model: &Model) -> BTreeMap<String, String> {
    let mut own = BTreeMap::new();
    own.extend(model.types.keys().map(|name| (name.clone(), "crate::types".to_owned())));
    for endpoint in &model.endpoints {
        let module = ["crate::", &endpoint.module].concat();
        let groups = endpoint.one_of.iter().map(|group| &group.type_name);
        own.extend(groups.chain([&endpoint.type_name]).map(|name| (name.clone(), module.clone())));
    }
    own.insert(model.service.name.value.clone(), "crate".to_owned());
    own
}

/// The `use` items of a file: known names, and names of the crate itself (name, module) that the file does not declare.
pub(super) fn imports(items: &TokenStream, own: &BTreeMap<String, String>) -> TokenStream {
    let mut names = Names::default();
    names.add(items.clone(), Place::Items);
    let needed: BTreeSet<&String> = names.used.difference(&names.declared).collect();
    let mut modules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (module, name) in KNOWN.iter().filter(|(_, name)| needed.iter().any(|needed| *needed == name)) {
        modules.entry(module).or_default().insert(name);
    }
    for (name, module) in needed.iter().filter_map(|name| own.get_key_value(*name)) {
        modules.entry(module).or_default().insert(name);
    }
    let mut modules: Vec<_> = modules.into_iter().collect();
    modules.sort_by_key(|(module, _)| GROUPS.iter().position(|group| module.starts_with(group)));
    let uses = modules.into_iter().map(|(module, names)| {
        let module = module.split("::").map(|name| format_ident!("{}", name));
        let names: Vec<_> = names.into_iter().map(|name| format_ident!("{}", name)).collect();
        match &names[..] {
            [name] => quote!(use #(#module::)*#name;),
            names => quote!(use #(#module::)*{#(#names),*};),
        }
    });
    uses.collect()
}

/// What the tokens of a file name.
#[derive(Default)]
struct Names {
    /// Not behind `::` or `.`, and no declaration.
    used: BTreeSet<String>,
    /// Structs and enums.
    declared: BTreeSet<String>,
}

/// Where tokens stand.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Items,
    /// Directly in an enum: a name here declares a variant.
    Variants,
}

impl Names {
    fn add(&mut self, tokens: TokenStream, place: Place) {
        let mut tokens = tokens.into_iter().peekable();
        // The keyword or punctuation before a name, as far as it says what the name is.
        let mut before = String::new();
        let mut body = Place::Items;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) if before == "#" && group.delimiter() == Delimiter::Bracket => before.clear(),
                TokenTree::Group(group) => {
                    self.add(group.stream(), std::mem::replace(&mut body, Place::Items));
                    before.clear();
                }
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let is_path = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':' && is_joint(next));
                    match before.as_str() {
                        "::" | "." => self.add_traits(&name),
                        "struct" | "enum" => drop(self.declared.insert(name.clone())),
                        "type" => {}
                        _ if place == Place::Variants => {}
                        // A module is used by its path; a variable may have its name.
                        _ if is_path || name.starts_with(char::is_uppercase) => drop(self.used.insert(name.clone())),
                        _ => {}
                    }
                    if name == "enum" {
                        body = Place::Variants;
                    }
                    before = name;
                }
                TokenTree::Punct(punct) => match punct.as_char() {
                    ':' if before == ":" => before = "::".to_owned(),
                    character => before = character.to_string(),
                },
                TokenTree::Literal(_) => before.clear(),
            }
        }
    }

    fn add_traits(&mut self, item: &str) {
        let traits = TRAITS.iter().filter(|(name, _)| *name == item);
        self.used.extend(traits.map(|(_, name)| (*name).to_owned()));
    }
}

fn is_joint(punct: &proc_macro2::Punct) -> bool {
    punct.spacing() == proc_macro2::Spacing::Joint
}
