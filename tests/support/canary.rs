//! A canary that stands for a secret, and a search for it in every spelling in which it could leak.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The part that is searched for: letters and digits, which no escaping changes.
pub const CORE: &str = "C4N4RYx7q";
/// The secret itself, with characters that each way of escaping changes.
pub const SECRET: &str = "p\"<&C4N4RYx7q%+/='\\z";

/// The same as a cookie may have it.
pub const COOKIE: &str = "p<&C4N4RYx7q%+/='\\z";

/// The first letters of the secret as they are, in quotes, in a URL and in a page: a part of a secret is a leak, too.
const BEGINNINGS: [&str; 4] = ["p\"<&", "p\\\"<&", "p%22%3c", "p&quot;&lt;"];

static ARTEFACTS: AtomicUsize = AtomicUsize::new(0);
static HITS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The spellings of the core, and of the beginning of the secret.
fn spellings() -> &'static [String] {
    static SPELLINGS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    SPELLINGS.get_or_init(|| {
        let bytes = CORE.as_bytes();
        let joined = |each: fn(&u8) -> String, separator| bytes.iter().map(each).collect::<Vec<_>>().join(separator);
        let mut all = vec![
            CORE.to_ascii_lowercase(),
            joined(|byte| format!("%{byte:02x}"), ""),
            joined(|byte| format!("{byte:02x}"), ""),
            joined(|byte| format!("{byte}"), ", "),
            joined(|byte| format!("\\u{byte:04x}"), ""),
            joined(|byte| format!("\\x{byte:02x}"), ""),
            joined(|byte| format!("&#{byte};"), ""),
        ];
        all.extend((0..3).map(|start| base64(bytes, start).to_ascii_lowercase()));
        all.extend(BEGINNINGS.map(str::to_owned));
        all
    })
}

/// The core in base64, if it starts `start` bytes into a group, without the groups that it shares with other bytes.
fn base64(core: &[u8], start: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skipped = (3 - start) % 3;
    let mut text = String::new();
    for group in core[skipped..].chunks_exact(3) {
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        text.extend([18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize])));
    }
    text
}

/// Whether the canary is in a text.
pub fn is_in(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    spellings().iter().any(|spelling| text.contains(spelling))
}

/// Searches one artefact.
pub fn search(channel: &str, text: &str) {
    ARTEFACTS.fetch_add(1, Ordering::Relaxed);
    if is_in(text) {
        let shown: String = text.chars().take(600).collect();
        HITS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(format!("{channel}: {shown}"));
    }
}

/// The number of searched artefacts, and the hits.
pub fn found() -> (usize, Vec<String>) {
    let hits = HITS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    (ARTEFACTS.load(Ordering::Relaxed), hits)
}

/// A subscriber of `tracing` and a logger of `log` that searches every event.
pub struct Listener;

impl Listener {
    pub fn start() {
        tracing::subscriber::set_global_default(Self).expect("the only subscriber");
        log::set_logger(&Self).expect("the only logger");
        log::set_max_level(log::LevelFilter::Trace);
    }
}

struct Words(String);

impl tracing::field::Visit for Words {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut words = Words(span.metadata().name().to_owned());
        span.record(&mut words);
        search("a span", &words.0);
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        let mut words = Words(String::new());
        values.record(&mut words);
        search("a record", &words.0);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut words = Words(event.metadata().target().to_owned());
        event.record(&mut words);
        search("an event", &words.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

impl log::Log for Listener {
    /// All but ureq's trace level, which logs every byte: with that enabled a transport does not send.
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        !(metadata.target().starts_with("ureq") && metadata.level() == log::Level::Trace)
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        search("a line of the log", &format!("{}: {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}
