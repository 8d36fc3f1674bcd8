//! What exists only with the features that would change the most: that it compiles shows that they are on.

/// Items that ureq has with `cookies` and `json`.
pub use ureq::{Cookie, CookieJar};

/// Methods that reqwest has with `cookies`, `gzip`, `brotli`, `deflate` and `http2`.
pub fn reqwest_of_another_crate() -> reqwest::ClientBuilder {
    reqwest::Client::builder().cookie_store(true).gzip(true).brotli(true).deflate(true).http2_prior_knowledge()
}

/// What `rust_decimal` has with `serde-float`.
pub use rust_decimal::serde::float;
