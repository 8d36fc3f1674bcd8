//! One request: where the path of its call begins, the format of its answer, and the world as its sender may use it.

use hostkit::Format;

use crate::clock::Moment;
use crate::rates::Used;
use crate::site::Call;
use crate::world::World;

/// The path below which everything but the sign-in lives.
pub(super) const PREFIX: &str = "/v1";

/// XML, unless JSON is asked for.
pub(super) fn format(call: &Call) -> Format {
    match call.header("accept") {
        Some(accept) if accept.contains("json") => Format::Json,
        _ => Format::Xml,
    }
}

/// The world as the owner of a token may use it.
pub(super) struct Visit<'w> {
    pub(super) world: &'w mut World,
    pub(super) account: String,
    pub(super) format: Format,
    pub(super) now: Moment,
    pub(super) used: &'w [Used],
}
