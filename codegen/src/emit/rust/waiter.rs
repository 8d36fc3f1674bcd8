//! Waiters: the call to poll, and the meaning of its answers.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{self, Doc, MEMBER};

use super::words::{echoed_input, flag_member, ident, last_names, number, output_type, rust_type, unique};
use crate::model::{Condition, Echo, Endpoint, Step, Type, Waiter};
use crate::surface::Wanted;

/// One waiter of an endpoint.
pub(super) fn emit(endpoint: &Endpoint, waiter: &Waiter) -> TokenStream {
    let (name, call) = (ident(&waiter.type_name), ident(&endpoint.type_name));
    let doc = docs::of_waiter(waiter);
    let new = Doc::new(MEMBER, "Polls with this call.");
    let output = output_type(endpoint);
    let found = match listed(endpoint) {
        _ if waiter.surface.gone => quote!(()),
        Some(item) => rust_type(item),
        None => output.clone(),
    };
    let (info, judge) = (info(endpoint, waiter), judge(endpoint, waiter));
    let gone = waiter.surface.gone.then(|| {
        quote!(
            fn gone() -> Option<()> {
                Some(())
            }
        )
    });
    quote! {
        #doc
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

            #[inline]
            fn poll(&self) -> #call {
                self.call.clone()
            }

            #[inline]
            fn judge(&self, output: #output, mut checks: Checks<'_>) -> Progress<#found> {
                #judge
            }

            #gone
        }
    }
}

/// The type of the items, if the answer is a list.
fn listed(endpoint: &Endpoint) -> Option<&Type> {
    match endpoint.output.ty() {
        Some(Type::List(item)) => Some(item),
        _ => None,
    }
}

