//! Structs, open enumerations, ids and unions of `types/`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::{self, Doc, INNER, ITEM, MEMBER};
use super::rules::mistake;
use super::words::{
    Parameter, called, field_entry, field_type, fill_statement, ident, name_expression, number, rust_type, serialised,
    serialised_field, set_expression,
};
use crate::model::{Field, ITSELF, Model, Type, TypeEntry, TypeKind, choice_of, choices};
use crate::surface::IdKind;

/// More are too many for Clippy.
const MOST_PARAMETERS: usize = 7;

/// Client-side items of a type.
pub(super) fn emit(model: &Model, entry: &TypeEntry) -> TokenStream {
    let items = match &entry.kind {
        TypeKind::Id(kind) => id(entry, *kind),
        TypeKind::Ranged(lowest, highest) => ranged(entry, *lowest, *highest),
        TypeKind::Enumeration { .. } => enumeration(model, entry),
        TypeKind::Struct(fields) => structure(model, entry, fields),
        TypeKind::Union { number, scalar, object, list } => union(entry, &shapes(number, scalar, object, list)),
        TypeKind::Objects(objects) => one_of_objects(model, entry, objects),
    };
    let mistake = mistake(entry, model);
    quote!(#items #mistake)
}

/// Items of a type that only the server half needs.
pub(super) fn emit_server(model: &Model, entry: &TypeEntry) -> TokenStream {
    match (&entry.kind, entry.in_requests, entry.in_answers) {
        (TypeKind::Struct(fields), false, true) if !is_from_headers(fields) => to_wire(model, entry, fields),
        (TypeKind::Struct(fields), true, false) if !is_from_headers(fields) => from_wire(model, entry, fields),
        (TypeKind::Union { number, scalar, object, list }, false, true) => {
            union_to_wire(entry, &shapes(number, scalar, object, list))
        }
        (TypeKind::Union { number, scalar, object, list }, true, false) => {
            union_from_wire(entry, &shapes(number, scalar, object, list))
        }
        (TypeKind::Objects(objects), false, true) => variants_to_wire(entry, &variants(objects)),
        (TypeKind::Objects(objects), true, false) => object_from_wire(entry, objects),
        _ => TokenStream::new(),
    }
}

/// The fields that stand in the object that a body is: all but those of headers.
fn in_object(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| field.is_in_object())
}

/// Whether the call itself reads it, from headers and from a body that is no object.
fn is_from_headers(fields: &[Field]) -> bool {
    !fields.is_empty() && in_object(fields).next().is_none()
}

fn about(entry: &TypeEntry) -> Doc {
    Doc::new(ITEM, &entry.en).and(&entry.about)
}

