//! Writes what the measurements compare with: serde derives of the output types, and a copy of the types alone.
//!
//! Names and presence come from the specs, so nothing here depends on how the generated decoders look.

mod emit;
mod types;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use types::Api;

use self::emit::ident;
use crate::workspace::{files, read, root, write};

/// The APIs, each with the endpoint whose large list is read.
const APIS: [(&str, &str); 2] = [("clodo", "list_server_details"), ("macloud", "list_servers")];

/// Writes the generated modules of `bench/`.
pub(super) fn generate() -> Result<(), String> {
    let mut scalars = TokenStream::new();
    let mut modules = TokenStream::new();
    for (name, list) in APIS {
        let api = Api::read(name)?;
        save("serde", &format!("all/{name}"), &emit::module(&api))?;
        save("serde", name, &emit::module(&api.of_root(list)))?;
        scalars.extend(names(&api));
        copy(&api)?;
        let name = ident(name);
        modules.extend(quote!(pub mod #name;));
    }
    let docs = quote!(#![allow(missing_docs)]);
    save("serde", "all/mod", &modules)?;
    save("serde", "mod", &quote!(#modules #[cfg(feature = "all")] pub mod all;))?;
    save("ours", "mod", &quote!(#docs #modules))?;
    save("lenient", "mod", &quote!(use crate::scalar::{from_text, whole}; #scalars))
}

/// The scalars of an API as `Scalar`s of `bench-lenient`.
fn names(api: &Api) -> TokenStream {
    let krate = format_ident!("{}_proto", api.name);
    let entries = api.scalars.iter().map(|(name, is_number)| {
        let name = ident(name);
        match is_number {
            true => quote!(whole!(#krate::types::#name => |number| Some(#krate::types::#name::new(number)));),
            false => quote!(from_text!(#krate::types::#name);),
        }
    });
    quote!(#(#entries)*)
}

/// Copies the generated types and the decoders of outputs, without requests.
fn copy(api: &Api) -> Result<(), String> {
    let generated = root().join("crates").join(format!("{}-proto", api.name)).join("src/generated/types");
    let inside = format!("crate::{}::types", api.name);
    for path in files(&generated)? {
        let text = read(&generated.join(&path))?.replace("crate::types", &inside);
        save_text("ours", &format!("{}/types/{path}", api.name), &text)?;
    }
    let roots = api.roots.iter().map(|root| {
        let (name, decoder) = (ident(&root.name), &root.decoder);
        quote! {
            pub mod #name {
                #![allow(unused_imports)]
                use super::types::*;
                #decoder
            }
        }
    });
    save("ours", &format!("{}/mod", api.name), &quote!(pub mod types; #(#roots)*))
}

fn save(package: &str, module: &str, tokens: &TokenStream) -> Result<(), String> {
    save_text(package, &format!("{module}.rs"), &format!("//! Written by `cargo xtask bench`.\n\n{tokens}"))
}

/// Writes a file unless it is there already: cargo would compile it again.
fn save_text(package: &str, file: &str, text: &str) -> Result<(), String> {
    let path = root().join("bench").join(package).join("src/generated").join(file);
    if read(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    write(&path, text)
}

#[cfg(test)]
mod tests {
    use super::{APIS, Api};

    /// The benches run by hand, so a change of the specs' form would be seen late.
    #[test]
    fn the_specs_say_what_the_derives_need() {
        for (name, list) in APIS {
            let api = Api::read(name).unwrap();
            assert!(api.roots.len() > 20, "{name}: {}", api.roots.len());
            let one = api.of_root(list);
            assert!(!one.objects.is_empty(), "{name}: {list}");
        }
    }
}
