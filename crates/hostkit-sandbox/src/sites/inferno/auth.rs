//! The client number and the key that every authorised call carries.

use super::sent::Sent;
use crate::credentials;
use crate::world::World;

/// The client number that an API key belongs to.
pub(super) const CLIENT: i64 = credentials::INFERNO_CLIENT;

/// The setting that holds the account's key once it was renewed.
pub(super) const KEY: &str = "API key";

/// The API key that is valid now.
pub(super) fn key(world: &World) -> String {
    world.setting(World::ACCOUNT, KEY).unwrap_or(credentials::INFERNO_KEY).to_owned()
}

/// Whether a call has the account's key: in its header, alone or with the client number, or with it as a parameter.
pub(super) fn is_known(sent: &Sent, world: &World) -> bool {
    let is_mine = |client: &String| *client == CLIENT.to_string();
    match (&sent.key_header, &sent.key) {
        (Some(given), _) => *given == key(world) && sent.client.as_ref().is_none_or(is_mine),
        (None, Some(given)) => *given == key(world) && sent.client.as_ref().is_some_and(is_mine),
        (None, None) => false,
    }
}
