//! Spec text in, file tree out: the generator behind `cargo xtask codegen`.
//!
//! There is no file system here, no clock, and no name of an API.

mod diagnostic;
mod emit;
mod model;
mod resolve;
mod source;
mod surface;
mod syntax;
mod tree;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use source::{FileId, Sources};
pub use tree::Tree;

/// Generates the Rust code of one API from its specs.
///
/// # Errors
/// Everything that is wrong with the specs, at once.
pub fn generate(api: &str, sources: &Sources) -> Result<Tree, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let model = syntax::read(api, sources, &mut diagnostics)
        .map(|surface| resolve::resolve(surface, sources, &mut diagnostics));
    match model {
        Some(model) if diagnostics.is_empty() => Ok(emit::rust::emit(&model)),
        _ => Err(diagnostics),
    }
}
