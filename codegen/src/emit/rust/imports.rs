//! Imports that a generated file needs, found in its tokens.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::quote;

use super::words::ident;
use crate::model::Model;

/// Names that generated code may import, by module, in the order of the `use` groups.
const KNOWN: &[(&str, &[&str])] = &[
    ("std::collections", &["BTreeMap"]),
    ("std::net", &["IpAddr"]),
    ("std::time", &["Duration"]),
    (
        "hostkit_proto::codec",
        &[
            "AsText",
            "DatePattern",
            "DecodeError",
            "Field",
            "FromFields",
            "FromWire",
            "InOneText",
            "InWords",
            "InputLimit",
            "MistakenChoice",
            "Name",
            "Names",
            "Object",
            "Reader",
            "Table",
            "TextShape",
            "ToText",
            "ToWire",
        ],
    ),
    ("hostkit_proto::evidence", &["Each", "Evidence", "Facts", "Inputs", "Shows"]),
    ("hostkit_proto::server", &["ReceivedRequest", "Root", "Serve", "Simulate", "WrittenAnswer", "simulate"]),
    ("hostkit_proto::wire", &["Kind"]),
    (
        "hostkit_proto",
        &[
            "Api",
            "ApiInfo",
            "Base64Text",
            "Bytes",
            "Call",
            "Checks",
            "Csv",
            "Currency",
            "Date",
            "DateTime",
            "Decimal",
            "DocumentFaults",
            "Effect",
            "Emptiness",
            "EncodeError",
            "Endpoint",
            "EndpointInfo",
            "EnvelopeFaults",
            "ErrorLayout",
            "Fault",
            "FaultCode",
            "FaultKind",
            "Flag",
            "Format",
            "Gibibytes",
            "Host",
            "Html",
            "IpBlock",
            "Joined",
            "JsonText",
            "Kibibytes",
            "Leniency",
            "Mebibytes",
            "Method",
            "Money",
            "Nullable",
            "Observation",
            "Paged",
            "PercentText",
            "Perform",
            "Progress",
            "RateRule",
            "Raw",
            "RawAnswer",
            "Removed",
            "Repeatable",
            "Report",
            "RequestParts",
            "Secret",
            "Session",
            "StatusFaults",
            "StatusMeaning",
            "Top",
            "UnixTime",
            "Value",
            "Verdict",
            "Waiter",
            "WaiterInfo",
            "Word",
            "evidence",
            "signing",
        ],
    ),
];

/// Names that doc examples may import: users take everything from the engine's crate.
const KNOWN_TO_USERS: &[(&str, &[&str])] = &[
    ("std::collections", &["BTreeMap"]),
    (
        "hostkit",
        &[
            "Bytes",
            "Date",
            "DateTime",
            "Gibibytes",
            "Html",
            "IpBlock",
            "Kibibytes",
            "Mebibytes",
            "Nullable",
            "Outcome",
            "UnixTime",
        ],
    ),
];

/// Names that generated code has without an import or gives itself, and those of the API itself.
const PRELUDE: &[&str] = &[
    "Option",
    "Result",
    "Vec",
    "String",
    "Some",
    "None",
    "Ok",
    "Err",
    "Box",
    "From",
    "Into",
    "Iterator",
    "Credentials",
    "Code",
    "FACTS",
    "FAULTS",
    "INFO",
    "MAKES",
    "ROOT",
    "T",
    "TABLE",
];

/// Traits to import where one of their items is named: item, trait.
const TRAITS: &[(&str, &str)] = &[("to_text", "ToText"), ("unreadable", "InOneText"), ("INFO", "Endpoint")];

/// Whether a spec's name would shadow one that generated code imports.
pub(crate) fn is_taken(name: &str) -> bool {
    KNOWN.iter().any(|(_, known)| known.contains(&name)) || PRELUDE.contains(&name)
}

/// Names that the specs of an API declare, indexed once for all files.
pub(super) struct Scope<'m> {
    /// The module of each name below the API's crate; `None` for the API itself, which is at the crate's root.
    own: BTreeMap<&'m str, Option<&'m str>>,
}

impl<'m> Scope<'m> {
    pub(super) fn of(model: &'m Model) -> Self {
        let mut own: BTreeMap<_, _> = model.types.keys().map(|name| (name.as_str(), Some("types"))).collect();
        for endpoint in &model.endpoints {
            let groups = endpoint.one_of.iter().map(|group| &group.type_name);
            let names = groups.chain([&endpoint.type_name]);
            own.extend(names.map(|name| (name.as_str(), Some(endpoint.module.as_str()))));
        }
        own.insert(&model.service.name, None);
        Self { own }
    }

    /// The `use` items for the names that a file of the API's crate uses and does not declare.
    pub(super) fn imports(&self, items: &TokenStream) -> TokenStream {
        self.uses(items, KNOWN, (2, "crate"))
    }

    /// The same for a user of the API's crate, whose name is `own`.
    pub(super) fn imports_of_user(&self, items: &TokenStream, own: &str) -> TokenStream {
        self.uses(items, KNOWN_TO_USERS, (1, own))
    }

    fn uses(&self, items: &TokenStream, known: &[(&str, &[&str])], (group, own): (usize, &str)) -> TokenStream {
        let module_of = |name: &str| match self.own.get(name) {
            Some(module) => Some((group, [own].into_iter().chain(*module).collect::<Vec<_>>())),
            None => known.iter().find(|(_, names)| names.contains(&name)).map(|(module, _)| {
                let group = if module.starts_with("std") { 0 } else { 1 };
                (group, module.split("::").collect())
            }),
        };
        let mut names = Names::default();
        names.add(items.clone(), Place::Items);
        let mut uses: BTreeMap<_, Vec<Ident>> = BTreeMap::new();
        for name in names.used.difference(&names.declared) {
            if let Some(module) = module_of(name) {
                uses.entry(module).or_default().push(ident(name));
            }
        }
        let uses = uses.into_iter().map(|((_, module), names)| {
            let module = module.iter().map(|name| ident(name));
            match &names[..] {
                [name] => quote!(use #(#module::)*#name;),
                names => quote!(use #(#module::)*{#(#names),*};),
            }
        });
        uses.collect()
    }
}

/// Names in the tokens of a file.
#[derive(Default)]
struct Names {
    /// Names that are neither declared here nor after `::` or `.`.
    used: BTreeSet<String>,
    /// Structs and enums.
    declared: BTreeSet<String>,
}

/// Context of tokens.
#[derive(Clone, Copy, Default, PartialEq)]
enum Place {
    #[default]
    Items,
    /// Directly in an enum, where names declare variants.
    Variants,
}

impl Names {
    fn add(&mut self, tokens: TokenStream, place: Place) {
        let mut tokens = tokens.into_iter().peekable();
        // The preceding keyword or punctuation, if it says what the next name is.
        let mut before = String::new();
        let mut body = Place::Items;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) if before == "#" && group.delimiter() == Delimiter::Bracket => before.clear(),
                TokenTree::Group(group) => {
                    self.add(group.stream(), std::mem::take(&mut body));
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
                        // Lower-case names count only as the start of a path: a variable may have a module's name.
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
