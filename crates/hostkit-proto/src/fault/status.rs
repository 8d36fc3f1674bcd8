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
    pub fn verdict_on<C: FaultCode>(&self, status: u16, root: Option<Node<'_>>, facts: CallFacts<'_>) -> Verdict<C> {
        if !is_success(status) {
            return root.and_then(|root| self.find(status, root, &facts)).map_or(Verdict::Unrecognised, Verdict::Fault);
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

    fn find<C: FaultCode>(&self, status: u16, root: Node<'_>, facts: &CallFacts<'_>) -> Option<Fault<C>> {
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
        let details = self.text(body, self.details).unwrap_or_default();
        Some(Fault::new(status, code, message, details).with_status(facts))
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

#[cfg(test)]
mod tests {
    use hostkit_wire::Format;
    use http::HeaderMap;

    use super::StatusFaults;
    use crate::answer::RawAnswer;
    use crate::fault::{FaultCode, FaultKind, Verdict};
    use crate::info::{ApiInfo, Effect, EndpointInfo};

    #[derive(Debug, Clone, PartialEq)]
    struct Code(String);

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

    const API: ApiInfo = ApiInfo { formats: &[Format::Json, Format::Xml], ..ApiInfo::DEFAULT };
    const FAULTS: StatusFaults<'static> = StatusFaults { code: "code", message: "message", details: "details" };

    /// The verdict, and whether the body was parsed for it.
    fn judged(status: u16, effect: Effect, body: &str) -> (Verdict<Code>, bool) {
        let info = EndpointInfo { name: "order", effect, ..EndpointInfo::DEFAULT };
        let headers = HeaderMap::new();
        let answer = RawAnswer::new(&info, &API, status, &headers, body.as_bytes());
        let verdict = FAULTS.verdict(&answer);
        (verdict, answer.is_parsed())
    }

    const ERROR: &str = r#"{"NotFound":{"code":404,"message":"no such server","details":"gone"}}"#;

    #[test]
    fn a_failing_status_needs_an_error_document() {
        for body in [ERROR, r#"{"code":404,"message":"Not Found","details":"gone"}"#] {
            let (Verdict::Fault(fault), true) = judged(404, Effect::Safe, body) else { panic!("a fault: {body}") };
            assert_eq!((fault.code, fault.details.as_str()), (Some(Code("NotFound".into())), "gone"), "{body}");
        }
        let (Verdict::Fault(bare), _) = judged(404, Effect::Safe, r#"{"code":404}"#) else { panic!("a fault") };
        assert_eq!(bare.code, None, "it has no name");
        for body in ["", "<html></html>", "{}", r#"{"NotFound":{"message":"no"}}"#, r#"{"code":"x"}"#] {
            assert_eq!(judged(404, Effect::Safe, body).0, Verdict::Unrecognised, "{body}");
        }
    }

    #[test]
    fn an_error_document_inside_a_success_is_in_doubt_for_a_call_that_acts() {
        for body in [ERROR, r#"{"a":[{"b":{"code":404,"message":"no"}}]}"#, r#"<a><b code="404" message="no"/></a>"#] {
            let (Verdict::Unclear(error), _) = judged(200, Effect::Spends, body) else { panic!("a doubt: {body}") };
            assert!(error.to_string().contains("an error under status 200"), "{error}");
            assert_eq!(judged(200, Effect::Safe, body), (Verdict::Success, false), "nothing is parsed for a read");
        }
        for body in ["", r#"{"code":404}"#, r#"{"message":"made"}"#, r#"{"code":"red","message":"a paint"}"#] {
            assert_eq!(judged(200, Effect::Spends, body).0, Verdict::Success, "{body}");
        }
    }
}
