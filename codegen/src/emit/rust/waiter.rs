//! Waiters: the call to poll, and the meaning of its answers.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{self, Doc, ITEM, MEMBER};
use super::endpoint::output_type;
use super::words::{ident, known_value, number};
use crate::model::{Condition, Endpoint, Model, Step, Type, Waiter};

/// One waiter of an endpoint.
pub(super) fn emit(model: &Model, endpoint: &Endpoint, waiter: &Waiter) -> TokenStream {
    let (name, call) = (ident(&waiter.type_name), ident(&endpoint.type_name));
    let (doc, alias) = (Doc::new(ITEM, &waiter.surface.en), docs::alias(&waiter.surface.ru));
    let new = Doc::new(MEMBER, "Polls with this call.");
    let output = output_type(endpoint);
    let found = if is_gone_ready(waiter) { quote!(()) } else { output.clone() };
    let (info, judge, on_fault) = (info(waiter), judge(model, waiter), on_fault(model, waiter, &found));
    quote! {
        #doc
        #alias
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name { call: #call, }

        impl #name {
            #new
            pub fn new(call: #call) -> Self {
                Self { call }
            }
        }

        impl Waiter for #name {
            type Endpoint = #call;
            type Found = #found;

            #info

            fn poll(&self) -> #call {
                self.call.clone()
            }

            fn judge(&self, output: #output) -> Progress<#found> {
                #judge
            }

            #on_fault
        }
    }
}

fn is_gone_ready(waiter: &Waiter) -> bool {
    waiter.surface.gone.as_deref() == Some("ready")
}

