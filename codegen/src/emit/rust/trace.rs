//! Where it shows that a call happened: what a ticket remembers of it, the read, and what its answer says.

mod fits;

use super::code::{Code, quoted};
use super::words_text::{local, rust_type};
use crate::model::{Endpoint, Field, Items, Model, Origin, Sign, Slot, Trace, Type};
use crate::resolve::is_text;
use fits::{place, seen};

/// Variables of the generated functions: an input of the same name gets another.
const TAKEN: &[&str] = &["inputs", "calls", "before", "now", "item", "fits", "nearly", "is_so", "first", "row"];

/// What the docs of the call say of it.
pub(super) fn sentence(endpoint: &Endpoint) -> String {
    if let Some(why) = &endpoint.surface.no_trace {
        return format!(" No call shows it: {}", why.value);
    }
    let Some(trace) = &endpoint.trace else {
        return String::new();
    };
    match &trace.sign {
        Sign::New(_) if !trace.named.is_empty() => {
            " `reconcile` does it; where the name is not unique, it takes what `before` gave before the call."
                .to_owned()
        }
        Sign::Gone => " `reconcile` does it.".to_owned(),
        Sign::Became if trace.not_found => " `reconcile` does it.".to_owned(),
        _ => " `reconcile` does it, with what `before` gave before the call.".to_owned(),
    }
}

/// `impl Perform` with what a ticket remembers.
pub(super) fn emit_perform(code: &mut Code, endpoint: &Endpoint) {
    let name = &endpoint.type_name;
    let remembered = endpoint.trace.as_ref().map(remembered).unwrap_or_default();
    let each = endpoint.trace.as_ref().and_then(|trace| trace.each.as_ref());
    if remembered.is_empty() && each.is_none() {
        return code.line(format!("impl Perform for {name} {{}}"));
    }
    code.open(format!("impl Perform for {name} {{"));
    code.open("fn inputs(&self) -> Inputs {");
    let mut text = "Inputs::new()".to_owned();
    for own in &remembered {
        let name = &own.rust;
        text.push_str(&match (&own.ty, own.is_option()) {
            (Type::List(_), _) => {
                format!(".with_rows(\"{name}\", self.{name}.iter().map(|item| vec![Some(trace::text(item))]))")
            }
            (Type::Secret, _) => format!(".with_secret(\"{name}\", &self.{name})"),
            (_, true) => format!(".with_option(\"{name}\", self.{name}.as_ref())"),
            (_, false) => format!(".with(\"{name}\", &self.{name})"),
        });
    }
    match each {
        None => code.chain("", &text, ""),
        Some((own, columns)) => {
            let columns: Vec<String> =
                columns.iter().map(|(_, field)| format!("Some(trace::text(&item.{}))", field.rust)).collect();
            code.open(format!("let rows = self.{}.iter().map(|item| {{", own.rust));
            code.call("vec![", &columns, "]");
            code.close("});");
            code.chain("", &format!("{text}.with_rows(\"{}\", rows)", own.rust), "");
        }
    }
    code.close("}");
    code.close("}");
}

/// The inputs that a ticket remembers, without that of `each`.
fn remembered(trace: &Trace) -> Vec<&Field> {
    let read = trace.inputs.iter().filter_map(|(_, origin)| match origin {
        Origin::Own(own) | Origin::OwnAs(own, _) => Some(own),
        Origin::First(_) => None,
    });
    let mut fields: Vec<&Field> = Vec::new();
    for own in read.chain(compared(trace)) {
        if fields.iter().all(|known| known.rust != own.rust) {
            fields.push(own);
        }
    }
    fields
}

fn compared(trace: &Trace) -> impl Iterator<Item = &Field> {
    trace.named.iter().chain(&trace.filter).map(|(_, own)| own)
}

