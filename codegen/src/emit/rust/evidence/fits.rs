//! Which item shows the call: the inputs to compare it with, and the tests that it must pass.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::quote;

use super::{choice, compared, distinct, items_of, lists_of_items, variable};
use crate::emit::rust::words::{self, ident, known_value, rust_type};
use crate::model::{Compared, EchoedInput, Evidence, Field, Items, Model, Sign, Type};
use crate::resolve::is_text;
use crate::surface::{Wanted, beginning};

/// A closure that requires all these tests of an item.
fn all(tests: &[TokenStream]) -> TokenStream {
    let tests = match tests {
        [one] => bare(one),
        several => quote!(#(#several)&&*),
    };
    quote!(|item| #tests)
}

/// A test that stands alone, without the parentheses that it needs among others.
fn bare(test: &TokenStream) -> TokenStream {
    let mut trees = test.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) => group.stream(),
        _ => test.clone(),
    }
}

/// The variables of the compared inputs.
pub(super) fn inputs(evidence: &Evidence) -> TokenStream {
    let inputs = distinct(compared(evidence)).into_iter().map(|own| {
        let (text, local, ty) = (&own.rust, variable(own), rust_type(&own.ty));
        match (&own.ty, own.is_option()) {
            (Type::List(_), _) if choice(evidence, own).is_some() => quote!(let #local = inputs.rows(#text);),
            (Type::List(_), _) => quote!(let #local = inputs.need_rows(Self::INFO.name, #text)?;),
            (_, true) => quote!(let #local: Option<#ty> = inputs.maybe(Self::INFO.name, #text)?;),
            (_, false) => quote!(let #local: #ty = inputs.need(Self::INFO.name, #text)?;),
        }
    });
    inputs.collect()
}

/// The closure that says whether an item is what the call was to make, or to remove.
pub(super) fn fits(model: &Model, evidence: &Evidence) -> TokenStream {
    let tests = tests(model, evidence, true);
    let holds = !matches!(evidence.sign, Sign::Became);
    let exact = if matches!(evidence.sign, Sign::New(_)) { exact(evidence) } else { Vec::new() };
    if tests.is_empty() { quote!(|_| #holds) } else { with_exact(&tests, &exact) }
}

/// A closure that requires all these tests of an item, and says whether its texts pass those of letters, too.
fn with_exact(tests: &[TokenStream], exact: &[TokenStream]) -> TokenStream {
    match exact {
        [] => all(tests),
        exact => quote!(|item| (#(#tests)&&*, #(#exact)&&*)),
    }
}

/// Whether an input is a text that may be anything, so that two that differ in their spelling may be two. What the spec
/// calls a domain or an address is none of these.
fn is_free(own: &Field) -> bool {
    let ty = if let Type::Option(ty) | Type::Nullable(ty) = &own.ty { ty } else { &own.ty };
    *ty == Type::Text && !matches!(own.surface.limits.shape.as_deref(), Some("domain" | "ipv4" | "ipv6"))
}

/// The tests of texts that may be anything.
fn exact(evidence: &Evidence) -> Vec<TokenStream> {
    let free = evidence.filter.iter().filter(|(_, own)| is_free(own));
    let exactly = quote!(evidence::exactly);
    free.map(|(path, own)| match is_exact(evidence, own) {
        true => holds_exactly(path, own, &exactly),
        false => holds(path, own, &exactly),
    })
    .collect()
}

/// What an item has at the end of a path, as a row has it.
fn column(path: &[Field]) -> TokenStream {
    match place(path) {
        (place, true) if !path.iter().rev().skip(1).any(Field::is_option) => quote!(#place.map(evidence::text)),
        (place, true) => quote!(#place.map(|value| evidence::text(value))),
        (place, false) => {
            let place = words::reference(path, &place);
            quote!(Some(evidence::text(#place)))
        }
    }
}

/// The closure that says whether an item is that of a row, and has what the call gave all of them.
pub(super) fn row(model: &Model, evidence: &Evidence, columns: &[Compared]) -> TokenStream {
    let is_loose: Vec<bool> = columns.iter().map(|(_, own)| own.ty == Type::Text && !is_free(own)).collect();
    let list = evidence.each.as_ref().map(|(list, _)| list.rust.as_str()).unwrap_or_default();
    let is_filled_in = |own: &Field| evidence.filled_in.contains(&[list, "/", &own.rust].concat());
    let columns = columns.iter().enumerate().map(|(index, (path, own))| {
        let shown = column(path);
        // What the hoster fills in may be anything.
        match is_filled_in(own) {
            true => {
                let index = Literal::usize_unsuffixed(index);
                quote!(row.get(#index).and_then(Option::as_ref).and(#shown))
            }
            false => shown,
        }
    });
    let columns: Vec<_> = columns.collect();
    let (tests, exact) = (tests(model, evidence, true), exact(evidence));
    // Of a domain or an address, each spelling is that of the row.
    let exactly = is_loose.contains(&true).then(|| {
        let columns =
            columns.iter().zip(&is_loose).enumerate().map(|(index, (column, is_loose))| match (is_loose, index) {
                (true, 0) => quote!(row.first().cloned().flatten()),
                (true, index) => {
                    let index = Literal::usize_unsuffixed(index);
                    quote!(row.get(#index).cloned().flatten())
                }
                (false, _) => column.clone(),
            });
        quote!([#(#columns),*])
    });
    let exactly = exactly.unwrap_or_else(|| quote!(shown));
    quote!(|row, item| {
        let shown = [#(#columns),*];
        (evidence::same_row(row, &shown) #(&& #tests)*, evidence::exact_row(row, &#exactly) #(&& #exact)*)
    })
}

fn tests(model: &Model, evidence: &Evidence, with_values: bool) -> Vec<TokenStream> {
    let mut tests: Vec<TokenStream> = evidence
        .filter
        .iter()
        .filter(|(_, own)| !is_of_items(evidence, own))
        .map(|(path, own)| match choice(evidence, own) {
            Some(_) if matches!(own.ty, Type::List(_)) => {
                let (ours, is_one) = (variable(own), is_one_of(&quote!(rows), path, own));
                quote!(#ours.is_none_or(|rows| #is_one))
            }
            _ if is_exact(evidence, own) => holds_exactly(path, own, &quote!(evidence::same)),
            _ => holds(path, own, &quote!(evidence::same)),
        })
        .collect();
    // Each item of an input has one of several fields by which what it is about is found.
    tests.extend(lists_of_items(evidence).into_iter().map(|list| {
        let names: Vec<&str> = items_of(evidence, list).into_iter().map(|(name, _)| name).collect();
        let of_list = evidence.filter.iter().filter(|(_, own)| names.contains(&own.rust.as_str()));
        let any = of_list.map(|(path, own)| {
            let (ours, is_one) = (variable(own), is_one_of(&quote!(rows), path, own));
            quote!(#ours.is_some_and(|rows| #is_one))
        });
        let any: Vec<TokenStream> = any.collect();
        match any.as_slice() {
            [one] => one.clone(),
            several => quote!((#(#several)||*)),
        }
    }));
    tests.extend(evidence.below.iter().map(|(path, own)| match is_exact(evidence, own) {
        true => alike(path, own, &quote!(evidence::same_name)),
        false => is_below(path, own),
    }));
    if with_values {
        tests.extend(evidence.is.iter().map(|(path, wanted)| is(model, path, wanted)));
    }
    tests
}

/// The closure that says which item the call changes: the one object, or the item with its number.
pub(super) fn which(model: &Model, evidence: &Evidence) -> TokenStream {
    if evidence.items == Items::One { quote!(|_| true) } else { all(&tests(model, evidence, false)) }
}

/// The closure that says whether the item is what the call was to make of it.
pub(super) fn is_so(model: &Model, evidence: &Evidence) -> TokenStream {
    let mut tests = match evidence.items {
        Items::One => tests(model, evidence, true),
        _ => evidence.is.iter().map(|(path, wanted)| is(model, path, wanted)).collect(),
    };
    if let Sign::There(path) = &evidence.sign {
        let (place, is_option) = place(path);
        tests.push(if is_option { quote!(#place.is_some()) } else { quote!(true) });
    }
    let exact = if evidence.items == Items::One { exact(evidence) } else { Vec::new() };
    if tests.is_empty() { quote!(|_| true) } else { with_exact(&tests, &exact) }
}

/// The names in answers of the fields whose absence says something.
pub(super) fn optional_fields(evidence: &Evidence) -> Vec<&str> {
    let mut paths: Vec<&[Field]> = Vec::new();
    for (path, own) in evidence.filter.iter().chain(&evidence.below) {
        if is_exact(evidence, own) || own.is_nullable() || evidence.absent_is_no {
            paths.push(path);
        }
    }
    match &evidence.sign {
        Sign::There(path) => paths.push(path),
        Sign::Changed(path) | Sign::Grew(path, _) | Sign::Paid(path, _) if evidence.absent_is_no => paths.push(path),
        _ => {}
    }
    if evidence.absent_is_no {
        paths.extend(evidence.is.iter().map(|(path, _)| path.as_slice()));
    }
    // A field that has to be there is an error of the answer where it cannot be read.
    let fields = paths.into_iter().filter(|path| path.iter().any(Field::is_option)).flatten();
    words::unique(fields.flat_map(|field| match field.surface.header {
        Some(_) => vec![words::header(field)],
        None => words::last_names(&field.name).collect(),
    }))
}

/// Whether an item fits only if it has nothing where this input is not given: such an item may be somebody else's.
fn is_exact(evidence: &Evidence, own: &Field) -> bool {
    matches!(evidence.sign, Sign::New(_)) && own.is_option() && !evidence.filled_in.contains(&own.rust)
}

/// The mark of what changes, and whether it must stay out of a saved ticket.
pub(super) struct Mark {
    pub(super) closure: TokenStream,
    pub(super) is_private: bool,
}

/// The closure that gives the fields that change, as text.
pub(super) fn mark(model: &Model, evidence: &Evidence) -> Mark {
    let changed: Option<&Vec<Field>> = match &evidence.sign {
        Sign::Changed(path) | Sign::Grew(path, _) | Sign::Paid(path, _) => Some(path),
        _ => None,
    };
    let absent_is_no = evidence.absent_is_no;
    let of_changed = |path: &[Field]| evidence.is.iter().find(|(other, _)| is_same(path, other));
    let (fields, is_private) = match (changed.and_then(|path| Some((path, path.last()?))), &evidence.sign) {
        (Some((path, _)), _) if of_changed(path).is_some_and(|(_, wanted)| is_wide(wanted)) => {
            (of_changed(path).map(|(path, wanted)| held(path, wanted, absent_is_no)).into_iter().collect(), false)
        }
        (Some((path, field)), _) => {
            let kind = match &field.ty {
                Type::Option(ty) if is_text(model, ty) => "text",
                Type::Secret => "mark_of_secret",
                Type::Option(ty) if **ty == Type::Secret => "mark_of_secret",
                ty if is_text(model, ty) => "text",
                _ => "fingerprint",
            };
            (vec![part(path, None, kind, absent_is_no)], kind != "text")
        }
        (None, Sign::There(path)) => (vec![part(path, None, "text", true)], false),
        (None, _) => {
            let compared = evidence.filter.iter().map(|(path, own)| part(path, Some(own), "text", absent_is_no));
            let is = evidence.is.iter().map(|(path, wanted)| match is_wide(wanted) {
                true => held(path, wanted, absent_is_no),
                false => part(path, None, "text", absent_is_no),
            });
            (compared.chain(is).collect(), false)
        }
    };
    let mark = match fields.as_slice() {
        [one] => quote!(#one),
        several => quote!(evidence::state([#(#several),*])),
    };
    Mark { closure: quote!(|item| #mark), is_private }
}

/// Whether several values are what is wanted: from one of them to another, nothing happened.
fn is_wide(wanted: &Wanted) -> bool {
    matches!(wanted, Wanted::Not(_)) || matches!(wanted, Wanted::Texts(_)) && only(wanted).is_none()
}

/// The only value that is wanted.
fn only(wanted: &Wanted) -> Option<&str> {
    match wanted {
        Wanted::Texts(texts) if texts.len() == 1 => texts.first().map(String::as_str),
        _ => None,
    }
    .filter(|text| beginning(text).is_none())
}

fn is_same(one: &[Field], other: &[Field]) -> bool {
    one.iter().map(|field| &field.rust).eq(other.iter().map(|field| &field.rust))
}

/// The part of a mark that says whether a field has what is wanted, whichever of it.
fn held(path: &[Field], wanted: &Wanted, absent_is_no: bool) -> TokenStream {
    let (place, is_option) = place(path);
    let (function, texts) = among(wanted);
    match (is_option, absent_is_no) {
        (false, _) => {
            let place = words::reference(path, &place);
            quote!(Some(evidence::text(&evidence::#function(#place, &[#(#texts),*]))))
        }
        (true, false) => quote!(#place.map(|value| evidence::text(&evidence::#function(value, &[#(#texts),*])))),
        (true, true) => quote!(
            Some(#place.map(|value| evidence::text(&evidence::#function(value, &[#(#texts),*]))).unwrap_or_default())
        ),
    }
}

/// The function that compares a value with texts, and these.
fn among(wanted: &Wanted) -> (proc_macro2::Ident, &[String]) {
    match wanted {
        Wanted::Not(texts) => (ident("is_none_of"), texts),
        Wanted::Texts(texts) => (ident("is_one_of"), texts),
        Wanted::There | Wanted::Absent => (ident("is_one_of"), &[]),
    }
}

/// One field of a mark; an input that is absent leaves its field out.
fn part(path: &[Field], own: Option<&Field>, kind: &str, absent_is_no: bool) -> TokenStream {
    let (place, is_option) = place(path);
    let kind = ident(kind);
    let text = match (is_option, absent_is_no) {
        (false, _) => {
            let place = words::reference(path, &place);
            quote!(Some(evidence::#kind(#place)))
        }
        (true, false) => quote!(#place.map(evidence::#kind)),
        (true, true) => quote!(Some(#place.map(evidence::#kind).unwrap_or_default())),
    };
    let text = match own.filter(|own| own.is_nullable()) {
        None => text,
        Some(own) => {
            let ours = nullable(own);
            quote!(evidence::mark_or_null(#text, #ours))
        }
    };
    match own.filter(|own| own.is_option()) {
        None => text,
        Some(own) => {
            let ours = variable(own);
            quote!(if #ours.is_some() { #text } else { Some(String::new()) })
        }
    }
}

/// The value at the end of a path from an item.
pub(super) fn place(path: &[Field]) -> (TokenStream, bool) {
    words::place(quote!(item), false, path)
}

/// Tests whether the value at the end of a path is an input, in any spelling. An absent input matches anything, an
/// absent field nothing: so the item that a call changes or removes is found.
fn holds(path: &[Field], own: &Field, same: &TokenStream) -> TokenStream {
    let ours = variable(own);
    let (place, is_option) = place(path);
    if let Type::Nullable(ty) = &own.ty {
        let is_same = match **ty {
            Type::Text => same.clone(),
            Type::Money => quote!(|theirs, ours| theirs.amount == ours.amount),
            _ => quote!(PartialEq::eq),
        };
        return is_or_null(path, own, &is_same);
    }
    let own_type = if let Type::Option(ty) = &own.ty { ty } else { &own.ty };
    // A ticket keeps the amount alone, and items of one account have one currency.
    let (is_spelled, is_money) = (*own_type == Type::Text, *own_type == Type::Money);
    let is_plain = !is_spelled && !is_money;
    let borrowed = |value: TokenStream| if is_spelled { quote!(&#value) } else { value };
    let theirs = |place: TokenStream| if is_spelled { words::reference(path, &place) } else { place };
    let test = |theirs: TokenStream, ours: TokenStream| match is_money {
        true => quote!(#theirs.amount == #ours.amount),
        false => quote!(#same(#theirs, #ours)),
    };
    match (&own.ty, is_option, own.is_option()) {
        (Type::List(_), ..) => is_one_of(&quote!(#ours), path, own),
        (_, false, false) if is_plain => quote!(#place == #ours),
        (_, false, false) => test(theirs(place), borrowed(quote!(#ours))),
        (_, true, false) if is_plain => quote!(#place == Some(&#ours)),
        (_, true, false) => {
            let test = test(quote!(value), borrowed(quote!(#ours)));
            quote!(#place.is_some_and(|value| #test))
        }
        (_, true, true) if is_plain => quote!((#ours.is_none() || #place == #ours.as_ref())),
        (_, true, true) => {
            let test = test(quote!(value), quote!(ours));
            quote!(#ours.as_ref().is_none_or(|ours| #place.is_some_and(|value| #test)))
        }
        (_, false, true) if is_plain => quote!(#ours.as_ref().is_none_or(|ours| #place == *ours)),
        (_, false, true) => {
            let test = test(theirs(place), quote!(ours));
            quote!(#ours.as_ref().is_none_or(|ours| #test))
        }
    }
}

/// Whether a compared input is a field of the items of a list.
fn is_of_items(evidence: &Evidence, own: &Field) -> bool {
    matches!(choice(evidence, own), Some(EchoedInput::Items { .. }))
}

/// The test that every value of the lists that are to go has an item, `None` where no list is compared. What becomes of a
/// value without an item does not show.
pub(super) fn are_all_there(evidence: &Evidence) -> Option<TokenStream> {
    let lists = evidence.filter.iter().filter(|(_, own)| matches!(own.ty, Type::List(_)));
    let tests = lists.map(|(path, own)| {
        let (ours, is_row) = (variable(own), is_row(path, own));
        let all = quote!(rows.iter().all(|row| now.iter().any(|item| #is_row)));
        match choice(evidence, own) {
            Some(_) => quote!(#ours.is_none_or(|rows| #all)),
            None => quote!(#ours.iter().all(|row| now.iter().any(|item| #is_row))),
        }
    });
    tests.reduce(|all, next| quote!(#all && #next))
}

/// Tests whether the value at the end of a path is one of a list of inputs, a text in any spelling.
fn is_one_of(rows: &TokenStream, path: &[Field], own: &Field) -> TokenStream {
    let is_row = is_row(path, own);
    quote!(#rows.iter().any(|row| #is_row))
}

/// Tests whether the value at the end of a path is that of a row.
fn is_row(path: &[Field], own: &Field) -> TokenStream {
    let (place, is_option) = place(path);
    let theirs = match is_option {
        true => quote!(#place.map(evidence::text)),
        false => {
            let place = words::reference(path, &place);
            quote!(Some(evidence::text(#place)))
        }
    };
    match own.ty.item() {
        Type::Text => quote!(evidence::same_row(row, &[#theirs])),
        _ => quote!(*row == [#theirs]),
    }
}

/// As [`holds`], but where the input is absent, there must be nothing either.
fn holds_exactly(path: &[Field], own: &Field, same: &TokenStream) -> TokenStream {
    let is_money = match &own.ty {
        Type::Option(ty) | Type::Nullable(ty) => **ty == Type::Money,
        ty => *ty == Type::Money,
    };
    match is_money {
        true => alike(path, own, &quote!(|theirs, ours| theirs.amount == ours.amount)),
        false => alike(path, own, same),
    }
}

/// Tests whether there is neither an input nor a value at the end of a path, or both are alike.
fn alike(path: &[Field], own: &Field, same: &TokenStream) -> TokenStream {
    let ours = variable(own);
    let theirs = theirs(path);
    let null = own.is_nullable().then(|| quote!(.and_then(|ours| ours.value())));
    quote!(evidence::alike(#theirs, #ours.as_ref() #null, #same))
}

/// The value at the end of a path as an option of a reference.
fn theirs(path: &[Field]) -> TokenStream {
    let (place, is_option) = place(path);
    let reference = words::reference(path, &place);
    if is_option { place } else { quote!(Some(#reference)) }
}

/// Tests whether the value at the end of a path is an input that may be null.
fn is_or_null(path: &[Field], own: &Field, is_same: &TokenStream) -> TokenStream {
    let theirs = theirs(path);
    let ours = nullable(own);
    quote!(evidence::is_or_null(#theirs, #ours, #is_same))
}

/// The variable of an input that may be null, as an option of a reference.
fn nullable(own: &Field) -> TokenStream {
    let ours = variable(own);
    if own.is_option() { quote!(#ours.as_ref()) } else { quote!(Some(&#ours)) }
}

/// Tests whether the value at the end of a path is an input, in full or without its domain.
fn is_below(path: &[Field], own: &Field) -> TokenStream {
    if own.is_nullable() {
        return is_or_null(path, own, &quote!(evidence::same_name));
    }
    let ours = variable(own);
    let (place, is_option) = place(path);
    match (is_option, own.is_option()) {
        (false, false) => {
            let place = words::reference(path, &place);
            quote!(evidence::same_name(#place, &#ours))
        }
        (true, false) => quote!(#place.is_some_and(|value| evidence::same_name(value, &#ours))),
        (false, true) => {
            let place = words::reference(path, &place);
            quote!(#ours.as_ref().is_none_or(|ours| evidence::same_name(#place, ours)))
        }
        (true, true) => quote!(
            #ours.as_ref().is_none_or(|ours| #place.is_some_and(|value| evidence::same_name(value, ours)))
        ),
    }
}

/// Tests whether the value at the end of a path is what is wanted; an absent one never is.
fn is(model: &Model, path: &[Field], wanted: &Wanted) -> TokenStream {
    let Some(last) = path.last() else { return quote!(true) };
    let (place, is_option) = place(path);
    let value = match wanted {
        Wanted::There => Some(quote!(true)),
        Wanted::Absent => Some(quote!(false)),
        Wanted::Texts(_) | Wanted::Not(_) => only(wanted).and_then(|text| known_value(model, &last.ty, text)),
    };
    match (value, wanted, is_option) {
        (Some(value), _, true) => match path {
            [field] => {
                let name = ident(&field.rust);
                quote!(item.#name == Some(#value))
            }
            _ => quote!(#place == Some(&#value)),
        },
        (Some(_), Wanted::There, false) => place,
        (Some(_), Wanted::Absent, false) => quote!(!#place),
        (Some(value), _, false) => quote!(#place == #value),
        (None, ..) => match (only(wanted), is_option) {
            (Some(text), true) => quote!(#place.is_some_and(|value| value.to_text() == #text)),
            (Some(text), false) => quote!(#place.to_text() == #text),
            (None, _) => {
                let (function, texts) = among(wanted);
                match is_option {
                    true => quote!(#place.is_some_and(|value| evidence::#function(value, &[#(#texts),*]))),
                    false => {
                        let place = words::reference(path, &place);
                        quote!(evidence::#function(#place, &[#(#texts),*]))
                    }
                }
            }
        },
    }
}
