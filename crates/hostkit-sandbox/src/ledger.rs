//! What the server really did: one entry per request, whatever answer the client received.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hostkit::Decimal;

use crate::api_name::ApiName;
use crate::clock::Moment;
use crate::fault::Fault;
use crate::world::{Change, Credentials};

/// How a request ended inside the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// A read, or a change to the state that was already there.
    Answered,
    /// It changed something.
    Committed,
    /// The API refused it with this code.
    Refused(String),
    /// A fault prevented it.
    NotReached,
    /// It will be carried out later.
    Pending,
    /// No endpoint fits.
    Unknown,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered => f.write_str("answered"),
            Self::Committed => f.write_str("committed"),
            Self::Refused(code) => write!(f, "refused {code}"),
            Self::NotReached => f.write_str("not reached"),
            Self::Pending => f.write_str("pending"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop {
    /// The client.
    Client,
    /// A proxy that repeated the client's request.
    Proxy,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1, in the order of arrival.
    pub number: u64,
    /// When it arrived.
    pub at: Moment,
    /// The API.
    pub api: ApiName,
    /// The endpoint's name in its spec, or `(unread)` or `(unknown)`.
    pub operation: &'static str,
    /// The number of the connection, from 1.
    pub connection: u64,
    /// Who sent it.
    pub hop: Hop,
    /// Whether the credentials were accepted.
    pub credentials: Credentials,
    /// How it ended.
    pub ended: Ended,
    /// The fault that struck it.
    pub fault: Option<&'static Fault>,
    /// What it changed.
    pub changes: Vec<Change>,
}

impl Entry {
    /// Whether it changed something.
    pub fn is_committed(&self) -> bool {
        self.ended == Ended::Committed
    }

    /// Whether a fault struck before the call was carried out.
    pub fn is_faulted_before(&self) -> bool {
        self.fault.is_some_and(|fault| !fault.commits())
    }

    /// Whether a fault struck after the call was carried out.
    pub fn is_faulted_after(&self) -> bool {
        self.fault.is_some_and(|fault| fault.commits())
    }

    /// What the customer paid.
    pub fn money(&self) -> Decimal {
        self.changes.iter().map(|change| change.money).sum()
    }
}

/// What is known of a request when it arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at: Moment,
    pub(crate) api: ApiName,
    pub(crate) operation: &'static str,
    pub(crate) connection: u64,
    pub(crate) hop: Hop,
}

#[derive(Debug, Default)]
struct Book {
    entries: Vec<Entry>,
    /// Total entries ever made: numbers are not reused, or a late effect of a cleared entry would be recorded in
    /// another.
    arrived: u64,
}

/// A handle to the ledger. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Book>>);

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All entries, in the order of arrival.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.clone()
    }

    /// The entries of one operation.
    pub fn of(&self, operation: &str) -> Vec<Entry> {
        self.lock().entries.iter().filter(|entry| entry.operation == operation).cloned().collect()
    }

    /// One entry.
    pub(crate) fn entry(&self, number: u64) -> Option<Entry> {
        self.lock().entries.iter().rev().find(|entry| entry.number == number).cloned()
    }

    /// How often clients sent an operation, without a proxy's repeats.
    pub fn arrivals(&self, operation: &str) -> usize {
        self.lock().entries.iter().filter(|entry| entry.operation == operation && entry.hop == Hop::Client).count()
    }

    /// How often an operation was carried out, for all callers together.
    pub fn commits(&self, operation: &str) -> usize {
        self.lock().entries.iter().filter(|entry| entry.operation == operation && entry.is_committed()).count()
    }

    /// What the customers of one API paid.
    pub fn money(&self, api: ApiName) -> Decimal {
        self.lock().entries.iter().filter(|entry| entry.api == api).map(Entry::money).sum()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether nothing has arrived.
    pub fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    /// Clears all entries. Numbering continues; later effects of cleared entries are not recorded.
    pub fn clear(&self) {
        self.lock().entries.clear();
    }

    /// Records the arrival of a request that has not been handled yet.
    pub(crate) fn arrive(&self, arrival: Arrival) -> u64 {
        let mut book = self.lock();
        book.arrived += 1;
        let number = book.arrived;
        book.entries.push(Entry {
            number,
            at: arrival.at,
            api: arrival.api,
            operation: arrival.operation,
            connection: arrival.connection,
            hop: arrival.hop,
            credentials: Credentials::NotChecked,
            ended: Ended::NotReached,
            fault: None,
            changes: Vec::new(),
        });
        number
    }

    pub(crate) fn amend(&self, number: u64, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.lock().entries.iter_mut().rev().find(|entry| entry.number == number) {
            change(entry);
        }
    }
}

#[derive(Default)]
struct Row {
    arrivals: usize,
    answered: usize,
    committed: usize,
    refused: usize,
    before: usize,
    after: usize,
    doubled: usize,
    money: Decimal,
}

impl Row {
    fn count(&mut self, entry: &Entry) {
        self.arrivals += usize::from(entry.hop == Hop::Client);
        self.doubled += usize::from(entry.hop == Hop::Proxy);
        self.answered += usize::from(entry.ended == Ended::Answered);
        self.committed += usize::from(entry.is_committed());
        self.refused += usize::from(matches!(entry.ended, Ended::Refused(_) | Ended::Unknown));
        self.before += usize::from(entry.is_faulted_before());
        self.after += usize::from(entry.is_faulted_after());
        self.money += entry.money();
    }
}

/// Prints a table with a line per operation.
impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: BTreeMap<(ApiName, &str), Row> = BTreeMap::new();
        for entry in self.lock().entries.iter() {
            rows.entry((entry.api, entry.operation)).or_default().count(entry);
        }
        let width = rows.keys().map(|(_, operation)| operation.chars().count()).max().unwrap_or(0).max(9);
        writeln!(
            f,
            "{:<10} {:<width$} {:>8} {:>8} {:>9} {:>7} {:>12} {:>11} {:>7} {:>12}",
            "API",
            "operation",
            "arrivals",
            "read",
            "committed",
            "refused",
            "fault before",
            "fault after",
            "doubled",
            "money"
        )?;
        for ((api, operation), row) in &rows {
            writeln!(
                f,
                "{api:<10} {operation:<width$} {:>8} {:>8} {:>9} {:>7} {:>12} {:>11} {:>7} {:>12}",
                row.arrivals, row.answered, row.committed, row.refused, row.before, row.after, row.doubled, row.money
            )?;
        }
        Ok(())
    }
}