fn id(entry: &TypeEntry, kind: IdKind) -> TokenStream {
    let of_texts = Some(&entry.limits).filter(|_| kind != IdKind::Number);
    let limits = of_texts.and_then(docs::limits).map(|limits| ["Limits of what is sent: ", &limits, "."].concat());
    let (name, about) = (ident(&entry.name), about(entry).and(&limits.unwrap_or_default()));
    let declare = ident(match kind {
        IdKind::Number => "number_id",
        IdKind::Text => "text_id",
        IdKind::Free => "free_id",
    });
    quote!(hostkit_proto::#declare! { #about pub struct #name; })
}

fn ranged(entry: &TypeEntry, lowest: i64, highest: i64) -> TokenStream {
    let (name, about) = (ident(&entry.name), about(entry));
    // One without a highest number has the words for that.
    let highest = (highest < i64::MAX).then(|| number(highest)).into_iter();
    let lowest = number(lowest);
    quote!(hostkit_proto::ranged_number! { #[range(#lowest #(, #highest)*)] #about pub struct #name; })
}

fn enumeration(model: &Model, entry: &TypeEntry) -> TokenStream {
    let TypeKind::Enumeration { is_number, values } = &entry.kind else { return TokenStream::new() };
    let (name, about) = (ident(&entry.name), about(entry));
    let declare = ident(if *is_number { "number_enum" } else { "text_enum" });
    let values = values.iter().map(|value| {
        let (name, wire) = (ident(&value.rust), &value.wire);
        let (doc, aliases) = (Doc::new(INNER, &value.en), docs::aliases(model, &value.rust, &value.ru, None));
        let (en, ru) = (&value.en, &value.ru);
        let translated = (ru != en && !ru.is_empty()).then(|| quote!(, ("ru", #ru)));
        quote!(#doc #aliases #name = (#wire, [("en", #en) #translated]),)
    });
    quote!(hostkit_proto::#declare! { #about pub enum #name { #(#values)* } })
}

fn structure(model: &Model, entry: &TypeEntry, fields: &[Field]) -> TokenStream {
    let (name, about) = (ident(&entry.name), about(entry));
    let derives = derives(is_default(fields));
    let members = fields.iter().map(|field| {
        let (name, ty) = (ident(&field.rust), field_type(field));
        let (doc, aliases) = (docs::field(MEMBER, field), docs::field_aliases(model, field));
        let doc = doc.and(&choice_of(fields, field).map(|choice| docs::choice(&choice)).unwrap_or_default());
        let serialised = serialised_field(field);
        quote!(#doc #aliases #serialised pub #name: #ty,)
    });
    let (raw, raw_value) = match entry.keep_raw {
        true => (quote!(#[doc = " The whole object as it came."] pub raw: Raw,), Some(quote!(raw: Raw::default()))),
        false => (TokenStream::new(), None),
    };
    let mut parts = Constructor::of(fields);
    parts.values.extend(raw_value);
    let new =
        parts.emit("Everything is absent.", "With the required fields; everything else is absent.", is_default(fields));
    let from_wire = (entry.in_answers && !is_from_headers(fields)).then(|| from_wire(model, entry, fields));
    let to_wire = entry.in_requests.then(|| to_wire(model, entry, fields));
    quote! {
        #about
        #derives
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub struct #name { #(#members)* #raw }

        impl #name { #new }

        #from_wire
        #to_wire
    }
}

/// Whether no field is required or `true` when absent, so that `Default` gives an empty object.
pub(super) fn is_default<'f>(fields: impl IntoIterator<Item = &'f Field>) -> bool {
    let is_said =
        |field: &Field| field.is_required() || field.surface.absent.as_ref().is_some_and(|absent| absent.value);
    !fields.into_iter().any(is_said)
}

/// The derives of a struct.
pub(super) fn derives(is_default: bool) -> TokenStream {
    match is_default {
        true => quote!(#[derive(Debug, Clone, PartialEq, Default)]),
        false => quote!(#[derive(Debug, Clone, PartialEq)]),
    }
}

/// Parts of `new`: its parameters, and the value of every field.
pub(super) struct Constructor {
    pub(super) parameters: Vec<TokenStream>,
    pub(super) values: Vec<TokenStream>,
}

impl Constructor {
    pub(super) fn of<'f>(fields: impl IntoIterator<Item = &'f Field>) -> Self {
        let mut parts = Self { parameters: Vec::new(), values: Vec::new() };
        for field in fields {
            let parameter = Parameter::of(field);
            if field.is_required() {
                parts.parameters.push(parameter.declaration());
                parts.values.push(parameter.initialiser());
            } else {
                let (name, empty) = (&parameter.name, empty_value(field));
                parts.values.push(quote!(#name: #empty));
            }
        }
        parts
    }

    /// `new`, documented by `nothing` if it takes no parameters and by `something` otherwise.
    pub(super) fn emit(&self, nothing: &str, something: &str, is_default: bool) -> TokenStream {
        let Self { parameters, values } = self;
        let doc = Doc::new(MEMBER, if parameters.is_empty() { nothing } else { something });
        let made = if is_default { quote!(Self::default()) } else { quote!(Self { #(#values),* }) };
        let many = (parameters.len() > MOST_PARAMETERS)
            .then(|| quote!(#[allow(clippy::too_many_arguments, reason = "each of them has to be given")]));
        quote!(#doc #many pub fn new(#(#parameters),*) -> Self { #made })
    }
}

/// Value of an absent field.
fn empty_value(field: &Field) -> TokenStream {
    match (&field.surface.absent, &field.ty) {
        (Some(absent), _) => {
            let absent = absent.value;
            quote!(#absent)
        }
        (None, Type::List(_)) => quote!(Vec::new()),
        (None, Type::Map(..)) => quote!(BTreeMap::new()),
        (None, _) => quote!(None),
    }
}

fn from_wire(model: &Model, entry: &TypeEntry, fields: &[Field]) -> TokenStream {
    let (name, spec) = (ident(&entry.name), &entry.spec);
    let entry_of = |field: &Field| {
        let called = called(model, fields, field).map(|(caller, is_known)| quote!(.called(#caller, #is_known)));
        let entry = field_entry(field);
        quote!(#entry #called)
    };
    let entries = in_object(fields).map(entry_of).chain(entry.keep_raw.then(|| quote!(Field::raw())));
    let required = fields.iter().filter(|field| field.is_required());
    let blanks = required.map(|field| match field.ty {
        Type::Text | Type::Coded(_) | Type::Secret => quote!(""),
        _ => quote!(FromWire::blank()),
    });
    let reads = in_object(fields).map(fill_statement).chain(entry.keep_raw.then(|| quote!(reader.raw(&mut self.raw))));
    let total = in_object(fields).enumerate().find_map(|(index, field)| {
        let (index, name) = (Literal::usize_unsuffixed(index), name_expression(&field.total()?.name));
        Some(quote!(.total(#index, #name)))
    });
    let arms = reads.enumerate().map(|(index, read)| {
        let index = Literal::usize_unsuffixed(index);
        quote!(#index => #read,)
    });
    let arms: Vec<TokenStream> = arms.collect();
    let read = match arms.is_empty() {
        true => quote! {
            fn field(&mut self, _: usize, _: &mut Reader<'_>) -> Result<(), DecodeError> {
                Ok(())
            }
        },
        false => quote! {
            #[inline]
            fn field(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
                match index {
                    #(#arms)*
                    _ => Ok(()),
                }
            }
        },
    };
    let finish = finish(model, fields);
    let choice = (!choices(fields).is_empty())
        .then(|| quote!(fn mistaken_choice(&self) -> Option<MistakenChoice> { #name::mistaken_choice(self) }));
    quote! {
        impl FromFields for #name {
            const TABLE: &'static Table = &Table::new(#spec, &[#(#entries),*]) #total;

            fn blank() -> Self {
                Self::new(#(#blanks),*)
            }

            #read

            #finish

            #choice
        }
    }
}

/// Gives the amounts of an object the currency that one of its fields names.
fn finish(model: &Model, fields: &[Field]) -> Option<TokenStream> {
    let currency = fields.iter().find(|field| field.ty == Type::Currency)?;
    let name = ident(&currency.rust);
    let sets = in_currency(model, fields, &quote!(self), &mut Vec::new());
    let sets = match currency.is_option() {
        true => quote!(let Some(currency) = self.#name else { return }; #sets),
        false => quote!(let currency = self.#name; #sets),
    };
    Some(quote!(fn finish(&mut self) { #sets }))
}

/// Sets the currency of all amounts in an object, but for objects in it that name their own.
fn in_currency<'m>(
    model: &'m Model,
    fields: &'m [Field],
    object: &TokenStream,
    outer: &mut Vec<&'m str>,
) -> TokenStream {
    let sets = fields.iter().filter_map(|field| {
        let name = ident(&field.rust);
        let place = quote!(#object.#name);
        match field.is_option() {
            true => {
                let set = amounts_in(model, &field.ty, &quote!(item), outer)?;
                Some(quote!(if let Some(item) = &mut #place { #set }))
            }
            false => amounts_in(model, &field.ty, &place, outer),
        }
    });
    sets.collect()
}

/// Sets the currency of the amounts in a value of this type, if it can have some.
fn amounts_in<'m>(
    model: &'m Model,
    ty: &'m Type,
    place: &TokenStream,
    outer: &mut Vec<&'m str>,
) -> Option<TokenStream> {
    let within = |ty: &'m Type, outer: &mut Vec<&'m str>| amounts_in(model, ty, &quote!(item), outer);
    match ty {
        Type::Money => Some(quote!(#place.currency = Some(currency);)),
        Type::List(inner) => within(inner, outer).map(|set| quote!(for item in &mut #place { #set })),
        Type::Map(_, inner) => within(inner, outer).map(|set| quote!(for item in #place.values_mut() { #set })),
        Type::Named(name) if !outer.contains(&name.as_str()) => {
            let TypeKind::Struct(fields) = &model.types.get(name)?.kind else { return None };
            if fields.iter().any(|field| field.ty == Type::Currency) {
                return None;
            }
            outer.push(name);
            let sets = in_currency(model, fields, place, outer);
            outer.pop();
            (!sets.is_empty()).then_some(sets)
        }
        _ => None,
    }
}

fn to_wire(model: &Model, entry: &TypeEntry, fields: &[Field]) -> TokenStream {
    let name = ident(&entry.name);
    // A value that was read is written as it came; the fields count for a value that was constructed.
    let raw = entry.keep_raw.then(|| {
        quote!(if let Some(raw) = self.raw.value() {
            return Some(raw);
        })
    });
    // A part that is called by the value of another field stands in the place of that.
    let (by_value, own): (Vec<&Field>, Vec<&Field>) = in_object(fields).partition(|field| field.caller().is_some());
    let by_value = by_value.into_iter().filter_map(|field| {
        let (name, wire, (caller, is_known)) = (ident(&field.rust), field.wire(), called(model, fields, field)?);
        Some(quote!(object.set_called(#caller, #is_known, #wire, &self.#name)))
    });
    let sets = own.into_iter().map(|field| {
        let name = ident(&field.rust);
        let is_unsaid = entry.in_requests && !field.is_required();
        // What is empty, or a flag that says what absence says, is left out, as it is at the top of a body.
        let method = match field.ty {
            Type::List(_) | Type::Map(..) if is_unsaid => "set_filled",
            _ => "set",
        };
        let set = set_expression(&quote!(object), method, field, &quote!(&self.#name));
        match field.surface.absent.as_ref().filter(|_| is_unsaid && !field.ty.is_there_or_not()) {
            Some(absent) if absent.value => quote!(if !self.#name { #set }),
            Some(_) => quote!(if self.#name { #set }),
            None => set,
        }
    });
    let sets: Vec<TokenStream> = sets.chain(by_value).collect();
    let binding = if sets.is_empty() { quote!(object) } else { quote!(mut object) };
    let nameless = fields.iter().find(|field| field.wire_in_json() == ITSELF).and_then(|field| field.name.also.first());
    let nameless = nameless.map(|other| quote!(const NAMELESS: Option<&'static str> = Some(#other);));
    quote! {
        impl ToWire for #name {
            #nameless

            fn to_wire(&self, format: Format) -> Option<Value> {
                #raw
                let #binding = Object::new(format);
                #(#sets;)*
                Some(object.into_value())
            }
        }
    }
}

/// A shape of a union.
struct Shape<'t> {
    /// The name of its variant.
    name: &'static str,
    doc: &'static str,
    /// What error texts name as expected.
    expected: &'static str,
    kinds: TokenStream,
    ty: &'t Type,
}

fn shapes<'t>(
    number: &'t Option<Type>,
    scalar: &'t Option<Type>,
    object: &'t Option<Type>,
    list: &'t Option<Type>,
) -> Vec<Shape<'t>> {
    let shape = |name, doc, expected, kinds, ty: &'t Option<Type>| {
        ty.as_ref().map(|ty| Shape { name, doc, expected, kinds, ty })
    };
    let scalar_kinds = match number {
        Some(_) => quote!(Kind::Text | Kind::Bool),
        None => quote!(Kind::Text | Kind::Number | Kind::Bool),
    };
    [
        shape("Number", "It came as a number.", "a number", quote!(Kind::Number), number),
        shape("Scalar", "It came as a single value.", "a single value", scalar_kinds, scalar),
        shape("Object", "It came as an object.", "an object", quote!(Kind::Map), object),
        shape("List", "It came as a list.", "a list", quote!(Kind::List), list),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn union(entry: &TypeEntry, shapes: &[Shape<'_>]) -> TokenStream {
    let (name, about) = (ident(&entry.name), about(entry));
    let variants = shapes.iter().map(|shape| {
        let (name, doc, ty) = (ident(shape.name), Doc::new(MEMBER, shape.doc), rust_type(shape.ty));
        let serialised = serialised(shape.ty, false);
        quote!(#doc #name(#serialised #ty),)
    });
    let from_wire = entry.in_answers.then(|| union_from_wire(entry, shapes));
    let to_wire = entry.in_requests.then(|| union_to_wire(entry, shapes));
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }

        #from_wire
        #to_wire
    }
}

fn union_from_wire(entry: &TypeEntry, shapes: &[Shape<'_>]) -> TokenStream {
    let name = ident(&entry.name);
    let arms = shapes.iter().map(|Shape { name, kinds, .. }| {
        let name = ident(name);
        quote!(#kinds => FromWire::from_wire(reader).map(Self::#name),)
    });
    let expected = shapes.iter().map(|shape| shape.expected).collect::<Vec<_>>().join(" or ");
    let first = shapes.first().map(|shape| ident(shape.name));
    let kinds: Vec<_> = shapes.iter().map(|shape| shape.name).collect();
    let has_scalar = kinds.contains(&"Scalar") || kinds.contains(&"Number");
    let is_scalar = (has_scalar && !kinds.contains(&"Object")).then(|| {
        quote!(
            const IS_SCALAR: bool = true;
        )
    });
    quote! {
        impl FromWire for #name {
            #is_scalar

            #[inline]
            fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match reader.kind() {
                    #(#arms)*
                    _ => Err(reader.expected(#expected)),
                }
            }

            fn blank() -> Self {
                Self::#first(FromWire::blank())
            }
        }
    }
}

fn union_to_wire(entry: &TypeEntry, shapes: &[Shape<'_>]) -> TokenStream {
    variants_to_wire(entry, &shapes.iter().map(|shape| ident(shape.name)).collect::<Vec<_>>())
}

fn variants_to_wire(entry: &TypeEntry, variants: &[Ident]) -> TokenStream {
    let name = ident(&entry.name);
    quote! {
        impl ToWire for #name {
            fn to_wire(&self, format: Format) -> Option<Value> {
                match self {
                    #(Self::#variants(value) => value.to_wire(format),)*
                }
            }
        }
    }
}

/// An object that is one of several.
fn one_of_objects(model: &Model, entry: &TypeEntry, objects: &[(String, Type)]) -> TokenStream {
    let (name, about) = (ident(&entry.name), about(entry));
    let variants_of = objects.iter().map(|(variant, ty)| {
        let (variant, en) = (ident(variant), ty.names().first().and_then(|name| Some(&model.types.get(*name)?.en)));
        let (doc, ty) = (Doc::new(MEMBER, en.map(String::as_str).unwrap_or_default()), rust_type(ty));
        quote!(#doc #variant(#ty),)
    });
    let from_wire = entry.in_answers.then(|| object_from_wire(entry, objects));
    let to_wire = entry.in_requests.then(|| variants_to_wire(entry, &variants(objects)));
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum #name { #(#variants_of)* }

        #from_wire
        #to_wire
    }
}

fn variants(objects: &[(String, Type)]) -> Vec<Ident> {
    objects.iter().map(|(variant, _)| ident(variant)).collect()
}

/// Reads the one of several objects that is told by what is there.
fn object_from_wire(entry: &TypeEntry, objects: &[(String, Type)]) -> TokenStream {
    let (name, variants) = (ident(&entry.name), variants(objects));
    let types = objects.iter().map(|(_, ty)| rust_type(ty));
    let Some((last, before)) = variants.split_last() else { return TokenStream::new() };
    let first = variants.first();
    let arms = before.iter().enumerate().map(|(index, variant)| {
        let index = Literal::usize_unsuffixed(index);
        quote!(#index => FromWire::from_wire(reader).map(Self::#variant),)
    });
    quote! {
        impl FromWire for #name {
            fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match reader.one_object(&[#(#types::FIELDS),*])? {
                    #(#arms)*
                    _ => FromWire::from_wire(reader).map(Self::#last),
                }
            }

            fn blank() -> Self {
                Self::#first(FromWire::blank())
            }
        }
    }
}
