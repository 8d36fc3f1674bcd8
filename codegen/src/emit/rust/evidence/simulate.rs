//! What a call that acts does to the answer of the call that shows it, for servers that answer from examples.

use std::iter::once;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{choice, fits, is_set, keys_of, text_of};
use crate::emit::rust::words::{echoed_input, ident, known_value, number, output_type, rust_type};
use crate::model::{
    Each, EchoedInput, Endpoint, Evidence, Field, Items, Made, Model, Origin, Sign, Slot, Type, TypeKind,
};
use crate::resolve::{is_text, parse};
use crate::surface::{Wanted, beginning, is_wanted};

/// `impl Simulate` of a call that acts; an empty one where nothing that is read shows the call, or only a change that an
/// example does not have.
pub(in crate::emit::rust) fn emit(model: &Model, endpoint: &Endpoint) -> TokenStream {
    let name = ident(&endpoint.type_name);
    let members = endpoint.evidence.as_ref().and_then(|evidence| match &evidence.sign {
        Sign::New(key) if evidence.is_single => listed_alone(model, endpoint, evidence, key),
        // What is read by itself is there as long as the list before it names it.
        _ if evidence.is_single => None,
        Sign::New(key) => created(model, endpoint, evidence, key),
        Sign::Gone => gone(model, evidence),
        Sign::Became | Sign::Changed(_) | Sign::Grew(..) | Sign::Paid(..) | Sign::There(_) => became(model, evidence),
    });
    let evidence = endpoint.evidence.as_ref().filter(|_| members.is_some());
    let objects = evidence.and_then(|evidence| objects(model, evidence));
    quote!(impl Simulate for #name { #objects #members })
}

/// The objects that a call makes or removes, where reads of them by their ids can know them.
fn objects(model: &Model, evidence: &Evidence) -> Option<TokenStream> {
    let id = own_id(model, &evidence.item);
    match &evidence.sign {
        Sign::New(key) => {
            let kind = id_name(model, &key.ty).filter(|_| id.is_none_or(|id| id.ty == key.ty))?;
            Some(quote!(const MAKES: &'static str = #kind;))
        }
        Sign::Gone => {
            let (kind, own) = acted_on(model, evidence)?;
            let own = ident(&own.rust);
            Some(quote! {
                fn removes(&self) -> Option<(&'static str, String)> {
                    Some((#kind, evidence::text(&self.#own)))
                }
            })
        }
        _ => None,
    }
}

/// The type of the id, and the input with it, of the object that a call is about, as its evidence finds that.
fn acted_on<'m>(model: &'m Model, evidence: &'m Evidence) -> Option<(&'m str, &'m Field)> {
    let id = own_id(model, &evidence.item);
    // An item may be an id itself.
    let ty = id.map_or(&evidence.item, |id| &id.ty);
    let kind = id_name(model, ty)?;
    let named = evidence.filter.iter().find_map(|(path, own)| match path.as_slice() {
        [field] if id.map_or_else(|| field.is_itself(), |id| field.rust == id.rust) => Some(own),
        _ => None,
    });
    let asked = || {
        let read = model.endpoints.iter().find(|read| read.type_name == evidence.read)?;
        let (_, input) = read_by_id(model, read).filter(|_| evidence.first.is_none())?;
        evidence.inputs.iter().find_map(|(slot, origin)| match (slot, origin) {
            (Slot::Field(slot), Origin::Own(own)) if slot.rust == input.rust => Some(own),
            _ => None,
        })
    };
    let own = named.or_else(asked).filter(|own| own.ty == *ty && !own.is_option() && !is_converted(own))?;
    Some((kind, own))
}

/// Whether evidence reads an input as what a field is, and the call itself has another type for it.
fn is_converted(own: &Field) -> bool {
    let is_plain = |ty: &Type| matches!(ty, Type::Text | Type::Int | Type::Uint | Type::Named(_));
    parse(&own.surface.ty.value).is_ok_and(|said| {
        let said = said.item();
        is_plain(said) && is_plain(&own.ty) && *said != own.ty
    })
}

/// The name of a type of ids.
fn id_name<'t>(model: &Model, ty: &'t Type) -> Option<&'t str> {
    match ty {
        Type::Named(name) => matches!(model.types.get(name)?.kind, TypeKind::Id(_)).then_some(name.as_str()),
        _ => None,
    }
}

/// The field by which objects of a type are known: the first that is an id.
fn own_id<'m>(model: &'m Model, ty: &Type) -> Option<&'m Field> {
    model.fields(ty)?.iter().find(|field| id_name(model, &field.ty).is_some())
}

/// The type of the id, and the input with it, of a call that reads one object by its id.
fn read_by_id<'m>(model: &'m Model, endpoint: &'m Endpoint) -> Option<(&'m str, &'m Field)> {
    let ty = match endpoint.output.ty()? {
        Type::Option(inner) => inner,
        ty => ty,
    };
    let id = own_id(model, ty).filter(|_| endpoint.effect() == "safe")?;
    let is_it = |input: &&Field| input.ty == id.ty && !input.is_option();
    let mut others = endpoint.inputs().filter(is_it);
    let input = match endpoint.path_parameters.iter().rev().find(is_it) {
        Some(input) => input,
        None => others.next().filter(|_| others.next().is_none())?,
    };
    Some((id_name(model, &id.ty)?, input))
}

