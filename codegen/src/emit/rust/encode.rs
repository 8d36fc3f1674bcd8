//! `encode` of an endpoint: writes its inputs to the wire.

use proc_macro2::TokenStream;
use quote::quote;

use super::rules::{body_check, checks, items_check, limit_check, part_checks};
use super::words::{
    constant_value, first_words, ident, initialiser, input_name, local, names_expression, path_name, set_expression,
    used, written_name,
};
use crate::model::{Endpoint, Field, Model, OneOf, Type, Variant};
use crate::surface::Constant;

pub(super) fn emit(endpoint: &Endpoint, model: &Model) -> TokenStream {
    let removed = endpoint.surface.removed.iter().map(|_| quote!(out.check_host();));
    let mut statements: Vec<_> = removed.chain(checks(endpoint, model)).collect();
    statements.extend(endpoint.path_parameters.iter().map(|field| {
        let (input, name) = (input_name(field), ident(&field.rust));
        match field.surface.pattern.as_deref() {
            Some(form) => quote!(out.path(#input, &self.#name.format(#form));),
            None => quote!(out.path(#input, &self.#name);),
        }
    }));
    statements.extend(in_order(&endpoint.fixed_query, &endpoint.query, query_constant, query));
    statements.extend(in_order(&endpoint.fixed_headers, &endpoint.headers, header_constant, header));
    if !endpoint.fixed_body.is_empty() || endpoint.surface.has_body {
        statements.push(body(endpoint, model));
    }
    // Each is put before the others.
    for constant in endpoint.fixed_top.iter().rev() {
        let (key, value) = (&constant.key.value, constant_value(constant));
        statements.push(quote!(out.body_field(#key, #value);));
    }
    // Every statement writes to `out`.
    let out = used("out", !statements.is_empty());
    let end = if statements.is_empty() { quote!(Ok(())) } else { quote!(out.checked()) };
    quote! {
        #[inline]
        fn encode(&self, #out: &mut RequestParts) -> Result<(), EncodeError> {
            #(#statements)*
            #end
        }
    }
}

/// Constants and inputs in the order of the file.
fn in_order(
    constants: &[Constant],
    fields: &[Field],
    constant: impl Fn(&Constant) -> TokenStream,
    input: impl Fn(&Field) -> TokenStream,
) -> Vec<TokenStream> {
    named_in_order(constants, fields, constant, input).into_iter().map(|(_, written)| written).collect()
}

/// The same, each with its key.
fn named_in_order<'e>(
    constants: &'e [Constant],
    fields: &'e [Field],
    constant: impl Fn(&Constant) -> TokenStream,
    input: impl Fn(&Field) -> TokenStream,
) -> Vec<(&'e str, TokenStream)> {
    let of_constants = constants.iter().map(|one| (one.behind, one.key.as_str(), constant(one)));
    let of_fields = fields.iter().enumerate().map(|(index, field)| (index, field.wire(), input(field)));
    let mut all: Vec<(usize, &str, TokenStream)> = of_constants.chain(of_fields).collect();
    // A constant comes before the input that it stands before.
    all.sort_by_key(|(place, ..)| *place);
    all.into_iter().map(|(_, key, written)| (key, written)).collect()
}

fn query_constant(constant: &Constant) -> TokenStream {
    let (key, text) = (&constant.key.value, &constant.text);
    quote!(out.query(#key, &#text);)
}

fn header_constant(constant: &Constant) -> TokenStream {
    let (key, text) = (&constant.key.value, &constant.text);
    quote!(out.header(#key, &#text)?;)
}

fn query(field: &Field) -> TokenStream {
    let (wire, name) = (field.wire(), ident(&field.rust));
    if let Some(names) = names_expression(field) {
        return quote!(out.query_names(&#names, &self.#name););
    }
    let method = ident(if field.is_option() { "optional_query" } else { "query" });
    let value = match field.surface.pattern.as_deref() {
        _ if let Some(words) = first_words(&field.ty) => match field.is_option() {
            true => quote!(self.#name.as_ref().map(|flag| InWords(flag, #words))),
            false => quote!(InWords(&self.#name, #words)),
        },
        Some(form) if field.is_option() => quote!(self.#name.map(|date| date.format(#form))),
        Some(form) => quote!(self.#name.format(#form)),
        None => quote!(self.#name),
    };
    quote!(out.#method(#wire, &#value);)
}

fn header(field: &Field) -> TokenStream {
    let (wire, name) = (field.wire(), ident(&field.rust));
    let method = ident(if field.ty == Type::Secret { "secret_header" } else { "header" });
    if field.is_option() {
        quote!(if let Some(value) = &self.#name { out.#method(#wire, value)?; })
    } else {
        quote!(out.#method(#wire, &self.#name)?;)
    }
}

fn body(endpoint: &Endpoint, model: &Model) -> TokenStream {
    let groups = |key: Option<&str>| -> TokenStream {
        endpoint.one_of.iter().filter(|group| group.before.as_deref() == key).map(|it| group(it, model)).collect()
    };
    let inputs = named_in_order(&endpoint.fixed_body, &endpoint.body, set_constant, |field| {
        let name = ident(&field.rust);
        set_input(field, &quote!(&self.#name))
    });
    let inputs = inputs.into_iter().map(|(key, input)| {
        let before = groups(Some(key));
        quote!(#before #input)
    });
    let last = groups(None);
    let sets = !endpoint.fixed_body.is_empty() || !endpoint.body.is_empty() || !endpoint.one_of.is_empty();
    let binding = if sets { quote!(mut body) } else { quote!(body) };
    let check = body_check(endpoint);
    let root = &endpoint.surface.request_root;
    let put = match (&root.xml, &root.json) {
        (None, _) => quote!(out.body(body);),
        (Some(xml), None) => {
            let name = written_name(&path_name(xml, xml));
            quote!(out.xml_wrapped_body(#name, body);)
        }
        (Some(xml), Some(json)) => {
            let name = written_name(&path_name(json, xml));
            quote!(out.wrapped_body(#name, body);)
        }
    };
    quote! {
        let #binding = out.object();
        #(#inputs;)*
        #last
        #check
        #put
    }
}

/// An empty list or map is not written: on the wire, empty would mean something else than absent.
fn set_input(field: &Field, value: &TokenStream) -> TokenStream {
    let is_many = matches!(field.ty, Type::List(_) | Type::Map(..));
    let method = if is_many && !field.is_required() { "set_filled" } else { "set" };
    set_expression(&quote!(body), method, field, value)
}

fn set_constant(constant: &Constant) -> TokenStream {
    let (key, value) = (written_name(&path_name(&constant.key, &constant.key)), constant_value(constant));
    quote!(body.set_value(#key, #value))
}

/// Variables of `encode`.
const TAKEN: &[&str] = &["body", "out"];

fn group(group: &OneOf, model: &Model) -> TokenStream {
    let name = ident(&group.rust);
    let arms = group.variants.iter().map(|variant| {
        let pattern = pattern(group, variant);
        let pattern = if group.required { pattern } else { quote!(Some(#pattern)) };
        let locals = || variant.fields.iter().map(|field| (field, local(&field.rust, TAKEN)));
        let checks: Vec<_> = locals()
            .flat_map(|(field, local)| {
                let value = quote!(#local);
                let checks = items_check(field, &value).into_iter().chain(limit_check(field, &value));
                checks.chain(part_checks(field, &value, &value, model))
            })
            .collect();
        let sets = in_order(&variant.fixed, &variant.fields, set_constant, |field| {
            let local = local(&field.rust, TAKEN);
            set_input(field, &quote!(#local))
        });
        match (&checks[..], &sets[..]) {
            ([], [set]) => quote!(#pattern => #set,),
            _ => quote!(#pattern => { #(#checks)* #(#sets;)* }),
        }
    });
    let none = (!group.required).then(|| quote!(None => {}));
    quote!(match &self.#name { #(#arms)* #none })
}

fn pattern(group: &OneOf, variant: &Variant) -> TokenStream {
    let (group, name) = (ident(&group.type_name), ident(&variant.rust));
    match variant.fields.as_slice() {
        [] => quote!(#group::#name),
        [field] => {
            let local = local(&field.rust, TAKEN);
            quote!(#group::#name(#local))
        }
        fields => {
            let fields = fields.iter().map(|field| initialiser(&field.rust, TAKEN));
            quote!(#group::#name { #(#fields),* })
        }
    }
}
