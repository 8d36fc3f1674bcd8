//! Spec text in, file tree out.
