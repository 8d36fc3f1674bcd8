//! The API itself: marker type, credentials, error codes.

mod api;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::{self, Doc, INNER, ITEM, MEMBER};
use super::words::{Parameter, ident};
use crate::model::Model;
use crate::resolve::names::{camel, snake};
use crate::surface::{Credentials, ErrorCode};

pub(super) fn emit(model: &Model) -> TokenStream {
    let service = &model.service;
    let name = ident(&service.name.value);
    let doc = Doc::new(ITEM, &service.en).and(&service.about);
    let (credentials, codes, api) = (credentials(model), codes(model), api::emit(model));
    let faults = api::shared_faults(model);
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct #name;

        #credentials
        #codes
        #faults
        #api
    }
}

fn field_type(kind: &str) -> TokenStream {
    match kind {
        "int" => quote!(i64),
        "secret" => quote!(Secret),
        _ => quote!(String),
    }
}

fn credentials(model: &Model) -> TokenStream {
    let doc = docs::credentials(model);
    let variants = model.service.credentials.iter().map(|each| credentials_variant(model, each));
    let constructors = model.service.credentials.iter().map(credentials_constructor);
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize))]
        #[non_exhaustive]
        pub enum Credentials { #(#variants)* }

        impl Credentials { #(#constructors)* }
    }
}

fn credentials_variant(model: &Model, credentials: &Credentials) -> TokenStream {
    let name = ident(&credentials.name.value);
    let doc = Doc::new(MEMBER, &credentials.en);
    let aliases = docs::aliases(model, &credentials.name, &credentials.ru, None);
    let fields = credentials.fields.iter().map(|(field, kind)| {
        let is_optional = credentials.is_optional(field);
        let (doc, name, ty) = (docs::credential(field, is_optional), ident(field), field_type(kind));
        let ty = if is_optional { quote!(Option<#ty>) } else { ty };
        quote!(#doc #name: #ty,)
    });
    quote!(#doc #aliases #name { #(#fields)* },)
}

fn credentials_constructor(credentials: &Credentials) -> TokenStream {
    let (variant, name) = (ident(&credentials.name.value), ident(&snake(&credentials.name)));
    let doc = docs::credentials_constructor(credentials);
    let parameters: Vec<Parameter> =
        credentials.required().map(|(field, kind)| Parameter::new(field, field_type(kind), **kind != *"int")).collect();
    let declarations = parameters.iter().map(Parameter::declaration);
    let initialisers = parameters.iter().map(Parameter::initialiser);
    let absent = credentials.optional.iter().map(|field| {
        let name = ident(field);
        quote!(#name: None)
    });
    let initialisers = initialisers.chain(absent);
    quote! {
        #doc
        pub fn #name(#(#declarations),*) -> Self {
            Self::#variant { #(#initialisers),* }
        }
    }
}

fn codes(model: &Model) -> TokenStream {
    let errors = &model.service.errors;
    let doc = Doc::new(MEMBER, "The error codes of the API.");
    let variants = errors.iter().map(|error| {
        let (name, code) = (code_name(error), &error.code.value);
        let doc = Doc::new(INNER, &error.en);
        quote!(#doc #name = #code,)
    });
    let mut kinds: Vec<&str> = errors.iter().map(|error| error.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let arms = kinds.into_iter().map(|kind| {
        let names = errors.iter().filter(|error| error.kind == kind).map(code_name);
        let kind = ident(&camel(kind));
        quote!(#(Self::#names)|* => FaultKind::#kind,)
    });
    let kind = match errors.is_empty() {
        true => quote!(None),
        false => quote!(Some(match self { #(#arms)* Self::Unknown(_) => return None })),
    };
    let items = model.has_judged_items().then(|| {
        quote! {
            fn in_item(item: hostkit_proto::wire::Node<'_>) -> Option<Fault<Self>> {
                FAULTS.in_item(item)
            }

            fn item(fault: &Fault<Self>) -> Value {
                FAULTS.item(fault)
            }
        }
    });
    quote! {
        hostkit_proto::text_enum! {
            #doc
            pub enum Code { #(#variants)* }
        }

        impl FaultCode for Code {
            fn from_text(text: &str) -> Self {
                Self::from_text(text)
            }

            fn as_str(&self) -> &str {
                self.as_str()
            }

            fn kind(&self) -> Option<FaultKind> {
                #kind
            }

            #items
        }
    }
}

fn code_name(error: &ErrorCode) -> Ident {
    error.name.as_ref().map_or_else(|| ident(&camel(&error.code)), |name| ident(name))
}
