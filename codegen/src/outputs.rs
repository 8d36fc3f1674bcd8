//! Everything besides Rust that can be made of the specs of one API.

use crate::diagnostic::Diagnostics;
use crate::emit;
use crate::emit::coverage::Coverage;
use crate::model::Model;
use crate::source::Sources;
use crate::{resolve, syntax};

/// The resolved specs of one API.
pub(crate) fn model(api: &str, sources: &Sources) -> Result<Model, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let model = syntax::read(api, sources, &mut diagnostics)
        .map(|surface| resolve::resolve(surface, sources, &mut diagnostics));
    model.filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
}

/// Counts what the specs of one API cover of its inventory.
///
/// # Errors
/// Everything that is wrong with the specs, at once.
pub fn coverage(api: &str, sources: &Sources) -> Result<Coverage, Diagnostics> {
    model(api, sources).map(|model| emit::coverage::count(&model))
}
