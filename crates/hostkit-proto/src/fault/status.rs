//! Faults of an API whose errors are documents with a failing HTTP status.

use hostkit_wire::{Kind, Node};

use super::{Fault, FaultCode, Verdict, completed, doubt, is_of_a_failed_server, is_success, root};
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
        completed(self.verdict_on(answer.status(), root, facts), answer)
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
        let number = self.code_of(body)?;
        let message = self.text(body, self.message).unwrap_or_default();
        // Without the wrapper the name of the fault is its message without blanks: `Not Found` is `NotFound`.
        let name = name.map_or_else(|| message.split_whitespace().collect(), str::to_owned);
        let code = (!name.is_empty()).then(|| C::from_text(&name));
        let details = self.text(body, self.details).unwrap_or_default();
        let mut fault = Fault::new(status, code, facts.text(message, details), details).with_status(facts);
        // The document contradicts its status: by the one a server failed.
        fault.verify |= status < 500 && number < 600 && is_of_a_failed_server(number) && !fault.is_rate_limited();
        Some(fault)
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
    use http::{HeaderMap, HeaderName, HeaderValue};

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
        assert_eq!((bare.request_id.as_str(), bare.to_string().as_str()), ("", "404"));
        for body in ["", "<html></html>", "{}", r#"{"NotFound":{"message":"no"}}"#, r#"{"code":"x"}"#] {
            assert_eq!(judged(404, Effect::Safe, body).0, Verdict::Unrecognised, "{body}");
        }
    }

    #[test]
    fn a_document_that_contradicts_its_status_leaves_it_open() {
        for (status, number, is_open) in
            [(400, "400", false), (400, "500", true), (400, "504", true), (404, "408", true), (400, "1500", false)]
        {
            let body = format!(r#"{{"Error":{{"code":{number},"message":"no"}}}}"#);
            let (Verdict::Fault(fault), _) = judged(status, Effect::Spends, &body) else { panic!("a fault: {body}") };
            assert_eq!(fault.verify, is_open, "{status} {body}");
        }
        let (Verdict::Fault(fault), _) = judged(408, Effect::Spends, ERROR) else { panic!("a fault") };
        assert!(fault.is_of_a_failed_server(), "a gateway may have waited for a server that is still at work");
    }

    #[test]
    fn a_fault_has_the_id_of_its_request() {
        const NAMED: ApiInfo = ApiInfo { request_id: &["NotFound/request", "*/@request", "header.X-Query"], ..API };
        let info = EndpointInfo { name: "order", ..EndpointInfo::DEFAULT };
        for (headers, body, expected) in [
            (&["a-1"][..], r#"{"NotFound":{"code":404,"message":"no","request":" b-2 "}}"#, "b-2"),
            (&[], r#"{"NotFound":{"code":404,"message":"no","request":17}}"#, "17"),
            (&[], r#"<NotFound code="404" request="c-3"/>"#, "c-3"),
            (&["a-1"], r#"{"NotFound":{"code":404,"message":"no","request":""}}"#, "a-1"),
            // It could be either.
            (&["a-1", "a-2"], ERROR, ""),
            (&[""], ERROR, ""),
        ] {
            let value = |text: &&str| HeaderValue::from_str(text).expect("a value");
            let name = HeaderName::from_static("x-query");
            let mut all = HeaderMap::new();
            all.extend(headers.iter().map(|text| (name.clone(), value(text))));
            let answer = RawAnswer::new(&info, &NAMED, 404, &all, body.as_bytes());
            let Verdict::Fault(fault) = FAULTS.verdict::<Code>(&answer) else { panic!("a fault: {body}") };
            assert_eq!(fault.request_id, expected, "{body}");
            let end = format!(" (request {expected})");
            assert_eq!(fault.to_string().ends_with(&end), !expected.is_empty(), "{fault}");
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
