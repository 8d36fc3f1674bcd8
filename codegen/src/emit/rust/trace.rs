//! Where it shows that a call happened: the read, and what its answer says.

use super::code::{Code, quoted};
use super::words::rust_type;
use crate::model::{Endpoint, Field, Items, Model, Sign, Trace, Type, TypeKind};
use crate::resolve::is_copy;

/// What the docs of the call say of it.
pub(super) fn sentence(trace: &Trace) -> String {
    let read = &trace.read;
    match &trace.sign {
        Sign::New(_) if !trace.named.is_empty() => {
            format!(
                " `reconcile` does it; where the name is not unique, it takes what [`{read}`] gave before the call."
            )
        }
        Sign::New(_) | Sign::Changed(_) => format!(" `reconcile` does it, with what [`{read}`] gave before the call."),
        Sign::Gone | Sign::Became => " `reconcile` does it.".to_owned(),
    }
}

/// `impl Reconcile` of an endpoint.
pub(super) fn emit(code: &mut Code, model: &Model, endpoint: &Endpoint, trace: &Trace) {
    let (read, output, item) = (&trace.read, rust_type(&trace.output), rust_type(&trace.item));
    // What is gone cannot be shown.
    let is_shown = !trace.not_found && !matches!(trace.sign, Sign::Gone);
    let found = if is_shown { item.as_str() } else { "()" };
    code.open(format!("impl Reconcile for {} {{", endpoint.type_name));
    code.line(format!("type Read = {read};"));
    code.line(format!("type Found = {found};"));
    code.blank();
    code.line(format!("const SETTLE: Duration = Duration::from_secs({});", trace.settle));
    code.blank();
    code.open(format!("fn read(&self) -> {read} {{"));
    code.chain("", &read_expression(model, trace), "");
    code.close("}");
    code.blank();
    let before = if needs_before(trace) { "before" } else { "_" };
    let parameters = ["&self".to_owned(), format!("{before}: Option<&{output}>"), format!("now: {output}")];
    code.call("fn look(", &parameters, &format!(") -> Option<Vec<{found}>> {{"));
    code.indented(|code| emit_look(code, model, trace, is_shown));
    code.line("}");
    if trace.not_found {
        code.blank();
        code.open("fn not_found(&self) -> Option<()> {");
        code.line("Some(())");
        code.close("}");
    }
    code.close("}");
}

fn needs_before(trace: &Trace) -> bool {
    match trace.sign {
        Sign::New(_) | Sign::Changed(_) => true,
        Sign::Gone => false,
        // What can also be gone is looked at for its state alone.
        Sign::Became => !trace.not_found,
    }
}

fn read_expression(model: &Model, trace: &Trace) -> String {
    let value = |own: &Field| {
        let clone = if is_copy(model, &own.ty) { "" } else { ".clone()" };
        format!("self.{}{clone}", own.rust)
    };
    let required: Vec<String> =
        trace.inputs.iter().filter(|(input, _)| input.is_required()).map(|(_, own)| value(own)).collect();
    let mut text = format!("{}::new({})", trace.read, required.join(", "));
    for (input, own) in trace.inputs.iter().filter(|(input, _)| !input.is_required()) {
        text.push_str(&format!(".{}({})", input.rust, value(own)));
    }
    text
}

fn emit_look(code: &mut Code, model: &Model, trace: &Trace, is_shown: bool) {
    let is_new = matches!(trace.sign, Sign::New(_));
    let mut tests: Vec<String> = trace.named.iter().map(|(path, own)| holds(path, own, false)).collect();
    tests.extend(trace.filter.iter().map(|(path, own)| holds(path, own, is_new)));
    tests.extend(trace.is.iter().map(|(field, text)| is(model, field, text)));
    let item = rust_type(&trace.item);
    if let (Sign::Became, true, Some(absent)) = (&trace.sign, trace.is.is_empty(), all_absent(trace)) {
        code.open(format!("if {absent} {{"));
        code.line("return None;");
        code.close("}");
    }
    if matches!(trace.sign, Sign::Became) && is_shown && !trace.absent_is_no {
        seen(code, trace);
    }
    let list = trace.list.as_ref().map(|list| format!(".{list}")).unwrap_or_default();
    if trace.items != Items::One && needs_before(trace) {
        let values = if trace.items == Items::Values { "values" } else { "iter" };
        code.chain("let before = ", &format!("before.map(|before| before{list}.{values}().collect())"), ";");
    }
    let now = match trace.items {
        Items::Values => format!("now{list}.into_values()"),
        _ => format!("now{list}"),
    };
    if !tests.is_empty() {
        closure(code, &item, &tests);
    }
    let fits = match (tests.is_empty(), &trace.sign) {
        (false, _) => "fits",
        // Only that it is not found says that it is gone.
        (true, Sign::Became) => "|_| false",
        (true, _) => "|_| true",
    };
    let value = |field: &Field| match (field.is_option(), trace.absent_is_no) {
        (true, false) => format!("|item| item.{}.as_ref()", field.rust),
        _ => format!("|item| Some(&item.{})", field.rust),
    };
    let call = match (&trace.sign, trace.items) {
        (Sign::New(key), _) => {
            format!("trace::appeared(before, {now}, {}, {fits}, |item| &item.{})", is_named(trace), key.rust)
        }
        (Sign::Changed(field), Items::One) => format!("trace::differs(before, {now}, {})", value(field)),
        (Sign::Changed(field), _) => format!("trace::changed(before, {now}, {fits}, {})", value(field)),
        (Sign::Gone, _) => format!("trace::gone({now}, {fits})"),
        (Sign::Became, _) if is_shown => format!("trace::became(before, {now}, {fits})"),
        (Sign::Became, _) => format!("trace::ended(&{now}, {fits})"),
    };
    code.chain("", &call, "");
}