/// `impl Reconcile` of an endpoint.
pub(super) fn emit(code: &mut Code, model: &Model, endpoint: &Endpoint) {
    let name = &endpoint.type_name;
    if let Some(why) = &endpoint.surface.no_trace {
        code.blank();
        return code.call("hostkit::not_shown!(", &[name.clone(), quoted(&why.value)], ");");
    }
    let Some(trace) = &endpoint.trace else {
        return;
    };
    let reading = rust_type(&trace.output);
    let found = if is_shown(trace) { rust_type(&trace.item) } else { "()".to_owned() };
    let found = if trace.each.is_some() { format!("Vec<{found}>") } else { found };
    code.blank();
    code.open(format!("impl Reconcile for {name} {{"));
    code.line(format!("type Reading = {reading};"));
    code.line(format!("type Found = {found};"));
    code.blank();
    code.line(format!("const SETTLE: Duration = Duration::from_secs({});", trace.settle));
    if !trace.unseen_is_no {
        code.line("const UNSEEN_IS_NO: bool = false;");
    }
    // Proxies repeat what is no POST, where the first upstream does not answer.
    if matches!(trace.sign, Sign::New(_)) && endpoint.method != "POST" {
        code.line("const MAY_BE_DOUBLED: bool = true;");
    }
    code.blank();
    emit_read(code, trace, model, &reading);
    code.blank();
    emit_before(code, model, trace, &reading);
    code.blank();
    let before = if needs_before(trace) { "before" } else { "_" };
    let inputs = if uses_inputs(trace) { "inputs" } else { "_" };
    let parameters = [format!("{inputs}: &Inputs"), format!("{before}: Option<&Before>"), format!("now: {reading}")];
    code.call("fn look(", &parameters, &format!(") -> Option<Vec<{found}>> {{"));
    code.indented(|code| emit_look(code, model, trace));
    code.line("}");
    if trace.not_found {
        code.blank();
        code.open("fn not_found() -> Option<()> {");
        code.line("Some(())");
        code.close("}");
    }
    code.close("}");
}

/// What is gone cannot be shown.
fn is_shown(trace: &Trace) -> bool {
    !trace.not_found && !matches!(trace.sign, Sign::Gone)
}

/// What can only be found to be gone is looked at for that alone.
fn needs_before(trace: &Trace) -> bool {
    !matches!(trace.sign, Sign::Became) || !trace.not_found || has_tests(trace)
}

fn uses_inputs(trace: &Trace) -> bool {
    trace.each.is_some() || compared(trace).next().is_some()
}

fn has_tests(trace: &Trace) -> bool {
    !trace.named.is_empty() || !trace.filter.is_empty() || !trace.is.is_empty() || matches!(trace.sign, Sign::There(_))
}

fn emit_read(code: &mut Code, trace: &Trace, model: &Model, reading: &str) {
    let is_used = trace.inputs.iter().any(|(_, origin)| !matches!(origin, Origin::First(_)));
    let inputs = if is_used { "inputs" } else { "_" };
    let parameters = [format!("{inputs}: &Inputs"), format!("calls: &Calls<{}>", model.service.name.value)];
    code.call("async fn read(", &parameters, &format!(") -> Result<{reading}, ErrorOf<Self>> {{"));
    code.indented(|code| {
        for (_, origin) in &trace.inputs {
            if let Origin::Own(own) | Origin::OwnAs(own, _) = origin {
                let (name, ty) = (&own.rust, rust_type(&own.ty));
                code.line(format!("let {}: {ty} = inputs.need(Self::INFO.name, \"{name}\")?;", local(name, TAKEN)));
            }
        }
        let value = |slot: &Slot, origin: &Origin| {
            let value = match origin {
                Origin::Own(own) => local(&own.rust, TAKEN),
                Origin::OwnAs(own, ty) => format!("{ty}::new({}.get())", local(&own.rust, TAKEN)),
                Origin::First(field) => format!("item.{}", field.rust),
            };
            match slot {
                Slot::Variant(variant) => format!("{variant}({value})"),
                Slot::Field(_) => value,
            }
        };
        let is_given = |slot: &Slot| matches!(slot, Slot::Field(field) if !field.is_required());
        let required: Vec<String> =
            trace.inputs.iter().filter(|(slot, _)| !is_given(slot)).map(|(slot, origin)| value(slot, origin)).collect();
        let mut read = format!("{}::new({})", trace.read, required.join(", "));
        for (slot, origin) in trace.inputs.iter().filter(|(slot, _)| is_given(slot)) {
            if let Slot::Field(field) = slot {
                read.push_str(&format!(".{}({})", field.rust, value(slot, origin)));
            }
        }
        match &trace.first {
            None => code.line(format!("calls.call(&{read}).await")),
            Some(first) => {
                code.line(format!("let first = calls.call(&{first}::new()).await?;"));
                code.chain("let reads = ", &format!("first.into_iter().map(|item| {read}).collect()"), ";");
                code.line("trace::each(calls, reads).await");
            }
        }
    });
    code.line("}");
}

