//! Diagnostics of specs in rustc's style: code, place, snippet, label and help, all reported in one run.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::source::{Sources, Span};

/// A problem found in a spec or a wire example.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The code, such as `E0104`; `explain` has its text.
    pub code: &'static str,
    /// The problem.
    pub message: String,
    /// The place of the problem.
    pub span: Span,
    /// Text beside the underlined place.
    pub label: String,
    /// A way to fix it.
    pub help: Option<String>,
}

/// The diagnostics of a run.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a diagnostic.
    pub(crate) fn add(
        &mut self,
        code: &'static str,
        span: &Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.found.push(Diagnostic {
            code,
            message: message.into(),
            span: span.clone(),
            label: label.into(),
            help: None,
        });
    }

    /// Adds a diagnostic with a fix.
    pub(crate) fn add_with_help(
        &mut self,
        code: &'static str,
        span: &Span,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(code, span, message, label);
        if let Some(last) = self.found.last_mut() {
            last.help = Some(help.into());
        }
    }

    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Number of diagnostics.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// The diagnostics, sorted by file and place.
    pub fn sorted(&self) -> Vec<Diagnostic> {
        let mut sorted = self.found.clone();
        sorted
            .sort_by(|a, b| (a.span.file, a.span.range.start, a.code).cmp(&(b.span.file, b.span.range.start, b.code)));
        sorted
    }

    /// Renders the diagnostics as text with snippets.
    pub fn render(&self, sources: &Sources, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for finding in self.sorted() {
            let path = format!("{}/{}", sources.names().folder, sources.path(finding.span.file));
            let source = sources.text(finding.span.file);
            let snippet = Snippet::source(source)
                .path(&path)
                .annotation(AnnotationKind::Primary.span(finding.span.range.clone()).label(finding.label.as_str()));
            let title = Level::ERROR.primary_title(finding.message.as_str()).id(finding.code);
            let group = Group::with_title(title).element(snippet);
            let report = match &finding.help {
                Some(help) => vec![group.element(Level::HELP.message(help.as_str()))],
                None => vec![group],
            };
            text.push_str(&renderer.render(&report));
            text.push_str("\n\n");
        }
        let count = self.count();
        text.push_str(&format!("{count} {}", if count == 1 { "error" } else { "errors" }));
        let first = self.sorted().first().map_or("", |finding| finding.code);
        text.push_str(&format!("; `{} {first}` says more\n", sources.names().explain));
        text
    }
}

/// The known word closest to a misspelt one, if it is close enough.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|known| (distance(word, known), known))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, known)| known)
}

/// Edit distance with transpositions, by characters and ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}
