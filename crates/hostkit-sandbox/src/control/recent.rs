//! The last requests and answers, as they may be shown.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::hidden::Hidden;
use crate::watch::Exchange;

/// How many are kept.
const KEPT: usize = 50;
/// The longest body that is kept as a tree, in bytes.
const LONG: usize = 64 << 10;

/// The last requests; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent(Arc<Mutex<VecDeque<Value>>>);

impl Recent {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keep(&self, exchange: &Exchange) {
        let entry = exchange.entry.as_ref();
        let answer = exchange.answer.as_ref().map(|(status, headers, body)| {
            json!({ "status": status.as_u16(), "headers": Hidden::headers(headers), "body": short(body) })
        });
        let shown = json!({
            "number": entry.map(|entry| entry.number),
            "at": entry.map(|entry| entry.at.to_string()),
            "api": exchange.api.map(|api| api.as_str()),
            "operation": entry.map(|entry| entry.operation),
            "method": exchange.method.as_str(),
            "target": Hidden::target(&exchange.target),
            "headers": Hidden::headers(&exchange.headers),
            "body": short(&exchange.body),
            "answer": answer,
            "ended": entry.map(|entry| Hidden::text(&entry.ended.to_string())),
            "fault": entry.and_then(|entry| entry.fault).map(|fault| fault.id()),
            "reason": exchange.reason.as_deref().map(Hidden::text),
        });
        let mut kept = self.lock();
        if kept.len() == KEPT {
            kept.pop_back();
        }
        kept.push_front(shown);
    }

    /// The latest first.
    pub(super) fn all(&self) -> Vec<Value> {
        self.lock().iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }
}

fn short(body: &[u8]) -> Value {
    if body.len() > LONG { Value::String(format!("{} bytes", body.len())) } else { Hidden::body(body) }
}
