//! Waiters: which call to poll, and what its answers mean.

use super::code::{Code, quoted};
use super::endpoint::output_type;
use crate::model::{Condition, Endpoint, Model, Step, Type, TypeKind, Waiter};

/// One waiter of an endpoint.
pub(super) fn emit(code: &mut Code, model: &Model, endpoint: &Endpoint, waiter: &Waiter) {
    let service = &model.service.name.value;
    let (name, call, output) = (&waiter.type_name, &endpoint.type_name, output_type(endpoint).to_string());
    let is_gone_ready = waiter.surface.gone.as_deref() == Some("ready");
    let found = if is_gone_ready { "()".to_owned() } else { output.clone() };
    code.doc(&waiter.surface.en);
    code.alias(&waiter.surface.ru);
    code.line("#[derive(Debug, Clone, PartialEq)]");
    code.open(format!("pub struct {name} {{"));
    code.line(format!("call: {call},"));
    code.close("}");
    code.blank();
    code.open(format!("impl {name} {{"));
    code.doc("Polls with this call.");
    code.open(format!("pub fn new(call: {call}) -> Self {{"));
    code.line("Self { call }");
    code.close("}");
    code.close("}");
    code.blank();
    code.open(format!("impl Waiter for {name} {{"));
    code.line(format!("type Endpoint = {call};"));
    code.line(format!("type Found = {found};"));
    code.blank();
    let seconds = |name: &str, value: i64| format!("{name}: Duration::from_secs({value})");
    let fields = [
        format!("name: {}", quoted(&waiter.surface.name)),
        seconds("first", waiter.surface.first),
        seconds("interval", waiter.surface.interval),
        seconds("cap", waiter.surface.cap),
        seconds("deadline", waiter.surface.deadline),
        "..WaiterInfo::DEFAULT".to_owned(),
    ];
    code.literal("const INFO: WaiterInfo = WaiterInfo", &fields, ";");
    code.blank();
    code.open(format!("fn poll(&self) -> {call} {{"));
    code.line("self.call.clone()");
    code.close("}");
    code.blank();
    emit_judge(code, model, waiter, &output, &found, is_gone_ready);
    let on_gone = match waiter.surface.gone.as_deref() {
        Some("ready") => Some("Progress::Ready(())".to_owned()),
        Some("failed") => Some("Progress::Failed(fault.to_string())".to_owned()),
        Some("pending") => Some("Progress::Pending(Observation::new(fault.to_string()))".to_owned()),
        _ => None,
    };
    if let Some(progress) = on_gone {
        code.blank();
        code.open(format!(
            "fn on_fault(&self, fault: &Fault<<{service} as Api>::Code>) -> Option<Progress<{found}>> {{"
        ));
        if is_gone_ready {
            code.line(format!("fault.is_not_found().then_some({progress})"));
        } else {
            code.line(format!("fault.is_not_found().then(|| {progress})"));
        }
        code.close("}");
    }
    code.close("}");
}

fn emit_judge(code: &mut Code, model: &Model, waiter: &Waiter, output: &str, found: &str, is_gone_ready: bool) {
    code.open(format!("fn judge(&self, output: {output}) -> Progress<{found}> {{"));
    if !waiter.failed.is_empty() {
        let tests: Vec<String> = waiter.failed.iter().map(|condition| test(model, condition)).collect();
        code.condition("if ", &tests, "||");
        code.indented(|code| {
            let text = waiter.failed.first().map(|condition| text_of(&condition.path)).unwrap_or_default();
            // Behind an `Option` the text is owned already.
            let into = if text.ends_with("unwrap_or_default()") { "" } else { ".into()" };
            code.call("return Progress::Failed(", &[format!("{text}{into}")], ");");
        });
        code.line("}");
    }
    let tests: Vec<String> = waiter.ready.iter().map(|condition| test(model, condition)).collect();
    code.condition("if ", &tests, "&&");
    let value = if is_gone_ready { "()" } else { "output" };
    code.indented(|code| code.line(format!("return Progress::Ready({value});")));
    code.line("}");
    let text = waiter.text.as_ref().or_else(|| waiter.ready.first().map(|condition| &condition.path));
    let text = text.map(|path| text_of(path)).unwrap_or_else(|| "\"\"".to_owned());
    match &waiter.percent {
        None if text.contains('|') => {
            code.line(format!("let text = {text};"));
            code.line("Progress::Pending(Observation::new(text))");
        }
        None => code.line(format!("Progress::Pending(Observation::new({text}))")),
        Some(path) => {
            code.line(format!("let observation = Observation::new({text});"));
            let number = match plain_place(path) {
                Some(plain) => format!("{plain}.to_text().parse().ok()"),
                None => format!("{}.and_then(|value| value.to_text().parse().ok())", place(path)),
            };
            code.open(format!("match {number} {{"));
            code.line("Some(percent) => Progress::Pending(observation.percent(percent)),");
            code.line("None => Progress::Pending(observation),");
            code.close("}");
        }
    }
    code.close("}");
}

