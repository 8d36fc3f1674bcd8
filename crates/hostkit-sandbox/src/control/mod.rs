//! The control address: faults, clock, ledger and reset over HTTP with JSON, and a page that shows them.
//!
//! It listens on loopback only and refuses requests whose `Host` or `Origin` is foreign: a page of the web that a
//! browser has open cannot reach it, by a name that resolves to loopback either.

mod command;
mod expected;
mod hidden;
mod listing;
mod no;
mod operations;
mod recent;
mod view;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Response};
use serde_json::{Value, json};

use crate::http::{Act, Bounds, Delivery, Framing, Head, Request, Server, Service, Wire};
use crate::service::Hub;
use crate::site;

pub(crate) use hidden::Hidden;
pub(crate) use operations::operations;
pub(crate) use recent::Recent;
pub(crate) use view::Urls;

use no::No;

/// The page.
const PAGE: &str = include_str!("page.html");

/// A running control address; it stops when dropped.
pub(crate) struct Control {
    server: Server<ControlService>,
}

impl Control {
    /// Listens on a port of 127.0.0.1; port 0 takes a free one.
    pub(crate) fn start(port: u16, hub: Arc<Hub>, recent: Recent, urls: Urls) -> io::Result<Self> {
        let service = Arc::new(ControlService { hub, recent, urls, port: OnceLock::new() });
        let server = Server::start(port, Bounds::DEFAULT, Arc::clone(&service))?;
        // Requests that come before this are refused as foreign.
        service.port.get_or_init(|| server.address().port());
        Ok(Self { server })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }
}

/// What answers at the control address.
struct ControlService {
    hub: Arc<Hub>,
    recent: Recent,
    urls: Urls,
    port: OnceLock<u16>,
}

/// The paths, with what each verb does.
fn paths() -> Value {
    json!({
        "GET /": "the page",
        "GET /state": "clock, worlds, ledger, faults and the last requests",
        "GET /switches": "what can be switched: faults, operations and settings",
        "GET /ledger": "all entries; ?operation=NAME and ?api=NAME narrow them",
        "DELETE /ledger": "clears the ledger",
        "POST /faults": expected::fault(),
        "POST /faults/random": expected::random(),
        "DELETE /faults": "switches all faults off",
        "POST /clock": expected::clock(),
        "POST /settings": expected::settings(),
        "POST /reset": "starts all over; the clock goes on",
    })
}

impl ControlService {
    fn answer(&self, request: &Request) -> Response<Vec<u8>> {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let query = site::pairs(query);
        let result = self.guard(&request.headers).and_then(|()| match (request.method.as_str(), path) {
            ("GET" | "HEAD", "/") => return_page(),
            ("GET" | "HEAD", "/state") => Ok(written(200, &view::state(&self.hub, &self.recent, &self.urls))),
            ("GET" | "HEAD", "/switches") => Ok(written(200, &listing::switches())),
            ("GET" | "HEAD", "/ledger") => view::ledger(&self.hub, &query).map(|ledger| written(200, &ledger)),
            (_, "/" | "/state" | "/switches") => Err(other_verb(request, "GET")),
            (method, _) => self.change(method, path, &request.body).map(|done| written(200, &done)),
        });
        result.unwrap_or_else(|no| written(no.status, &json!({ "error": no.error, "expected": no.expected })))
    }

    fn change(&self, method: &str, path: &str, body: &[u8]) -> Result<Value, No> {
        match (method, path) {
            ("DELETE", "/ledger") => self.hub.ledger.clear(),
            ("DELETE", "/faults") => self.hub.faults.clear(),
            ("POST", "/faults") => command::arm(&self.hub, body)?,
            ("POST", "/faults/random") => command::draw(&self.hub, body)?,
            ("POST", "/clock") => command::turn(&self.hub, body)?,
            ("POST", "/settings") => command::set(&self.hub, body)?,
            ("POST", "/reset") => {
                self.hub.reset().map_err(|error| No {
                    status: 500,
                    error: error.to_string(),
                    expected: Value::Null,
                })?;
                self.recent.clear();
            }
            (_, "/ledger" | "/faults" | "/faults/random" | "/clock" | "/settings" | "/reset") => {
                return Err(No { status: 405, error: format!("{method} is not for {path}"), expected: paths() });
            }
            _ => return Err(No { status: 404, error: format!("there is nothing at {path}"), expected: paths() }),
        }
        Ok(json!({ "done": true, "clock": self.hub.clock.now().to_string() }))
    }

    /// Refuses a request that a page from elsewhere has sent, or that came by a name that only resolves to loopback.
    fn guard(&self, headers: &HeaderMap) -> Result<(), No> {
        let port = self.port.get().copied().unwrap_or_default();
        let own = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        let foreign = |what: &str, found: &str| No {
            status: 403,
            error: format!("the {what} {found:?} is foreign"),
            expected: json!(own),
        };
        let host = headers.get(http::header::HOST).map_or(Ok(""), HeaderValue::to_str).unwrap_or("?");
        if !own.iter().any(|own| own.eq_ignore_ascii_case(host)) {
            return Err(foreign("Host", host));
        }
        for origin in headers.get_all(http::header::ORIGIN) {
            let origin = origin.to_str().unwrap_or("?");
            if origin.strip_prefix("http://") != Some(host) {
                return Err(foreign("Origin", origin));
            }
        }
        Ok(())
    }
}

fn other_verb(request: &Request, verb: &str) -> No {
    let error = format!("{} is not for {}", request.method, request.target);
    No { status: 405, error, expected: json!(verb) }
}

/// The page, which may load nothing from elsewhere and be shown in no frame.
fn return_page() -> Result<Response<Vec<u8>>, No> {
    let mut page = site::answer(200, "text/html; charset=utf-8", PAGE.as_bytes().to_vec());
    let policy = "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    page.headers_mut().insert(http::header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    guarded(&mut page);
    Ok(page)
}

fn guarded(answer: &mut Response<Vec<u8>>) {
    answer.headers_mut().insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn written(status: u16, value: &Value) -> Response<Vec<u8>> {
    let mut answer = site::answer(status, "application/json; charset=utf-8", format!("{value:#}\n").into_bytes());
    guarded(&mut answer);
    answer
}

impl Service for ControlService {
    fn accepted(&self) -> Option<Vec<Act>> {
        None
    }

    fn head(&self, _: u64, _: &Head) -> Option<Vec<Act>> {
        None
    }

    fn call(&self, request: Request) -> Vec<Act> {
        let is_head = request.method == Method::HEAD;
        let delivery = Delivery { framing: Framing::Length, keep_alive: request.keep_alive, is_head };
        let Wire { mut head, body } = Wire::of(&self.answer(&request), delivery);
        head.extend_from_slice(&body);
        let mut acts = vec![Act::Write(head)];
        if !delivery.lives() {
            acts.push(Act::Finish);
        }
        acts
    }

    /// The client got the reason as its answer.
    fn refused(&self, _: u16, _: &str) {}

    fn stall_limit(&self) -> Duration {
        Duration::ZERO
    }
}
