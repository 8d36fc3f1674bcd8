//! The server half of an endpoint, which reads its request and writes its answer; and the router over all endpoints.

use std::cmp::Reverse;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::docs::{Doc, ITEM, MEMBER};
use super::evidence::simulate;

use super::words::{
    flag_words, format_name, gather_expression, header, ident, initialiser, local, name_expression, number,
    output_type, path_name, path_of,
};
use super::words::{read_expression, rust_type, text_forms, used, word, written_name};
use crate::model::{Endpoint, Field, Model, OneOf, Output, Type, Variant};
use crate::resolve::by_demand;
use crate::surface::{Constant, Example};

/// `impl Serve` of one endpoint, and `impl Simulate` if it acts.
pub(super) fn emit(model: &Model, endpoint: &Endpoint) -> TokenStream {
    let name = ident(&endpoint.type_name);
    let (parse, answer, object) = (parse(endpoint), answer(model, endpoint), simulate::object(model, endpoint));
    let results = simulate::results(model, endpoint);
    let simulate = (!endpoint.is_callable()).then(|| simulate::emit(model, endpoint));
    quote!(impl Serve for #name { #parse #answer #object #results } #simulate)
}

/// Variables of `parse`.
const TAKEN: &[&str] = &["fields", "path", "request"];

fn parse(endpoint: &Endpoint) -> TokenStream {
    let binding = (!endpoint.path_parameters.is_empty()).then(|| quote!(let path =));
    let constants = endpoint.fixed_query.iter().map(|constant| {
        let (key, text) = (&constant.key.value, &constant.text);
        quote!(request.fixed_query(#key, #text)?;)
    });
    let of_headers = endpoint.fixed_headers.iter().map(|constant| {
        let (key, text) = (&constant.key.value, &constant.text);
        quote!(request.fixed_header(#key, #text)?;)
    });
    let path = endpoint.path_parameters.iter().map(|field| {
        let (local, wire) = (local(&field.rust, TAKEN), field.wire());
        match field.surface.pattern.as_deref() {
            Some(form) => {
                let ty = rust_type(&field.ty);
                quote!(let #local = path.get_in(#form, #ty::parse, #wire)?;)
            }
            None => quote!(let #local = path.get(#wire)?;),
        }
    });
    let query = endpoint.query.iter().map(query);
    let headers = endpoint.headers.iter().map(|field| {
        let (local, wire) = (local(&field.rust, TAKEN), field.wire());
        let method = ident(if field.is_option() { "header" } else { "required_header" });
        quote!(let #local = request.#method(#wire)?;)
    });
    let body = body(endpoint);
    quote! {
        fn parse(request: &ReceivedRequest<'_>) -> Result<Self, DecodeError> {
            #binding request.matches::<Self>()?;
            #(#constants)*
            #(#of_headers)*
            #(#path)*
            #(#query)*
            #(#headers)*
            #body
        }
    }
}

fn query(field: &Field) -> TokenStream {
    let (local, wire) = (local(&field.rust, TAKEN), field.wire());
    let gathered = gather_expression(field, |end, names| {
        let (method, types) =
            (ident(&["gather_query", end].concat()), if end.is_empty() { quote!(_) } else { quote!(_, _) });
        quote!(request.#method::<Self, #types>(&#names))
    });
    if let Some(gathered) = gathered {
        return quote!(let #local = #gathered;);
    }
    let name = if field.is_option() { "query" } else { "required_query" };
    if let Type::Worded(words) = &field.ty {
        let (method, words) = (ident(&[name, "_flag"].concat()), flag_words(words));
        return quote!(let #local = request.#method(#wire, #words)?;);
    }
    if matches!(field.ty, Type::Joined(..) | Type::Json(_)) {
        let method = ident(&[name, "_value"].concat());
        return quote!(let #local = request.#method::<Self, _>(#wire)?;);
    }
    match field.surface.pattern.as_deref() {
        // A moment is read as the numbers and with any offset, too.
        Some(form) if field.ty != Type::UnixTime => {
            let (method, ty) = (ident(&[name, "_in"].concat()), rust_type(&field.ty));
            quote!(let #local = request.#method(#form, #ty::parse, #wire)?;)
        }
        _ => {
            let method = ident(name);
            quote!(let #local = request.#method(#wire)?;)
        }
    }
}

/// Reads the body and builds the request from all inputs.
fn body(endpoint: &Endpoint) -> TokenStream {
    let groups = endpoint.one_of.iter().map(|group| &group.rust);
    let names = endpoint.inputs().map(|field| &field.rust).chain(groups);
    let names = names.map(|name| initialiser(name, TAKEN));
    let top = endpoint.fixed_top.iter().map(|constant| {
        let (key, text) = (&constant.key.value, &constant.text);
        quote!(request.fixed_body::<Self>(#key, #text)?;)
    });
    let body = inner_body(endpoint, &quote!(Self { #(#names),* }));
    quote!(#(#top)* #body)
}

fn inner_body(endpoint: &Endpoint, call: &TokenStream) -> TokenStream {
    if endpoint.fixed_body.is_empty() && !endpoint.surface.has_body {
        return quote!(request.no_body::<Self>()?; Ok(#call));
    }
    let root = &endpoint.surface.request_root;
    let root = match (&root.xml, &root.json) {
        (None, _) => quote!(Root::None),
        (Some(xml), None) => {
            let name = name_expression(&path_name(xml, xml));
            quote!(Root::XmlOnly(#name))
        }
        (Some(xml), Some(json)) => {
            let name = name_expression(&path_name(json, xml));
            quote!(Root::Under(#name))
        }
    };
    if endpoint.fixed_body.is_empty() && endpoint.body.is_empty() && endpoint.one_of.is_empty() {
        return quote!(request.body::<Self, _>(&#root, |_| Ok(#call)));
    }
    let constants = endpoint.fixed_body.iter().map(fixed);
    // Made names come last, because they are matched by their template alone.
    let (made, plain): (Vec<&Field>, Vec<&Field>) = endpoint.body.iter().partition(|field| field.names().is_some());
    let plain = plain.into_iter().map(|field| {
        let (local, read) = (local(&field.rust, TAKEN), read_expression(field));
        quote!(let #local = #read;)
    });
    let groups = endpoint.one_of.iter().map(group);
    let made = made.into_iter().filter_map(|field| {
        let local = local(&field.rust, TAKEN);
        let gathered = gather_expression(field, |end, names| {
            let method = ident(&["gather", end].concat());
            quote!(fields.#method(&#names))
        })?;
        Some(quote!(let #local = #gathered;))
    });
    quote! {
        request.body::<Self, _>(&#root, |fields| {
            #(#constants)*
            #(#plain)*
            #(#groups)*
            #(#made)*
            Ok(#call)
        })
    }
}

fn fixed(constant: &Constant) -> TokenStream {
    let (key, text) = (written_name(&path_name(&constant.key, &constant.key)), &constant.text);
    quote!(fields.fixed(#key, #text)?;)
}

/// Tries the variants in turn: first those with a path of their own, then those whose paths others share, the larger ones
/// before those that they contain.
fn group(group: &OneOf) -> TokenStream {
    let is_own = |variant: &Variant, path: &String| {
        let mut others = group.variants.iter().filter(|other| other.rust != variant.rust);
        !others.any(|other| other.paths().any(|known| known == *path))
    };
    let mut order: Vec<&Variant> = group.variants.iter().collect();
    order.sort_by_key(|variant| {
        let least = variant.fields.iter().filter(|field| field.is_required()).count() + variant.fixed.len();
        let has_own = variant.paths().any(|path| is_own(variant, &path));
        (!has_own, Reverse(if has_own { 0 } else { least }))
    });
    let mut attempts = order.into_iter().map(|variant| {
        let fields = used("fields", !variant.fields.is_empty() || !variant.fixed.is_empty());
        let attempt = attempt(group, variant);
        quote!(fields.attempt(|#fields| #attempt))
    });
    let first = attempts.next();
    let others = attempts.map(|attempt| quote!(.or_else(|_| #attempt)));
    let variant = quote!(#first #(#others)* ?);
    let name = local(&group.rust, TAKEN);
    if group.required {
        return quote!(let #name = #variant;);
    }
    let paths = paths(&group.variants);
    quote! {
        let #name = if fields.has_any(&[#(#paths),*]) {
            let variant = #variant;
            Some(variant)
        } else {
            None
        };
    }
}

/// Closure body that reads one variant.
fn attempt(group: &OneOf, variant: &Variant) -> TokenStream {
    let (of, name) = (ident(&group.type_name), ident(&variant.rust));
    let value = match variant.fields.as_slice() {
        [] => quote!(Ok(#of::#name)),
        [field] => {
            let read = filled(field);
            quote!(Ok(#of::#name(#read)))
        }
        fields => {
            let fields = fields.iter().map(|field| {
                let (name, read) = (ident(&field.rust), filled(field));
                quote!(#name: #read)
            });
            quote!(Ok(#of::#name { #(#fields),* }))
        }
    };
    let (constants, only) = (variant.fixed.iter().map(fixed), only_below(group, variant));
    let some = some_of(group, variant);
    if variant.fixed.is_empty() && only.is_empty() && some.is_none() {
        return value;
    }
    quote!({ #some #(#constants)* #(#only)* #value })
}

/// Checks that something of a variant is there which may be without all of it: what is there may be another one's.
fn some_of(group: &OneOf, variant: &Variant) -> Option<TokenStream> {
    let needs_something = !variant.fixed.is_empty() || variant.fields.iter().any(Field::is_required);
    let (own, all) = (paths([variant]), paths(&group.variants));
    (!needs_something && own != all).then(|| quote!(fields.some_of(&[#(#own),*])?;))
}

/// The paths of variants, each once.
fn paths<'m>(variants: impl IntoIterator<Item = &'m Variant>) -> Vec<String> {
    let mut paths: Vec<String> = variants.into_iter().flat_map(Variant::paths).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Checks that objects which other variants read whole have nothing but what this variant reads.
fn only_below(group: &OneOf, variant: &Variant) -> Vec<TokenStream> {
    let paths: Vec<String> = variant.paths().collect();
    let fields = group.variants.iter().flat_map(|other| &other.fields);
    let mut objects: Vec<String> =
        fields.flat_map(|field| [field.name.json.join("/"), field.name.xml.join("/")]).collect();
    objects.sort_unstable();
    objects.dedup();
    let checks = objects.iter().filter_map(|object| {
        let below = paths.iter().filter_map(|path| path.strip_prefix(object.as_str())?.strip_prefix('/'));
        let mut names: Vec<&str> = below.filter_map(|rest| rest.split('/').next()).collect();
        names.sort_unstable();
        names.dedup();
        let steps = object.split('/');
        (!names.is_empty()).then(|| quote!(fields.only_below(&[#(#steps),*], &[#(#names),*])?;))
    });
    checks.collect()
}

/// The value of a field of a variant. A list or map that has to be given is none where it is absent or empty: by what
/// is there, one variant is told from another.
fn filled(field: &Field) -> TokenStream {
    let read = read_expression(field);
    match field.ty {
        Type::List(_) | Type::Map(..) if field.is_required() => {
            let wire = field.wire();
            quote!(Some(#read).filter(|many| !many.is_empty()).ok_or_else(|| Names::new(#wire).missing())?)
        }
        _ => read,
    }
}

/// Writes the marker of a success.
fn mark(model: &Model, endpoint: &Endpoint) -> Option<TokenStream> {
    let path =
        |is_xml| endpoint.mark(&model.service, is_xml).ok().flatten().filter(|_| model.answers_in(endpoint, is_xml));
    let word = word(model.service.fault.success.first()?);
    let (json, xml) = (path(false), path(true));
    let (json, xml) = (json.clone().or(xml.clone())?, xml.or(json)?);
    Some(quote!(out.mark(Top { json: #json, xml: #xml }, #word);))
}

fn answer(model: &Model, endpoint: &Endpoint) -> TokenStream {
    let mark = mark(model, endpoint);
    let statements = match &endpoint.output {
        Output::None if let Some(place) = endpoint.null() => {
            let name = place.map_or_else(
                || quote!(None),
                |name| {
                    let name = name_expression(&name);
                    quote!(Some(#name))
                },
            );
            return quote!(
                fn answer(_: &(), out: &mut WrittenAnswer) {
                    out.null(#name);
                    #mark
                }
            );
        }
        Output::None => {
            return match mark {
                Some(mark) => quote!(
                    fn answer(_: &(), out: &mut WrittenAnswer) {
                        #mark
                    }
                ),
                None => quote!(
                    fn answer(_: &(), _: &mut WrittenAnswer) {}
                ),
            };
        }
        Output::Text(ty) => match text_forms(model, ty).first() {
            Some(form) => quote!(out.text(&output.format(#form));),
            None => quote!(out.text(output);),
        },
        Output::Bytes => quote!(out.bytes(output);),
        Output::Whole(_) if let Some(item) = &endpoint.surface.response.item => {
            let item = &item.value;
            quote!(out.items(#item, output);)
        }
        Output::Whole(_) if let Some(body) = endpoint.body_field(model) => {
            let name = ident(&body.rust);
            match &body.name.item {
                Some(item) => quote!(out.items(#item, &output.#name);),
                None => quote!(out.whole(&output.#name);),
            }
        }
        Output::Whole(Type::Option(_)) => quote!(out.optional_whole(output);),
        Output::Whole(_) => quote!(out.whole(output);),
        Output::Under(ty, name) => {
            // Where each answer has a marker, one without a value has it beside null.
            let may_be_bodiless = matches!(ty, Type::Option(_)) && mark.is_none();
            let method = ident(if may_be_bodiless { "optional_value" } else { "value" });
            let name = written_name(name);
            quote!(out.#method(#name, output);)
        }
        Output::Headers(_) => TokenStream::new(),
    };
    let headers = endpoint.header_fields(model).into_iter().map(answer_header);
    let output = output_type(endpoint);
    quote!(fn answer(output: &#output, out: &mut WrittenAnswer) { #statements #mark #(#headers)* })
}

fn answer_header(field: &Field) -> TokenStream {
    let (name, header) = (ident(&field.rust), header(field));
    match field.is_required() {
        true => quote!(out.header(#header, &output.#name);),
        false => quote!(if let Some(value) = &output.#name { out.header(#header, value); }),
    }
}

/// The router over all endpoints of the API.
pub(super) fn router(model: &Model) -> TokenStream {
    let request = Doc::new(ITEM, "A request of any endpoint.");
    let variants = model.endpoints.iter().map(|endpoint| {
        let (name, path) = (ident(&endpoint.type_name), path_of(endpoint));
        let doc = Doc::new(MEMBER, &endpoint.surface.en);
        quote!(#doc #name(#path),)
    });
    let infos = model.endpoints.iter().map(|endpoint| {
        let (name, path) = (ident(&endpoint.type_name), path_of(endpoint));
        quote!(Self::#name(_) => #path::INFO,)
    });
    let info = Doc::new(MEMBER, "Static facts about the call.");
    let route = Doc::new(ITEM, "Finds the endpoint that a request is for.")
        .and_errors("If no endpoint accepts the request, the error of the one that came closest.");
    let names = by_demand(model).into_iter().map(|endpoint| ident(&endpoint.type_name));
    quote! {
        #request
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "a request is routed once and matched at once")]
        pub enum Request { #(#variants)* }

        impl Request {
            #info
            pub fn info(&self) -> EndpointInfo {
                match self { #(#infos)* }
            }
        }

        #route
        pub fn route(request: &ReceivedRequest<'_>) -> Result<Request, DecodeError> {
            let mut router = Router::new(request);
            #(router.attempt(Request::#names);)*
            router.finish()
        }
    }
}

/// Function `every`: visits all endpoints with their examples, and all waiters, for tests over all of them.
pub(super) fn every(model: &Model) -> TokenStream {
    let api = ident(&model.service.name);
    let doc =
        Doc::new(ITEM, "Passes every endpoint of the API to a visitor, with its wire examples, and every waiter.");
    let visits = model.endpoints.iter().map(|endpoint| {
        let method = ident(if endpoint.is_callable() { "call" } else { "perform" });
        let (path, examples) = (path_of(endpoint), examples(model, endpoint));
        let module = ident(&endpoint.module);
        let waiters = endpoint.waiters.iter().map(|waiter| ident(&waiter.type_name));
        quote!(visitor.#method::<#path>(&Examples { #examples }); #(visitor.waiter(crate::#module::#waiters::new);)*)
    });
    quote!(#doc pub fn every(visitor: &mut impl Visitor<Api = #api>) { #(#visits)* })
}

/// Extension of files with a head; every other extension is a wire format.
const HEAD: &str = "http";

/// Fields of `Examples`, one entry per file.
fn examples(model: &Model, endpoint: &Endpoint) -> TokenStream {
    // The answers that are shown first are also those that a server gives first.
    let of_kind = |kind: &'static str| {
        let is_answer = kind == "answer";
        let shown = is_answer.then(|| endpoint.surface.examples_to_show(kind)).into_iter().flatten();
        shown.chain(endpoint.surface.examples.iter().filter(move |example| !is_answer && example.kind == kind))
    };
    let with_head = |kind| {
        let with_head = of_kind(kind).filter(|example| example.ending == HEAD);
        let cases = with_head.map(|example| example.case.as_str());
        quote!(&[#(#cases),*])
    };
    let without_head = |kind, last: &dyn Fn(&Example) -> TokenStream| {
        let entries = of_kind(kind).filter(|example| example.ending != HEAD).map(|example| {
            let (case, format, last) = (example.case.as_str(), format_name(&example.ending), last(example));
            quote!((#case, #format, #last))
        });
        quote!(&[#(#entries),*])
    };
    let status = |usual| move |example: &Example| number(example.status.unwrap_or(usual));
    let path = |example: &Example| example.path.as_ref().unwrap_or(&endpoint.path).into_token_stream();
    let folder = example_folder(model, endpoint);
    let (requests, request_bodies) = (with_head("request"), without_head("request", &path));
    let (answers, answers_with_head) = (without_head("answer", &status(200)), with_head("answer"));
    let (faults, faults_with_head) = (without_head("fault", &status(400)), with_head("fault"));
    let derived: Vec<&str> = of_kind("answer")
        .filter(|example| example.origin == "derived" && example.ending != HEAD)
        .map(|example| example.case.as_str())
        .collect();
    let agreeing = derived.chunk_by(|a, b| a == b).filter(|files| files.len() > 1).filter_map(|files| files.first());
    quote! {
        folder: #folder,
        requests: #requests,
        request_bodies: #request_bodies,
        answers: #answers,
        answers_with_head: #answers_with_head,
        agreeing: &[#(#agreeing),*],
        faults: #faults,
        faults_with_head: #faults_with_head,
    }
}

/// Folder of an endpoint's examples, below that of all specs.
fn example_folder(model: &Model, endpoint: &Endpoint) -> String {
    [model.api.as_str(), &endpoint.surface.module, &endpoint.name].join("/")
}
