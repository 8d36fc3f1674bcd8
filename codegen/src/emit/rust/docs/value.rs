//! Recorded values as expressions: inputs of a doc example's call, and values expected in its answer.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::emit::rust::words::{clearing, ident, set_type};
use crate::model::{Endpoint, Field, Model, OneOf, Type, TypeKind};
use crate::recorded::Recorded;
use crate::resolve::names::snake;
use crate::surface::{Coding, IdKind};

/// Placeholder for every secret.
pub(super) const SECRET: &str = "example-secret";

/// Writes expressions; `None` where a value has no readable one.
pub(super) struct Values<'m> {
    model: &'m Model,
    /// Statements required before the expressions.
    pub(super) before: Vec<TokenStream>,
    /// Number of variables that they declare.
    variables: usize,
}

impl<'m> Values<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        Self { model, before: Vec::new(), variables: 0 }
    }

    /// A call with these inputs.
    pub(super) fn call(&mut self, endpoint: &Endpoint, inputs: &Recorded<'_>) -> Option<TokenStream> {
        let (mut arguments, mut setters) = (Vec::new(), Vec::new());
        for field in endpoint.inputs() {
            let value = inputs.field(&field.rust)?;
            if field.is_required() {
                arguments.push(self.argument(&field.ty, value)?);
            } else if given(field, value).is_some_and(|value| is_null(&field.ty, value)) {
                let setter = clearing(field);
                setters.push(quote!(.#setter()));
            } else if let Some(value) = given(field, value) {
                let value = if let Type::Nullable(_) = &field.ty { value.inside("Value")? } else { value };
                let (setter, value) = (ident(&field.rust), self.argument(set_type(field), value)?);
                setters.push(quote!(.#setter(#value)));
            }
        }
        for group in &endpoint.one_of {
            let value = inputs.field(&group.rust)?;
            if group.required {
                arguments.push(self.variant(group, value)?);
            } else if let Some(value) = value.inside("Some") {
                let (setter, value) = (ident(&group.rust), self.variant(group, value)?);
                setters.push(quote!(.#setter(#value)));
            }
        }
        let name = ident(&endpoint.type_name);
        Some(quote!(#name::new(#(#arguments),*) #(#setters)*))
    }

    fn variant(&mut self, group: &OneOf, value: &Recorded<'_>) -> Option<TokenStream> {
        let (Recorded::Word(name) | Recorded::Tuple(name, _) | Recorded::Struct(name, _)) = value else { return None };
        let variant = group.variants.iter().find(|variant| variant.rust == **name)?;
        let (group, name) = (ident(&group.type_name), ident(&variant.rust));
        match variant.fields.as_slice() {
            [] => Some(quote!(#group::#name)),
            [field] => {
                let value = self.member(field, value.inside(&variant.rust)?)?;
                Some(quote!(#group::#name(#value)))
            }
            fields => {
                let names = fields.iter().map(|field| ident(&field.rust));
                let values = fields.iter().map(|field| self.member(field, value.field(&field.rust)?));
                let values = values.collect::<Option<Vec<_>>>()?;
                Some(quote!(#group::#name { #(#names: #values),* }))
            }
        }
    }

    /// Value of a field.
    fn member(&mut self, field: &Field, value: &Recorded<'_>) -> Option<TokenStream> {
        if !field.is_option() {
            return self.owned(&field.ty, value);
        }
        match value.inside("Some") {
            Some(value) => {
                let value = self.owned(&field.ty, value)?;
                Some(quote!(Some(#value)))
            }
            None => Some(quote!(None)),
        }
    }

    /// The value as the type itself, where nothing converts it.
    pub(super) fn owned(&mut self, ty: &Type, value: &Recorded<'_>) -> Option<TokenStream> {
        let expression = self.argument(ty, value)?;
        Some(if matches!(ty, Type::Text | Type::Coded(_) | Type::Secret) {
            quote!(#expression.into())
        } else {
            expression
        })
    }

    /// The value as constructors and setters take it, which convert text.
    pub(super) fn argument(&mut self, ty: &Type, value: &Recorded<'_>) -> Option<TokenStream> {
        match ty {
            Type::Text => value.text().map(|text| quote!(#text)),
            Type::Coded(Coding::Base64) => value.inside("Base64Text")?.text().map(|text| quote!(#text)),
            Type::Coded(Coding::Percent) => value.inside("PercentText")?.text().map(|text| quote!(#text)),
            Type::Secret => Some(quote!(#SECRET)),
            Type::Int | Type::Uint => number(value.word()?),
            Type::Decimal | Type::Money | Type::Currency | Type::Ip | Type::IpBlock => {
                value.word().map(|text| quote!(#text.parse()?))
            }
            Type::Flag | Type::Worded(_) => value.word().map(|word| {
                let word = ident(word);
                quote!(#word)
            }),
            Type::DateTime | Type::Date => {
                let date = date(ty, value)?;
                Some(quote!(#date.ok_or("no such date")?))
            }
            Type::UnixTime => sized("UnixTime", value),
            Type::Bytes => sized("Bytes", value),
            Type::Kibibytes => sized("Kibibytes", value),
            Type::Mebibytes => sized("Mebibytes", value),
            Type::Gibibytes => sized("Gibibytes", value),
            Type::Html => {
                let text = value.inside("Html")?.text()?;
                Some(quote!(Html::new(#text)))
            }
            Type::Joined(item, _) => {
                let object = self.owned(item, value.inside("Joined")?)?;
                Some(quote!(#object.into()))
            }
            Type::Json(item) => {
                let inner = self.owned(item, value.inside("JsonText")?)?;
                Some(quote!(#inner.into()))
            }
            Type::Csv(item, _) => {
                let items = self.list(item, value.inside("Csv")?)?;
                Some(quote!(#items.into()))
            }
            Type::List(item) => self.list(item, value),
            Type::Map(key, item) => {
                let Recorded::Map(entries) = value else { return None };
                let entries = entries.iter().map(|(name, value)| {
                    let (name, value) = (self.owned(key, name)?, self.owned(item, value)?);
                    Some(quote!((#name, #value)))
                });
                let entries = entries.collect::<Option<Vec<_>>>()?;
                Some(quote!(BTreeMap::from([#(#entries),*])))
            }
            Type::Nullable(_) if is_null(ty, value) => Some(quote!(Nullable::Null)),
            Type::Nullable(item) => {
                let value = self.owned(item, value.inside("Value")?)?;
                Some(quote!(Nullable::Value(#value)))
            }
            Type::Option(_) | Type::Judged(_) | Type::Any => None,
            Type::Named(name) => self.named(name, value),
        }
    }

    fn list(&mut self, item: &Type, value: &Recorded<'_>) -> Option<TokenStream> {
        let Recorded::List(items) = value else { return None };
        let items = items.iter().map(|value| self.owned(item, value)).collect::<Option<Vec<_>>>()?;
        Some(quote!(vec![#(#items),*]))
    }

    fn named(&mut self, name: &str, value: &Recorded<'_>) -> Option<TokenStream> {
        let model = self.model;
        let ty = ident(name);
        match &model.types.get(name)?.kind {
            TypeKind::Id(IdKind::Number) => {
                let number = number(value.inside(name)?.word()?)?;
                Some(quote!(#ty::new(#number)))
            }
            TypeKind::Ranged(..) => {
                let number = number(value.inside(name)?.word()?)?;
                Some(quote!(#ty::new(#number)?))
            }
            TypeKind::Id(IdKind::Text | IdKind::Free) => {
                let text = value.inside(name)?.text()?;
                Some(quote!(#ty::new(#text).ok_or("letters and digits")?))
            }
            TypeKind::Enumeration { values, .. } => match (value, value.inside("Unknown")) {
                (_, Some(unknown)) => {
                    let text = unknown.text()?;
                    Some(quote!(#ty::from_text(#text)))
                }
                (value, None) => {
                    let word = value.word()?;
                    let variant = ident(&values.iter().find(|value| value.rust == word)?.rust);
                    Some(quote!(#ty::#variant))
                }
            },
            TypeKind::Struct(fields) => self.structure(name, fields, value),
            TypeKind::Union { number, scalar, object, list } => {
                let shapes = [("Number", number), ("Scalar", scalar), ("Object", object), ("List", list)];
                let (shape, ty_inside, inside) =
                    shapes.into_iter().find_map(|(shape, ty)| Some((shape, ty.as_ref()?, value.inside(shape)?)))?;
                let (shape, inside) = (ident(shape), self.owned(ty_inside, inside)?);
                Some(quote!(#ty::#shape(#inside)))
            }
            TypeKind::Objects(objects) => {
                let (object, ty_inside, inside) =
                    objects.iter().find_map(|(object, ty)| Some((object, ty, value.inside(object)?)))?;
                let (object, inside) = (ident(object), self.owned(ty_inside, inside)?);
                Some(quote!(#ty::#object(#inside)))
            }
        }
    }

    /// A struct: `new` alone, or a variable whose other fields are set.
    fn structure(&mut self, name: &str, fields: &[Field], value: &Recorded<'_>) -> Option<TokenStream> {
        let (ty, mut arguments, mut sets) = (ident(name), Vec::new(), Vec::new());
        for field in fields {
            // A struct without fields is recorded as a word.
            let value = value.field(&field.rust)?;
            if field.is_required() {
                arguments.push(self.argument(&field.ty, value)?);
            } else if given(field, value).is_some() {
                sets.push((ident(&field.rust), self.member(field, value)?));
            }
        }
        if sets.is_empty() {
            return Some(quote!(#ty::new(#(#arguments),*)));
        }
        let variable = self.variable(name);
        let sets = sets.iter().map(|(field, value)| quote!(#variable.#field = #value;));
        self.before.push(quote!(let mut #variable = #ty::new(#(#arguments),*); #(#sets)*));
        Some(quote!(#variable))
    }

    fn variable(&mut self, name: &str) -> Ident {
        self.variables += 1;
        let name = ident(&snake(name));
        if self.variables == 1 { name } else { format_ident!("{name}_{}", self.variables) }
    }
}

/// Value of a field that may be absent, if present.
pub(super) fn given<'v, 't>(field: &Field, value: &'v Recorded<'t>) -> Option<&'v Recorded<'t>> {
    match value {
        value if field.is_option() => value.inside("Some"),
        Recorded::List(items) if items.is_empty() => None,
        Recorded::Map(entries) if entries.is_empty() => None,
        value => {
            let absent = field.surface.absent.as_ref().map(|absent| if absent.value { "true" } else { "false" });
            (absent.is_none() || value.word() != absent).then_some(value)
        }
    }
}

/// Whether it is the null of an input that may be null.
fn is_null(ty: &Type, value: &Recorded<'_>) -> bool {
    matches!(ty, Type::Nullable(_)) && value.word() == Some("Null")
}

/// A whole number without a suffix.
fn number(word: &str) -> Option<TokenStream> {
    if let Some(digits) = word.strip_prefix('-') {
        let digits = Literal::u64_unsuffixed(digits.parse().ok()?);
        return Some(quote!(-#digits));
    }
    let digits = Literal::u64_unsuffixed(word.parse().ok()?);
    Some(quote!(#digits))
}

/// `Mebibytes(512)`.
fn sized(name: &str, value: &Recorded<'_>) -> Option<TokenStream> {
    let number = number(value.inside(name)?.word()?)?;
    let name = ident(name);
    Some(quote!(#name(#number)))
}

/// `DateTime::new(2011, 5, 4, 22, 11, 47)`, which returns an `Option`.
pub(super) fn date(ty: &Type, value: &Recorded<'_>) -> Option<TokenStream> {
    let (name, count) = if *ty == Type::Date { ("Date", 3) } else { ("DateTime", 6) };
    let parts = value.inside(name)?.word()?.split(['-', 'T', ':']);
    let parts = parts.map(|part| part.parse().ok().map(Literal::u64_unsuffixed)).collect::<Option<Vec<_>>>()?;
    let name = ident(name);
    (parts.len() == count).then(|| quote!(#name::new(#(#parts),*)))
}
