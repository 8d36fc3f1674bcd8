//! Faults of an API that puts an envelope with a marker around its answers.

use hostkit_wire::{Kind, Node};

use super::found::is_nothing;
use super::{Fault, FaultCode, FaultKind, FieldFault, Verdict, completed, doubt, is_success, root};
use crate::answer::RawAnswer;
use crate::codec::describe;
use crate::info::CallFacts;
use crate::word::Word;

/// An API whose answers are envelopes with a marker of success or failure, often under status 200.
#[derive(Debug, Clone, Copy)]
pub struct EnvelopeFaults<'a> {
    /// Key of the marker.
    pub marker: &'a str,
    /// Markers of success.
    pub success: &'a [Word<'a>],
    /// Markers of failure; any other marker is in doubt.
    pub failure: &'a [Word<'a>],
    /// Markers of verdicts inside a success, each as `a/b`: the entry `b` of the object `a`, if there is one, or of each
    /// item of the list `a`.
    pub inner: &'a [&'a str],
    /// Keys of the code; the first one with a code counts. `a/b` is the entry `b` of the object `a`.
    pub code: &'a [&'a str],
    /// Codes that stand for none.
    pub no_code: &'a [&'a str],
    /// Keys of the short text, like those of the code; the first one present and not empty counts.
    pub message: &'a [&'a str],
    /// Texts of a fault without a code that mean wrong credentials, in any case of letters.
    pub auth: &'a [&'a str],
    /// Keys of the longer text, like those of the short one.
    pub details: &'a [&'a str],
    /// Key of the object with the errors of single fields.
    pub fields: &'a str,
    /// Codes under which a success is an acceptance, with the reason.
    pub accepted: &'a [(&'a str, &'static str)],
    /// Codes that leave open whether the call was carried out.
    pub verify: &'a [&'a str],
    /// Codes with which nothing was done, under any status and even of a failure inside a success.
    pub undone: &'a [&'a str],
}

