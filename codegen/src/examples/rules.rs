//! Checks what a request example says against the rules between inputs: what no client sends is no example.

use hostkit_proto::Decimal;
use hostkit_proto::codec::FromText;
use hostkit_wire::Value;

use super::encode::{Chosen, Said};
use super::problem::Problem;
use crate::model::{AtLeastOne, Endpoint, Field, Type};
use crate::resolve::{Premise, broken_by, only_if_words, required_words};

/// Every rule that the example breaks, in the words that a caller would get.
pub(super) fn broken(endpoint: &Endpoint, said: &[Said<'_>], chosen: &Chosen, base: usize) -> Vec<Problem> {
    let rules = Rules { endpoint, said, chosen };
    let mut problems = Vec::new();
    let mut refuse = |name: &str, offset: Option<usize>, rule: String| {
        problems.push(Problem {
            code: "E0306",
            offset: offset.map_or(0, |offset| base + offset),
            message: format!("{name}: {rule}"),
            label: "against a rule between inputs".to_owned(),
            help: format!("{} says the rule: no client sends this", endpoint.spec),
        });
    };
    for it in said {
        let name = it.field.wire();
        let count = match &it.value {
            Value::List(items) => items.len(),
            Value::Map(entries) => entries.len(),
            Value::Null => 0,
            _ => it.texts().len(),
        };
        if let Some(most) = it.field.surface.max_items.and_then(|most| usize::try_from(most).ok())
            && count > most
        {
            refuse(name, it.offset, format!("has more than {most} items"));
        }
        if it.field.is_required() && count == 0 && matches!(it.field.ty, Type::List(_) | Type::Map(..) | Type::Csv(..))
        {
            refuse(name, it.offset, "is empty, but has to be given".to_owned());
        }
    }
    for field in endpoint.inputs() {
        let (name, surface) = (field.wire(), &field.surface);
        let found = rules.find(name);
        let offset = found.and_then(|it| it.offset);
        // Null is said, and is no value.
        let (is_there, has_value) = (found.is_some(), found.is_some_and(|it| it.value != Value::Null));
        // A flag that is off is no value, either, of an input that is allowed.
        let is_flag = matches!(field.ty.item(), Type::Flag | Type::Worded(_));
        let is_on = has_value && (!is_flag || found.is_some_and(|it| it.is_on));
        if let Some(condition) = surface.required_if.as_deref().filter(|it| !is_there && rules.hold(it)) {
            refuse(name, offset, required_words(condition));
        }
        if let Some(condition) = surface.only_if.as_deref().filter(|it| is_on && !rules.hold(it)) {
            refuse(name, offset, only_if_words(condition));
        }
        for (condition, limits) in surface.when.iter().filter(|(condition, _)| has_value && rules.hold(condition)) {
            let texts = found.map(Said::sent).unwrap_or_default();
            if let Some(rule) = texts.iter().flat_map(|text| broken_by(limits, &field.ty, text)).next() {
                refuse(name, offset, format!("{rule}, which the rule for `{}` forbids", condition.value));
            }
        }
        if let Some(other) = &surface.not_below
            && let (Some(value), Some(lowest)) = (rules.number(name), rules.number(other))
            && value < lowest
        {
            refuse(name, offset, format!("{value} is less than `{}`, which is {lowest}", other.value));
        }
    }
    let is_said = |it: &Said<'_>| match &it.field.ty {
        Type::Nullable(inner) if matches!(**inner, Type::List(_) | Type::Map(..)) => has_something(&it.value),
        _ => true,
    };
    let is_given = |name: &str| said.iter().any(|it| it.field.rust == name && is_said(it)) || chosen.contains_key(name);
    let is_none_given = match &endpoint.at_least_one {
        None => false,
        Some(AtLeastOne::Of(inputs)) => !inputs.iter().any(|(_, rust, _)| is_given(rust)),
        Some(AtLeastOne::Body(_)) => {
            let mut names = endpoint.body.iter().map(|field| &field.rust);
            !names.any(|name| is_given(name)) && chosen.is_empty()
        }
    };
    if let Some(names) = endpoint.at_least_one.as_ref().filter(|_| is_none_given).map(AtLeastOne::names) {
        refuse(&names, None, "at least one of these has to be given".to_owned());
    }
    problems
}

/// Whether a value is neither null nor a list or map without items.
fn has_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => true,
    }
}

struct Rules<'r, 'm> {
    endpoint: &'r Endpoint,
    said: &'r [Said<'m>],
    chosen: &'r Chosen,
}

impl<'r, 'm> Rules<'r, 'm> {
    /// What the example says of an input that is in no variant.
    fn find(&self, wire: &str) -> Option<&'r Said<'m>> {
        let field: &Field = self.endpoint.inputs().find(|field| field.wire() == wire)?;
        self.said.iter().find(|it| it.field.rust == field.rust && it.field.wire() == wire)
    }

    fn hold(&self, condition: &str) -> bool {
        let Premise { input, values, is_not } = Premise::of(condition);
        if values.is_empty() && self.endpoint.inputs().all(|field| field.wire() != input) {
            return self.chosen.contains_key(input) != is_not;
        }
        let Some(found) = self.find(input).filter(|it| it.value != Value::Null) else { return is_not };
        let is_flag = matches!(found.field.ty.item(), Type::Flag | Type::Worded(_));
        let holds = match values.as_slice() {
            [] if is_flag => found.is_on,
            [] => has_something(&found.value),
            values => matches!(found.texts().as_slice(), [text] if values.contains(&text.as_str())),
        };
        holds != is_not
    }

    fn number(&self, wire: &str) -> Option<Decimal> {
        match self.find(wire)?.texts().as_slice() {
            [text] => Decimal::from_text(text),
            _ => None,
        }
    }
}
