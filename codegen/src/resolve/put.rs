//! Checks what is put into requests: the names of templates, and the places where they can go.

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Field, Model, Type};
use crate::source::Span;
use crate::surface::{ACTION, Piece, Place, Put, TOKEN};

/// The places of what carries credentials.
pub(super) const EVERYWHERE: [Place; 4] = [Place::Header, Place::Query, Place::Body, Place::Cookie];

/// The places of constants of every call.
const OF_EVERY_CALL: [Place; 3] = [Place::Header, Place::Query, Place::Body];

/// What the service puts into every request, and what a session does.
pub(super) fn of_service(model: &Model, diagnostics: &mut Diagnostics) {
    let service = &model.service;
    check(&service.put, &[ACTION], &OF_EVERY_CALL, diagnostics);
    for (_, puts) in &service.put_by_format {
        check(puts, &[], &OF_EVERY_CALL, diagnostics);
    }
    attributes(model, diagnostics);
    if let Some(session) = &service.session {
        let fields = sign_in_fields(model);
        let known: Vec<&str> = [TOKEN].into_iter().chain(fields.iter().map(|field| field.rust.as_str())).collect();
        check(&session.put, &known, &[Place::Header, Place::Query, Place::Cookie], diagnostics);
        for put in &session.put {
            let of_session = put.names().into_iter().filter(|name| *name != TOKEN);
            for field in of_session.filter_map(|name| fields.iter().find(|field| field.rust == name)) {
                if !matches!(field.ty, Type::Secret | Type::Text) || !field.is_required() {
                    let help = "a required `secret` or `text` of the sign-in's output";
                    let label = format!("`{}` is none", field.rust);
                    let message = "a session cannot keep this field";
                    diagnostics.add_with_help("E0231", &put.template.span, message, label, help);
                }
            }
        }
    }
}

/// Refuses attributes where bodies may be in a format that has none.
fn attributes(model: &Model, diagnostics: &mut Diagnostics) {
    let service = &model.service;
    let formats = service.body_formats();
    let always = service.put.iter().chain(service.credentials.iter().flat_map(|credentials| &credentials.put));
    let by_format = service.put_by_format.iter().flat_map(|(format, puts)| {
        let own = if service.request_format.is_some() { formats } else { std::slice::from_ref(&format.value) };
        puts.iter().map(move |put| (own, put))
    });
    for (formats, put) in always.map(|put| (formats, put)).chain(by_format) {
        let is_attribute = put.place == Place::Body && put.key.starts_with('@');
        if let Some(format) = formats.iter().find(|format| *format != "xml").filter(|_| is_attribute) {
            let help = "below `xml` it is put into bodies for answers in XML";
            let message = format!("an attribute stands in XML alone, and a body may be {format}");
            diagnostics.add_with_help("E0241", &put.key.span, message, "an attribute", help);
        }
    }
}

/// The fields of what a sign-in gives.
fn sign_in_fields(model: &Model) -> &[Field] {
    let sign_in = model.service.credentials.iter().find_map(|credentials| credentials.sign_in.as_ref());
    let output = sign_in.and_then(|path| model.endpoint(path)).and_then(|endpoint| endpoint.output.ty());
    output.and_then(|ty| model.fields(ty)).unwrap_or_default()
}

/// Reports unknown names and places where this cannot go.
pub(super) fn check(puts: &[Put], known: &[&str], places: &[Place], diagnostics: &mut Diagnostics) {
    for (place, put) in puts.iter().enumerate() {
        let is_same = |other: &Put| other.place == Place::Header && other.key.eq_ignore_ascii_case(&put.key);
        if put.place == Place::Header && puts[..place].iter().any(is_same) {
            let help = "the names of headers are the same in small and in capital letters: leave out one of them";
            let message = format!("the header `{}` would be sent twice", put.key.value);
            diagnostics.add_with_help("E0203", &put.key.span, message, "the second one", help);
        }
        check_names(&put.template.span, &put.names(), known, diagnostics);
        if put.place == Place::Header && !is_header(put) {
            let help = "a name of letters, digits and `-`, and a text of printable characters of ASCII";
            let (span, message) = (&put.template.span, "a header cannot have this name or text");
            diagnostics.add_with_help("E0241", span, message, "not a header", help);
        }
        if put.place == Place::Cookie && !is_cookie(put) {
            let help = "printable characters of ASCII without blanks, quotes, `,` and `;`; a name has no `=` either";
            let (span, message) = (&put.template.span, "a cookie cannot have this name or text");
            diagnostics.add_with_help("E0241", span, message, "not a cookie", help);
        }
        if !places.contains(&put.place) {
            let words = places.iter().map(|place| format!("{place:?}").to_lowercase()).collect::<Vec<_>>();
            let help = format!("the places are: {}", words.join(", "));
            diagnostics.add_with_help("E0241", &put.key.span, "this cannot be put there", "not here", help);
        }
    }
}

/// Whether its name and its own text may stand in a header; what is put in by name is checked before it is sent.
fn is_header(put: &Put) -> bool {
    let texts = put.pieces.iter().all(|piece| match piece {
        Piece::Text(text) => text.bytes().all(|byte| matches!(byte, b' '..=b'~')),
        Piece::Name(_) | Piece::Basic(..) => true,
    });
    texts && is_header_name(&put.key)
}

/// Whether HTTP can have a header of this name.
pub(super) fn is_header_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// Whether its name and its own text may stand in a cookie; what is put in by name is checked before it is sent.
fn is_cookie(put: &Put) -> bool {
    let is_sound = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';');
    let texts = put.pieces.iter().all(|piece| match piece {
        Piece::Text(text) => text.bytes().all(is_sound),
        Piece::Name(_) | Piece::Basic(..) => true,
    });
    texts && put.key.bytes().all(|byte| is_sound(byte) && byte != b'=')
}

/// Reports names that nothing here has.
pub(super) fn check_names(span: &Span, names: &[&str], known: &[&str], diagnostics: &mut Diagnostics) {
    for name in names.iter().filter(|name| !known.contains(name)) {
        let help = match (did_you_mean(name, known.iter().copied()), known) {
            (Some(near), _) => format!("did you mean `{{{near}}}`?"),
            (None, []) => "here only constants can be put".to_owned(),
            (None, known) => format!("the names are: {}", known.join(", ")),
        };
        let message = format!("nothing here is called `{name}`");
        diagnostics.add_with_help("E0228", span, message, "an unknown name", help);
    }
}
