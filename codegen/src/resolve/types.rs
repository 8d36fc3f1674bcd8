//! Type expressions: parses text into [`Type`].

use crate::model::Type;

/// The built-in type words, for suggestions.
pub(super) const WORDS: &[&str] = &[
    "text",
    "int",
    "uint",
    "decimal",
    "money",
    "currency",
    "flag",
    "secret",
    "datetime",
    "date",
    "unixtime",
    "ip",
    "ipblock",
    "html",
    "bytes",
    "kibibytes",
    "mebibytes",
    "gibibytes",
    "any",
];

/// Our word for a type under its name in other languages.
pub(super) fn elsewhere(text: &str) -> Option<&'static str> {
    Some(match text.trim().to_ascii_lowercase().as_str() {
        "string" | "str" => "text",
        "integer" | "number" | "i64" | "i32" => "int",
        "unsigned" | "u64" | "u32" => "uint",
        "bool" | "boolean" => "flag",
        "float" | "double" | "f64" => "decimal",
        "timestamp" => "unixtime",
        "password" => "secret",
        "cidr" | "subnet" => "ipblock",
        _ => return None,
    })
}

/// Parses a type expression; the error says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Type, String> {
    let text = text.trim();
    if let Some(inner) = text.strip_suffix('?') {
        return Ok(Type::Option(Box::new(parse(inner)?)));
    }
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or("a list ends with `]`")?;
        return Ok(Type::List(Box::new(parse(inner)?)));
    }
    if let Some(inner) = text.strip_prefix('{') {
        let inner = inner.strip_suffix('}').ok_or("a map ends with `}`")?;
        let (key, item) = inner.split_once(':').ok_or("a map is written `{key: value}`")?;
        return Ok(Type::Map(Box::new(parse(key)?), Box::new(parse(item)?)));
    }
    Ok(match text {
        "text" => Type::Text,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "decimal" => Type::Decimal,
        "money" => Type::Money,
        "currency" => Type::Currency,
        "flag" => Type::Flag,
        "secret" => Type::Secret,
        "datetime" => Type::DateTime,
        "date" => Type::Date,
        "unixtime" => Type::UnixTime,
        "ip" => Type::Ip,
        "ipblock" => Type::IpBlock,
        "html" => Type::Html,
        "bytes" => Type::Bytes,
        "kibibytes" => Type::Kibibytes,
        "mebibytes" => Type::Mebibytes,
        "gibibytes" => Type::Gibibytes,
        "any" => Type::Any,
        name if is_type_name(name) => Type::Named(name.to_owned()),
        "" => return Err("a type is missing".to_owned()),
        other => return Err(format!("`{other}` is not a type")),
    })
}

fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
