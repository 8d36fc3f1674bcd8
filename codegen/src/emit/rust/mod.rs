//! Rust: one file per endpoint and per file of types, the service, the server half, the tests of the examples.

mod code;
mod docs;
mod encode;
mod endpoint;
mod examples;
mod file;
pub(crate) mod imports;
mod rules;
mod server;
mod service;
mod trace;
mod types;
mod waiter;
mod words;
mod words_text;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Model;
use crate::tree::Tree;
use code::Code;
use imports::imports;
use proc_macro2::TokenStream;
use quote::quote;

/// Emits the generated part of an API's crate.
pub(crate) fn emit(model: &Model) -> Tree {
    let root = format!("crates/{}-proto/src/generated", model.api);
    let mut tree = Tree::default();
    let own = own_names(model);
    let service_spec = format!("specs/{}/service.toml", model.api);

    let doc = "The API itself: credentials, error codes, how calls are authorised and how it says no.";
    tree.add(format!("{root}/service.rs"), importing(&service_spec, doc, service::emit(model), &own));

    let mut type_modules: BTreeSet<&str> = BTreeSet::new();
    let mut server_type_modules: BTreeSet<&str> = BTreeSet::new();
    for entry in model.types.values() {
        type_modules.insert(&entry.module);
    }
    for module in &type_modules {
        let spec = format!("specs/{}/types/{module}.toml", model.api);
        let entries = || model.types.values().filter(|entry| entry.module == **module);
        let items = entries().map(types::emit).collect();
        tree.add(format!("{root}/types/{module}.rs"), importing(&spec, &docs::types(module), items, &own));
        let items: TokenStream = entries().map(types::emit_server).collect();
        if !items.is_empty() {
            server_type_modules.insert(module);
            let path = format!("{root}/server/types/{module}.rs");
            tree.add(path, importing(&spec, &docs::server_types(module), items, &own));
        }
    }

    let mut modules: BTreeMap<&str, Vec<&crate::model::Endpoint>> = BTreeMap::new();
    for endpoint in &model.endpoints {
        modules.entry(&endpoint.module).or_default().push(endpoint);
        let path = format!("{root}/{}/{}.rs", endpoint.module, endpoint.name);
        let items = endpoint::emit(model, endpoint);
        tree.add(path, importing(&endpoint.spec, &docs::endpoint_file(endpoint), items, &own));
        let mut code = Code::default();
        server::emit(&mut code, model, endpoint);
        let doc = format!("The server half of `{}`.", endpoint.name);
        let path = format!("{root}/server/{}/{}.rs", endpoint.module, endpoint.name);
        tree.add(path, file(&endpoint.spec, &doc, &code.finish(), &own));
    }
    for (module, endpoints) in &modules {
        let mut text = String::new();
        for endpoint in endpoints {
            text.push_str(&format!("mod {};\n", endpoint.name));
        }
        text.push('\n');
        for endpoint in endpoints {
            let mut names = vec![endpoint.type_name.clone()];
            names.extend(endpoint.one_of.iter().map(|group| group.type_name.clone()));
            names.extend(endpoint.waiters.iter().map(|waiter| waiter.type_name.clone()));
            names.sort();
            let names = if let [one] = names.as_slice() { one.clone() } else { format!("{{{}}}", names.join(", ")) };
            text.push_str(&format!("pub use {}::{names};\n", endpoint.name));
        }
        let doc = format!("Calls of `specs/{}/{module}/`.", model.api);
        tree.add(format!("{root}/{module}/mod.rs"), plain(&format!("specs/{}/{module}/", model.api), &doc, &text));
        let text: String = endpoints.iter().map(|endpoint| format!("mod {};\n", endpoint.name)).collect();
        let doc = format!("The server half of `specs/{}/{module}/`.", model.api);
        tree.add(
            format!("{root}/server/{module}/mod.rs"),
            plain(&format!("specs/{}/{module}/", model.api), &doc, &text),
        );
    }
    let types_spec = format!("specs/{}/types/", model.api);
    let mods: String = type_modules.iter().map(|module| format!("mod {module};\n")).collect();
    let uses: String = type_modules.iter().map(|module| format!("pub use {module}::*;\n")).collect();
    tree.add(format!("{root}/types/mod.rs"), plain(&types_spec, "Types that calls share.", &format!("{mods}\n{uses}")));
    if !server_type_modules.is_empty() {
        let mods: String = server_type_modules.iter().map(|module| format!("mod {module};\n")).collect();
        tree.add(format!("{root}/server/types/mod.rs"), plain(&types_spec, "The server half of the types.", &mods));
    }

    let mut code = Code::default();
    server::emit_every(&mut code, model);
    let doc = "Every endpoint with its wire examples.";
    let uses = "use hostkit::Format;\nuse hostkit::server::every::{Examples, Visitor};\n";
    let uses = format!("{uses}\nuse crate::{};\n\n", model.service.name.value);
    let text = format!("{uses}{}", code.finish());
    tree.add(format!("{root}/server/every.rs"), plain(&format!("specs/{}/", model.api), doc, &text));

    let mut code = Code::default();
    server::emit_router(&mut code, model);
    let mut mods: Vec<String> = modules.keys().map(|module| format!("mod {module};\n")).collect();
    if !server_type_modules.is_empty() {
        mods.push("mod types;\n".to_owned());
    }
    mods.push("mod every;\n".to_owned());
    mods.sort();
    let router = format!("{}\npub use every::every;\n\n{}", mods.concat(), code.finish());
    let doc = "The server half: every request of the API, and which endpoint it calls.";
    let uses = "use hostkit::codec::DecodeError;\nuse hostkit::server::{Incoming, Router};\nuse hostkit::{Endpoint, EndpointInfo};\n\n";
    let text = router.replacen("\n\npub use", &format!("\n\n{uses}pub use"), 1);
    tree.add(format!("{root}/server/mod.rs"), plain(&format!("specs/{}/", model.api), doc, &text));

    let mut text = String::new();
    let mut all: Vec<&str> = modules.keys().copied().collect();
    all.push("types");
    all.sort_unstable();
    let mut public: Vec<String> = all.iter().map(|module| format!("pub mod {module};\n")).collect();
    public.push("#[cfg(feature = \"server\")]\npub mod server;\n".to_owned());
    public.push("#[cfg(all(test, feature = \"server\"))]\nmod examples;\n".to_owned());
    public.push("mod service;\n".to_owned());
    public.sort_by_key(|line| line.rsplit(' ').next().unwrap_or_default().to_owned());
    text.push_str(&public.concat());
    let mut names = ["Code", "Credentials", model.service.name.value.as_str()];
    names.sort_unstable();
    text.push_str(&format!("\npub use service::{{{}}};\n", names.join(", ")));
    tree.add(
        format!("{root}/mod.rs"),
        plain(&format!("specs/{}/", model.api), "Everything that the specs describe.", &text),
    );
    let doc = "Every wire example of the specs as a test.";
    tree.add(format!("{root}/examples.rs"), plain(&format!("specs/{}/", model.api), doc, &examples::emit(model)));
    tree
}

