//! The steps of the tour, printed as a table.

use std::fmt;
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table};
use hostkit::Format;

struct Row {
    api: &'static str,
    client: &'static str,
    format: Format,
    step: &'static str,
    answer: String,
    took: Duration,
}

/// The steps so far.
pub(crate) struct Log {
    rows: Vec<Row>,
    journey: (&'static str, &'static str, Format),
    since: Instant,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), journey: ("", "", Format::Json), since: Instant::now() }
    }

    /// Starts a journey.
    pub(crate) fn begin(&mut self, api: &'static str, client: &'static str, format: Format) {
        self.journey = (api, client, format);
        self.since = Instant::now();
    }

    /// Adds a step with its answer; its time counts from the previous step.
    pub(crate) fn step(&mut self, step: &'static str, answer: impl Into<String>) {
        let (api, client, format) = self.journey;
        let took = self.since.elapsed();
        self.rows.push(Row { api, client, format, step, answer: answer.into(), took });
        self.since = Instant::now();
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(comfy_table::TableStyle::default());
        table.set_header(["API", "client", "format", "step", "answer", "time"]);
        let mut last = ("", "", Format::Json);
        for row in &self.rows {
            let journey = (row.api, row.client, row.format);
            let names = if journey == last {
                [String::new(), String::new(), String::new()]
            } else {
                [row.api.to_owned(), row.client.to_owned(), row.format.to_string()]
            };
            last = journey;
            let [api, client, format] = names;
            let took = format!("{:.1} ms", row.took.as_secs_f64() * 1000.0);
            table.add_row([api, client, format, row.step.to_owned(), row.answer.clone(), took]);
        }
        if let Some(column) = table.column_mut(5) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.fmt(f)
    }
}