/// What the words of inner verdicts say.
enum Inner<'t> {
    Nothing,
    Success(Node<'t>),
    /// The objects with the word, none of which is a success.
    Failure(Node<'t>, Vec<Node<'t>>),
    /// Of several, one is a success and this one is not.
    Part(Node<'t>),
    /// Neither, or no verdict at all.
    Other(Node<'t>),
}

impl EnvelopeFaults<'_> {
    /// Judges an answer.
    pub fn verdict<C: FaultCode>(&self, answer: &RawAnswer<'_>) -> Verdict<C> {
        if is_success(answer.status()) && self.is_plain_success(answer) {
            return Verdict::Success;
        }
        completed(self.verdict_on(answer.status(), root(answer), answer.facts()), answer)
    }

    /// Whether an answer that was read without a tree has the marker of a success, and nothing that says more.
    fn is_plain_success(&self, answer: &RawAnswer<'_>) -> bool {
        let says_no_more = |key: &&str| match key.split_once('/') {
            Some((above, _)) => answer.noted(above, |note| note.is_absent()),
            None => answer.noted(key, |note| note.is_no_code(self.no_code)),
        };
        let is_word = |word: &Word<'_>| answer.noted(self.marker, |note| note.is(*word)) == Some(true);
        self.success.iter().any(is_word)
            && self.code.iter().chain(self.inner).all(|key| says_no_more(key) == Some(true))
    }

    /// Judges an answer by its status and the root of its document, if that is readable.
    pub fn verdict_on<C: FaultCode>(&self, status: u16, root: Option<Node<'_>>, facts: CallFacts<'_>) -> Verdict<C> {
        let is_success = is_success(status);
        let root = root.filter(|root| root.kind() == Kind::Map);
        // A success that is no document has no marker; one that has it is judged by it.
        if facts.is_raw && is_success && root.is_none_or(|root| last(root, self.marker).is_none()) {
            return Verdict::Success;
        }
        let Some(root) = root else { return Verdict::Unrecognised };
        if let Some((key, node)) = self.twice(root).filter(|_| facts.acts) {
            return Verdict::Unclear(doubt(&facts, key, "it once", "it twice", node));
        }
        let is_one = |words: &[Word<'_>], node| words.iter().any(|word| word.is(node));
        let in_doubt = |path: &str, expected: &str, node: Node<'_>| {
            Verdict::Unclear(doubt(&facts, path, expected, describe(node), node))
        };
        let code = self.code.iter().find_map(|key| Some((*key, self.code_at(root, key)?)));
        match last(root, self.marker) {
            None if !is_success => Verdict::Unrecognised,
            None if facts.acts || !facts.may_lack_marker => {
                Verdict::Unclear(doubt(&facts, self.marker, words(self.success), "nothing", root))
            }
            None => match code {
                Some((key, node)) => in_doubt(key, "no code beside the data", node),
                None => Verdict::Success,
            },
            Some(marker) if is_one(self.success, marker) => {
                if !is_success {
                    let found = format!("{} under status {status}", describe(marker));
                    return Verdict::Unclear(doubt(
                        &facts,
                        self.marker,
                        "no success under a failing status",
                        found,
                        marker,
                    ));
                }
                match self.inner_verdict(root, &is_one) {
                    (_, Inner::Nothing | Inner::Success(_)) => {}
                    (path, Inner::Failure(word, objects)) => {
                        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
                        let codes = objects.iter().map(|object| self.code_in(*object, above).and_then(Node::as_str));
                        let is_undone = codes.clone().all(|code| code.is_some_and(|code| self.undone.contains(&code)));
                        let code = codes.flatten().next();
                        if facts.acts && !is_undone {
                            return in_doubt(path, &words(self.success), word);
                        }
                        let keys = self.message.iter().filter_map(|key| inside(key, above));
                        let texts = keys.flat_map(|key| objects.iter().filter_map(move |object| last(*object, key)));
                        let message = texts.filter_map(Node::as_str).find(|text| !text.is_empty());
                        let code = code.map(C::from_text);
                        let fault = Fault::new(status, code, message.unwrap_or_default(), String::new());
                        let mut fault = fault.with_status(&facts);
                        // The outer word says that it was done.
                        fault.verify = true;
                        return Verdict::Fault(fault);
                    }
                    (path, Inner::Part(word) | Inner::Other(word)) => {
                        return in_doubt(path, &words(self.success), word);
                    }
                }
                let failure = facts.acts.then(|| self.failure_below(root, &is_one)).flatten();
                if let Some(word) = failure {
                    return in_doubt(self.marker, "no failure inside a success", word);
                }
                let Some((key, node)) = code else { return Verdict::Success };
                let reason = self.accepted.iter().find(|(accepted, _)| node.as_str() == Some(accepted));
                reason.map_or_else(
                    || in_doubt(key, "no code of a fault beside a success", node),
                    |(_, reason)| Verdict::Accepted(reason),
                )
            }
            Some(marker) if is_one(self.failure, marker) => {
                if let (path, Inner::Success(word) | Inner::Part(word)) = self.inner_verdict(root, &is_one) {
                    return in_doubt(path, "no success inside a failure", word);
                }
                Verdict::Fault(self.fault(status, root, code.and_then(|(_, node)| node.as_str()), &facts))
            }
            Some(marker) if is_success => in_doubt(self.marker, &words(self.success), marker),
            Some(_) => Verdict::Unrecognised,
        }
    }

    fn fault<C: FaultCode>(&self, status: u16, root: Node<'_>, code: Option<&str>, facts: &CallFacts<'_>) -> Fault<C> {
        let text = |key: &str| last(root, key).and_then(Node::as_str);
        let first =
            |keys: &[&str]| keys.iter().find_map(|key| text(key).filter(|text| !text.is_empty())).unwrap_or_default();
        let details = first(self.details);
        let message = facts.text(first(self.message), details);
        let fault = Fault::new(status, code.map(C::from_text), message, details).with_status(facts);
        let mut fault = fault.with_catalogue(self.verify, self.undone);
        if code.is_none() && self.auth.iter().any(|text| fault.message.trim().eq_ignore_ascii_case(text)) {
            fault.kind = FaultKind::Auth;
        }
        // A fault with a success status and without a code may be an internal error, whatever its text says.
        fault.verify |= is_success(status) && code.is_none();
        fault.fields = root.get(self.fields).map(field_faults).unwrap_or_default();
        fault.name_by(facts, || {
            let word = last(root, self.marker).map(describe).unwrap_or_default();
            format!("`{}` is {word}", self.marker)
        });
        fault
    }

    /// What stands under a key of the code, if it is one; a truth value, a list or an object is none that is known.
    fn code_at<'t>(&self, root: Node<'t>, key: &str) -> Option<Node<'t>> {
        let node = last(root, key)?;
        let is_none = match node.kind() {
            Kind::Null => true,
            Kind::List | Kind::Map => node.is_empty(),
            Kind::Bool => node.as_bool() == Some(false),
            Kind::Text | Kind::Number => {
                node.as_str().is_none_or(|text| text.is_empty() || self.no_code.contains(&text))
            }
        };
        (!is_none).then_some(node)
    }

    /// A key of the envelope that is there twice, at the top or in an object of an inner verdict.
    fn twice<'t, 's>(&'s self, root: Node<'t>) -> Option<(&'s str, Node<'t>)> {
        let single = [self.marker, self.fields];
        let all = single
            .into_iter()
            .chain([self.code, self.inner, self.message, self.details].into_iter().flatten().copied());
        all.filter(|path| !path.is_empty()).find_map(|path| {
            let (above, key) = path.split_once('/').unwrap_or(("", path));
            if above.is_empty() {
                return Some((path, again(root, key)?));
            }
            let twice = || objects(root.get(above)?).into_iter().find_map(|object| again(object, key));
            Some((path, again(root, above).or_else(twice)?))
        })
    }

    /// What the first inner verdict says that says something, and where.
    fn inner_verdict<'t, 's>(
        &'s self,
        root: Node<'t>,
        is_one: &impl Fn(&[Word<'_>], Node<'t>) -> bool,
    ) -> (&'s str, Inner<'t>) {
        for path in self.inner {
            let Some((above, key)) = path.rsplit_once('/') else { continue };
            let Some(object) = last(root, above) else { continue };
            if is_nothing(object) {
                continue;
            }
            let all = objects(object);
            let (mut success, mut failure) = (None, None);
            for object in &all {
                match last(*object, key) {
                    Some(word) if is_one(self.success, word) => {
                        // The code of one of several stands beside no code of the answer.
                        if let Some(code) = self.code_in(*object, above).filter(|_| all.len() > 1) {
                            return (path, Inner::Part(code));
                        }
                        success = success.or(Some(word));
                    }
                    Some(word) if is_one(self.failure, word) => failure = failure.or(Some(word)),
                    word => {
                        let word = word.unwrap_or(*object);
                        return (path, if all.len() > 1 { Inner::Part(word) } else { Inner::Other(word) });
                    }
                }
            }
            return match (success, failure) {
                (Some(_), Some(word)) => (path, Inner::Part(word)),
                (None, Some(word)) => (path, Inner::Failure(word, all)),
                (Some(word), None) => (path, Inner::Success(word)),
                (None, None) => (path, Inner::Other(object)),
            };
        }
        ("", Inner::Nothing)
    }

    /// The code in the object of an inner verdict.
    fn code_in<'t>(&self, object: Node<'t>, above: &str) -> Option<Node<'t>> {
        self.code.iter().filter_map(|key| inside(key, above)).find_map(|key| self.code_at(object, key))
    }

    /// A word of failure under the marker's key, below the top. The readers limit the depth.
    fn failure_below<'t>(&self, node: Node<'t>, is_one: &impl Fn(&[Word<'_>], Node<'t>) -> bool) -> Option<Node<'t>> {
        let mut below = node.entries().map(|(_, node)| node).chain(node.items());
        below.find_map(|node| {
            let mut named = node.entries().filter(|(key, _)| *key == self.marker).map(|(_, node)| node);
            named.find(|word| is_one(self.failure, *word)).or_else(|| self.failure_below(node, is_one))
        })
    }
}

