//! What the clients and the stores of hostkit share below HTTP: trusted TLS roots, name lookups, and what a socket's errors
//! mean.
//!
//! It knows no hoster, no HTTP library and no runtime: the clients bring theirs.

pub mod failure;
mod names;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;

pub use names::{Lookup, Names, NoAddress};
pub use tls::Trust;

use std::time::Duration;

/// How long an unused connection is kept: shorter than servers do, so that few die in the pool.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connecting may take by default: a name may have several addresses, and the first ones may be dead.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
