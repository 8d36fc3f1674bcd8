//! `reference`: the pages of `docs/reference/`, one folder for each language and API.

use crate::codegen::{made, settle};
use crate::workspace::{Outcome, apis};

/// Writes the pages, or with `check` compares.
pub(crate) fn run(check: bool) -> Outcome {
    let mut all = hostkit_codegen::Tree::default();
    for api in apis(None)? {
        all.merge(made(&api, hostkit_codegen::reference)?);
    }
    settle(vec![("docs/reference".to_owned(), all)], check, "reference")
}
