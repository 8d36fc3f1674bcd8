//! Guarded operations: hazardous calls, each checked by reads before and after it.
//!
//! Each takes a blocking client:
//!
//! ```
//! use clodo_proto::Clodo;
//! use clodo_proto::types::{RecordId, ZoneId};
//! use hostkit_examples::clodo_guarded::{AcceptBodyHazard, RecordDeletion, RecordDeletionError, delete_record};
//!
//! fn delete(client: &hostkit_ureq::Client<Clodo>) -> Result<RecordDeletion, Box<RecordDeletionError>> {
//!     delete_record(client, ZoneId::new(7), RecordId::new(12), AcceptBodyHazard)
//! }
//! ```

mod checked;
mod ips;
mod record_deletion;
mod servers;

pub use checked::{Change, CheckError, Checked};
pub use ips::{add_ip, move_ip};
pub use record_deletion::{
    AcceptBodyHazard, RecordDeletion, RecordDeletionCause, RecordDeletionError, delete_record, restoring,
};
pub use servers::{buy_traffic, change_to_scale, change_to_virtual};
