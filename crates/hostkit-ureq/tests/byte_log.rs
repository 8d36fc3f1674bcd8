//! What ureq writes into the program's log: every byte at TRACE. A transport does not send into such a log.
//!
//! A program of its own: there is one logger for the whole process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use hostkit::{Outcome, Secret};
use hostkit_testing::conformance::{Fault, KEY, Order, Server, Shop};
use hostkit_ureq::{Client, UreqTransport};
use log::{Level, LevelFilter, Log, Metadata, Record};

/// Whether the logger takes the bytes.
static TAKES_BYTES: AtomicBool = AtomicBool::new(false);
static LINES: Mutex<String> = Mutex::new(String::new());

struct Logger;

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let is_byte_log = metadata.target().starts_with("ureq") && metadata.level() == Level::Trace;
        !is_byte_log || TAKES_BYTES.load(Ordering::SeqCst)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push_str(&record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// The bytes of a row are in hexadecimal and as text: enough of the key to know it by, at each of its places in a row.
fn has_key(lines: &str) -> bool {
    (0..KEY.len() - 6).any(|start| lines.contains(&KEY[start..start + 6]))
}

fn order(server: &Server, transport: UreqTransport) -> (Outcome<u64, hostkit_testing::conformance::Code>, String) {
    LINES.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let builder = Client::<Shop>::builder(Secret::new(KEY)).base_url(server.base_url()).transport(transport);
    let outcome = builder.build().expect("the client can be made").perform(&Order { note: 0 });
    (outcome, std::mem::take(&mut *LINES.lock().unwrap_or_else(PoisonError::into_inner)))
}

#[test]
fn no_key_comes_into_the_log() {
    log::set_logger(&Logger).expect("the only logger");
    log::set_max_level(LevelFilter::Trace);
    let server = Server::start(Fault::Nothing).expect("a server");
    let transport = || UreqTransport::new().expect("a transport");

    // All but the bytes: nothing of the key.
    let (outcome, lines) = order(&server, transport());
    assert!(outcome.is_done() && !lines.is_empty() && !has_key(&lines), "{}: {lines}", outcome.as_str());

    // The bytes too: nothing is sent.
    TAKES_BYTES.store(true, Ordering::SeqCst);
    let before = server.arrivals().len();
    let (outcome, lines) = order(&server, transport());
    let Outcome::NotSent(error) = outcome else { panic!("{}", outcome.as_str()) };
    assert!(error.to_string().contains("ureq=debug"), "{error}");
    assert!(server.arrivals().len() == before && !has_key(&lines), "{lines}");

    // Unless the caller wants it, and then this test sees what it is about.
    let (outcome, lines) = order(&server, UreqTransport::setup().allow_byte_log().build().expect("a transport"));
    assert!(outcome.is_done() && has_key(&lines), "{}: {lines}", outcome.as_str());
}
