//! Builds a request: path, query, headers and body, then its bytes.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use hostkit_wire::{Format, Value};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::base_url::BaseUrl;
use crate::codec::{
    EncodeError, FieldName, InOneText, InputLimit, Limited, Mistake, Name, Names, Object, ToText, ToWire, number,
};
use crate::info::ApiInfo;
use crate::info::EndpointInfo;
use crate::percent;
use crate::session::Stamp;
#[cfg(feature = "signing")]
use crate::signing::{Place, Signature};
use crate::value::{Currency, Secret};

/// A request under construction.
#[derive(Clone)]
pub struct RequestParts {
    endpoint: &'static str,
    method: Method,
    path: Cow<'static, str>,
    api: &'static str,
    host: &'static str,
    /// The currency of amounts there.
    currency: Option<Currency>,
    format: Format,
    request_format: Format,
    negotiates: bool,
    query: Vec<(Cow<'static, str>, String)>,
    headers: HeaderMap,
    /// Shared by the attempts of a call, each of which adds its proof of identity to a copy of the other parts.
    body: Option<Arc<Value>>,
    /// Inputs that break a rule.
    mistakes: Vec<Mistake>,
    info: Info,
    stamp: Option<Stamp>,
    #[cfg(feature = "signing")]
    signature: Option<Box<Signature>>,
}

/// The metadata of the call: a constant, unless it was made at run time.
#[derive(Clone)]
enum Info {
    Static(&'static EndpointInfo),
    Own(Box<EndpointInfo>),
}

impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers, query and body may carry secrets, so they are not shown.
        f.debug_struct("RequestParts").field("endpoint", &self.endpoint).field("method", &self.method).finish()
    }
}

impl RequestParts {
    /// Starts a request: `format` is the format of the answer, `host` the name of the host in the spec.
    pub fn new(endpoint: &EndpointInfo, api: &ApiInfo, format: Format, host: &'static str) -> Self {
        Self::start(endpoint, Info::Own(Box::new(endpoint.clone())), api, format, host)
    }

    /// Like [`RequestParts::new`], without copying the metadata.
    pub fn of(endpoint: &'static EndpointInfo, api: &ApiInfo, format: Format, host: &'static str) -> Self {
        Self::start(endpoint, Info::Static(endpoint), api, format, host)
    }

    fn start(endpoint: &EndpointInfo, info: Info, api: &ApiInfo, format: Format, host: &'static str) -> Self {
        Self {
            endpoint: endpoint.name,
            method: endpoint.method.clone(),
            path: endpoint.path.into(),
            api: api.name,
            host,
            currency: api.currency_at(host),
            format,
            request_format: api.request_format.unwrap_or(format),
            negotiates: api.negotiates,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            mistakes: Vec::new(),
            info,
            stamp: None,
            #[cfg(feature = "signing")]
            signature: None,
        }
    }

    /// Makes it a request of another endpoint: a sign-in says here which call it is.
    pub fn retarget(&mut self, endpoint: &EndpointInfo) {
        self.endpoint = endpoint.name;
        self.method = endpoint.method.clone();
        self.path = endpoint.path.into();
        self.info = Info::Own(Box::new(endpoint.clone()));
    }

    /// The metadata of the call.
    pub fn info(&self) -> &EndpointInfo {
        match &self.info {
            Info::Static(info) => info,
            Info::Own(info) => info,
        }
    }

