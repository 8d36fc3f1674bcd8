//! The access log, as a proxy or web server would have written it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;

/// The most lines that are kept; older ones are dropped.
const LINES: usize = 1_000_000;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The connection's number, from 1.
    pub connection: u64,
    /// The verb.
    pub method: Method,
    /// Path and query, as received.
    pub target: String,
    /// The header `Referer`; empty if there was none.
    pub referer: String,
}

/// A handle to the access log; copies share it.
#[derive(Debug, Clone, Default)]
pub struct AccessLog(Arc<Mutex<VecDeque<Line>>>);

impl AccessLog {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All lines, the oldest first.
    pub fn lines(&self) -> Vec<Line> {
        self.lock().iter().cloned().collect()
    }

    /// The lines whose target or referer contains a text, plain or percent-encoded.
    pub fn with(&self, text: &str) -> Vec<Line> {
        let decoded = |target: &str| percent_encoding::percent_decode_str(target).decode_utf8_lossy().into_owned();
        let holds = |field: &str| field.contains(text) || decoded(field).contains(text);
        self.lock().iter().filter(|line| holds(&line.target) || holds(&line.referer)).cloned().collect()
    }

    pub(crate) fn push(&self, line: Line) {
        let mut lines = self.lock();
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}
