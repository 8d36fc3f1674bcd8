//! What an answer says about the page behind it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use hostkit_wire::Format;

use super::{DecodeError, FromText, HEADER, Report};
use crate::api::Api;
use crate::endpoint::Endpoint;
use crate::evidence::one_form;
use crate::info::EndpointInfo;
use crate::request::RequestParts;

/// The value of the input `name` in the call for the next page: the text of an answer or, if that is a link, the
/// parameter `name` in its query. `None` if the answer is the last page.
///
/// Only the parameter of a link is used: its host is that of another view of the same API, such as a proxy's.
///
/// # Errors
/// There is more, but nothing says where: a link to another call, to one with other inputs, or without the parameter, a
/// value that is none of this input, or a field, of these names in answers, that could not be read.
pub fn next_page<E: Endpoint, T: FromText>(
    call: &E,
    name: &str,
    text: Option<&(impl AsRef<str> + ?Sized)>,
    names: &[&str],
    report: &Report,
) -> Result<Option<T>, DecodeError> {
    match text.map(AsRef::as_ref).filter(|text| !text.is_empty()) {
        Some(text) => page_of(&E::INFO, &Asked::by(call), name, text, names).map(Some),
        None => last_page(&E::INFO, names, report),
    }
}

/// What a call asks for: the path and the query of its request.
#[derive(Default)]
struct Asked {
    path: String,
    query: Vec<(String, String)>,
}

impl Asked {
    fn by<E: Endpoint>(call: &E) -> Self {
        let api = &<E::Api as Api>::INFO;
        let format = api.formats.first().copied().unwrap_or(Format::Json);
        let mut parts = RequestParts::new(&E::INFO, api, format, "");
        // A call that could not be encoded got no answer either.
        match call.encode(&mut parts) {
            Ok(()) => {
                let (path, query) = parts.asked();
                let query = query.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
                Self { path: path.to_owned(), query }
            }
            Err(_) => Self::default(),
        }
    }

    /// Whether a link is to a call with these inputs, but for that of the page. What it leaves out says nothing, nor does
    /// another number: a page may have fewer items than were asked for.
    fn is_of(&self, path: &str, query: &str, page: &str) -> bool {
        let steps = |path: &'_ str| -> Vec<String> {
            let path = path.split('?').next().unwrap_or_default();
            let steps = path.rsplit('/').filter(|step| !step.is_empty());
            steps.map(|step| one_form(&decoded(step).unwrap_or_default())).collect()
        };
        let (theirs, ours) = (steps(path), steps(&self.path));
        let is_number = |text: &str| text.parse::<i64>().is_ok();
        let same_value = |key: &str, value: &str| {
            let mut asked = self.query.iter().filter(|(own, _)| own == key).map(|(_, value)| value).peekable();
            let is_same = |own: &String| one_form(own) == one_form(value) || is_number(own) && is_number(value);
            key == page || asked.peek().is_none() || asked.any(is_same)
        };
        (theirs.is_empty() || theirs.iter().zip(&ours).all(|(theirs, ours)| theirs == ours))
            && pairs(query).all(|(key, value)| same_value(&key, &value))
    }
}

/// The pairs of a query that can be read.
fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let plain = |text: &str| decoded(&text.replace('+', " ")).map(Cow::into_owned);
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(move |(key, value)| Some((plain(key)?, plain(value)?)))
}

fn page_of<T: FromText>(
    endpoint: &EndpointInfo,
    asked: &Asked,
    name: &str,
    text: &str,
    names: &[&str],
) -> Result<T, DecodeError> {
    // A link may hold a key, so it is not quoted.
    let unreadable = |found| {
        let field = names.first().copied().unwrap_or_default();
        let path = if field.starts_with(HEADER) { field.to_owned() } else { format!("answer.{field}") };
        DecodeError::new(endpoint.name, path, format!("the `{name}` of the next page"), found).spec(endpoint.spec)
    };
    let value = match parameter(text, endpoint.path, asked, name) {
        Some(value) => value.map_err(unreadable)?,
        None => Cow::Borrowed(text),
    };
    T::from_text(&value).ok_or_else(|| unreadable("another value"))
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
fn parameter<'t>(
    text: &'t str,
    template: &str,
    asked: &Asked,
    name: &str,
) -> Option<Result<Cow<'t, str>, &'static str>> {
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
    let query = query.split('#').next().unwrap_or_default();
    Some(match place.is_empty() || is_of(path, template) {
        true if !asked.is_of(path, query, name) => Err("a link to the call with other inputs"),
        true => one_value(query, name),
        false => Err("a link to another call"),
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

    fn asked(path: &str, query: &[(&str, &str)]) -> Asked {
        let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Asked { path: path.to_owned(), query }
    }

    fn next<T: FromText>(asked: &Asked, text: &str) -> Result<T, String> {
        page_of(&LIST, asked, "page", text, &["next"]).map_err(|error| error.found().to_owned())
    }

    fn found(text: &str) -> Result<String, String> {
        next(&asked("/servers/7/things", &[]), text)
    }

    /// Only the page is taken from a link, so that one to another list would be read from the wrong place on.
    #[test]
    fn a_link_to_the_call_with_other_inputs_is_an_error() {
        let tagged = asked("/servers/a.example/things", &[("tag", "env:a b"), ("per_page", "200"), ("page", "1")]);
        for link in [
            "https://api.example.net/v2/servers/a.example/things?page=2&tag=env%3Aa+b",
            "/servers/A.example/things/?page=2&per_page=100&sort=name",
            "?page=2&tag=env:a%20b",
            "https://api.example.net/v2/servers/a%2Eexample/things?page=2",
        ] {
            assert_eq!(next(&tagged, link), Ok(2_u64), "{link}");
        }
        for link in [
            "https://api.example.net/v2/servers/b.example/things?page=2",
            "/servers/a.example/things?page=2&tag=other",
            "?page=2&tag=",
        ] {
            assert_eq!(next::<u64>(&tagged, link), Err("a link to the call with other inputs".to_owned()), "{link}");
        }
    }

    #[test]
    fn a_link_gives_its_parameter_and_nothing_else() {
        for (text, expected) in [
            ("https://api.example.net/v2/servers/7/things?page=2", "2"),
            ("HTTPS://10.0.0.1:8080/servers/7/things/?page=2", "2"),
            ("//api.example.net/servers/7/things?page=2", "2"),
            ("/v2/servers/7/thing%73?a%5Bpage%5D=7&page=a%2Fb#x", "a/b"),
            ("?page=2", "2"),
            ("?page=a+b%2Bc", "a b+c"),
            // No link: a cursor may begin with a slash, and hold anything.
            ("/9j/4AAQ==", "/9j/4AAQ=="),
            ("a?page=2", "a?page=2"),
            ("2", "2"),
        ] {
            assert_eq!(found(text), Ok(expected.to_owned()), "{text}");
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
        assert_eq!(next::<u64>(&Asked::default(), "soon"), Err("another value".to_owned()));
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
            let next = last_page::<u64>(&LIST, &names, &report);
            assert_eq!(next.is_ok(), is_last, "{path}");
        }
    }
}