fn emit_before(code: &mut Code, model: &Model, trace: &Trace, reading: &str) {
    if !needs_before(trace) {
        code.open(format!("fn before(_: &Inputs, _: &{reading}) -> Option<Before> {{"));
        code.line("None");
        return code.close("}");
    }
    let is_new = matches!(trace.sign, Sign::New(_));
    let inputs = if !is_new && uses_inputs(trace) { "inputs" } else { "_" };
    let parameters = [format!("{inputs}: &Inputs"), format!("now: &{reading}")];
    code.call("fn before(", &parameters, ") -> Option<Before> {");
    code.indented(|code| {
        let fits = if is_new { "|_| true".to_owned() } else { fits::emit(code, model, trace) };
        let (mark, is_private) = match &trace.sign {
            Sign::New(key) => (key_mark(key, "Some"), false),
            Sign::Changed(field) => changed_mark(model, trace, field),
            Sign::There(_) | Sign::Gone | Sign::Became => ("|_| Some(String::new())".to_owned(), false),
        };
        let private = if is_private { ".private()" } else { "" };
        let arguments = [items(trace, true), fits, mark];
        code.call("Some(trace::marks(", &arguments, &format!("){private})"));
    });
    code.line("}");
}

/// `Some(text(&item.id))`, or the text itself.
fn key_mark(key: &Field, some: &str) -> String {
    match some {
        "" => format!("|item| trace::text(&item.{})", key.rust),
        some => format!("|item| {some}(trace::text(&item.{}))", key.rust),
    }
}

/// The mark of a field that changes, and whether it must not be written down.
fn changed_mark(model: &Model, trace: &Trace, field: &Field) -> (String, bool) {
    let name = &field.rust;
    let kind = match &field.ty {
        Type::Secret => "secret",
        ty if is_text(model, ty) => "text",
        _ => "print",
    };
    match (field.is_option(), trace.absent_is_no) {
        (true, false) => (format!("|item| item.{name}.as_ref().map(trace::{kind})"), kind != "text"),
        (true, true) => (format!("|item| Some(trace::print(&item.{name}))"), true),
        (false, _) => (format!("|item| Some(trace::{kind}(&item.{name}))"), kind != "text"),
    }
}

/// The items of what was read, borrowed or not.
fn items(trace: &Trace, is_borrowed: bool) -> String {
    let list = match (trace.items, trace.lists.as_slice()) {
        (Items::Fields, _) | (_, []) => String::new(),
        (_, [list, ..]) => format!(".{list}"),
    };
    match (trace.items, is_borrowed) {
        (Items::One, _) => "[now]".to_owned(),
        (Items::List | Items::Maybe, true) => format!("now{list}.iter()"),
        (Items::List | Items::Maybe, false) => format!("now{list}"),
        (Items::Values, true) => format!("now{list}.values()"),
        (Items::Values, false) => format!("now{list}.into_values()"),
        (Items::Fields, true) => {
            let fields: Vec<String> = trace.lists.iter().map(|list| format!("now.{list}.as_ref()")).collect();
            format!("[{}].into_iter().flatten()", fields.join(", "))
        }
        (Items::Fields, false) => {
            let fields: Vec<String> = trace.lists.iter().map(|list| format!("now.{list}")).collect();
            format!("[{}].into_iter().flatten()", fields.join(", "))
        }
    }
}

