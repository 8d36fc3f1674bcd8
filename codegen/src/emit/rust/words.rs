//! Names, types and expressions shared by the emitters.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::LitInt;

use crate::model::{EchoedInput, Endpoint, Field, Model, Output, Type, TypeKind, WireName, caller, item_limit};
use crate::surface::{self, Coding, Constant};

pub(super) fn ident(name: &str) -> Ident {
    format_ident!("{}", name)
}

/// A number without a suffix.
pub(super) fn number(value: i64) -> TokenStream {
    let digits = Literal::u64_unsuffixed(value.unsigned_abs());
    if value < 0 { quote!(-#digits) } else { quote!(#digits) }
}

/// `Format::Xml` for `xml`.
pub(super) fn format_name(format: &str) -> TokenStream {
    match format {
        "xml" => quote!(Format::Xml),
        "php" => quote!(Format::Php),
        "print_r" => quote!(Format::PrintR),
        "form" => quote!(Format::Form),
        _ => quote!(Format::Json),
    }
}

/// The Rust type of a type expression.
pub(super) fn rust_type(ty: &Type) -> TokenStream {
    let name = match ty {
        Type::Text => "String",
        Type::Int => "i64",
        Type::Uint => "u64",
        Type::Decimal => "Decimal",
        Type::Money => "Money",
        Type::Currency => "Currency",
        Type::Flag | Type::Worded(_) => "bool",
        Type::Secret => "Secret",
        Type::DateTime => "DateTime",
        Type::Date => "Date",
        Type::UnixTime => "UnixTime",
        Type::Ip => "IpAddr",
        Type::IpBlock => "IpBlock",
        Type::Html => "Html",
        Type::Bytes => "Bytes",
        Type::Kibibytes => "Kibibytes",
        Type::Mebibytes => "Mebibytes",
        Type::Gibibytes => "Gibibytes",
        Type::Any => "Value",
        Type::Csv(..) => "Csv",
        Type::Joined(..) => "Joined",
        Type::Json(_) => "JsonText",
        Type::Coded(Coding::Base64) => "Base64Text",
        Type::Coded(Coding::Percent) => "PercentText",
        Type::List(_) => "Vec",
        Type::Map(..) => "BTreeMap",
        Type::Option(_) => "Option",
        Type::Nullable(_) => "Nullable",
        Type::Judged(_) => "Result",
        Type::Named(name) => name,
    };
    let name = ident(name);
    match ty {
        Type::Csv(item, separator) | Type::Joined(item, separator) if *separator != ',' => {
            let item = rust_type(item);
            quote!(#name<#item, #separator>)
        }
        Type::Csv(item, _) | Type::Joined(item, _) => {
            let item = rust_type(item);
            quote!(#name<#item>)
        }
        Type::Judged(item) => {
            let item = rust_type(item);
            quote!(#name<#item, Fault<crate::Code>>)
        }
        Type::List(item) | Type::Option(item) | Type::Nullable(item) | Type::Json(item) => {
            let item = rust_type(item);
            quote!(#name<#item>)
        }
        Type::Map(key, item) => {
            let (key, item) = (rust_type(key), rust_type(item));
            quote!(#name<#key, #item>)
        }
        _ => quote!(#name),
    }
}

/// The type of a struct's field.
pub(super) fn field_type(field: &Field) -> TokenStream {
    let ty = rust_type(&field.ty);
    if field.is_option() { quote!(Option<#ty>) } else { ty }
}

/// How serde writes and reads a field. What is absent may be missing, as after an update that adds a field; serde knows
/// that of an option alone.
pub(super) fn serialised_field(field: &Field) -> Option<TokenStream> {
    let is_true = field.surface.absent.as_ref().is_some_and(|absent| absent.value);
    let is_decimal = is_decimal(&field.ty);
    let has_default = !field.is_required() && !is_true && (is_decimal || !field.is_option());
    serialised(&field.ty, has_default)
}

/// How serde writes and reads a type: what another crate turns on in `rust_decimal` must not change decimals.
pub(super) fn serialised(ty: &Type, has_default: bool) -> Option<TokenStream> {
    let default = has_default.then(|| quote!(default));
    let with = is_decimal(ty).then(|| quote!(with = "hostkit_proto::codec::decimals"));
    let words: Vec<_> = default.into_iter().chain(with).collect();
    (!words.is_empty()).then(|| quote!(#[cfg_attr(feature = "serde", serde(#(#words),*))]))
}

fn is_decimal(ty: &Type) -> bool {
    match ty.item() {
        Type::Joined(item, _) | Type::Json(item) => is_decimal(item),
        item => *item == Type::Decimal,
    }
}

/// A parameter of a constructor or setter.
pub(super) struct Parameter {
    pub(super) name: Ident,
    ty: TokenStream,
    /// Whether it takes `impl Into` of the type.
    is_converted: bool,
}

/// The type that the setter of an input takes: one that may be null has another setter for that.
pub(super) fn set_type(field: &Field) -> &Type {
    match &field.ty {
        Type::Nullable(item) if !field.is_required() => item,
        ty => ty,
    }
}

/// The setter by which an input is sent as null.
pub(super) fn clearing(field: &Field) -> Ident {
    ident(&field.clearing())
}

impl Parameter {
    pub(super) fn of(field: &Field) -> Self {
        let ty = set_type(field);
        Self::new(&field.rust, rust_type(ty), matches!(ty, Type::Text | Type::Coded(_) | Type::Secret))
    }

    pub(super) fn new(name: &str, ty: TokenStream, is_converted: bool) -> Self {
        let ty = if is_converted { quote!(impl Into<#ty>) } else { ty };
        Self { name: ident(name), ty, is_converted }
    }

    /// `name: impl Into<String>`.
    pub(super) fn declaration(&self) -> TokenStream {
        let Self { name, ty, .. } = self;
        quote!(#name: #ty)
    }

    /// `name.into()`.
    pub(super) fn value(&self) -> TokenStream {
        let name = &self.name;
        if self.is_converted { quote!(#name.into()) } else { quote!(#name) }
    }

    /// `name: name.into()`, or `name` alone.
    pub(super) fn initialiser(&self) -> TokenStream {
        let (name, value) = (&self.name, self.value());
        if self.is_converted { quote!(#name: #value) } else { value }
    }
}

/// `Name::new("ip").xml("@addr")`.
pub(super) fn name_expression(name: &WireName) -> TokenStream {
    named(&quote!(Name::new), name)
}

/// `Field::required("ip").xml("@addr")`: an entry of a table of fields.
pub(super) fn field_entry(field: &Field) -> TokenStream {
    if let (Some(_), Some(template), Type::Map(key, _)) = (field.names(), field.surface.names.as_deref(), &field.ty) {
        let key = rust_type(key);
        return quote!(Field::made::<#key>(#template));
    }
    // A table knows no more than where a field stands and whether it has to be there.
    let method = ident(match reader_method(field) {
        "map" | "or" | "trimmed" => "optional",
        method => method,
    });
    named(&quote!(Field::#method), &field.name)
}

/// The field by whose value another one is called, and the function that knows its values:
/// `|text| Model::from_text(text).is_known()`.
pub(super) fn called<'f>(model: &'f Model, fields: &'f [Field], field: &Field) -> Option<(&'f str, TokenStream)> {
    let (caller, _) = caller(model, fields, field)?;
    let ty = rust_type(&caller.ty);
    Some((caller.wire_in_json(), quote!(|text| #ty::from_text(text).is_known())))
}

/// `reader.required(&mut self.id)`.
pub(super) fn fill_statement(field: &Field) -> TokenStream {
    let method = ident(match (&field.ty, reader_method(field)) {
        (Type::Money, "required") => "required_money",
        (Type::Money, _) => "money",
        (_, method) => method,
    });
    let (name, max) = (ident(&field.rust), max_items_argument(field));
    if let Some(names) = names_expression(field) {
        return quote!(reader.made_map(&mut self.#name, &#names));
    }
    if let Type::Worded(words) = &field.ty {
        let words = flag_words(words);
        return quote!(reader.in_words(#words).#method(&mut self.#name));
    }
    quote!(reader.#method(&mut self.#name #max))
}

/// The method that reads a field, of tables and of both readers.
fn reader_method(field: &Field) -> &'static str {
    match (&field.ty, field.is_required()) {
        (Type::List(_), true) => "required_list",
        (Type::List(_), false) => "list",
        (Type::Map(..), true) => "required_map",
        (Type::Map(..), false) => "map",
        (_, true) => "required",
        (_, false) if field.surface.absent.is_some() => "or",
        (_, false) if field.surface.trim => "trimmed",
        (_, false) => "optional",
    }
}

/// `, 100_000`, the last argument of the methods that read lists.
fn max_items_argument(field: &Field) -> Option<TokenStream> {
    let max = max_items(field.surface.max_items);
    matches!(field.ty, Type::List(_)).then(|| quote!(, #max))
}

/// What `constructor` makes of the name in each format.
pub(super) fn named(constructor: &TokenStream, name: &WireName) -> TokenStream {
    let WireName { json, xml, also, item } = name;
    let (json, json_inner) = first_and_rest(json);
    let (xml, xml_inner) = first_and_rest(xml);
    let mut expression = quote!(#constructor(#json));
    if !json_inner.is_empty() {
        expression.extend(quote!(.json_inner(&[#(#json_inner),*])));
    }
    if xml != json {
        expression.extend(quote!(.xml(#xml)));
    }
    if !xml_inner.is_empty() {
        expression.extend(quote!(.xml_inner(&[#(#xml_inner),*])));
    }
    if let Some(item) = item {
        expression.extend(quote!(.item(#item)));
    }
    if !also.is_empty() {
        expression.extend(quote!(.also(&[#(#also),*])));
    }
    expression
}

/// `"vps_hdd"`, or `Name::new("ip").xml("@addr")` if the formats differ: the name of a field that is only written.
pub(super) fn written_name(name: &WireName) -> TokenStream {
    match (name.json.as_slice(), name.xml.as_slice()) {
        ([json], [xml]) if json == xml && name.item.is_none() => quote!(#json),
        // Alternative names matter only for reading.
        _ => name_expression(&WireName { also: Vec::new(), ..name.clone() }),
    }
}

/// `"disk"`, or `("disk", "vps_hdd")` if the name on the wire differs.
pub(super) fn input_name(field: &Field) -> TokenStream {
    let (rust, wire) = (&field.rust, field.wire());
    if rust == wire { quote!(#wire) } else { quote!((#rust, #wire)) }
}

fn first_and_rest(path: &[String]) -> (&str, &[String]) {
    path.split_first().map_or(("", &[]), |(first, rest)| (first.as_str(), rest))
}

/// The name with these paths, whose parts are separated by `/`.
pub(super) fn path_name(json: &str, xml: &str) -> WireName {
    let split = |path: &str| path.split('/').map(str::to_owned).collect();
    WireName { json: split(json), xml: split(xml), also: Vec::new(), item: None }
}

/// The variable for a field, distinct from the names in `taken`.
pub(super) fn local(name: &str, taken: &[&str]) -> Ident {
    if taken.contains(&name) { format_ident!("{}_", name) } else { ident(name) }
}

/// `name`, or `name: variable` if the variable's name differs.
pub(super) fn initialiser(name: &str, taken: &[&str]) -> TokenStream {
    let (local, name) = (local(name, taken), ident(name));
    if local == name { quote!(#name) } else { quote!(#name: #local) }
}

/// Item limit of a list, with digits grouped.
pub(super) fn max_items(given: Option<i64>) -> LitInt {
    let digits = item_limit(given).to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) && digits.len() > 4 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    LitInt::new(&grouped, Span::call_site())
}

/// `fields.required(&Name::new("id"))?`.
pub(super) fn read_expression(field: &Field) -> TokenStream {
    let (method, name, max) = (reader_method(field), name_expression(&field.name), max_items_argument(field));
    let absent = field.surface.absent.as_ref().filter(|_| method == "or").map(|absent| absent.value).into_iter();
    if let Type::Worded(words) = &field.ty {
        let (method, words) = (ident(&[method, "_flag"].concat()), flag_words(words));
        return quote!(fields.#method(&#name, #words #(, #absent)*)?);
    }
    let method = ident(method);
    quote!(fields.#method(&#name #max #(, #absent)*)?)
}

/// `Names::new("pid[{index}]").from(0)`, if the parts of the field have names of their own.
pub(super) fn names_expression(field: &Field) -> Option<TokenStream> {
    field.names()?;
    let template = field.surface.names.as_deref()?;
    let from = field.surface.from.as_ref().map(|from| {
        let from = number(from.value);
        quote!(.from(#from))
    });
    Some(quote!(Names::new(#template) #from))
}

/// The value of a field whose parts have names of their own; `call` makes the call from the end of its method's name, which
/// differs for maps, and the names.
pub(super) fn gather_expression(
    field: &Field,
    call: impl FnOnce(&str, TokenStream) -> TokenStream,
) -> Option<TokenStream> {
    let names = names_expression(field)?;
    let end = if matches!(field.ty, Type::Map(..)) { "_map" } else { "" };
    Some(if field.is_required() {
        let call = call(end, quote!(names));
        quote!({ let names = #names; #call?.ok_or_else(|| names.missing())? })
    } else {
        let call = call(end, names);
        let end = (!field.is_option()).then(|| quote!(.unwrap_or_default()));
        quote!(#call? #end)
    })
}

/// `body.set("vps_hdd", &self.disk)`, or the call that makes names; `value` is a reference.
pub(super) fn set_expression(target: &TokenStream, method: &str, field: &Field, value: &TokenStream) -> TokenStream {
    if let Some(names) = names_expression(field) {
        return quote!(#target.set_names(&#names, #value));
    }
    let (method, name) = (ident(method), written_name(&field.name));
    // Wrapped if the wire form differs from the default.
    let value = match &field.surface.pattern {
        _ if let Some(words) = first_words(&field.ty) => quote!(&InWords(#value, #words)),
        _ if field.surface.is_quoted() => quote!(&AsText(#value)),
        Some(form) => {
            let form = form.as_str();
            quote!(&DatePattern(#value, #form))
        }
        None => value.clone(),
    };
    quote!(#target.#method(#name, #value))
}

/// The forms of a date that is the whole text of an answer, if they are not the usual one.
pub(super) fn text_forms<'m>(model: &'m Model, ty: &Type) -> &'m [String] {
    let (forms, usual) = match ty {
        Type::DateTime => (&model.service.datetime_patterns, "%Y-%m-%d %H:%M:%S"),
        Type::Date => (&model.service.date_patterns, "%Y-%m-%d"),
        _ => return &[],
    };
    if *forms == [usual] { &[] } else { forms }
}

/// `Word::Text("off")`.
pub(super) fn word(word: &surface::Word) -> TokenStream {
    match word {
        surface::Word::Text(text) => quote!(Word::Text(#text)),
        surface::Word::Number(number) => quote!(Word::Number(#number)),
        surface::Word::Flag(flag) => quote!(Word::Flag(#flag)),
    }
}

/// `[Word::Text("off"), Word::Text("on")]`: the words in which a flag is written, if it has some.
pub(super) fn first_words(ty: &Type) -> Option<TokenStream> {
    let Type::Worded(words) = ty else { return None };
    words.first().map(pair)
}

/// `&[[Word::Text("off"), Word::Text("on")]]`: all words of a flag.
pub(super) fn flag_words(words: &[[surface::Word; 2]]) -> TokenStream {
    let pairs = words.iter().map(pair);
    quote!(&[#(#pairs),*])
}

fn pair(pair: &[surface::Word; 2]) -> TokenStream {
    let words = pair.iter().map(word);
    quote!([#(#words),*])
}

/// The value at the end of a path from `start`, and whether it may be absent and is then an `Option` of a reference.
pub(super) fn place(start: TokenStream, is_option: bool, path: &[Field]) -> (TokenStream, bool) {
    path.iter().fold((start, is_option), |(place, is_option), field| {
        if field.is_itself() {
            return (quote!(*#place), is_option);
        }
        let name = ident(&field.rust);
        let place = match (is_option, field.is_option()) {
            (false, false) => quote!(#place.#name),
            (false, true) => quote!(#place.#name.as_ref()),
            (true, false) => quote!(#place.map(|value| &value.#name)),
            (true, true) => quote!(#place.and_then(|value| value.#name.as_ref())),
        };
        (place, is_option || field.is_option())
    })
}

/// A reference to what [`place`] gives.
pub(super) fn reference(path: &[Field], place: &TokenStream) -> TokenStream {
    // An item is a reference.
    if path.iter().any(Field::is_itself) { quote!(item) } else { quote!(&#place) }
}

/// A reference to an input of the call `call`, and whether it is an `Option` of one.
pub(super) fn echoed_input(call: &TokenStream, input: &EchoedInput) -> (TokenStream, bool) {
    match input {
        EchoedInput::Field(field) => {
            let name = ident(&field.rust);
            match field.is_option() {
                true => (quote!(#call.#name.as_ref()), true),
                false => (quote!(&#call.#name), false),
            }
        }
        EchoedInput::Items { list, .. } => {
            let name = ident(&list.rust);
            (quote!(&#call.#name), false)
        }
        EchoedInput::Variant { group, is_required, type_name, variant } => {
            let (group, ty, variant) = (ident(group), ident(type_name), ident(variant));
            let pattern = quote!(#ty::#variant(value));
            let pattern = if *is_required { pattern } else { quote!(Some(#pattern)) };
            (quote!(match &#call.#group { #pattern => Some(value), _ => None }), true)
        }
    }
}

/// `.with("name", value)`, or `.with_option("name", value)`: adds a value to `Inputs`.
pub(super) fn with(name: &str, value: &TokenStream, is_option: bool) -> TokenStream {
    let method = ident(if is_option { "with_option" } else { "with" });
    quote!(.#method(#name, #value))
}

/// `name: &[…],` of a struct of constants, or nothing for an empty list.
pub(super) fn list_member(name: &str, items: impl IntoIterator<Item: ToTokens>) -> Option<TokenStream> {
    let (name, items): (_, Vec<_>) = (ident(name), items.into_iter().collect());
    (!items.is_empty()).then(|| quote!(#name: &[#(#items),*],))
}

/// The last names that the paths to a field have in answers.
pub(super) fn last_names(name: &WireName) -> impl Iterator<Item = &str> {
    [&name.json, &name.xml].into_iter().filter_map(|steps| steps.last()).chain(&name.also).map(String::as_str)
}

/// Each once.
pub(super) fn unique<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

/// `name: true,` of a struct of constants, or nothing.
pub(super) fn flag_member(name: &str, is_on: bool) -> Option<TokenStream> {
    let name = ident(name);
    is_on.then(|| quote!(#name: true,))
}

/// Path of a known value of an open enumeration: `Status::Running`.
pub(super) fn known_value(model: &Model, ty: &Type, text: &str) -> Option<TokenStream> {
    let Type::Named(name) = ty else { return None };
    let TypeKind::Enumeration { values, .. } = &model.types.get(name)?.kind else { return None };
    let value = ident(&values.iter().find(|value| value.wire == text)?.rust);
    let name = ident(name);
    Some(quote!(#name::#value))
}

/// A parameter's name, or `_` if the body does not use it.
pub(super) fn used(name: &str, is_used: bool) -> TokenStream {
    if is_used { ident(name).into_token_stream() } else { quote!(_) }
}

/// `Value::Text("…".into())`.
pub(super) fn constant_value(constant: &Constant) -> TokenStream {
    let (kind, text) = (ident(if constant.is_number { "Number" } else { "Text" }), &constant.text);
    quote!(Value::#kind(#text.into()))
}

/// Header of an output's field.
pub(super) fn header(field: &Field) -> &str {
    field.surface.header.as_deref().unwrap_or_else(|| field.wire())
}

/// Path of a call from its crate's root: `crate::servers::GetServer`.
pub(super) fn path_of(endpoint: &Endpoint) -> TokenStream {
    let (module, name) = (ident(&endpoint.module), ident(&endpoint.type_name));
    quote!(crate::#module::#name)
}

/// The type of what a call gives.
pub(super) fn output_type(endpoint: &Endpoint) -> TokenStream {
    match &endpoint.output {
        Output::Bytes => quote!(Vec<u8>),
        output => output.ty().map_or_else(|| quote!(()), rust_type),
    }
}
