//! Checks of input rules, which run before anything is sent.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::docs::{Doc, MEMBER};
use super::words::{ident, input_name, known_value, max_items, number};
use crate::model::{AtLeastOne, Choice, Endpoint, Field, Many, Model, Type, TypeEntry, TypeKind, choices};
use crate::resolve::names::camel;
use crate::resolve::{Premise, only_if_words, required_words};
use crate::surface::{IdKind, Limits, is_pattern};

/// Checks of all inputs, one statement each, before the first is written.
pub(super) fn checks(endpoint: &Endpoint, model: &Model) -> Vec<TokenStream> {
    let inputs: Vec<&Field> = endpoint.inputs().collect();
    let mut checks = Vec::new();
    for field in &inputs {
        let name = ident(&field.rust);
        checks.extend(items_check(field, &quote!(self.#name)));
        checks.extend(limit_check(field, &quote!(&self.#name)));
        checks.extend(part_checks(field, &quote!(self.#name), &quote!(&self.#name), model));
    }
    for field in &inputs {
        checks.extend(condition_checks(field, endpoint, &inputs, model));
        checks.extend(when_checks(field, endpoint, &inputs, model));
        checks.extend(not_below(field, &inputs));
    }
    if let Some(AtLeastOne::Of(inputs)) = &endpoint.at_least_one {
        let absent = inputs.iter().map(|(_, rust, many)| {
            let name = ident(rust);
            match many {
                Many::No => quote!(self.#name.is_none()),
                Many::Yes => quote!(self.#name.is_empty()),
                Many::OrNull => {
                    let value = quote!(self.#name.as_ref().and_then(Nullable::value));
                    quote!(#value.is_none_or(|value| value.is_empty()))
                }
            }
        });
        let refusal = refusal(endpoint);
        checks.push(quote!(if #(#absent)&&* { #refusal }));
    }
    checks
}

/// Check for an empty body, after it is written.
pub(super) fn body_check(endpoint: &Endpoint) -> Option<TokenStream> {
    let Some(AtLeastOne::Body(_)) = &endpoint.at_least_one else { return None };
    let refusal = refusal(endpoint);
    Some(quote!(if body.is_empty() { #refusal }))
}

fn refusal(endpoint: &Endpoint) -> TokenStream {
    let names = endpoint.at_least_one.as_ref().map(AtLeastOne::names).unwrap_or_default();
    quote!(out.none_given(#names);)
}

/// Check of how many items an input has.
pub(super) fn items_check(field: &Field, value: &TokenStream) -> Option<TokenStream> {
    let most = max_items(Some(field.surface.max_items?));
    let (input, rule) = (input_name(field), ["has more than ", most.base10_digits(), " items"].concat());
    let is_over = match field.is_option() {
        is_option if field.is_nullable() => {
            let given = is_option.then(|| quote!(.as_ref()));
            let items = if is_option { quote!(and_then(Nullable::value)) } else { quote!(value()) };
            quote!(#value #given.#items.is_some_and(|items| items.len() > #most))
        }
        true => quote!(#value.as_ref().is_some_and(|items| items.len() > #most)),
        false => quote!(#value.len() > #most),
    };
    Some(quote!(if #is_over { out.refuse(#input, #rule); }))
}

/// Checks of the parts of a value: a list or map that has to be given is not empty, and what is one text can be read back
/// from it; neither the input, nor any in it.
pub(super) fn part_checks(
    field: &Field,
    value: &TokenStream,
    reference: &TokenStream,
    model: &Model,
) -> Vec<TokenStream> {
    let input = input_name(field);
    let filled = is_to_be_filled(field).then(|| quote!(out.check_some(#input, #value.is_empty());));
    let joined = is_in_one_text(&field.ty, model).then(|| quote!(out.check_joined(#input, #reference);));
    let inner = mistake_in(field, value, model).map(|mistake| {
        quote! {
            if let Some(rule) = #mistake {
                out.refuse(#input, rule);
            }
        }
    });
    filled.into_iter().chain(joined).chain(inner).collect()
}

fn is_to_be_filled(field: &Field) -> bool {
    let ty = match &field.ty {
        Type::Joined(item, _) | Type::Json(item) => item,
        ty => ty,
    };
    field.is_required() && matches!(ty, Type::List(_) | Type::Map(..) | Type::Csv(..))
}

/// Whether a value is one text of parts, some of which could not be read back: most items of lists have no separator.
fn is_in_one_text(ty: &Type, model: &Model) -> bool {
    match ty {
        Type::Map(_, item) => matches!(**item, Type::Joined(..)),
        Type::Joined(..) | Type::Json(_) => true,
        Type::Nullable(item) => is_in_one_text(item, model),
        Type::Csv(item, separator) => match &**item {
            Type::Text | Type::Secret => true,
            Type::DateTime => *separator == ' ',
            Type::Named(name) => matches!(
                model.types.get(name).map(|entry| &entry.kind),
                Some(TypeKind::Enumeration { .. } | TypeKind::Id(IdKind::Free))
            ),
            _ => false,
        },
        _ => false,
    }
}

/// `mistake` of a type of requests: what is wrong with the first part of it that cannot be sent.
pub(super) fn mistake(entry: &TypeEntry, model: &Model) -> Option<TokenStream> {
    let ty = Type::Named(entry.name.clone());
    let found = match &entry.kind {
        _ if !entry.in_requests || !can_be_mistaken(&ty, model, &mut Vec::new()) => return None,
        TypeKind::Struct(fields) => {
            let fields = fields.iter().flat_map(|field| {
                let (name, wire) = (ident(&field.rust), field.wire());
                let filled = is_to_be_filled(field).then(|| {
                    let rule = ["has an empty `", wire, "`, which has to be given"].concat();
                    quote!(self.#name.is_empty().then(|| #rule.to_owned()))
                });
                let joined = is_in_one_text(&field.ty, model).then(|| {
                    let place = ["has `", wire, "`, which "].concat();
                    quote!(self.#name.unreadable().map(|(_, rule)| [#place, &rule].concat()))
                });
                let limits = sent_limits(field, model);
                let limited = (limits != Limits::default()).then(|| {
                    let (place, limit) = (["has `", wire, "`, where "].concat(), limit(&limits));
                    quote!(#limit.mistake(&self.#name).map(|rule| [#place, &rule].concat()))
                });
                let counted = field.surface.max_items.map(|most| {
                    let most = max_items(Some(most));
                    let rule = ["has more than ", most.base10_digits(), " items in `", wire, "`"].concat();
                    quote!((self.#name.len() > #most).then(|| #rule.to_owned()))
                });
                let limited = counted.into_iter().chain(limited);
                filled.into_iter().chain(joined).chain(limited).chain(mistake_in(field, &quote!(self.#name), model))
            });
            let choice =
                has_choice(&ty, model).then(|| quote!(self.mistaken_choice().map(|choice| choice.to_string())));
            let fields = fields.chain(choice);
            fields.reduce(|first, next| quote!(#first.or_else(|| #next)))?
        }
        TypeKind::Union { number, scalar, object, list } => {
            let shapes = [("Number", number), ("Scalar", scalar), ("Object", object), ("List", list)];
            let known = shapes.iter().filter(|(_, ty)| ty.is_some()).count();
            let shapes = shapes.into_iter().filter_map(|(shape, ty)| {
                let (shape, mistake) = (ident(shape), mistake_of(ty.as_ref()?, &quote!(value), model)?);
                Some(quote!(Self::#shape(value) => #mistake,))
            });
            let shapes: Vec<_> = shapes.collect();
            let other = (shapes.len() < known).then(|| quote!(_ => None));
            quote!(match self { #(#shapes)* #other })
        }
        TypeKind::Objects(objects) => {
            let known: Vec<TokenStream> = objects
                .iter()
                .filter_map(|(object, ty)| {
                    let (object, mistake) = (ident(object), mistake_of(ty, &quote!(value), model)?);
                    Some(quote!(Self::#object(value) => #mistake,))
                })
                .collect();
            let others = (known.len() < objects.len()).then(|| quote!(_ => None,));
            quote!(match self { #(#known)* #others })
        }
        _ => return None,
    };
    let (name, doc) = (ident(&entry.name), Doc::new(MEMBER, "What is wrong with the first part that cannot be sent."));
    let choice = mistaken_choice(entry);
    Some(quote!(impl #name { #doc pub(crate) fn mistake(&self) -> Option<String> { #found } #choice }))
}

/// `mistaken_choice` of a type of requests: what is wrong with the fields of which one may be given.
fn mistaken_choice(entry: &TypeEntry) -> Option<TokenStream> {
    let TypeKind::Struct(fields) = &entry.kind else { return None };
    let choices = choices(fields).into_iter().map(|Choice { fields, is_required }| {
        let given = fields.iter().map(|field| {
            let (name, wire) = (ident(&field.rust), field.wire());
            let is_given = match (&field.surface.absent, &field.ty) {
                (Some(absent), _) if absent.value => quote!(!self.#name),
                (Some(_), _) => quote!(self.#name),
                (None, Type::List(_) | Type::Map(..)) => quote!(!self.#name.is_empty()),
                (None, _) => quote!(self.#name.is_some()),
            };
            quote!((#wire, #is_given))
        });
        quote!(hostkit_proto::codec::one_of(#is_required, &[#(#given),*]))
    });
    let found = choices.reduce(|first, next| quote!(#first.or_else(|| #next)))?;
    let doc = Doc::new(MEMBER, "What is wrong with the fields of which one may be given.");
    Some(quote!(#doc pub(crate) fn mistaken_choice(&self) -> Option<MistakenChoice> { #found }))
}

/// Whether an object of this type has fields of which one may be given.
fn has_choice(ty: &Type, model: &Model) -> bool {
    model.fields(ty).is_some_and(|fields| !choices(fields).is_empty())
}

/// The first mistake in the value of a field.
fn mistake_in(field: &Field, value: &TokenStream, model: &Model) -> Option<TokenStream> {
    // The limits of the type are checked with those of the field.
    let ty = if limits_of_item(field, model).is_some() { without_item(&field.ty) } else { field.ty.clone() };
    if !field.is_option() {
        return mistake_of(&ty, value, model);
    }
    let each = each_mistake(&ty, model)?;
    Some(quote!(#value.as_ref().and_then(#each)))
}

fn mistake_of(ty: &Type, value: &TokenStream, model: &Model) -> Option<TokenStream> {
    match ty {
        Type::Named(name) if let Some(limits) = type_limits(name, model) => {
            let limit = limit(limits);
            Some(quote!(#limit.mistake(#value)))
        }
        Type::Named(_) => can_be_mistaken(ty, model, &mut Vec::new()).then(|| quote!(#value.mistake())),
        Type::Csv(item, _) => each_mistake(item, model).map(|each| quote!(#value.iter().find_map(#each))),
        Type::List(item) => each_mistake(item, model).map(|each| quote!(#value.iter().find_map(#each))),
        Type::Map(key, item) => {
            let keys = each_mistake(key, model).map(|each| quote!(#value.keys().find_map(#each)));
            let values = each_mistake(item, model).map(|each| quote!(#value.values().find_map(#each)));
            keys.into_iter().chain(values).reduce(|first, next| quote!(#first.or_else(|| #next)))
        }
        Type::Nullable(item) => each_mistake(item, model).map(|each| quote!(#value.value().and_then(#each))),
        // It is the value that it holds.
        Type::Joined(item, _) | Type::Json(item) => mistake_of(item, value, model),
        _ => None,
    }
}

/// The function that does it for a reference.
fn each_mistake(ty: &Type, model: &Model) -> Option<TokenStream> {
    let mistake = mistake_of(ty, &quote!(item), model)?;
    Some(match ty {
        Type::Named(name) if type_limits(name, model).is_none() => {
            let name = ident(name);
            quote!(#name::mistake)
        }
        _ => quote!(|item| #mistake),
    })
}

/// Whether a value of this type, or one in it, has a part that may not be sent as it is.
fn can_be_mistaken<'m>(ty: &'m Type, model: &'m Model, outer: &mut Vec<&'m str>) -> bool {
    ty.names().into_iter().any(|name| {
        if outer.contains(&name) {
            return false;
        }
        outer.push(name);
        let found = match model.types.get(name).map(|entry| &entry.kind) {
            Some(TypeKind::Struct(fields)) => {
                !choices(fields).is_empty()
                    || fields.iter().any(|field| {
                        is_to_be_filled(field)
                            || field.surface.limits != Limits::default()
                            || field.surface.max_items.is_some()
                            || is_in_one_text(&field.ty, model)
                            || can_be_mistaken(&field.ty, model, outer)
                    })
            }
            Some(kind @ (TypeKind::Union { .. } | TypeKind::Objects(_))) => {
                kind.parts().into_iter().any(|ty| can_be_mistaken(ty, model, outer))
            }
            _ => type_limits(name, model).is_some(),
        };
        outer.pop();
        found
    })
}

/// The limits of a type of its own, if it has any.
fn type_limits<'m>(name: &str, model: &'m Model) -> Option<&'m Limits> {
    model.types.get(name).map(|entry| &entry.limits).filter(|limits| **limits != Limits::default())
}

/// The limits of the type of a field, or of its items, which hold where the field says no others.
fn limits_of_item<'m>(field: &Field, model: &'m Model) -> Option<&'m Limits> {
    let Type::Named(name) = field.ty.item() else { return None };
    // A list in one text has a length of its own.
    let is_apart = field.ty.is_list_in_one_text()
        && matches!(model.types.get(name).map(|entry| &entry.kind), Some(TypeKind::Id(IdKind::Text | IdKind::Free)));
    type_limits(name, model).filter(|_| !is_apart)
}

/// The limits of a field of an object that is sent.
fn sent_limits(field: &Field, model: &Model) -> Limits {
    let own = field.surface.limits.clone();
    limits_of_item(field, model).map_or(own.clone(), |of_type| own.or(of_type))
}

/// The type with items of which nothing is known.
fn without_item(ty: &Type) -> Type {
    let inside = |item: &Type| Box::new(without_item(item));
    match ty {
        Type::List(item) => Type::List(inside(item)),
        Type::Map(key, item) => Type::Map(key.clone(), inside(item)),
        Type::Csv(item, separator) => Type::Csv(inside(item), *separator),
        Type::Nullable(item) => Type::Nullable(inside(item)),
        _ => Type::Any,
    }
}

/// Check of one input against its limits, if it has any.
pub(super) fn limit_check(field: &Field, value: &TokenStream) -> Option<TokenStream> {
    let surface = &field.surface;
    let (input, limit) = (input_name(field), limit(&surface.limits));
    if surface.host_limits.is_empty() {
        // An amount may be in another currency than the host's.
        if field.ty == Type::Money || field.is_nullable() && *field.ty.item() == Type::Money {
            return Some(quote!(out.check(#input, #value, &#limit);));
        }
        return (surface.limits != Limits::default()).then(|| quote!(out.check(#input, #value, &#limit);));
    }
    let hosts = surface.host_limits.iter().map(|(host, limits)| {
        let (host, limit) = (&host.value, self::limit(limits));
        quote!((#host, #limit))
    });
    Some(quote!(out.check_by_host(#input, #value, &#limit, &[#(#hosts),*]);))
}

fn limit(limits: &Limits) -> TokenStream {
    let numbers = [
        ("min", limits.min),
        ("max", limits.max),
        ("multiple_of", limits.multiple_of),
        ("min_length", limits.min_length),
        ("max_length", limits.max_length),
        ("max_bytes", limits.max_bytes),
    ];
    let numbers = numbers.into_iter().filter_map(|(name, value)| {
        let (name, value) = (ident(name), number(value?));
        Some(quote!(.#name(#value)))
    });
    let shape = limits.shape.as_ref().map(|shape| {
        let shape = match is_pattern(shape) {
            true => quote!(Pattern(#shape)),
            false => ident(&camel(shape)).into_token_stream(),
        };
        quote!(.shape(TextShape::#shape))
    });
    quote!(InputLimit::NONE #(#numbers)* #shape)
}

/// Check that an input is not less than another.
fn not_below(field: &Field, inputs: &[&Field]) -> Option<TokenStream> {
    let other = field.surface.not_below.as_ref()?;
    let other = inputs.iter().find(|input| input.wire() == other.value)?;
    let (input, name) = (input_name(field), ident(&field.rust));
    let (other_input, other_name) = (input_name(other), ident(&other.rust));
    Some(quote!(out.check_not_below(#input, &self.#name, #other_input, &self.#other_name);))
}

/// Checks of an input's dependencies on others.
fn condition_checks(field: &Field, endpoint: &Endpoint, inputs: &[&Field], model: &Model) -> Vec<TokenStream> {
    let (input, name) = (input_name(field), ident(&field.rust));
    let is_many = matches!(field.ty, Type::List(_) | Type::Map(..));
    let (absent, present) = match field.ty {
        _ if !field.is_option() && !is_many => return Vec::new(),
        // Null is said, and is no value.
        Type::Nullable(_) => (quote!(self.#name.is_none()), given(field, true)),
        _ => (given(field, false), given(field, true)),
    };
    // What is allowed only somewhere is a flag that is on: off is as good as absent.
    let present = match &field.ty {
        Type::Flag | Type::Worded(_) => quote!(self.#name == Some(true)),
        Type::Nullable(inner) if matches!(**inner, Type::Flag | Type::Worded(_)) => {
            quote!(self.#name.as_ref().and_then(Nullable::value) == Some(&true))
        }
        _ => present,
    };
    let check = |condition: &str, is_required: bool| {
        let (holds, fails) = condition_expressions(condition, endpoint, inputs, model)?;
        let (test, rule) = match is_required {
            true => (quote!(#holds && #absent), required_words(condition)),
            false => (quote!(#fails && #present), only_if_words(condition)),
        };
        Some(quote!(if #test { out.refuse(#input, #rule); }))
    };
    let required = field.surface.required_if.as_deref().and_then(|condition| check(condition, true));
    let allowed = field.surface.only_if.as_deref().and_then(|condition| check(condition, false));
    required.into_iter().chain(allowed).collect()
}

/// Whether an input that may be left out has a value, or none.
fn given(field: &Field, is_given: bool) -> TokenStream {
    let name = ident(&field.rust);
    match (&field.ty, is_given) {
        (Type::List(_) | Type::Map(..), true) => quote!(!self.#name.is_empty()),
        (Type::List(_) | Type::Map(..), false) => quote!(self.#name.is_empty()),
        (Type::Nullable(_), _) => {
            let is = ident(if is_given { "is_some" } else { "is_none" });
            quote!(self.#name.as_ref().and_then(Nullable::value).#is())
        }
        (_, true) => quote!(self.#name.is_some()),
        (_, false) => quote!(self.#name.is_none()),
    }
}

/// Checks of limits that depend on another input.
fn when_checks(field: &Field, endpoint: &Endpoint, inputs: &[&Field], model: &Model) -> Vec<TokenStream> {
    let (input, name) = (input_name(field), ident(&field.rust));
    let check = |condition: &str, limits: &Limits| {
        let (holds, _) = condition_expressions(condition, endpoint, inputs, model)?;
        let limit = limit(limits);
        Some(quote!(if #holds { out.check_when(#condition, #input, &self.#name, &#limit); }))
    };
    field.surface.when.iter().filter_map(|(condition, limits)| check(condition, limits)).collect()
}

/// A condition and its negation.
fn condition_expressions(
    condition: &str,
    endpoint: &Endpoint,
    inputs: &[&Field],
    model: &Model,
) -> Option<(TokenStream, TokenStream)> {
    let premise = Premise::of(condition);
    let (holds, fails) = match inputs.iter().find(|field| field.wire() == premise.input) {
        Some(field) => positive_expressions(&premise.values, field, model),
        None => {
            let group = ident(&endpoint.one_of.iter().find(|group| group.rust == premise.input)?.rust);
            (quote!(self.#group.is_some()), quote!(self.#group.is_none()))
        }
    };
    Some(if premise.is_not { (fails, holds) } else { (holds, fails) })
}

/// The same for a condition on an input that is not behind `!`.
fn positive_expressions(values: &[&str], field: &Field, model: &Model) -> (TokenStream, TokenStream) {
    let name = ident(&field.rust);
    let is_flag = matches!(field.ty.item(), Type::Flag | Type::Worded(_));
    if values.is_empty() && !is_flag {
        return (given(field, true), given(field, false));
    }
    if field.is_nullable() {
        let given = match field.is_option() {
            true => quote!(self.#name.as_ref().and_then(Nullable::value)),
            false => quote!(self.#name.value()),
        };
        let (holds, fails) = match values {
            [] => (quote!(*value), quote!(!*value)),
            values => compared(values),
        };
        return (quote!(#given.is_some_and(|value| #holds)), quote!(#given.is_none_or(|value| #fails)));
    }
    let known = values.iter().map(|value| known_value(model, &field.ty, value)).collect::<Option<Vec<_>>>();
    match (known.as_deref(), field.is_option()) {
        (Some([]), true) => (quote!(self.#name == Some(true)), quote!(self.#name != Some(true))),
        (Some([]), false) => (quote!(self.#name), quote!(!self.#name)),
        (Some([known]), true) => (quote!(self.#name == Some(#known)), quote!(self.#name != Some(#known))),
        (Some([known]), false) => (quote!(self.#name == #known), quote!(self.#name != #known)),
        (Some(known), is_option) => {
            let known = if is_option { quote!(Some(#(#known)|*)) } else { quote!(#(#known)|*) };
            (quote!(matches!(self.#name, #known)), quote!(!matches!(self.#name, #known)))
        }
        (None, true) => {
            let (holds, fails) = compared(values);
            (
                quote!(self.#name.as_ref().is_some_and(|value| #holds)),
                quote!(self.#name.as_ref().is_none_or(|value| #fails)),
            )
        }
        (None, false) => match values {
            [value] => (quote!(self.#name.to_text() == #value), quote!(self.#name.to_text() != #value)),
            values => (
                quote!([#(#values),*].contains(&&*self.#name.to_text())),
                quote!(![#(#values),*].contains(&&*self.#name.to_text())),
            ),
        },
    }
}

/// Whether `value` is one of these texts, and whether it is not.
fn compared(values: &[&str]) -> (TokenStream, TokenStream) {
    match values {
        [value] => (quote!(value.to_text() == #value), quote!(value.to_text() != #value)),
        values => {
            let found = quote!([#(#values),*].contains(&&*value.to_text()));
            (found.clone(), quote!(!#found))
        }
    }
}
