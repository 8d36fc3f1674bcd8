//! Paging: resolves the input that goes on, and what it goes on to.

use super::names::with_slashes;
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Endpoint, Field, GoesOn, Model, Paging, Type, TypeKind};
use crate::source::{At, Span};
use crate::surface;

pub(super) fn resolve(model: &mut Model, diagnostics: &mut Diagnostics) {
    let resolved: Vec<Option<Paging>> = model
        .endpoints
        .iter()
        .map(|endpoint| {
            let paging = endpoint.surface.paging.as_ref()?;
            Pages { model, endpoint, diagnostics: &mut *diagnostics }.paging(paging)
        })
        .collect();
    for (endpoint, paging) in model.endpoints.iter_mut().zip(resolved) {
        endpoint.paging = paging;
    }
}

struct Pages<'m, 'd> {
    model: &'m Model,
    endpoint: &'m Endpoint,
    diagnostics: &'d mut Diagnostics,
}

impl Pages<'_, '_> {
    fn paging(&mut self, paging: &surface::Paging) -> Option<Paging> {
        if self.endpoint.effect() != "safe" {
            return self.wrong(&paging.place, "only a safe call is made for each page", "not safe", "remove it");
        }
        if let Some(waiter) = self.endpoint.surface.waiters.first() {
            let help = "a waiter polls one call: wait by the call for one object";
            return self.wrong(&waiter.name.span, "what it waits for may be on another page", "a waiter", help);
        }
        let [(name, step)] = paging.next.as_slice() else {
            let help = "`next = { page = \"+1\" }`, `{ offset = \"+items\" }` or `{ cursor = \"field\" }`";
            return self.wrong(&paging.place, "one input goes on from page to page", "not one", help);
        };
        let inputs: Vec<Field> = self.endpoint.inputs().cloned().collect();
        let input = self.field(&inputs, name)?;
        if input.is_required() {
            let help = "without it, the call asks for the first page";
            return self.wrong(&name.span, "the input of a page may be left out", "required", help);
        }
        let (list, item) = self.list(paging)?;
        let is_number = matches!(input.ty, Type::Uint | Type::Int);
        let goes_on = match step.as_str() {
            "+1" | "+items" if !is_number => {
                let help = "a page that is counted is a `uint`";
                return self.wrong(&step.span, "only a number can be counted on", "not of a number", help);
            }
            "+1" => GoesOn::ByOne(paging.from.as_ref().map_or(1, |from| from.value)),
            "+items" => GoesOn::ByItems,
            _ => GoesOn::To(self.path(step, &input)?),
        };
        if let (Some(from), false) = (&paging.from, matches!(goes_on, GoesOn::ByOne(_))) {
            return self.wrong(&from.span, "`from` goes with `+1`", "nothing is counted", "remove it");
        }
        let (mut total, mut lacks_zero) = (None, false);
        if let Some(path) = &paging.total {
            let bare = path.strip_suffix('?');
            let found = self.count(&At { value: bare.unwrap_or(path).to_owned(), span: path.span.clone() })?;
            if bare.is_some() && !found.iter().any(Field::is_option) {
                let help = "leave out the `?`";
                return self.wrong(&path.span, "how many there are is said of an empty list, too", "required", help);
            }
            (total, lacks_zero) = (Some(found), bare.is_some());
        }
        let pages = match &paging.pages {
            Some(path) => Some(self.count(path)?),
            None => None,
        };
        if let (Some(total), Some(pages)) = (&paging.total, &paging.pages)
            && total.value == pages.value
        {
            let help = "leave out the one that it does not count";
            return self.wrong(&pages.span, "one number counts items or pages, not both", "also `total`", help);
        }
        Some(Paging { input, goes_on, list, item, total, lacks_zero, pages })
    }

    /// The way to how many there are.
    fn count(&mut self, path: &At<String>) -> Option<Vec<Field>> {
        let found = self.way(path)?;
        match found.last().is_some_and(|field| matches!(field.ty, Type::Uint | Type::Int)) {
            true => Some(found),
            false => {
                let help = "how many there are is a `uint` of the answer";
                self.wrong(&path.span, "only a number says how many there are", "not a number", help)
            }
        }
    }

    /// The field with the items, and their type.
    fn list(&mut self, paging: &surface::Paging) -> Option<(Option<Field>, Type)> {
        let output = self.endpoint.output.ty();
        let found = match (&paging.list, output) {
            (Some(name), Some(ty)) => {
                let field = self.field(self.model.fields(ty).unwrap_or_default(), name)?;
                let item = if let Type::List(item) = &field.ty { Some((**item).clone()) } else { None };
                item.map(|item| (Some(field), item))
            }
            (None, Some(Type::List(item))) => Some((None, (**item).clone())),
            _ => None,
        };
        let Some((field, item)) = found else {
            let place = paging.list.as_ref().map_or(&paging.place, |name| &name.span);
            let help = "the answer is a list, or `list` names the field of it that is one";
            return self.wrong(place, "what has pages is a list", "no list", help);
        };
        // Each page is a part, so that the whole would never be whole.
        let total = field.as_ref().and_then(Field::total).or(self.endpoint.total());
        if let Some(total) = total {
            let help = "`total` of `[paging]` names the field that counts the items of all pages";
            return self.wrong(&total.place, "the list of a page has no `total`", "beside `[paging]`", help);
        }
        Some((field, item))
    }

    /// The way to a field of the answer.
    fn way(&mut self, path: &At<String>) -> Option<Vec<Field>> {
        let mut fields = self.endpoint.output.ty().and_then(|ty| self.model.fields(ty)).unwrap_or_default();
        let mut found = Vec::new();
        for step in path.split('/') {
            let field = self.field(fields, &At { value: step.to_owned(), span: path.span.clone() })?;
            fields = self.model.fields(&field.ty).unwrap_or_default();
            found.push(field);
        }
        Some(found)
    }

    /// The way to what the input goes on to.
    fn path(&mut self, path: &At<String>, input: &Field) -> Option<Vec<Field>> {
        let found = self.way(path)?;
        let is_id = matches!(&input.ty, Type::Named(name)
            if matches!(self.model.types.get(name).map(|entry| &entry.kind), Some(TypeKind::Id(_))));
        let fits = match (found.last().map(|field| &field.ty), &input.ty) {
            (Some(Type::Text), Type::Text | Type::Uint | Type::Int) => true,
            (Some(Type::Text), _) => is_id,
            (Some(field), input) => field == input && (is_id || matches!(input, Type::Uint | Type::Int)),
            (None, _) => false,
        };
        if !fits {
            let help = "a text, which may be a link, goes into a text, a number or an id, and a number or an id into one of its \
                        type";
            return self.wrong(&path.span, "the input cannot go on to this", "of another type", help);
        }
        Some(found)
    }

    fn field(&mut self, fields: &[Field], name: &At<String>) -> Option<Field> {
        if let Some(field) = fields.iter().find(|field| field.rust == name.value) {
            return Some(field.clone());
        }
        let help = match did_you_mean(name, fields.iter().map(|field| field.rust.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => with_slashes(name).unwrap_or_else(|| "inputs and fields are named as in Rust".to_owned()),
        };
        self.wrong(&name.span, &format!("there is no `{}`", name.value), "unknown", &help)
    }

    fn wrong<T>(&mut self, span: &Span, message: &str, label: &str, help: &str) -> Option<T> {
        self.diagnostics.add_with_help("E0246", span, message, label, help);
        None
    }
}
