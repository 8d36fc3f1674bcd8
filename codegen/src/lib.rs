//! Spec text in, file tree out: the generator behind `cargo xtask codegen`.
//!
//! There is no file system here, no clock, and no name of an API.

mod diagnostic;
mod emit;
mod examples;
mod explain;
mod freshness;
mod model;
mod outputs;
mod resolve;
mod schema;
mod skeleton;
mod source;
mod surface;
mod syntax;
mod tree;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use emit::coverage::{Coverage, coverage_table};
pub use explain::{explain, explained};
pub use freshness::{Stale, stale};
pub use outputs::{coverage, openapi, reference};
pub use schema::schemas;
pub use skeleton::skeleton;
pub use source::{FileId, Sources};
pub use tree::Tree;

/// Generates the Rust code of one API from its specs.
///
/// # Errors
/// Everything that is wrong with the specs, at once.
pub fn generate(api: &str, sources: &Sources) -> Result<Tree, Diagnostics> {
    outputs::model(api, sources).map(|model| emit::rust::emit(&model))
}
