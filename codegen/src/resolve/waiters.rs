//! Waiters: resolves the paths of their conditions through the output's fields.

use super::conditions;
use super::kinds::is_text;
use super::names::with_slashes;
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Condition, Endpoint, Field, Model, Step, Type, Waiter, dotted};
use crate::source::At;
use crate::surface::{self, Wanted, beginning, is_wanted};

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
            percent: waiter.percent.as_ref().map(|percent| paths.percent(percent)),
            surface: waiter.clone(),
        });
        resolved.push(waiters.collect());
    }
    for waiter in model.endpoints.iter().flat_map(|endpoint| &endpoint.surface.waiters) {
        times(waiter, diagnostics);
        contradictions(waiter, diagnostics);
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
        let message = format!("`{shorter}` is longer than `{longer}`: {less} s and {more} s");
        let help =
            "a waiter looks after `first`, then after each `interval`, which grows up to `cap`, until `deadline`";
        diagnostics.add_with_help("E0214", &place.span, message, "never so long", help);
    }
}

/// Reports what is ready and has failed at once: such a waiter would always say that it failed.
fn contradictions(waiter: &surface::Waiter, diagnostics: &mut Diagnostics) {
    for failed in &waiter.failed {
        let fails = |text: &String| match &failed.wanted {
            // All that begins so is more than what begins with more.
            Wanted::Texts(texts) => texts.iter().any(|wanted| match (beginning(text), beginning(wanted)) {
                (Some(start), Some(shorter)) => start.starts_with(shorter),
                (Some(_), None) => false,
                (None, _) => is_wanted(text, wanted),
            }),
            Wanted::Not(texts) => {
                let start = beginning(text).unwrap_or(text);
                let shares =
                    |wanted: &String| is_wanted(start, wanted) || is_wanted(beginning(wanted).unwrap_or(wanted), text);
                !text.is_empty() && !texts.iter().any(shares)
            }
            Wanted::There => !text.is_empty(),
            Wanted::Absent => false,
        };
        let same = waiter.ready.iter().find(|ready| ready.path.value == failed.path.value);
        let is_contrary = same.is_some_and(|ready| match &ready.wanted {
            Wanted::Texts(texts) => texts.iter().all(fails),
            Wanted::Not(_) | Wanted::There => failed.wanted == Wanted::There,
            Wanted::Absent => false,
        });
        if is_contrary {
            let message = format!("`{}` fails wherever it is ready", failed.path.value);
            let help = "`failed` is checked before `ready`, so the end would never come";
            diagnostics.add_with_help("E0214", &failed.path.span, message, "never ready", help);
        }
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
    // A waiter that finds no item says that it is gone.
    let untold = endpoint.echo.iter().find(|echo| echo.path.iter().any(Field::is_option));
    if let (Some(waiter), Some(echo)) = (endpoint.surface.waiters.first(), untold) {
        let message = format!("`{}` may be absent, and nobody knows then which item it is", echo.name);
        let help = "what `echo` compares has to be `required` in the items of a list that a waiter looks at";
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
            Wanted::Texts(_) | Wanted::Not(_) | Wanted::Absent => {
                self.check_shown(&condition.path, &path, "`true` means that it is there");
            }
        }
        if let Some(Step::Field { ty, .. }) = path.last() {
            conditions::check(self.model, condition, ty, "E0214", self.diagnostics);
        }
        Condition { name: dotted(&condition.path), path, wanted: condition.wanted.clone() }
    }

    fn failure(&mut self, condition: &surface::Condition) -> Condition {
        if condition.wanted == Wanted::Absent {
            let help = "say what is a failure: values, `{ not = … }`, or `true` for what is there or on";
            let message = format!("that `{}` is absent is no failure", condition.path.value);
            self.diagnostics.add_with_help("E0214", &condition.path.span, message, "it may still come", help);
        }
        self.condition(condition)
    }

    /// A path to a value that is shown to a person.
    fn shown(&mut self, text: &At<String>) -> Vec<Step> {
        let steps = self.steps(text);
        self.check_shown(text, &steps, "name a field with one value that is no secret");
        steps
    }

    /// A path to how much of it is done.
    fn percent(&mut self, path: &At<String>) -> Vec<Step> {
        let steps = self.shown(path);
        if let Some(Step::Field { ty, .. }) = steps.last()
            && is_text(self.model, ty)
            && !matches!(ty, Type::Int | Type::Uint | Type::Decimal | Type::Text)
        {
            let message = format!("`{}` says no percent", path.value);
            let help = "`text` names what else is shown to a person";
            self.diagnostics.add_with_help("E0214", &path.span, message, "neither a number nor a text", help);
        }
        steps
    }

    fn check_shown(&mut self, text: &At<String>, steps: &[Step], help: &str) {
        let is_shown = |ty: &Type| match ty {
            Type::Csv(item, _) => is_text(self.model, item),
            ty => is_text(self.model, ty),
        };
        if let Some(Step::Field { ty, .. }) = steps.last()
            && !is_shown(ty)
        {
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
                                None => with_slashes(name).unwrap_or_else(|| {
                                    "the path goes through Rust names; `0` is the first item of a list".to_owned()
                                }),
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