fn own_names(model: &Model) -> BTreeMap<String, String> {
    let mut own = BTreeMap::new();
    for name in model.types.keys() {
        own.insert(name.clone(), "crate::types".to_owned());
    }
    for endpoint in &model.endpoints {
        let module = format!("crate::{}", endpoint.module);
        own.insert(endpoint.type_name.clone(), module.clone());
        for group in &endpoint.one_of {
            own.insert(group.type_name.clone(), module.clone());
        }
    }
    own.insert(model.service.name.value.clone(), "crate".to_owned());
    own
}

/// A file with the imports that its items need.
fn file(spec: &str, doc: &str, items: &str, own: &BTreeMap<String, String>) -> String {
    importing(spec, doc, parsed(spec, items), own)
}

/// A file with the imports that its items need.
fn importing(spec: &str, doc: &str, items: TokenStream, own: &BTreeMap<String, String>) -> String {
    let imports = imports(&items, own);
    file::file(spec, doc, quote!(#imports #items))
}

fn plain(spec: &str, doc: &str, body: &str) -> String {
    file::file(spec, doc, parsed(spec, body))
}

fn parsed(spec: &str, text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{spec}: {error}"))
}


fn parsed_trace(write: impl FnOnce(&mut Code)) -> TokenStream {
    let mut code = Code::default();
    write(&mut code);
    parsed("", &code.finish())
}
