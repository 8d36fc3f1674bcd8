//! One file per endpoint: the request struct, its constructor and setters, and `impl Endpoint`.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{self, Doc, INNER, ITEM, MEMBER};
use super::imports::Scope;
use super::types::{Constructor, derives, is_default};
use super::words::{
    Parameter, clearing, echoed_input, field_type, flag_member, format_name, header, ident, list_member, max_items,
    name_expression, named, number, output_type, place, reference, rust_type, text_forms, with,
};
use super::{encode, evidence, pages, waiter};
use crate::model::{Each, Echo, EchoedInput, Endpoint, Field, Model, OneOf, Output, Type, Variant, WireName};
use crate::recorded::Wire;
use crate::resolve::names::camel;
use crate::surface::{FaultStyle, Response, Status};

/// The items of the endpoint.
pub(super) fn emit(model: &Model, wire: &Wire<'_>, scope: &Scope<'_>, endpoint: &Endpoint) -> TokenStream {
    let name = ident(&endpoint.type_name);
    let (structure, methods, call) =
        (structure(model, wire, scope, endpoint), methods(endpoint), implementation(model, endpoint));
    let groups = endpoint.one_of.iter().map(group);
    let effect = endpoint.is_callable().then(|| quote!(impl Call for #name {}));
    let is_repeatable = endpoint.effect() == "safe" || endpoint.surface.repeat_documented;
    let repeatable = is_repeatable.then(|| quote!(impl Repeatable for #name {}));
    let paged = pages::implementation(endpoint);
    let evidence = evidence::emit(model, endpoint);
    let waiters = endpoint.waiters.iter().map(|waiter| waiter::emit(endpoint, waiter));
    quote! {
        #structure
        #(#groups)*
        #methods
        #call
        #effect
        #repeatable
        #paged
        #evidence
        #(#waiters)*
    }
}

fn structure(model: &Model, wire: &Wire<'_>, scope: &Scope<'_>, endpoint: &Endpoint) -> TokenStream {
    let name = ident(&endpoint.type_name);
    let doc = docs::endpoint(model, wire, scope, endpoint);
    let derives = derives(has_default(endpoint));
    let fields = endpoint.inputs().map(|field| {
        let (doc, name, ty) = (docs::field(MEMBER, field), ident(&field.rust), field_type(field));
        let aliases = docs::field_aliases(model, field);
        quote!(#doc #aliases pub #name: #ty,)
    });
    let groups = endpoint.one_of.iter().map(|group| {
        let (doc, name, ty) = (Doc::new(MEMBER, &group.en), ident(&group.rust), ident(&group.type_name));
        let ty = if group.required { quote!(#ty) } else { quote!(Option<#ty>) };
        quote!(#doc pub #name: #ty,)
    });
    quote! {
        #doc
        #derives
        #[non_exhaustive]
        pub struct #name { #(#fields)* #(#groups)* }
    }
}

/// Whether the call has no required inputs.
fn has_default(endpoint: &Endpoint) -> bool {
    is_default(endpoint.inputs()) && !endpoint.one_of.iter().any(|group| group.required)
}

fn group(group: &OneOf) -> TokenStream {
    let name = ident(&group.type_name);
    let doc = Doc::new(ITEM, &group.en);
    let variants = group.variants.iter().map(variant);
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        pub enum #name { #(#variants)* }
    }
}

fn variant(variant: &Variant) -> TokenStream {
    let name = ident(&variant.rust);
    match variant.fields.as_slice() {
        [] => {
            let doc = Doc::new(MEMBER, "Without further inputs.");
            quote!(#doc #name,)
        }
        [field] => {
            let (doc, ty) = (docs::field(MEMBER, field), field_type(field));
            quote!(#doc #name(#ty),)
        }
        [first, ..] => {
            let doc = Doc::new(MEMBER, &first.surface.en);
            let fields = variant.fields.iter().map(|field| {
                let (doc, name, ty) = (docs::field(INNER, field), ident(&field.rust), field_type(field));
                quote!(#doc #name: #ty,)
            });
            quote!(#doc #name { #(#fields)* },)
        }
    }
}

fn methods(endpoint: &Endpoint) -> TokenStream {
    let name = ident(&endpoint.type_name);
    let mut parts = Constructor::of(endpoint.inputs());
    for group in &endpoint.one_of {
        let parameter = group_parameter(group);
        if group.required {
            parts.parameters.push(parameter.declaration());
            parts.values.push(parameter.initialiser());
        } else {
            let name = &parameter.name;
            parts.values.push(quote!(#name: None));
        }
    }
    let something = "The call with its required inputs; everything else is absent.";
    let new = parts.emit("The call.", something, has_default(endpoint));
    let fields = endpoint.inputs().filter(|field| !field.is_required());
    let fields = fields.map(|field| {
        let (parameter, en) = (Parameter::of(field), &field.surface.en);
        if !field.is_nullable() {
            return setter(en, &parameter, field.is_option());
        }
        let (doc, name, clearing) = (Doc::new(MEMBER, en), &parameter.name, clearing(field));
        let (declaration, value) = (parameter.declaration(), parameter.value());
        let null = Doc::new(MEMBER, en).and("Sent as null, which clears it: what is not set is not sent.");
        quote! {
            #doc
            pub fn #name(mut self, #declaration) -> Self {
                self.#name = Some(Nullable::Value(#value));
                self
            }

            #null
            pub fn #clearing(mut self) -> Self {
                self.#name = Some(Nullable::Null);
                self
            }
        }
    });
    let groups = endpoint.one_of.iter().filter(|group| !group.required);
    let groups = groups.map(|group| setter(&group.en, &group_parameter(group), true));
    quote!(impl #name { #new #(#fields)* #(#groups)* })
}

fn group_parameter(group: &OneOf) -> Parameter {
    let ty = ident(&group.type_name);
    Parameter::new(&group.rust, quote!(#ty), false)
}

fn setter(en: &str, parameter: &Parameter, is_option: bool) -> TokenStream {
    let (doc, name) = (Doc::new(MEMBER, en), &parameter.name);
    let (declaration, value) = (parameter.declaration(), parameter.value());
    let value = if is_option { quote!(Some(#value)) } else { value };
    quote! {
        #doc
        pub fn #name(mut self, #declaration) -> Self {
            self.#name = #value;
            self
        }
    }
}

fn implementation(model: &Model, endpoint: &Endpoint) -> TokenStream {
    let (name, api) = (ident(&endpoint.type_name), ident(&model.service.name));
    let output = output_type(endpoint);
    let (info, encode, decode) = (info(model, endpoint), encode::emit(endpoint, model), decode(model, endpoint));
    let (asked, pages) = (echo(endpoint), pages::methods(endpoint));
    let empty = empty(endpoint).map(|empty| quote!(fn empty() -> Option<#output> { Some(#empty) }));
    quote! {
        impl Endpoint for #name {
            type Api = #api;
            type Output = #output;

            #info
            #encode

            #[inline]
            fn decode(answer: &RawAnswer<'_>) -> Result<#output, DecodeError> {
                #decode
            }

            #asked
            #pages
            #empty
        }
    }
}

/// The inputs that the answer repeats, and what it has in their place.
fn echo(endpoint: &Endpoint) -> Option<TokenStream> {
    if endpoint.echo.is_empty() && endpoint.each.is_empty() {
        return None;
    }
    let (asked_each, echoed_each): (Vec<_>, Vec<_>) = endpoint.each.iter().map(|each| results(endpoint, each)).unzip();
    let asked = endpoint.echo.iter().map(|Echo { name, input, .. }| {
        let (value, is_option) = echoed_input(&quote!(self), input);
        with(name, &value, is_option)
    });
    let ty = endpoint.output.ty()?;
    let (start, is_option) = match ty {
        Type::List(_) => (quote!(item), false),
        Type::Option(_) => (quote!(output.as_ref()), true),
        _ => (quote!(output), false),
    };
    let echoed = endpoint.echo.iter().map(|Echo { name, path, .. }| {
        let (place, is_option) = place(start.clone(), is_option, path);
        with(name, &if is_option { place } else { quote!(&#place) }, is_option)
    });
    let echoed = match ty {
        _ if endpoint.echo.is_empty() => quote!(Inputs::new()),
        Type::List(_) => quote!(output.iter().fold(Inputs::new(), |all, item| all #(#echoed)*)),
        _ => quote!(Inputs::new() #(#echoed)*),
    };
    let output = output_type(endpoint);
    Some(quote! {
        #[inline]
        fn echo(&self) -> Inputs {
            Inputs::new() #(#asked)* #(#asked_each)*
        }

        #[inline]
        fn echoed(output: &#output) -> Inputs {
            #echoed #(#echoed_each)*
        }
    })
}

/// What adds the items that have one result each to the inputs of a call, and the results to what an answer has.
fn results(endpoint: &Endpoint, each: &Each) -> (TokenStream, TokenStream) {
    let name = &each.name;
    let list = match &each.input {
        EchoedInput::Field(field) => {
            let list = ident(&field.rust);
            quote!(self.#list.iter())
        }
        chosen => {
            let list = echoed_input(&quote!(self), chosen).0;
            quote!(#list.into_iter().flatten())
        }
    };
    let text = |(place, is_option): (TokenStream, bool), path: &[Field]| match is_option {
        true => quote!(#place.map(evidence::text)),
        false => {
            let place = reference(path, &place);
            quote!(Some(evidence::text(#place)))
        }
    };
    let own = each.echo.iter().map(|(_, own)| {
        let path = std::slice::from_ref(own);
        text(place(quote!(item), false, path), path)
    });
    let found = each.echo.iter().map(|(path, _)| text(place(quote!(item), false, path), path));
    let (own, found) = match (each.echo.is_empty(), endpoint.surface.response.is_each.is_some()) {
        (true, _) => (quote!(|_| Vec::new()), quote!(|_| Vec::new())),
        (false, false) => (quote!(|item| vec![#(#own),*]), quote!(|item| vec![#(#found),*])),
        // A fault does not say what it is about.
        (false, true) => {
            let found = quote!(|result| result.as_ref().map(|item| vec![#(#found),*]).unwrap_or_default());
            (quote!(|item| vec![#(#own),*]), found)
        }
    };
    let results = match &each.list {
        Some(field) => {
            let field = ident(&field.rust);
            quote!(output.#field)
        }
        None => quote!(output),
    };
    (quote!(.with_rows(#name, #list.map(#own))), quote!(.with_rows(#name, #results.iter().map(#found))))
}

/// The empty output for answers that mean "nothing there", if the endpoint allows them.
fn empty(endpoint: &Endpoint) -> Option<TokenStream> {
    if !endpoint.can_be_empty() {
        return None;
    }
    match endpoint.output.ty()? {
        Type::List(_) => Some(quote!(Vec::new())),
        Type::Map(..) => Some(quote!(BTreeMap::new())),
        Type::Option(_) => Some(quote!(None)),
        _ => None,
    }
}

fn info(model: &Model, endpoint: &Endpoint) -> TokenStream {
    let Endpoint { name, path, spec, surface, .. } = endpoint;
    let (method, effect) = (ident(&endpoint.method), ident(&camel(endpoint.effect())));
    let flags = surface.flags.iter().map(|flag| {
        let flag = ident(&camel(flag));
        quote!(Flag::#flag)
    });
    let flags = list_member("flags", flags);
    let repeat_documented = flag_member("repeat_documented", surface.repeat_documented);
    let rates = list_member("rates", surface.rates.iter().map(|rate| rate.as_str()));
    let authorised = (!surface.authorised).then(|| quote!(authorised: false,));
    let empty = emptiness(&surface.response);
    let formats = list_member("formats", surface.response.formats.iter().map(|format| format_name(format)));
    let may_lack_marker = flag_member("may_lack_marker", surface.response.may_lack_marker.is_some());
    let is_each = flag_member("is_each", surface.response.is_each.is_some());
    let is_raw = flag_member("is_raw", matches!(endpoint.output, Output::Text(_) | Output::Bytes));
    let bodiless = list_member("bodiless", bodiless(model, endpoint).into_iter().map(number));
    let is_other = |status: &&Status| {
        let known = model.service.statuses.iter().find(|known| known.code.value == status.code.value);
        known.is_none_or(|known| known.means != status.means)
    };
    let statuses = statuses_member(surface.statuses.iter().filter(is_other));
    let removed_at = surface.removed.as_ref().map(|removed| {
        let hosts = removed.hosts.iter().map(|(host, since)| {
            let (host, since) = (&host.value, &since.value);
            quote!((#host, #since))
        });
        let instead = &removed.instead;
        quote!(removed_at: Some(Removed { hosts: &[#(#hosts),*], instead: #instead }),)
    });
    let deadline = surface.deadline.map(|deadline| {
        let deadline = number(deadline);
        quote!(deadline: Duration::from_secs(#deadline),)
    });
    let text = |name: &str, text: &str| {
        let name = ident(name);
        (!text.is_empty()).then(|| quote!(#name: #text,))
    };
    let recovery = text("recovery", &surface.recovery);
    let documents = surface.document.map(|number| ["#", &number.to_string()].concat()).unwrap_or_default();
    let documents = text("documents", &documents);
    quote! {
        const INFO: EndpointInfo = EndpointInfo {
            name: #name,
            method: Method::#method,
            path: #path,
            effect: Effect::#effect,
            #flags
            #repeat_documented
            #rates
            #authorised
            #removed_at
            #empty
            #formats
            #may_lack_marker
            #is_each
            #is_raw
            #bodiless
            #statuses
            #deadline
            #recovery
            #documents
            spec: #spec,
            ..EndpointInfo::DEFAULT
        };
    }
}

/// The member `statuses`: what these failing statuses mean.
pub(super) fn statuses_member<'s>(statuses: impl IntoIterator<Item = &'s Status>) -> Option<TokenStream> {
    let meanings = statuses.into_iter().filter(|status| status.is_fault()).map(|status| {
        let (code, kind, text) = (number(status.code.value), ident(&camel(&status.means)), &status.en);
        quote!(StatusMeaning { status: #code, kind: FaultKind::#kind, text: #text })
    });
    list_member("statuses", meanings)
}

/// The documented success statuses of a call whose answer may have no body.
fn bodiless(model: &Model, endpoint: &Endpoint) -> Vec<i64> {
    let may_be = match endpoint.output {
        Output::None | Output::Whole(Type::Option(_)) | Output::Under(Type::Option(_), _) => true,
        Output::Headers(_) => endpoint.effect() != "safe",
        _ => false,
    };
    if !may_be || model.service.fault.style == FaultStyle::Envelope {
        return Vec::new();
    }
    let statuses = endpoint.surface.statuses.iter().filter(|status| matches!(status.means.as_str(), "ok" | "accepted"));
    statuses.map(|status| status.code.value).filter(|code| *code != 200).collect()
}

/// The conditions under which a fault means "nothing there", if any.
fn emptiness(response: &Response) -> Option<TokenStream> {
    let statuses = list_member("statuses", response.empty_statuses.iter().map(|status| number(*status)));
    let codes = list_member("codes", &response.empty_codes);
    let except = list_member("except", &response.empty_except);
    let said = [statuses, codes, except].into_iter().flatten().collect::<Vec<_>>();
    let rest = (said.len() < 3).then(|| quote!(..Emptiness::NONE));
    (!said.is_empty()).then(|| quote!(empty: Emptiness { #(#said)* #rest },))
}

fn decode(model: &Model, endpoint: &Endpoint) -> TokenStream {
    let headers = match &endpoint.output {
        Output::Whole(_) if endpoint.body_field(model).is_some() => Vec::new(),
        Output::Whole(_) | Output::Under(..) => endpoint.header_fields(model),
        _ => Vec::new(),
    };
    let (root, body) = (root(endpoint), decode_body(model, endpoint));
    if headers.is_empty() {
        return quote!(#root #body);
    }
    let output = output_type(endpoint);
    let sets = headers.into_iter().map(|field| {
        let (name, value) = (ident(&field.rust), header_value(field));
        quote!(value.#name = #value;)
    });
    quote! {
        #root
        let mut value: #output = #body?;
        #(#sets)*
        Ok(value)
    }
}

/// The table of the one field of the document that has the value; `None` if that is another part, or may be absent.
fn root(endpoint: &Endpoint) -> Option<TokenStream> {
    let Output::Under(ty, name) = &endpoint.output else { return None };
    let constructor = match ty {
        Type::Option(_) => return None,
        Type::List(item) if matches!(**item, Type::Judged(_)) => return None,
        Type::List(_) => quote!(Field::required_list),
        Type::Map(..) => quote!(Field::required_map),
        _ => quote!(Field::required),
    };
    let field = named(&constructor, name);
    let total = endpoint.total().map(|total| {
        let name = name_expression(&total.name);
        quote!(.total(0, #name))
    });
    Some(quote!(const ROOT: &Table = &Table::new("", &[#field]) #total;))
}

fn decode_body(model: &Model, endpoint: &Endpoint) -> TokenStream {
    let limit = endpoint.surface.response.max_items;
    match &endpoint.output {
        Output::None => decode_nothing(model, endpoint),
        Output::Text(ty) => match text_forms(model, ty) {
            [] => quote!(answer.text()),
            forms => {
                let ty = rust_type(ty);
                quote!(answer.text_in(&[#(#forms),*], #ty::parse))
            }
        },
        Output::Bytes => quote!(answer.bytes()),
        Output::Whole(ty) if let Some(body) = endpoint.body_field(model) => {
            let (ty, name) = (rust_type(ty), ident(&body.rust));
            let items = whole_list(body.name.item.as_deref(), body.surface.max_items);
            let headers = endpoint.header_fields(model).into_iter().map(decode_header);
            quote!(Ok(#ty { #name: #items?, #(#headers),* }))
        }
        Output::Whole(Type::List(_)) if endpoint.surface.response.item.is_some() || limit.is_some() => {
            whole_list(endpoint.surface.response.item.as_ref().map(|item| item.as_str()), limit)
        }
        Output::Whole(Type::Option(_)) => quote!(answer.optional_whole()),
        Output::Whole(_) => quote!(answer.whole()),
        Output::Under(ty, name) => decode_under(endpoint, ty, name),
        Output::Headers(ty) => {
            let values = model.fields(ty).unwrap_or_default().iter().map(decode_header);
            let ty = rust_type(ty);
            // Headers alone do not say that it was done.
            let done =
                (endpoint.effect() != "safe").then(|| decode_nothing(model, endpoint)).map(|done| quote!(#done?;));
            quote!(#done Ok(#ty { #(#values),* }))
        }
    }
}

/// Checks that an answer without a value says that the call was carried out.
fn decode_nothing(model: &Model, endpoint: &Endpoint) -> TokenStream {
    match endpoint.null() {
        None => match endpoint.marked_root(&model.service) {
            Some(root) => {
                let root = name_expression(&root);
                quote!(answer.nothing_under(&#root))
            }
            None => quote!(answer.nothing()),
        },
        Some(None) => quote!(answer.null(None)),
        Some(Some(name)) => {
            let name = name_expression(&name);
            quote!(answer.null(Some(&#name)))
        }
    }
}

/// Reads the list that is the whole document.
fn whole_list(item: Option<&str>, limit: Option<i64>) -> TokenStream {
    let max = max_items(limit);
    match item {
        Some(item) => quote!(answer.items(#item, #max)),
        None => quote!(answer.whole_list(#max)),
    }
}

fn decode_under(endpoint: &Endpoint, ty: &Type, name: &WireName) -> TokenStream {
    match ty {
        Type::List(item) => {
            let max = max_items(endpoint.surface.response.max_items);
            match **item {
                Type::Judged(_) => {
                    let name = name_expression(name);
                    quote!(answer.each(&#name, #max))
                }
                _ => quote!(answer.list(ROOT, #max)),
            }
        }
        Type::Map(_, item) => match &endpoint.key {
            Some(field) => {
                let (own, is_option) = place(quote!(item), false, std::slice::from_ref(field));
                let (own, item) = (if is_option { own } else { quote!(Some(&#own)) }, rust_type(item));
                quote!(answer.map_by(ROOT, |item: &#item| #own))
            }
            None => quote!(answer.map(ROOT)),
        },
        Type::Option(_) => {
            let name = name_expression(name);
            quote!(answer.optional_value(&#name))
        }
        _ => quote!(answer.value(ROOT)),
    }
}

fn decode_header(field: &Field) -> TokenStream {
    let (name, value) = (ident(&field.rust), header_value(field));
    quote!(#name: #value)
}

fn header_value(field: &Field) -> TokenStream {
    let header = header(field);
    match field.is_required() {
        true => quote!(answer.required_header(#header)?),
        false => quote!(answer.optional_header(#header)),
    }
}
