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
    let constructor = ident(&snake(&credentials.name));
    let values = credentials.fields.iter().map(|(_, kind)| match kind.as_str() {
        "int" => quote!(1001),
        "secret" => quote!(secret),
        _ => quote!("example"),
    });
    quote!(Credentials::#constructor(#(#values),*))
}
