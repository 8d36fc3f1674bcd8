//! What is put into requests: a place, and a template over the names that are known there.

use crate::surface::{Piece, Place};

/// The places of a request, by the word before the first dot of a key.
const PLACES: [(&str, Place); 4] =
    [("header", Place::Header), ("query", Place::Query), ("body", Place::Body), ("cookie", Place::Cookie)];

/// Place and name of a key such as `header.X-Key`.
pub(super) fn place(key: &str) -> Result<(Place, &str), String> {
    let (word, name) = key.split_once('.').unwrap_or((key, ""));
    let place = PLACES.iter().find(|(known, _)| *known == word);
    match place {
        // Nothing below the top of a body is the same in every call, but for an attribute of its root element.
        Some((_, Place::Body)) if name.contains('/') || name.rfind('@').is_some_and(|at| at > 0) || name == "@" => {
            Err(format!("`{key}` is a path: what every body has stands at its top, and `[body]` of a call takes paths"))
        }
        Some((_, place)) if !name.is_empty() => Ok((*place, name)),
        _ => Err(format!("`{key}` is no place of a request")),
    }
}

/// The pieces of a template such as `Bearer {token}`.
pub(super) fn template(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let (name, after) = after.split_once('}').ok_or_else(|| "a `{` of the template has no `}`".to_owned())?;
        pieces.push(match name.strip_prefix("basic:") {
            None => Piece::Name(name.to_owned()),
            Some(names) => {
                let names = names.split_once(',').ok_or_else(|| format!("`{{{name}}}` has to name two fields"))?;
                Piece::Basic(names.0.trim().to_owned(), names.1.trim().to_owned())
            }
        });
        rest = after;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::{place, template};
    use crate::surface::{Piece, Place};

    #[test]
    fn a_place_has_a_name_that_may_have_dots() {
        assert_eq!(place("body.a.b"), Ok((Place::Body, "a.b")));
        assert_eq!(place("body.@version"), Ok((Place::Body, "@version")));
        for key in ["body", "body.", "body.a/b", "body.@", "body.a@b", "url.x", ""] {
            assert!(place(key).is_err(), "{key}");
        }
    }

    #[test]
    fn a_template_is_text_and_names() {
        let name = |text: &str| Piece::Name(text.to_owned());
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(template("{a}:{b}"), Ok(vec![name("a"), text(":"), name("b")]));
        assert_eq!(template(""), Ok(vec![text("")]));
        let basic = Piece::Basic("login".to_owned(), "key".to_owned());
        assert_eq!(template("Basic {basic:login, key}"), Ok(vec![text("Basic "), basic]));
        assert!(template("{a").is_err() && template("{basic:a}").is_err());
    }
}