fn info(endpoint: &Endpoint, waiter: &Waiter) -> TokenStream {
    let surface = &waiter.surface;
    let name = &surface.name.value;
    let [first, interval, cap, deadline] = [surface.first, surface.interval, surface.cap, surface.deadline].map(number);
    let lag = (surface.lag > 0).then(|| {
        let lag = number(surface.lag);
        quote!(lag: Duration::from_secs(#lag),)
    });
    let is_of_list = flag_member("is_of_list", listed(endpoint).is_some());
    quote! {
        const INFO: WaiterInfo = WaiterInfo {
            name: #name,
            first: Duration::from_secs(#first),
            interval: Duration::from_secs(#interval),
            cap: Duration::from_secs(#cap),
            deadline: Duration::from_secs(#deadline),
            #lag
            #is_of_list
            ..WaiterInfo::DEFAULT
        };
    }
}

fn judge(endpoint: &Endpoint, waiter: &Waiter) -> TokenStream {
    let item = listed(endpoint).map(|_| {
        let is_asked = endpoint.echo.iter().map(is_asked);
        quote! {
            let asked = output.into_iter().find(|output| #(#is_asked)&&*);
            let Some(output) = asked else { return checks.absent() };
        }
    });
    let compared = || {
        let conditions = waiter.ready.iter().chain(&waiter.failed);
        conditions.into_iter().find(|condition| matches!(condition.wanted, Wanted::Texts(_) | Wanted::Not(_)))
    };
    // An API may say in words what it is doing, or leave it at the state.
    let texts = compared().map(|condition| &condition.path).into_iter().chain(&waiter.text).map(|path| {
        let place = place(path);
        quote!(checks.text(#place);)
    });
    let percent = waiter.percent.as_ref().map(|path| {
        let place = place(path);
        quote!(checks.percent(#place);)
    });
    let failed = waiter.failed.iter().map(|condition| {
        let (name, place, names) = (&condition.name, place(&condition.path), names_on_the_way(&condition.path));
        let names = quote!(&[#(#names),*]);
        match &condition.wanted {
            Wanted::Texts(texts) => quote!(checks.fails_at(#name, #place, &[#(#texts),*], #names);),
            Wanted::Not(texts) => quote!(checks.fails_unless(#name, #place, &[#(#texts),*], #names);),
            Wanted::There | Wanted::Absent => {
                let (is_there, state) = (is_there(condition), if is_flag(&condition.path) { "on" } else { "there" });
                quote!(checks.fails_if(#name, #is_there, #state, #names);)
            }
        }
    });
    let ready = waiter.ready.iter().map(|condition| ready(endpoint, condition));
    let value = if waiter.surface.gone { quote!(()) } else { quote!(output) };
    quote! {
        #item
        #(#texts)*
        #percent
        #(#failed)*
        #(#ready)*
        checks.end(#value)
    }
}

/// Whether an item has the inputs of the call.
fn is_asked(echo: &Echo) -> TokenStream {
    let steps = echo.path.iter().map(Step::to).collect::<Vec<_>>();
    let (asked, is_option) = echoed_input(&quote!(self.call), &echo.input);
    let (asked, place) = (if is_option { asked } else { quote!(Some(#asked)) }, place(&steps));
    // A hoster may spell a name otherwise than the caller, and what is not found counts as gone.
    match last_type(&steps) {
        Some(Type::Text) => quote!(
            #asked.is_none_or(|asked| #place.is_some_and(|value| hostkit_proto::evidence::same(value, asked)))
        ),
        _ => quote!(#asked.is_none_or(|asked| #place == Some(asked))),
    }
}

fn ready(endpoint: &Endpoint, condition: &Condition) -> TokenStream {
    let (name, place) = (&condition.name, place(&condition.path));
    let (own_names, names) = (names(endpoint, condition), names_on_the_way(&condition.path));
    let is_there = is_there(condition);
    match &condition.wanted {
        Wanted::Texts(texts) => quote!(checks.needs(#name, #place, &[#(#texts),*]);),
        Wanted::Not(texts) => quote!(checks.needs_other(#name, #place, &[#(#texts),*]);),
        wanted if is_flag(&condition.path) => {
            let wanted = matches!(wanted, Wanted::There);
            let value = match &condition.path[..] {
                [Step::Field { is_option: false, .. }] => quote!(Some(#is_there)),
                _ => quote!(#place.copied()),
            };
            quote!(checks.needs_flag(#name, #value, #wanted, &[#(#names),*]);)
        }
        Wanted::There => quote!(checks.needs_some(#name, #is_there, &[#(#own_names),*]);),
        Wanted::Absent => quote!(checks.needs_none(#name, #place, &[#(#names),*]);),
    }
}

/// The names by which a report tells that the value of a condition is there and could not be read.
fn names<'c>(endpoint: &Endpoint, condition: &'c Condition) -> Vec<&'c str> {
    // An item of a list that cannot be read may be another one.
    if listed(endpoint).is_some() { Vec::new() } else { wire_names(&condition.path) }
}

/// The names by which a report tells that the value of a condition may be there: it, or what holds it, could not be read.
fn names_on_the_way(path: &[Step]) -> Vec<&str> {
    let ways = (1..=path.len()).filter_map(|end| path.get(..end));
    unique(ways.flat_map(wire_names))
}

/// Expression that tells whether the value of a condition is there, not empty, or on.
fn is_there(condition: &Condition) -> TokenStream {
    let place = place(&condition.path);
    if let [Step::Field { rust, is_option: false, ty, .. }] = &condition.path[..] {
        let name = ident(rust);
        return match ty {
            ty if is_many(Some(ty)) => quote!(!output.#name.is_empty()),
            Type::Flag | Type::Worded(_) => quote!(output.#name),
            _ => quote!(true),
        };
    }
    match last_type(&condition.path) {
        ty if is_many(ty) => quote!(#place.is_some_and(|value| !value.is_empty())),
        _ if is_flag(&condition.path) => quote!(#place.is_some_and(|value| *value)),
        _ => quote!(#place.is_some()),
    }
}

/// The names that a path's last field has in answers.
fn wire_names(path: &[Step]) -> Vec<&str> {
    let Some(Step::Field { name, .. }) = path.last() else { return Vec::new() };
    unique(last_names(name))
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

fn is_flag(path: &[Step]) -> bool {
    matches!(last_type(path), Some(Type::Flag | Type::Worded(_)))
}

/// Whether a value of the type can be empty.
fn is_many(ty: Option<&Type>) -> bool {
    matches!(ty, Some(Type::List(_) | Type::Map(..) | Type::Text | Type::Secret | Type::Csv(..)))
}
