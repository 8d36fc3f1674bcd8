//! Waiters: resolves the paths of their conditions through the output's fields.

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Condition, Model, Step, Type, Waiter};
use crate::source::At;
use crate::surface;

/// Resolves the waiters of every endpoint.
pub(super) fn resolve(model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut resolved: Vec<Vec<Waiter>> = Vec::new();
    for endpoint in &model.endpoints {
        let output = endpoint.output.ty();
        let waiters = endpoint.surface.waiters.iter().map(|waiter| {
            let mut path = |text: &At<String>| steps(model, output, text, diagnostics);
            let mut conditions = |conditions: &[surface::Condition]| -> Vec<Condition> {
                let condition = |condition: &surface::Condition| Condition {
                    path: path(&condition.path),
                    any_of: condition.any_of.clone(),
                    is_there: condition.is_there,
                };
                conditions.iter().map(condition).collect()
            };
            Waiter {
                type_name: super::names::camel(&waiter.name),
                ready: conditions(&waiter.ready),
                failed: conditions(&waiter.failed),
                text: waiter.text.as_ref().map(&mut path),
                percent: waiter.percent.as_ref().map(&mut path),
                surface: waiter.clone(),
            }
        });
        resolved.push(waiters.collect());
    }
    for (endpoint, waiters) in model.endpoints.iter_mut().zip(resolved) {
        endpoint.waiters = waiters;
    }
}

fn steps(model: &Model, output: Option<&Type>, text: &At<String>, diagnostics: &mut Diagnostics) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut current = output.cloned();
    for part in text.split('.') {
        match (&current, part) {
            (Some(Type::List(item)), "first") => {
                current = Some((**item).clone());
                steps.push(Step::First);
            }
            (Some(ty), name) => {
                let fields = model.fields(ty).unwrap_or_default();
                match fields.iter().find(|field| field.rust == name) {
                    Some(field) => {
                        current = Some(field.ty.clone());
                        steps.push(Step::Field {
                            rust: field.rust.clone(),
                            is_option: field.is_option(),
                            ty: field.ty.clone(),
                        });
                    }
                    None => {
                        let message = format!("there is no field `{name}` on the way of `{}`", text.value);
                        let help = match did_you_mean(name, fields.iter().map(|field| field.rust.as_str())) {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => "the path goes through Rust names; `first` is the first item of a list".to_owned(),
                        };
                        diagnostics.add_with_help("E0214", &text.span, message, "no such field", help);
                        return steps;
                    }
                }
            }
            (None, _) => {
                diagnostics.add("E0214", &text.span, "a waiter needs an endpoint with an output", "nothing to look at");
                return steps;
            }
        }
    }
    steps
}
