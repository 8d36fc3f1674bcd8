//! Paging: the call for the next page, and how pages become one list.

use proc_macro2::TokenStream;
use quote::quote;

use super::words::{header, ident, output_type, place, rust_type};
use crate::model::{Endpoint, Field, GoesOn, Paging, Type, WireName};

/// The methods of `impl Endpoint`.
pub(super) fn methods(endpoint: &Endpoint) -> Option<TokenStream> {
    let paging = endpoint.paging.as_ref()?;
    let (output, input) = (output_type(endpoint), ident(&paging.input.rust));
    let (items, all) = (list(paging, &quote!(page)), list(paging, &quote!(all)));
    let names = wire_names(match &paging.goes_on {
        GoesOn::To(path) => path,
        GoesOn::ByOne(_) | GoesOn::ByItems => paging.list.as_slice(),
    });
    // A number that is always there leaves nothing unread.
    let mut has_report = true;
    let last = quote!(hostkit_proto::codec::last_page(&Self::INFO, &[#(#names),*], report));
    let next = match &paging.goes_on {
        GoesOn::ByOne(from) => {
            let from = proc_macro2::Literal::i64_unsuffixed(*from);
            quote! {
                if #items.is_empty() {
                    return #last;
                }
                let next = self.#input.unwrap_or(#from).saturating_add(1);
            }
        }
        GoesOn::ByItems => {
            let number = rust_type(&paging.input.ty);
            quote! {
                if #items.is_empty() {
                    return #last;
                }
                let count = #number::try_from(#items.len()).unwrap_or(#number::MAX);
                let next = self.#input.unwrap_or(0).saturating_add(count);
            }
        }
        GoesOn::To(path) => {
            let (value, is_option) = place(quote!(page), false, path);
            let is_text = path.last().is_some_and(|field| field.ty == Type::Text);
            let name = paging.input.wire();
            match (is_text, is_option) {
                (true, _) => {
                    let value = if is_option { value } else { quote!(Some(&#value)) };
                    quote! {
                        let next = hostkit_proto::codec::next_page(self, #name, #value, &[#(#names),*], report)?;
                        let Some(next) = next else { return Ok(None) };
                    }
                }
                (false, true) => match paging.input.ty {
                    Type::Uint | Type::Int => quote!(let Some(&next) = #value else { return #last };),
                    _ => quote!(let Some(next) = #value.cloned() else { return #last };),
                },
                (false, false) => {
                    has_report = false;
                    match paging.input.ty {
                        Type::Uint | Type::Int => quote!(let next = #value;),
                        _ => quote!(let next = #value.to_owned();),
                    }
                }
            }
        }
    };
    let count = count(paging, &output);
    let report = if has_report { quote!(report) } else { quote!(_) };
    Some(quote! {
        #[inline]
        fn page_after(&self, page: &#output, #report: &Report) -> Result<Option<Self>, DecodeError> {
            #next
            let mut call = self.clone();
            call.#input = Some(next);
            Ok(Some(call))
        }

        #[inline]
        fn add_page(all: &mut #output, page: #output) {
            #all.extend(#items);
        }

        #count
    })
}

/// What a page says of how many there are in all, where it does.
fn count(paging: &Paging, output: &TokenStream) -> Option<TokenStream> {
    if paging.total.is_none() && paging.pages.is_none() {
        return None;
    }
    let (input, items) = (ident(&paging.input.rust), list(paging, &quote!(page)));
    let is_first = match &paging.goes_on {
        GoesOn::ByOne(from) => {
            let from = proc_macro2::Literal::i64_unsuffixed(*from);
            quote!(self.#input.is_none_or(|number| number == #from))
        }
        GoesOn::ByItems => quote!(self.#input.is_none_or(|number| number == 0)),
        GoesOn::To(_) => quote!(self.#input.is_none()),
    };
    let [total, pages] = [&paging.total, &paging.pages].map(|path| {
        let Some(path) = path else { return quote!(None) };
        let (value, is_option) = place(quote!(page), false, path);
        let is_signed = path.last().is_some_and(|field| field.ty == Type::Int);
        match (is_option, is_signed) {
            (true, false) => quote!(#value.copied()),
            (true, true) => quote!(#value.and_then(|number| u64::try_from(*number).ok())),
            (false, false) => quote!(Some(#value)),
            (false, true) => quote!(u64::try_from(#value).ok()),
        }
    });
    let (first, total) = match paging.lacks_zero {
        // A later page without items may say nothing either, and says nothing else then than those before it.
        true => (
            Some(quote!(let is_first = #is_first;)),
            quote!(#total.or_else(|| (is_first && #items.is_empty()).then_some(0))),
        ),
        false => (None, total),
    };
    let is_first = if first.is_some() { quote!(is_first) } else { quote!(is_first: #is_first) };
    Some(quote! {
        #[inline]
        fn page_count(&self, page: &#output) -> Option<hostkit_proto::PageCount> {
            #first
            Some(hostkit_proto::PageCount { #is_first, items: #items.len(), total: #total, pages: #pages })
        }
    })
}

/// The names that the steps to a field have in answers, as errors of reading call them.
fn wire_names(path: &[Field]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for field in path.iter().rev() {
        let WireName { json, xml, also, .. } = &field.name;
        let own: Vec<String> = match field.surface.header {
            Some(_) => vec![["header ", header(field)].concat()],
            None => json.iter().rev().chain(xml.iter().rev()).chain(also).cloned().collect(),
        };
        for name in own {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
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