/// The last object of the path, where the call does not make it.
fn last_of_path<'m>(model: &'m Model, endpoint: &'m Endpoint) -> Option<(&'m str, &'m Field)> {
    let input = endpoint.path_parameters.iter().rev().find(|input| id_name(model, &input.ty).is_some())?;
    let is_made = endpoint.evidence.as_ref().is_some_and(|evidence| match &evidence.sign {
        Sign::New(key) => evidence
            .filter
            .iter()
            .any(|(path, own)| own.rust == input.rust && matches!(path.as_slice(), [field] if field.rust == key.rust)),
        _ => false,
    });
    if is_made { None } else { Some((id_name(model, &input.ty)?, input)) }
}

/// The object that a call reads by its id, or else the one that has to be there: that it changes or deletes, or that the
/// path names.
pub(in crate::emit::rust) fn object(model: &Model, endpoint: &Endpoint) -> Option<TokenStream> {
    let of_evidence = || {
        let makes = |evidence: &&Evidence| matches!(evidence.sign, Sign::New(_));
        acted_on(model, endpoint.evidence.as_ref().filter(|evidence| !makes(evidence))?)
    };
    let (method, (kind, input)) = match read_by_id(model, endpoint) {
        Some(read) => ("object", read),
        None => ("needs", of_evidence().or_else(|| last_of_path(model, endpoint))?),
    };
    let (method, input) = (ident(method), ident(&input.rust));
    Some(quote! {
        fn #method(&self) -> Option<(&'static str, String)> {
            Some((#kind, evidence::text(&self.#input)))
        }
    })
}

/// What a call answers about each item of a list that it names: the lists of the spec, or else the only one with ids of what
/// has a result each.
pub(in crate::emit::rust) fn results(model: &Model, endpoint: &Endpoint) -> Option<TokenStream> {
    let Type::List(result) = endpoint.output.ty()? else { return None };
    let Type::Judged(result) = &**result else { return None };
    let mut lists = endpoint.each.clone();
    if lists.is_empty() {
        let input = list_of(endpoint, own_id(model, result).map_or(&**result, |id| &id.ty))?;
        lists.push(Each { name: String::new(), input, list: None, echo: Vec::new() });
    }
    let (mut named, mut given, mut is_sure) = (Vec::new(), Vec::new(), false);
    for Each { input, echo, .. } in &lists {
        let Some(asked) = asked_item(endpoint, input) else { continue };
        let (place, is_option) = echoed_input(&quote!(self), input);
        let (is_about, set) = about_item(model, result, asked, echo);
        // Of several variants one is chosen.
        let add = |all: &mut Vec<TokenStream>, value: &dyn Fn(TokenStream) -> TokenStream| {
            let value = value(if is_option { quote!(asked) } else { place.clone() });
            all.push(match is_option {
                true => quote!(let asked = #place; if let Some(asked) = asked { return #value; }),
                false => value,
            });
        };
        if let Some(kind) = id_name(model, asked) {
            add(&mut named, &|list| quote!(simulate::objects(#kind, #list)));
        }
        add(&mut given, &|list| quote!(simulate::results(output, #list, missing, #is_about, #set)));
        is_sure |= !is_option;
    }
    let [no_objects, no_results] = [quote!(Vec::new()), quote!(false)].map(|none| (!is_sure).then_some(none));
    let objects = (!named.is_empty())
        .then(|| quote!(fn objects(&self) -> Vec<(&'static str, String)> { #(#named)* #no_objects }));
    let output = output_type(endpoint);
    Some(quote! {
        #objects

        fn results(&self, output: &mut #output, missing: &[Option<Fault<crate::Code>>]) -> bool {
            #(#given)*
            #no_results
        }
    })
}

/// The closures that say whether a result is about an item of a list, and make it so.
fn about_item(model: &Model, result: &Type, asked: &Type, echo: &[(Vec<Field>, Field)]) -> (TokenStream, TokenStream) {
    if result == asked {
        return (
            quote!(|item, asked| item == asked),
            quote!(|item, asked| {
                *item = asked.to_owned();
            }),
        );
    }
    let is_same = |(path, own): &&(Vec<Field>, Field)| path.last().is_some_and(|last| last.ty == own.ty);
    let mut set: TokenStream = rebuilt(model, result, &quote!(item));
    set.extend(echo.iter().filter(is_same).map(|(path, own)| given(model, path, &quote!(asked), own)));
    let mut is_about = quote!(|_, _| false);
    if let Some(id) = own_id(model, result).filter(|id| id.ty == *asked) {
        let name = ident(&id.rust);
        is_about = match id.is_option() {
            true => quote!(|item, asked| item.#name.as_ref() == Some(asked)),
            false => quote!(|item, asked| item.#name == *asked),
        };
        if !echo.iter().any(|(path, _)| matches!(path.as_slice(), [field] if field.rust == id.rust)) {
            set.extend(assigned(model, std::slice::from_ref(id), &quote!(asked.to_owned()), false));
        }
    }
    (is_about, if set.is_empty() { quote!(|_, _| {}) } else { quote!(|item, asked| { #set }) })
}

/// The only input that is a list of these ids: of the call, or alone in a variant.
fn list_of(endpoint: &Endpoint, id: &Type) -> Option<EchoedInput> {
    let is_it = |field: &&Field| matches!(&field.ty, Type::List(item) if **item == *id);
    let own = endpoint.inputs().filter(is_it).map(|field| EchoedInput::Field(Box::new(field.clone())));
    let chosen = endpoint.one_of.iter().flat_map(|group| {
        let alone =
            group.variants.iter().filter(|variant| matches!(variant.fields.as_slice(), [field] if is_it(&field)));
        alone.map(|variant| EchoedInput::Variant {
            group: group.rust.clone(),
            is_required: group.required,
            type_name: group.type_name.clone(),
            variant: variant.rust.clone(),
        })
    });
    let mut all = own.chain(chosen);
    all.next().filter(|_| all.next().is_none())
}

/// The type of the items of an input that is a list.
fn asked_item<'m>(endpoint: &'m Endpoint, input: &'m EchoedInput) -> Option<&'m Type> {
    let field = match input {
        EchoedInput::Field(field) => &**field,
        EchoedInput::Variant { group, variant, .. } => {
            let group = endpoint.one_of.iter().find(|known| known.rust == *group)?;
            group.variants.iter().find(|known| known.rust == *variant)?.fields.first()?
        }
        EchoedInput::Items { .. } => return None,
    };
    if let Type::List(item) = &field.ty { Some(item) } else { None }
}

/// The function that changes an answer.
fn show(evidence: &Evidence, [number, example]: [TokenStream; 2], body: &TokenStream) -> TokenStream {
    let output = rust_type(&evidence.output);
    quote! {
        fn show(&self, #number: u64, #example: &#output, shown: &mut #output) -> Result<bool, EncodeError> {
            #body
        }
    }
}

/// The list that has the items: in the answer itself, in a field of it, or in one of each item of it.
fn list(evidence: &Evidence, answer: &TokenStream) -> TokenStream {
    let fields = evidence.lists.iter().map(|list| ident(list));
    quote!(#answer #(.#fields)*)
}

/// The same of what is shown, to be changed.
fn borrowed(evidence: &Evidence) -> TokenStream {
    let shown = list(evidence, &quote!(shown));
    if evidence.lists.is_empty() { shown } else { quote!(&mut #shown) }
}

/// New items, made after the last one of the example.
fn created(model: &Model, endpoint: &Endpoint, evidence: &Evidence, key: &Field) -> Option<TokenStream> {
    let read = model.endpoints.iter().find(|read| read.type_name == evidence.read)?;
    let (shown, example) = (quote!(shown), quote!(example));
    let (shown, example) = (list(evidence, &shown), list(evidence, &example));
    let (all, last, add) = match evidence.items {
        Items::List => (quote!(#shown.iter()), quote!(#example.last()), quote!(#shown.push(item))),
        Items::Values => {
            let key = ident(&read.key.as_ref()?.rust);
            let add = quote!(#shown.insert(item.#key.to_owned(), item));
            (quote!(#shown.values()), quote!(#example.values().last()), add)
        }
        // What is new stands below the last item that has a list.
        Items::Nested => {
            let inner = ident(evidence.lists.first()?);
            let outer = match &evidence.output {
                Type::List(outer) => rebuilt(model, outer, &quote!(outer)),
                _ => TokenStream::new(),
            };
            let add = quote! {
                if let Some(outer) = simulate::last_or(shown, example, |outer| outer.#inner.clear()) {
                    #outer
                    outer.#inner.push(item);
                }
            };
            let each = |place: TokenStream| quote!(#place.iter().flat_map(|outer| &outer.#inner));
            let (all, last) = (each(quote!(shown)), each(quote!(example)));
            (all, quote!(#last.last()), add)
        }
        _ => return None,
    };
    let listed = listed(evidence, key, &all);
    let recount = recount(model, read);
    if key.is_itself() {
        let shown = list(evidence, &quote!(shown));
        let around = rebuilt_around(model, evidence);
        let body = quote!(#around if let Some(key) = simulate::numbered(number) { #shown.push(key); } Ok(true));
        let show = show(evidence, [quote!(number), quote!(_)], &body);
        let named = named(model, endpoint, evidence);
        return (evidence.items == Items::List).then(|| quote!(#listed #show #recount #named));
    }
    let key = assigned(model, std::slice::from_ref(key), &quote!(key), false);
    let set: TokenStream = once(said(model, endpoint, evidence)).chain(constants(model, evidence)?).collect();
    let (of_item, around) = (rebuilt(model, &evidence.item, &quote!(item)), rebuilt_around(model, evidence));
    let item = quote! {
        if let (Some(item), Some(key)) = (#last, simulate::numbered(number)) {
            let mut item = item.clone();
            #of_item
            #key
            #set
            #add;
        }
    };
    let body = match (rows(evidence), count(evidence)) {
        (Some(rows), _) => quote!(for (number, row) in (number..).zip(#rows) { #item }),
        (None, Some(count)) => quote!(for number in (number..).take(#count) { #item }),
        (None, None) => item,
    };
    let show = show(evidence, [quote!(number), quote!(example)], &quote!(#around #body Ok(true)));
    let named = named(model, endpoint, evidence);
    Some(quote!(#listed #show #recount #named))
}

/// What a page says of how many items there are on all pages, with more of them.
fn recount(model: &Model, read: &Endpoint) -> Option<TokenStream> {
    let total = read.paging.as_ref()?.total.as_ref()?;
    let output = output_type(read);
    let mut rebuilt_on_the_way = rebuilt(model, read.output.ty()?, &quote!(shown));
    let (mut place, mut conditions) = (quote!(shown), Vec::new());
    for field in total {
        let name = ident(&field.rust);
        place = quote!(#place.#name);
        if field.is_option() {
            conditions.push(quote!(let Some(shown) = #place.as_mut()));
            place = quote!(shown);
        }
        if conditions.is_empty() {
            rebuilt_on_the_way.extend(rebuilt(model, &field.ty, &place));
        }
    }
    let last = total.last()?;
    let add = ident(if last.ty == Type::Int { "saturating_add" } else { "saturating_add_signed" });
    let target = if last.is_option() { quote!(*#place) } else { place.clone() };
    let set = quote!(#target = #place.#add(more););
    let set = if conditions.is_empty() { set } else { quote!(if #(#conditions)&&* { #set }) };
    Some(quote! {
        fn recount(shown: &mut #output, more: i64) {
            #rebuilt_on_the_way
            #set
        }
    })
}

/// One new item that is read by itself, after a list that names it.
fn listed_alone(model: &Model, endpoint: &Endpoint, evidence: &Evidence, key: &Field) -> Option<TokenStream> {
    let first = evidence.first.as_ref()?;
    let first = model.endpoints.iter().find(|endpoint| endpoint.type_name == *first)?;
    let mut named_by = evidence.inputs.iter().filter_map(|(_, origin)| match origin {
        Origin::First(field) => Some(field),
        _ => None,
    });
    let (Some(own), None) = (named_by.next(), named_by.next()) else { return None };
    if is_set(evidence) {
        return None;
    }
    let listed = text_of(&quote!(item), key);
    let (item, list) = (rust_type(&evidence.item), output_type(first));
    let key = assigned(model, std::slice::from_ref(key), &quote!(key), false);
    let set: TokenStream = once(said(model, endpoint, evidence)).chain(constants(model, evidence)?).collect();
    let rebuilt_item = rebuilt(model, &evidence.item, &quote!(item));
    let add = match own.is_itself() {
        true => quote!(if let Some(key) = simulate::numbered(number) {
            list.push(key);
        }),
        false => {
            let number = assigned(model, std::slice::from_ref(own), &quote!(key), false);
            let rebuilt = match first.output.ty() {
                Some(Type::List(item)) => rebuilt(model, item, &quote!(item)),
                _ => TokenStream::new(),
            };
            quote! {
                if let (Some(item), Some(key)) = (example.last(), simulate::numbered(number)) {
                    let mut item = item.clone();
                    #rebuilt
                    #number
                    list.push(item);
                }
            }
        }
    };
    let example = if own.is_itself() { quote!(_) } else { quote!(example) };
    let first_keys = keys_of(own);
    let named = named(model, endpoint, evidence);
    Some(quote! {
        fn listed(item: &#item) -> Vec<String> {
            #listed
        }

        fn show(&self, number: u64, _: &#item, item: &mut #item) -> Result<bool, EncodeError> {
            #rebuilt_item
            if let Some(key) = simulate::numbered(number) {
                #key
            }
            #set
            Ok(true)
        }

        fn listed_first(list: &#list) -> Vec<String> {
            list.iter().#first_keys.collect()
        }

        fn list(&self, number: u64, #example: &#list, list: &mut #list) {
            #add
        }

        #named
    })
}

/// The keys of the items of an answer.
fn listed(evidence: &Evidence, key: &Field, all: &TokenStream) -> TokenStream {
    let (output, keys) = (rust_type(&evidence.output), keys_of(key));
    quote!(fn listed(shown: &#output) -> Vec<String> { #all.#keys.collect() })
}

/// The number of what was made, in the answer of the call. Of several, each is there, with what its own inputs say.
fn named(model: &Model, endpoint: &Endpoint, evidence: &Evidence) -> Option<TokenStream> {
    let Sign::New(key) = &evidence.sign else { return None };
    let (made, output) = (evidence.made.as_ref()?, output_type(endpoint));
    let (place, ty, is_option) = match made {
        Made::Within(field) => {
            let name = ident(&field.rust);
            (quote!(output.#name), &field.ty, field.is_option())
        }
        _ => (quote!(output), endpoint.output.ty()?, false),
    };
    let within = matches!(made, Made::Within(_));
    let around = if within { rebuilt(model, endpoint.output.ty()?, &quote!(output)) } else { TokenStream::new() };
    let borrowed = if within { quote!(&mut #place) } else { place.clone() };
    let set_key = |field: &Field| assigned(model, std::slice::from_ref(field), &quote!(key), false);
    let with_key = |item: &Type| {
        let of_item = rebuilt(model, item, &quote!(item));
        match made {
            Made::Output => quote!(*item = key;),
            Made::Field(field) => {
                let key = set_key(field);
                quote!(#of_item #key)
            }
            Made::Item | Made::Within(_) => {
                let (key, said) = (set_key(key), said(model, endpoint, evidence));
                quote!(#of_item #key #said)
            }
        }
    };
    let body = match ty {
        Type::List(item) => {
            let set = with_key(item.judged());
            let count = count(evidence).map(|count| quote!(simulate::as_many(#borrowed, #count);));
            let numbers = quote!((number..).zip(#borrowed));
            let (each, numbers) = match rows(evidence).filter(|_| !matches!(made, Made::Output | Made::Field(_))) {
                Some(rows) => (quote!(((number, item), row)), quote!(#numbers.zip(#rows))),
                None => (quote!((number, item)), numbers),
            };
            let condition = match **item {
                Type::Judged(_) => quote!(let (Ok(item), Some(key)) = (item, simulate::numbered(number))),
                _ => quote!(let Some(key) = simulate::numbered(number)),
            };
            quote!(#count for #each in #numbers { if #condition { #set } })
        }
        ty => {
            let set = match (made, is_option) {
                (Made::Output, _) => quote!(*output = key;),
                (_, true) => {
                    let set = with_key(ty);
                    quote!(if let Some(item) = #borrowed { #set })
                }
                (_, false) => {
                    let set = with_key(ty);
                    quote!(let item = #borrowed; #set)
                }
            };
            quote!(if let Some(key) = simulate::numbered(number) { #set })
        }
    };
    Some(quote! {
        fn name(&self, number: u64, output: &mut #output) {
            #around
            #body
        }
    })
}

/// The inputs of which each makes one item.
fn rows(evidence: &Evidence) -> Option<TokenStream> {
    let (own, _) = evidence.each.as_ref()?;
    let own = ident(&own.rust);
    Some(quote!(&self.#own))
}

/// How many items the call makes, if it makes several.
fn count(evidence: &Evidence) -> Option<TokenStream> {
    let named = |field: &Field| ident(&field.rust);
    match (&evidence.each, &evidence.count) {
        (Some((own, _)), _) => {
            let own = named(own);
            Some(quote!(self.#own.len()))
        }
        (None, Some(count)) => {
            let count = named(count);
            Some(quote!(self.#count as usize))
        }
        (None, None) => None,
    }
}

/// What the inputs say of an item that is made: those that evidence compares, and those that have name and type of a field.
fn said(model: &Model, endpoint: &Endpoint, evidence: &Evidence) -> TokenStream {
    let (own, columns) = match &evidence.each {
        Some((own, columns)) => (Some(own), columns.as_slice()),
        None => (None, &[][..]),
    };
    let key = if let Sign::New(key) = &evidence.sign { Some(&key.rust) } else { None };
    let fields = model.fields(&evidence.item).unwrap_or_default();
    let compared_with = |(path, _): &(Vec<Field>, Field)| path.first().map(|field| field.rust.clone());
    let all = evidence.filter.iter().chain(&evidence.below).chain(columns);
    let told: Vec<String> = all.filter_map(compared_with).collect();
    let of_rows = own.and_then(|own| model.fields(own.ty.item())).unwrap_or_default();
    let alike = |inputs: &mut dyn Iterator<Item = &Field>, from: &TokenStream| -> TokenStream {
        let is_said = |field: &Field, own: &Field| {
            let ty = if let Type::Nullable(ty) = &own.ty { ty } else { &own.ty };
            field.rust == own.rust && field.ty == *ty && !told.contains(&field.rust) && key != Some(&field.rust)
        };
        let pairs = inputs.filter_map(|own| Some((fields.iter().find(|field| is_said(field, own))?.clone(), own)));
        pairs.map(|(field, own)| given(model, &[field], from, own)).collect()
    };
    let row = quote!(row);
    let others = [alike(&mut endpoint.inputs(), &quote!(self)), alike(&mut of_rows.iter(), &row)];
    let columns = columns.iter().map(|(path, field)| given(model, path, &row, field));
    others.into_iter().chain(columns).chain([compared(model, evidence)]).collect()
}

/// What was read without the items that are to go; an object alone is not there any more.
fn gone(model: &Model, evidence: &Evidence) -> Option<TokenStream> {
    let (inputs, fits) = (fits::inputs(evidence), fits::fits(model, evidence));
    let shown = borrowed(evidence);
    let removed = match evidence.items {
        Items::List => quote!(simulate::remove(#shown, #fits);),
        Items::Values => quote!(simulate::remove_from_map(#shown, #fits);),
        Items::Nested => {
            let list = ident(evidence.lists.first()?);
            let outer = match &evidence.output {
                Type::List(outer) => rebuilt(model, outer, &quote!(outer)),
                _ => TokenStream::new(),
            };
            quote!(for outer in shown.iter_mut() { #outer simulate::remove(&mut outer.#list, &(#fits)); })
        }
        Items::Maybe => quote!(*shown = None;),
        Items::One => {
            let output = rust_type(&evidence.output);
            return Some(quote! {
                fn show(&self, _: u64, _: &#output, _: &mut #output) -> Result<bool, EncodeError> {
                    Ok(false)
                }
            });
        }
        Items::Fields => return None,
    };
    let remembered = (!inputs.is_empty()).then(|| quote!(let inputs = &Perform::inputs(self); #inputs));
    let around = rebuilt_around(model, evidence);
    Some(show(evidence, [quote!(_), quote!(_)], &quote!(#remembered #around #removed Ok(true))))
}

/// The object with the values that it gets. What only the hoster knows becomes another one.
fn became(model: &Model, evidence: &Evidence) -> Option<TokenStream> {
    let mut is = constants(model, evidence)?;
    let turned = match &evidence.sign {
        Sign::Changed(path) | Sign::There(path) if is_given(evidence, path) => None,
        Sign::There(path) => Some(another(model, path)?),
        Sign::Changed(path) if evidence.is.is_empty() => Some(another(model, path)?),
        Sign::Grew(path, by) => Some(updated(model, path, |old| moved("grown", &old, Some(by)))),
        Sign::Paid(path, by) => Some(updated(model, path, |old| moved("later", &old, by.as_deref()))),
        _ => None,
    };
    let number = if becomes_a_number(model, evidence) { quote!(number) } else { quote!(_) };
    let of_item = rebuilt(model, &evidence.item, &quote!(item));
    let around = rebuilt_around(model, evidence);
    let body = match evidence.items {
        Items::One | Items::Maybe => {
            // What an input says of the field that changes counts, where that is given.
            let set: TokenStream = turned.into_iter().chain([compared(model, evidence)]).chain(is).collect();
            if set.is_empty() {
                return None;
            }
            match evidence.items {
                Items::One => quote!(let item = shown; #of_item #set),
                _ => quote!(if let Some(item) = shown { #of_item #set }),
            }
        }
        Items::List | Items::Values | Items::Nested
            if !evidence.filter.is_empty() && (!is.is_empty() || turned.is_some()) =>
        {
            is.extend(turned);
            let (inputs, which) = (fits::inputs(evidence), fits::which(model, evidence));
            let set = |items: &TokenStream| quote!(for item in simulate::matching(#items, #which) { #of_item #(#is)* });
            let shown = list(evidence, &quote!(shown));
            let change = match (evidence.items, evidence.lists.first()) {
                (Items::Values, _) => set(&quote!(#shown.values_mut())),
                (Items::Nested, Some(inner)) => {
                    let inner = ident(inner);
                    let outer = match &evidence.output {
                        Type::List(outer) => rebuilt(model, outer, &quote!(outer)),
                        _ => TokenStream::new(),
                    };
                    let change = set(&quote!(outer.#inner.iter_mut()));
                    quote!(for outer in shown.iter_mut() { #outer #change })
                }
                _ => set(&quote!(#shown.iter_mut())),
            };
            quote!(let inputs = &Perform::inputs(self); #inputs #around #change)
        }
        _ => return None,
    };
    Some(show(evidence, [number, quote!(_)], &quote!(#body Ok(true))))
}

/// A number or a date that moved on from the old one: by what an input says, or by one; an absent input moves nothing.
fn moved(function: &str, old: &TokenStream, by: Option<&Field>) -> TokenStream {
    let function = ident(function);
    match by.map(|by| (ident(&by.rust), by.is_option())) {
        None => quote!(simulate::#function(#old, &1_u64)),
        Some((by, false)) => quote!(simulate::#function(#old, &self.#by)),
        Some((by, true)) => quote!(self.#by.as_ref().and_then(|by| simulate::#function(#old, by))),
    }
}

/// Whether the field that changes becomes a number.
fn becomes_a_number(model: &Model, evidence: &Evidence) -> bool {
    let (Sign::Changed(path) | Sign::There(path)) = &evidence.sign else { return false };
    let is_turned = |ty: &Type| {
        matches!(ty, Type::Flag | Type::Worded(_) | Type::Date | Type::DateTime) || lowest(model, ty).is_some()
    };
    let becomes = |last: &Field| !is_turned(&last.ty) && (is_text(model, &last.ty) || last.ty == Type::Secret);
    let is_free = evidence.is.is_empty() || matches!(evidence.sign, Sign::There(_));
    is_free && !is_given(evidence, path) && path.last().is_some_and(becomes)
}

/// Whether an input that is always given says the new value of this field of one object.
fn is_given(evidence: &Evidence, path: &[Field]) -> bool {
    let is_it = |other: &[Field]| other.iter().map(|field| &field.rust).eq(path.iter().map(|field| &field.rust));
    let mut compared = evidence.filter.iter().chain(&evidence.below);
    let is_said = |(other, own): &(Vec<Field>, Field)| is_it(other) && !own.is_option() && !own.is_nullable();
    matches!(evidence.items, Items::One | Items::Maybe) && compared.any(is_said)
}

/// Gives a field another value than it has: the other flag, a later date, or else a number as its text; `None` where it can
/// have none of these.
fn another(model: &Model, path: &[Field]) -> Option<TokenStream> {
    let ty = &path.last()?.ty;
    match ty {
        Type::Flag | Type::Worded(_) => Some(updated(model, path, |old| quote!(#old.map(|old: &bool| !old)))),
        Type::Date | Type::DateTime => Some(updated(model, path, |old| moved("later", &old, None))),
        Type::Ip | Type::IpBlock | Type::Currency => None,
        _ if !is_text(model, ty) && *ty != Type::Secret => None,
        _ => Some(match lowest(model, ty) {
            // A number within its range: the next one, or behind the last the first.
            Some(lowest) => updated(model, path, |old| {
                let (ty, lowest) = (rust_type(ty), number(lowest));
                let next = quote!(#old.and_then(|old| #ty::new(old.get().saturating_add(1)).ok()));
                quote!(#next.or_else(|| #ty::new(#lowest).ok()))
            }),
            None => {
                let mut set = assigned(model, path, &quote!(value), false).into_iter().peekable();
                // One condition, not one within another.
                match set.next_if(|first| first.to_string() == "if") {
                    Some(_) => quote!(if let Some(value) = simulate::numbered(number) && #(#set)*),
                    None => quote!(if let Some(value) = simulate::numbered(number) { #(#set)* }),
                }
            }
        }),
    }
}

/// The lowest number of a type that has a range.
fn lowest(model: &Model, ty: &Type) -> Option<i64> {
    match ty {
        Type::Named(name) => match model.types.get(name)?.kind {
            TypeKind::Ranged(lowest, _) => Some(lowest),
            _ => None,
        },
        _ => None,
    }
}

/// Gives the field at the end of a path from `item` an input, unless that is absent.
fn given(model: &Model, path: &[Field], from: &TokenStream, own: &Field) -> TokenStream {
    let place = match own.is_itself() {
        true => from.clone(),
        false => {
            let name = ident(&own.rust);
            quote!(#from.#name)
        }
    };
    placed(model, path, &place, own)
}

/// The same with an input that stands at `place`.
fn placed(model: &Model, path: &[Field], place: &TokenStream, own: &Field) -> TokenStream {
    let ty = if let Type::Nullable(item) = &own.ty { item } else { &own.ty };
    if let Some(last) = path.last().filter(|last| *ty == Type::Text && last.ty != Type::Text) {
        return parsed(model, path, place, own, last);
    }
    if own.is_nullable() {
        return given_or_null(model, path, place, own);
    }
    let value = if own.is_option() { place.clone() } else { quote!(#place.to_owned()) };
    assigned(model, path, &value, own.is_option())
}

/// The same with a text that is an id there, if it is one.
fn parsed(model: &Model, path: &[Field], place: &TokenStream, own: &Field, last: &Field) -> TokenStream {
    if own.is_nullable() || id_name(model, &last.ty).is_none() {
        return TokenStream::new();
    }
    let ty = rust_type(&last.ty);
    let value = match own.is_option() {
        true => quote!(#place.as_ref().and_then(|text| text.parse::<#ty>().ok())),
        false => quote!(#place.parse::<#ty>().ok()),
    };
    assigned(model, path, &value, true)
}

/// The same with an input that may be null: a field that may be absent then is, another one stays as it is.
fn given_or_null(model: &Model, path: &[Field], place: &TokenStream, own: &Field) -> TokenStream {
    let Some((last, way)) = path.split_last() else { return TokenStream::new() };
    if !last.is_option() {
        let value = match own.is_option() {
            true => quote!(#place.as_ref().and_then(|value| value.value()).cloned()),
            false => quote!(#place.value().cloned()),
        };
        return assigned(model, path, &value, true);
    }
    let value = match own.is_option() {
        true => quote!(#place.as_ref().map(|value| value.value().cloned())),
        false => quote!(#place.value().cloned()),
    };
    // The value is the whole option already.
    let path: Vec<Field> = way.iter().cloned().chain([last.clone().into_required()]).collect();
    assigned(model, &path, &value, own.is_option())
}

/// The fields that are compared with inputs get these.
fn compared(model: &Model, evidence: &Evidence) -> TokenStream {
    let set = |(path, own): &(Vec<Field>, Field)| match choice(evidence, own) {
        _ if is_converted(own) => TokenStream::new(),
        None => given(model, path, &quote!(self), own),
        Some(place) => {
            let chosen = echoed_input(&quote!(self), place).0;
            placed(model, path, &quote!(#chosen.cloned()), own)
        }
    };
    evidence.filter.iter().chain(&evidence.below).map(set).collect()
}

/// Gives the field at the end of a path from `item` a value; what is not there on the way stays away.
fn assigned(model: &Model, path: &[Field], value: &TokenStream, is_option: bool) -> TokenStream {
    at_end(model, path, |place, last| {
        let given = if is_option { quote!(value.to_owned()) } else { value.clone() };
        let given = if last.is_option() { quote!(Some(#given)) } else { given };
        (is_option.then(|| quote!(let Some(value) = &#value)), quote!(#place = #given;))
    })
}

/// The same with a value that is made of the old one, if there is one.
fn updated(model: &Model, path: &[Field], make: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    at_end(model, path, |place, last| {
        let (old, set) = match last.is_option() {
            true => (quote!(#place.as_ref()), quote!(#place = Some(value);)),
            false => (quote!(Some(&#place)), quote!(#place = value;)),
        };
        let made = make(old);
        (Some(quote!(let Some(value) = #made)), set)
    })
}

/// What is done with the field at the end of a path from `item`, if a condition holds; what is not there on the way stays
/// away.
fn at_end(
    model: &Model,
    path: &[Field],
    act: impl FnOnce(&TokenStream, &Field) -> (Option<TokenStream>, TokenStream),
) -> TokenStream {
    let Some((last, way)) = path.split_last() else { return TokenStream::new() };
    // An item that is a scalar has no fields.
    if path.iter().any(Field::is_itself) {
        return TokenStream::new();
    }
    let (mut place, mut conditions, mut rebuilt_on_the_way) = (quote!(item), Vec::new(), TokenStream::new());
    for field in way {
        let name = ident(&field.rust);
        place = quote!(#place.#name);
        if field.is_option() {
            conditions.push(quote!(let Some(item) = #place.as_mut()));
            place = quote!(item);
        }
        let set = rebuilt(model, &field.ty, &place);
        rebuilt_on_the_way.extend(match conditions.is_empty() || set.is_empty() {
            true => set,
            false => quote!(if #(#conditions)&&* { #set }),
        });
    }
    let name = ident(&last.rust);
    let (condition, set) = act(&quote!(#place.#name), last);
    conditions.extend(condition);
    let set = if conditions.is_empty() { set } else { quote!(if #(#conditions)&&* { #set }) };
    quote!(#rebuilt_on_the_way #set)
}

/// Has an object whose fields change written from these, and not as it came.
fn rebuilt(model: &Model, ty: &Type, place: &TokenStream) -> TokenStream {
    match ty {
        Type::Named(name) if model.types.get(name).is_some_and(|entry| entry.keep_raw) => {
            quote!(#place.raw = Raw::default();)
        }
        _ => TokenStream::new(),
    }
}

/// The same for the objects around the items.
fn rebuilt_around(model: &Model, evidence: &Evidence) -> TokenStream {
    let (mut place, mut ty, mut sets) = (quote!(shown), &evidence.output, TokenStream::new());
    for list in &evidence.lists {
        sets.extend(rebuilt(model, ty, &place));
        let field = model.fields(ty).and_then(|fields| fields.iter().find(|field| field.rust == *list));
        let Some(field) = field else { break };
        let name = ident(list);
        (place, ty) = (quote!(#place.#name), &field.ty);
    }
    sets
}

/// The fields with the values that evidence names.
fn constants(model: &Model, evidence: &Evidence) -> Option<Vec<TokenStream>> {
    evidence.is.iter().map(|(path, wanted)| constant(model, path, wanted)).collect()
}

/// Gives a field what is wanted of it; `None` for a value that only its text says.
fn constant(model: &Model, path: &[Field], wanted: &Wanted) -> Option<TokenStream> {
    let ty = &path.last()?.ty;
    let text = match wanted {
        Wanted::There => "true",
        Wanted::Absent => "false",
        Wanted::Texts(texts) => texts.first()?,
        Wanted::Not(texts) => other_value(model, ty, texts)?,
    };
    let start = beginning(text).unwrap_or(text);
    let value = match ty {
        Type::Flag | Type::Worded(_) => ident(text).into_token_stream(),
        Type::Text => quote!(#start.to_owned()),
        ty => known_value(model, ty, values(model, ty).find(|value| is_wanted(value, text))?)?,
    };
    Some(assigned(model, path, &value, false))
}

/// A value that is none of these.
fn other_value<'m>(model: &'m Model, ty: &Type, texts: &[String]) -> Option<&'m str> {
    let is_other = |text: &&str| !texts.iter().any(|known| is_wanted(text, known));
    match ty {
        Type::Text => ["other", "another"].into_iter().find(is_other),
        ty => values(model, ty).find(is_other),
    }
}

/// The values of an enumeration.
fn values<'m>(model: &'m Model, ty: &Type) -> impl Iterator<Item = &'m str> {
    let kind = if let Type::Named(name) = ty { model.types.get(name).map(|entry| &entry.kind) } else { None };
    let values = if let Some(TypeKind::Enumeration { values, .. }) = kind { values.as_slice() } else { &[] };
    values.iter().map(|value| value.wire.as_str())
}
