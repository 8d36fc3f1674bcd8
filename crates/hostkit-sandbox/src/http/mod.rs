//! A small HTTP/1.1 server on loopback: a thread per connection, bounded sizes, and full control over every byte that
//! goes out.
//!
//! Deliberately not supported: TLS, HTTP/2, concurrent pipelining, compression.

mod act;
mod body;
mod head;
mod response;
mod server;
mod socket;
mod stop;

pub(crate) use act::Act;
pub use head::Bounds;
pub(crate) use head::Head;
pub use response::Framing;
pub(crate) use response::{Delivery, Phrase, Wire, chunks, push_header};
pub(crate) use server::{Request, Server, Service};
