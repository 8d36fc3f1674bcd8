//! Writes `application/x-www-form-urlencoded`: a map of scalars, in order.
//!
//! Deliberately not here: nesting. There are several notations for it, so the caller chooses the key.

use crate::{Value, WriteError};

pub(super) fn write(value: &Value) -> Result<Vec<u8>, WriteError> {
    let Value::Map(entries) = value else { return Err(WriteError::new("a form is written from a map")) };
    let length = |value: &Value| match value {
        Value::Number(text) | Value::Text(text) | Value::Markup(text) => text.len(),
        _ => 1,
    };
    let length = entries.iter().map(|(key, value)| key.len() + length(value) + "=&".len()).sum();
    let mut form = form_urlencoded::Serializer::new(String::with_capacity(length));
    for (key, value) in entries {
        let text = match value {
            Value::Null => "",
            Value::Bool(value) => ["0", "1"][usize::from(*value)],
            Value::Number(text) | Value::Text(text) | Value::Markup(text) => text,
            Value::List(_) | Value::Map(_) => {
                return Err(WriteError::new(format!("{key:?} is not a scalar, and a form holds nothing else")));
            }
        };
        form.append_pair(key, text);
    }
    Ok(form.finish().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_only() {
        let value = Value::Map(vec![
            ("a b".into(), Value::Text("я&=+".into())),
            ("a b".into(), Value::Null),
            ("c[0]".into(), Value::Bool(true)),
            ("d".into(), Value::Number("1.50".into())),
        ]);
        assert_eq!(write(&value), Ok(b"a+b=%D1%8F%26%3D%2B&a+b=&c%5B0%5D=1&d=1.50".to_vec()));
        let nested = Value::Map(vec![("deep".into(), Value::List(vec![]))]);
        let error = write(&nested).map_err(|error| error.to_string());
        assert_eq!(error, Err("\"deep\" is not a scalar, and a form holds nothing else".to_owned()));
    }
}
