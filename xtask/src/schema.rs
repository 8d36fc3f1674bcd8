//! Where the JSON Schemas of the spec files stand; `codegen` writes and checks them.

/// The folder, from the root of the workspace.
pub(crate) const FOLDER: &str = "specs/schema";
