//! The result of a run: a row for each scenario and kind of call.

use std::fmt;
use std::time::Duration;

/// The result of one scenario with one kind of call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the server did, and which call was made.
    pub name: String,
    /// The expected result.
    pub expected: String,
    /// The actual result.
    pub found: String,
    /// How far it exceeded its deadline.
    pub late: Option<Duration>,
}

impl Row {
    /// Whether the result is as expected and in time.
    pub fn is_fine(&self) -> bool {
        self.found == self.expected && self.late.is_none_or(|late| late <= Self::GRACE)
    }

    /// How far a call may exceed its deadline.
    pub const GRACE: Duration = Duration::from_millis(250);
}

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// A row for each scenario and kind of call.
    pub rows: Vec<Row>,
}

impl Report {
    /// How many rows failed.
    pub fn failures(&self) -> usize {
        self.rows.iter().filter(|row| !row.is_fine()).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let mark = if row.is_fine() { "  " } else { "! " };
            write!(f, "{mark}{:<28} {}", row.name, row.found)?;
            if row.found != row.expected {
                write!(f, " (expected {})", row.expected)?;
            }
            if let Some(late) = row.late.filter(|late| !late.is_zero()) {
                write!(f, ", {} ms late", late.as_millis())?;
            }
            writeln!(f)?;
        }
        let late = self.rows.iter().filter_map(|row| row.late).max().unwrap_or_default();
        write!(f, "{} rows, {} failures, at most {} ms late", self.rows.len(), self.failures(), late.as_millis())
    }
}
