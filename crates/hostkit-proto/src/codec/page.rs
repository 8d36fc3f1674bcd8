//! What an answer says about the page behind it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{DecodeError, FromText, Report};
use crate::info::EndpointInfo;

/// What the path of an error begins with, and the name of a field, if it stands in a header.
pub(crate) const HEADER: &str = "header ";

/// The value of the input `name` in the call for the next page: the text of an answer or, if that is a link, the
/// parameter `name` in its query. `None` if the answer is the last page.
///
/// Only the parameter of a link is used: its host is that of another view of the same API, such as a proxy's.
///
/// # Errors
/// There is more, but nothing says where: a link to another call or without the parameter, a value that is none of this
/// input, or a field, of these names in answers, that could not be read.
///
/// ```
/// use hostkit_proto::codec::{Report, next_page};
/// use hostkit_proto::EndpointInfo;
///
/// const LIST: EndpointInfo = EndpointInfo { path: "/things", ..EndpointInfo::DEFAULT };
/// let next = |text: Option<&str>| next_page::<u64>(&LIST, "page", text, &["next"], &Report::default());
/// assert_eq!(next(Some("https://api.example.net/things?per_page=2&page=3")), Ok(Some(3)));
/// assert_eq!(next(Some("")), Ok(None));
/// assert!(next(Some("https://api.example.net/things?per_page=2")).is_err());
/// ```
pub fn next_page<T: FromText>(
    endpoint: &EndpointInfo,
    name: &str,
    text: Option<&(impl AsRef<str> + ?Sized)>,
    names: &[&str],
    report: &Report,
) -> Result<Option<T>, DecodeError> {
    let Some(text) = text.map(AsRef::as_ref).filter(|text| !text.is_empty()) else {
        return last_page(endpoint, names, report);
    };
    // A link may hold a key, so it is not quoted.
    let unreadable = |found| {
        let field = names.first().copied().unwrap_or_default();
        let path = if field.starts_with(HEADER) { field.to_owned() } else { format!("answer.{field}") };
        DecodeError::new(endpoint.name, path, format!("the `{name}` of the next page"), found).spec(endpoint.spec)
    };
    let value = match parameter(text, endpoint.path, name) {
        Some(value) => value.map_err(unreadable)?,
        None => Cow::Borrowed(text),
    };
    let value = T::from_text(&value).ok_or_else(|| unreadable("another value"))?;
    Ok(Some(value))
}

/// `None`, as there is no page behind an answer that names none, and whose list is empty if pages are counted.
///
/// # Errors
/// A field of these names could not be read, or the answer is only a part of one.
pub fn last_page<T>(endpoint: &EndpointInfo, names: &[&str], report: &Report) -> Result<Option<T>, DecodeError> {
    let tells = |error: &&DecodeError| {
        let last = error.path().rsplit('.').next().unwrap_or_default();
        let is_whole = error.path() == "answer" || names.contains(&error.path());
        is_whole || names.contains(&last.split('[').next().unwrap_or_default())
    };
    if let Some(error) = report.left_out().iter().chain(report.defects()).find(tells) {
        return Err(error.clone());
    }
    if !report.is_complete() {
        let expected = "a last page that can be read";
        return Err(DecodeError::new(endpoint.name, "answer", expected, "too much that cannot").spec(endpoint.spec));
    }
    Ok(None)
}

/// The parameter `name` of a link to the call with the path `template`, or why there is none. `None` if the text is no
/// link: a cursor may begin with a slash.
fn parameter<'t>(text: &'t str, template: &str, name: &str) -> Option<Result<Cow<'t, str>, &'static str>> {
    let without = |scheme: &str| {
        let start = text.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| text.get(scheme.len()..).unwrap_or_default())
    };
    let behind_scheme = without("https://").or_else(|| without("http://"));
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let path = match behind_scheme {
        Some(_) => place.splitn(4, '/').nth(3).unwrap_or_default(),
        None if text.starts_with(['/', '?']) && text.contains('?') => place,
        None => return None,
    };
    Some(if place.is_empty() || is_of(path, template) {
        one_value(query.split('#').next().unwrap_or_default(), name)
    } else {
        Err("a link to another call")
    })
}