/// The objects with an inner verdict: each item of a list has its own.
fn objects(node: Node<'_>) -> Vec<Node<'_>> {
    if node.kind() == Kind::List { node.items().collect() } else { vec![node] }
}

/// The rest of a key that stands in the object `above`.
fn inside<'k>(key: &'k str, above: &str) -> Option<&'k str> {
    key.strip_prefix(above)?.strip_prefix('/')
}

/// The words for an error text.
pub(super) fn words(words: &[Word<'_>]) -> String {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

/// What stands under a key, or under `a/b`; of several the last, as PHP, Python and JavaScript read it.
fn last<'t>(root: Node<'t>, key: &str) -> Option<Node<'t>> {
    match key.split_once('/') {
        None => root.entries().filter(|(name, _)| *name == key).last().map(|(_, node)| node),
        Some((above, key)) => last(last(root, above)?, key),
    }
}

/// The second one under a key.
fn again<'t>(node: Node<'t>, key: &str) -> Option<Node<'t>> {
    node.entries().filter(|(name, _)| *name == key).nth(1).map(|(_, node)| node)
}

/// The most fields with errors that are kept, and the most texts of them all: a hostile answer must not fill memory.
const KEPT: usize = 100;

/// Field errors in all their shapes: texts, lists of texts, lists of lists, with or without a field name.
pub(super) fn field_faults(node: Node<'_>) -> Vec<FieldFault> {
    let mut left = KEPT;
    let mut fault = |field: &str, node| {
        let mut messages = Vec::new();
        texts(node, &mut left, &mut messages);
        FieldFault { field: field.to_owned(), messages }
    };
    match node.kind() {
        Kind::Map => node.entries().take(KEPT).map(|(field, node)| fault(field, node)).collect(),
        Kind::Null => Vec::new(),
        _ => Some(fault("", node)).filter(|fault| !fault.messages.is_empty()).into_iter().collect(),
    }
}

