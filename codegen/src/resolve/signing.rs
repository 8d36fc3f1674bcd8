//! Checks `[signature]`: what is signed, with what, where the signature goes, and whose clock counts.

use super::put;
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::source::Span;
use crate::surface::{Credentials, Place, Put, SIGNATURES, STAMPS, Signature, Template};

/// The names of what is signed that are no fields.
const PARTS: [&str; 9] =
    ["method", "path", "query", "query:sorted", "url", "body", "body:sha1", "body:sha256", "body:sha512"];

pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let service = &model.service;
    for credentials in &service.credentials {
        names(credentials, diagnostics);
    }
    let Some(signature) = &service.signature else { return };
    let mut wrong = |span: &Span, message: &str, label: &str, help: &str| {
        diagnostics.add_with_help("E0245", span, message, label, help);
    };
    let signing: Vec<&Credentials> = service.credentials.iter().filter(|credentials| credentials.sign()).collect();
    if signing.is_empty() {
        let help = "a `put` of credentials says where the signature goes: `{signature}`, or `{signature:base64}`";
        wrong(&signature.algorithm.span, "the signature is put nowhere", "no credentials sign", help);
    }
    let is_form = service.request_format.as_deref() == Some("form");
    for credentials in signing {
        let puts: Vec<&Put> = credentials.put.iter().filter(|put| put.signs()).collect();
        let count = puts.iter().flat_map(|put| put.names()).filter(|name| SIGNATURES.contains(name)).count();
        if let (Some(second), true) = (puts.last(), count > 1) {
            wrong(&second.template.span, "the signature is put twice", "a second time", "one place, once");
        }
        for put in puts {
            match put.place {
                Place::Cookie => {
                    let help = "a signature goes into a header, the query or a form";
                    wrong(&put.key.span, "a signature is put into no cookie", "not here", help);
                }
                Place::Body if !is_form => {
                    let help = "a signature goes into a header or the query where bodies are no forms";
                    wrong(&put.key.span, "a signature is put into no body but a form", "not here", help);
                }
                _ => {}
            }
        }
        let is_secret =
            |name: &str| credentials.fields.iter().any(|(field, kind)| field.value == name && kind.value == "secret");
        let signed = signature.names();
        if !signed.iter().any(|name| is_secret(name)) {
            let help = "add a `secret` to `text`, or a `key` with one";
            wrong(&signature.text.text.span, "anybody could make this signature", "no secret is in it", help);
        }
        let sent: Vec<&str> = credentials.put.iter().flat_map(Put::names).collect();
        for stamp in signed.into_iter().filter(|name| STAMPS.contains(name) && !sent.contains(name)) {
            let message = format!("`{{{stamp}}}` is signed and not sent");
            let help = "the server needs it to check the signature: add it to `put`";
            wrong(&signature.text.text.span, &message, "signed here", help);
        }
        if let (Some(clock), Some(sign_in)) = (&signature.clock, &credentials.sign_in)
            && (clock.value != sign_in.value || credentials.token.is_some())
        {
            let help = "remove one of both: a signed call needs no session";
            wrong(&clock.span, "a clock is read in the place of a sign-in", "beside a sign-in", help);
        }
    }
    clock(model, signature, diagnostics);
}

/// The clock is a safe call that is sent without credentials.
fn clock(model: &Model, signature: &Signature, diagnostics: &mut Diagnostics) {
    let Some(clock) = &signature.clock else { return };
    // That it exists and needs no inputs is checked as for a sign-in.
    if model.endpoint(clock).is_some_and(|endpoint| endpoint.surface.authorised) {
        let help = "it is read before anything can be signed: give it `flags = [\"anonymous\"]`";
        diagnostics.add_with_help(
            "E0245",
            &clock.span,
            "the clock is a call that is signed itself",
            "not anonymous",
            help,
        );
    }
    if model.endpoint(clock).is_some_and(|endpoint| endpoint.effect() != "safe") {
        diagnostics.add_with_help(
            "E0245",
            &clock.span,
            "a clock is read by a safe call",
            "not safe",
            "its effect is not `safe`",
        );
    }
}

/// Names of fields and of parts that stand for something else, and names that are unknown.
fn names(credentials: &Credentials, diagnostics: &mut Diagnostics) {
    for (field, _) in &credentials.fields {
        if STAMPS.iter().chain(&SIGNATURES).chain(&PARTS).any(|taken| *taken == field.value) {
            let message = format!("`{}` stands for something else in a template", field.value);
            diagnostics.add_with_help("E0245", &field.span, message, "a name that is taken", "choose another name");
        }
    }
}

/// Names that the `put` of credentials knows.
pub(super) fn known_to_puts(model: &Model, credentials: &Credentials) -> Vec<String> {
    let fields = credentials.fields.iter().map(|(field, _)| field.value.clone());
    let stamps = STAMPS.iter().map(|name| (*name).to_owned());
    let signatures = SIGNATURES.iter().filter(|_| model.service.signature.is_some()).map(|name| (*name).to_owned());
    fields.chain(stamps).chain(signatures).collect()
}

/// Reports unknown names of what is signed and of the key.
pub(super) fn check_names(model: &Model, credentials: &Credentials, diagnostics: &mut Diagnostics) {
    let Some(signature) = model.service.signature.as_ref().filter(|_| credentials.sign()) else { return };
    let fields: Vec<&str> = credentials.fields.iter().map(|(field, _)| field.value.as_str()).collect();
    let of = |template: &Template, known: &[&str], diagnostics: &mut Diagnostics| {
        put::check_names(&template.text.span, &template.names(), known, diagnostics);
    };
    of(&signature.text, &[&fields[..], &STAMPS, &PARTS].concat(), diagnostics);
    if let Some(key) = &signature.key {
        of(key, &fields, diagnostics);
    }
}
