//! Faults of tokens and credentials, and attempts to send them to another origin.

use http::{HeaderName, HeaderValue, Response};

use super::definition::{Fault, Group, Point, Strike};
use super::spoil::Spoil;
use super::status::redirect;
use crate::site::Refusal;

const fn fault(id: &'static str, point: Point, strike: Strike, en: &'static str) -> Fault {
    Fault::new(Group::Identity, id, point, strike, en)
}

const fn answer(id: &'static str, make: fn(&Spoil<'_>) -> Response<Vec<u8>>, en: &'static str) -> Fault {
    fault(id, Point::InHead, Strike::Replace(make), en)
}

const fn redirected(id: &'static str, make: fn(&Spoil<'_>) -> Response<Vec<u8>>, en: &'static str) -> Fault {
    fault(id, Point::BeforeCommit, Strike::Replace(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "token-expired",
        Point::BeforeCommit,
        Strike::Refuse(Refusal::TokenExpired),
        "The API says that the token has expired.",
    ),
    fault(
        "tokens-revoked",
        Point::BeforeCommit,
        Strike::Revoke,
        "Every token but permanent ones expires just before the call.",
    ),
    fault(
        "wrong-credentials",
        Point::BeforeCommit,
        Strike::Refuse(Refusal::WrongCredentials),
        "The API does not know the credentials.",
    ),
    redirected("redirect-301", |s| redirect(301, &elsewhere(s)), "A 301 to another origin."),
    redirected("redirect-302", |s| redirect(302, &elsewhere(s)), "A 302 to another origin."),
    redirected("redirect-303", |s| redirect(303, &elsewhere(s)), "A 303 to another origin."),
    redirected(
        "redirect-307",
        |s| redirect(307, &elsewhere(s)),
        "A 307 to another origin, which asks for the body again.",
    ),
    redirected(
        "redirect-308",
        |s| redirect(308, &elsewhere(s)),
        "A 308 to another origin, which asks for the body again.",
    ),
    redirected("redirect-loop", |s| redirect(307, s.target), "A 307 to the very same place."),
    redirected(
        "redirect-scheme-relative",
        |s| redirect(302, &format!("//{}", place(s))),
        "A 302 that names a host and no scheme.",
    ),
    redirected("redirect-nowhere", |_| redirect(302, "::://"), "A 302 to something that is not a URL."),
    redirected("redirect-without-location", |_| redirect(302, "\n"), "A 302 without a location."),
    answer(
        "redirect-after-commit",
        |s| redirect(302, &elsewhere(s)),
        "A 302 to another origin, although the call was carried out.",
    ),
    answer("foreign-url", |s| urls(s, &[&s.settings.foreign]), "A base URL in the answer leads to another origin."),
    answer(
        "foreign-url-https",
        |s| urls(s, &["https://127.0.0.1.example/v1"]),
        "A base URL in the answer leads to a host that only begins like ours.",
    ),
    answer(
        "foreign-url-userinfo",
        |s| urls(s, &[&format!("http://127.0.0.1@{}/v1", place(s))]),
        "A base URL in the answer hides its host behind a user name.",
    ),
    answer("foreign-url-dots", dots, "A base URL in the answer has dot segments."),
    answer("foreign-url-twice", twice, "Two base URLs in the answer, the second leads elsewhere."),
    answer("no-token", |s| tokens(s, None), "The answer to a sign-in has no token."),
    answer("empty-token", |s| tokens(s, Some(b"")), "The answer to a sign-in has an empty token."),
    answer("huge-token", |s| tokens(s, Some(&[b't'; 16 << 10])), "The answer to a sign-in has a token of 16 KiB."),
    answer(
        "token-not-ascii",
        |s| tokens(s, Some("токен".as_bytes())),
        "The answer to a sign-in has a token that is not ASCII.",
    ),
];

/// Host and port of the foreign origin.
fn place<'s>(spoil: &'s Spoil<'_>) -> &'s str {
    spoil.settings.foreign.split_once("://").map_or("127.0.0.1:9", |(_, place)| place)
}

/// The same path at the foreign origin.
fn elsewhere(spoil: &Spoil<'_>) -> String {
    format!("{}{}", spoil.settings.foreign, spoil.target)
}

/// Replaces the value of every header that holds a URL.
fn urls(spoil: &Spoil<'_>, values: &[&str]) -> Response<Vec<u8>> {
    let mut answer = spoil.answer.clone();
    for name in names(&answer, |_, value| value.as_bytes().starts_with(b"http")) {
        answer.headers_mut().remove(&name);
        for value in values {
            if let Ok(value) = HeaderValue::from_str(value) {
                answer.headers_mut().append(name.clone(), value);
            }
        }
    }
    answer
}

fn named_url(spoil: &Spoil<'_>) -> String {
    let headers = spoil.answer.headers().values();
    let mut texts = headers.filter_map(|value| value.to_str().ok());
    texts.find(|text| text.starts_with("http")).unwrap_or_default().to_owned()
}

fn dots(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    urls(spoil, &[&format!("{}/../../..", named_url(spoil))])
}

fn twice(spoil: &Spoil<'_>) -> Response<Vec<u8>> {
    urls(spoil, &[&named_url(spoil), &spoil.settings.foreign])
}

/// Replaces the value of every header whose name ends in `-token`.
fn tokens(spoil: &Spoil<'_>, value: Option<&[u8]>) -> Response<Vec<u8>> {
    let mut answer = spoil.answer.clone();
    for name in names(&answer, |name, _| name.as_str().ends_with("-token")) {
        answer.headers_mut().remove(&name);
        if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value).ok()) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

fn names(answer: &Response<Vec<u8>>, fits: impl Fn(&HeaderName, &HeaderValue) -> bool) -> Vec<HeaderName> {
    let all = answer.headers().iter();
    all.filter(|(name, value)| fits(name, value)).map(|(name, _)| name.clone()).collect()
}
