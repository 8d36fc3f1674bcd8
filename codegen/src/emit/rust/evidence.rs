//! Evidence that a call happened: the inputs that a ticket keeps, the read, and the judgement of its answer.

mod fits;
pub(super) mod simulate;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::words::{echoed_input, ident, known_value, local, number, rust_type, used, with};
use crate::model::{
    ByItself, Compared, EchoedInput, Endpoint, Evidence, Field, Items, Made, Model, Origin, Sign, Slot, Type,
};
use crate::resolve::is_copy;
use crate::resolve::names::snake;
use fits::{Mark, place};

/// Variables of the generated functions; an input of such a name gets another variable.
const TAKEN: &[&str] = &["inputs", "now", "item", "list", "rows", "row"];

/// `inputs`: those that a ticket keeps.
fn inputs_of(evidence: &Evidence) -> Option<TokenStream> {
    let (remembered, each) = (remembered(evidence), evidence.each.as_ref());
    let chosen = chosen(evidence);
    if remembered.is_empty() && chosen.is_empty() && evidence.choices.is_empty() && each.is_none() {
        return None;
    }
    let is_compared = |name: &str| evidence.choices.iter().any(|(known, _)| known == name);
    let chosen = chosen.into_iter().filter(|(name, ..)| !is_compared(name));
    let chosen = chosen.map(|(name, _, place)| (name, place));
    let choices = evidence.choices.iter().map(|(name, place)| (name.as_str(), place));
    let (lists, chosen) = chosen.chain(choices).partition::<Vec<_>, _>(|(name, _)| is_list(evidence, name));
    let chosen = chosen.into_iter().map(|(name, place)| with(name, &echoed_input(&quote!(self), place).0, true));
    let inputs = remembered.into_iter().map(|own| {
        let (text, name) = (&own.rust, ident(&own.rust));
        match (&own.ty, own.is_option()) {
            (Type::List(_), _) => {
                quote!(.with_rows(#text, self.#name.iter().map(|item| vec![Some(evidence::text(item))])))
            }
            (Type::Secret, _) => quote!(.with_secret(#text, &self.#name)),
            (_, true) => with(text, &quote!(self.#name.as_ref()), true),
            (_, false) => with(text, &quote!(&self.#name), false),
        }
    });
    let (rows, with_rows) = each.map(|(own, columns)| rows(own, columns)).unzip();
    let mut all = quote!(Inputs::new() #(#inputs)* #(#chosen)* #with_rows);
    if !lists.is_empty() {
        let mut lists: Vec<_> = lists
            .into_iter()
            .filter_map(|(name, place)| {
                let EchoedInput::Variant { group, is_required, type_name, variant } = place else { return None };
                let (group, ty, variant) = (ident(group), ident(type_name), ident(variant));
                let pattern = quote!(#ty::#variant(items));
                let pattern = if *is_required { pattern } else { quote!(Some(#pattern)) };
                let rows = quote!(items.iter().map(|item| vec![Some(evidence::text(item))]));
                Some(quote!(match &self.#group { #pattern => inputs.with_rows(#name, #rows), _ => inputs }))
            })
            .collect();
        lists.extend(of_items(evidence));
        let last = lists.pop();
        all = quote!(let inputs = #all; #(let inputs = #lists;)* #last);
    }
    Some(quote! {
        #[inline]
        fn inputs(&self) -> Inputs {
            #rows
            #all
        }
    })
}

/// The input lists that have compared fields in their items.
fn lists_of_items(evidence: &Evidence) -> Vec<&Field> {
    distinct(evidence.choices.iter().filter_map(|(_, place)| match place {
        EchoedInput::Items { list, .. } => Some(&**list),
        _ => None,
    }))
}

/// The compared fields of an input list's items, with their names in tickets.
fn items_of<'e>(evidence: &'e Evidence, list: &Field) -> Vec<(&'e str, &'e [Field])> {
    let own = evidence.choices.iter().filter_map(|(name, place)| match place {
        EchoedInput::Items { list: other, path } if other.rust == list.rust => Some((name.as_str(), path.as_slice())),
        _ => None,
    });
    own.collect()
}

/// What adds the compared fields of items to a ticket's inputs, where each item has one of them: what another item is about
/// is not known.
fn of_items(evidence: &Evidence) -> Vec<TokenStream> {
    let of_list = |list: &Field| {
        let (own, items) = (ident(&list.rust), items_of(evidence, list));
        let values = |path: &[Field]| {
            let (place, is_option) = place(path);
            let is_list = path.last().is_some_and(|last| matches!(last.ty, Type::List(_)));
            match (is_list, is_option) {
                (true, false) => quote!(&#place),
                (true, true) => quote!(#place.into_iter().flatten()),
                (false, true) => place,
                (false, false) => quote!([&#place]),
            }
        };
        let is_there = items.iter().map(|(_, path)| {
            let (place, is_option) = place(path);
            let is_list = path.last().is_some_and(|last| matches!(last.ty, Type::List(_)));
            match (is_list, is_option) {
                (true, false) => quote!(!#place.is_empty()),
                (true, true) => quote!(#place.is_some_and(|list| !list.is_empty())),
                (false, true) => quote!(#place.is_some()),
                (false, false) => quote!(true),
            }
        });
        let rows = items.iter().map(|(name, path)| {
            let values = values(path);
            let values = quote!(self.#own.iter().flat_map(|item| #values));
            quote!(.with_rows(#name, #values.map(|value| vec![Some(evidence::text(value))])))
        });
        quote! {
            if self.#own.iter().all(|item| #(#is_there)||*) { inputs #(#rows)* } else { inputs }
        }
    };
    lists_of_items(evidence).into_iter().map(of_list).collect()
}

/// Whether a compared input of a variant is a list.
fn is_list(evidence: &Evidence, name: &str) -> bool {
    compared(evidence).any(|own| own.rust == name && matches!(own.ty, Type::List(_)))
}

/// The ticket's rows for the input of `each`, and the call that adds them.
fn rows(own: &Field, columns: &[Compared]) -> (TokenStream, TokenStream) {
    let (text, name) = (&own.rust, ident(&own.rust));
    let columns = columns.iter().map(|(_, field)| {
        let own = ident(if field.is_itself() { "item" } else { &field.rust });
        match (field.is_itself(), field.is_option()) {
            (true, _) => quote!(Some(evidence::text(#own))),
            (false, false) => quote!(Some(evidence::text(&item.#own))),
            (false, true) => quote!(item.#own.as_ref().map(evidence::text)),
        }
    });
    let rows = quote! {
        let rows = self.#name.iter().map(|item| { vec![#(#columns),*] });
    };
    (rows, quote!(.with_rows(#text, rows)))
}

/// The inputs that a ticket keeps, except that of `each` and those in variants.
fn remembered(evidence: &Evidence) -> Vec<&Field> {
    let compared = compared(evidence).filter(|own| choice(evidence, own).is_none());
    distinct(read_with(evidence).chain(compared).chain(amount(evidence)))
}

/// Where a compared input stands that is in a variant.
fn choice<'e>(evidence: &'e Evidence, own: &Field) -> Option<&'e EchoedInput> {
    evidence.choices.iter().find(|(name, _)| *name == own.rust).map(|(_, place)| place)
}

/// The variable for a compared input.
fn variable(own: &Field) -> Ident {
    if own.rust.contains('/') { chosen_local(&own.rust) } else { local(&own.rust, TAKEN) }
}

/// The inputs that the read takes.
fn read_with(evidence: &Evidence) -> impl Iterator<Item = &Field> {
    let first = evidence.first_inputs.iter();
    evidence.inputs.iter().chain(first).filter_map(|(_, origin)| match origin {
        Origin::Own(own) | Origin::OwnAs(own, _) => Some(own),
        Origin::First(_) | Origin::Constant(..) | Origin::Object(..) | Origin::Chosen(..) | Origin::Nothing => None,
    })
}

/// The inputs of variants that the reads take, each once, with their names in tickets.
fn chosen(evidence: &Evidence) -> Vec<(&str, &Field, &EchoedInput)> {
    let mut all: Vec<(&str, &Field, &EchoedInput)> = Vec::new();
    for (_, origin) in evidence.inputs.iter().chain(&evidence.first_inputs) {
        if let Origin::Chosen(name, field, place) = origin
            && all.iter().all(|(known, ..)| known != name)
        {
            all.push((name, field, place));
        }
    }
    all
}

/// `is_shown`: whether the call was made with the variants whose inputs the reads take, and of what is to go, with one by
/// which that is found.
fn is_shown_by(evidence: &Evidence) -> Option<TokenStream> {
    let are_there = chosen(evidence).into_iter().map(|(name, field, _)| {
        let ty = rust_type(&field.ty);
        quote!(inputs.get::<#ty>(#name).is_some())
    });
    let mut groups: Vec<&str> = Vec::new();
    for (_, place) in evidence.choices.iter().filter(|_| matches!(evidence.sign, Sign::Gone)) {
        if let EchoedInput::Variant { group, .. } = place
            && !groups.contains(&group.as_str())
        {
            groups.push(group);
        }
    }
    let are_found = groups.iter().map(|of| {
        let is_of_group = |place: &EchoedInput| matches!(place, EchoedInput::Variant { group, .. } if group == of);
        let names = evidence.choices.iter().filter(|(_, place)| is_of_group(place)).map(|(name, _)| name);
        quote!(inputs.has_any(&[#(#names),*]))
    });
    let of_items = lists_of_items(evidence).into_iter().map(|list| {
        let names = items_of(evidence, list).into_iter().map(|(name, _)| name);
        quote!(inputs.has_any(&[#(#names),*]))
    });
    let are_there = are_there.chain(are_found).chain(of_items).reduce(|all, next| quote!(#all && #next))?;
    Some(quote!(
        #[inline]
        fn is_shown(inputs: &Inputs) -> bool {
            #are_there
        }
    ))
}

/// The variable for the input of a variant.
fn chosen_local(name: &str) -> Ident {
    ident(&["chosen_", &snake(name)].concat())
}

fn compared(evidence: &Evidence) -> impl Iterator<Item = &Field> {
    evidence.filter.iter().chain(&evidence.below).map(|(_, own)| own)
}

/// The input that says how many items there will be, or by how much one grows.
fn amount(evidence: &Evidence) -> Option<&Field> {
    match &evidence.sign {
        Sign::Grew(_, by) | Sign::Paid(_, Some(by)) => Some(by),
        _ => evidence.count.as_ref(),
    }
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

/// `impl Perform` of a call that acts, or `not_shown!` with the reason.
pub(super) fn emit(model: &Model, endpoint: &Endpoint) -> Option<TokenStream> {
    let name = ident(&endpoint.type_name);
    if let Some(why) = &endpoint.surface.no_evidence {
        let why = &why.value;
        return Some(quote!(hostkit_proto::not_shown!(#name, #why);));
    }
    let evidence = endpoint.evidence.as_ref()?;
    let (reading, item) = (rust_type(&evidence.output), rust_type(&evidence.item));
    let found = if is_shown(evidence) { item } else { quote!(()) };
    let found = if is_set(evidence) { quote!(Vec<#found>) } else { found };
    let read = read(evidence);
    let (reading_fn, walk) = (reading_of(model, evidence, &read), walk(model, evidence, endpoint));
    let inputs = used("inputs", is_set(evidence) || compared(evidence).next().is_some() || amount(evidence).is_some());
    let not_found = evidence.not_found.then(|| {
        quote!(
            fn not_found() -> Option<()> {
                Some(())
            }
        )
    });
    let (inputs_fn, is_shown_fn) = (inputs_of(evidence), is_shown_by(evidence));
    let facts = facts(model, evidence, endpoint);
    let (keys, made) = (keys(evidence, &found), made(evidence, endpoint));
    let output = output(evidence, endpoint, &found);
    Some(quote! {
        impl Perform for #name {
            type Reading = #read;
            type Found = #found;

            const FACTS: Facts = #facts;

            #inputs_fn

            #is_shown_fn

            #reading_fn

            #[inline]
            fn evidence(#inputs: &Inputs, now: #reading) -> Result<Evidence<#found>, EncodeError> {
                #walk
            }

            #not_found

            #made

            #keys

            #output
        }
    })
}

/// `FACTS`: how and when the call shows.
fn facts(model: &Model, evidence: &Evidence, endpoint: &Endpoint) -> TokenStream {
    let shows = match &evidence.sign {
        Sign::New(_) => quote!(Item),
        Sign::Gone => quote!(Absence),
        Sign::Became | Sign::There(_) => quote!(State),
        Sign::Changed(_) if !evidence.is.is_empty() => quote!(State),
        Sign::Changed(_) | Sign::Grew(..) | Sign::Paid(..) => quote!(Change),
    };
    let lag = number(evidence.lag);
    let usual = quote!(Facts::new(Shows::#shows, Duration::from_secs(#lag)));
    let unseen = (!evidence.unseen_is_no).then(|| quote!(unseen_is_no: false,));
    // A proxy may repeat any method but POST when the first upstream does not answer.
    let may_be_doubled = matches!(evidence.sign, Sign::New(_)) && endpoint.method != "POST";
    let doubled = may_be_doubled.then(|| quote!(may_be_doubled: true,));
    // How much a call does tells it from no other, nor does a name that may be given in two ways.
    let indistinct = amount(evidence).into_iter().chain(evidence.below.iter().map(|(_, own)| own));
    let indistinct: Vec<&String> = indistinct.map(|own| &own.rust).collect();
    let indistinct = (!indistinct.is_empty()).then(|| quote!(indistinct: &[#(#indistinct),*],));
    let by_itself = matches!(evidence.by_itself, ByItself::Yes).then(|| quote!(is_done_by_itself: true,));
    let makes = makes(model, evidence).then(|| quote!(makes: true,));
    let already = evidence.already_is_refused.then(|| quote!(already_is_refused: true,));
    let tells = fits::optional_fields(evidence);
    let tells = (!tells.is_empty()).then(|| quote!(optional_fields: &[#(#tells),*],));
    let more = quote!(#unseen #doubled #indistinct #by_itself #makes #already #tells);
    match more.is_empty() {
        true => usual,
        false => quote!(Facts { #more ..#usual }),
    }
}

/// `keys`: the keys of what was found.
fn keys(evidence: &Evidence, found: &TokenStream) -> Option<TokenStream> {
    let Sign::New(key) = &evidence.sign else { return None };
    if key.is_itself() {
        let keys = match is_set(evidence) {
            true => quote!(found.iter().map(evidence::text).collect()),
            false => quote!(vec![evidence::text(found)]),
        };
        return Some(quote!(#[inline] fn keys(found: &#found) -> Vec<String> { #keys }));
    }
    let name = ident(&key.rust);
    let keys = match is_set(evidence) {
        true if key.is_option() => {
            quote!(found.iter().filter_map(|item| item.#name.as_ref().map(evidence::text)).collect())
        }
        true => quote!(found.iter().map(|item| evidence::text(&item.#name)).collect()),
        false => text_of(&quote!(found), key),
    };
    Some(quote!(#[inline] fn keys(found: &#found) -> Vec<String> { #keys }))
}

/// `made`: the key that a successful answer names.
fn made(evidence: &Evidence, endpoint: &Endpoint) -> Option<TokenStream> {
    let (made, output) = (evidence.made.as_ref()?, rust_type(endpoint.output.ty()?));
    let Sign::New(key) = &evidence.sign else { return None };
    if let Some(Type::List(item)) = endpoint.output.ty() {
        // Of several results, those that were refused made nothing.
        let items =
            if matches!(**item, Type::Judged(_)) { quote!(output.iter().flatten()) } else { quote!(output.iter()) };
        let texts = match made {
            Made::Output => quote!(map(evidence::text)),
            Made::Item | Made::Within(_) => keys_of(key),
            Made::Field(field) => keys_of(field),
        };
        return Some(quote!(#[inline] fn made(output: &#output) -> Vec<String> { #items.#texts.collect() }));
    }
    let made = match made {
        Made::Output => quote!(vec![evidence::text(output)]),
        Made::Item => text_of(&quote!(output), key),
        Made::Field(field) => text_of(&quote!(output), field),
        Made::Within(field) => {
            let name = ident(&field.rust);
            let keys = keys_of(key);
            match (&field.ty, field.is_option()) {
                (Type::List(_), _) | (_, true) => quote!(output.#name.iter().#keys.collect()),
                (_, false) => text_of(&quote!(output.#name), key),
            }
        }
    };
    Some(quote!(#[inline] fn made(output: &#output) -> Vec<String> { #made }))
}

/// The step of an iterator from items to the texts of a field, of those that have it.
fn keys_of(field: &Field) -> TokenStream {
    match place(std::slice::from_ref(field)) {
        _ if field.is_itself() => quote!(map(evidence::text)),
        (place, true) => quote!(filter_map(|item| #place.map(evidence::text))),
        (place, false) => quote!(map(|item| evidence::text(&#place))),
    }
}

/// The text of a field of this object, if it is there.
fn text_of(object: &TokenStream, field: &Field) -> TokenStream {
    let name = ident(&field.rust);
    match field.is_option() {
        true => quote!(#object.#name.iter().map(evidence::text).collect()),
        false => quote!(vec![evidence::text(&#object.#name)]),
    }
}

/// `output`: the output of the call, where what was found holds all of it.
fn output(evidence: &Evidence, endpoint: &Endpoint, found: &TokenStream) -> Option<TokenStream> {
    match (endpoint.output.ty(), &evidence.made, &evidence.sign) {
        (None, ..) => Some(quote!(#[inline] fn output(_: #found) -> Option<()> { Some(()) })),
        (Some(Type::List(_)), ..) => None,
        (Some(output), Some(Made::Output), Sign::New(key)) if !is_set(evidence) => {
            let output = rust_type(output);
            let name = (!key.is_itself()).then(|| ident(&key.rust)).map(|key| quote!(.#key));
            let key = if key.is_option() { quote!(found #name) } else { quote!(Some(found #name)) };
            Some(quote!(#[inline] fn output(found: #found) -> Option<#output> { #key }))
        }
        (Some(output), Some(Made::Item), _) if !is_set(evidence) => {
            let output = rust_type(output);
            Some(quote!(#[inline] fn output(found: #found) -> Option<#output> { Some(found) }))
        }
        _ => None,
    }
}

/// Whether the evidence includes an item: one that is gone cannot be shown.
fn is_shown(evidence: &Evidence) -> bool {
    !evidence.not_found && !matches!(evidence.sign, Sign::Gone)
}

/// Whether the call makes several items.
fn is_set(evidence: &Evidence) -> bool {
    evidence.each.is_some() || evidence.count.is_some()
}

/// The type of the read.
fn read(evidence: &Evidence) -> TokenStream {
    let read = ident(&evidence.read);
    match &evidence.first {
        None => quote!(#read),
        Some(first) => {
            let first = ident(first);
            let item = evidence.is_single.then(|| rust_type(&evidence.item)).map(|item| quote!(, #item));
            quote!(Each<#first, #read #item>)
        }
    }
}

/// `reading`: the read built from the inputs, or one for each item of a first list.
fn reading_of(model: &Model, evidence: &Evidence, read: &TokenStream) -> TokenStream {
    let own: Vec<_> = distinct(read_with(evidence));
    let chosen = chosen(evidence);
    let inputs = used("inputs", !own.is_empty() || !chosen.is_empty());
    let needed_of_variants = chosen.iter().map(|(name, field, _)| {
        let (local, ty) = (chosen_local(name), rust_type(&field.ty));
        quote!(let #local: #ty = inputs.need(Self::INFO.name, #name)?;)
    });
    let needed = own.iter().map(|own| {
        let (text, local, ty) = (&own.rust, local(&own.rust, TAKEN), rust_type(&own.ty));
        match own.is_option() {
            true => quote!(let #local: Option<#ty> = inputs.maybe(Self::INFO.name, #text)?;),
            false => quote!(let #local: #ty = inputs.need(Self::INFO.name, #text)?;),
        }
    });
    // The read of each item is made by a closure that is called more than once, after the list was read.
    let of_items = || evidence.inputs.iter().filter(|(_, origin)| matches!(origin, Origin::First(_)));
    let is_kept = |origin: &Origin| match origin {
        Origin::Own(own) => !is_copy(model, &own.ty),
        Origin::Chosen(_, field, _) => !is_copy(model, &field.ty),
        Origin::OwnAs(..) | Origin::Constant(..) | Origin::Object(..) | Origin::Nothing => false,
        Origin::First(field) => !is_copy(model, &field.ty) && of_items().count() > 1,
    };
    let is_shared = |origin: &Origin| match origin {
        Origin::Own(own) => is_kept(origin) && of_read(evidence).any(|other| other.rust == own.rust),
        Origin::Chosen(name, ..) => {
            let is_same = |(_, other): &(Slot, Origin)| matches!(other, Origin::Chosen(other, ..) if other == name);
            is_kept(origin) && evidence.inputs.iter().any(is_same)
        }
        _ => false,
    };
    let reading = match &evidence.first {
        None => call(model, &evidence.read, &evidence.inputs, &|_| false),
        Some(first) => {
            let takes_chosen = evidence.inputs.iter().any(|(_, origin)| matches!(origin, Origin::Chosen(..)));
            let capture = (takes_chosen || of_read(evidence).next().is_some()).then(|| quote!(move));
            let first = call(model, first, &evidence.first_inputs, &is_shared);
            let each = match evidence.inputs.as_slice() {
                [(Slot::Field(field), Origin::First(item))]
                    if field.is_required() && item.is_itself() && item.ty == field.ty =>
                {
                    let call = ident(&evidence.read);
                    quote!(#call::new)
                }
                inputs => {
                    let call = call(model, &evidence.read, inputs, &is_kept);
                    quote!(|item| #call)
                }
            };
            let method = ident(if evidence.is_single { "single" } else { "new" });
            quote!(Each::#method(#first, #capture |list| list.into_iter().map(#each).collect()))
        }
    };
    quote! {
        #[inline]
        fn reading(#inputs: &Inputs) -> Result<#read, EncodeError> {
            #(#needed)*
            #(#needed_of_variants)*
            Ok(#reading)
        }
    }
}

/// The inputs of this call that the read takes, without those of the list before it.
fn of_read(evidence: &Evidence) -> impl Iterator<Item = &Field> {
    evidence.inputs.iter().filter_map(|(_, origin)| match origin {
        Origin::Own(own) | Origin::OwnAs(own, _) => Some(own),
        Origin::First(_) | Origin::Constant(..) | Origin::Object(..) | Origin::Chosen(..) | Origin::Nothing => None,
    })
}

/// A call with these inputs, of which some are cloned.
fn call(model: &Model, name: &str, inputs: &[(Slot, Origin)], is_cloned: &dyn Fn(&Origin) -> bool) -> TokenStream {
    // The setter of what the constructor does not take.
    let setter = |slot: &Slot| match slot {
        Slot::Field(field) => (!field.is_required()).then(|| ident(&field.rust)),
        Slot::Variant { group, is_required, .. } => (!is_required).then(|| ident(group)),
    };
    let (given, required): (Vec<_>, Vec<_>) = inputs.iter().partition(|(slot, _)| setter(slot).is_some());
    let required = required.into_iter().map(|(slot, origin)| value(model, slot, origin, is_cloned(origin)));
    // What this call may leave out is left out there, too.
    let (left_out, given): (Vec<_>, Vec<_>) = given.into_iter().partition(|(_, origin)| may_be_left_out(origin));
    let set = |(slot, origin): &&(Slot, Origin)| Some((setter(slot)?, value(model, slot, origin, is_cloned(origin))));
    let given = given.iter().filter_map(set).map(|(name, value)| quote!(.#name(#value)));
    let name = ident(name);
    let call = quote!(#name::new(#(#required),*) #(#given)*);
    if left_out.is_empty() {
        return call;
    }
    let left_out = left_out.iter().filter_map(set).map(|(name, value)| quote!(read.#name = #value;));
    quote!({ let mut read = #call; #(#left_out)* read })
}

/// Whether an input of this call may be absent or null.
fn may_be_left_out(origin: &Origin) -> bool {
    matches!(origin, Origin::Own(own) | Origin::OwnAs(own, _) if own.is_option() || own.is_nullable())
}

/// The argument for an input of the read.
fn value(model: &Model, slot: &Slot, origin: &Origin, is_cloned: bool) -> TokenStream {
    let clone = is_cloned.then(|| quote!(.clone()));
    let is_csv = matches!(slot.ty(), Some(Type::Csv(..)));
    let is_list = is_csv || matches!(slot.ty(), Some(Type::List(_)));
    let value = match origin {
        Origin::Own(own) if own.is_nullable() => {
            let local = local(&own.rust, TAKEN);
            match own.is_option() {
                true => quote!(#local.as_ref().and_then(|given| given.value()).cloned()),
                false => quote!(#local.value().cloned()),
            }
        }
        Origin::Own(own) => {
            let local = local(&own.rust, TAKEN);
            quote!(#local #clone)
        }
        Origin::Chosen(name, ..) => {
            let local = chosen_local(name);
            quote!(#local #clone)
        }
        Origin::OwnAs(own, ty) => {
            let (local, ty) = (local(&own.rust, TAKEN), ident(ty));
            match own.is_option() {
                true => quote!(#local.map(|id| #ty::new(id.get()))),
                false => quote!(#ty::new(#local.get())),
            }
        }
        Origin::Constant(ty, text) => constant(model, ty, text, is_list || matches!(slot, Slot::Variant { .. })),
        Origin::Object(ty, parts) => {
            let ty = ident(ty);
            let parts = parts.iter().map(|(field, text)| {
                let (name, value) = (ident(&field.rust), constant(model, &field.ty, text, true));
                let value = if field.is_option() { quote!(Some(#value)) } else { value };
                quote!(object.#name = #value;)
            });
            quote!({ let mut object = #ty::new(); #(#parts)* object })
        }
        Origin::Nothing => TokenStream::new(),
        Origin::First(field) if field.is_itself() => quote!(item #clone),
        Origin::First(field) => {
            let name = ident(&field.rust);
            quote!(item.#name)
        }
    };
    // One value is a list of one, and one that was left out a list of none.
    let value = match origin {
        _ if is_csv && may_be_left_out(origin) => quote!(#value.map(|one| vec![one].into())),
        _ if is_list && may_be_left_out(origin) => quote!(#value.into_iter().collect()),
        _ if is_csv => quote!(vec![#value].into()),
        _ if is_list => quote!(vec![#value]),
        _ => value,
    };
    match slot {
        Slot::Variant { type_name, variant, is_option, .. } => {
            let (ty, variant) = (ident(type_name), ident(variant));
            let value = if *is_option { quote!(Some(#value)) } else { value };
            let value = (!value.is_empty()).then(|| quote!((#value)));
            quote!(#ty::#variant #value)
        }
        Slot::Field(_) => value,
    }
}

/// The value of a constant input; setters and constructors take a text as it is.
fn constant(model: &Model, ty: &Type, text: &str, is_exact: bool) -> TokenStream {
    let number = || text.parse().map(number).unwrap_or_default();
    match ty {
        Type::Text if is_exact => quote!(#text.to_owned()),
        Type::Text => quote!(#text),
        Type::Flag | Type::Worded(_) => {
            let flag = ident(text);
            quote!(#flag)
        }
        Type::Uint | Type::Int => number(),
        ty => known_value(model, ty, text).unwrap_or_else(|| {
            let (ty, number) = (rust_type(ty), number());
            quote!(#ty::new(#number))
        }),
    }
}

/// The closure that gives the key of an item.
fn key(evidence: &Evidence) -> TokenStream {
    let steps = match (&evidence.sign, evidence.filter.first()) {
        (Sign::New(key), _) => std::slice::from_ref(&**key),
        (_, Some((path, _))) => path,
        // Whatever is there is to go.
        (_, None) => return quote!(|_| String::new()),
    };
    if steps.iter().any(Field::is_itself) {
        return quote!(evidence::text);
    }
    let (path, is_option) = place(steps);
    match is_option {
        true => quote!(|item| #path.map(evidence::text).unwrap_or_default()),
        false => quote!(|item| evidence::text(&#path)),
    }
}

/// The items of the answer.
fn items(evidence: &Evidence) -> TokenStream {
    let lists = evidence.lists.iter().map(|list| ident(list));
    match evidence.items {
        Items::Fields => quote!([#(now.#lists),*].into_iter().flatten()),
        Items::Nested => quote!(now.into_iter().flat_map(|item| #(item.#lists)*)),
        Items::One => quote!([now]),
        Items::List | Items::Maybe => quote!(now #(.#lists)*),
        Items::Values => quote!(now #(.#lists)* .into_values()),
    }
}

/// `evidence`: what an answer holds about the call.
fn walk(model: &Model, evidence: &Evidence, endpoint: &Endpoint) -> TokenStream {
    let (statements, now) = (fits::inputs(evidence), items(evidence));
    let need = |own: &Field| {
        let text = &own.rust;
        quote!(inputs.need(Self::INFO.name, #text)?)
    };
    let found = match &evidence.sign {
        Sign::New(_) => {
            let key = key(evidence);
            let once = endpoint.may_make_nothing().then(|| quote!(.once()));
            let new = match (&evidence.each, &evidence.count) {
                (Some((own, columns)), _) => {
                    let (text, fits) = (&own.rust, fits::row(model, evidence, columns));
                    let rows = quote!(inputs.need_rows(Self::INFO.name, #text)?);
                    quote!(evidence::appeared_each(#now, #rows, #fits, #key))
                }
                (None, count) => {
                    let fits = fits::fits(model, evidence);
                    match count.as_ref().map(need) {
                        None => quote!(evidence::appeared(#now, #fits, #key)),
                        Some(count) => quote!(evidence::appeared_count(#now, #count, #fits, #key)),
                    }
                }
            };
            quote!(#new #once)
        }
        Sign::Gone => {
            let (fits, key) = (fits::fits(model, evidence), key(evidence));
            match fits::are_all_there(evidence) {
                None => quote!(evidence::gone(#now, #fits, #key)),
                Some(are_there) => {
                    let now = match evidence.items {
                        Items::List if evidence.lists.is_empty() => None,
                        Items::List | Items::One => Some(now),
                        Items::Maybe => Some(quote!(Vec::from_iter(#now))),
                        Items::Fields | Items::Nested | Items::Values => Some(quote!(#now.collect::<Vec<_>>())),
                    };
                    let now = now.map(|now| quote!(let now = #now;));
                    return quote! {
                        #statements
                        #now
                        let are_there = #are_there;
                        Ok(evidence::gone(now, #fits, #key).of_all(are_there))
                    };
                }
            }
        }
        Sign::Became if !is_shown(evidence) => {
            let fits = fits::fits(model, evidence);
            quote!(evidence::ended(&now, #fits))
        }
        sign => {
            let (fits, Mark { closure: mark, is_private }) =
                (fits::which(model, evidence), fits::mark(model, evidence));
            let change = match sign {
                Sign::Grew(_, by) => {
                    let by = need(by);
                    quote!(evidence::grew(#now, #fits, #mark, #by))
                }
                Sign::Paid(_, by) => {
                    let months = by.as_deref().map(need).map_or(quote!(None), |months| quote!(Some(#months)));
                    // Where no field says it, the hoster may.
                    let by_itself = by_itself(evidence, true);
                    quote!(evidence::paid(#now, #fits, #mark, #months, #by_itself))
                }
                // One object has to say what was ordered, too: else somebody else changed it.
                Sign::Changed(_) if evidence.is.is_empty() && !is_compared(evidence) => {
                    let by_itself = by_itself(evidence, false);
                    quote!(evidence::changed(#now, #fits, #mark, #by_itself))
                }
                _ => {
                    let is_so = fits::is_so(model, evidence);
                    quote!(evidence::became(#now, #fits, #mark, #is_so))
                }
            };
            let private = is_private.then(|| quote!(.private()));
            quote!(#change #private)
        }
    };
    quote!(#statements Ok(#found))
}

/// Whether the call makes the object that is read, where that is not found before: `there` says so, or the caller chose its
/// name, and what it shows is what this call always says. One with an id of the hoster's is never made by a name.
fn makes(model: &Model, evidence: &Evidence) -> bool {
    if !matches!(evidence.sign, Sign::There(_)) && !is_named_by_caller(model, evidence) {
        return false;
    }
    let is_given = |own: &Field| !own.is_option() && !own.is_nullable();
    let is_compared_with = |path: &[Field]| {
        let is_it = |other: &[Field]| other.iter().map(|field| &field.rust).eq(path.iter().map(|field| &field.rust));
        evidence.filter.iter().any(|(other, own)| is_it(other) && is_given(own))
    };
    match &evidence.sign {
        Sign::There(path) => !path.iter().any(Field::is_option),
        Sign::Changed(path) => is_compared(evidence) && is_compared_with(path),
        Sign::Became => {
            is_shown(evidence) && is_compared(evidence) && evidence.is.is_empty() && compared(evidence).all(is_given)
        }
        _ => false,
    }
}

/// Whether what names the object to the read is an input of this call that is no id and no number.
fn is_named_by_caller(model: &Model, evidence: &Evidence) -> bool {
    let Some(read) = model.endpoints.iter().find(|read| read.type_name == evidence.read) else { return false };
    let Some(name) = read.path_parameters.last() else { return false };
    let is_own = |(slot, origin): &(Slot, Origin)| matches!((slot, origin), (Slot::Field(field), Origin::Own(_)) if field.rust == name.rust);
    matches!(name.ty, Type::Text | Type::Ip | Type::IpBlock) && evidence.inputs.iter().any(is_own)
}

/// Whether the evidence is one object that is compared with the call.
fn is_compared(evidence: &Evidence) -> bool {
    evidence.items == Items::One && !(evidence.filter.is_empty() && evidence.below.is_empty())
}

/// The closure that says whether the hoster may have changed an item by itself.
fn by_itself(evidence: &Evidence, usual: bool) -> TokenStream {
    let ByItself::If(field) = &evidence.by_itself else { return quote!(|_| #usual) };
    let name = ident(&field.rust);
    match (*field.ty.item() == Type::Flag, field.is_option()) {
        (true, false) => quote!(|item| item.#name),
        (true, true) => quote!(|item| item.#name != Some(false)),
        (false, _) => quote!(|item| item.#name.is_some()),
    }
}
