//! All outputs for the specs of one API.

use crate::diagnostic::Diagnostics;
use crate::emit;
use crate::emit::coverage::Coverage;
use crate::emit::lists::{self, AnswerList};
use crate::emit::outline::{self, Outline};
use crate::model::{Endpoint, Field, Model, TypeKind};
use crate::recorded::Wire;
use crate::source::Sources;
use crate::surface::is_pattern;
use crate::tree::Tree;
use crate::{examples, print, resolve, syntax};

/// The resolved specs of one API.
fn model(api: &str, sources: &Sources) -> Result<Model, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let Some(surface) = syntax::read(api, sources, &mut diagnostics) else {
        return Err(diagnostics);
    };
    // With unreadable specs, their examples would all be reported as strays.
    if diagnostics.is_empty() {
        examples::check_files(&surface, sources, &mut diagnostics);
    }
    let model = resolve::resolve(surface, sources, &mut diagnostics);
    if diagnostics.is_empty() {
        examples::check(&model, sources, &mut diagnostics);
    }
    if diagnostics.is_empty() { Ok(model) } else { Err(diagnostics) }
}

/// The specs of one API, read and resolved once for all outputs.
#[derive(Debug, Clone)]
pub struct Specs<'s> {
    model: Model,
    sources: &'s Sources,
}

impl<'s> Specs<'s> {
    /// Reads and resolves the specs of one API.
    ///
    /// # Errors
    /// Every diagnostic of the specs and examples, together.
    pub fn read(api: &str, sources: &'s Sources) -> Result<Self, Diagnostics> {
        model(api, sources).map(|model| Self { model, sources })
    }

    /// The generated Rust of the API's crate.
    pub fn rust(&self) -> Tree {
        let wire = Wire::new(self.sources.examples().map(|(_, path, bytes)| (path, bytes)));
        emit::rust::emit(&self.model, &wire, &self.sources.names().generate)
    }

    /// The same as one file for `include!`, which takes no documentation of itself.
    pub fn rust_in_one_file(&self) -> String {
        print::one_file(&self.sources.names().generate, &self.model.api, &self.rust())
    }

    /// The features of `hostkit-proto` that the code needs.
    pub fn features(&self) -> Vec<&'static str> {
        let signs = self.model.service.signature.is_some();
        let in_types = self.model.types.values().any(|entry| match &entry.kind {
            TypeKind::Struct(fields) => fields.iter().any(Field::has_patterns),
            _ => entry.in_requests && entry.limits.shape.as_deref().is_some_and(is_pattern),
        });
        let has_patterns = in_types || self.model.endpoints.iter().any(Endpoint::has_patterns);
        [("signing", signs), ("patterns", has_patterns)]
            .into_iter()
            .filter_map(|(name, is)| is.then_some(name))
            .collect()
    }

    /// The name of the API's type.
    pub fn name(&self) -> &str {
        &self.model.service.name
    }

    /// The reference pages in Markdown, below `docs/reference/`.
    pub fn reference(&self) -> Tree {
        let wire = self.sources.examples().map(|(file, path, _)| (path, self.sources.text(file))).collect();
        emit::reference::emit(&self.model, &wire)
    }

    /// The OpenAPI document, below `docs/openapi/`.
    pub fn openapi(&self) -> Tree {
        emit::openapi::emit(&self.model)
    }

    /// Coverage of the API's inventory by the specs.
    pub fn coverage(&self) -> Coverage {
        emit::coverage::count(&self.model)
    }

    /// Every list in the answers, with its item limit.
    pub fn lists(&self) -> Vec<AnswerList> {
        lists::collect(&self.model)
    }

    /// What a program has to know to make the API's calls and to compare the answers, without types of Rust.
    pub fn outline(&self) -> Outline {
        outline::of(&self.model)
    }
}

#[cfg(test)]
mod tests;