/// An expression for the value at a path: `Option<&T>`.
fn place(path: &[Step]) -> String {
    let mut expression = String::new();
    for (index, step) in path.iter().enumerate() {
        expression = match (index, step) {
            (0, Step::First) => "output.first()".to_owned(),
            (0, Step::Field { rust, is_option: true, .. }) => format!("output.{rust}.as_ref()"),
            (0, Step::Field { rust, .. }) => format!("Some(&output.{rust})"),
            (_, Step::First) => format!("{expression}.and_then(|list| list.first())"),
            (_, Step::Field { rust, is_option: true, .. }) => {
                format!("{expression}.and_then(|value| value.{rust}.as_ref())")
            }
            (_, Step::Field { rust, .. }) => format!("{expression}.map(|value| &value.{rust})"),
        };
    }
    expression
}

fn last_type(path: &[Step]) -> Option<&Type> {
    path.iter().rev().find_map(|step| match step {
        Step::Field { ty, .. } => Some(ty),
        Step::First => None,
    })
}

/// The place of a value that is always there: no `Option` on the way.
fn plain_place(path: &[Step]) -> Option<String> {
    match path {
        [Step::Field { rust, is_option: false, .. }] => Some(format!("output.{rust}")),
        _ => None,
    }
}

fn test(model: &Model, condition: &Condition) -> String {
    let plain = plain_place(&condition.path);
    if let (Some(plain), false) = (&plain, condition.is_there) {
        let alternatives: Vec<String> = condition.any_of.iter().map(|text| quoted(text)).collect();
        return match variants(model, &condition.path, &condition.any_of).as_deref() {
            Some([one]) => format!("{plain} == {one}"),
            Some(several) => format!("matches!({plain}, {})", several.join(" | ")),
            None => match alternatives.as_slice() {
                [one] => format!("{plain}.to_text() == {one}"),
                _ => format!("matches!(&*{plain}.to_text(), {})", alternatives.join(" | ")),
            },
        };
    }
    if let (Some(plain), Some(ty)) = (&plain, last_type(&condition.path)) {
        match ty {
            Type::List(_) | Type::Map(..) | Type::Text | Type::Secret | Type::Csv(_) => {
                return format!("!{plain}.is_empty()");
            }
            Type::Flag | Type::Switch => return plain.clone(),
            _ => {}
        }
    }
    let place = place(&condition.path);
    if condition.is_there {
        return match last_type(&condition.path) {
            Some(Type::List(_) | Type::Map(..) | Type::Text | Type::Secret | Type::Csv(_)) => {
                format!("{place}.is_some_and(|value| !value.is_empty())")
            }
            Some(Type::Flag | Type::Switch) => format!("{place}.is_some_and(|value| *value)"),
            _ => format!("{place}.is_some()"),
        };
    }
    let texts: Vec<String> = condition.any_of.iter().map(|text| quoted(text)).collect();
    match texts.as_slice() {
        [one] => format!("{place}.is_some_and(|value| value.to_text() == {one})"),
        _ => format!("{place}.is_some_and(|value| matches!(&*value.to_text(), {}))", texts.join(" | ")),
    }
}

/// The variants that these texts stand for, where the value is an open enumeration that knows them all.
fn variants(model: &Model, path: &[Step], texts: &[String]) -> Option<Vec<String>> {
    let Some(Type::Named(name)) = last_type(path) else {
        return None;
    };
    let TypeKind::Enumeration { values, .. } = &model.types.get(name)?.kind else {
        return None;
    };
    let variant =
        |text: &String| values.iter().find(|value| value.wire == *text).map(|value| format!("{name}::{}", value.rust));
    texts.iter().map(variant).collect()
}

fn text_of(path: &[Step]) -> String {
    match last_type(path) {
        Some(Type::List(_) | Type::Map(..) | Type::Flag | Type::Switch) | None => "\"\"".to_owned(),
        _ if plain_place(path).is_some() => format!("{}.to_text()", plain_place(path).unwrap_or_default()),
        _ => format!("{}.map(|value| value.to_text().into_owned()).unwrap_or_default()", place(path)),
    }
}
