//! The base URL of an API: scheme, host, port and path prefix, validated once.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;

use crate::percent;

/// A base URL: `https`, or `http` on a loopback address; no user, no query, no dot segments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    scheme: &'static str,
    authority: String,
    prefix: String,
}

/// Why a text is no base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrlError(&'static str);

impl fmt::Display for BaseUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a base URL: {}", self.0)
    }
}

impl std::error::Error for BaseUrlError {}

impl BaseUrl {
    /// The scheme, `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        if self.authority.starts_with('[') {
            return self.authority.split_inclusive(']').next().unwrap_or(&self.authority);
        }
        self.authority.split(':').next().unwrap_or(&self.authority)
    }

    /// The port, if the URL names one.
    pub fn port(&self) -> Option<u16> {
        self.authority.strip_prefix(self.host())?.strip_prefix(':')?.parse().ok()
    }

    /// Scheme and authority: `https://api.example.org`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Whether the URL is of this origin: the same scheme, host and port.
    pub fn is_origin_of(&self, uri: &Uri) -> bool {
        uri.scheme_str() == Some(self.scheme)
            && uri.authority().is_some_and(|authority| authority.as_str() == self.authority)
    }

    /// Whether requests to a URL are permitted: `https`, or `http` on a loopback address, without user info.
    pub fn admits(uri: &Uri) -> bool {
        let Some(authority) = uri.authority().filter(|authority| !authority.as_str().contains('@')) else {
            return false;
        };
        match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_loopback(authority.host()),
            _ => false,
        }
    }

    /// The path prefix of every call, without a trailing slash.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether the host is a loopback address or `localhost`.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Validates a base URL that the API named at sign-in, to which the token would be sent.
    ///
    /// # Errors
    /// Unless it is `https` on the default port with a host in `allowed` (exactly, or below a `*.` entry), or has the
    /// origin of `self` and that is a loopback address.
    pub fn accept_named(&self, named: &str, allowed: &[impl AsRef<str>]) -> Result<Self, BaseUrlError> {
        let url: Self = named.parse()?;
        if self.is_loopback() && url.origin() == self.origin() {
            return Ok(url);
        }
        if url.scheme != "https" {
            return Err(BaseUrlError("a base URL named at sign-in has to be https"));
        }
        if url.port().is_some_and(|port| port != 443) {
            return Err(BaseUrlError("a base URL named at sign-in has to be on the default port"));
        }
        let host = url.host().to_ascii_lowercase();
        let fits = |entry: &str| match entry.strip_prefix("*.") {
            Some(suffix) => host.strip_suffix(suffix).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => host == entry,
        };
        if allowed.iter().any(|entry| fits(entry.as_ref())) {
            return Ok(url);
        }
        Err(BaseUrlError("the host of the base URL named at sign-in is not on the list of allowed hosts"))
    }

    pub(crate) fn join(&self, path: &str, query: &[(Cow<'static, str>, String)]) -> String {
        let path = if path == "/" && !self.prefix.is_empty() { "" } else { path };
        let mut url = String::with_capacity(self.authority.len() + self.prefix.len() + path.len() + 8);
        for piece in [self.scheme, "://", &self.authority, &self.prefix, path] {
            url.push_str(piece);
        }
        if !query.is_empty() {
            url.push('?');
            url.push_str(&percent::query(query));
        }
        url
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let uri: Uri = text.parse().map_err(|_| BaseUrlError("the text is no URL"))?;
        let scheme = match uri.scheme_str() {
            Some("https") => "https",
            Some("http") => "http",
            _ => return Err(BaseUrlError("the scheme has to be https, or http on a loopback address")),
        };
        let authority = uri.authority().ok_or(BaseUrlError("there is no host"))?.as_str().to_ascii_lowercase();
        if authority.contains('@') {
            return Err(BaseUrlError("a user name in a URL is refused"));
        }
        if authority.starts_with(':') {
            return Err(BaseUrlError("there is no host before the port"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(BaseUrlError("a base URL has no query and no fragment"));
        }
        let prefix = uri.path().trim_end_matches('/').to_owned();
        let is_odd = |segment: &str| matches!(segment, "." | "..") || segment.contains('%') || segment.contains('\\');
        if prefix.split('/').any(is_odd) || prefix.contains("//") {
            return Err(BaseUrlError("a base URL has no dot segments and no escapes"));
        }
        let url = Self { scheme, authority, prefix };
        if scheme == "http" && !url.is_loopback() {
            return Err(BaseUrlError("plain http is allowed on a loopback address only"));
        }
        Ok(url)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_goes_where_a_base_url_may_point() {
        let origins = ["https://api.example.org", "http://127.0.0.1:8080", "http://[::1]:80", "http://localhost"];
        let refused = ["http://api.example.org", "http://127.0.0.1.example.org", "ftp://localhost", "http://10.0.0.1"];
        for (origin, admitted) in origins.map(|origin| (origin, true)).into_iter().chain(refused.map(|o| (o, false))) {
            let uri: Uri = format!("{origin}/servers?id=1").parse().unwrap();
            assert_eq!(BaseUrl::admits(&uri), admitted, "{origin}");
            assert_eq!(origin.parse::<BaseUrl>().is_ok(), admitted, "{origin}");
        }
        for odd in ["https://user@api.example.org/", "http://localhost@api.example.org/", "/servers"] {
            assert!(!BaseUrl::admits(&odd.parse().unwrap()), "{odd}");
        }
    }

    #[test]
    fn the_origin_is_compared_whole() {
        let base: BaseUrl = "https://API.example.org/v1".parse().unwrap();
        for (uri, is_origin) in [
            ("https://api.example.org/v1/servers", true),
            ("https://api.example.org:444/", false),
            ("https://api.example.org.example.net/", false),
            ("http://api.example.org/", false),
        ] {
            assert_eq!(base.is_origin_of(&uri.parse().unwrap()), is_origin, "{uri}");
        }
        assert_eq!(base.join("/servers", &[]), "https://api.example.org/v1/servers");
    }
}
