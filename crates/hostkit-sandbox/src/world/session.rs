//! The tokens that were given out.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Moment;

/// The state of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenState {
    /// It is valid for this account.
    Good(String),
    /// It has expired.
    Expired,
    /// It was never issued.
    Unknown,
}

#[derive(Debug, Clone)]
struct Token {
    login: String,
    until: Option<Moment>,
}

/// The tokens that were given out.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    tokens: BTreeMap<String, Token>,
    issued: u64,
}

impl Sessions {
    /// Issues a token: a prefix and 32 hexadecimal digits. Without a lifetime it is permanent.
    pub fn issue(&mut self, prefix: &str, login: &str, now: Moment, lifetime: Option<Duration>) -> String {
        self.issued += 1;
        // Not unpredictable: it only has to be new and look like a token.
        let scramble =
            |salt: u64| (self.issued ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ now.unix().rotate_left(29);
        let text = format!("{prefix}{:016x}{:016x}", scramble(0), scramble(0x5a5a_5a5a));
        self.tokens.insert(text.clone(), Token { login: login.to_owned(), until: lifetime.map(|life| now + life) });
        text
    }

    /// Adds a permanent token.
    pub fn add(&mut self, token: &str, login: &str) {
        self.tokens.insert(token.to_owned(), Token { login: login.to_owned(), until: None });
    }

    /// Adds a token that is not made here; without a lifetime it is good for a year.
    pub fn add_until(&mut self, token: &str, login: &str, now: Moment, lifetime: Option<Duration>) {
        // A permanent one cannot be revoked.
        let until = now + lifetime.unwrap_or(Duration::from_secs(365 * 86_400));
        self.tokens.insert(token.to_owned(), Token { login: login.to_owned(), until: Some(until) });
        self.issued += 1;
    }

    /// The state of a token now.
    pub fn check(&self, token: &str, now: Moment) -> TokenState {
        match self.tokens.get(token) {
            None => TokenState::Unknown,
            Some(token) if token.until.is_some_and(|until| until <= now) => TokenState::Expired,
            Some(token) => TokenState::Good(token.login.clone()),
        }
    }

    /// Expires all tokens but permanent ones.
    pub fn revoke(&mut self) {
        for token in self.tokens.values_mut() {
            if token.until.is_some() {
                token.until = Some(Moment::default());
            }
        }
    }

    /// The number of issued tokens.
    pub fn issued(&self) -> u64 {
        self.issued
    }
}
