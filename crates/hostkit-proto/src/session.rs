//! The result of a sign-in.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::value::{Secret, UnixTime};

/// A token, where it may be used, and for how long.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// The token; none where calls carry the credentials themselves.
    pub token: Option<Secret>,
    /// What else of the sign-in's answer calls carry, by the names of its fields.
    pub more: BTreeMap<String, Secret>,
    /// The base URL that the API named for further calls, unchecked.
    pub base_url: Option<String>,
    /// How long the token is good for, counted from the request of the sign-in.
    pub lifetime: Option<Duration>,
    /// When the token ends, as the API says it: by the server's clock.
    pub ends: Option<UnixTime>,
    /// When the token was issued, by the same clock.
    pub issued: Option<UnixTime>,
    /// The server's time, where calls are signed by its clock.
    pub clock: Option<UnixTime>,
    /// Time and nonce of one call by hand; a client gives each request its own.
    pub stamp: Option<Stamp>,
}

/// What makes a signed request another one than all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The time of the request in milliseconds since 1970, by the clock that the API compares it with.
    pub millis: u64,
    /// A number that is higher in each request.
    pub nonce: u64,
}

impl Session {
    /// A session that holds a token and nothing else.
    pub fn with_token(token: Secret) -> Self {
        Self { token: Some(token), ..Self::default() }
    }

    /// Everything that proves who makes a call.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.token.iter().chain(self.more.values())
    }
}
