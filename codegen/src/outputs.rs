//! Everything that can be made of the specs of one API.

use crate::diagnostic::Diagnostics;
use crate::emit;
use crate::emit::coverage::Coverage;
use crate::emit::lists::{self, AnswerList};
use crate::model::Model;
use crate::recorded::Wire;
use crate::source::Sources;
use crate::tree::Tree;
use crate::{examples, resolve, syntax};

/// The resolved specs of one API.
fn model(api: &str, sources: &Sources) -> Result<Model, Diagnostics> {
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

/// The specs of one API, read and resolved once for all that is made of them.
#[derive(Debug, Clone)]
pub struct Specs<'s> {
    model: Model,
    sources: &'s Sources,
}

impl<'s> Specs<'s> {
    /// Reads the specs of one API and resolves them.
    ///
    /// # Errors
    /// Everything that is wrong with the specs, at once.
    pub fn read(api: &str, sources: &'s Sources) -> Result<Self, Diagnostics> {
        model(api, sources).map(|model| Self { model, sources })
    }

    /// Rust: the generated part of the API's crate.
    pub fn rust(&self) -> Tree {
        emit::rust::emit(&self.model, &Wire::new(self.sources.examples().map(|(_, path, bytes)| (path, bytes))))
    }

    /// The reference: Markdown pages below `docs/reference/`.
    pub fn reference(&self) -> Tree {
        let wire = self.sources.examples().map(|(file, path, _)| (path, self.sources.text(file))).collect();
        emit::reference::emit(&self.model, &wire)
    }

    /// The OpenAPI document, below `docs/openapi/`.
    pub fn openapi(&self) -> Tree {
        emit::openapi::emit(&self.model)
    }

    /// What the specs cover of the API's inventory.
    pub fn coverage(&self) -> Coverage {
        emit::coverage::count(&self.model)
    }

    /// Every list in the answers, with its limit.
    pub fn lists(&self) -> Vec<AnswerList> {
        lists::collect(&self.model)
    }
}

#[cfg(test)]
mod tests;
