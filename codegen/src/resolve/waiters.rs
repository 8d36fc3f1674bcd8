//! Waiters: resolves the paths of their conditions through the output's fields.

use super::kinds::is_text;
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Condition, Endpoint, Model, Step, Type, TypeKind, Waiter, dotted};
use crate::source::At;
use crate::surface::{self, Wanted};

/// Resolves the waiters of every endpoint.
pub(super) fn resolve(model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut resolved: Vec<Vec<Waiter>> = Vec::new();
    for endpoint in &model.endpoints {
        let mut paths = Paths { model, output: awaited(endpoint, diagnostics), diagnostics };
        let waiters = endpoint.surface.waiters.iter().map(|waiter| Waiter {
            type_name: super::names::camel(&waiter.name),
            ready: waiter.ready.iter().map(|condition| paths.condition(condition)).collect(),
            failed: waiter.failed.iter().map(|condition| paths.failure(condition)).collect(),
            text: waiter.text.as_ref().map(|text| paths.shown(text)),
            percent: waiter.percent.as_ref().map(|text| paths.shown(text)),
            surface: waiter.clone(),
        });
        resolved.push(waiters.collect());
    }
    for waiter in model.endpoints.iter().flat_map(|endpoint| &endpoint.surface.waiters) {
        times(waiter, diagnostics);
    }
    for (endpoint, waiters) in model.endpoints.iter_mut().zip(resolved) {
        endpoint.waiters = waiters;
    }
}

/// Reports times of which the one that ends comes before the one that begins.
fn times(waiter: &surface::Waiter, diagnostics: &mut Diagnostics) {
    let [first, interval] = [("first", waiter.first), ("interval", waiter.interval)];
    let [cap, deadline, lag] = [("cap", waiter.cap), ("deadline", waiter.deadline), ("lag", waiter.lag)];
    let pairs = [(first, deadline), (interval, cap), (cap, deadline), (lag, deadline)];
    let mut reported = Vec::new();
    for ((shorter, less), (longer, more)) in pairs.into_iter().filter(|((_, less), (_, more))| less > more) {
        // What is too short for several times is one mistake.
        if reported.contains(&longer) {
            continue;
        }
        reported.push(longer);
        let place = waiter.keys.iter().find(|key| key.value == shorter).unwrap_or(&waiter.name);
        let message = format!("`{shorter}` is longer than `{longer}`: {less} and {more} seconds");
        let help =
            "a waiter looks after `first`, then after each `interval`, which grows up to `cap`, until `deadline`";
        diagnostics.add_with_help("E0214", &place.span, message, "never so long", help);
    }
}

/// The type of what the waiters of an endpoint look at: of a list the item that its call names.
fn awaited<'m>(endpoint: &'m Endpoint, diagnostics: &mut Diagnostics) -> Option<&'m Type> {
    let Some(Type::List(item)) = endpoint.output.ty() else { return endpoint.output.ty() };
    if let (Some(waiter), true) = (endpoint.surface.waiters.first(), endpoint.echo.is_empty()) {
        let help = "`echo` of `[response]` says which field of an item is which input of the call";
        let message = "a waiter needs to know which item of a list it waits for";
        diagnostics.add_with_help("E0214", &waiter.name.span, message, "which item of the list?", help);
    }
    Some(item)
}

/// The first item of a list on a path.
const FIRST: &str = "0";

struct Paths<'m, 'd> {
    model: &'m Model,
    output: Option<&'m Type>,
    diagnostics: &'d mut Diagnostics,
}

impl Paths<'_, '_> {
    fn condition(&mut self, condition: &surface::Condition) -> Condition {
        let path = self.steps(&condition.path);
        let is_flag = matches!(path.last(), Some(Step::Field { ty: Type::Flag | Type::Worded(_), .. }));
        match condition.wanted {
            Wanted::There => {}
            Wanted::Absent if is_flag => {}
            Wanted::Texts(_) | Wanted::Absent => self.check_shown(&condition.path, &path),
        }
        if let (Wanted::Texts(texts), Some(Step::Field { ty, .. })) = (&condition.wanted, path.last()) {
            texts.iter().for_each(|text| self.check_value(condition, text, ty));
        }
        Condition { name: dotted(&condition.path), path, wanted: condition.wanted.clone() }
    }

    /// Refuses a value that the field never has.
    fn check_value(&mut self, condition: &surface::Condition, text: &str, ty: &Type) {
        let known = match ty {
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Enumeration { values, .. }) => values.iter().map(|value| value.wire.as_str()).collect(),
                _ => Vec::new(),
            },
            Type::Flag => vec!["true", "false"],
            _ => Vec::new(),
        };
        let is_odd = match ty {
            Type::Int | Type::Uint => text.parse::<i64>().is_err(),
            _ => !known.is_empty() && !known.contains(&text),
        };
        if is_odd {
            let help = match did_you_mean(text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "write a number, or `true` if it only has to be there".to_owned(),
                None => format!("the values are: {}", known.join(", ")),
            };
            let message = format!("`{}` is never `{text}`", condition.path.value);
            self.diagnostics.add_with_help("E0214", &condition.path.span, message, "never holds", help);
        }
    }

    fn failure(&mut self, condition: &surface::Condition) -> Condition {
        if !matches!(condition.wanted, Wanted::Texts(_)) {
            let help = "list the values at which the waiter fails";
            let message = format!("`failed` compares `{}` with nothing", condition.path.value);
            self.diagnostics.add_with_help("E0214", &condition.path.span, message, "no text", help);
        }
        self.condition(condition)
    }

    /// A path to a value that is shown to a person.
    fn shown(&mut self, text: &At<String>) -> Vec<Step> {
        let steps = self.steps(text);
        self.check_shown(text, &steps);
        steps
    }

    fn check_shown(&mut self, text: &At<String>, steps: &[Step]) {
        let is_shown = |ty: &Type| match ty {
            Type::Csv(item) => is_text(self.model, item),
            ty => is_text(self.model, ty),
        };
        if let Some(Step::Field { ty, .. }) = steps.last()
            && !is_shown(ty)
        {
            let help = "`true` means that it is there";
            let message = format!("`{}` has no text that may be shown", text.value);
            self.diagnostics.add_with_help("E0214", &text.span, message, "a secret, or no single value", help);
        }
    }

    fn steps(&mut self, text: &At<String>) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut current = self.output.cloned();
        for part in text.split('/') {
            match (&current, part) {
                (Some(Type::List(item)), FIRST) => {
                    current = Some((**item).clone());
                    steps.push(Step::First);
                }
                (Some(ty), name) => {
                    let fields = self.model.fields(ty).unwrap_or_default();
                    match fields.iter().find(|field| field.rust == name) {
                        Some(field) => {
                            current = Some(field.ty.clone());
                            steps.push(Step::to(field));
                        }
                        None => {
                            let message = format!("there is no field `{name}` on the way of `{}`", text.value);
                            let help = match did_you_mean(name, fields.iter().map(|field| field.rust.as_str())) {
                                Some(near) => format!("did you mean `{near}`?"),
                                None => "the path goes through Rust names; `0` is the first item of a list".to_owned(),
                            };
                            self.diagnostics.add_with_help("E0214", &text.span, message, "no such field", help);
                            return steps;
                        }
                    }
                }
                (None, _) => {
                    let message = "a waiter needs an endpoint with an output";
                    self.diagnostics.add("E0214", &text.span, message, "no field has this path");
                    return steps;
                }
            }
        }
        steps
    }
}
