//! Tests code that uses hostkit with a scripted transport, and tests transports with a conformance suite over real
//! sockets.
//!
//! ```
//! use hostkit_testing::{Script, Scripted};
//!
//! let transport = Scripted::new([Script::get("/items").answer(200, r#"{"ids": [1, 2]}"#)]);
//! assert_eq!(transport.left(), 1);
//! ```
//!
//! Authors of transports use [`conformance`].

pub mod conformance;
mod scripted;
#[cfg(feature = "server")]
mod values;

pub use scripted::{Script, Scripted, Sent};
