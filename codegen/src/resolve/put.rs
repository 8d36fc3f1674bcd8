//! Checks what is put into requests: the names of templates, and the places where they can go.

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Endpoint, Model};
use crate::source::Span;
use crate::surface::{ACTION, Place, Put};

/// The places of what carries credentials.
pub(super) const EVERYWHERE: [Place; 4] = [Place::Header, Place::Query, Place::Body, Place::Cookie];

/// The places of constants of a call.
const OF_A_CALL: [Place; 2] = [Place::Body, Place::Query];

/// What the service puts into every request, and what a session does.
pub(super) fn of_service(model: &Model, diagnostics: &mut Diagnostics) {
    let service = &model.service;
    check(&service.put, &[ACTION], &OF_A_CALL, diagnostics);
    for (_, puts) in &service.put_by_format {
        check(puts, &[], &OF_A_CALL, diagnostics);
    }
    if let Some(session) = &service.session {
        check(&session.put, &["token"], &[Place::Header, Place::Query, Place::Cookie], diagnostics);
    }
}

pub(super) fn of_endpoint(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    check(&endpoint.surface.put, &[], &OF_A_CALL, diagnostics);
    for variant in endpoint.surface.one_of.iter().flat_map(|group| &group.variants) {
        check(&variant.put, &[], &[Place::Body], diagnostics);
    }
}

/// Reports unknown names and places where this cannot go.
pub(super) fn check(puts: &[Put], known: &[&str], places: &[Place], diagnostics: &mut Diagnostics) {
    for put in puts {
        check_names(&put.template.span, &put.names(), known, diagnostics);
        if !places.contains(&put.place) {
            let words = places.iter().map(|place| format!("{place:?}").to_lowercase()).collect::<Vec<_>>();
            let help = format!("the places are: {}", words.join(", "));
            diagnostics.add_with_help("E0241", &put.key.span, "this cannot be put there", "not here", help);
        }
    }
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
