//! The base URL of an API: scheme, host, port and path prefix, validated once.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::percent;

/// A base URL: `https`, or `http` on a loopback address; no user, no query, no dot segments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
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
    pub fn scheme(&self) -> &str {
        self.scheme.as_str()
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        host(self.authority.as_str())
    }

    /// The port, if the URL names one.
    pub fn port(&self) -> Option<u16> {
        self.authority.port_u16()
    }

    /// Scheme and authority: `https://api.example.org`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Whether requests to a URL are permitted: `https`, or `http` on a loopback address, without user info.
    pub fn admits(uri: &Uri) -> bool {
        let Some(authority) = uri.authority().map(Authority::as_str) else {
            return false;
        };
        if authority.contains('@') || !has_plain_port(authority) {
            return false;
        }
        match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_loopback(host(authority)),
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
        if url.scheme != Scheme::HTTPS {
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

    /// A URL of this origin: whatever path and query are, they cannot lead to another one.
    pub(crate) fn join(&self, path: &str, query: &[(Cow<'static, str>, String)]) -> Result<Uri, http::Error> {
        let path = if path == "/" && !self.prefix.is_empty() { "" } else { path };
        let mut target = [&self.prefix, path].concat();
        percent::push_query(&mut target, query);
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::try_from(target)?);
        Ok(Uri::from_parts(parts)?)
    }
}

/// The host of an authority without user info, in brackets if it is an IPv6 address.
fn host(authority: &str) -> &str {
    let end = match authority.starts_with('[') {
        true => authority.find(']').map(|end| end + 1),
        false => authority.find(':'),
    };
    end.and_then(|end| authority.get(..end)).unwrap_or(authority)
}

/// Whether an authority has no port, or one from 1 to 65535 in plain digits. HTTP libraries read other spellings as the
/// default port, where somebody else may listen.
fn has_plain_port(authority: &str) -> bool {
    let Some(port) = authority.strip_prefix(host(authority)).and_then(|rest| rest.strip_prefix(':')) else {
        return authority.len() == host(authority).len();
    };
    let is_plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    is_plain && port.parse::<u16>().is_ok()
}

fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let uri: Uri = text.parse().map_err(|_| BaseUrlError("the text is no URL"))?;
        let scheme = match uri.scheme_str() {
            Some("https") => Scheme::HTTPS,
            Some("http") => Scheme::HTTP,
            _ => return Err(BaseUrlError("the scheme has to be https, or http on a loopback address")),
        };
        let authority = uri.authority().ok_or(BaseUrlError("there is no host"))?.as_str().to_ascii_lowercase();
        if authority.contains('@') {
            return Err(BaseUrlError("a user name in a URL is refused"));
        }
        if authority.starts_with(':') {
            return Err(BaseUrlError("there is no host before the port"));
        }
        if !has_plain_port(&authority) {
            return Err(BaseUrlError("the port is no number from 1 to 65535"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(BaseUrlError("a base URL has no query and no fragment"));
        }
        let prefix = uri.path().trim_end_matches('/').to_owned();
        let is_odd = |segment: &str| matches!(segment, "." | "..") || segment.contains('%') || segment.contains('\\');
        if prefix.split('/').any(is_odd) || prefix.contains("//") {
            return Err(BaseUrlError("a base URL has no dot segments and no escapes"));
        }
        let authority = Authority::try_from(authority).map_err(|_| BaseUrlError("there is no host"))?;
        let url = Self { scheme, authority, prefix };
        if url.scheme == Scheme::HTTP && !url.is_loopback() {
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
    fn a_port_is_a_plain_number() {
        let own: BaseUrl = "http://127.0.0.1:8080".parse().unwrap();
        for port in ["1", "80", "443", "65535"] {
            let url = format!("https://api.example.org:{port}");
            assert_eq!(url.parse::<BaseUrl>().map(|base| base.port()), Ok(port.parse().ok()), "{port}");
            assert!(BaseUrl::admits(&url.parse().unwrap()), "{port}");
        }
        for port in ["65536", "65979", "99999", "4295032240", "+443", "0443", "0", "00", "", "-1", "4_43", "443:443"] {
            for url in ["https://api.example.org", "http://127.0.0.1", "http://[::1]"] {
                let url = format!("{url}:{port}");
                assert!(url.parse::<BaseUrl>().is_err(), "{url}");
                assert!(own.accept_named(&url, &["api.example.org"]).is_err(), "{url}");
                assert!(!url.parse().is_ok_and(|uri| BaseUrl::admits(&uri)), "{url}");
            }
        }
    }

    #[test]
    fn a_host_is_not_one_that_only_looks_like_it() {
        let base: BaseUrl = "https://api.example.org".parse().unwrap();
        let allowed = ["*.example.org", "api.example.net"];
        for host in ["api.example.org", "a.b.example.org", "API.Example.ORG", "api.example.net"] {
            assert!(base.accept_named(&format!("https://{host}/v1"), &allowed).is_ok(), "{host}");
        }
        for host in ["evilexample.org", "example.org", ".example.org", "example.org.evil", "xapi.example.net"] {
            assert!(base.accept_named(&format!("https://{host}/v1"), &allowed).is_err(), "{host}");
        }
        // The origin itself counts as named only where it is this machine.
        let odd: BaseUrl = "https://api.example.org:8443".parse().unwrap();
        assert!(odd.accept_named("https://api.example.org:8443/v1", &allowed).is_err());
        assert!(odd.accept_named("https://api.example.org/v1", &allowed).is_ok());
        for host in ["127.example.org", "127.0.0.1.example.org", "localhost.example.org", "127.0.0.1x", "1.127.0.0"] {
            assert!(format!("http://{host}").parse::<BaseUrl>().is_err(), "{host}");
        }
        for host in ["127.0.0.1", "127.8.9.10", "[::1]", "localhost", "LOCALHOST"] {
            assert!(format!("http://{host}").parse::<BaseUrl>().is_ok_and(|base| base.is_loopback()), "{host}");
        }
    }

    #[test]
    fn no_path_leads_to_another_origin() {
        let base: BaseUrl = "https://API.example.org:444".parse().unwrap();
        for path in ["/servers", "//example.net/", "/@example.net/", "/:80@example.net", "/\\example.net"] {
            let joined = base.join(path, &[]).unwrap();
            assert_eq!(joined.scheme(), Some(&Scheme::HTTPS), "{path}");
            assert_eq!(joined.authority().map(Authority::as_str), Some("api.example.org:444"), "{path}");
            assert_eq!(joined.path(), path);
        }
        for path in ["example.net/", "@example.net/", ".example.net", ":80"] {
            assert!(base.join(path, &[]).is_err(), "{path}");
        }
        let query = [("name".into(), "a&b".to_owned())];
        assert_eq!(base.join("/servers", &query).unwrap(), "https://api.example.org:444/servers?name=a%26b");
    }

    #[test]
    fn a_prefix_stands_before_every_path() {
        let base: BaseUrl = "https://api.example.org/v1/".parse().unwrap();
        assert_eq!(base.join("/servers", &[]).unwrap(), "https://api.example.org/v1/servers");
        assert_eq!(base.join("/", &[]).unwrap(), "https://api.example.org/v1");
        let bare: BaseUrl = "https://api.example.org".parse().unwrap();
        assert_eq!(bare.join("/", &[]).unwrap(), "https://api.example.org/");
    }

    #[test]
    fn the_parts_of_an_authority() {
        for (url, host, port) in [
            ("https://api.example.org", "api.example.org", None),
            ("https://api.example.org:444", "api.example.org", Some(444)),
            ("http://[::1]:8080", "[::1]", Some(8080)),
            ("http://[::1]", "[::1]", None),
        ] {
            let base: BaseUrl = url.parse().unwrap();
            assert_eq!((base.host(), base.port()), (host, port), "{url}");
        }
    }
}
