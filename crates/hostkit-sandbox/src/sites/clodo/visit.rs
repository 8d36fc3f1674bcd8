//! One request: the prefix of its path, the format of its answer, and the world as seen by its account.

use hostkit::Format;

use crate::clock::Moment;
use crate::rates::Used;
use crate::site::Call;
use crate::world::World;

/// The prefix of all paths but that of the sign-in.
pub(super) const PREFIX: &str = "/v1";

/// XML, unless JSON is asked for.
pub(super) fn format(call: &Call) -> Format {
    match call.header("accept") {
        Some(accept) if accept.contains("json") => Format::Json,
        _ => Format::Xml,
    }
}

/// The world as seen by the account of a token.
pub(super) struct Visit<'w> {
    pub(super) world: &'w mut World,
    pub(super) account: String,
    pub(super) format: Format,
    pub(super) now: Moment,
    pub(super) used: &'w [Used],
}
