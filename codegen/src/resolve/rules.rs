//! Rules between inputs: dependencies, and groups of which at least one must be given.

use super::conditions::never;
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{AtLeastOne, Endpoint, Field, Many, Model, OneOf, Type, TypeKind, choices};
use crate::source::At;

/// What `required`, `only-if` and `when` ask of another input: that it is given, or on if it is a flag, or that it has one
/// of some values; or the opposite.
pub(crate) struct Premise<'c> {
    pub(crate) input: &'c str,
    /// Nothing for an input that is given, or a flag that is on.
    pub(crate) values: Vec<&'c str>,
    pub(crate) is_not: bool,
}

impl<'c> Premise<'c> {
    /// `autorenew`, `kind=a` or `kind=a|b`, or one of them behind `!`.
    pub(crate) fn of(condition: &'c str) -> Self {
        let (is_not, condition) = split_not(condition);
        match condition.split_once('=') {
            Some((input, values)) => Self { input, values: values.split('|').collect(), is_not },
            None => Self { input: condition, values: Vec::new(), is_not },
        }
    }
}

/// Whether a condition is the opposite of one, and that one.
fn split_not(condition: &str) -> (bool, &str) {
    condition.strip_prefix('!').map_or((false, condition), |condition| (true, condition))
}

/// What a caller is told of an input that is required by this condition.
pub(crate) fn required_words(condition: &str) -> String {
    let (is_not, condition) = split_not(condition);
    [if is_not { "is required unless `" } else { "is required if `" }, condition, "`"].concat()
}

/// What a caller is told of an input that is allowed by this condition alone.
pub(crate) fn only_if_words(condition: &str) -> String {
    let (is_not, condition) = split_not(condition);
    [if is_not { "is not allowed if `" } else { "is allowed only if `" }, condition, "`"].concat()
}

/// Stands for any field of the body.
const BODY: &str = "body";

/// Resolves the inputs of `at-least-one`, and reports unknown names.
pub(super) fn resolve(model: &mut Model, diagnostics: &mut Diagnostics) {
    for endpoint in &mut model.endpoints {
        endpoint.at_least_one = at_least_one(endpoint, diagnostics);
    }
}

fn at_least_one(endpoint: &Endpoint, diagnostics: &mut Diagnostics) -> Option<AtLeastOne> {
    let words = &endpoint.surface.at_least_one;
    let first = words.first()?;
    let all: Vec<(&str, &str, Option<&Field>, bool)> = endpoint
        .inputs()
        .map(|field| (field.wire(), field.rust.as_str(), Some(field), field.is_required()))
        .chain(endpoint.one_of.iter().map(|group| (group.rust.as_str(), group.rust.as_str(), None, group.required)))
        .collect();
    if words.len() == 1 && first.value == BODY && !all.iter().any(|(name, ..)| *name == BODY) {
        let always = endpoint.body.iter().find(|field| field.is_required() || !field.is_option() && !is_many(field));
        let chosen = endpoint.one_of.iter().find(|group| group.required).map(|group| group.rust.as_str());
        let constant = endpoint.fixed_body.first().map(|constant| constant.key.value.as_str());
        let always = always.map(Field::wire).or(chosen).or(constant);
        if let Some(always) = always {
            let help = "name the inputs of which one has to be given";
            let label = format!("`{always}` is always there");
            diagnostics.add_with_help("E0232", &first.span, "this body is never empty", label, help);
        }
        return Some(AtLeastOne::Body(endpoint.body.iter().map(|field| field.wire().to_owned()).collect()));
    }
    let mut found = Vec::new();
    for word in words {
        match all.iter().find(|(name, ..)| *name == word.value) {
            None => unknown_input(word, &word.value, all.iter().map(|(name, ..)| *name), diagnostics),
            Some((_, _, _, true)) => {
                let help = "leave it out: a rule that always holds says nothing";
                let message = format!("`{}` is given in any case", word.value);
                diagnostics.add_with_help("E0232", &word.span, message, "required", help);
            }
            Some((name, rust, field, false)) => {
                found.push(((*name).to_owned(), (*rust).to_owned(), field.map_or(Many::No, many)));
            }
        }
    }
    if words.len() < 2 {
        let help = "mark a single input as `required = true`";
        diagnostics.add_with_help("E0232", &first.span, "one of one is that one", "alone", help);
    }
    Some(AtLeastOne::Of(found))
}

