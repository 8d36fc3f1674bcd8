//! The page of an API's types, and rows of fields that calls share with it.

use super::page::{head, table};
use super::words::{Language, cell, limits, provenance, type_text};
use crate::model::{Field, Model, Type, TypeEntry, TypeKind, WireName, choice_of};
use crate::surface::IdKind;

/// The page of all types.
pub(super) fn page(language: Language, model: &Model) -> String {
    let mut page = head(language, model, "types", &format!("specs/{}/types/", model.api));
    for (index, entry) in model.types.values().enumerate() {
        if index > 0 {
            page.push('\n');
        }
        page.push_str(&section(language, model, entry));
    }
    page
}

fn section(language: Language, model: &Model, entry: &TypeEntry) -> String {
    let mut text = format!("## {}\n\n{}\n", entry.name, language.of(&entry.en, &entry.ru));
    if !entry.about.is_empty() && language == Language::English {
        text.push_str(&format!("\n{}\n", entry.about.trim()));
    }
    match &entry.kind {
        TypeKind::Struct(fields) => {
            text.push('\n');
            text.push_str(&outputs(language, model, fields));
            if entry.keep_raw {
                let raw = language.pick(
                    "\nThe whole object is kept as it came, in `raw`.\n",
                    "\nОбъект целиком остаётся в `raw`, каким пришёл.\n",
                );
                text.push_str(raw);
            }
        }
        TypeKind::Enumeration { values, .. } => {
            text.push_str(language.pick(
                "\nOpen: a value that is not listed is kept.\n\n",
                "\nОткрытый перечень: неизвестное значение сохраняется.\n\n",
            ));
            let titles = [language.pick("on the wire", "в протоколе"), "Rust", language.pick("meaning", "смысл")];
            let rows = values.iter().map(|value| {
                let meaning = cell(language.of(&value.en, &value.ru));
                vec![format!("`{}`", value.wire), format!("`{}`", value.rust), meaning]
            });
            text.push_str(&table(&titles, rows));
        }
        TypeKind::Id(kind) => {
            let kind = if *kind == IdKind::Number { Type::Uint } else { Type::Text };
            let kind = type_text(language, &kind);
            let of_texts = Some(&entry.limits).filter(|limits| limits.min.or(limits.max).is_none());
            let mut facts: Vec<String> = of_texts.map(|of_texts| limits(language, of_texts)).unwrap_or_default();
            facts.insert(0, kind.to_string());
            let facts = facts.join(", ");
            text.push_str(&format!("\n{}: {facts}.\n", language.pick("An id of its own type", "Номер своего типа")));
        }
        TypeKind::Ranged(lowest, i64::MAX) => text.push_str(&match language {
            Language::English => format!("\nA number from {lowest} up.\n"),
            Language::Russian => format!("\nЧисло не меньше {lowest}.\n"),
        }),
        TypeKind::Ranged(lowest, highest) => text.push_str(&match language {
            Language::English => format!("\nA number from {lowest} to {highest}.\n"),
            Language::Russian => format!("\nЧисло от {lowest} до {highest}.\n"),
        }),
        TypeKind::Union { number, scalar, object, list } => {
            text.push('\n');
            let shapes = [
                ("Number", language.pick("a number", "число"), number),
                ("Scalar", language.pick("a scalar", "скаляр"), scalar),
                ("Object", language.pick("an object", "объект"), object),
                ("List", language.pick("a list", "список"), list),
            ];
            for (variant, shape, ty) in shapes {
                if let Some(ty) = ty {
                    text.push_str(&format!("- {shape}, Rust `{variant}`: {}\n", type_text(language, ty)));
                }
            }
        }
        TypeKind::Objects(objects) => {
            text.push_str(language.pick(
                "\nOne of these objects, told by its fields:\n\n",
                "\nОдин из этих объектов, различаются полями:\n\n",
            ));
            for (variant, ty) in objects {
                text.push_str(&format!("- Rust `{variant}`: {}\n", type_text(language, ty)));
            }
        }
    }
    text
}

/// The fields of an answer's object, as a table.
pub(super) fn outputs(language: Language, model: &Model, fields: &[Field]) -> String {
    let titles = [
        language.pick("field", "поле"),
        language.pick("on the wire", "в протоколе"),
        language.pick("type", "тип"),
        language.pick("presence", "наличие"),
        language.pick("meaning", "смысл"),
    ];
    let rows = fields.iter().map(|field| {
        vec![
            format!("`{}`", field.rust),
            wire_name(language, model, field),
            type_text(language, &field.ty),
            presence(language, fields, field),
            meaning(language, model, field),
        ]
    });
    table(&titles, rows)
}

