//! What an error or a ticket is about: API, endpoint, host and proxy.

use std::fmt;
use std::sync::Arc;

use hostkit_proto::BaseUrl;

/// What an error is about, as its text begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Subject {
    /// Empty where only the endpoint is known.
    pub(crate) api: &'static str,
    pub(crate) endpoint: &'static str,
    /// Host and port; none for a call by hand.
    pub(crate) host: Option<Box<str>>,
    /// The proxy that the last request went through.
    pub(crate) proxy: Option<Arc<str>>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api, endpoint, host, .. } = self;
        if !api.is_empty() {
            write!(f, "{api} ")?;
        }
        f.write_str(endpoint)?;
        match host {
            Some(host) => write!(f, " at {host}"),
            None => Ok(()),
        }
    }
}

/// The host of a base URL, with the port if the URL names one.
pub(crate) fn place(base: &BaseUrl) -> Box<str> {
    match base.port() {
        Some(port) => format!("{}:{port}", base.host()).into(),
        None => base.host().into(),
    }
}
