//! Assertions of a doc example about its answer, made from fields of the recorded value.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::value::{Values, date, given};
use crate::emit::rust::words::ident;
use crate::model::{Endpoint, Field, Model, Type, TypeKind};
use crate::recorded::Recorded;

/// Maximum number of fields shown.
pub(super) const FIELDS: usize = 3;

/// Maximum length of a text that is shown.
const TEXT: usize = 48;

/// Assertions on the call's output in the variable; `None` if nothing can be compared.
pub(super) fn assertions(
    model: &Model,
    endpoint: &Endpoint,
    variable: &Ident,
    value: &Recorded<'_>,
) -> Vec<TokenStream> {
    let Some(ty) = endpoint.output.ty() else { return Vec::new() };
    let place = quote!(#variable);
    let mut found = Assertions { values: Values::new(model), model, statements: Vec::new() };
    match ty {
        Type::Option(ty) => match value.inside("Some") {
            Some(value) => {
                found.of(&place, ty, value);
                if !found.statements.is_empty() {
                    found.statements.insert(0, quote!(let #variable = #variable.ok_or("there is none")?;));
                }
            }
            None => found.statements.push(quote!(assert!(#variable.is_none());)),
        },
        ty => found.of(&place, ty, value),
    }
    found.statements
}

struct Assertions<'m> {
    values: Values<'m>,
    model: &'m Model,
    statements: Vec<TokenStream>,
}

impl Assertions<'_> {
    fn of(&mut self, place: &TokenStream, ty: &Type, value: &Recorded<'_>) {
        match (ty, value) {
            (Type::List(_) | Type::Csv(..), Recorded::List(items)) if items.is_empty() => {
                self.statements.push(quote!(assert!(#place.is_empty());));
            }
            (Type::List(item), Recorded::List(items)) => {
                let count = Literal::usize_unsuffixed(items.len());
                self.statements.push(quote!(assert_eq!(#place.len(), #count);));
                if let Some(first) = items.first() {
                    self.of(&quote!(#place[0]), item, first);
                }
            }
            (Type::Map(..), Recorded::Map(entries)) => {
                let count = Literal::usize_unsuffixed(entries.len());
                self.statements.push(quote!(assert_eq!(#place.len(), #count);));
            }
            (ty, value) => match self.model.fields(ty) {
                Some(fields) => self.fields(place, fields, value),
                None => {
                    let statement = self.scalar(place, ty, value, false);
                    self.statements.extend(statement);
                }
            },
        }
    }

    /// Asserts on the first scalar fields or, without any, on those of the first field that has some.
    fn fields(&mut self, place: &TokenStream, fields: &[Field], value: &Recorded<'_>) {
        let there: Vec<(&Field, &Recorded<'_>)> =
            fields.iter().filter_map(|field| Some((field, given(field, value.field(&field.rust)?)?))).collect();
        let before = self.statements.len();
        for (field, value) in &there {
            if self.statements.len() < before + FIELDS {
                let name = ident(&field.rust);
                let statement = self.scalar(&quote!(#place.#name), &field.ty, value, field.is_option());
                self.statements.extend(statement);
            }
        }
        for (field, value) in there {
            if self.statements.len() == before {
                self.nested(place, field, value);
            }
        }
    }

    /// Asserts on a field that is not a scalar.
    fn nested(&mut self, place: &TokenStream, field: &Field, value: &Recorded<'_>) {
        let name = ident(&field.rust);
        if !field.is_option() {
            return self.of(&quote!(#place.#name), &field.ty, value);
        }
        let before = self.statements.len();
        self.statements.push(quote!(let #name = #place.#name.as_ref().ok_or("there is none")?;));
        self.of(&quote!(#name), &field.ty, value);
        if self.statements.len() == before + 1 {
            self.statements.truncate(before);
        }
    }

    /// Expected value of a scalar; `None` for secrets and for values that read badly.
    fn scalar(&mut self, place: &TokenStream, ty: &Type, value: &Recorded<'_>, is_option: bool) -> Option<TokenStream> {
        match ty {
            Type::Secret | Type::Html | Type::Any | Type::List(_) | Type::Map(..) => return None,
            Type::Csv(..)
            | Type::Joined(..)
            | Type::Json(_)
            | Type::Coded(_)
            | Type::Option(_)
            | Type::Nullable(_)
            | Type::Judged(_) => return None,
            Type::Named(name) => {
                let kind = &self.model.types.get(name)?.kind;
                if matches!(kind, TypeKind::Struct(_) | TypeKind::Union { .. } | TypeKind::Objects(_)) {
                    return None;
                }
            }
            Type::Text => {
                let text = value.text()?;
                if text.chars().count() > TEXT || text.chars().any(char::is_control) {
                    return None;
                }
                return Some(match is_option {
                    true => quote!(assert_eq!(#place.as_deref(), Some(#text));),
                    false => quote!(assert_eq!(#place, #text);),
                });
            }
            Type::Flag | Type::Worded(_) if !is_option => {
                let is_on = value.word()? == "true";
                return Some(if is_on { quote!(assert!(#place);) } else { quote!(assert!(!#place);) });
            }
            Type::DateTime | Type::Date => {
                let date = date(ty, value)?;
                return Some(match is_option {
                    true => quote!(assert_eq!(#place, #date);),
                    false => quote!(assert_eq!(Some(#place), #date);),
                });
            }
            // An address equals values of several types, so `parse` needs its type named.
            Type::Ip if !is_option => {
                let text = value.word()?;
                return Some(quote!(assert_eq!(#place.to_string(), #text);));
            }
            _ => {}
        }
        let value = self.values.argument(ty, value)?;
        Some(match is_option {
            true => quote!(assert_eq!(#place, Some(#value));),
            false => quote!(assert_eq!(#place, #value);),
        })
    }
}
