//! Faults of an API that puts an envelope with a marker around its answers.

use hostkit_wire::{Kind, Node};

use super::{Fault, FaultCode, FaultKind, FieldFault, Verdict, doubt, is_success, root};
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
    /// Markers of verdicts inside a success, each as `a/b`: the entry `b` of the object `a`, if there is one.
    pub inner: &'a [&'a str],
    /// Keys of the code; the first one with a code counts. `a/b` is the entry `b` of the object `a`.
    pub code: &'a [&'a str],
    /// Codes that stand for none.
    pub no_code: &'a [&'a str],
    /// Keys of the short text, like those of the code; the first one present and not empty counts.
    pub message: &'a [&'a str],
    /// Texts of a fault without a code that mean wrong credentials, in any case of letters.
    pub auth: &'a [&'a str],
    /// Key of the longer text.
    pub details: &'a str,
    /// Key of the object with the errors of single fields.
    pub fields: &'a str,
    /// Codes under which a success is an acceptance, with the reason.
    pub accepted: &'a [(&'a str, &'static str)],
    /// Codes that leave open whether the call was carried out.
    pub verify: &'a [&'a str],
    /// Codes with which nothing was done, even of a failure inside a success.
    pub undone: &'a [&'a str],
}

/// What the words of inner verdicts say.
enum Inner<'t> {
    Nothing,
    Success(Node<'t>),
    Failure(Node<'t>),
    /// Neither, or no verdict at all.
    Other(Node<'t>),
}

impl EnvelopeFaults<'_> {
    /// Judges an answer.
    pub fn verdict<C: FaultCode>(&self, answer: &RawAnswer<'_>) -> Verdict<C> {
        if is_success(answer.status()) && self.is_plain_success(answer) {
            return Verdict::Success;
        }
        self.verdict_on(answer.status(), root(answer), answer.facts())
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
    pub fn verdict_on<C: FaultCode>(&self, status: u16, root: Option<Node<'_>>, facts: CallFacts) -> Verdict<C> {
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
                    (path, Inner::Failure(word)) => {
                        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
                        let code = self.code.iter().filter(|key| key.starts_with(above));
                        let code = code.filter_map(|key| self.code_at(root, key)).find_map(Node::as_str);
                        let is_undone = code.is_some_and(|code| self.undone.contains(&code));
                        if facts.acts && !is_undone {
                            return in_doubt(path, &words(self.success), word);
                        }
                        let message = self.message.iter().filter(|key| key.starts_with(above));
                        let message = message.filter_map(|key| last(root, key)?.as_str()).find(|text| !text.is_empty());
                        let code = code.map(C::from_text);
                        let mut fault = Fault::new(status, code, message.unwrap_or_default(), String::new());
                        // The outer word says that it was done.
                        fault.verify = true;
                        return Verdict::Fault(fault);
                    }
                    (path, Inner::Other(word)) => return in_doubt(path, &words(self.success), word),
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
                if let (path, Inner::Success(word)) = self.inner_verdict(root, &is_one) {
                    return in_doubt(path, "no success inside a failure", word);
                }
                Verdict::Fault(self.fault(status, root, code.and_then(|(_, node)| node.as_str())))
            }
            Some(marker) if is_success => in_doubt(self.marker, &words(self.success), marker),
            Some(_) => Verdict::Unrecognised,
        }
    }

    fn fault<C: FaultCode>(&self, status: u16, root: Node<'_>, code: Option<&str>) -> Fault<C> {
        let text = |key: &str| last(root, key).and_then(Node::as_str);
        let message = self.message.iter().find_map(|key| text(key).filter(|text| !text.is_empty()));
        let details = text(self.details).unwrap_or_default();
        let mut fault = Fault::new(status, code.map(C::from_text), message.unwrap_or_default(), details);
        if code.is_none() && self.auth.iter().any(|text| fault.message.trim().eq_ignore_ascii_case(text)) {
            fault.kind = FaultKind::Auth;
        }
        fault.verify |= code.is_some_and(|code| self.verify.contains(&code));
        // A fault with a success status and without a code may be an internal error, whatever its text says.
        fault.verify |= is_success(status) && code.is_none();
        fault.fields = root.get(self.fields).map(field_faults).unwrap_or_default();
        if fault.code.is_none() && fault.message.is_empty() && fault.details.is_empty() && fault.fields.is_empty() {
            let word = last(root, self.marker).map(describe).unwrap_or_default();
            fault.marker = format!("`{}` is {word}", self.marker);
        }
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
        let single = [self.marker, self.details, self.fields];
        let all = single.into_iter().chain([self.code, self.inner, self.message].into_iter().flatten().copied());
        all.filter(|path| !path.is_empty()).find_map(|path| {
            let (above, key) = path.split_once('/').unwrap_or(("", path));
            if above.is_empty() {
                return Some((path, again(root, key)?));
            }
            let node = again(root, above).or_else(|| again(root.get(above)?, key))?;
            Some((path, node))
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
            return match last(object, key) {
                Some(word) if is_one(self.success, word) => (path, Inner::Success(word)),
                Some(word) if is_one(self.failure, word) => (path, Inner::Failure(word)),
                word => (path, Inner::Other(word.unwrap_or(object))),
            };
        }
        ("", Inner::Nothing)
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

/// Whether it is null or empty.
pub(super) fn is_nothing(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => true,
        Kind::List | Kind::Map => node.is_empty(),
        Kind::Text => node.is_empty_text(),
        Kind::Bool | Kind::Number => false,
    }
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
