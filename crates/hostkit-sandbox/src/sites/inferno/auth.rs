//! The client number and the key that every authorised call carries.

use hostkit::Format;
use hostkit::protocol::wire::{Limits, parse};

use crate::credentials;
use crate::site::Call;
use crate::world::World;

/// The client number that an API key belongs to.
pub(super) const CLIENT: i64 = credentials::INFERNO_CLIENT;

/// The setting that holds the account's key once it was renewed.
pub(super) const KEY: &str = "API key";

/// The API key that is valid now.
pub(super) fn key(world: &World) -> String {
    world.setting(World::ACCOUNT, KEY).unwrap_or(credentials::INFERNO_KEY).to_owned()
}

/// Whether a call has the client number in its body and the key in its header.
pub(super) fn is_known(call: &Call, world: &World) -> bool {
    let Ok(document) = parse(Format::Json, &call.body, &Limits::DEFAULT) else {
        return false;
    };
    let client = document.root().get("cid").and_then(|node| node.as_str());
    client == Some(CLIENT.to_string().as_str()) && call.header("x-key") == Some(key(world).as_str())
}
