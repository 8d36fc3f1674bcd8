//! The fields of each command, which are listed and stand in its refusals.

use serde_json::{Value, json};

use crate::api_name::ApiName;

/// What arms a fault.
pub(super) fn fault() -> Value {
    json!({
        "fault": "an id from GET /switches",
        "api": format!("optional: one of {}", ApiName::ALL.iter().map(|api| api.as_str()).collect::<Vec<_>>().join(", ")),
        "operation": "optional: an operation's name from GET /switches",
        "skip": "optional: calls that pass first, 0",
        "times": "optional: calls that it strikes, 1, or \"always\"",
    })
}

/// What draws faults by a seed.
pub(super) fn random() -> Value {
    json!({
        "seed": "a number: the same calls in the same order get the same faults",
        "per_mille": "how many of 1000 calls are struck, 1 to 1000",
        "faults": "optional: a list of ids from GET /switches, all without it",
        "operations": "optional: a list of operations' names, all without it",
    })
}

/// What changes the clock.
pub(super) fn clock() -> Value {
    json!({
        "advance_seconds": "optional: a number of seconds",
        "speed": "optional: how many times faster than real time, 0 to 1000000",
    })
}

/// What changes settings.
pub(super) fn settings() -> Value {
    json!({
        "enforce_rates": "optional: whether calls beyond an API's rate limits are refused",
        "delay_ms": "optional: how long a late commit or a late visibility takes, in sandbox time",
        "retry_after_ms": "optional: the value of Retry-After",
        "drip_ms": "optional: the time between two bytes of a drip, in real time",
        "stall_limit_ms": "optional: the longest stall, in real time",
    })
}
