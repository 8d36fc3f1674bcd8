//! Guarded operations: calls whose hazard a single request cannot answer for, with the reads before and after them.
//!
//! Each is the body of a flow, for either client:
//!
//! ```
//! use clodo_proto::ext::{AcceptBodyHazard, RecordDeletion, RecordDeletionError, delete_record};
//! use clodo_proto::types::{RecordId, ZoneId};
//! use clodo_proto::Clodo;
//! use hostkit::{CallOptions, ClientCore, Machine};
//!
//! // With a client: `client.flow(|calls| delete_record(calls, zone, record, AcceptBodyHazard))`.
//! fn machine(core: &ClientCore<Clodo>) -> impl Machine<Done = Result<RecordDeletion, RecordDeletionError>> {
//!     let (zone, record) = (ZoneId::new(7), RecordId::new(12));
//!     core.flow(CallOptions::new(), |calls| delete_record(calls, zone, record, AcceptBodyHazard))
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
