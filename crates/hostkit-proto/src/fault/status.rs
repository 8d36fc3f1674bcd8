//! Faults of an API whose errors are documents with a failing HTTP status.

use hostkit_wire::{Kind, Node};

use super::{Fault, FaultCode, Verdict, doubt, is_success, root};
use crate::answer::RawAnswer;
use crate::info::CallFacts;

/// An API whose errors are documents with a failing HTTP status: `{"NotFound":{"code":404,…}}`, the same without the
/// wrapper, or `<NotFound code="404">…`.
#[derive(Debug, Clone, Copy)]
pub struct StatusFaults<'a> {
    /// Key of the numeric code.
    pub code: &'a str,
    /// Key of the short text; it names the fault where there is no wrapper.
    pub message: &'a str,
    /// Key of the longer text.
    pub details: &'a str,
}

impl StatusFaults<'_> {
    /// Judges an answer.
    pub fn verdict<C: FaultCode>(&self, answer: &RawAnswer<'_>) -> Verdict<C> {
        let facts = answer.facts();
        // A success of a read may have no document, so nothing is parsed for it.
        let is_read = is_success(answer.status()) && !facts.acts;
        let root = if is_read || answer.is_empty() { None } else { root(answer) };
        self.verdict_on(answer.status(), root, facts)
    }

    /// Judges an answer by its status and the root of its document, if that is readable.
    pub fn verdict_on<C: FaultCode>(&self, status: u16, root: Option<Node<'_>>, facts: CallFacts) -> Verdict<C> {
        if !is_success(status) {
            return root.and_then(|root| self.find(status, root)).map_or(Verdict::Unrecognised, Verdict::Fault);
        }
        match root.filter(|_| facts.acts).and_then(|root| self.error_in(root)) {
            Some(error) => {
                let found = format!("an error under status {status}");
                Verdict::Unclear(doubt(&facts, self.code, "no error document", found, error))
            }
            None => Verdict::Success,
        }
    }

    /// An error document at any depth. The readers limit the depth.
    fn error_in<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        let is_error = |node: Node<'t>| self.code_of(node).is_some() && self.entry(node, self.message).is_some();
        if node.kind() == Kind::Map && is_error(node) {
            return Some(node);
        }
        let mut below = node.entries().map(|(_, node)| node).chain(node.items());
        below.find_map(|node| self.error_in(node))
    }

    fn find<C: FaultCode>(&self, status: u16, root: Node<'_>) -> Option<Fault<C>> {
        let mut entries = root.entries();
        let (name, body) = match (entries.next(), entries.next()) {
            (Some((name, body)), None) if body.kind() == Kind::Map => (Some(name), body),
            _ => (None, root),
        };
        self.code_of(body)?;
        let message = self.text(body, self.message).unwrap_or_default();
        // Without the wrapper the name of the fault is its message without blanks: `Not Found` is `NotFound`.
        let name = name.map_or_else(|| message.split_whitespace().collect(), str::to_owned);
        let code = (!name.is_empty()).then(|| C::from_text(&name));
        Some(Fault::new(status, code, message, self.text(body, self.details).unwrap_or_default()))
    }

    /// The numeric code of an error document.
    fn code_of(&self, body: Node<'_>) -> Option<u16> {
        self.text(body, self.code)?.parse().ok()
    }

    fn text<'t>(&self, body: Node<'t>, key: &str) -> Option<&'t str> {
        self.entry(body, key).and_then(Node::as_str)
    }

    /// The entry or attribute with this name; `None` where it is there twice, since it could be either.
    fn entry<'t>(&self, body: Node<'t>, key: &str) -> Option<Node<'t>> {
        let mut named = body.entries().filter(|(name, _)| name.strip_prefix('@').unwrap_or(name) == key);
        named.next().filter(|_| named.next().is_none()).map(|(_, node)| node)
    }
}
