//! The core of hostkit.
