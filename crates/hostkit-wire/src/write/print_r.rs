//! Writes what PHP's `print_r` prints for arrays, in its indented form.
//!
//! Nothing is escaped, as in PHP: a text that looks like an entry is indistinguishable from one.

use super::check::{deeper, is_number, unique};
use super::php_float;
use crate::{Value, WriteError};

pub(super) fn write(value: &Value) -> Result<Vec<u8>, WriteError> {
    let mut out = String::new();
    write_value(value, 0, &mut out)?;
    Ok(out.into_bytes())
}

fn write_value(value: &Value, depth: usize, out: &mut String) -> Result<(), WriteError> {
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Bool(true) => out.push('1'),
        Value::Number(lexeme) => out.push_str(&number(lexeme)?),
        Value::Text(text) | Value::Markup(text) => out.push_str(text),
        Value::List(items) => {
            let entries = items.iter().enumerate();
            write_array(entries.map(|(index, item)| (index.to_string(), item)), depth, out)?;
        }
        Value::Map(entries) => {
            unique(entries.iter().map(|(key, _)| &**key))?;
            write_array(entries.iter().map(|(key, item)| (key, item)), depth, out)?;
        }
    }
    Ok(())
}

fn write_array<'v, K: AsRef<str>>(
    entries: impl Iterator<Item = (K, &'v Value)>,
    depth: usize,
    out: &mut String,
) -> Result<(), WriteError> {
    let indent = " ".repeat(8 * depth);
    let depth = deeper(depth)?;
    out.push_str("Array\n");
    out.push_str(&indent);
    out.push_str("(\n");
    for (key, value) in entries {
        out.push_str(&indent);
        out.push_str("    [");
        out.push_str(key.as_ref());
        out.push_str("] => ");
        write_value(value, depth, out)?;
        out.push('\n');
    }
    out.push_str(&indent);
    out.push_str(")\n");
    Ok(())
}

fn number(lexeme: &str) -> Result<String, WriteError> {
    match lexeme {
        "INF" | "-INF" | "NAN" => Ok(lexeme.to_owned()),
        _ if !is_number(lexeme) => Err(WriteError::new(format!("{lexeme:?} is not a number"))),
        _ if lexeme != "-0" && lexeme.parse::<i64>().is_ok() => Ok(lexeme.to_owned()),
        _ => match lexeme.parse() {
            Ok(float) => Ok(php_float::rounded(float)),
            Err(_) => Err(WriteError::new(format!("{lexeme:?} is not a number"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_php_prints_it() {
        let inner = Value::List(vec![Value::Bool(true), Value::Bool(false), Value::Number("1e25".into())]);
        let value = Value::Map(vec![("a".into(), inner), ("b".into(), Value::Text("x\ny".into()))]);
        let text = "Array\n(\n    [a] => Array\n        (\n            [0] => 1\n            [1] => \n            \
                    [2] => 1.0E+25\n        )\n\n    [b] => x\ny\n)\n";
        assert_eq!(write(&value), Ok(text.as_bytes().to_vec()));
    }
}
