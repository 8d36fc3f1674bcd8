//! The peer: serde derives of the output types, over serde_json and quick-xml.

mod generated;

#[cfg(feature = "all")]
pub use generated::all;
pub use generated::{clodo, macloud};

/// Error of either library.
#[derive(Debug)]
pub enum Error {
    Json(serde_json::Error),
    Xml(quick_xml::DeError),
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<quick_xml::DeError> for Error {
    fn from(error: quick_xml::DeError) -> Self {
        Self::Xml(error)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::Xml(error) => error.fmt(f),
        }
    }
}

/// The two large lists, read by another library through the same derives.
#[cfg(feature = "sonic")]
pub mod sonic {
    pub fn clodo(text: &str) -> usize {
        sonic_rs::from_str::<crate::clodo::ListServerDetailsJson>(text).map_or(0, |list| list.value.len())
    }

    pub fn macloud(text: &str) -> usize {
        sonic_rs::from_str::<crate::macloud::ListServersJson>(text).map_or(0, |list| list.value.len())
    }
}
