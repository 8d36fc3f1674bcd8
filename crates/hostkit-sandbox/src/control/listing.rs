//! What can be switched: every fault of the catalogue, and every operation that one can strike.

use serde_json::{Value, json};

use super::expected;
use super::operations::operations;
use crate::api_name::ApiName;
use crate::fault::Fault;

/// Everything that can be switched.
pub(super) fn switches() -> Value {
    let faults: Vec<_> = Fault::all()
        .filter(|fault| fault.crosses_processes())
        .map(|fault| {
            json!({
                "id": fault.id(),
                "group": fault.group().as_str(),
                "carried_out": fault.commits(),
                "is_harmless": fault.is_harmless(),
                "what": fault.en(),
            })
        })
        .collect();
    let operations: serde_json::Map<_, _> = ApiName::ALL
        .iter()
        .copied()
        .map(|api| {
            let names =
                operations(api).into_iter().map(|found| json!({ "name": found.name, "effect": found.effect.as_str() }));
            (api.as_str().to_owned(), names.collect())
        })
        .collect();
    json!({
        "faults": faults,
        "operations": operations,
        "commands": {
            "POST /faults": expected::fault(),
            "POST /faults/random": expected::random(),
            "POST /clock": expected::clock(),
            "POST /settings": expected::settings(),
        },
    })
}
