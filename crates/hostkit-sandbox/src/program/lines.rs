//! The log: a line per request.

use std::fmt::Write as _;

use crate::control::Hidden;
use crate::ledger::{Ended, Entry};
use crate::watch::Exchange;

/// One line: number, time, API, operation, status and end, and why it was refused.
pub(super) fn line(exchange: &Exchange) -> String {
    let status = exchange.answer.as_ref().map_or_else(|| "---".to_owned(), |(status, ..)| status.as_u16().to_string());
    let api = exchange.api.map_or("-", |api| api.as_str());
    let entry = exchange.entry.as_ref();
    let mut line = match entry {
        Some(entry) => format!("{:>5} {} {api:<9} {:<28} {status} ", entry.number, entry.at, entry.operation),
        None => format!("{:>5} {:>8} {api:<9} {:<28} {status} ", "-", "", "(no call)"),
    };
    if let Some(entry) = entry {
        let _ = write!(line, "{}", Hidden::text(&entry.ended.to_string()));
        if !entry.money().is_zero() {
            let _ = write!(line, ", paid {}", entry.money());
        }
        if let Some(fault) = entry.fault {
            let _ = write!(line, ", fault {fault}");
        }
    }
    let is_refused = entry.is_none_or(|entry| matches!(entry.ended, Ended::Refused(_) | Ended::Unknown));
    if is_refused {
        let words = exchange.answer.as_ref().and_then(|(_, _, body)| {
            let body = Hidden::body(body);
            Hidden::words(&body).map(str::to_owned)
        });
        for why in [words, exchange.reason.as_deref().map(Hidden::text)].into_iter().flatten() {
            // Where the code is the words, they are there already.
            if !line.ends_with(&format!("refused {why}")) {
                let _ = write!(line, ": {why}");
            }
        }
        // Only where no operation says what was asked for.
        if entry.is_none_or(|entry: &Entry| entry.ended == Ended::Unknown) && !exchange.target.is_empty() {
            let _ = write!(line, " [{} {}]", exchange.method, Hidden::target(&exchange.target));
        }
    }
    // One request, one line, whatever it sent.
    line.replace(|letter: char| letter.is_control(), "\u{fffd}")
}