/// Whether a link's path is that of a call; what stands before it is the base of the API.
fn is_of(path: &str, template: &str) -> bool {
    let template = template.split('?').next().unwrap_or_default();
    let mut steps = path.rsplit('/').filter(|step| !step.is_empty());
    template.rsplit('/').filter(|step| !step.is_empty()).all(|expected| {
        let is_input = expected.contains('{');
        steps.next().is_some_and(|step| is_input || decoded(step).is_some_and(|step| step == expected))
    })
}

/// The value of a parameter that a query has once.
fn one_value<'t>(query: &'t str, name: &str) -> Result<Cow<'t, str>, &'static str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| decoded(key).is_some_and(|key| key == name)).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty()).ok_or("a link without it")?;
    if values.any(|other| other != value) {
        return Err("a link with several of it");
    }
    // A form writes a blank as a plus sign.
    let value = if value.contains('+') { Cow::Owned(value.replace('+', " ")) } else { Cow::Borrowed(value) };
    match value {
        Cow::Borrowed(value) => decoded(value),
        Cow::Owned(value) => decoded(&value).map(|value| Cow::Owned(value.into_owned())),
    }
    .ok_or("a link whose value is no text")
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: EndpointInfo =
        EndpointInfo { name: "list_things", path: "/servers/{id}/things", ..EndpointInfo::DEFAULT };

    fn found(text: &str) -> Result<Option<String>, String> {
        let next = next_page(&LIST, "page", Some(text), &["next"], &Report::default());
        next.map_err(|error: DecodeError| error.found().to_owned())
    }

    #[test]
    fn a_link_gives_its_parameter_and_nothing_else() {
        for (text, expected) in [
            ("https://api.example.net/v2/servers/7/things?page=2", Some("2")),
            ("HTTPS://10.0.0.1:8080/servers/7/things/?page=2", Some("2")),
            ("//api.example.net/servers/7/things?page=2", Some("2")),
            ("/v2/servers/7/thing%73?a%5Bpage%5D=7&page=a%2Fb#x", Some("a/b")),
            ("?page=2", Some("2")),
            ("?page=a+b%2Bc", Some("a b+c")),
            // No link: a cursor may begin with a slash, and hold anything.
            ("/9j/4AAQ==", Some("/9j/4AAQ==")),
            ("a?page=2", Some("a?page=2")),
            ("2", Some("2")),
            ("", None),
        ] {
            assert_eq!(found(text), Ok(expected.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_is_no_end() {
        for (text, why) in [
            ("https://api.example.net/v2/servers/7/things?per_page=2", "a link without it"),
            ("https://api.example.net/v2/servers/7/things?page=", "a link without it"),
            ("https://api.example.net/v2/servers/7/things", "a link without it"),
            ("?page=%FF", "a link whose value is no text"),
            ("?page=2&page=3", "a link with several of it"),
            ("https://api.example.net/v2/servers/7/old?page=1", "a link to another call"),
            ("https://api.example.net/things?page=1", "a link to another call"),
            ("https://api.example.net?page=1", "a link to another call"),
            ("/old?page=1", "a link to another call"),
        ] {
            assert_eq!(found(text), Err(why.to_owned()), "{text}");
        }
        let number = next_page::<u64>(&LIST, "page", Some("soon"), &["next"], &Report::default());
        assert_eq!(number.unwrap_err().found(), "another value");
    }

    #[test]
    fn what_could_not_be_read_may_be_the_next_page() {
        for (path, is_last) in [
            ("answer.links.next", false),
            ("answer.links", false),
            ("answer", false),
            ("answer.links.previous", true),
            ("answer.things[2].date", true),
            ("header X-Next", false),
            ("header X-Total", true),
        ] {
            let mut report = Report::default();
            report.add_defect(DecodeError::new("list_things", path, "text", "a list"));
            let names = ["next", "links", "header X-Next"];
            let next = next_page::<u64>(&LIST, "page", None::<&str>, &names, &report);
            assert_eq!(next.is_ok(), is_last, "{path}");
        }
    }
}
