//! Checks the catalogue of error codes and the forms of faults: that each is there once, and that a fault can be it.

use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::source::At;
use crate::surface::{ErrorCode, ErrorDocument, Fault, FaultStyle};

pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let mut codes: Vec<&str> = Vec::new();
    let mut texts: Vec<(&str, String)> = Vec::new();
    for error in &model.service.errors {
        if codes.contains(&error.code.as_str()) {
            let message = format!("the code `{}` is there twice", error.code.value);
            let help = "one table says all of a code: leave out one of them";
            diagnostics.add_with_help("E0205", &error.code.span, message, "defined again here", help);
        }
        codes.push(&error.code);
        // Where no text is compared, `match` itself is reported as a key without a meaning.
        let is_by_text = model.service.fault.style == FaultStyle::Documents;
        if is_by_text || error.texts.is_empty() {
            reached(model, error, diagnostics);
        }
        for text in error.texts.iter().filter(|_| is_by_text) {
            of_text(text, &texts, diagnostics);
            texts.push((text, text.to_lowercase()));
        }
    }
    forms(&model.service.fault, diagnostics);
}

/// Reports a form of a fault that an earlier one decides: they are tried in the order of the file.
fn forms(fault: &Fault, diagnostics: &mut Diagnostics) {
    let shown =
        |form: &ErrorDocument| (form.present.clone(), form.bare.clone(), form.code.clone(), form.message.clone());
    let decides = |first: &ErrorDocument, form: &ErrorDocument| {
        shown(first) == shown(form) || !form.present.is_empty() && first.present == form.present
    };
    for (index, form) in fault.documents.iter().enumerate().filter(|_| fault.style == FaultStyle::Documents) {
        if fault.documents.iter().take(index).any(|first| decides(first, form)) {
            let message = "a form of a fault shows by the same as an earlier one";
            let help = "they are tried in this order: give one form all places, such as `code = [\"a\", \"b\"]`";
            diagnostics.add_with_help("E0253", &form.place, message, "never reached", help);
        }
    }
}

/// Reports a part of a text that an earlier one decides: faults are compared with them in the order of the file, in any
/// case of letters.
fn of_text(text: &At<String>, earlier: &[(&str, String)], diagnostics: &mut Diagnostics) {
    let lower = text.to_lowercase();
    if text.is_empty() {
        let help = "a part of the text that no other fault has";
        diagnostics.add_with_help("E0253", &text.span, "an empty `match` is part of every text", "empty", help);
    } else if earlier.iter().any(|(_, known)| *known == lower) {
        let help = "one text means one code: leave out one of them";
        let message = format!("`{}` is a `match` twice", text.value);
        diagnostics.add_with_help("E0205", &text.span, message, "defined again here", help);
    } else if let Some((known, _)) =
        earlier.iter().find(|(_, known)| !known.is_empty() && lower.contains(known.as_str()))
    {
        let message = format!("`{}` is never looked for: each text with it has `{known}`", text.value);
        let help = "the first part that a text has decides: the longer one stands before the shorter one";
        diagnostics.add_with_help("E0253", &text.span, message, "behind a part of itself", help);
    }
}

/// Reports a code that no fault can have.
fn reached(model: &Model, error: &ErrorCode, diagnostics: &mut Diagnostics) {
    let fault = &model.service.fault;
    let has_text = !error.texts.is_empty();
    let has_code = fault.documents.iter().any(|one| !one.code.is_empty());
    // A document without a text has that of the status line, but an empty body has no code.
    let has_document = fault.documents.iter().any(|one| one.bare.as_deref() != Some(""));
    let why = if error.code.is_empty() {
        "an empty code counts as none"
    } else if fault.style == FaultStyle::Envelope && fault.no_code.contains(&error.code.value) {
        "`no-code` of `[[fault]]` says that it stands for none"
    } else if !has_code && !has_text {
        "no `[[fault]]` has a `code`, and this one has no `match`"
    } else if !has_document && has_text {
        "an empty body stands for no code, whatever the status line says"
    } else {
        return;
    };
    let message = format!("no fault has the code `{}`", error.code.value);
    diagnostics.add_with_help("E0253", &error.code.span, message, "never reached", why);
}
