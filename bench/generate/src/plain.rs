//! What all candidates share, and the project's own candidate: the decoders of the generated crates, word for word.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Type;

use crate::types::{Api, Object, base, inner};

pub fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The struct of an object.
pub fn struct_of(object: &Object) -> TokenStream {
    let name = ident(&object.name);
    let fields = object.fields.iter().map(|field| {
        let (rust, ty) = (ident(&field.rust), &field.ty);
        quote!(pub #rust: #ty,)
    });
    quote! {
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name { #(#fields)* }
    }
}

/// The imports that a module with these types needs.
pub fn imports(api: &Api) -> TokenStream {
    let krate = ident(&format!("{}_proto", api.name));
    let mut used = std::collections::BTreeSet::new();
    for ty in api.objects.iter().flat_map(|object| object.fields.iter().map(|field| &field.ty)) {
        every(ty, &mut used);
    }
    for root in &api.roots {
        every(&root.output, &mut used);
    }
    let scalars = used.iter().filter(|name| api.scalars.contains_key(*name)).map(|name| ident(name));
    let values =
        ["Bytes", "Csv", "Date", "DateTime", "Decimal", "Gibibytes", "Kibibytes", "Mebibytes", "Secret", "UnixTime"];
    let values = values.iter().filter(|name| used.contains(**name)).map(|name| ident(name));
    let address = used.contains("IpAddr").then(|| {
        quote!(
            use std::net::IpAddr;
        )
    });
    quote! {
        #address
        use #krate::types::{#(#scalars),*};
        use hostkit::protocol::{#(#values),*};
    }
}

fn every(ty: &Type, used: &mut std::collections::BTreeSet<String>) {
    if let Type::Path(path) = ty {
        used.insert(path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default());
    }
    if let Some(inner) = inner(ty) {
        every(&inner, used);
    }
}

/// The decoders over the flat tree.
pub fn tree(api: &Api) -> TokenStream {
    let krate = ident(&format!("{}_proto", api.name));
    let marker = ident(&format!("{}{}", api.name[..1].to_uppercase(), &api.name[1..]));
    let imports = imports(api);
    let objects = api.objects.iter().map(|object| {
        let (declaration, name, spec) = (struct_of(object), ident(&object.name), &object.spec);
        let fields = object.fields.iter().map(|field| {
            let (rust, call) = (ident(&field.rust), &field.call);
            quote!(#rust: #call,)
        });
        quote! {
            #declaration

            impl FromWire for #name {
                fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                    let mut fields = reader.object(node, #spec)?;
                    let value = Self { #(#fields)* };
                    fields.finish()?;
                    Ok(value)
                }
            }
        }
    });
    let roots = api.roots.iter().map(|root| {
        let (name, output, call) = (ident(&root.name), &root.output, &root.call);
        let endpoint: Vec<_> = root.endpoint.iter().map(|step| ident(step)).collect();
        quote! {
            pub fn #name(body: &[u8]) -> Result<#output, DecodeError> {
                let headers = HeaderMap::new();
                let answer = &RawAnswer::new(&#krate::#(#endpoint)::*::INFO, &#marker::INFO, 200, &headers, body);
                #call
            }
        }
    });
    quote! {
        #imports
        use hostkit::protocol::codec::{DecodeError, FromWire, Name, Reader};
        use hostkit::protocol::wire::Node;
        use hostkit::{Api, Endpoint};
        use hostkit::protocol::RawAnswer;
        use http::HeaderMap;
        use #krate::#marker;
        #(#objects)*
        #(#roots)*
    }
}

/// The scalars of the crates, for the candidates without a tree.
pub fn scalars(apis: &[Api]) -> TokenStream {
    let calls = apis.iter().map(|api| {
        let krate = ident(&format!("{}_proto", api.name));
        let entries = api.scalars.iter().map(|(name, is_number)| {
            let name = ident(name);
            match is_number {
                true => quote!(whole!(#krate::types::#name => |number| Some(#krate::types::#name::new(number)));),
                false => quote!(from_text!(#krate::types::#name);),
            }
        });
        quote!(#(#entries)*)
    });
    quote! {
        use crate::{from_text, whole};
        #(#calls)*
    }
}

/// Whether the type at the bottom is one with fields.
pub fn is_object(api: &Api, ty: &Type) -> bool {
    api.object(&base(ty)).is_some()
}
