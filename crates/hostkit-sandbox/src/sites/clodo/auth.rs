//! The sign-in.

use std::time::Duration;

use clodo_proto::auth::SignIn;
use clodo_proto::types::SignedIn;
use hostkit::protocol::server::{Serve, WrittenAnswer};

use super::answer::No;
use super::visit::{PREFIX, format};
use crate::clock::Moment;
use crate::credentials;
use crate::site::{self, Call, Reply};
use crate::sites::content_type;
use crate::world::World;

/// The lifetime of a token.
const LIFETIME: Duration = Duration::from_secs(1200);

/// Answers 204 with everything in headers; the content type is the requested one, although there is no content.
pub(super) fn sign_in(request: &SignIn, call: &Call, world: &mut World) -> Result<Reply, No> {
    if request.login != credentials::CLODO_LOGIN || request.key.expose() != credentials::CLODO_KEY {
        return Err(No::new(401, "Ошибка авторизации"));
    }
    world.note_credentials(true);
    let token = world.sessions.issue("CLODO_", World::ACCOUNT, call.now, Some(LIFETIME));
    let format = format(call);
    let mut out = WrittenAnswer::for_endpoint::<SignIn>(format, 204);
    SignIn::answer(&SignedIn::new(token, format!("{}{PREFIX}", call.base)), &mut out);
    // Recorded where a format was asked for; the document has neither, and a tool of the hoster's staff that asks for no
    // format takes every line with `X-Auth-Token` for the token.
    if call.header("accept").is_some_and(|accept| accept.contains("json") || accept.contains("xml")) {
        out.header("X-Auth-Token-Issued", &time(call.now));
        out.header("X-Auth-Token-Expired", &time(call.now + LIFETIME));
    }
    let mut answer = site::answer(out.status, content_type(format), Vec::new());
    answer.headers_mut().extend(out.headers);
    Ok(Reply::done(answer))
}

/// Moscow time with its offset, without the colon that RFC 3339 requires.
fn time(moment: Moment) -> String {
    moment.moscow().map(|time| time.format("%Y-%m-%dT%H:%M:%S+0300")).unwrap_or_default()
}
