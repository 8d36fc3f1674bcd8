//! The reference's languages: fixed words, and types as text.

use crate::emit::ShapeTexts;
use crate::model::{Model, Type};
use crate::surface::{Coding, Limits, Word};

/// A language of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Russian,
}

impl Language {
    /// English, and Russian if the specs are translated.
    pub(super) fn of_model(model: &Model) -> impl Iterator<Item = Self> {
        [Self::English].into_iter().chain(model.is_translated.then_some(Self::Russian))
    }

    pub(super) fn code(self) -> &'static str {
        self.pick("en", "ru")
    }

    /// Picks the text of this language.
    pub(super) fn pick<'t>(self, english: &'t str, russian: &'t str) -> &'t str {
        if self == Self::English { english } else { russian }
    }

    /// Like `pick`, but falls back to English if the spec has no Russian text.
    pub(super) fn of<'t>(self, english: &'t str, russian: &'t str) -> &'t str {
        if russian.is_empty() { english } else { self.pick(english, russian) }
    }
}

/// Meaning of an effect for the caller.
pub(super) fn effect(language: Language, effect: &str) -> &'static str {
    match effect {
        "safe" => language.pick("changes nothing", "ничего не меняет"),
        "idempotent" => language.pick("a repeat changes nothing more", "повтор ничего не добавляет"),
        "state" => language.pick("changes a state; never repeated for you", "меняет состояние; сам не повторяется"),
        "spends" => language.pick("spends money; never repeated for you", "тратит деньги; сам не повторяется"),
        _ => language.pick("destroys; never repeated for you", "уничтожает; сам не повторяется"),
    }
}

/// Meaning of a flag.
pub(super) fn flag(language: Language, flag: &str) -> &'static str {
    match flag {
        "secret-request" => language.pick("the request bears a secret", "в запросе секрет"),
        "secret-response" => language.pick("the answer bears a secret", "в ответе секрет"),
        "pii" => language.pick("data of a person", "личные данные"),
        "disruptive" => language.pick("interrupts a service that runs", "прерывает работу услуги"),
        "async" => language.pick("goes on after the answer", "продолжается после ответа"),
        "additive" => language.pick("each repeat adds one more", "каждый повтор добавляет ещё"),
        "recurring" => language.pick("costs again and again", "списания повторяются"),
        "get-with-effect" => language.pick("a GET that acts", "GET, который действует"),
        "body-required-for-meaning" => {
            language.pick("without its body it is another call", "без тела это другой вызов")
        }
        _ => language.pick("needs care: see the text", "требует осторожности: смотрите текст"),
    }
}

/// Origin of a fact.
pub(super) fn provenance(language: Language, word: &str) -> &'static str {
    match word {
        "recorded" => language.pick("recorded", "записано с сервера"),
        "client" => language.pick("known from clients", "известно по клиентам"),
        "inferred" => language.pick("inferred", "выведено"),
        _ => language.pick("documented", "из документа"),
    }
}

/// Origin of an example.
pub(super) fn origin(language: Language, word: &str) -> &'static str {
    match word {
        "document" => language.pick("from the document", "из документа"),
        "recorded" => language.pick("recorded", "запись с сервера"),
        "made" => language.pick("made by a real PHP", "сделан настоящим PHP"),
        _ => language.pick("derived", "составлен нами"),
    }
}

/// Meaning of a fault kind.
pub(super) fn kind(language: Language, word: &str) -> &'static str {
    match word {
        "ok" => language.pick("success", "успех"),
        "accepted" => language.pick("taken, carried out later", "принято, выполняется позже"),
        "auth" => language.pick("not signed in", "нет авторизации"),
        "forbidden" => language.pick("forbidden", "запрещено"),
        "not-found" => language.pick("not found", "не найдено"),
        "conflict" => language.pick("conflict", "конфликт"),
        "invalid-argument" => language.pick("invalid argument", "неверный параметр"),
        "rate-limited" => language.pick("too many calls", "слишком много запросов"),
        "temporary" => language.pick("temporary", "временно"),
        "internal" => language.pick("internal error", "внутренняя ошибка"),
        "payment" => language.pick("payment", "оплата"),
        "empty" => language.pick("nothing there", "пусто"),
        "unsupported" => language.pick("not supported", "не поддерживается"),
        _ => language.pick("other", "прочее"),
    }
}

