//! Whether an answer is a success or a fault, as the service's `[fault]` says.

use hostkit_wire::{Kind, Node};

use crate::model::Model;
use crate::surface::Response;

pub(super) enum Verdict {
    Success,
    Fault(Fault),
    Unrecognised,
}

/// What of a fault decides whether it stands for "nothing".
pub(super) struct Fault {
    texts: [String; 3],
    is_empty_kind: bool,
}

impl Fault {
    /// Whether the endpoint takes this fault for an empty answer.
    pub(super) fn is_nothing(&self, response: &Response, status: i64) -> bool {
        let is_named = |name: &String| self.texts.iter().any(|text| text.eq_ignore_ascii_case(name));
        let is_excepted = |name: &String| {
            let name = name.to_lowercase();
            self.texts.iter().any(|text| text.to_lowercase().contains(&name))
        };
        let is_listed = response.empty_statuses.contains(&status) || response.empty_codes.iter().any(is_named);
        (is_listed || self.is_empty_kind) && !response.empty_except.iter().any(is_excepted)
    }

    /// The fault in a few words.
    pub(super) fn text(&self) -> String {
        let words: Vec<&str> = self.texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        if words.is_empty() { "one without a text".to_owned() } else { format!("`{}`", words.join(": ")) }
    }
}

pub(super) fn of(model: &Model, status: i64, root: Option<Node<'_>>, is_empty: bool) -> Verdict {
    let is_success = (200..300).contains(&status);
    if model.service.fault.kind == "status" {
        if is_success {
            return Verdict::Success;
        }
        return match root.and_then(|root| by_status(model, root)) {
            Some(fault) => Verdict::Fault(fault),
            None => Verdict::Unrecognised,
        };
    }
    by_envelope(model, is_success, root, is_empty)
}

fn first(items: &[String]) -> &str {
    items.first().map_or("", String::as_str)
}

fn fault(model: &Model, code: &str, message: &str, details: &str) -> Fault {
    let known = model.service.errors.iter().find(|error| error.code.value == code);
    Fault {
        texts: [code, message.trim(), details.trim()].map(str::to_owned),
        is_empty_kind: known.is_some_and(|error| error.kind == "empty"),
    }
}

/// `{"NotFound":{"code":404,…}}`, the same without the wrapper, or `<NotFound code="404">…`.
fn by_status(model: &Model, root: Node<'_>) -> Option<Fault> {
    let spec = &model.service.fault;
    let mut entries = root.entries();
    let (name, body) = match (entries.next(), entries.next()) {
        (Some((name, body)), None) if body.kind() == Kind::Map => (Some(name), body),
        _ => (None, root),
    };
    let text = |key: &str| {
        let attribute = || body.entries().find(|(name, _)| name.strip_prefix('@') == Some(key)).map(|(_, node)| node);
        body.get(key).or_else(attribute).and_then(Node::as_str)
    };
    text(first(&spec.code))?.parse::<u16>().ok()?;
    let message = text(first(&spec.message)).unwrap_or_default();
    let name = name.map_or_else(|| message.split_whitespace().collect(), str::to_owned);
    Some(fault(model, &name, message, text(&spec.details).unwrap_or_default()))
}

fn by_envelope(model: &Model, is_success: bool, root: Option<Node<'_>>, is_empty: bool) -> Verdict {
    let spec = &model.service.fault;
    let top = |key: &str| {
        let (above, key) = key.split_once('/').map_or((None, key), |(above, key)| (Some(above), key));
        let place = match above {
            Some(above) => root?.get(above)?,
            None => root?,
        };
        place.get(key).and_then(Node::as_str)
    };
    let Some(marker) = top(&spec.marker) else {
        let is_object = root.is_some_and(|root| root.kind() == Kind::Map);
        return if is_success && (is_object || is_empty) { Verdict::Success } else { Verdict::Unrecognised };
    };
    if is_success && spec.success.iter().any(|success| marker.eq_ignore_ascii_case(success)) {
        return Verdict::Success;
    }
    let not_empty = |keys: &[String]| {
        keys.iter().find_map(|key| top(key).filter(|text| !text.is_empty())).unwrap_or_default().to_owned()
    };
    let code = spec.code.iter().find_map(|key| top(key)).unwrap_or_default();
    Verdict::Fault(fault(model, code, &not_empty(&spec.message), top(&spec.details).unwrap_or_default()))
}
