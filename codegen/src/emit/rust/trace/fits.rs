//! Which item shows the call: the inputs to compare it with, and the tests that it must pass.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::{TAKEN, compared, distinct};
use crate::emit::rust::words::{ident, known_value, local, rust_type};
use crate::model::{Compared, Field, Model, Sign, Trace, Type};

/// A closure over items: the statements that define it, and the argument that passes it.
pub(super) struct Closure {
    pub(super) statements: TokenStream,
    pub(super) argument: TokenStream,
}

impl Closure {
    /// A closure with a constant result.
    pub(super) fn always(holds: bool) -> Self {
        Self { statements: TokenStream::new(), argument: quote!(|_| #holds) }
    }

    /// A variable with the closure that requires all these tests.
    fn of(name: &str, trace: &Trace, tests: &[TokenStream]) -> Self {
        let (name, item) = (ident(name), rust_type(&trace.item));
        let tests = match tests {
            [one] => bare(one),
            several => quote!(#(#several)&&*),
        };
        Self { statements: quote!(let #name = |item: &#item| #tests;), argument: quote!(#name) }
    }
}

/// A test that stands alone, without the parentheses that it needs among others.
fn bare(test: &TokenStream) -> TokenStream {
    let mut trees = test.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) => group.stream(),
        _ => test.clone(),
    }
}

/// The variables of the compared inputs, and `fits`.
pub(super) fn fits(model: &Model, trace: &Trace) -> Closure {
    let is_new = matches!(trace.sign, Sign::New(_));
    let inputs = distinct(compared(trace)).into_iter().map(|own| {
        let (text, local, ty) = (&own.rust, local(&own.rust, TAKEN), rust_type(&own.ty));
        match (&own.ty, own.is_option()) {
            (Type::List(_), _) => quote!(let #local = inputs.rows(#text)?;),
            (_, true) => quote!(let #local: Option<#ty> = inputs.get(#text);),
            (_, false) => quote!(let #local: #ty = inputs.get(#text)?;),
        }
    });
    let inputs: TokenStream = inputs.collect();
    let mut tests: Vec<TokenStream> = trace.named.iter().map(|(path, own)| holds(path, own, false)).collect();
    tests.extend(trace.filter.iter().map(|(path, own)| holds(path, own, is_new)));
    if !matches!(trace.sign, Sign::Changed(_)) {
        tests.extend(trace.is.iter().map(|(field, text)| is(model, field, text)));
    }
    if let Sign::There(path) = &trace.sign {
        let (place, is_option) = place("item", path);
        tests.push(if is_option { quote!(#place.is_some()) } else { quote!(true) });
    }
    let closure = match tests.is_empty() {
        true => Closure::always(!matches!(trace.sign, Sign::Became)),
        false => Closure::of("fits", trace, &tests),
    };
    let statements = closure.statements;
    Closure { statements: quote!(#inputs #statements), ..closure }
}

/// Closure `nearly`: a new item matches the call except for the spelling of texts.
pub(super) fn nearly(model: &Model, trace: &Trace) -> Closure {
    let is_spelled =
        |own: &Field| matches!(&own.ty, Type::Text) || matches!(&own.ty, Type::Option(ty) if **ty == Type::Text);
    if !compared(trace).any(is_spelled) {
        return Closure::always(false);
    }
    let test = |(path, own): &Compared, is_told: bool| match is_spelled(own) {
        true => spells(path, own, is_told),
        false => holds(path, own, is_told),
    };
    let mut tests: Vec<TokenStream> = trace.named.iter().map(|pair| test(pair, false)).collect();
    tests.extend(trace.filter.iter().map(|pair| test(pair, true)));
    tests.extend(trace.is.iter().map(|(field, text)| is(model, field, text)));
    Closure::of("nearly", trace, &tests)
}

/// Closure `is_so`: the changed field has its expected value.
pub(super) fn is_so(model: &Model, trace: &Trace) -> Closure {
    let tests: Vec<TokenStream> = trace.is.iter().map(|(field, text)| is(model, field, text)).collect();
    if tests.is_empty() { Closure::always(true) } else { Closure::of("is_so", trace, &tests) }
}

/// The value at the end of a path, and whether it may be absent and is then an `Option` of a reference.
pub(super) fn place(item: &str, path: &[Field]) -> (TokenStream, bool) {
    let item = ident(item);
    let (mut place, mut is_option) = (quote!(#item), false);
    for field in path {
        let name = ident(&field.rust);
        place.extend(match (is_option, field.is_option()) {
            (false, false) => quote!(.#name),
            (false, true) => quote!(.#name.as_ref()),
            (true, false) => quote!(.map(|value| &value.#name)),
            (true, true) => quote!(.and_then(|value| value.#name.as_ref())),
        });
        is_option |= field.is_option();
    }
    (place, is_option)
}

/// Tests whether the text at the end of a path is an input in another spelling.
fn spells(path: &[Field], own: &Field, is_told: bool) -> TokenStream {
    let ours = local(&own.rust, TAKEN);
    let (place, is_option) = place("item", path);
    let told = ident(if is_told { "is_none_or" } else { "is_some_and" });
    match (is_option, own.is_option()) {
        (false, false) => quote!(evidence::is_near(&#place, &#ours)),
        (true, false) => quote!(#place.#told(|value| evidence::is_near(value, &#ours))),
        (false, true) => quote!(#ours.as_ref().is_none_or(|ours| evidence::is_near(&#place, ours))),
        (true, true) => {
            quote!(#ours.as_ref().is_none_or(|ours| #place.#told(|value| evidence::is_near(value, ours))))
        }
    }
}

/// Tests whether the value at the end of a path equals an input. An absent input matches anything; an absent field
/// matches only if another field identifies the item.
fn holds(path: &[Field], own: &Field, is_told: bool) -> TokenStream {
    let ours = local(&own.rust, TAKEN);
    let (place, is_option) = place("item", path);
    match (&own.ty, is_option, own.is_option()) {
        (Type::List(_), true, _) => quote!(#ours.iter().any(|row| *row == [#place.map(evidence::text)])),
        (Type::List(_), false, _) => quote!(#ours.iter().any(|row| *row == [Some(evidence::text(&#place))])),
        (_, false, false) => quote!(#place == #ours),
        (_, true, false) if is_told => quote!(#place.is_none_or(|value| *value == #ours)),
        (_, true, false) => quote!(#place == Some(&#ours)),
        (_, true, true) => quote!((#ours.is_none() || #place == #ours.as_ref())),
        (_, false, true) => quote!(#ours.as_ref().is_none_or(|value| #place == *value)),
    }
}

/// Tests whether a field of the item has this value.
fn is(model: &Model, field: &Field, text: &str) -> TokenStream {
    let name = ident(&field.rust);
    let value = match &field.ty {
        Type::Flag | Type::Switch => Some(ident(text)).map(|value| quote!(#value)),
        ty => known_value(model, ty, text),
    };
    match (value, field.is_option()) {
        (Some(value), true) => quote!(item.#name == Some(#value)),
        (Some(_), false) if text == "true" => quote!(item.#name),
        (Some(_), false) if text == "false" => quote!(!item.#name),
        (Some(value), false) => quote!(item.#name == #value),
        (None, true) => quote!(item.#name.as_ref().is_some_and(|value| value.to_text() == #text)),
        (None, false) => quote!(item.#name.to_text() == #text),
    }
}

/// Returns early if a field that must be seen is absent: then nothing can be concluded.
pub(super) fn seen(trace: &Trace) -> TokenStream {
    let compared = trace.named.iter().chain(&trace.filter).map(|(path, own)| {
        let (local, (place, is_option)) = (local(&own.rust, TAKEN), place("now", path));
        match (is_option, own.is_option()) {
            (false, _) => TokenStream::new(),
            (true, false) => quote!(#place?;),
            (true, true) => quote!(if #local.is_some() { #place?; }),
        }
    });
    let is = trace.is.iter().filter(|(field, _)| field.is_option()).map(|(field, _)| {
        let name = ident(&field.rust);
        quote!(now.#name.as_ref()?;)
    });
    compared.chain(is).collect()
}