    /// The name of the endpoint.
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The requested format of the answer.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The name of the host in the spec, for constraints that differ by host; empty for a host that the caller set.
    pub fn host(&self) -> &'static str {
        self.host
    }

    /// Records that `field` breaks `rule`; [`RequestParts::checked`] reports it.
    pub fn refuse(&mut self, field: impl Into<FieldName>, rule: impl Into<String>) {
        self.mistakes.push(Mistake::new(field.into(), None, rule.into()));
    }

    /// Checks that no mistake was recorded.
    ///
    /// # Errors
    /// Names every field with its value and its rule.
    pub fn checked(&self) -> Result<(), EncodeError> {
        match self.mistakes.is_empty() {
            true => Ok(()),
            false => Err(EncodeError::of(self.endpoint, self.mistakes.clone())),
        }
    }

    /// Runs `write`, which puts a call or credentials into the request, and collects the secrets that it wrote: a server
    /// may repeat them in its answer.
    ///
    /// # Errors
    /// What `write` finds, or a secret that was read back from where it stood redacted.
    pub fn written_by(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<Vec<Secret>, EncodeError> {
        let (result, secrets) = Secret::exposed_by(|| write(self));
        result?;
        if secrets.iter().any(Secret::is_redacted) {
            self.refuse("secret", "a key, token or password is not known: it was read from where it stood redacted");
        }
        self.checked().map(|()| secrets)
    }

    /// Checks that the host that the call goes to still has it; one that the caller set is not known to have removed it.
    /// The mistake names API, host, since when, and what to use instead.
    pub fn check_host(&mut self) {
        let Some(removed) = self.info().removed_at else { return };
        if let Some((host, since)) = removed.hosts.iter().find(|(host, _)| *host == self.host) {
            let (api, path, instead) = (self.api, &self.path, removed.instead);
            self.refuse("path", format!("{path} was removed at {host} of {api} ({since}): use {instead}"));
        }
    }

    /// Checks an input against the limits of its spec; an amount of money is in the currency of the host, if it has one.
    pub fn check<T: Limited>(&mut self, field: impl Into<FieldName>, value: &T, limit: &InputLimit) {
        let field = field.into();
        limit.check(value, |index, rule| self.mistakes.push(Mistake::new(field, index, rule)));
        if let (Some(given), Some(here)) = (value.currency(), self.currency)
            && given != here
        {
            self.mistakes.push(Mistake::new(field, None, format!("is in {given}, and the API counts in {here}")));
        }
    }

    /// Checks an input against the limits of the host that the call goes to.
    pub fn check_by_host<T: Limited>(
        &mut self,
        field: impl Into<FieldName>,
        value: &T,
        elsewhere: &InputLimit,
        hosts: &[(&str, InputLimit)],
    ) {
        let here = hosts.iter().find(|(name, _)| *name == self.host);
        self.check(field, value, here.map_or(elsewhere, |(_, limit)| limit));
    }

    /// Checks an input against limits that depend on another input.
    pub fn check_when<T: Limited>(
        &mut self,
        condition: &'static str,
        field: impl Into<FieldName>,
        value: &T,
        limit: &InputLimit,
    ) {
        let field = field.into();
        limit.check(value, |index, rule| {
            let rule = format!("{rule}, which the rule for `{condition}` forbids");
            self.mistakes.push(Mistake::new(field, index, rule));
        });
    }

    /// Checks that an input is not less than another one; values that are absent or not numbers pass.
    pub fn check_not_below(
        &mut self,
        field: impl Into<FieldName>,
        value: &impl Limited,
        other: impl Into<FieldName>,
        lowest: &impl Limited,
    ) {
        if let (Some(value), Some(lowest)) = (number(value), number(lowest))
            && value < lowest
        {
            self.refuse(field, format!("{value} is less than `{}`, which is {lowest}", other.into().rust()));
        }
    }

    /// Checks that a required list or map is not empty.
    pub fn check_some(&mut self, field: impl Into<FieldName>, is_empty: bool) {
        if is_empty {
            self.refuse(field, "is empty, but has to be given");
        }
    }

    /// Checks that each part of a value in one text could be read back from it.
    pub fn check_joined(&mut self, field: impl Into<FieldName>, value: &impl InOneText) {
        if let Some((index, rule)) = value.unreadable() {
            self.mistakes.push(Mistake::new(field.into(), index, rule));
        }
    }

    /// Records that none of several inputs was given.
    pub fn none_given(&mut self, fields: &'static str) {
        self.refuse(fields, "at least one of these has to be given");
    }

    /// Checks that a value may stand in a cookie: a blank, a quote, a comma or a semicolon would end it, and what follows
    /// would be another one.
    pub fn check_cookie(&mut self, field: impl Into<FieldName>, value: &str) {
        if !value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';')) {
            self.refuse(field, "has a character that no cookie may have: a blank, `\"`, `,`, `;` or one beyond ASCII");
        }
    }

    /// The path and the pairs of the query as they are so far.
    pub(crate) fn asked(&self) -> (&str, impl Iterator<Item = (&str, &str)>) {
        (&self.path, self.query.iter().map(|(name, value)| (&**name, value.as_str())))
    }

    /// Fills `{name}` in the path, percent-encoded but for `:` and `@`; an empty value, `.` and `..` are refused.
    pub fn path(&mut self, field: impl Into<FieldName>, value: &impl ToText) {
        let (field, text) = (field.into(), value.to_text());
        if text.is_empty() || matches!(&*text, "." | "..") {
            return self.refuse(field, format!("{text:?} is not allowed in a path"));
        }
        let encoded = percent::segment(&text).to_string();
        self.path = self.path.replace(&format!("{{{}}}", field.wire()), &encoded).into();
    }

    /// Adds a query parameter.
    pub fn query(&mut self, name: &'static str, value: &impl ToText) {
        self.query.push((name.into(), value.to_text().into_owned()));
    }

    /// Adds a query parameter that holds a secret: no error and no log shows the address of a request.
    pub fn secret_query(&mut self, name: &'static str, value: &Secret) {
        self.query.push((name.into(), value.expose().to_owned()));
    }

    /// Adds a query parameter that may be absent.
    pub fn optional_query<T: ToText>(&mut self, name: &'static str, value: &Option<T>) {
        if let Some(value) = value {
            self.query(name, value);
        }
    }

    /// Adds each part of a list, a map or an object as a query parameter of its own.
    pub fn query_names(&mut self, names: &Names<'_>, value: &impl ToWire) {
        let Some(value) = value.to_wire(Format::Form) else { return };
        let mut nested = None;
        names.each(value, &mut |name, value| match value {
            Value::Text(text) | Value::Number(text) | Value::Markup(text) => self.query.push((name.into(), text)),
            Value::Bool(flag) => self.query.push((name.into(), flag.to_text().into_owned())),
            Value::Null => self.query.push((name.into(), String::new())),
            Value::List(_) | Value::Map(_) => nested = Some(name),
        });
        if let Some(name) = nested {
            self.refuse("query", format!("`{name}` is not a scalar, and a query holds nothing else"));
        }
    }

    /// Sets a header.
    ///
    /// # Errors
    /// Line breaks and other control characters, after what was recorded before.
    pub fn header(&mut self, name: &'static str, value: &impl ToText) -> Result<(), EncodeError> {
        self.set_header(name, &value.to_text(), false)
    }

    /// Sets a header that holds a secret.
    ///
    /// # Errors
    /// As [`RequestParts::header`].
    pub fn secret_header(&mut self, name: &'static str, value: &Secret) -> Result<(), EncodeError> {
        self.set_header(name, value.expose(), true)
    }

    fn set_header(&mut self, name: &'static str, text: &str, sensitive: bool) -> Result<(), EncodeError> {
        let (endpoint, mistakes) = (self.endpoint, &self.mistakes);
        let refused = |what: &str| {
            let mistake = Mistake::new(name.into(), None, what.to_owned());
            EncodeError::of(endpoint, mistakes.iter().cloned().chain([mistake]).collect())
        };
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("is not a header name"))?;
        // Beyond ASCII, servers read a credential in one of several encodings, and some libraries refuse it.
        let is_sound = text.is_ascii() || !sensitive;
        let value = HeaderValue::from_str(text).ok().filter(|_| is_sound);
        let mut value = value.ok_or_else(|| refused("has characters that no header may have"))?;
        value.set_sensitive(sensitive);
        self.headers.try_append(header, value).map_err(|_| refused("is one header too many"))?;
        Ok(())
    }

    /// Gives the request its time and nonce.
    pub fn stamp(&mut self, stamp: Stamp) {
        self.stamp = Some(stamp);
    }

    /// The time of the request in seconds since 1970; a mistake if it has none.
    pub fn time(&mut self) -> String {
        self.stamped(|stamp| stamp.millis / 1000)
    }

    /// The time of the request in milliseconds since 1970; a mistake if it has none.
    pub fn millis(&mut self) -> String {
        self.stamped(|stamp| stamp.millis)
    }

    /// A number that is higher than in every request before; a mistake if there is none.
    pub fn nonce(&mut self) -> String {
        self.stamped(|stamp| stamp.nonce)
    }

    fn stamped(&mut self, part: impl FnOnce(Stamp) -> u64) -> String {
        let Some(stamp) = self.stamp else {
            self.refuse(
                "stamp",
                "calls of this API carry a time or a nonce: a call by hand takes them from its session",
            );
            return String::new();
        };
        part(stamp).to_string()
    }

    /// Signs the request once it is final.
    #[cfg(feature = "signing")]
    pub fn sign(&mut self, signature: Signature) {
        self.signature = Some(Box::new(signature));
    }

    /// The signature that the request is to get, which it then does not get any more.
    #[cfg(all(feature = "signing", feature = "server"))]
    pub fn take_signature(&mut self) -> Option<Signature> {
        self.signature.take().map(|signature| *signature)
    }

    /// An empty object in the format of request bodies.
    pub fn object(&self) -> Object {
        Object::new(self.request_format)
    }

    /// Sets the object as the whole body; an object without fields sets none.
    pub fn body(&mut self, object: Object) {
        if !object.is_empty() {
            self.body = Some(Arc::new(object.into_value()));
        }
    }

    /// Sets the object as the body, under a root name.
    pub fn wrapped_body(&mut self, root: impl Into<Name>, object: Object) {
        let mut outer = self.object();
        outer.set_value(root, object.into_value());
        self.body = Some(Arc::new(outer.into_value()));
    }

    /// Sets the object as the body, in XML under a root name.
    pub fn xml_wrapped_body(&mut self, root: impl Into<Name>, object: Object) {
        if self.request_format == Format::Xml { self.wrapped_body(root, object) } else { self.body(object) }
    }

    /// Inserts a field at the top of the body, before the others; used for credentials in a body. An attribute is one of the
    /// root element: a call without a body has none.
    pub fn body_field(&mut self, name: &'static str, value: Value) {
        let is_attribute = name.starts_with('@');
        match self.body.as_mut().map(Arc::make_mut) {
            Some(Value::Map(entries)) if is_attribute => {
                let Some((_, root)) = entries.first_mut() else { return };
                let mut inner = match std::mem::replace(root, Value::Null) {
                    Value::Map(inner) => inner,
                    Value::Null => Vec::new(),
                    text => vec![("$text".into(), text)],
                };
                inner.insert(0, (name.into(), value));
                *root = Value::Map(inner);
            }
            Some(Value::Map(entries)) => entries.insert(0, (name.into(), value)),
            _ if is_attribute => {}
            _ => self.body = Some(Arc::new(Value::Map(vec![(name.into(), value)]))),
        }
    }

    /// Finishes the request, with a URL below `base`.
    ///
    /// # Errors
    /// A recorded mistake, or a body that the format cannot represent, such as a control character in XML.
    #[cfg_attr(not(feature = "signing"), allow(unused_mut, reason = "only a signature changes what is written"))]
    pub fn finish(mut self, base: &BaseUrl) -> Result<http::Request<Vec<u8>>, EncodeError> {
        self.checked()?;
        let endpoint = self.endpoint;
        let refused = |what: String| EncodeError::new(endpoint, "request", what);
        let mut body = match &self.body {
            None => Vec::new(),
            Some(value) => {
                hostkit_wire::write(self.request_format, value).map_err(|error| refused(error.to_string()))?
            }
        };
        let mut uri = base.join(&self.path, &self.query).map_err(|error| refused(error.to_string()))?;
        #[cfg(feature = "signing")]
        if let Some(signature) = self.signature.take() {
            let value = signature.of(self.method.as_str(), &uri, &body);
            match signature.place {
                Place::Header(name) => self.secret_header(name, &value)?,
                Place::Query(name) => {
                    self.secret_query(name, &value);
                    uri = base.join(&self.path, &self.query).map_err(|error| refused(error.to_string()))?;
                }
                Place::Body(name) if self.request_format == Format::Form => {
                    percent::push_pair(&mut body, name, value.expose());
                }
                Place::Body(_) => return Err(refused("a signature is put into no body but a form".to_owned())),
            }
        }
        let has_body = self.body.is_some() || !body.is_empty();
        let mut headers = self.headers;
        // A spec may put its own media types there, which an API may name in its own way.
        if self.negotiates {
            headers.entry(ACCEPT).or_insert(HeaderValue::from_static(media_type(self.format)));
        }
        if has_body {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type(self.request_format)));
        }
        // Some servers answer an empty PUT or POST without a length with 411.
        if has_body || !matches!(self.method, Method::GET | Method::HEAD | Method::DELETE) {
            headers.append(CONTENT_LENGTH, body.len().into());
        }
        let mut request = http::Request::new(body);
        *request.method_mut() = self.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Xml => "application/xml",
        Format::Json => "application/json",
        Format::Form => "application/x-www-form-urlencoded",
        Format::Php | Format::PrintR => "text/plain",
    }
}

