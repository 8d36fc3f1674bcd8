//! TLS roots, name lookups and socket errors, shared by the transports and stores of hostkit.
//!
//! It depends on no hoster, HTTP library or async runtime.

pub mod failure;
mod names;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;

pub use names::{Lookup, Names, NoAddress};
pub use tls::Trust;

use std::time::Duration;

/// How long an idle connection is kept: shorter than servers do, so that few are closed while in the pool.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// The default limit for connecting: a name may have several addresses, and the first ones may be unreachable.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
