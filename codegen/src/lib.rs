//! Spec text in, file tree out: the generator behind `cargo xtask codegen`.
//!
//! There is no file system here, no clock, and no name of an API.
//!
//! | stage | from | to | where |
//! | --- | --- | --- | --- |
//! | syntax | text | the surface: as written, every value with its place | `syntax`, `surface` |
//! | resolve | surface | the model: Rust names, types, paths in each format | `resolve`, `model` |
//! | examples | model and the bytes of the wire examples | nothing, or what is wrong with them | `examples` |
//! | emit | model; for documentation the recorded values of examples, too | files | `emit`, `recorded` |
//!
//! A stage adds what is wrong to one list of diagnostics and goes on, so that a run names everything at once; only an
//! emitter needs specs that are sound. Each code has a text, [`explain`], and a case in `tests/ui`. Emitters of Rust give
//! tokens, and `print` makes a file of them; what is then left to rustfmt is the breaking of lines.

mod diagnostic;
mod emit;
mod examples;
mod explain;
mod model;
mod outputs;
mod print;
mod recorded;
mod resolve;
mod schema;
mod skeleton;
mod source;
mod surface;
mod syntax;
mod tree;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use emit::coverage::{Coverage, coverage_table};
pub use emit::lists::{AnswerList, Step};
pub use explain::{explain, explained};
pub use outputs::Specs;
pub use schema::schemas;
pub use skeleton::skeleton;
pub use source::{FileId, Sources};
pub use tree::Tree;
