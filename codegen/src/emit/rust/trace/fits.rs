//! Which item shows the call: the inputs that it is compared with, and the tests that it has to stand.

use super::{TAKEN, compared};
use crate::emit::rust::code::{Code, quoted};
use crate::emit::rust::words_text::{local, rust_type};
use crate::model::{Field, Model, Sign, Trace, Type, TypeKind};

/// The variables of the inputs that are compared, and `fits`, or the closure that stands for it.
pub(super) fn emit(code: &mut Code, model: &Model, trace: &Trace) -> String {
    let is_new = matches!(trace.sign, Sign::New(_));
    let mut known: Vec<&str> = Vec::new();
    for own in compared(trace) {
        if known.contains(&own.rust.as_str()) {
            continue;
        }
        known.push(&own.rust);
        let (name, variable) = (&own.rust, local(&own.rust, TAKEN));
        match (&own.ty, own.is_option()) {
            (Type::List(_), _) => code.line(format!("let {variable} = inputs.rows(\"{name}\")?;")),
            (ty, true) => code.line(format!("let {variable}: Option<{}> = inputs.get(\"{name}\");", rust_type(ty))),
            (ty, false) => code.line(format!("let {variable}: {} = inputs.get(\"{name}\")?;", rust_type(ty))),
        }
    }
    let mut tests: Vec<String> = trace.named.iter().map(|(path, own)| holds(path, own, false)).collect();
    tests.extend(trace.filter.iter().map(|(path, own)| holds(path, own, is_new)));
    if !matches!(trace.sign, Sign::Changed(_)) {
        tests.extend(trace.is.iter().map(|(field, text)| is(model, field, text)));
    }
    if let Sign::There(path) = &trace.sign {
        let (place, is_option) = place("item", path);
        tests.push(if is_option { format!("{place}.is_some()") } else { "true".to_owned() });
    }
    if tests.is_empty() {
        let is_none = matches!(trace.sign, Sign::Became);
        return if is_none { "|_| false" } else { "|_| true" }.to_owned();
    }
    closure(code, "fits", &rust_type(&trace.item), &tests);
    "fits".to_owned()
}

/// The closure that says whether a new item is that of the call but for the spelling of its texts.
pub(super) fn emit_nearly(code: &mut Code, model: &Model, trace: &Trace) -> String {
    let is_spelled =
        |own: &Field| matches!(&own.ty, Type::Text) || matches!(&own.ty, Type::Option(ty) if **ty == Type::Text);
    if !compared(trace).any(is_spelled) {
        return "|_| false".to_owned();
    }
    let test = |(path, own): &(Vec<Field>, Field), is_told: bool| match is_spelled(own) {
        true => spells(path, own, is_told),
        false => holds(path, own, is_told),
    };
    let mut tests: Vec<String> = trace.named.iter().map(|pair| test(pair, false)).collect();
    tests.extend(trace.filter.iter().map(|pair| test(pair, true)));
    tests.extend(trace.is.iter().map(|(field, text)| is(model, field, text)));
    closure(code, "nearly", &rust_type(&trace.item), &tests);
    "nearly".to_owned()
}

/// Whether the end of a path is a text that may be an input in another spelling.
fn spells(path: &[Field], own: &Field, is_told: bool) -> String {
    let ours = local(&own.rust, TAKEN);
    let (place, is_option) = place("item", path);
    let told = if is_told { "is_none_or" } else { "is_some_and" };
    match (is_option, own.is_option()) {
        (false, false) => format!("trace::is_near(&{place}, &{ours})"),
        (true, false) => format!("{place}.{told}(|value| trace::is_near(value, &{ours}))"),
        (false, true) => format!("{ours}.as_ref().is_none_or(|ours| trace::is_near(&{place}, ours))"),
        (true, true) => {
            format!("{ours}.as_ref().is_none_or(|ours| {place}.{told}(|value| trace::is_near(value, ours)))")
        }
    }
}

/// The closure that says whether what changed became what it was to become.
pub(super) fn emit_is_so(code: &mut Code, model: &Model, trace: &Trace) -> String {
    let tests: Vec<String> = trace.is.iter().map(|(field, text)| is(model, field, text)).collect();
    if tests.is_empty() {
        return "|_| true".to_owned();
    }
    closure(code, "is_so", &rust_type(&trace.item), &tests);
    "is_so".to_owned()
}