fn presence(language: Language, fields: &[Field], field: &Field) -> String {
    if let Some(choice) = choice_of(fields, field) {
        let names: Vec<String> = choice.fields.iter().map(|field| format!("`{}`", field.rust)).collect();
        let how = match choice.is_required {
            true => language.pick("exactly one of", "ровно одно из"),
            false => language.pick("at most one of", "не больше одного из"),
        };
        return format!("{how} {}", names.join(", "));
    }
    if field.is_required() {
        return language.pick("always", "всегда").to_owned();
    }
    match &field.surface.absent {
        Some(absent) if absent.value => language.pick("absent means yes", "если нет, значит да").to_owned(),
        Some(_) => language.pick("absent means no", "если нет, значит нет").to_owned(),
        None if matches!(field.ty, Type::List(_) | Type::Map(..)) => {
            language.pick("absent means empty", "если нет, значит пусто").to_owned()
        }
        None => language.pick("may be absent", "может не быть").to_owned(),
    }
}

/// The inputs of one place, as rows of `name, where, type, required, meaning`.
pub(super) fn inputs<'f>(
    language: Language,
    model: &'f Model,
    place: &'f str,
    fields: &'f [Field],
) -> impl Iterator<Item = Vec<String>> + 'f {
    fields.iter().map(move |field| {
        let surface = &field.surface;
        let required = if surface.required {
            language.pick("yes", "да").to_owned()
        } else if let Some(condition) = &surface.required_if {
            // A bar would end the cell.
            if_words(language, condition).replace('|', "\\|")
        } else {
            language.pick("no", "нет").to_owned()
        };
        let name =
            if surface.names.is_some() { format!("`{}`", field.rust) } else { wire_name(language, model, field) };
        vec![name, place.to_owned(), type_text(language, &field.ty), required, meaning(language, model, field)]
    })
}

/// A condition as the end of a sentence.
fn if_words(language: Language, condition: &str) -> String {
    match condition.strip_prefix('!') {
        Some(condition) => format!("{} `{condition}`", language.pick("unless", "если не")),
        None => format!("{} `{condition}`", language.pick("if", "если")),
    }
}

/// The name in each format.
fn wire_name(language: Language, model: &Model, field: &Field) -> String {
    if field.is_body() {
        return language.pick("the whole body", "всё тело").to_owned();
    }
    if let Some(header) = &field.surface.header {
        return format!("`{header}`");
    }
    let nameless = field.is_nameless().then(|| language.pick("without a name", "без имени").to_owned());
    let mut text = nameless.unwrap_or_else(|| name(model, &field.name));
    for also in &field.name.also {
        text.push_str(&format!(", `{also}`"));
    }
    text
}

/// A path in each format that the API has.
pub(super) fn name(model: &Model, name: &WireName) -> String {
    let (json, xml) = (name.json.join("/"), name.xml.join("/"));
    if !model.service.speaks(false) {
        format!("`{xml}`")
    } else if json == xml || !model.service.speaks(true) {
        format!("`{json}`")
    } else {
        format!("JSON `{json}`, XML `{xml}`")
    }
}

/// A field's sentence and limits.
fn meaning(language: Language, model: &Model, field: &Field) -> String {
    let surface = &field.surface;
    let mut facts = Vec::new();
    if let Some(unit) = &surface.unit {
        facts.push(format!("{}: {unit}", language.pick("unit", "единица")));
    }
    facts.extend(limits(language, &surface.limits));
    for (host, given) in &surface.host_limits {
        facts.push(format!("`{}`: {}", host.value, limits(language, given).join(", ")));
    }
    for (condition, given) in &surface.when {
        let given = limits(language, given).join(", ");
        facts.push(format!("{}: {given}", if_words(language, condition)));
    }
    if let Some(other) = &surface.not_below {
        facts.push(format!("{} `{}`", language.pick("not less than", "не меньше, чем"), other.value));
    }
    if let Some(max) = surface.max_items {
        facts.push(format!("{} {max}", language.pick("items, at most:", "элементов не больше")));
    }
    if let Some(key) = &field.name.item {
        facts.push(format!("{} `{key}`", language.pick("each item below", "каждый элемент внутри")));
    }
    if let Some(total) = field.total() {
        facts.push(format!("{} {}", language.pick("how many in all:", "сколько всего:"), name(model, &total.name)));
    }
    if let Some(condition) = &surface.only_if {
        facts.push(match condition.strip_prefix('!') {
            Some(condition) => format!("{} `{condition}`", language.pick("not if", "нельзя, если")),
            None => format!("{} `{}`", language.pick("only if", "только если"), condition.value),
        });
    }
    if let Some(names) = &surface.names {
        let from = surface.from.as_ref().map(|from| format!(", {} {}", language.pick("from", "с"), from.value));
        let text = format!("{} `{}`", language.pick("travels as", "передаётся как"), names.value);
        facts.push(text + &from.unwrap_or_default());
    }
    if let Some(form) = &surface.pattern {
        facts.push(format!("{} `{form}`", language.pick("form", "вид")));
    }
    if let Some(word) = surface.provenance.as_deref().filter(|word| *word != "documented") {
        facts.push(provenance(language, word).to_owned());
    }
    let text = cell(language.of(&surface.en, &surface.ru));
    if facts.is_empty() { text } else { format!("{text} ({})", cell(&facts.join("; "))) }
}
