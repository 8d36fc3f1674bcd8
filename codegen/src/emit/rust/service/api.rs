//! `impl Api`: its description, sign-in, credentials on calls, and faults.

mod proof;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::rust::endpoint::statuses_member;
use crate::emit::rust::words::{
    constant_value, flag_member, format_name, ident, list_member, number, path_of, used, word,
};
use crate::model::{Endpoint, Field, Model, Output, Type, TypeKind};
use crate::source::At;
use crate::surface::{Constant, Credentials, ErrorDocument, FaultStyle, Host, Place, Put, Rate, TOKEN, constants};

pub(super) fn emit(model: &Model) -> TokenStream {
    let name = ident(&model.service.name.value);
    let (info, login, sign_in, session) = (info(model), login(model), sign_in(model), session(model));
    let (authorise, verdict) = (authorise(model), verdict(model));
    quote! {
        impl Api for #name {
            type Credentials = Credentials;
            type Code = Code;

            #info
            #login
            #sign_in
            #session
            #authorise
            #verdict
        }
    }
}

fn info(model: &Model) -> TokenStream {
    let (api, service) = (&model.api, &model.service);
    let currency = |code: &Option<At<String>>| {
        let code = code.as_ref()?.as_str();
        Some(quote!(Currency::new(#code)))
    };
    let hosts = service.hosts.iter().map(|host| {
        let Host { name, url, .. } = host;
        let (name, currency) = (&name.value, currency(&host.currency).unwrap_or(quote!(None)));
        quote!(Host { name: #name, url: #url, currency: #currency })
    });
    let currency = currency(&service.currency).map(|currency| quote!(currency: #currency,));
    let formats = service.formats.iter().map(|format| format_name(format));
    let request_format = service.request_format.as_ref().map(|format| {
        let format = format_name(format);
        quote!(request_format: Some(#format),)
    });
    let negotiates = flag_member("negotiates", service.negotiates);
    let (leniency, zone) = (leniency(model), &service.zone.value);
    let rates = list_member("rates", service.rates.iter().map(rate));
    let session = service.session.as_ref();
    let session_hosts =
        list_member("session_hosts", session.iter().flat_map(|session| &session.hosts).map(|host| &host.value));
    let reads_clock = reads_clock(model);
    // In an hour, clocks drift apart by much less than what APIs allow.
    let hour = reads_clock.then_some(3_600);
    let reads_clock = flag_member("reads_clock", reads_clock);
    let session_lifetime = session.and_then(|session| session.lifetime).or(hour).map(|lifetime| {
        let lifetime = number(lifetime);
        quote!(session_lifetime: Some(Duration::from_secs(#lifetime)),)
    });
    let request_keys = list_member("request_keys", service.request_keys());
    let envelope = service.fault.write.iter().map(|constant| {
        let (key, word) = (&constant.key.value, written_word(constant));
        quote!((#key, #word))
    });
    let request_id = list_member("request_id", service.request_id.iter().map(|place| place.as_str()));
    let answer_fields = list_member("answer_fields", answer_fields(model));
    let top = service.root.as_ref().map(|_| {
        let (json, xml) = (service.top(false), service.top(true));
        quote!(top: Top { json: #json, xml: #xml },)
    });
    let statuses = statuses_member(&service.statuses);
    let success_envelope = list_member("success_envelope", envelope);
    quote! {
        const INFO: ApiInfo = ApiInfo {
            name: #api,
            hosts: &[#(#hosts),*],
            formats: &[#(#formats),*],
            #request_format
            #negotiates
            leniency: #leniency,
            zone: #zone,
            #currency
            #rates
            #session_hosts
            #session_lifetime
            #reads_clock
            #request_keys
            #top
            #statuses
            #success_envelope
            #request_id
            #answer_fields
            ..ApiInfo::DEFAULT
        };
    }
}

/// Whether calls are signed by the server's clock.
fn reads_clock(model: &Model) -> bool {
    model.service.signature.as_ref().is_some_and(|signature| signature.clock.is_some())
}

/// A word of the envelope that a server writes.
fn written_word(constant: &Constant) -> TokenStream {
    match constant.text.as_str() {
        "true" if constant.is_number => quote!(Word::Flag(true)),
        "false" if constant.is_number => quote!(Word::Flag(false)),
        text if constant.is_number => quote!(Word::Number(#text)),
        text => quote!(Word::Text(#text)),
    }
}

/// The names that stand in some answer, sorted.
fn answer_fields(model: &Model) -> BTreeSet<String> {
    let structs = model.types.values().filter(|entry| entry.in_answers).filter_map(|entry| match &entry.kind {
        TypeKind::Struct(fields) => Some(fields),
        _ => None,
    });
    let fields = structs.flatten();
    let totals = fields.clone().filter_map(Field::total).chain(model.endpoints.iter().filter_map(Endpoint::total));
    let totals: Vec<_> = totals.map(|total| total.name).collect();
    let fields = fields.filter(|field| field.surface.names.is_none()).map(|field| &field.name);
    let roots = model.endpoints.iter().filter_map(|endpoint| match &endpoint.output {
        Output::Under(_, name) => Some(name),
        _ => None,
    });
    let all = fields.chain(roots).chain(&totals).flat_map(|name| name.json.iter().chain(&name.xml).chain(&name.also));
    let mut all: BTreeSet<String> = all.cloned().collect();
    // In an answer to a call that acts, a name of an error document says that the answer may be one.
    for document in model.service.fault.documents.iter().filter(|document| !document.wrapped) {
        let ErrorDocument { present, code, message, details, fields, .. } = document;
        let paths = code.iter().chain(message).chain(details).chain([present, fields]);
        let names = paths.flat_map(|path| path.split('/'));
        let is_name = |name: &&str| !name.is_empty() && *name != "*" && !name.bytes().all(|byte| byte.is_ascii_digit());
        all.extend(names.filter(is_name).map(str::to_owned));
    }
    all
}

fn rate(rate: &Rate) -> TokenStream {
    let (name, count) = (&rate.name.value, number(rate.count));
    let seconds = number(match rate.per.as_str() {
        "second" => 1,
        "hour" => 3_600,
        "day" => 86_400,
        _ => 60,
    });
    quote!(RateRule { name: #name, count: #count, window: Duration::from_secs(#seconds) })
}

fn leniency(model: &Model) -> TokenStream {
    let service = &model.service;
    let lenient = &service.lenient;
    let flags = [
        ("one_as_list", lenient.one_as_list),
        ("map_as_list", lenient.map_as_list),
        ("null_as_empty", lenient.null_as_empty),
        ("list_as_empty_map", lenient.list_as_empty_map),
        ("loose_scalars", lenient.loose_scalars),
        ("empty_text_is_absent", lenient.empty_text_is_absent),
        ("loose_flags", lenient.loose_flags),
    ];
    let flags = flags.into_iter().filter_map(|(name, is_on)| flag_member(name, is_on));
    let lists = [
        ("date_times", &service.datetime_patterns),
        ("dates", &service.date_patterns),
        ("envelope", &service.fault.keys),
    ];
    let lists = lists.into_iter().filter_map(|(name, items)| list_member(name, items));
    let ignore = list_member("ignore", service.ignored());
    let marker = service.fault.is_marked_document().then(|| {
        let marker = &service.fault.marker;
        quote!(marker: #marker,)
    });
    let scalar = service.scalar.as_ref().map(|scalar| {
        let scalar = &scalar.value;
        quote!(scalar: #scalar,)
    });
    quote!(Leniency { #(#flags)* #(#lists)* #ignore #marker #scalar ..Leniency::STRICT })
}

/// `Credentials::Key { login, key }`, with `..` if not every field is used.
fn pattern(credentials: &Credentials, used: &[&str]) -> TokenStream {
    let name = ident(&credentials.name);
    let fields = credentials.fields.iter().map(|(field, _)| field.as_str()).filter(|field| used.contains(field));
    let fields: Vec<_> = fields.map(ident).collect();
    let rest = (fields.len() < credentials.fields.len()).then(|| quote!(..));
    let fields = fields.into_iter().map(|field| quote!(#field)).chain(rest);
    quote!(Credentials::#name { #(#fields),* })
}

/// `login`: the fields of credentials that are no secrets; `None` if no credentials have one.
fn login(model: &Model) -> Option<TokenStream> {
    let all = &model.service.credentials;
    let is_open = |(_, kind): &&(At<String>, At<String>)| kind.value != "secret";
    if !all.iter().flat_map(|credentials| &credentials.fields).any(|field| is_open(&field)) {
        return None;
    }
    let arms = all.iter().map(|credentials| {
        let open: Vec<_> = credentials.fields.iter().filter(is_open).collect();
        let names: Vec<&str> = open.iter().map(|(field, _)| field.as_str()).collect();
        if names.iter().any(|name| credentials.is_optional(name)) {
            let pattern = pattern(credentials, &names);
            let texts = open.iter().map(|(field, kind)| {
                let (name, is_text) = (ident(field), kind.value == "text");
                match (credentials.is_optional(field), is_text) {
                    (true, true) => quote!(#name.clone()),
                    (true, false) => quote!(#name.map(|number| number.to_string())),
                    (false, true) => quote!(Some(#name.clone())),
                    (false, false) => quote!(Some(#name.to_string())),
                }
            });
            let several = quote!(Some([#(#texts),*].into_iter().flatten().collect::<Vec<_>>().join(" ")));
            return quote!(#pattern => #several,);
        }
        let texts = open.iter().map(|(field, kind)| {
            let (field, text) = (ident(field), ident(if kind.value == "text" { "clone" } else { "to_string" }));
            quote!(#field.#text())
        });
        let (pattern, login) = (
            pattern(credentials, &names),
            match open.as_slice() {
                [] => quote!(None),
                [_] => quote!(Some(#(#texts)*)),
                _ => quote!(Some([#(#texts),*].join(" "))),
            },
        );
        quote!(#pattern => #login,)
    });
    Some(quote! {
        fn login(credentials: &Credentials) -> Option<String> {
            match credentials { #(#arms)* }
        }
    })
}

fn sign_in(model: &Model) -> TokenStream {
    let all = &model.service.credentials;
    let asks = all.iter().any(|credentials| credentials.sign_in.is_some());
    let uses = asks || all.iter().any(|credentials| credentials.token.is_some());
    let (credentials, out) = (used("credentials", uses), used("out", asks));
    let body = if uses {
        let arms = all.iter().filter_map(|credentials| sign_in_arm(model, credentials));
        quote!(match credentials { #(#arms)* })
    } else {
        quote!(Ok(hostkit_proto::SignIn::NotNeeded))
    };
    quote! {
        fn sign_in(#credentials: &Credentials, #out: &mut RequestParts) -> Result<hostkit_proto::SignIn, EncodeError> {
            #body
        }
    }
}

fn sign_in_arm(model: &Model, credentials: &Credentials) -> Option<TokenStream> {
    let Some(path) = &credentials.sign_in else {
        let Some(token) = &credentials.token else {
            let pattern = pattern(credentials, &[]);
            return Some(quote!(#pattern => Ok(hostkit_proto::SignIn::NotNeeded),));
        };
        let (pattern, token) = (pattern(credentials, &[token]), ident(token));
        return Some(quote!(#pattern => Ok(hostkit_proto::SignIn::Ready(Session::with_token(#token.clone()))),));
    };
    let endpoint = model.endpoint(path)?;
    let is_field = |name: &str| credentials.fields.iter().any(|(field, _)| field.value == name);
    let (required, others): (Vec<_>, Vec<_>) = endpoint.inputs().partition(|input| input.is_required());
    let required: Vec<&str> = required.into_iter().map(|input| input.rust.as_str()).collect();
    let others: Vec<&str> = others.into_iter().map(|input| input.rust.as_str()).filter(|name| is_field(name)).collect();
    let (pattern, call) = (pattern(credentials, &[&required[..], &others].concat()), path_of(endpoint));
    let argument = |name: &str| {
        let is_copy = credentials.fields.iter().any(|(field, kind)| field.value == name && kind.value == "int");
        let input = ident(name);
        if is_copy { quote!(*#input) } else { quote!(#input.clone()) }
    };
    let arguments = required.iter().map(|name| argument(name));
    let (always, perhaps): (Vec<&str>, Vec<&str>) = others.into_iter().partition(|name| !credentials.is_optional(name));
    let always = always.into_iter().map(|name| {
        let (input, argument) = (ident(name), argument(name));
        quote!(.#input(#argument))
    });
    let perhaps = perhaps.into_iter().map(|name| {
        let (input, argument) = (ident(name), argument(name));
        quote!(let call = match #input { Some(#input) => call.#input(#argument), None => call };)
    });
    Some(quote! {
        #pattern => {
            let call = #call::new(#(#arguments),*) #(#always)*;
            #(#perhaps)*
            out.retarget(&#call::INFO);
            call.encode(out)?;
            Ok(hostkit_proto::SignIn::Ask)
        }
    })
}

fn session(model: &Model) -> TokenStream {
    let sign_in = model.service.credentials.iter().find_map(|credentials| credentials.sign_in.as_ref());
    let endpoint = sign_in.and_then(|path| model.endpoint(path));
    if let Some(endpoint) = endpoint.filter(|_| reads_clock(model)) {
        let call = path_of(endpoint);
        let body = match endpoint.output.ty() {
            Some(Type::UnixTime) => quote!(Ok(Session { clock: Some(#call::decode(answer)?), ..Session::default() })),
            // The answer's `Date` tells the time.
            _ => quote!(#call::decode(answer).map(|_| Session::default())),
        };
        return quote! {
            fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
                #body
            }
        };
    }
    let (Some(endpoint), Some(session)) = (endpoint, &model.service.session) else {
        return quote! {
            fn session(_: &RawAnswer<'_>) -> Result<Session, DecodeError> {
                Ok(Session::default())
            }
        };
    };
    let (call, token) = (path_of(endpoint), ident(&session.token));
    let fields = endpoint.output.ty().and_then(|ty| model.fields(ty)).unwrap_or_default();
    let members = [("base_url", &session.base_url), ("ends", &session.ends), ("issued", &session.issued)];
    let mut more: Vec<&str> = session.put.iter().flat_map(Put::names).filter(|name| *name != TOKEN).collect();
    more.sort_unstable();
    more.dedup();
    let more = (!more.is_empty()).then(|| {
        let more = more.into_iter().map(|name| {
            let value = ident(name);
            let is_secret = fields.iter().any(|field| field.rust == name && field.ty == Type::Secret);
            let value = if is_secret { quote!(answer.#value) } else { quote!(Secret::from(answer.#value)) };
            quote!((#name.to_owned(), #value))
        });
        quote!(more: [#(#more),*].into(),)
    });
    let members = members.into_iter().filter_map(|(member, place)| {
        let place = place.as_ref()?;
        let field = fields.iter().find(|field| field.rust == place.value);
        let is_option = field.is_some_and(Field::is_option);
        let (name, place) = (ident(member), ident(place));
        if field.is_some_and(|field| field.ty == Type::Uint) {
            let value = match is_option {
                true => quote!(answer.#place.map(Duration::from_secs)),
                false => quote!(Some(Duration::from_secs(answer.#place))),
            };
            return Some(quote!(lifetime: #value,));
        }
        let member = name;
        Some(if is_option { quote!(#member: answer.#place,) } else { quote!(#member: Some(answer.#place),) })
    });
    quote! {
        fn session(answer: &RawAnswer<'_>) -> Result<Session, DecodeError> {
            let answer = #call::decode(answer)?;
            Ok(Session { token: Some(answer.#token), #more #(#members)* ..Session::default() })
        }
    }
}

fn authorise(model: &Model) -> TokenStream {
    let service = &model.service;
    let puts = service.session.as_ref().map_or(&[][..], |session| &session.put);
    let token = (!puts.is_empty()).then(|| proof::of_session(puts));
    let always: Vec<Put> = service.put.iter().filter(|put| put.names().is_empty()).cloned().collect();
    let constants: Vec<TokenStream> = std::iter::once((None, &always))
        .chain(service.put_by_format.iter().map(|(format, puts)| (Some(format), puts)))
        .filter(|(_, puts)| !puts.is_empty())
        .map(|(format, puts)| {
            // Fields are prepended to the body, so the last constant comes first.
            let body = constants(puts, Place::Body, None).into_iter().rev().map(|constant| {
                let (key, value) = (&constant.key.value, constant_value(&constant));
                quote!(out.body_field(#key, #value);)
            });
            let query = constants(puts, Place::Query, None).into_iter().map(|constant| {
                let (key, text) = (&constant.key.value, &constant.text);
                quote!(out.query(#key, &#text);)
            });
            let headers = constants(puts, Place::Header, None).into_iter().map(|constant| {
                let (key, text) = (&constant.key.value, &constant.text);
                quote!(out.header(#key, &#text)?;)
            });
            let puts = quote!(#(#body)* #(#query)* #(#headers)*);
            match format.map(|format| format_name(format)) {
                Some(format) => quote!(if out.format() == #format { #puts }),
                None => puts,
            }
        })
        .collect();
    let is_proof = service.credentials.iter().any(|credentials| !credentials.put.is_empty());
    let proof = is_proof.then(|| {
        let arms = service.credentials.iter().map(|credentials| {
            let signature = service.signature.as_ref();
            let used = proof::used(credentials, signature);
            let (pattern, puts) = (pattern(credentials, &used), proof::of_credentials(credentials, signature));
            quote!(#pattern => { #puts })
        });
        quote!(match credentials { #(#arms)* })
    });
    let credentials = used("credentials", is_proof);
    let session = used("session", token.is_some());
    let is_used = token.is_some() || is_proof || !constants.is_empty();
    let out = used("out", is_used);
    let end = if is_used { quote!(out.checked()) } else { quote!(Ok(())) };
    quote! {
        fn authorise(
            #credentials: &Credentials,
            #session: &Session,
            #out: &mut RequestParts,
        ) -> Result<(), EncodeError> {
            #token
            #(#constants)*
            #proof
            #end
        }
    }
}

fn verdict(model: &Model) -> TokenStream {
    let (fault, errors) = (&model.service.fault, &model.service.errors);
    let faults = if model.has_judged_items() {
        quote!(FAULTS)
    } else if fault.style == FaultStyle::Documents {
        documents(model)
    } else if fault.style == FaultStyle::Wrapped {
        let first = |items: &[String]| items.first().cloned().unwrap_or_default();
        let (code, message, details) = (first(&fault.code), first(&fault.message), first(&fault.details));
        quote!(StatusFaults { code: #code, message: #message, details: #details })
    } else {
        let (marker, fields, inner) = (&fault.marker, &fault.fields, &fault.inner);
        let (success, failure) = (fault.success.iter().map(word), fault.failure.iter().map(word));
        let (code, no_code, message, auth) = (&fault.code, &fault.no_code, &fault.message, &fault.auth);
        let details = &fault.details;
        let accepted = errors.iter().filter_map(|error| {
            let (code, reason) = (&error.code.value, error.accepted.as_ref()?);
            Some(quote!((#code, #reason)))
        });
        let verify = errors.iter().filter(|error| error.verify).map(|error| &error.code.value);
        let undone = errors.iter().filter(|error| error.undone).map(|error| &error.code.value);
        quote! {
            EnvelopeFaults {
                marker: #marker,
                success: &[#(#success),*],
                failure: &[#(#failure),*],
                inner: &[#(#inner),*],
                code: &[#(#code),*],
                no_code: &[#(#no_code),*],
                message: &[#(#message),*],
                auth: &[#(#auth),*],
                details: &[#(#details),*],
                fields: #fields,
                accepted: &[#(#accepted),*],
                verify: &[#(#verify),*],
                undone: &[#(#undone),*],
            }
        }
    };
    quote! {
        fn verdict(answer: &RawAnswer<'_>) -> Verdict<Code> {
            #faults.verdict(answer)
        }
    }
}

/// How faults are known, where that is asked of a whole answer and of single items.
pub(super) fn shared_faults(model: &Model) -> Option<TokenStream> {
    model.has_judged_items().then(|| {
        let faults = documents(model);
        quote!(const FAULTS: DocumentFaults<'static> = #faults;)
    })
}

/// Faults that are documents with codes and texts at stated places.
fn documents(model: &Model) -> TokenStream {
    let (fault, errors) = (&model.service.fault, &model.service.errors);
    let layouts =
        fault.documents.iter().map(|ErrorDocument { present, bare, code, message, details, fields, .. }| {
            let bare = bare.as_ref().map_or(quote!(None), |key| quote!(Some(#key)));
            quote! {
                ErrorLayout {
                    present: #present,
                    bare: #bare,
                    code: &[#(#code),*],
                    message: &[#(#message),*],
                    details: &[#(#details),*],
                    fields: #fields,
                }
            }
        });
    let texts = errors.iter().flat_map(|error| {
        let code = &error.code.value;
        error.texts.iter().map(move |text| (&text.value, code)).map(|(text, code)| quote!((#text, #code)))
    });
    let verify = errors.iter().filter(|error| error.verify).map(|error| &error.code.value);
    let undone = errors.iter().filter(|error| error.undone).map(|error| &error.code.value);
    let (marker, success) = (&fault.marker, fault.success.iter().map(word));
    quote! {
        DocumentFaults {
            layouts: &[#(#layouts),*],
            texts: &[#(#texts),*],
            verify: &[#(#verify),*],
            undone: &[#(#undone),*],
            marker: #marker,
            success: &[#(#success),*],
        }
    }
}
