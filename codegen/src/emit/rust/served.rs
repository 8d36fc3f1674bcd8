//! What tests and servers need of an API as a whole, whichever it is.

use proc_macro2::TokenStream;
use quote::quote;

use super::words::ident;
use crate::model::Model;
use crate::resolve::names::snake;
use crate::surface::Credentials;

/// `impl Served` of the API.
pub(super) fn emit(model: &Model) -> TokenStream {
    let api = ident(&model.service.name);
    let credentials = model.service.credentials.iter().map(credentials);
    quote! {
        impl Served for #api {
            fn every(visitor: &mut impl Visitor<Api = Self>) {
                every(visitor);
            }

            fn route(request: &ReceivedRequest<'_>) -> Result<EndpointInfo, DecodeError> {
                super::route(request).map(|request| request.info())
            }

            fn credentials_with(secret: &str) -> Vec<Credentials> {
                vec![#(#credentials),*]
            }
        }
    }
}

fn credentials(credentials: &Credentials) -> TokenStream {
    let value = |kind: &str| match kind {
        "int" => quote!(1001),
        "secret" => quote!(secret),
        _ => quote!("example"),
    };
    if !credentials.optional.is_empty() {
        let name = ident(&credentials.name);
        let fields = credentials.fields.iter().map(|(field, kind)| {
            let (value, field_name) = (value(kind), ident(field));
            let value = if kind.value == "int" { value } else { quote!(#value.into()) };
            let value = if credentials.is_optional(field) { quote!(Some(#value)) } else { value };
            quote!(#field_name: #value)
        });
        return quote!(Credentials::#name { #(#fields),* });
    }
    let constructor = ident(&snake(&credentials.name));
    let values = credentials.fields.iter().map(|(_, kind)| value(kind));
    quote!(Credentials::#constructor(#(#values),*))
}
