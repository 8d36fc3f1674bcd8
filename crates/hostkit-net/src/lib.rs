//! TLS roots, name lookups, socket errors, the limit of heads and the framing of bodies, shared by the transports and
//! stores of hostkit.
//!
//! It depends on no hoster, HTTP library or async runtime.

pub mod failure;
mod framing;
mod heads;
mod names;
mod network;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;

pub use framing::check_framing;
pub use heads::{HeadPart, HeadTooLarge, Heads, MAX_HEAD};
pub use names::{Lookup, Names, NoAddress};
pub use network::Network;
pub use tls::Trust;

use std::time::Duration;

/// How long an idle connection is kept: shorter than servers do, so that few are closed while in the pool.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