fn emit_look(code: &mut Code, model: &Model, trace: &Trace) {
    if let Some((own, columns)) = &trace.each {
        return emit_look_each(code, trace, own, columns);
    }
    let fits = fits::emit(code, model, trace);
    if let (Sign::Became, true, Some(absent)) = (&trace.sign, trace.is.is_empty(), all_absent(trace)) {
        code.open(format!("if {absent} {{"));
        code.line("return None;");
        code.close("}");
    }
    if matches!(trace.sign, Sign::Became) && is_shown(trace) && !trace.absent_is_no {
        seen(code, trace);
    }
    let now = items(trace, false);
    let (name, arguments) = match &trace.sign {
        Sign::New(key) => {
            let nearly = fits::emit_nearly(code, model, trace);
            ("appeared", vec!["before".to_owned(), now, is_named(trace), fits, nearly, key_mark(key, "")])
        }
        Sign::Changed(field) => {
            let is_so = fits::emit_is_so(code, model, trace);
            ("changed", vec!["before".to_owned(), now, fits, changed_mark(model, trace, field).0, is_so])
        }
        Sign::Gone => ("gone", vec!["before".to_owned(), now, count(trace), fits]),
        Sign::Became if !is_shown(trace) => {
            let before = if needs_before(trace) { "before" } else { "None" };
            ("ended", vec![before.to_owned(), "&now".to_owned(), fits])
        }
        Sign::Became | Sign::There(_) => ("became", vec!["before".to_owned(), "now".to_owned(), fits]),
    };
    code.call(&format!("trace::{name}("), &arguments, ")");
}

fn emit_look_each(code: &mut Code, trace: &Trace, own: &Field, columns: &[(Vec<Field>, Field)]) {
    let Sign::New(key) = &trace.sign else {
        return;
    };
    code.line(format!("let rows = inputs.rows(\"{}\")?;", own.rust));
    let texts: Vec<String> = columns
        .iter()
        .map(|(path, _)| match place("item", path) {
            (place, true) if path.len() == 1 => format!("{place}.map(trace::text)"),
            (place, true) => format!("{place}.map(|value| trace::text(value))"),
            (place, false) => format!("Some(trace::text(&{place}))"),
        })
        .collect();
    code.open(format!("let fits = |row: &Vec<Option<String>>, item: &{}| {{", rust_type(&trace.item)));
    code.call("*row == [", &texts, "]");
    code.close("};");
    let arguments = ["before".to_owned(), items(trace, false), "rows".to_owned(), "fits".to_owned(), key_mark(key, "")];
    code.call("trace::appeared_each(", &arguments, ")");
}

/// How many items the call takes away.
fn count(trace: &Trace) -> String {
    match compared(trace).find(|own| matches!(own.ty, Type::List(_))) {
        Some(own) => format!("{}.len()", local(&own.rust, TAKEN)),
        None => "1".to_owned(),
    }
}

/// Whether all inputs are absent that could be compared: then nothing can be told.
fn all_absent(trace: &Trace) -> Option<String> {
    let inputs: Vec<&Field> = compared(trace).collect();
    let is_optional = !inputs.is_empty() && inputs.iter().all(|own| own.is_option());
    let absent: Vec<String> = inputs.iter().map(|own| format!("{}.is_none()", local(&own.rust, TAKEN))).collect();
    is_optional.then(|| absent.join(" && "))
}

/// Whether the call names what it makes: then the list before is not needed.
fn is_named(trace: &Trace) -> String {
    let names: Vec<String> = trace
        .named
        .iter()
        .map(
            |(_, own)| {
                if own.is_option() { format!("{}.is_some()", local(&own.rust, TAKEN)) } else { "true".to_owned() }
            },
        )
        .collect();
    match names.as_slice() {
        [] => "false".to_owned(),
        names if names.iter().any(|name| name == "true") => "true".to_owned(),
        names => names.join(" || "),
    }
}