fn info(waiter: &Waiter) -> TokenStream {
    let surface = &waiter.surface;
    let name = &surface.name.value;
    let [first, interval, cap, deadline] = [surface.first, surface.interval, surface.cap, surface.deadline].map(number);
    quote! {
        const INFO: WaiterInfo = WaiterInfo {
            name: #name,
            first: Duration::from_secs(#first),
            interval: Duration::from_secs(#interval),
            cap: Duration::from_secs(#cap),
            deadline: Duration::from_secs(#deadline),
            ..WaiterInfo::DEFAULT
        };
    }
}

/// The meaning of a not-found fault, if it has one.
fn on_fault(model: &Model, waiter: &Waiter, found: &TokenStream) -> Option<TokenStream> {
    let progress = match waiter.surface.gone.as_deref()? {
        "ready" => quote!(then_some(Progress::Ready(()))),
        "failed" => quote!(then(|| Progress::Failed(fault.to_string()))),
        "pending" => quote!(then(|| Progress::Pending(Observation::new(fault.to_string())))),
        _ => return None,
    };
    let api = ident(&model.service.name);
    Some(quote! {
        fn on_fault(&self, fault: &Fault<<#api as Api>::Code>) -> Option<Progress<#found>> {
            fault.is_not_found().#progress
        }
    })
}

fn judge(model: &Model, waiter: &Waiter) -> TokenStream {
    let tests = waiter.failed.iter().map(|condition| test(model, condition));
    let failed = waiter.failed.first().map(|first| {
        let text = Text::of(&first.path).owned();
        quote!(if #(#tests)||* { return Progress::Failed(#text); })
    });
    let tests = waiter.ready.iter().map(|condition| test(model, condition));
    let value = if is_gone_ready(waiter) { quote!(()) } else { quote!(output) };
    let path = waiter.text.as_ref().or_else(|| waiter.ready.first().map(|condition| &condition.path));
    let text = path.map_or(Text::None, |path| Text::of(path));
    let pending = pending(waiter, &text);
    quote! {
        #failed
        if #(#tests)&&* { return Progress::Ready(#value); }
        #pending
    }
}

fn pending(waiter: &Waiter, text: &Text) -> TokenStream {
    let expression = text.expression();
    let Some(path) = &waiter.percent else {
        return match text {
            Text::Maybe(_) => quote!(let text = #expression; Progress::Pending(Observation::new(text))),
            _ => quote!(Progress::Pending(Observation::new(#expression))),
        };
    };
    let number = match plain_place(path) {
        Some(plain) => quote!(#plain.to_text().parse().ok()),
        None => {
            let place = place(path);
            quote!(#place.and_then(|value| value.to_text().parse().ok()))
        }
    };
    quote! {
        let observation = Observation::new(#expression);
        match #number {
            Some(percent) => Progress::Pending(observation.percent(percent)),
            None => Progress::Pending(observation),
        }
    }
}

/// Text of an observation while waiting.
enum Text {
    None,
    /// A value that is always present.
    Plain(TokenStream),
    /// A value that may be absent.
    Maybe(TokenStream),
}

impl Text {
    fn of(path: &[Step]) -> Self {
        match last_type(path) {
            Some(Type::List(_) | Type::Map(..) | Type::Flag | Type::Switch) | None => Self::None,
            _ => plain_place(path).map_or_else(|| Self::Maybe(place(path)), Self::Plain),
        }
    }

    fn expression(&self) -> TokenStream {
        match self {
            Self::None => quote!(""),
            Self::Plain(place) => quote!(#place.to_text()),
            Self::Maybe(place) => quote!(#place.map(|value| value.to_text().into_owned()).unwrap_or_default()),
        }
    }

    fn owned(&self) -> TokenStream {
        let expression = self.expression();
        if let Self::Maybe(_) = self { expression } else { quote!(#expression.into()) }
    }
}

/// Expression of type `Option<&T>` for the value at a path.
fn place(path: &[Step]) -> TokenStream {
    let mut steps = path.iter();
    let mut expression = match steps.next() {
        None => return TokenStream::new(),
        Some(Step::First) => quote!(output.first()),
        Some(Step::Field { rust, is_option, .. }) => {
            let name = ident(rust);
            if *is_option { quote!(output.#name.as_ref()) } else { quote!(Some(&output.#name)) }
        }
    };
    for step in steps {
        expression.extend(match step {
            Step::First => quote!(.and_then(|list| list.first())),
            Step::Field { rust, is_option, .. } => {
                let name = ident(rust);
                match is_option {
                    true => quote!(.and_then(|value| value.#name.as_ref())),
                    false => quote!(.map(|value| &value.#name)),
                }
            }
        });
    }
    expression
}

fn last_type(path: &[Step]) -> Option<&Type> {
    path.iter().rev().find_map(|step| match step {
        Step::Field { ty, .. } => Some(ty),
        Step::First => None,
    })
}

/// Expression for a value that is always present, with no `Option` on its path.
fn plain_place(path: &[Step]) -> Option<TokenStream> {
    match path {
        [Step::Field { rust, is_option: false, .. }] => {
            let name = ident(rust);
            Some(quote!(output.#name))
        }
        _ => None,
    }
}

fn test(model: &Model, condition: &Condition) -> TokenStream {
    let ty = last_type(&condition.path);
    match (plain_place(&condition.path), condition.is_there) {
        (Some(plain), false) => plain_test(model, condition, &plain),
        (Some(plain), true) if is_many(ty) => quote!(!#plain.is_empty()),
        (Some(plain), true) if matches!(ty, Some(Type::Flag | Type::Switch)) => plain,
        (_, true) => {
            let place = place(&condition.path);
            match ty {
                ty if is_many(ty) => quote!(#place.is_some_and(|value| !value.is_empty())),
                Some(Type::Flag | Type::Switch) => quote!(#place.is_some_and(|value| *value)),
                _ => quote!(#place.is_some()),
            }
        }
        (None, false) => {
            let (place, texts) = (place(&condition.path), &condition.any_of);
            match &texts[..] {
                [one] => quote!(#place.is_some_and(|value| value.to_text() == #one)),
                _ => quote!(#place.is_some_and(|value| matches!(&*value.to_text(), #(#texts)|*))),
            }
        }
    }
}

/// Whether a value of the type can be empty.
fn is_many(ty: Option<&Type>) -> bool {
    matches!(ty, Some(Type::List(_) | Type::Map(..) | Type::Text | Type::Secret | Type::Csv(_)))
}

/// Tests whether a present value is one of these, by variants if an open enumeration knows them all.
fn plain_test(model: &Model, condition: &Condition, plain: &TokenStream) -> TokenStream {
    let texts = &condition.any_of;
    let known = last_type(&condition.path)
        .and_then(|ty| texts.iter().map(|text| known_value(model, ty, text)).collect::<Option<Vec<_>>>());
    match (known.as_deref(), &texts[..]) {
        (Some([one]), _) => quote!(#plain == #one),
        (Some(several), _) => quote!(matches!(#plain, #(#several)|*)),
        (None, [one]) => quote!(#plain.to_text() == #one),
        (None, _) => quote!(matches!(&*#plain.to_text(), #(#texts)|*)),
    }
}
