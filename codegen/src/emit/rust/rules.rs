//! The rules that inputs are checked against before anything is sent.

use super::code::{Code, quoted};
use crate::model::{AtLeastOne, Endpoint, Field, Model, Type, TypeKind};
use crate::resolve::names::camel;
use crate::surface::Limits;

/// The checks of all inputs, before any of them is written.
pub(super) fn checks(code: &mut Code, endpoint: &Endpoint, model: &Model) {
    for field in endpoint.inputs() {
        limit_check(code, field, &format!("&self.{}", field.rust));
        if field.is_required() && matches!(field.ty, Type::List(_) | Type::Map(..) | Type::Csv(_)) {
            code.statement(&format!("out.check_some({}, self.{}.is_empty())?;", quoted(field.wire()), field.rust));
        }
    }
    let inputs: Vec<&Field> = endpoint.inputs().collect();
    for field in &inputs {
        condition_checks(code, field, &inputs, model);
        when_checks(code, field, &inputs, model);
        let other = field.surface.not_below.as_ref();
        if let Some(other) = other.and_then(|name| inputs.iter().find(|other| other.wire() == name.value)) {
            let names = (quoted(field.wire()), quoted(other.wire()));
            let call = format!("{}, &self.{}, {}, &self.{}", names.0, field.rust, names.1, other.rust);
            code.statement(&format!("out.check_not_below({call})?;"));
        }
    }
    if let Some(AtLeastOne::Of(inputs)) = &endpoint.at_least_one {
        let absent = |(_, rust, is_many): &(String, String, bool)| {
            format!("self.{rust}.{}()", if *is_many { "is_empty" } else { "is_none" })
        };
        code.condition("if ", &inputs.iter().map(absent).collect::<Vec<_>>(), "&&");
        code.indented(|code| code.line(refusal(endpoint)));
        code.line("}");
    }
}

/// The check of a body that must not be empty, once it is written.
pub(super) fn body_check(code: &mut Code, endpoint: &Endpoint) {
    if let Some(AtLeastOne::Body(_)) = &endpoint.at_least_one {
        code.open("if body.is_empty() {");
        code.line(refusal(endpoint));
        code.close("}");
    }
}

fn refusal(endpoint: &Endpoint) -> String {
    let names = endpoint.at_least_one.as_ref().map(AtLeastOne::names).unwrap_or_default();
    format!("return Err(out.none_given({}));", quoted(&names))
}

/// The check of one input against its limits.
pub(super) fn limit_check(code: &mut Code, field: &Field, value: &str) {
    let surface = &field.surface;
    if surface.limits == Limits::default() && surface.host_limits.is_empty() {
        return;
    }
    let limit = limit_expression(&surface.limits);
    let name = quoted(field.wire());
    if surface.host_limits.is_empty() {
        return code.statement(&format!("out.check({name}, {value}, &{limit})?;"));
    }
    let hosts: Vec<String> = surface
        .host_limits
        .iter()
        .map(|(host, limits)| format!("({}, {})", quoted(&host.value), limit_expression(limits)))
        .collect();
    code.statement(&format!("out.check_by_host({name}, {value}, &{limit}, &[{}])?;", hosts.join(", ")));
}

fn limit_expression(limits: &Limits) -> String {
    let mut text = "InputLimit::NONE".to_owned();
    let parts = [
        ("min", limits.min),
        ("max", limits.max),
        ("multiple_of", limits.multiple_of),
        ("min_length", limits.min_length),
        ("max_length", limits.max_length),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            text.push_str(&format!(".{name}({value})"));
        }
    }
    if let Some(shape) = &limits.shape {
        text.push_str(&format!(".shape(TextShape::{})", camel(shape)));
    }
    text
}

/// The checks of what an input needs of others.
fn condition_checks(code: &mut Code, field: &Field, inputs: &[&Field], model: &Model) {
    let (absent, present) = match field.ty {
        Type::List(_) | Type::Map(..) => {
            (format!("self.{}.is_empty()", field.rust), format!("!self.{}.is_empty()", field.rust))
        }
        _ if field.is_option() => (format!("self.{}.is_none()", field.rust), format!("self.{}.is_some()", field.rust)),
        _ => return,
    };
    for (condition, is_required) in [(&field.surface.required_if, true), (&field.surface.only_if, false)] {
        let Some(condition) = condition else {
            continue;
        };
        let Some((holds, fails)) = condition_expressions(condition, inputs, model) else {
            continue;
        };
        let (test, rule) = if is_required {
            (format!("{holds} && {absent}"), format!("is required if `{}`", condition.value))
        } else {
            (format!("{fails} && {present}"), format!("is allowed only if `{}`", condition.value))
        };
        code.open(format!("if {test} {{"));
        code.line(format!("return Err(out.refuse({}, {}));", quoted(field.wire()), quoted(&rule)));
        code.close("}");
    }
}

/// The checks against limits that hold because of another input.
fn when_checks(code: &mut Code, field: &Field, inputs: &[&Field], model: &Model) {
    for (condition, limits) in &field.surface.when {
        let Some((holds, _)) = condition_expressions(condition, inputs, model) else {
            continue;
        };
        code.open(format!("if {holds} {{"));
        let (condition, name, limit) = (quoted(condition), quoted(field.wire()), limit_expression(limits));
        code.statement(&format!("out.check_when({condition}, {name}, &self.{}, &{limit})?;", field.rust));
        code.close("}");
    }
}

/// The condition, and its opposite.
fn condition_expressions(condition: &str, inputs: &[&Field], model: &Model) -> Option<(String, String)> {
    let (name, value) = match condition.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (condition, None),
    };
    let field = inputs.iter().find(|field| field.wire() == name)?;
    let place = format!("self.{}", field.rust);
    let compare = |right: String| (format!("{place} == {right}"), format!("{place} != {right}"));
    let Some(value) = value else {
        return Some(match field.is_option() {
            true => compare("Some(true)".to_owned()),
            false => (place.clone(), format!("!{place}")),
        });
    };
    let variant = match &field.ty {
        Type::Named(name) => match &model.types.get(name)?.kind {
            TypeKind::Enumeration { values, .. } => {
                values.iter().find(|known| known.wire == value).map(|known| format!("{name}::{}", known.rust))
            }
            _ => None,
        },
        _ => None,
    };
    Some(match (variant, field.is_option()) {
        (Some(variant), true) => compare(format!("Some({variant})")),
        (Some(variant), false) => compare(variant),
        (None, true) => {
            let holds = format!("{place}.as_ref().is_some_and(|value| value.to_text() == {})", quoted(value));
            let fails = format!("{place}.as_ref().is_none_or(|value| value.to_text() != {})", quoted(value));
            (holds, fails)
        }
        (None, false) => {
            let value = quoted(value);
            (format!("{place}.to_text() == {value}"), format!("{place}.to_text() != {value}"))
        }
    })
}