/// A type in words; the API's own types are links.
pub(super) fn type_text(language: Language, ty: &Type) -> String {
    let word = match ty {
        Type::Text => language.pick("text", "текст"),
        Type::Coded(Coding::Base64) => language.pick("text, in Base64", "текст в Base64"),
        Type::Coded(Coding::Percent) => language.pick("text, percent-encoded", "текст в процентной кодировке"),
        Type::Int => language.pick("whole number", "целое"),
        Type::Uint => language.pick("whole number, not negative", "целое неотрицательное"),
        Type::Decimal => language.pick("exact decimal", "точное десятичное"),
        Type::Money => language.pick("amount of money", "сумма денег"),
        Type::Currency => language.pick("code of a currency", "код валюты"),
        Type::Flag => language.pick("yes or no", "да или нет"),
        Type::Worded(words) => {
            let [no, yes] = words.first().cloned().unwrap_or([Word::Flag(false), Word::Flag(true)]);
            if ty.is_there_or_not() {
                let text = language.pick("there or not", "есть или нет");
                return if yes.plain().is_empty() { text.to_owned() } else { format!("{text}: {}", yes.plain()) };
            }
            return format!("{} {} {}", no.plain(), language.pick("or", "или"), yes.plain());
        }
        Type::Secret => language.pick("secret text", "секретный текст"),
        Type::DateTime => language.pick("date and time", "дата и время"),
        Type::Date => language.pick("date", "дата"),
        Type::UnixTime => language.pick("seconds since 1970", "секунды с 1970 года"),
        Type::Ip => language.pick("IP address", "IP-адрес"),
        Type::IpBlock => language.pick("block of IP addresses", "блок IP-адресов"),
        Type::Html => language.pick("markup", "разметка"),
        Type::Bytes => language.pick("bytes", "байты"),
        Type::Kibibytes => "KiB",
        Type::Mebibytes => "MiB",
        Type::Gibibytes => "GiB",
        Type::Any => language.pick("any value", "любое значение"),
        Type::Csv(item, ',') => {
            return format!(
                "{} {}",
                type_text(language, item),
                language.pick("in one text, with commas", "одним текстом через запятую")
            );
        }
        Type::Csv(item, separator) => {
            return format!(
                "{} {} `{}`",
                type_text(language, item),
                language.pick("in one text, separated by", "одним текстом через"),
                shown(*separator)
            );
        }
        Type::Joined(item, separator) => {
            return format!(
                "{} {} `a=1{}b=2`",
                type_text(language, item),
                language.pick("in one text:", "одним текстом:"),
                shown(*separator)
            );
        }
        Type::Json(item) => {
            return format!(
                "{} {}",
                type_text(language, item),
                language.pick("as JSON in one text", "в виде JSON одним текстом")
            );
        }
        Type::List(item) => {
            return format!("{} {}", language.pick("list of", "список:"), type_text(language, item));
        }
        Type::Map(key, item) => {
            let (key, item) = (type_text(language, key), type_text(language, item));
            return format!("{} {key} → {item}", language.pick("map:", "словарь:"));
        }
        Type::Option(item) => {
            return format!("{} {}", type_text(language, item), language.pick("or nothing", "или ничего"));
        }
        Type::Nullable(item) => {
            return format!("{} {}", type_text(language, item), language.pick("or null", "или null"));
        }
        Type::Judged(item) => {
            return format!("{} {}", type_text(language, item), language.pick("or its fault", "или его отказ"));
        }
        Type::Named(name) => return format!("[{name}](types.md#{})", name.to_lowercase()),
    };
    word.to_owned()
}

/// What stands between the parts of one text: an invisible character as TOML writes it.
fn shown(separator: char) -> String {
    if separator == '\0' { "\\u0000".to_owned() } else { separator.to_string() }
}

/// The limits in words; empty without limits.
pub(super) fn limits(language: Language, limits: &Limits) -> Vec<String> {
    let mut parts = Vec::new();
    match (limits.min, limits.max) {
        (Some(min), Some(max)) => parts.push(format!("{min}…{max}")),
        (Some(min), None) => parts.push(format!("{} {min}", language.pick("at least", "не меньше"))),
        (None, Some(max)) => parts.push(format!("{} {max}", language.pick("at most", "не больше"))),
        (None, None) => {}
    }
    if let Some(step) = limits.multiple_of {
        parts.push(format!("{} {step}", language.pick("a multiple of", "кратно")));
    }
    let characters = language.pick("characters", "символов");
    match (limits.min_length, limits.max_length) {
        (Some(min), Some(max)) => parts.push(format!("{min}…{max} {characters}")),
        (Some(min), None) => parts.push(format!("{} {min} {characters}", language.pick("at least", "не меньше"))),
        (None, Some(max)) => parts.push(format!("{} {max} {characters}", language.pick("at most", "не больше"))),
        (None, None) => {}
    }
    if let Some(max) = limits.max_bytes {
        parts.push(format!("{} {max} {}", language.pick("at most", "не больше"), language.pick("bytes", "байтов")));
    }
    if let Some(shape) = &limits.shape {
        let ShapeTexts { english, russian, .. } = crate::emit::shape_texts(shape);
        parts.push(language.pick(&english, &russian).to_owned());
    }
    parts
}

/// Escapes a text for a table cell or a line: no line breaks, no bars, no `<` that starts markup.
pub(super) fn cell(text: &str) -> String {
    let mut is_code = false;
    let mut cell = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '`' => {
                is_code = !is_code;
                cell.push('`');
            }
            '|' => cell.push_str("\\|"),
            '\n' => cell.push(' '),
            '<' if !is_code => cell.push_str("&lt;"),
            other => cell.push(other),
        }
    }
    cell
}
