//! Faults with an error status and a web server's page instead of the API's own document.

use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use super::definition::{Fault, Group, Point, Strike};
use super::spoil::{Spoil, deliver};
use crate::http::Act;

const fn before(id: &'static str, make: fn(&Spoil<'_>) -> Response<Vec<u8>>, en: &'static str) -> Fault {
    Fault::new(Group::Status, id, Point::BeforeCommit, Strike::Replace(make), en)
}

const fn after(id: &'static str, make: fn(&Spoil<'_>) -> Response<Vec<u8>>, en: &'static str) -> Fault {
    Fault::new(Group::Status, id, Point::AfterCommit, Strike::Replace(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    before("status-400", |_| page(400), "A 400 of the web server."),
    before("status-401", |_| page(401), "A 401 of the web server."),
    before("status-403", |_| page(403), "A 403 of the web server."),
    before("status-404", |_| page(404), "A 404 of the web server."),
    before("status-405", |_| page(405), "A 405 of the web server."),
    before("status-408", |_| page(408), "A 408: the web server gave up waiting."),
    before("status-411", |_| page(411), "A 411: the web server wants a length."),
    before("status-413", |_| page(413), "A 413 of the web server."),
    before("status-429", |_| page(429), "A 429 without a hint."),
    before("status-429-retry-after", |s| retry_after(s, 429), "A 429 that says how long to wait."),
    before("status-500-before", |_| page(500), "A 500; nothing was carried out."),
    before("status-502-before", |_| page(502), "A 502; nothing was carried out."),
    before("status-503", |_| page(503), "A 503; nothing was carried out."),
    before("status-503-retry-after", |s| retry_after(s, 503), "A 503 that says how long to wait."),
    before("status-503-retry-after-year", retry_after_year, "A 503 that asks to wait for a year."),
    before("status-503-retry-after-nonsense", retry_after_nonsense, "A 503 with a meaningless Retry-After."),
    before("status-504-before", |_| page(504), "A 504; nothing was carried out."),
    after("status-500", |_| page(500), "A 500, although the call was carried out."),
    after("status-500-empty", |_| bare(500), "A 500 without a body, although the call was carried out."),
    after("status-502", |_| page(502), "A 502, although the call was carried out."),
    after("status-503-after-commit", |_| page(503), "A 503, although the call was carried out."),
    after("status-504", |_| page(504), "A 504, although the call was carried out."),
    after("status-404-after-commit", |_| page(404), "A 404, although the call was carried out."),
    after("status-204", |_| bare(204), "A 204: no document where one is due."),
    after("status-206", |s| same(s, 206), "A 206: part of a document, as a cache would answer."),
    after("status-304", |_| bare(304), "A 304: nothing changed, as a cache would answer."),
    after("status-599", |_| page(599), "A status that no standard defines."),
    after("status-999", |_| page(999), "A status beyond those that HTTP has."),
];

fn bare(status: u16) -> Response<Vec<u8>> {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

fn page(status: u16) -> Response<Vec<u8>> {
    let mut answer = bare(status);
    let title = format!("{status} {}", answer.status().canonical_reason().unwrap_or("Unknown"));
    let text = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    *answer.body_mut() = text.into_bytes();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    answer
}

fn same(spoil: &Spoil<'_>, status: u16) -> Response<Vec<u8>> {
    let mut answer = spoil.answer.clone();
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    answer
}

fn retry_after(spoil: &Spoil<'_>, status: u16) -> Response<Vec<u8>> {
    let mut answer = page(status);
    answer.headers_mut().insert(RETRY_AFTER, spoil.settings.retry_after.as_secs().into());
    answer
}

fn retry_after_year(_: &Spoil<'_>) -> Response<Vec<u8>> {
    let mut answer = page(503);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("31536000"));
    answer
}

fn retry_after_nonsense(_: &Spoil<'_>) -> Response<Vec<u8>> {
    let mut answer = page(503);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("-99999999999999999999"));
    answer
}

/// A redirect to a place; also used for the redirects of the group identity.
pub(super) fn redirect(status: u16, location: &str) -> Response<Vec<u8>> {
    let mut answer = page(status);
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

/// A gateway timeout; also used by the group semantics.
pub(super) fn gateway_timeout(spoil: &Spoil<'_>) -> Vec<Act> {
    deliver(&page(504), spoil.delivery)
}