fn content_type(format: Format) -> &'static str {
    match format {
        Format::Xml => "application/xml; charset=UTF-8",
        Format::Json => "application/json; charset=UTF-8",
        other => media_type(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_put_on_the_root_element() {
        const CALL: EndpointInfo = EndpointInfo { method: Method::POST, ..EndpointInfo::DEFAULT };
        const API: ApiInfo = ApiInfo { formats: &[Format::Xml], ..ApiInfo::DEFAULT };
        let base = "http://127.0.0.1".parse().unwrap();
        let written = |fill: &dyn Fn(&mut RequestParts)| {
            let mut out = RequestParts::new(&CALL, &API, Format::Xml, "");
            fill(&mut out);
            out.body_field("@version", Value::Text("1.6".to_owned()));
            String::from_utf8(out.finish(&base).unwrap().into_body()).unwrap()
        };
        let element = |value: Value| {
            move |out: &mut RequestParts| {
                let mut body = out.object();
                body.set_value("packet", value.clone());
                out.body(body);
            }
        };
        let inner = Value::Map(vec![("a".into(), Value::Null)]);
        for (value, expected) in [
            (inner, r#"<packet version="1.6"><a/></packet>"#),
            (Value::Null, r#"<packet version="1.6"/>"#),
            (Value::Text("x".to_owned()), r#"<packet version="1.6">x</packet>"#),
        ] {
            let body = written(&element(value));
            assert!(body.ends_with(expected), "{body}");
        }
        assert_eq!(written(&|_| {}), "", "nothing has an attribute");
    }

    #[test]
    fn media_types_that_are_put_there_are_the_only_ones() {
        const CALL: EndpointInfo = EndpointInfo { method: Method::POST, ..EndpointInfo::DEFAULT };
        const API: ApiInfo = ApiInfo { negotiates: true, ..ApiInfo::DEFAULT };
        let base = "http://127.0.0.1".parse().unwrap();
        let usual = ["application/xml; charset=UTF-8", "application/xml"];
        for (given, expected) in [(None, usual), (Some("text/xml"), ["text/xml"; 2])] {
            let mut out = RequestParts::new(&CALL, &API, Format::Xml, "");
            for name in given.iter().flat_map(|_| ["Content-Type", "Accept"]) {
                out.header(name, &given.unwrap_or_default().to_owned()).unwrap();
            }
            out.wrapped_body("packet", Object::new(Format::Xml));
            let request = out.finish(&base).unwrap();
            let all = |name| request.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
            let (of_body, of_answer): (Vec<_>, Vec<_>) = (all(CONTENT_TYPE), all(ACCEPT));
            assert_eq!([of_body, of_answer], expected.map(|name| vec![name]));
        }
    }
}
