//! What calls have changed in the answers of other calls, at an API that is answered from examples.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hostkit::protocol::Value;

use super::named::{Named, Object};

/// Changes an answer, whose type it knows; returns whether its object is still there.
pub(crate) type Show = dyn Fn(&mut dyn Any) -> Result<bool, String> + Send + Sync;

/// What one call has changed in the answers of another one.
#[derive(Clone)]
pub(crate) struct Act {
    /// The name of the endpoint that shows it.
    pub(crate) reads: &'static str,
    /// What its request has: path, and pairs of query and body. Without it, every request shows the call.
    pub(crate) asked: Option<(String, Vec<(String, String)>)>,
    /// What was made, as the list has it that shows it: a request for others does not show it.
    pub(crate) made: Vec<Value>,
    /// The only pages that show it, by their cases.
    pub(crate) pages: Option<Vec<&'static str>>,
    pub(crate) show: Arc<Show>,
    /// What every page of the list shows: how many items there are.
    pub(crate) recount: Option<Arc<Show>>,
}

impl Act {
    /// The same act, changing nothing.
    pub(crate) fn idle(&self) -> Self {
        Self { show: Arc::new(|_| Ok(true)), recount: None, ..self.clone() }
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Act").field("reads", &self.reads).field("asked", &self.asked).finish_non_exhaustive()
    }
}

/// The acts of an API in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acts {
    pub(crate) all: Vec<Act>,
    /// What was made, as the list has it that shows it.
    pub(crate) made: Vec<(Object, Value)>,
    /// What is gone.
    pub(crate) removed: Vec<Object>,
    /// What answers named that no example names.
    pub(crate) named: Named,
    /// The highest number that was given to something new.
    pub(crate) last: u64,
    /// How often each call that a waiter polls was answered since something was changed last, by what `{:?}` shows of it.
    pub(crate) polls: BTreeMap<String, usize>,
    /// Whether an answer of the examples can show the act that was carried out last.
    pub(crate) is_shown: bool,
}