fn many(field: &Field) -> Many {
    match &field.ty {
        Type::Nullable(inner) if matches!(**inner, Type::List(_) | Type::Map(..)) => Many::OrNull,
        _ if is_many(field) => Many::Yes,
        _ => Many::No,
    }
}

fn is_many(field: &Field) -> bool {
    matches!(field.ty, Type::List(_) | Type::Map(..))
}

/// Checks that a choice between the fields of an object is one, and that each of them says whether one has to be given.
pub(super) fn check_choices(fields: &[Field], diagnostics: &mut Diagnostics) {
    let choices = choices(fields);
    let word = |field: &Field| field.surface.one_of.clone();
    let alone: Vec<&Field> = choices
        .iter()
        .filter(|choice| choice.fields.len() == 1)
        .flat_map(|choice| choice.fields.first().copied())
        .collect();
    for (index, field) in alone.iter().enumerate() {
        let Some(own) = word(field) else { continue };
        let others = |fields: &[&Field]| fields.iter().filter_map(|field| word(field)).collect::<Vec<_>>();
        let near = |all: &[At<String>]| did_you_mean(&own, all.iter().map(|word| word.as_str())).map(str::to_owned);
        // Of two that are almost the same, the second is reported.
        if near(&others(&alone[index + 1..])).is_some() {
            continue;
        }
        let known: Vec<At<String>> = fields.iter().filter_map(word).filter(|other| other.value != own.value).collect();
        let help = match near(&known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "give the others the same word, or leave it out".to_owned(),
        };
        let message = format!("`{}` is chosen from nothing else", field.wire());
        diagnostics.add_with_help("E0232", &own.span, message, "alone", help);
    }
    for choice in &choices {
        let other = choice.fields.iter().find(|field| field.surface.required != choice.is_required);
        if let Some(word) = other.and_then(|field| word(field)) {
            let names: Vec<String> = choice.fields.iter().map(|field| format!("`{}`", field.wire())).collect();
            let help =
                format!("one of {} has to be given if each is `required`, and none if no one is", names.join(", "));
            let message = "one of these has to be given, or none has to be";
            diagnostics.add_with_help("E0232", &word.span, message, "unlike the first", help);
        }
    }
}

/// Checks that every rule names an existing input and stands where it is checked.
pub(super) fn check(model: &Model, endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let inputs: Vec<&Field> = endpoint.inputs().collect();
    for field in &inputs {
        conditions(model, field, &inputs, &endpoint.one_of, diagnostics);
    }
}

fn conditions(model: &Model, field: &Field, inputs: &[&Field], groups: &[OneOf], diagnostics: &mut Diagnostics) {
    let surface = &field.surface;
    let when = surface.when.iter().map(|(condition, _)| condition);
    for condition in [&surface.required_if, &surface.only_if].into_iter().flatten().chain(when) {
        let premise = Premise::of(condition);
        let group = groups.iter().find(|group| group.rust == premise.input && premise.values.is_empty());
        match inputs.iter().find(|other| other.wire() == premise.input) {
            None if group.is_some_and(|group| group.required) => {
                let help = "leave it out: a rule that always holds says nothing";
                let message = format!("`{}` is given in any case", premise.input);
                diagnostics.add_with_help("E0232", &condition.span, message, "required", help);
            }
            None if group.is_some() => {}
            None => {
                let known = inputs.iter().map(|field| field.wire()).chain(groups.iter().map(|group| &*group.rust));
                unknown_input(condition, premise.input, known, diagnostics);
            }
            Some(other) => known_values(model, condition, other, &premise.values, diagnostics),
        }
    }
    let Some(name) = &surface.not_below else {
        return;
    };
    // Null is no value, so that nothing is compared with it.
    let number = |field: &Field| if let Type::Nullable(item) = &field.ty { (**item).clone() } else { field.ty.clone() };
    match inputs.iter().find(|other| other.wire() == name.value) {
        None => unknown_input(name, name, inputs.iter().map(|field| field.wire()), diagnostics),
        Some(other) if number(other) != number(field) || !number(field).is_number() => {
            let label = format!("`{}` and `{}`", surface.ty.value, other.surface.ty.value);
            let message = "only numbers of one type can be compared";
            diagnostics.add("E0232", &name.span, message, label);
        }
        Some(_) => {}
    }
}

