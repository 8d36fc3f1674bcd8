//! The credentials of the account, from environment variables with the names of the spec's fields.

use hostkit_codegen::Outline;
use hostkit_proto::server::every::Served;
use serde_json::{Map, Value};

use super::ApiSpecs;

/// The variables of each kind of credentials; one kind is enough.
pub fn variables<A: Served>(specs: &ApiSpecs) -> Vec<Vec<String>> {
    let names = |kind: Kind| kind.fields.into_iter().map(|field| field.variable).collect();
    kinds::<A>(&specs.outline).into_iter().map(names).collect()
}

/// The credentials of the first kind whose variables are all set; `variable` reads one.
///
/// # Errors
/// No kind has all of its variables, or one has no value of its type. No error shows a value.
pub fn credentials<A>(
    specs: &ApiSpecs,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<A::Credentials, Box<dyn std::error::Error>>
where
    A: Served<Credentials: serde::de::DeserializeOwned>,
{
    let kinds = kinds::<A>(&specs.outline);
    for kind in &kinds {
        let values = kind.fields.iter().map(|field| Some((field, variable(&field.variable)?)));
        let Some(values) = values.collect::<Option<Vec<_>>>() else { continue };
        let mut fields = Map::new();
        for (field, text) in values {
            let wrong = || format!("{} is not a whole number", field.variable);
            let value =
                if field.is_number { text.parse::<i64>().map_err(|_| wrong())?.into() } else { Value::String(text) };
            fields.insert(field.name.clone(), value);
        }
        let one = Map::from_iter([(kind.name.clone(), Value::Object(fields))]);
        // The error would quote what it could not read.
        return serde_json::from_value(one.into()).map_err(|_| format!("the variables are no {}", kind.name).into());
    }
    let sets: Vec<String> = kinds.iter().map(Kind::variables).collect();
    Err(format!("set the variables {}", sets.join(", or ")).into())
}

struct Kind {
    name: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    variable: String,
    is_number: bool,
}

impl Kind {
    fn variables(&self) -> String {
        self.fields.iter().map(|field| field.variable.as_str()).collect::<Vec<_>>().join(" and ")
    }
}

fn kinds<A: Served>(outline: &Outline) -> Vec<Kind> {
    let field = |(name, is_number): &(String, bool)| Field {
        name: name.clone(),
        variable: format!("{}_{name}", A::INFO.name).to_uppercase(),
        is_number: *is_number,
    };
    let kind =
        |(name, fields): &(String, Vec<_>)| Kind { name: name.clone(), fields: fields.iter().map(field).collect() };
    outline.credentials.iter().map(kind).collect()
}
