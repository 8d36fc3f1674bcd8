//! A small HTTP/1.1 server on loopback: a thread per connection, bounded sizes, and full control over every byte that
//! goes out.
//!
//! What is deliberately not here: TLS, HTTP/2, pipelining beyond one answer after the other, compression.

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
pub(crate) use response::{Delivery, Wire, chunks, push_header};
pub(crate) use server::{Incoming, Server, Service};
