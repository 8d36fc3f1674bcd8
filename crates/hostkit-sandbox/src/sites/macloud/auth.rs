//! Sign-in, and the account of a token.

use std::time::Duration;

use macloud_proto::auth::SignIn;
use macloud_proto::types::SessionToken;

use super::envelope::{Answered, No, yes};
use crate::credentials::{MACLOUD_EMAIL, MACLOUD_PASSWORD};
use crate::site::Call;
use crate::world::{TokenState, World};

/// Tokens have 64 digits; the sandbox counts in the last 32.
pub(super) const TOKEN_PREFIX: &str = "5a4db0c05a4db0c05a4db0c05a4db0c0";
/// The lifetime of a token from a sign-in, which the hoster does not document.
pub(super) const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);

pub(super) const WRONG_CREDENTIALS: No = No::Forbidden("Forbidden", "Incorrect credentials specified");

/// Issues a token. Too many wrong passwords block all sign-ins, where the hoster blocks the client's address.
pub(super) fn sign_in(call: &SignIn, world: &mut World) -> Answered {
    if world.is_shut_out() {
        return Err(No::Forbidden("Blacklisted", "The API requests limits were exceeded"));
    }
    if call.email != MACLOUD_EMAIL || call.password.expose() != MACLOUD_PASSWORD {
        world.count_failure();
        return Err(WRONG_CREDENTIALS);
    }
    world.note_credentials(true);
    let now = world.now();
    let token = world.sessions.issue(TOKEN_PREFIX, World::ACCOUNT, now, Some(TOKEN_LIFE));
    yes::<SignIn>(200, "Token info", &SessionToken::new(token))
}

/// The token of a request, bare or with its scheme.
fn token(call: &Call) -> Option<&str> {
    let text = call.header("authorization")?.trim();
    let bare = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")).unwrap_or(text).trim();
    if bare.is_empty() { None } else { Some(bare) }
}

/// The account of a request's token.
pub(super) fn identify(call: &Call, world: &World) -> Result<String, No> {
    let token = token(call).ok_or(No::Unauthorized("Need authorization information"))?;
    match world.sessions.check(token, call.now) {
        TokenState::Good(account) => Ok(account),
        TokenState::Expired | TokenState::Unknown => Err(No::Unauthorized("Incorrect token")),
    }
}