/// The value at the end of a path, and whether it may be absent: then it is an `Option` of a reference.
pub(super) fn place(item: &str, path: &[Field]) -> (String, bool) {
    let mut place = item.to_owned();
    let mut is_option = false;
    for field in path {
        let name = &field.rust;
        place = match (is_option, field.is_option()) {
            (false, false) => format!("{place}.{name}"),
            (false, true) => format!("{place}.{name}.as_ref()"),
            (true, false) => format!("{place}.map(|value| &value.{name})"),
            (true, true) => format!("{place}.and_then(|value| value.{name}.as_ref())"),
        };
        is_option |= field.is_option();
    }
    (place, is_option)
}

/// Whether the end of a path holds an input; an input that is absent says nothing. A field that is absent does not hold
/// it, unless the item is told by something else.
fn holds(path: &[Field], own: &Field, is_told: bool) -> String {
    let ours = local(&own.rust, TAKEN);
    let (place, is_option) = place("item", path);
    if matches!(own.ty, Type::List(_)) {
        let one = if is_option { format!("{place}.map(trace::text)") } else { format!("Some(trace::text(&{place}))") };
        return format!("{ours}.iter().any(|row| *row == [{one}])");
    }
    match (is_option, own.is_option()) {
        (false, false) => format!("{place} == {ours}"),
        (true, false) if is_told => format!("{place}.is_none_or(|value| *value == {ours})"),
        (true, false) => format!("{place} == Some(&{ours})"),
        (true, true) => format!("({ours}.is_none() || {place} == {ours}.as_ref())"),
        (false, true) => format!("{ours}.as_ref().is_none_or(|value| {place} == *value)"),
    }
}

/// Whether a field of the item has this value.
fn is(model: &Model, field: &Field, text: &str) -> String {
    let theirs = format!("item.{}", field.rust);
    let value = match &field.ty {
        Type::Flag | Type::Switch => Some(text.to_owned()),
        Type::Named(name) => match model.types.get(name).map(|entry| &entry.kind) {
            Some(TypeKind::Enumeration { values, .. }) => {
                values.iter().find(|value| value.wire == text).map(|value| format!("{name}::{}", value.rust))
            }
            _ => None,
        },
        _ => None,
    };
    match (value, field.is_option()) {
        (Some(value), true) => format!("{theirs} == Some({value})"),
        (Some(value), false) if value == "true" => theirs,
        (Some(value), false) if value == "false" => format!("!{theirs}"),
        (Some(value), false) => format!("{theirs} == {value}"),
        (None, true) => format!("{theirs}.as_ref().is_some_and(|value| value.to_text() == {})", quoted(text)),
        (None, false) => format!("{theirs}.to_text() == {}", quoted(text)),
    }
}

/// `let fits = |item: &T| …;`, or of another name, with a line for each test where one does not suffice.
fn closure(code: &mut Code, name: &str, item: &str, tests: &[String]) {
    let tests: Vec<&str> = match tests {
        [one] => vec![one.strip_prefix('(').and_then(|one| one.strip_suffix(')')).unwrap_or(one)],
        several => several.iter().map(String::as_str).collect(),
    };
    code.line(format!("let {name} = |item: &{item}| {};", tests.join(" && ")));
}

/// Ends where a field is absent that has to be seen: then nobody can tell.
pub(super) fn seen(code: &mut Code, trace: &Trace) {
    for (path, own) in trace.named.iter().chain(&trace.filter) {
        let (place, is_option) = place("now", path);
        match (is_option, own.is_option()) {
            (false, _) => {}
            (true, false) => code.chain("", &place, "?;"),
            (true, true) => {
                code.open(format!("if {}.is_some() {{", local(&own.rust, TAKEN)));
                code.chain("", &place, "?;");
                code.close("}");
            }
        }
    }
    for (field, _) in trace.is.iter().filter(|(field, _)| field.is_option()) {
        code.line(format!("now.{}.as_ref()?;", field.rust));
    }
}
