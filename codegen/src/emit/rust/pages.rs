//! Paging: the call for the next page, and how pages become one list.

use proc_macro2::TokenStream;
use quote::quote;

use super::words::{ident, output_type, place, rust_type};
use crate::model::{Endpoint, GoesOn, Paging, Type};

/// The methods of `impl Endpoint`.
pub(super) fn methods(endpoint: &Endpoint) -> Option<TokenStream> {
    let paging = endpoint.paging.as_ref()?;
    let (output, input) = (output_type(endpoint), ident(&paging.input.rust));
    let (items, all) = (list(paging, &quote!(page)), list(paging, &quote!(all)));
    let next = match &paging.goes_on {
        GoesOn::ByOne(from) => {
            let from = proc_macro2::Literal::i64_unsuffixed(*from);
            quote! {
                if #items.is_empty() {
                    return None;
                }
                let next = self.#input.unwrap_or(#from).checked_add(1)?;
            }
        }
        GoesOn::ByItems => {
            let number = rust_type(&paging.input.ty);
            quote! {
                if #items.is_empty() {
                    return None;
                }
                let count = #number::try_from(#items.len()).ok()?;
                let next = self.#input.unwrap_or(0).checked_add(count)?;
            }
        }
        GoesOn::To(path) => {
            let (value, is_option) = place(quote!(page), false, path);
            let is_text = path.last().is_some_and(|field| field.ty == Type::Text);
            let name = paging.input.wire();
            let value = match (is_text, is_option) {
                (true, true) => quote!(hostkit_proto::codec::next_page(#value?, #name)?),
                (true, false) => quote!(hostkit_proto::codec::next_page(&#value, #name)?),
                (false, true) => quote!(*#value?),
                (false, false) => value,
            };
            match (is_text, &paging.input.ty) {
                (true, Type::Text) => quote!(let next = #value.into_owned();),
                (true, _) => quote!(let next = #value.parse().ok()?;),
                (false, _) => quote!(let next = #value;),
            }
        }
    };
    Some(quote! {
        #[inline]
        fn page_after(&self, page: &#output) -> Option<Self> {
            #next
            let mut call = self.clone();
            call.#input = Some(next);
            Some(call)
        }

        #[inline]
        fn add_page(all: &mut #output, page: #output) {
            #all.extend(#items);
        }
    })
}

/// `impl Paged`.
pub(super) fn implementation(endpoint: &Endpoint) -> Option<TokenStream> {
    let paging = endpoint.paging.as_ref()?;
    let (name, output, item) = (ident(&endpoint.type_name), output_type(endpoint), rust_type(&paging.item));
    let items = list(paging, &quote!(page));
    Some(quote! {
        impl Paged for #name {
            type Item = #item;

            #[inline]
            fn items(page: #output) -> Vec<#item> {
                #items
            }
        }
    })
}

/// The list in an output.
fn list(paging: &Paging, output: &TokenStream) -> TokenStream {
    match &paging.list {
        Some(field) => {
            let field = ident(&field.rust);
            quote!(#output.#field)
        }
        None => output.clone(),
    }
}