/// Checks that the values of a condition are some that the input can have.
fn known_values(model: &Model, condition: &At<String>, other: &Field, values: &[&str], diagnostics: &mut Diagnostics) {
    let ty = if let Type::Nullable(inner) = &other.ty { inner } else { &other.ty };
    if values.is_empty() {
        if other.is_required() && !matches!(ty, Type::Flag | Type::Worded(_)) {
            let help = format!("write `{}=…` with the value that it needs, or `a|b` for one of several", other.wire());
            let message = format!("`{}` is always given", other.wire());
            diagnostics.add_with_help("E0232", &condition.span, message, "required, and no flag", help);
        }
        return;
    }
    if matches!(ty, Type::List(_) | Type::Map(..) | Type::Csv(..) | Type::Joined(..) | Type::Json(_)) {
        let label = format!("`{}` is none of them", other.surface.ty.value);
        diagnostics.add("E0232", &condition.span, "a condition is about one value", label);
        return;
    }
    let known = match ty {
        Type::Named(name) => model.types.get(name).map(|entry| (name, &entry.kind)),
        _ => None,
    };
    for (place, value) in values.iter().enumerate() {
        if values.len() > 1 && (value.is_empty() || values[..place].contains(value)) {
            let help = "write each value once, with `|` between them; none is empty";
            let message = format!("`{value}` is no further value");
            diagnostics.add_with_help("E0232", &condition.span, message, "says nothing", help);
        } else if let Some(help) = never(model, ty, value).or_else(|| beyond(other, value)) {
            let message = format!("`{}` is never `{value}`", other.wire());
            diagnostics.add_with_help("E0232", &condition.span, message, "never holds", help);
        } else if matches!(ty, Type::Flag | Type::Worded(_)) && !["0", "1"].contains(value) {
            let help = format!(
                "write `{}` alone for a flag that is on, `{}=0` for one that is off",
                other.wire(),
                other.wire()
            );
            let message = format!("`{}` is never `{value}`", other.wire());
            diagnostics.add_with_help("E0232", &condition.span, message, "never holds", help);
        } else if let Some((name, TypeKind::Enumeration { values: known, .. })) = known
            && !known.iter().any(|known| known.wire == *value)
        {
            let help = match did_you_mean(value, known.iter().map(|known| known.wire.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("give the wire values of `{name}`"),
            };
            let message = format!("`{name}` has no value `{value}`");
            diagnostics.add_with_help("E0232", &condition.span, message, "never holds", help);
        }
    }
}

/// Why a number is beyond the limits that an input has itself, by what they are.
fn beyond(other: &Field, value: &str) -> Option<String> {
    let limits = &other.surface.limits;
    let number: i64 = value.parse().ok().filter(|_| other.surface.host_limits.is_empty())?;
    let is_low = limits.min.is_some_and(|min| number < min);
    let is_high = limits.max.is_some_and(|max| number > max);
    let is_between = limits.multiple_of.is_some_and(|step| step > 0 && number % step != 0);
    (is_low || is_high || is_between).then(|| format!("`{}` has limits that this value is not within", other.wire()))
}

fn unknown_input<'n>(
    word: &At<String>,
    name: &str,
    known: impl Iterator<Item = &'n str>,
    diagnostics: &mut Diagnostics,
) {
    let help = match did_you_mean(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "use the names on the wire".to_owned(),
    };
    diagnostics.add_with_help("E0210", &word.span, format!("there is no input `{name}`"), "unknown", help);
}
