//! Doc examples: the call as it would be made, and what it says of itself.

use super::{Doc, ITEM};
use crate::model::{Endpoint, Model, OneOf, Type, TypeKind};
use crate::resolve::names::{camel, snake};

/// The docs of the credentials.
pub(in crate::emit::rust) fn credentials(model: &Model) -> Doc {
    let mut lines = vec![format!("use {}::Credentials;", crate_name(model)), String::new()];
    if let Some(first) = model.service.credentials.first() {
        let sample = |kind: &str| match kind {
            "int" => "777",
            "secret" => "\"example-secret\"",
            _ => "\"example\"",
        };
        let arguments: Vec<&str> = first.fields.iter().map(|(_, kind)| sample(kind)).collect();
        lines.push(format!("let credentials = Credentials::{}({});", snake(&first.name), arguments.join(", ")));
        lines.push("assert!(!format!(\"{credentials:?}\").contains(\"example-secret\"));".to_owned());
    }
    Doc::new(ITEM, "What a user proves himself with.").and_code(lines)
}

/// The lines of a call's example; none where an input has no simple value.
pub(super) fn call(model: &Model, endpoint: &Endpoint) -> Option<Vec<String>> {
    let inputs = endpoint.inputs().filter(|field| field.is_required()).map(|field| sample(model, &field.ty));
    let groups = endpoint.one_of.iter().filter(|group| group.required).map(|group| first_variant(model, group));
    let arguments = inputs.chain(groups).collect::<Option<Vec<_>>>()?.join(", ");
    let own = crate_name(model);
    let is_used = |name: &&str| arguments.contains(&format!("{name}::"));
    let types: Vec<&str> = model.types.keys().map(String::as_str).filter(is_used).collect();
    let mut names = vec![endpoint.type_name.as_str()];
    names.extend(endpoint.one_of.iter().map(|group| group.type_name.as_str()).filter(is_used));
    names.sort_unstable();
    let mut lines = vec![format!("use {own}::{}::{};", endpoint.module, braced(&names))];
    if !types.is_empty() {
        lines.push(format!("use {own}::types::{};", braced(&types)));
    }
    lines.push("use hostkit_proto::{Effect, Endpoint};".to_owned());
    lines.sort();
    let name = &endpoint.type_name;
    lines.extend([
        String::new(),
        format!("let call = {name}::new({arguments});"),
        format!("assert_eq!({name}::INFO.effect, Effect::{});", camel(endpoint.effect())),
        "# drop(call);".to_owned(),
    ]);
    Some(lines)
}

/// The name of the crate that the code will live in.
fn crate_name(model: &Model) -> String {
    format!("{}_proto", model.api.replace('-', "_"))
}

fn braced(names: &[&str]) -> String {
    if let [one] = names { (*one).to_owned() } else { format!("{{{}}}", names.join(", ")) }
}

fn first_variant(model: &Model, group: &OneOf) -> Option<String> {
    let variant = group.variants.first()?;
    let [field] = variant.fields.as_slice() else { return None };
    Some(format!("{}::{}({})", group.type_name, variant.rust, owned(model, &field.ty)?))
}

/// A value of the type, as an expression; `None` where the type has no simple one.
fn sample(model: &Model, ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Text => "\"example\"".to_owned(),
        Type::Secret => "\"example-secret\"".to_owned(),
        Type::Int | Type::Uint => "1".to_owned(),
        Type::Decimal => "hostkit_proto::Decimal::ONE".to_owned(),
        Type::Flag | Type::Switch => "true".to_owned(),
        Type::Bytes => "hostkit_proto::Bytes(1)".to_owned(),
        Type::Kibibytes => "hostkit_proto::Kibibytes(1)".to_owned(),
        Type::Mebibytes => "hostkit_proto::Mebibytes(1)".to_owned(),
        Type::Gibibytes => "hostkit_proto::Gibibytes(1)".to_owned(),
        Type::Ip => "std::net::IpAddr::from([192, 0, 2, 7])".to_owned(),
        Type::UnixTime => "hostkit_proto::UnixTime(1_301_860_800)".to_owned(),
        Type::Csv(item) => format!("vec![{}].into()", sample(model, item)?),
        Type::List(item) => format!("vec![{}]", owned(model, item)?),
        Type::Map(..) => "std::collections::BTreeMap::new()".to_owned(),
        Type::Named(name) => match &model.types.get(name)?.kind {
            TypeKind::Id { is_number: true } => format!("{name}::new(1)"),
            TypeKind::Id { is_number: false } => format!("{name}::new(\"0a1b\").expect(\"letters and digits\")"),
            TypeKind::Enumeration { values, .. } => format!("{name}::{}", values.first()?.rust),
            TypeKind::Struct(fields) => {
                let required = fields.iter().filter(|field| field.is_required());
                let samples: Option<Vec<_>> = required.map(|field| sample(model, &field.ty)).collect();
                format!("{name}::new({})", samples?.join(", "))
            }
            TypeKind::Union { .. } => return None,
        },
        Type::DateTime | Type::Date | Type::Html | Type::Any | Type::Option(_) => return None,
    })
}

/// A sample where nothing converts it.
fn owned(model: &Model, ty: &Type) -> Option<String> {
    let sample = sample(model, ty)?;
    Some(if matches!(ty, Type::Text | Type::Secret) { format!("{sample}.into()") } else { sample })
}
