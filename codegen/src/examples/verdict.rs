//! Decides whether an answer is a success or a fault, with the code that clients use.

use hostkit_proto::{
    CallFacts, DocumentFaults, Emptiness, EnvelopeFaults, ErrorLayout, Fault, FaultCode, FaultKind, StatusFaults,
    StatusMeaning, Verdict, Word,
};
use hostkit_wire::Node;

use crate::model::{Endpoint, Model, Output};
use crate::surface::{self, ErrorCode, FaultStyle, Status};

/// An error code as the document writes it; the model has its kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Code(String);

impl FaultCode for Code {
    fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn kind(&self) -> Option<FaultKind> {
        None
    }
}

/// Verdict on an answer with this status line to a call under the service's `[fault]`.
pub(super) fn of(
    model: &Model,
    endpoint: &Endpoint,
    (status, phrase): (u16, &str),
    root: Option<Node<'_>>,
    body: &[u8],
) -> Verdict<Code> {
    let is_empty = body.iter().all(u8::is_ascii_whitespace);
    let spec = &model.service.fault;
    let (own, all) = (meanings(&endpoint.surface.statuses), meanings(&model.service.statuses));
    let facts = CallFacts {
        endpoint: "example",
        acts: endpoint.effect() != "safe",
        may_lack_marker: endpoint.surface.response.may_lack_marker.is_some(),
        is_each: endpoint.surface.response.is_each.is_some(),
        is_raw: matches!(endpoint.output, Output::Text(_) | Output::Bytes),
        statuses: [&own, &all],
        phrase: "",
    };
    let facts = facts.with_phrase(status, phrase);
    let coded = |is_it: fn(&ErrorCode) -> bool| -> Vec<&str> {
        model.service.errors.iter().filter(|error| is_it(error)).map(|error| error.code.value.as_str()).collect()
    };
    let mut verdict: Verdict<Code> = if spec.style == FaultStyle::Documents {
        let paths: Vec<_> = spec
            .documents
            .iter()
            .map(|one| (one, texts(&one.code), texts(&one.message), texts(&one.details)))
            .collect();
        let layouts: Vec<ErrorLayout<'_>> = paths
            .iter()
            .map(|(one, code, message, details)| ErrorLayout {
                present: &one.present,
                bare: one.bare.as_deref(),
                code,
                message,
                details,
                fields: &one.fields,
            })
            .collect();
        let errors = model.service.errors.iter();
        let by_text: Vec<(&str, &str)> = errors
            .flat_map(|error| error.texts.iter().map(|text| (text.as_str(), error.code.value.as_str())))
            .collect();
        let faults = DocumentFaults {
            layouts: &layouts,
            texts: &by_text,
            verify: &coded(|error| error.verify),
            undone: &coded(|error| error.undone),
            marker: &spec.marker,
            success: &words_of(&spec.success),
        };
        if is_empty { faults.verdict_on_nothing(status, facts) } else { faults.verdict_on(status, root, facts) }
    } else if spec.style == FaultStyle::Wrapped {
        let first = |keys: &[String]| keys.first().cloned().unwrap_or_default();
        let (code, message, details) = (first(&spec.code), first(&spec.message), first(&spec.details));
        StatusFaults { code: &code, message: &message, details: &details }.verdict_on(status, root, facts)
    } else {
        EnvelopeFaults {
            marker: &spec.marker,
            success: &words_of(&spec.success),
            failure: &words_of(&spec.failure),
            inner: &texts(&spec.inner),
            code: &texts(&spec.code),
            no_code: &texts(&spec.no_code),
            auth: &texts(&spec.auth),
            message: &texts(&spec.message),
            details: &texts(&spec.details),
            fields: &spec.fields,
            accepted: &coded(|error| error.accepted.is_some()).into_iter().map(|code| (code, "")).collect::<Vec<_>>(),
            verify: &coded(|error| error.verify),
            undone: &coded(|error| error.undone),
        }
        .verdict_on(status, root, facts)
    };
    if let (Verdict::Unrecognised, None) = (&verdict, root)
        && let Some(fault) = facts.plain_text(status, body)
    {
        verdict = Verdict::Fault(fault);
    }
    if let Verdict::Fault(fault) = &mut verdict {
        let code = fault.code.as_ref().map_or("", |code| code.0.as_str());
        if let Some(error) = model.service.errors.iter().find(|error| error.code.value == code) {
            fault.kind = if error.kind == "empty" { FaultKind::Empty } else { FaultKind::Other };
        }
    }
    verdict
}

/// What failing statuses mean, as far as it counts here.
fn meanings(statuses: &[Status]) -> Vec<StatusMeaning<'_>> {
    let meaning = |status: &Status| {
        let kind = match status.means.as_str() {
            "empty" => FaultKind::Empty,
            "not-found" => FaultKind::NotFound,
            "auth" => FaultKind::Auth,
            "forbidden" => FaultKind::Forbidden,
            _ => FaultKind::Other,
        };
        Some(StatusMeaning { status: status.code.value.try_into().ok()?, kind, text: "" })
    };
    statuses.iter().filter(|status| status.is_fault()).filter_map(meaning).collect()
}

/// Whether this fault means an empty answer for the endpoint.
pub(super) fn is_nothing(endpoint: &Endpoint, fault: &Fault<Code>) -> bool {
    let response = &endpoint.surface.response;
    let statuses: Vec<u16> = response.empty_statuses.iter().filter_map(|status| (*status).try_into().ok()).collect();
    let (codes, except) = (texts(&response.empty_codes), texts(&response.empty_except));
    endpoint.can_be_empty() && Emptiness { statuses: &statuses, codes: &codes, except: &except }.covers(fault)
}

/// A fault in short.
pub(super) fn words(fault: &Fault<Code>) -> String {
    let code = fault.code.as_ref().map_or("", |code| code.0.as_str());
    let texts = [code, fault.message.trim(), fault.details.trim()];
    let words: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    if words.is_empty() { "one without text".to_owned() } else { format!("`{}`", words.join(": ")) }
}

pub(super) fn words_of(words: &[surface::Word]) -> Vec<Word<'_>> {
    words.iter().map(surface::Word::as_protocol).collect()
}

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
