//! Everything besides Rust that can be made of the specs of one API.

use crate::diagnostic::Diagnostics;
use crate::emit;
use crate::emit::coverage::Coverage;
use crate::emit::lists::{self, AnswerList};
use crate::model::Model;
use crate::source::Sources;
use crate::tree::Tree;
use crate::{examples, resolve, syntax};

/// The resolved specs of one API.
pub(crate) fn model(api: &str, sources: &Sources) -> Result<Model, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let Some(surface) = syntax::read(api, sources, &mut diagnostics) else {
        return Err(diagnostics);
    };
    // The examples of a spec that cannot be read would all be strays.
    if diagnostics.is_empty() {
        examples::check_files(&surface, sources, &mut diagnostics);
    }
    let model = resolve::resolve(surface, sources, &mut diagnostics);
    if diagnostics.is_empty() {
        examples::check(&model, sources, &mut diagnostics);
    }
    if diagnostics.is_empty() { Ok(model) } else { Err(diagnostics) }
}

/// Counts what the specs of one API cover of its inventory.
///
/// # Errors
/// Everything that is wrong with the specs, at once.
pub fn coverage(api: &str, sources: &Sources) -> Result<Coverage, Diagnostics> {
    model(api, sources).map(|model| emit::coverage::count(&model))
}

/// Every list in the answers of one API, with its limit.
///
/// # Errors
/// Everything that is wrong with the specs, at once.
pub fn lists(api: &str, sources: &Sources) -> Result<Vec<AnswerList>, Diagnostics> {
    model(api, sources).map(|model| lists::collect(&model))
}

/// Writes the reference of one API: Markdown pages below `docs/reference/`.
///
/// # Errors
/// Everything that is wrong with the specs, at once.
pub fn reference(api: &str, sources: &Sources) -> Result<Tree, Diagnostics> {
    let wire = sources.examples().map(|(file, path, _)| (path, sources.text(file))).collect();
    model(api, sources).map(|model| emit::reference::emit(&model, &wire))
}

/// Writes the OpenAPI document of one API, below `docs/openapi/`.
///
/// # Errors
/// Everything that is wrong with the specs, at once.
pub fn openapi(api: &str, sources: &Sources) -> Result<Tree, Diagnostics> {
    model(api, sources).map(|model| emit::openapi::emit(&model))
}

#[cfg(test)]
mod tests;