/// Adds the texts below a node, as many as are left. The readers limit the depth.
fn texts(node: Node<'_>, left: &mut usize, messages: &mut Vec<String>) {
    if let Some(text) = node.as_str().filter(|_| *left > 0) {
        *left -= 1;
        messages.push(text.to_owned());
    }
    for inner in node.items().chain(node.entries().map(|(_, node)| node)) {
        if *left == 0 {
            return;
        }
        texts(inner, left, messages);
    }
}

#[cfg(test)]
mod tests {
    use hostkit_wire::{Format, Limits};
    use http::HeaderMap;

    use super::*;
    use crate::codec::{Field, Table};
    use crate::info::{ApiInfo, Effect, EndpointInfo};
    use crate::leniency::Leniency;

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
            (self.0 != "late").then_some(FaultKind::Other)
        }
    }

    const FAULTS: EnvelopeFaults<'static> = EnvelopeFaults {
        marker: "status",
        success: &[Word::Text("ok"), Word::Number("1")],
        failure: &[Word::Text("fail")],
        inner: &["queue/status", "task/status"],
        code: &["code", "queue/code", "other/code"],
        no_code: &["0"],
        message: &["message", "queue/message"],
        auth: &["wrong key"],
        details: &["details"],
        fields: "errors",
        accepted: &[("31", "it is paid later")],
        verify: &["late"],
        undone: &["42"],
    };

    const ACT: CallFacts<'static> = CallFacts {
        endpoint: "order",
        acts: true,
        may_lack_marker: false,
        is_each: false,
        is_raw: false,
        statuses: [&[], &[]],
        phrase: "",
    };
    const READ: CallFacts<'static> = CallFacts { acts: false, ..ACT };

    fn judged(status: u16, facts: CallFacts<'_>, body: &str) -> Verdict<Code> {
        let document = hostkit_wire::parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).ok();
        FAULTS.verdict_on(status, document.as_ref().map(|document| document.root()), facts)
    }

    /// The text of a doubt.
    fn doubt_of(verdict: Verdict<Code>) -> String {
        match verdict {
            Verdict::Unclear(error) => error.to_string(),
            verdict => panic!("no doubt: {verdict:?}"),
        }
    }

    fn fault_of(verdict: Verdict<Code>) -> Fault<Code> {
        match verdict {
            Verdict::Fault(fault) => fault,
            verdict => panic!("no fault: {verdict:?}"),
        }
    }

    #[test]
    fn the_marker_decides() {
        for body in [r#"{"status":"ok"}"#, r#"{"status":1}"#, r#"{"status":"ok","code":"0"}"#] {
            assert_eq!(judged(200, ACT, body), Verdict::Success, "{body}");
        }
        assert_eq!(fault_of(judged(200, ACT, r#"{"status":"fail","message":"no"}"#)).message, "no");
        for body in [r#"{"status":"OK"}"#, r#"{"status":"1"}"#, r#"{"status":"done"}"#, r#"{"status":null}"#] {
            let said = doubt_of(judged(200, ACT, body));
            assert!(said.contains(r#"answer.status: expected "ok" or 1, found"#), "{said}");
            assert_eq!(judged(500, ACT, body), Verdict::Unrecognised, "{body}");
        }
        for body in ["[]", r#""ok""#, "", "<html>"] {
            assert_eq!(judged(200, ACT, body), Verdict::Unrecognised, "{body}");
        }
    }

    #[test]
    fn without_the_marker_only_a_read_may_succeed() {
        let may_lack = CallFacts { may_lack_marker: true, ..READ };
        for facts in [ACT, READ, CallFacts { may_lack_marker: true, ..ACT }] {
            assert!(doubt_of(judged(200, facts, r#"{"id":7}"#)).contains(r#"expected "ok" or 1, found nothing"#));
        }
        assert_eq!(judged(200, may_lack, r#"{"id":7}"#), Verdict::Success);
        assert!(doubt_of(judged(200, may_lack, r#"{"id":7,"code":"9"}"#)).contains("no code beside the data"));
        assert_eq!(judged(404, may_lack, r#"{"id":7}"#), Verdict::Unrecognised);
    }

    #[test]
    fn a_success_that_is_no_document_needs_no_marker() {
        let raw = CallFacts { is_raw: true, ..READ };
        for body in ["", "PNG", "[1]", r#"{"id":7}"#] {
            assert_eq!(judged(200, raw, body), Verdict::Success, "{body}");
            assert_eq!(judged(500, raw, body), Verdict::Unrecognised, "{body}");
        }
        assert_eq!(fault_of(judged(200, raw, r#"{"status":"fail","message":"no"}"#)).message, "no");
    }

    #[test]
    fn what_contradicts_a_success_is_in_doubt() {
        for (body, found) in [
            (r#"{"status":"ok","code":"7"}"#, "answer.code: expected no code of a fault beside a success"),
            (r#"{"status":"ok","data":{"status":"fail"}}"#, "no failure inside a success"),
            (r#"{"status":"ok","data":[{"a":[{"status":"fail"}]}]}"#, "no failure inside a success"),
            (r#"{"status":"ok","queue":{"status":"fail"}}"#, "answer.queue.status"),
            (r#"{"status":"ok","queue":{"status":"fail","code":"41"}}"#, "answer.queue.status"),
            (r#"{"status":"ok","queue":{"status":"maybe"}}"#, "answer.queue.status"),
            (r#"{"status":"ok","queue":{"status":"maybe","code":"42"}}"#, "answer.queue.status"),
            (r#"{"status":"ok","queue":{"id":1}}"#, "answer.queue.status"),
            (r#"{"status":"ok","queue":7}"#, "answer.queue.status"),
        ] {
            let said = doubt_of(judged(200, ACT, body));
            assert!(said.contains(found), "{body}: {said}");
        }
        assert!(doubt_of(judged(500, ACT, r#"{"status":"ok"}"#)).contains("\"ok\" under status 500"));
        for body in [
            r#"{"status":"ok","data":{"status":"ok","state":"fail"}}"#,
            r#"{"status":"ok","queue":{"status":"ok"}}"#,
            r#"{"status":"ok","queue":null,"task":{"status":"ok"}}"#,
            r#"{"status":"ok","queue":[]}"#,
        ] {
            assert_eq!(judged(200, ACT, body), Verdict::Success, "{body}");
        }
        assert_eq!(
            judged(200, READ, r#"{"status":"ok","data":{"status":"fail"}}"#),
            Verdict::Success,
            "data of a read"
        );
        assert_eq!(judged(200, ACT, r#"{"status":"ok","code":"31"}"#), Verdict::Accepted("it is paid later"));
        assert!(doubt_of(judged(200, ACT, r#"{"status":"ok","queue":{},"task":{"status":"no"}}"#)).contains("task"));
        assert!(doubt_of(judged(200, READ, r#"{"status":"ok","queue":{"status":"no"}}"#)).contains("queue"));
    }

    #[test]
    fn a_failure_inside_a_success_did_nothing_only_where_its_code_says_so() {
        let body = r#"{"status":"ok","message":"outer","queue":{"status":"fail","code":"42","message":"full"}}"#;
        let fault = fault_of(judged(200, ACT, body));
        assert_eq!((fault.code, fault.message.as_str(), fault.verify), (Some(Code("42".into())), "full", true));
        let fault = fault_of(judged(200, READ, r#"{"status":"ok","queue":{"status":"fail","message":""}}"#));
        assert_eq!((fault.code, fault.message.as_str(), fault.verify), (None, "", true), "a read did nothing");
        let elsewhere = r#"{"status":"ok","code":"42","queue":{"status":"fail"}}"#;
        assert!(doubt_of(judged(200, ACT, elsewhere)).contains("answer.queue.status"), "the code of the outer success");
    }

    #[test]
    fn each_item_of_a_list_has_a_verdict_of_its_own() {
        let answer = |word: &str, items: &str| format!(r#"{{"status":"{word}","queue":[{items}]}}"#);
        let (ok, full) = (r#"{"status":"ok"}"#, r#"{"status":"fail","code":"42","message":"full"}"#);
        let (other, silent) = (r#"{"status":"fail","code":"41"}"#, r#"{"status":"fail"}"#);
        assert_eq!(judged(200, ACT, &answer("ok", ok)), Verdict::Success);
        assert_eq!(judged(200, ACT, &answer("ok", &[ok, ok].join(","))), Verdict::Success);
        for all in [full.to_owned(), [full, full].join(",")] {
            let fault = fault_of(judged(200, ACT, &answer("ok", &all)));
            assert_eq!((fault.code, fault.message.as_str(), fault.verify), (Some(Code("42".into())), "full", true));
        }
        for part in [
            [ok, full],
            [full, ok],
            [full, other],
            [full, silent],
            [ok, r#"{"id":7}"#],
            [full, r#"{"status":"maybe"}"#],
            [ok, r#"{"status":"ok","code":"9"}"#],
            [ok, r#"{"status":"ok","status":"fail"}"#],
        ] {
            let said = doubt_of(judged(200, ACT, &answer("ok", &part.join(","))));
            assert!(said.contains("answer.queue.status"), "{part:?}: {said}");
        }
        for part in [[ok, full], [full, ok], [ok, "7"]] {
            let said = doubt_of(judged(200, ACT, &answer("fail", &part.join(","))));
            assert!(said.contains("no success inside a failure"), "{part:?}: {said}");
        }
        assert!(fault_of(judged(200, ACT, &answer("fail", full))).verify);
        assert!(doubt_of(judged(200, READ, &answer("ok", &[ok, full].join(",")))).contains("queue"));
    }

    #[test]
    fn a_code_with_which_nothing_was_done_counts_under_any_status() {
        let fault = fault_of(judged(500, ACT, r#"{"status":"fail","code":"42"}"#));
        assert!(!fault.is_of_a_failed_server() && !fault.verify, "{fault:?}");
        assert!(fault_of(judged(500, ACT, r#"{"status":"fail","code":"43"}"#)).is_of_a_failed_server());
    }

    #[test]
    fn a_success_inside_a_failure_is_in_doubt() {
        let said = doubt_of(judged(200, ACT, r#"{"status":"fail","queue":{"status":"ok"}}"#));
        assert!(said.contains("answer.queue.status: expected no success inside a failure"), "{said}");
        assert!(fault_of(judged(200, ACT, r#"{"status":"fail","queue":{"status":"fail"}}"#)).verify);
    }

    #[test]
    fn what_is_there_twice_could_be_either() {
        for body in [
            r#"{"status":"ok","status":"fail"}"#,
            r#"{"status":"fail","code":"1","code":"2"}"#,
            r#"{"status":"fail","details":"1","details":"2"}"#,
            r#"{"status":"ok","queue":{"status":"ok"},"queue":{}}"#,
            r#"{"status":"ok","queue":{"status":"ok","status":"fail"}}"#,
        ] {
            let said = doubt_of(judged(200, ACT, body));
            assert!(said.contains("expected it once, found it twice"), "{body}: {said}");
        }
        // Of a read the last one counts, as PHP, Python and JavaScript read it.
        assert_eq!(judged(200, READ, r#"{"status":"fail","status":"ok"}"#), Verdict::Success);
        let last = fault_of(judged(200, READ, r#"{"status":"fail","code":"1","code":"2"}"#));
        assert_eq!(last.code, Some(Code("2".into())));
        // What is no key of the envelope is data; an empty name is none.
        assert_eq!(judged(200, ACT, r#"{"status":"ok","id":1,"id":2,"":1,"":2}"#), Verdict::Success);
        let nameless = EnvelopeFaults { details: &[], fields: "", ..FAULTS };
        let document = hostkit_wire::parse(Format::Json, br#"{"status":"ok","":1,"":2}"#, &Limits::DEFAULT).unwrap();
        assert_eq!(nameless.verdict_on::<Code>(200, Some(document.root()), ACT), Verdict::Success);
    }

    #[test]
    fn a_fault_says_what_the_envelope_says() {
        let body = r#"{"status":"fail","code":"","other":{"code":"9"},"message":"","queue":{"message":"busy"},
            "details":"at length","errors":{"name":["is taken","is short"],"disk":{"a":[["too big"]]}}}"#;
        let fault = fault_of(judged(400, ACT, body));
        assert_eq!(fault.code, Some(Code("9".into())));
        assert_eq!((fault.message.as_str(), fault.details.as_str(), fault.verify), ("busy", "at length", false));
        let fields: Vec<(&str, Vec<&str>)> = fault
            .fields
            .iter()
            .map(|field| (field.field.as_str(), field.messages.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(fields, [("name", vec!["is taken", "is short"]), ("disk", vec!["too big"])]);
        assert!(fault.marker.is_empty());

        assert!(fault_of(judged(200, ACT, r#"{"status":"fail","code":"late"}"#)).verify, "the catalogue says so");
        assert!(!fault_of(judged(200, ACT, r#"{"status":"fail","code":"9"}"#)).verify);
        assert!(fault_of(judged(200, ACT, r#"{"status":"fail","message":"no"}"#)).verify, "it may be an internal one");
        assert!(!fault_of(judged(400, ACT, r#"{"status":"fail","message":"no"}"#)).verify);
    }

    #[test]
    fn wrong_credentials_are_known_by_their_text() {
        let kind = |body: &str| fault_of(judged(400, ACT, body)).kind;
        assert_eq!(kind(r#"{"status":"fail","message":" Wrong Key "}"#), FaultKind::Auth);
        assert_eq!(kind(r#"{"status":"fail","message":"no key"}"#), FaultKind::InvalidArgument);
        assert_eq!(kind(r#"{"status":"fail","message":"wrong key","code":"9"}"#), FaultKind::Other, "the code counts");
    }

    #[test]
    fn a_fault_without_words_is_named_by_its_marker() {
        let marker = |body: &str| fault_of(judged(400, ACT, body)).marker;
        assert_eq!(marker(r#"{"status":"fail"}"#), r#"`status` is "fail""#);
        for said in [r#""code":"9""#, r#""message":"no""#, r#""details":"no""#, r#""errors":{"a":"b"}"#] {
            assert_eq!(marker(&format!(r#"{{"status":"fail",{said}}}"#)), "", "{said}");
        }
    }

    #[test]
    fn a_code_is_a_text_or_a_number_that_says_something() {
        for none in ["null", "[]", "{}", "false", r#""""#, r#""0""#, "0"] {
            let body = format!(r#"{{"status":"ok","code":{none}}}"#);
            assert_eq!(judged(200, ACT, &body), Verdict::Success, "{none}");
        }
        for some in ["[1]", r#"{"a":1}"#, "true", r#""1""#, "1"] {
            let body = format!(r#"{{"status":"ok","code":{some}}}"#);
            assert!(doubt_of(judged(200, ACT, &body)).contains("answer.code"), "{some}");
        }
    }

    #[test]
    fn errors_of_fields_come_in_all_shapes_and_in_bounded_number() {
        let fields = |value: &str| {
            let body = format!(r#"{{"status":"fail","message":"no","errors":{value}}}"#);
            fault_of(judged(400, ACT, &body)).fields
        };
        assert_eq!(fields("null"), []);
        assert_eq!(fields("[]"), []);
        assert_eq!(fields(r#""bad""#), [FieldFault { field: String::new(), messages: vec!["bad".into()] }]);
        assert_eq!(fields("{}"), []);
        assert_eq!(fields(r#"{"a":[]}"#), [FieldFault { field: "a".into(), messages: vec![] }]);
        let many = format!("[{}]", vec![r#""x""#; KEPT + 1].join(","));
        assert_eq!(fields(&many)[0].messages.len(), KEPT);
        // Those of the first field leave so many for the next ones.
        let two = fields(&format!(r#"{{"a":[{}],"b":["y","y","y"]}}"#, vec![r#""x""#; KEPT - 2].join(",")));
        assert_eq!((two[0].messages.len(), two[1].messages.len()), (KEPT - 2, 2));
        let last = fields(&format!(r#"{{"a":[{}],"b":"y"}}"#, vec![r#""x""#; KEPT].join(",")));
        assert_eq!((last[0].messages.len(), last[1].messages.len()), (KEPT, 0));
        let names: Vec<String> = (0..=KEPT).map(|number| format!(r#""f{number}":"x""#)).collect();
        assert_eq!(fields(&format!("{{{}}}", names.join(","))).len(), KEPT);
    }

    #[test]
    fn an_answer_that_was_read_without_a_tree_is_judged_the_same() {
        const API: ApiInfo = ApiInfo {
            name: "shop",
            formats: &[Format::Json],
            leniency: Leniency { envelope: &["status", "code", "queue"], ..Leniency::STRICT },
            ..ApiInfo::DEFAULT
        };
        const ENDPOINT: EndpointInfo = EndpointInfo { name: "get", effect: Effect::Safe, ..EndpointInfo::DEFAULT };
        let faults = EnvelopeFaults { inner: &["queue/status"], code: &["code"], ..FAULTS };
        let bare = EnvelopeFaults { inner: &[], code: &[], ..FAULTS };
        let plain = EnvelopeFaults { inner: &[], code: &["code"], ..FAULTS };
        let headers = HeaderMap::new();
        let judge = |faults: &EnvelopeFaults<'_>, status: u16, body: &str, is_read: bool| {
            let answer = RawAnswer::new(&ENDPOINT, &API, status, &headers, body.as_bytes());
            if is_read {
                const ROOT: &Table = &Table::new("", &[Field::required("id")]);
                assert_eq!(answer.value::<u64>(ROOT), Ok(7), "{body}");
                assert!(!answer.is_parsed(), "{body}");
            }
            faults.verdict::<Code>(&answer)
        };
        for body in [
            r#"{"status":"ok","id":7}"#,
            r#"{"status":1,"code":"0","id":7}"#,
            r#"{"status":"fail","id":7}"#,
            r#"{"status":"ok","code":"9","id":7}"#,
            r#"{"status":"ok","queue":{"status":"fail"},"id":7}"#,
            r#"{"status":"ok","queue":{"status":"ok"},"id":7}"#,
            r#"{"id":7}"#,
        ] {
            for (faults, status) in [(&faults, 200), (&faults, 500), (&bare, 200), (&plain, 200)] {
                let (read, parsed) = (judge(faults, status, body, true), judge(faults, status, body, false));
                assert_eq!(read, parsed, "{status} {body}");
            }
        }
        assert_eq!(judge(&faults, 200, r#"{"status":"ok","id":7}"#, true), Verdict::Success);
        assert!(matches!(judge(&faults, 200, r#"{"status":"fail","id":7}"#, true), Verdict::Fault(_)));
        assert!(matches!(judge(&bare, 200, r#"{"status":"fail","id":7}"#, false), Verdict::Fault(_)));
        assert!(matches!(judge(&faults, 200, r#"{"status":"ok","code":"9","id":7}"#, true), Verdict::Unclear(_)));
    }
}
