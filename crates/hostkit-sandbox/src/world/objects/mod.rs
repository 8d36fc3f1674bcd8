//! The objects of a world, as data; the rules by which they change are the world's methods.

mod account;
mod address;
mod offer;
mod server;
mod storage;
mod zone;

pub use account::{Account, Bill, Message, Payment, SshKey, Ticket};
pub(super) use address::Addresses;
pub use address::{Additional, Pointer, Reserved};
pub(super) use offer::Policy;
pub use offer::{Acceptance, Image, Plan};
pub(super) use server::Build;
pub use server::{Address, Details, Job, NewServer, Server, ServerState};
pub use storage::{Backup, Cycle, Download, Iso, Schedule, Storage};
pub use zone::{Record, Zone};