/// Whether all inputs are absent that could be compared: then nothing can be told.
fn all_absent(trace: &Trace) -> Option<String> {
    let inputs: Vec<&Field> = trace.named.iter().chain(&trace.filter).map(|(_, own)| own).collect();
    let is_optional = !inputs.is_empty() && inputs.iter().all(|own| own.is_option());
    let absent: Vec<String> = inputs.iter().map(|own| format!("self.{}.is_none()", own.rust)).collect();
    is_optional.then(|| absent.join(" && "))
}

/// Whether the call names what it makes: then the list before is not needed.
fn is_named(trace: &Trace) -> String {
    let names: Vec<String> = trace
        .named
        .iter()
        .map(|(_, own)| if own.is_option() { format!("self.{}.is_some()", own.rust) } else { "true".to_owned() })
        .collect();
    match names.as_slice() {
        [] => "false".to_owned(),
        names if names.iter().any(|name| name == "true") => "true".to_owned(),
        names => names.join(" || "),
    }
}

/// The value at the end of a path, and whether it may be absent: then it is an `Option` of a reference.
fn place(item: &str, path: &[Field]) -> (String, bool) {
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
    let ours = format!("self.{}", own.rust);
    let (place, is_option) = place("item", path);
    match (is_option, own.is_option()) {
        (false, false) => format!("{place} == {ours}"),
        (true, false) if is_told => format!("{place}.is_none_or(|value| *value == {ours})"),
        (true, false) => format!("{place} == Some(&{ours})"),
        (true, true) => format!("({ours}.is_none() || {place} == {ours}.as_ref())"),
        (false, true) => format!("{ours}.as_ref().is_none_or(|value| {place} == *value)"),
    }
}

/// Ends where a field is absent that has to be seen: then nobody can tell.
fn seen(code: &mut Code, trace: &Trace) {
    for (path, own) in trace.named.iter().chain(&trace.filter) {
        let (place, is_option) = place("now", path);
        match (is_option, own.is_option()) {
            (false, _) => {}
            (true, false) => code.chain("", &place, "?;"),
            (true, true) => {
                code.open(format!("if self.{}.is_some() {{", own.rust));
                code.chain("", &place, "?;");
                code.close("}");
            }
        }
    }
    for (field, _) in trace.is.iter().filter(|(field, _)| field.is_option()) {
        code.line(format!("now.{}.as_ref()?;", field.rust));
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

/// `let fits = |item: &T| …;`, with a line for each test where one does not suffice.
fn closure(code: &mut Code, item: &str, tests: &[String]) {
    let tests: Vec<&str> = match tests {
        [one] => vec![one.strip_prefix('(').and_then(|one| one.strip_suffix(')')).unwrap_or(one)],
        several => several.iter().map(String::as_str).collect(),
    };
    let head = format!("let fits = |item: &{item}|");
    let one = tests.join(" && ");
    if code.fits(&format!("{head} {one};")) {
        code.line(format!("{head} {one};"));
        return;
    }
    code.open(format!("{head} {{"));
    if code.fits(&one) {
        code.line(one);
    } else {
        for (index, test) in tests.iter().enumerate() {
            if index == 0 {
                code.line(test);
            } else {
                code.indented(|code| code.line(format!("&& {test}")));
            }
        }
    }
    code.close("};");
}
