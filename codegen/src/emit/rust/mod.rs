//! Rust: one file per endpoint and per file of types, the service, and the server half with one file per module.
//!
//! What only the callers of an endpoint need is `#[inline]`: it is compiled in programs that make the call, and not in
//! the API's crate, whose release build it would make five times as long.

mod docs;
mod encode;
mod endpoint;
mod evidence;
pub(crate) mod imports;
mod pages;
mod rules;
mod served;
mod server;
mod service;
mod types;
mod waiter;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::thread;

use docs::Doc;
use hostkit_proto::generated::FORMAT;
use imports::Scope;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use words::{ident, number};

use crate::model::{Endpoint, Model};
use crate::print;
use crate::recorded::Wire;
use crate::tree::Tree;

/// Emits the generated part of an API's crate.
pub(crate) fn emit(model: &Model, wire: &Wire<'_>, command: &str) -> Tree {
    let mut files = Files { api: &model.api, command, scope: Scope::of(model), tree: Tree::default() };
    let doc = "The API itself: credentials, error codes, authorisation of calls, and faults.";
    files.add_importing(&["service.rs"], &["service.toml"], doc, service::emit(model));
    let has_server_types = emit_types(model, &mut files);
    let modules = emit_endpoints(model, wire, &mut files);
    emit_server(model, &mut files, &modules, has_server_types);

    let public = modules.keys().copied().chain(["types"]).map(ident);
    let (service, aliases) = (ident(&model.service.name), docs::service_aliases(&model.service));
    let (format, version) = (number(i64::from(FORMAT)), env!("CARGO_PKG_VERSION"));
    let items = quote! {
        hostkit_proto::generated_by!(#format, #version);

        #(pub mod #public;)*
        #[cfg(feature = "server")]
        pub mod serve;
        mod service;

        pub use service::{Code, Credentials};
        #aliases
        pub use service::#service;
    };
    files.add(&["mod.rs"], &[""], "Everything that the specs describe.", items);
    files.tree
}

/// Collects the files of an API's crate.
struct Files<'m> {
    api: &'m str,
    /// The command that generates.
    command: &'m str,
    scope: Scope<'m>,
    tree: Tree,
}

