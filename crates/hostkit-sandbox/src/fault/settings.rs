//! Settings of faults: durations, and the origin that they redirect to.

use std::time::Duration;

/// Settings of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The origin that redirects and named URLs lead to, such as `http://127.0.0.1:8081`.
    pub foreign: String,
    /// The value of `Retry-After`.
    pub retry_after: Duration,
    /// The time between two bytes of a drip, in real time.
    pub drip: Duration,
    /// The longest stall, in real time. On a connection it ends earlier when the client disconnects, in a name lookup
    /// when the faults are switched off.
    pub stall_limit: Duration,
    /// How long a late commit or a late visibility takes, in sandbox time.
    pub delay: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            foreign: "http://127.0.0.1:9".to_owned(),
            retry_after: Duration::from_secs(1),
            drip: Duration::from_millis(50),
            stall_limit: Duration::from_secs(60),
            delay: Duration::from_secs(3),
        }
    }
}
