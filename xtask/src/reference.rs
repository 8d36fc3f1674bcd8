//! `reference`: the pages of `docs/reference/`, one folder for each language and API.

use std::io::IsTerminal;

use crate::codegen::{settle, sources};
use crate::workspace::{Outcome, apis};

/// Writes the pages, or with `check` compares.
pub(crate) fn run(check: bool) -> Outcome {
    let mut all = hostkit_codegen::Tree::default();
    for api in apis(None)? {
        let sources = sources(&api)?;
        let render = |found: hostkit_codegen::Diagnostics| found.render(&sources, std::io::stderr().is_terminal());
        all.merge(hostkit_codegen::reference(&api, &sources).map_err(render)?);
    }
    settle(vec![("docs/reference".to_owned(), all)], check, "reference")
}
