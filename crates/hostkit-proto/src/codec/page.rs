//! What an answer says about the page behind it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The value of an input in the call for the next page: the text of the answer, or that of the parameter `name` in the
/// query if the text is a link. `None` if it is empty, or a link without it.
///
/// ```
/// use hostkit_proto::codec::next_page;
///
/// assert_eq!(next_page("bmV4dA==", "cursor").as_deref(), Some("bmV4dA=="));
/// assert_eq!(next_page("https://api.example.net/things?per_page=2&page=3", "page").as_deref(), Some("3"));
/// assert_eq!(next_page("", "cursor"), None);
/// ```
pub fn next_page<'t>(text: &'t str, name: &str) -> Option<Cow<'t, str>> {
    let is_link = ["https://", "http://", "/", "?"].iter().any(|start| text.starts_with(start));
    let Some((_, query)) = text.split_once('?').filter(|_| is_link) else {
        return (!text.is_empty()).then_some(Cow::Borrowed(text));
    };
    let query = query.split('#').next().unwrap_or_default();
    let decoded = |text: &'t str| percent_decode_str(text).decode_utf8().ok();
    let value = query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (decoded(key)? == name).then_some(value)
    });
    // A form writes a blank as a plus sign.
    let value = decoded(value.filter(|value| !value.is_empty())?)?;
    Some(if value.contains('+') { Cow::Owned(value.replace('+', " ")) } else { value })
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn a_link_gives_its_parameter_and_nothing_else() {
        for (text, expected) in [
            ("https://api.example.net/v2/things?page=2", Some("2")),
            ("/v2/things?a%5Bpage%5D=7&page=a%2Fb#x", Some("a/b")),
            ("?page=2", Some("2")),
            ("https://api.example.net/v2/things?per_page=2", None),
            ("https://api.example.net/v2/things?page=", None),
            ("https://api.example.net/v2/things?page=%FF", None),
            // No link: a cursor may begin with a slash, and hold anything.
            ("/9j/4AAQ==", Some("/9j/4AAQ==")),
            ("a?page=2", Some("a?page=2")),
            ("2", Some("2")),
            ("", None),
        ] {
            assert_eq!(next_page(text, "page").as_deref(), expected, "{text}");
        }
    }
}