impl Files<'_> {
    /// Adds a file of these items; `path` and `spec` are relative to the API's folders.
    fn add(&mut self, path: &[&str], spec: &[&str], doc: impl Into<Doc>, items: TokenStream) {
        let (path, text) = self.file(path, spec, doc, items);
        self.tree.add(path, text);
    }

    /// Adds a file of these items and the imports that they need.
    fn add_importing(&mut self, path: &[&str], spec: &[&str], doc: impl Into<Doc>, items: TokenStream) {
        let (path, text) = self.importing(path, spec, doc, items);
        self.tree.add(path, text);
    }

    /// The path and the text of a file.
    fn file(&self, path: &[&str], spec: &[&str], doc: impl Into<Doc>, items: TokenStream) -> (String, String) {
        let root = ["crates/", self.api, "-proto/src/generated/"].concat();
        let spec = ["specs/", self.api, "/", &spec.join("/")].concat();
        let mut tokens = docs::of_module(&doc.into());
        // `extend` moves the tokens: shared by `quote!`, they would be copied when parsed.
        tokens.extend(items);
        ([root, path.join("/")].concat(), print::file(self.command, &spec, tokens))
    }

    /// The path and the text of a file with the imports that its items need.
    fn importing(&self, path: &[&str], spec: &[&str], doc: impl Into<Doc>, items: TokenStream) -> (String, String) {
        let mut tokens = self.scope.imports(&items);
        tokens.extend(items);
        self.file(path, spec, doc, tokens)
    }

    /// Adds the file of each item, on all processors: to make and print the endpoints takes most of the time.
    fn add_each<T: Sync>(&mut self, items: &[T], file: impl Fn(&Self, &T) -> (String, String) + Sync) {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let (this, file) = (&*self, &file);
        let made: Vec<_> = thread::scope(|scope| {
            let parts = items.chunks(items.len().div_ceil(workers).max(1));
            let parts = parts.map(|part| scope.spawn(move || part.iter().map(|item| file(this, item)).collect()));
            let parts: Vec<thread::ScopedJoinHandle<'_, Vec<_>>> = parts.collect();
            parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        made.into_iter().for_each(|(path, text)| self.tree.add(path, text));
    }
}

/// Emits the types, a module per file, and their server half in one file; returns whether there is a server half.
fn emit_types(model: &Model, files: &mut Files<'_>) -> bool {
    let modules: BTreeSet<&str> = model.types.values().map(|entry| entry.module.as_str()).collect();
    let mut server = TokenStream::new();
    for module in &modules {
        let (name, spec) = ([*module, ".rs"].concat(), [*module, ".toml"].concat());
        let entries = || model.types.values().filter(|entry| entry.module == **module);
        let items = entries().map(|entry| types::emit(model, entry)).collect();
        files.add_importing(&["types", &name], &["types", &spec], docs::types(module).as_str(), items);
        server.extend(entries().map(|entry| types::emit_server(model, entry)));
    }
    let exports = modules.iter().map(|module| {
        let entries = model.types.values().filter(|entry| entry.module == **module);
        let exports = entries.map(|entry| (docs::aliases(model, &entry.name, &entry.ru, None), ident(&entry.name)));
        let (plain, named): (Vec<_>, Vec<_>) = exports.partition(|(aliases, _)| aliases.is_empty());
        let plain = plain.into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        let module = ident(module);
        let named = named.into_iter().map(|(aliases, name)| quote!(#aliases pub use #module::#name;));
        let plain = match &plain[..] {
            [] => TokenStream::new(),
            [one] => quote!(pub use #module::#one;),
            several => quote!(pub use #module::{#(#several),*};),
        };
        quote!(#plain #(#named)*)
    });
    let exports: TokenStream = exports.collect();
    let modules = modules.iter().map(|module| ident(module));
    let items = quote!(#(mod #modules;)* #exports);
    files.add(&["types", "mod.rs"], &["types", ""], "Types that calls share.", items);
    let has_server = !server.is_empty();
    if has_server {
        files.add_importing(&["serve", "types.rs"], &["types", ""], "The server half of the types.", server);
    }
    has_server
}

/// Emits the endpoints with their server halves, and returns them by module.
fn emit_endpoints<'m>(
    model: &'m Model,
    wire: &Wire<'_>,
    files: &mut Files<'_>,
) -> BTreeMap<&'m str, Vec<&'m Endpoint>> {
    let mut modules: BTreeMap<&str, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in &model.endpoints {
        modules.entry(&endpoint.module).or_default().push(endpoint);
    }
    files.add_each(&model.endpoints, |files, endpoint| {
        let name = [&endpoint.name, ".rs"].concat();
        // A module's name may differ from the folder of its specs.
        let spec = endpoint.spec.split('/').skip(2).collect::<Vec<_>>();
        let doc = docs::endpoint_file(endpoint);
        let items = endpoint::emit(model, wire, &files.scope, endpoint);
        files.importing(&[&endpoint.module, &name], &spec, doc.as_str(), items)
    });
    for (module, endpoints) in &modules {
        let names = endpoints.iter().map(|endpoint| ident(&endpoint.name)).collect::<Vec<_>>();
        let exports = endpoints.iter().flat_map(|endpoint| {
            let module = ident(&endpoint.name);
            declared(model, endpoint).into_iter().map(move |(name, aliases)| quote!(#aliases pub use #module::#name;))
        });
        let items = quote!(#(mod #names;)* #(#exports)*);
        files.add(
            &[module, "mod.rs"],
            &[module, ""],
            docs::module(model, wire, &files.scope, module, endpoints),
            items,
        );
    }
    let halves: Vec<_> = modules.iter().collect();
    files.add_each(&halves, |files, (module, endpoints)| {
        let doc = docs::server_module(&model.api, module);
        let items = endpoints.iter().map(|endpoint| server::emit(model, endpoint)).collect();
        files.importing(&["serve", &[**module, ".rs"].concat()], &[module, ""], doc.as_str(), items)
    });
    modules
}

/// Types that an endpoint's file declares, with their search words.
fn declared(model: &Model, endpoint: &Endpoint) -> Vec<(Ident, TokenStream)> {
    let surface = &endpoint.surface;
    let aliases = docs::aliases(model, &endpoint.name, &surface.ru, Some(endpoint.wire_name()));
    let call = (ident(&endpoint.type_name), aliases);
    let aliases = |name: &str, translation| (ident(name), docs::aliases(model, name, translation, None));
    let groups = endpoint.one_of.iter().map(|group| aliases(&group.type_name, &group.ru));
    let waiters = endpoint.waiters.iter().map(|waiter| aliases(&waiter.type_name, &waiter.surface.ru));
    [call].into_iter().chain(groups).chain(waiters).collect()
}

/// Emits the router and the list of endpoints with their examples.
fn emit_server(model: &Model, files: &mut Files<'_>, modules: &BTreeMap<&str, Vec<&Endpoint>>, has_types: bool) {
    let service = ident(&model.service.name);
    let (every, served) = (server::every(model), served::emit(model));
    let items = quote! {
        use hostkit_proto::codec::DecodeError;
        use hostkit_proto::server::ReceivedRequest;
        use hostkit_proto::server::every::{Examples, Served, Visitor};
        use hostkit_proto::{EndpointInfo, Format};
        use crate::{Credentials, #service};

        #every
        #served
    };
    files.add(&["serve", "every.rs"], &[""], "Every endpoint with its wire examples.", items);

    let names = modules.keys().copied().chain(["every"]).chain(has_types.then_some("types")).map(ident);
    let router = server::router(model);
    let items = quote! {
        #(mod #names;)*

        use hostkit_proto::codec::DecodeError;
        use hostkit_proto::server::{ReceivedRequest, Router};
        use hostkit_proto::{Endpoint, EndpointInfo};

        pub use every::every;

        #router
    };
    let doc = "The server half: every request of the API, and the router that finds its endpoint.";
    files.add(&["serve", "mod.rs"], &[""], doc, items);
}
