//! Notifies a listener of each request and its answer.

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, Method, StatusCode};

use crate::api_name::ApiName;
use crate::ledger::Entry;

/// A request with the answer that its site gave, before a fault spoiled it.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    /// The API; `None` where no API is at the path.
    pub(crate) api: Option<ApiName>,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Status, headers and body; `None` if a fault struck before the site answered.
    pub(crate) answer: Option<(StatusCode, HeaderMap, Vec<u8>)>,
    /// Its entry in the ledger.
    pub(crate) entry: Option<Entry>,
    /// Why no endpoint took it, where the answer does not say.
    pub(crate) reason: Option<String>,
}

type Listener = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// The listener, if there is one; without it no body is kept.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Option<Listener>>>);

impl Watch {
    fn listener(&self) -> Option<Listener> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is a listener.
    pub(crate) fn is_on(&self) -> bool {
        self.listener().is_some()
    }

    pub(crate) fn set(&self, listener: impl Fn(&Exchange) + Send + Sync + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(listener));
    }

    pub(crate) fn notify(&self, exchange: &Exchange) {
        if let Some(listener) = self.listener() {
            listener(exchange);
        }
    }
}
