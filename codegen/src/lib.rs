//! Spec text in, file tree out: the generator behind `cargo hostkit codegen`.
//!
//! The crate uses neither file system nor clock, and knows no API by name.
//!
//! | stage | from | to | where |
//! | --- | --- | --- | --- |
//! | syntax | text | the surface: as written, every value with its place | `syntax`, `surface` |
//! | resolve | surface | the model: Rust names, types, paths in each format | `resolve`, `model` |
//! | examples | model and the bytes of the wire examples | nothing, or what is wrong with them | `examples` |
//! | emit | model; for documentation the recorded values of examples, too | files | `emit`, `recorded` |
//!
//! Each stage adds its problems to one list of diagnostics and continues, so that a run reports everything; only
//! emitters require sound specs. Each code has a text, [`explain`], and a case in `tests/ui`. Emitters of Rust return
//! tokens, which `print` turns into files; only breaking lines is left to rustfmt.

mod diagnostic;
mod emit;
mod examples;
mod explain;
mod identifier;
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
pub use emit::outline::{CallOutline, IdPlace, Input, KeptPlace, Outline, Place};
pub use explain::{explain, explained};
pub use outputs::Specs;
pub use print::rust_file;
pub use schema::schemas;
pub use skeleton::{service_skeleton, skeleton};
pub use source::{FileId, Names, Sources};
pub use tree::Tree;
