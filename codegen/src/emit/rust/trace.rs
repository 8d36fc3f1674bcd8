//! Evidence that a call happened: the inputs that a ticket keeps, the read, and the judgement of its answer.

mod fits;

use proc_macro2::TokenStream;
use quote::quote;

use super::words::{ident, local, number, rust_type, used};
use crate::model::{Compared, Endpoint, Field, Items, Model, Origin, Sign, Slot, Trace, Type};
use crate::resolve::is_text;
use fits::{Closure, place};

/// Variables of the generated functions; an input of such a name gets another variable.
const TAKEN: &[&str] = &["inputs", "baseline", "now", "item", "fits", "nearly", "is_so", "list", "row"];

/// `impl Perform`, with the inputs that a ticket keeps.
pub(super) fn emit_perform(endpoint: &Endpoint) -> TokenStream {
    let name = ident(&endpoint.type_name);
    let remembered = endpoint.trace.as_ref().map(remembered).unwrap_or_default();
    let each = endpoint.trace.as_ref().and_then(|trace| trace.each.as_ref());
    if remembered.is_empty() && each.is_none() {
        return quote!(impl Perform for #name {});
    }
    let inputs = remembered.into_iter().map(|own| {
        let (text, name) = (&own.rust, ident(&own.rust));
        match (&own.ty, own.is_option()) {
            (Type::List(_), _) => {
                quote!(.with_rows(#text, self.#name.iter().map(|item| vec![Some(evidence::text(item))])))
            }
            (Type::Secret, _) => quote!(.with_secret(#text, &self.#name)),
            (_, true) => quote!(.with_option(#text, self.#name.as_ref())),
            (_, false) => quote!(.with(#text, &self.#name)),
        }
    });
    let (rows, with_rows) = each.map(|(own, columns)| rows(own, columns)).unzip();
    quote! {
        impl Perform for #name {
            fn inputs(&self) -> Inputs {
                #rows
                Inputs::new() #(#inputs)* #with_rows
            }
        }
    }
}

/// The ticket's rows for the input of `each`, and the call that adds them.
fn rows(own: &Field, columns: &[Compared]) -> (TokenStream, TokenStream) {
    let (text, name) = (&own.rust, ident(&own.rust));
    let columns = columns.iter().map(|(_, field)| ident(&field.rust));
    let rows = quote! {
        let rows = self.#name.iter().map(|item| { vec![#(Some(evidence::text(&item.#columns))),*] });
    };
    (rows, quote!(.with_rows(#text, rows)))
}

/// The inputs that a ticket keeps, except that of `each`.
fn remembered(trace: &Trace) -> Vec<&Field> {
    let read = trace.inputs.iter().filter_map(|(_, origin)| match origin {
        Origin::Own(own) | Origin::OwnAs(own, _) => Some(own),
        Origin::First(_) => None,
    });
    distinct(read.chain(compared(trace)))
}

fn compared(trace: &Trace) -> impl Iterator<Item = &Field> {
    trace.named.iter().chain(&trace.filter).map(|(_, own)| own)
}

fn distinct<'f>(all: impl Iterator<Item = &'f Field>) -> Vec<&'f Field> {
    let mut fields: Vec<&Field> = Vec::new();
    for own in all {
        if fields.iter().all(|known| known.rust != own.rust) {
            fields.push(own);
        }
    }
    fields
}

/// `impl Evidence` of an endpoint, or `not_shown!` with the reason.
pub(super) fn emit(model: &Model, endpoint: &Endpoint) -> Option<TokenStream> {
    let name = ident(&endpoint.type_name);
    if let Some(why) = &endpoint.surface.no_trace {
        let why = &why.value;
        return Some(quote!(hostkit_proto::not_shown!(#name, #why);));
    }
    let trace = endpoint.trace.as_ref()?;
    let (reading, item) = (rust_type(&trace.output), rust_type(&trace.item));
    let found = if is_shown(trace) { item } else { quote!(()) };
    let found = if trace.each.is_some() { quote!(Vec<#found>) } else { found };
    let settle = number(trace.settle);
    let unseen = (!trace.unseen_is_no).then(|| {
        quote!(
            const UNSEEN_IS_NO: bool = false;
        )
    });
    // A proxy may repeat any method but POST when the first upstream does not answer.
    let may_be_doubled = matches!(trace.sign, Sign::New(_)) && endpoint.method != "POST";
    let doubled = may_be_doubled.then(|| {
        quote!(
            const MAY_BE_DOUBLED: bool = true;
        )
    });
    let absence = (!is_shown(trace)).then(|| {
        quote!(
            const IS_ABSENCE: bool = true;
        )
    });
    let read = read(trace);
    let (reading_fn, baseline, find) = (reading_of(trace, &read), baseline(model, trace, &reading), find(model, trace));
    let inputs = used("inputs", trace.each.is_some() || compares(trace));
    let marks = used("baseline", needs_baseline(trace));
    let not_found = trace.not_found.then(|| {
        quote!(
            fn not_found() -> Option<()> {
                Some(())
            }
        )
    });
    Some(quote! {
        impl Evidence for #name {
            type Reading = #read;
            type Found = #found;

            const SHOWS_WITHIN: Duration = Duration::from_secs(#settle);
            #unseen
            #doubled
            #absence

            #reading_fn

            #baseline

            fn find(#inputs: &Inputs, #marks: Option<&Baseline>, now: #reading) -> Option<Vec<#found>> {
                #find
            }

            #not_found
        }
    })
}

/// Whether the evidence includes an item: one that is gone cannot be shown.
fn is_shown(trace: &Trace) -> bool {
    !trace.not_found && !matches!(trace.sign, Sign::Gone)
}

/// Whether a baseline is needed: not if the only evidence is a not-found fault.
fn needs_baseline(trace: &Trace) -> bool {
    !matches!(trace.sign, Sign::Became) || !trace.not_found || has_tests(trace)
}

/// Whether an item is compared with inputs of the call.
fn compares(trace: &Trace) -> bool {
    compared(trace).next().is_some()
}

fn has_tests(trace: &Trace) -> bool {
    compares(trace) || !trace.is.is_empty() || matches!(trace.sign, Sign::There(_))
}

/// The type of the read.
fn read(trace: &Trace) -> TokenStream {
    let read = ident(&trace.read);
    match &trace.first {
        None => quote!(#read),
        Some(first) => {
            let first = ident(first);
            quote!(Each<#first, #read>)
        }
    }
}

/// `reading`: the read built from the inputs, or one for each item of a first list.
fn reading_of(trace: &Trace, read: &TokenStream) -> TokenStream {
    let own = trace.inputs.iter().filter_map(|(_, origin)| match origin {
        Origin::Own(own) | Origin::OwnAs(own, _) => Some(own),
        Origin::First(_) => None,
    });
    let own: Vec<_> = own.collect();
    let inputs = used("inputs", !own.is_empty());
    let needed = own.iter().map(|own| {
        let (text, local, ty) = (&own.rust, local(&own.rust, TAKEN), rust_type(&own.ty));
        quote!(let #local: #ty = inputs.need(Self::INFO.name, #text)?;)
    });
    let is_given = |slot: &Slot| matches!(slot, Slot::Field(field) if !field.is_required());
    let (given, required): (Vec<_>, Vec<_>) = trace.inputs.iter().partition(|(slot, _)| is_given(slot));
    let required = required.into_iter().map(|(slot, origin)| value(slot, origin));
    let given = given.into_iter().filter_map(|(slot, origin)| match slot {
        Slot::Field(field) => {
            let (name, value) = (ident(&field.rust), value(slot, origin));
            Some(quote!(.#name(#value)))
        }
        Slot::Variant(_) => None,
    });
    let call = ident(&trace.read);
    let call = quote!(#call::new(#(#required),*) #(#given)*);
    let reading = match &trace.first {
        None => call,
        Some(first) => {
            let (first, capture) = (ident(first), (!own.is_empty()).then(|| quote!(move)));
            quote!(Each::new(#first::new(), #capture |list| list.into_iter().map(|item| #call).collect()))
        }
    };
    quote! {
        fn reading(#inputs: &Inputs) -> Result<#read, EncodeError> {
            #(#needed)*
            Ok(#reading)
        }
    }
}

/// The argument for an input of the read.
fn value(slot: &Slot, origin: &Origin) -> TokenStream {
    let value = match origin {
        Origin::Own(own) => {
            let local = local(&own.rust, TAKEN);
            quote!(#local)
        }
        Origin::OwnAs(own, ty) => {
            let (local, ty) = (local(&own.rust, TAKEN), ident(ty));
            quote!(#ty::new(#local.get()))
        }
        Origin::First(field) => {
            let name = ident(&field.rust);
            quote!(item.#name)
        }
    };
    match slot {
        Slot::Variant(variant) => {
            let variant = variant.split("::").map(ident);
            quote!(#(#variant)::*(#value))
        }
        Slot::Field(_) => value,
    }
}

/// `baseline`: the marks of the items before the call.
fn baseline(model: &Model, trace: &Trace, reading: &TokenStream) -> TokenStream {
    if !needs_baseline(trace) {
        return quote!(fn baseline(_: &Inputs, _: &#reading) -> Option<Baseline> { None });
    }
    let is_new = matches!(trace.sign, Sign::New(_));
    let inputs = used("inputs", !is_new && (trace.each.is_some() || compares(trace)));
    let fits = if is_new { Closure::always(true) } else { fits::fits(model, trace) };
    let (mark, is_private) = match &trace.sign {
        Sign::New(key) => {
            let key = ident(&key.rust);
            (quote!(|item| Some(evidence::text(&item.#key))), false)
        }
        Sign::Changed(field) => changed_mark(model, trace, field),
        Sign::There(_) | Sign::Gone | Sign::Became => (quote!(|_| Some(String::new())), false),
    };
    let (items, private) = (items(trace, true), is_private.then(|| quote!(.private())));
    let Closure { statements, argument } = fits;
    quote! {
        fn baseline(#inputs: &Inputs, now: &#reading) -> Option<Baseline> {
            #statements
            Some(evidence::marks(#items, #argument, #mark)#private)
        }
    }
}

/// The mark of a field that changes, and whether it must stay out of a saved ticket.
fn changed_mark(model: &Model, trace: &Trace, field: &Field) -> (TokenStream, bool) {
    let name = ident(&field.rust);
    let kind = match &field.ty {
        Type::Secret => "mark_of_secret",
        ty if is_text(model, ty) => "text",
        _ => "fingerprint",
    };
    let (print, is_private) = (ident(kind), kind != "text");
    match (field.is_option(), trace.absent_is_no) {
        (true, false) => (quote!(|item| item.#name.as_ref().map(evidence::#print)), is_private),
        (true, true) => (quote!(|item| Some(evidence::fingerprint(&item.#name))), true),
        (false, _) => (quote!(|item| Some(evidence::#print(&item.#name))), is_private),
    }
}

/// The items of the answer, borrowed or owned.
fn items(trace: &Trace, is_borrowed: bool) -> TokenStream {
    let lists = trace.lists.iter().map(|list| ident(list));
    if trace.items == Items::Fields {
        return match is_borrowed {
            true => quote!([#(now.#lists.as_ref()),*].into_iter().flatten()),
            false => quote!([#(now.#lists),*].into_iter().flatten()),
        };
    }
    let list = lists.take(1);
    let now = quote!(now #(.#list)*);
    match (trace.items, is_borrowed) {
        (Items::One | Items::Fields, _) => quote!([now]),
        (Items::List | Items::Maybe, true) => quote!(#now.iter()),
        (Items::List | Items::Maybe, false) => now,
        (Items::Values, true) => quote!(#now.values()),
        (Items::Values, false) => quote!(#now.into_values()),
    }
}

/// `find`: the items that show that the call happened.
fn find(model: &Model, trace: &Trace) -> TokenStream {
    if let Some((own, columns)) = &trace.each {
        return find_each(trace, own, columns);
    }
    let Closure { statements, argument: fits } = fits::fits(model, trace);
    let is_untold = matches!(trace.sign, Sign::Became) && trace.is.is_empty();
    let absent = is_untold.then(|| all_absent(trace)).flatten();
    let absent = absent.map(|absent| quote!(if #absent { return None; }));
    let is_seen = matches!(trace.sign, Sign::Became) && is_shown(trace) && !trace.absent_is_no;
    let seen = is_seen.then(|| fits::seen(trace));
    let now = items(trace, false);
    let found = match &trace.sign {
        Sign::New(key) => {
            let Closure { statements, argument: nearly } = fits::nearly(model, trace);
            let (is_named, key) = (is_named(trace), ident(&key.rust));
            quote! {
                #statements
                evidence::appeared(baseline, #now, #is_named, #fits, #nearly, |item| evidence::text(&item.#key))
            }
        }
        Sign::Changed(field) => {
            let Closure { statements, argument: is_so } = fits::is_so(model, trace);
            let (mark, _) = changed_mark(model, trace, field);
            quote!(#statements evidence::changed(baseline, #now, #fits, #mark, #is_so))
        }
        Sign::Gone => {
            let count = count(trace);
            quote!(evidence::gone(baseline, #now, #count, #fits))
        }
        Sign::Became if !is_shown(trace) => {
            let baseline = if needs_baseline(trace) { quote!(baseline) } else { quote!(None) };
            quote!(evidence::ended(#baseline, &now, #fits))
        }
        Sign::Became | Sign::There(_) => quote!(evidence::became(baseline, now, #fits)),
    };
    quote!(#statements #absent #seen #found)
}

fn find_each(trace: &Trace, own: &Field, columns: &[Compared]) -> TokenStream {
    let Sign::New(key) = &trace.sign else { return TokenStream::new() };
    let (text, key, item, now) = (&own.rust, ident(&key.rust), rust_type(&trace.item), items(trace, false));
    let columns = columns.iter().map(|(path, _)| match place("item", path) {
        (place, true) if path.len() == 1 => quote!(#place.map(evidence::text)),
        (place, true) => quote!(#place.map(|value| evidence::text(value))),
        (place, false) => quote!(Some(evidence::text(&#place))),
    });
    quote! {
        let rows = inputs.rows(#text)?;
        let fits = |row: &Vec<Option<String>>, item: &#item| { *row == [#(#columns),*] };
        evidence::appeared_each(baseline, #now, rows, fits, |item| evidence::text(&item.#key))
    }
}

/// Number of items that the call removes.
fn count(trace: &Trace) -> TokenStream {
    match compared(trace).find(|own| matches!(own.ty, Type::List(_))) {
        Some(own) => {
            let local = local(&own.rust, TAKEN);
            quote!(#local.len())
        }
        None => quote!(1),
    }
}

/// Condition that every comparable input is absent, in which case nothing can be concluded.
fn all_absent(trace: &Trace) -> Option<TokenStream> {
    let inputs: Vec<&Field> = compared(trace).collect();
    let is_optional = !inputs.is_empty() && inputs.iter().all(|own| own.is_option());
    let inputs = inputs.into_iter().map(|own| local(&own.rust, TAKEN));
    is_optional.then(|| quote!(#(#inputs.is_none())&&*))
}

/// Whether the call names what it creates, in which case no baseline is needed.
fn is_named(trace: &Trace) -> TokenStream {
    if trace.named.is_empty() || trace.named.iter().any(|(_, own)| !own.is_option()) {
        let is_named = !trace.named.is_empty();
        return quote!(#is_named);
    }
    let names = trace.named.iter().map(|(_, own)| local(&own.rust, TAKEN));
    quote!(#(#names.is_some())||*)
}
