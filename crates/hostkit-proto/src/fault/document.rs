//! Faults of an API whose errors are documents with codes and texts at stated places.

use hostkit_wire::{Kind, Node, Value};

use super::envelope::{field_faults, words};
use super::found::{self, Route, is_nothing, is_something, some};
use super::{Fault, FaultCode, FaultKind, MOST_SHOWN, PART, Verdict, completed, doubt, is_success, root};
use crate::answer::RawAnswer;
use crate::codec::{describe, key_twice};
use crate::info::CallFacts;
use crate::place;
use crate::word::Word;

/// The status of an answer whose items have verdicts of their own: it is a success.
const ITEM_STATUS: u16 = 200;

/// One layout of an error document. Places are paths such as `error/code`: `*` is any name, a number an item of a list.
#[derive(Debug, Clone, Copy)]
pub struct ErrorLayout<'a> {
    /// What shows by being there that the answer is a fault, under any status. Without it, a failing status does.
    pub present: &'a str,
    /// The only key of a document that says no by its failing status alone: it has no value. The empty key is an empty
    /// body, under a failing status whose meaning is known.
    pub bare: Option<&'a str>,
    /// Places of the code; the first one with a code counts.
    pub code: &'a [&'a str],
    /// Places of the short text; the first one with a text counts.
    pub message: &'a [&'a str],
    /// Places of the longer text; the first one with a text counts.
    pub details: &'a [&'a str],
    /// Place of the errors of single fields.
    pub fields: &'a str,
}

/// An API whose errors are documents, usually with a failing HTTP status: `{"error":{"code":"not_found"}}`.
#[derive(Debug, Clone, Copy)]
pub struct DocumentFaults<'a> {
    /// The layouts, tried in this order.
    pub layouts: &'a [ErrorLayout<'a>],
    /// Parts of texts of faults without a code, in any case of letters, and the codes that they stand for.
    pub texts: &'a [(&'a str, &'a str)],
    /// Codes that leave open whether the call was carried out.
    pub verify: &'a [&'a str],
    /// Codes with which nothing was done, under any status.
    pub undone: &'a [&'a str],
    /// Path to the marker that every success has, in which `*` is any name and lists are no step; empty if there is none.
    pub marker: &'a str,
    /// Markers of success.
    pub success: &'a [Word<'a>],
}

impl DocumentFaults<'_> {
    /// Judges an answer.
    pub fn verdict<C: FaultCode>(&self, answer: &RawAnswer<'_>) -> Verdict<C> {
        let facts = answer.facts();
        if answer.is_empty() {
            return completed(self.verdict_on_nothing(answer.status(), facts), answer);
        }
        // A success of a read is parsed only where something in it can be a fault.
        let is_unmarked = self.marker.is_empty() && self.layouts.iter().all(|layout| layout.present.is_empty());
        let says_nothing = is_success(answer.status()) && !facts.acts && is_unmarked;
        let root = if says_nothing { None } else { root(answer) };
        completed(self.verdict_on(answer.status(), root, facts), answer)
    }

    /// Judges an answer without a body by its status. Any server on the way may send such an answer, and that something
    /// is not there would show that a deletion happened: this no empty body says.
    pub fn verdict_on_nothing<C: FaultCode>(&self, status: u16, facts: CallFacts<'_>) -> Verdict<C> {
        let meaning = facts.meaning(status).map(|meaning| meaning.kind).filter(|_| !is_success(status));
        let is_said = meaning.is_some_and(|kind| !matches!(kind, FaultKind::NotFound | FaultKind::Empty));
        if !is_said || self.layouts.iter().all(|layout| layout.bare != Some("")) {
            return self.verdict_on(status, None, facts);
        }
        // Any server on the way may say something in its status line, which stands for no code then.
        let mut fault = Fault::new(status, None, facts.phrase, "").with_status(&facts);
        fault.name_by(&facts, || "an empty body".to_owned());
        Verdict::Fault(fault)
    }

    /// Judges an answer by its status and the root of its document, if that is readable.
    pub fn verdict_on<C: FaultCode>(&self, status: u16, root: Option<Node<'_>>, facts: CallFacts<'_>) -> Verdict<C> {
        let is_success = is_success(status);
        let Some(root) = root else {
            let needs_none = self.marker.is_empty() || facts.is_raw;
            return if is_success && needs_none { Verdict::Success } else { Verdict::Unrecognised };
        };
        // A text without letters says as much as a body without bytes.
        if !is_success && matches!(root.kind(), Kind::Text | Kind::Null) && is_nothing(root) {
            return self.verdict_on_nothing(status, facts);
        }
        // Where each item is given with its own verdict, that of the answer is about what stands beside them.
        let is_each = facts.is_each && !facts.acts;
        let is_marked = !self.marker.is_empty() && !is_each;
        let marks = if is_marked { place::all(root, self.marker) } else { Vec::new() };
        for layout in self.layouts.iter().filter(|layout| !is_each || self.inside(layout.present).is_none()) {
            let route = self.shown(root, layout.present);
            let is_shown = route.is_some() || self.marker.is_empty() && some(root, layout.present).is_some();
            let is_possible = is_shown || layout.present.is_empty() && !is_success;
            // All that a fault says is of the result that shows it.
            let at = |path: &str| match &route {
                Some(route) => route.beside(path),
                None => some(root, path),
            };
            if let Some(mut fault) =
                is_possible.then(|| self.fault(status, root, layout, is_shown, at, &facts)).flatten()
            {
                let mut faults =
                    if self.marker.is_empty() { Vec::new() } else { self.all_faults::<C>(status, root, &facts) };
                // A success beside a fault: a part may have been carried out.
                return match marks.iter().find(|mark| facts.acts && self.is_word(**mark)) {
                    Some(_) if is_success && facts.is_each && self.is_told::<C>(root) => Verdict::Accepted(PART),
                    Some(mark) => {
                        let all: Vec<String> = faults.iter().take(MOST_SHOWN).map(|(_, one)| one.to_string()).collect();
                        let found = format!("{} beside {}", describe(*mark), all.join(", and "));
                        Verdict::Unclear(doubt(&facts, self.marker, "no success beside a fault", found, *mark))
                    }
                    None => {
                        self.join_others(&mut fault, root, &marks, &facts);
                        let shown = route.map(|route| route.end.index());
                        faults.retain(|(index, _)| Some(*index) != shown);
                        fault.others = faults.into_iter().map(|(_, other)| other).collect();
                        Verdict::Fault(fault)
                    }
                };
            }
        }
        if !is_success {
            return Verdict::Unrecognised;
        }
        // An error that shows by what is there was found above.
        let layouts = self.layouts.iter().filter(|layout| layout.present.is_empty());
        let code = layouts.flat_map(|layout| layout.code).find_map(|path| Some((*path, some(root, path)?)));
        match code.filter(|_| facts.acts) {
            Some((path, node)) if is_error(root, path, self.layouts) => {
                let found = format!("an error under status {status}");
                Verdict::Unclear(doubt(&facts, path, "no error document", found, node))
            }
            _ if is_marked => self.marked(root, &marks, facts),
            _ => Verdict::Success,
        }
    }

    /// Judges an answer without a fault by its markers, each of which has to be a word of success, and there once.
    fn marked<C: FaultCode>(&self, root: Node<'_>, marks: &[Node<'_>], facts: CallFacts<'_>) -> Verdict<C> {
        let in_doubt =
            |expected: String, found: String, at| Verdict::Unclear(doubt(&facts, self.marker, expected, found, at));
        let expected = || words(self.success);
        if let Some(mark) = marks.iter().find(|mark| !self.is_word(**mark)) {
            return in_doubt(expected(), describe(*mark), *mark);
        }
        if let Some((above, key)) = self.marker.rsplit_once('/').or(Some(("", self.marker))).filter(|_| facts.acts) {
            let above = if above.is_empty() { vec![root] } else { place::all(root, above) };
            let objects = above.into_iter().flat_map(|node| node.items().chain([node]).collect::<Vec<_>>());
            let mut twice = objects.filter(|node| node.entries().filter(|(name, _)| *name == key).nth(1).is_some());
            if let Some(node) = twice.next() {
                return in_doubt("it once".to_owned(), "it twice".to_owned(), node);
            }
        }
        if facts.is_each && facts.acts && !self.is_told::<C>(root) {
            return in_doubt("a verdict in each result".to_owned(), "one without".to_owned(), root);
        }
        let may_lack = facts.is_raw || !facts.acts && facts.may_lack_marker;
        match marks.first() {
            None if !may_lack => in_doubt(expected(), "nothing".to_owned(), root),
            _ => Verdict::Success,
        }
    }

    /// Where each result has a verdict, the fault of one says nothing of the others: what any of them leaves open is open.
    fn join_others<'t, C: FaultCode>(
        &self,
        fault: &mut Fault<C>,
        root: Node<'t>,
        marks: &[Node<'t>],
        facts: &CallFacts<'_>,
    ) {
        if self.marker.is_empty() {
            return;
        }
        let paths = || self.layouts.iter().flat_map(|layout| layout.code);
        let mut codes: Vec<Node<'_>> = self.layouts.iter().flat_map(|layout| codes(root, layout)).collect();
        codes.sort_by_key(|node| node.index());
        codes.dedup_by_key(|node| node.index());
        for code in codes.iter().filter_map(|node| node.as_str()) {
            let other = Fault::new(fault.status, Some(C::from_text(code)), "", "").with_status(facts);
            let other = other.with_catalogue(self.verify, self.undone);
            fault.verify |= other.verify || other.is_of_a_failed_server();
            fault.undone &= other.undone;
            if other.code != fault.code {
                fault.make_part();
            }
        }
        let mut refused = found::routes(root, self.marker);
        refused.retain(|route| !self.is_word(route.end));
        let has_code = |route: &Route<'_, '_>| paths().any(|path| route.beside(path).is_some());
        let have_codes = refused.iter().all(has_code);
        fault.verify |= is_success(fault.status) && !have_codes;
        // What a result without a code did is not said.
        fault.undone &= have_codes;
        if !have_codes && fault.code.is_some() || marks.iter().any(|mark| self.is_word(*mark)) {
            fault.make_part();
        }
    }

    /// Judges one item of a list in which each has a marker of its own: one without it is a fault, too.
    pub fn in_item<C: FaultCode>(&self, item: Node<'_>) -> Option<Fault<C>> {
        let facts = CallFacts::default();
        for layout in self.layouts {
            let routes = self.inside(layout.present).map(|present| found::routes(item, present)).unwrap_or_default();
            if let Some(route) = routes.into_iter().find(|route| is_something(&route.end)) {
                let at = |path: &str| route.beside(self.inside(path)?);
                return self.fault(ITEM_STATUS, item, layout, true, at, &facts);
            }
        }
        let key = self.marker.rsplit('/').next().unwrap_or_default();
        let marks: Vec<Node<'_>> = item.entries().filter(|(name, _)| *name == key).map(|(_, mark)| mark).collect();
        let found = match marks.as_slice() {
            [mark] if self.is_word(*mark) => return None,
            [] => "absent".to_owned(),
            [mark, ..] => describe(*mark),
        };
        let mut fault = Fault::new(ITEM_STATUS, None, "", "");
        fault.name_by(&facts, || format!("`{key}` is {found}"));
        Some(fault)
    }

    /// The item that is this fault: the reverse of [`DocumentFaults::in_item`].
    pub fn item<C: FaultCode>(&self, fault: &Fault<C>) -> Value {
        let layouts = || self.layouts.iter().filter(|layout| self.inside(layout.present).is_some());
        let layout = layouts().find(|layout| layout.code.is_empty() == fault.code.is_none()).or(layouts().next());
        let key = self.marker.rsplit('/').next().unwrap_or_default();
        // Any word but one of success says no.
        let mut item = Value::Map(vec![(key.to_owned().into(), Value::Text("error".to_owned()))]);
        let code = fault.code.as_ref().map(C::as_str).unwrap_or_default();
        let (codes, messages, details) =
            layout.map(|layout| (layout.code, layout.message, layout.details)).unwrap_or_default();
        let places = [
            (codes.first().copied(), code),
            (messages.first().copied(), &*fault.message),
            (details.first().copied(), &*fault.details),
        ];
        for (path, text) in places {
            if let Some(path) = path.and_then(|path| self.inside(path)).filter(|_| !text.is_empty()) {
                put(&mut item, path, text);
            }
        }
        item
    }

    /// The rest of a path that leads into the objects with the markers, also where it names what the marker's has a `*` for.
    fn inside<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (above, _) = self.marker.rsplit_once('/')?;
        above.split('/').try_fold(path, |rest, step| {
            let (own, behind) = rest.split_once('/')?;
            (own == step || own == "*" || step == "*").then_some(behind)
        })
    }

    fn is_word(&self, mark: Node<'_>) -> bool {
        self.success.iter().any(|word| word.is(mark))
    }

    /// Whether each result says for sure what became of it: by one marker, and where that is no success, by a code that
    /// leaves nothing open.
    fn is_told<C: FaultCode>(&self, root: Node<'_>) -> bool {
        let Some((above, key)) = self.marker.rsplit_once('/') else { return false };
        let results = place::all(root, above).into_iter().flat_map(|node| match node.kind() {
            Kind::List => node.items().collect(),
            _ => vec![node],
        });
        results.into_iter().all(|result| {
            let mut marks = result.entries().filter(|(name, _)| *name == key).map(|(_, mark)| mark);
            let (Some(mark), None) = (marks.next(), marks.next()) else { return false };
            // Of a code that is there twice, each could be meant.
            if key_twice(result).is_some() && !self.is_word(mark) {
                return false;
            }
            match self.in_item::<C>(result) {
                None => true,
                Some(fault) => !self.is_word(mark) && fault.code.is_some() && !fault.verify,
            }
        })
    }

    /// What the results say that are faults, each with the index of what shows it.
    fn all_faults<C: FaultCode>(&self, status: u16, root: Node<'_>, facts: &CallFacts<'_>) -> Vec<(usize, Fault<C>)> {
        let mut faults = Vec::new();
        for (index, layout) in self.layouts.iter().enumerate() {
            for route in found::routes(root, layout.present).into_iter().filter(|route| is_something(&route.end)) {
                let mut before = self.layouts.iter().take(index);
                if before.any(|before| route.beside(before.present).is_some()) {
                    continue;
                }
                let fault = self.fault::<C>(status, root, layout, true, |path| route.beside(path), facts);
                faults.extend(fault.map(|fault| (route.end.index(), fault)));
            }
        }
        faults.sort_by_key(|(index, _)| *index);
        faults
    }

    /// The way to what shows a fault where every result has a marker: it is the first whose marker is no success.
    fn shown<'t, 'p>(&self, root: Node<'t>, present: &'p str) -> Option<Route<'t, 'p>> {
        if self.marker.is_empty() || present.is_empty() {
            return None;
        }
        let mut routes = found::routes(root, present);
        routes.retain(|route| is_something(&route.end));
        let is_refused =
            |route: &Route<'_, '_>| route.all_beside(self.marker).first().is_some_and(|mark| !self.is_word(*mark));
        let first = routes.iter().position(is_refused).unwrap_or_default();
        (!routes.is_empty()).then(|| routes.swap_remove(first))
    }

    /// The fault of a layout; without `present`, a document that has neither its code nor its text is of another layout.
    fn fault<'t, C: FaultCode>(
        &self,
        status: u16,
        root: Node<'t>,
        layout: &ErrorLayout<'_>,
        is_shown: bool,
        at: impl Fn(&str) -> Option<Node<'t>>,
        facts: &CallFacts<'_>,
    ) -> Option<Fault<C>> {
        let text = |path: &&str| at(path).and_then(Node::as_str);
        let code = layout.code.iter().find_map(text);
        let message = layout.message.iter().find_map(text);
        let fields = at(layout.fields).map(field_faults).unwrap_or_default();
        let is_bare = is_bare(root, layout.bare);
        if !is_shown && !is_bare && code.is_none() && message.is_none() && fields.is_empty() {
            return None;
        }
        let details = layout.details.iter().find_map(text).unwrap_or_default();
        let message = facts.text(message.unwrap_or_default(), details);
        let said = message.to_lowercase();
        let by_text = || self.texts.iter().find(|(part, _)| said.contains(&part.to_lowercase())).map(|(_, code)| *code);
        let code = code.or_else(by_text);
        let fault = Fault::new(status, code.map(C::from_text), message, details).with_status(facts);
        let mut fault = fault.with_catalogue(self.verify, self.undone);
        // Under a success, an error without a code may be an internal one, whatever its text says.
        fault.verify |= is_success(status) && code.is_none();
        fault.fields = fields;
        fault.name_by(facts, || match layout.bare.filter(|_| is_bare) {
            Some(key) => format!("nothing but `{key}`"),
            None => format!("`{}` is there", layout.present),
        });
        Some(fault)
    }
}

/// The codes of a layout, of each result the one at the first of its places.
fn codes<'t>(root: Node<'t>, layout: &ErrorLayout<'_>) -> Vec<Node<'t>> {
    let mut codes = Vec::new();
    for (index, path) in layout.code.iter().enumerate() {
        let before = layout.code.iter().take(index);
        let is_first = |route: &Route<'_, '_>| before.clone().all(|before| route.beside(before).is_none());
        codes
            .extend(found::routes(root, path).into_iter().filter(is_first).map(|route| route.end).filter(is_something));
    }
    codes
}

/// Puts a text at a path into an object.
fn put(object: &mut Value, path: &str, text: &str) {
    let (step, rest) = path.split_once('/').unwrap_or((path, ""));
    let Value::Map(entries) = object else { return };
    let inner = match entries.iter().position(|(name, _)| name == step) {
        Some(position) => entries.get_mut(position).map(|(_, inner)| inner),
        None => {
            let inner = if rest.is_empty() { Value::Text(text.to_owned()) } else { Value::Map(Vec::new()) };
            entries.push((step.to_owned().into(), inner));
            entries.last_mut().map(|(_, inner)| inner)
        }
    };
    if let Some(inner) = inner.filter(|_| !rest.is_empty()) {
        put(inner, rest, text);
    }
}

/// Whether a code stands beside a text of its layout: a field called `code` may be any data.
fn is_error(root: Node<'_>, path: &str, layouts: &[ErrorLayout<'_>]) -> bool {
    let mut layouts = layouts.iter().filter(|layout| layout.present.is_empty());
    let layout = layouts.find(|layout| layout.code.contains(&path));
    layout.is_some_and(|layout| layout.message.iter().any(|path| some(root, path).is_some()))
}

/// Whether a document has this key, without a value, and nothing else.
fn is_bare(root: Node<'_>, key: Option<&str>) -> bool {
    let mut entries = root.entries();
    match (entries.next(), entries.next()) {
        (Some((name, node)), None) => !name.is_empty() && key == Some(name) && is_nothing(node),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use hostkit_wire::{Format, Limits};
    use http::HeaderMap;

    use super::{DocumentFaults, ErrorLayout, Word};
    use crate::answer::RawAnswer;
    use crate::fault::{Fault, FaultCode, FaultKind, Verdict};
    use crate::info::{ApiInfo, CallFacts, Effect, EndpointInfo, StatusMeaning};

    const API: ApiInfo = ApiInfo { formats: &[Format::Json], ..ApiInfo::DEFAULT };

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
            (self.0 == "gone").then_some(FaultKind::NotFound)
        }
    }

    const LAYOUT: ErrorLayout<'static> =
        ErrorLayout { present: "", bare: None, code: &[], message: &[], details: &[], fields: "" };

    /// A fault among items that are a value or a fault each is one of its item, however its place is named.
    #[test]
    fn a_place_that_names_what_the_marker_leaves_open_is_in_the_items() {
        const PLACES: [&str; 2] = ["packet/*/*/result/errcode", "packet/server/get/result/errcode"];
        let body = r#"{"packet":{"server":{"get":{"result":[{"status":"ok"},{"status":"error","errcode":"gone"}]}}}}"#;
        let document = hostkit_wire::parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).unwrap();
        for place in PLACES {
            let general = ErrorLayout { present: PLACES[0], code: &[PLACES[0]], ..LAYOUT };
            let layouts = [general, ErrorLayout { present: place, code: &[place], ..LAYOUT }];
            let success = &[Word::Text("ok")];
            let faults = DocumentFaults {
                layouts: &layouts,
                texts: &[],
                verify: &[],
                undone: &[],
                marker: "packet/*/*/result/status",
                success,
            };
            let facts = CallFacts { endpoint: "list", is_each: true, ..CallFacts::default() };
            let verdict = faults.verdict_on::<Code>(200, Some(document.root()), facts);
            assert!(matches!(verdict, Verdict::Success), "{place}: {verdict:?}");
            let specific = DocumentFaults { layouts: &layouts[1..], ..faults };
            let items =
                ["packet", "server", "get", "result"].iter().try_fold(document.root(), |node, step| node.get(step));
            let judged: Vec<_> = items.unwrap().items().map(|item| specific.in_item::<Code>(item)).collect();
            let codes: Vec<_> =
                judged.iter().map(|fault| fault.as_ref().and_then(|fault| fault.code.clone())).collect();
            assert_eq!(codes, [None, Some(Code("gone".to_owned()))], "{place}");
        }
    }

    fn judged(layout: ErrorLayout<'_>, status: u16, acts: bool, format: Format, body: &str) -> Verdict<Code> {
        marked(layout, "", &[], status, acts, format, body)
    }

    fn marked(
        layout: ErrorLayout<'_>,
        marker: &str,
        success: &[Word<'_>],
        status: u16,
        acts: bool,
        format: Format,
        body: &str,
    ) -> Verdict<Code> {
        let document = hostkit_wire::parse(format, body.as_bytes(), &Limits::DEFAULT).ok();
        let texts = &[("already exists", "taken")];
        let faults =
            DocumentFaults { layouts: &[layout], texts, verify: &["late"], undone: &["gone"], marker, success };
        let facts = CallFacts { endpoint: "order", acts, ..CallFacts::default() };
        faults.verdict_on(status, document.as_ref().map(|document| document.root()), facts)
    }

    fn code(verdict: Verdict<Code>) -> Option<String> {
        match verdict {
            Verdict::Fault(fault) => Some(fault.code.map_or_else(|| fault.message.clone(), |code| code.0)),
            _ => None,
        }
    }

    #[test]
    fn a_code_stands_at_any_depth() {
        let paths = ["error/code", "errors/0/code", "*/errorcode", "a/b/c/code", "r/errors/error/0/@code"];
        let layout = ErrorLayout { code: &paths, ..LAYOUT };
        for body in [
            r#"{"error":{"code":"gone"}}"#,
            r#"{"errors":[{"code":"gone"},{"code":"other"}]}"#,
            r#"{"anything":{"errorcode":"gone"}}"#,
            r#"{"a":{"b":{"c":{"code":"gone"}}}}"#,
        ] {
            let verdict = judged(layout, 404, true, Format::Json, body);
            assert_eq!(code(verdict), Some("gone".to_owned()), "{body}");
        }
        for body in [
            r#"<r><errors><error code="gone"/><error code="other"/></errors></r>"#,
            r#"<r><errors><error code="gone"/></errors></r>"#,
        ] {
            assert_eq!(code(judged(layout, 404, true, Format::Xml, body)), Some("gone".to_owned()), "{body}");
        }
    }

    #[test]
    fn an_error_inside_a_success_is_in_doubt_beside_another_form_too() {
        let shown = ErrorLayout { present: "errors", code: &["errors/0/code"], ..LAYOUT };
        let other = ErrorLayout { code: &["*/errorcode"], message: &["*/errortext"], ..LAYOUT };
        let body = br#"{"id":7,"result":"ok","order":{"errorcode":"late","errortext":"Busy."}}"#;
        let document = hostkit_wire::parse(Format::Json, body, &Limits::DEFAULT).expect("a document");
        let verdict = |layouts: &[ErrorLayout<'_>], marker, acts| {
            let facts = CallFacts { endpoint: "order", acts, ..CallFacts::default() };
            let faults =
                DocumentFaults { layouts, texts: &[], verify: &[], undone: &[], marker, success: &[Word::Text("ok")] };
            faults.verdict_on::<Code>(201, Some(document.root()), facts)
        };
        for layouts in [&[other][..], &[shown, other]] {
            for marker in ["", "result"] {
                assert!(matches!(verdict(layouts, marker, true), Verdict::Unclear(_)), "{layouts:?} {marker}");
                assert_eq!(verdict(layouts, marker, false), Verdict::Success);
            }
        }
    }

    #[test]
    fn the_status_is_the_last_word() {
        let layout = ErrorLayout { message: &["message"], ..LAYOUT };
        let Verdict::Fault(fault) = judged(layout, 422, true, Format::Json, r#"{"message":"no such plan"}"#) else {
            panic!("a plain 422 is a no");
        };
        assert_eq!((fault.kind, fault.code, fault.verify), (FaultKind::InvalidArgument, None, false));
        assert_eq!(judged(layout, 422, true, Format::Json, r#"{"text":"no"}"#), Verdict::Unrecognised);
        assert_eq!(judged(layout, 201, true, Format::Json, r#"{"message":"made"}"#), Verdict::Success);
    }

    #[test]
    fn a_text_stands_for_a_code() {
        let layout = ErrorLayout { message: &["message"], ..LAYOUT };
        let verdict = judged(layout, 409, true, Format::Json, r#"{"message":"The name Already Exists."}"#);
        assert_eq!(code(verdict), Some("taken".to_owned()));
    }

    #[test]
    fn what_is_there_makes_it_a_fault_under_any_status() {
        let layout = ErrorLayout { present: "error", code: &["error/code"], message: &["error"], ..LAYOUT };
        assert_eq!(code(judged(layout, 200, true, Format::Json, r#"{"error":"no"}"#)), Some("no".to_owned()));
        for nothing in [r#"{"error":null}"#, r#"{"error":""}"#, r#"{"error":[]}"#, r#"{"error":false}"#, "{}"] {
            assert_eq!(judged(layout, 200, true, Format::Json, nothing), Verdict::Success, "{nothing}");
        }
        let Verdict::Fault(fault) = judged(layout, 200, true, Format::Json, r#"{"error":"no"}"#) else {
            panic!("a fault")
        };
        assert!(fault.verify, "a success status and no code: it may have been carried out");
        let Verdict::Fault(fault) = judged(layout, 200, true, Format::Json, r#"{"error":{"code":"late"}}"#) else {
            panic!("a fault");
        };
        assert!(fault.verify, "the catalogue says so");
    }

    #[test]
    fn an_error_inside_a_success_is_in_doubt() {
        let layout = ErrorLayout { code: &["error/code"], message: &["error/message"], ..LAYOUT };
        let body = r#"{"error":{"code":"gone","message":"no"}}"#;
        assert!(matches!(judged(layout, 200, true, Format::Json, body), Verdict::Unclear(_)));
        assert_eq!(judged(layout, 200, false, Format::Json, body), Verdict::Success, "a read decodes or fails");
        let twice = r#"{"error":{"code":"gone"},"error":{"code":"other"}}"#;
        assert_eq!(judged(layout, 404, true, Format::Json, twice), Verdict::Unrecognised, "it could be either");
    }

    #[test]
    fn a_marker_stands_at_any_depth_and_in_every_item() {
        let paths = ["packet/*/*/result/errcode", "packet/system/errcode"];
        let layout = ErrorLayout { present: paths[0], code: &paths, ..LAYOUT };
        let judged = |acts, body: &str| {
            let success = [Word::Text("ok")];
            marked(layout, "packet/*/*/result/status", &success, 200, acts, Format::Xml, body)
        };
        let result =
            |results: &str| format!("<packet version=\"1\"><customer><get>{results}</get></customer></packet>");
        let ok = "<result><status>ok</status><id>3</id></result>";
        let error = "<result><status>error</status><errcode>gone</errcode></result>";
        for acts in [true, false] {
            assert_eq!(judged(acts, &result(ok)), Verdict::Success);
            assert_eq!(judged(acts, &result(&[ok, ok].concat())), Verdict::Success);
            assert_eq!(code(judged(acts, &result(error))), Some("gone".to_owned()));
            for body in
                ["", "<result><id>3</id></result>", "<result><status>OK</status></result>", "<status>ok</status>"]
            {
                assert!(matches!(judged(acts, &result(body)), Verdict::Unclear(_)), "{acts} {body}");
            }
        }
        let part = result(&[ok, error].concat());
        let Verdict::Unclear(part_of) = judged(true, &part) else { panic!("a part may have been carried out") };
        assert!(part_of.to_string().contains("found \"ok\" beside 200 gone"), "{part_of}");
        let other = error.replace("gone", "late");
        let Verdict::Unclear(part_of) = judged(true, &result(&[error, ok, &other].concat())) else { panic!("a part") };
        assert!(part_of.to_string().contains("found \"ok\" beside 200 gone, and 200 late"), "{part_of}");
        assert_eq!(code(judged(false, &part)), Some("gone".to_owned()));
        let twice = result("<result><status>ok</status><status>ok</status></result>");
        assert!(matches!(judged(true, &twice), Verdict::Unclear(_)));
        assert_eq!(judged(false, &twice), Verdict::Success);
        assert_eq!(judged(true, "no document"), Verdict::Unrecognised);
    }

    #[test]
    fn a_code_without_a_text_beside_it_is_data() {
        let layout = ErrorLayout { code: &["error/code"], message: &["error/message"], ..LAYOUT };
        for body in [r#"{"error":{"code":"gone"}}"#, r#"{"error":{"code":"gone","message":""}}"#] {
            assert_eq!(judged(layout, 200, true, Format::Json, body), Verdict::Success, "{body}");
        }
    }

    #[test]
    fn a_fault_without_words_is_named_by_what_shows_it() {
        let layout = ErrorLayout {
            present: "failed",
            bare: None,
            code: &["code"],
            message: &["message"],
            details: &["details"],
            fields: "errors",
        };
        let marker = |said: &str| match judged(layout, 200, true, Format::Json, &format!(r#"{{"failed":true{said}}}"#))
        {
            Verdict::Fault(fault) => fault.marker,
            verdict => panic!("no fault: {verdict:?}"),
        };
        assert_eq!(marker(""), "`failed` is there");
        for said in [r#","code":"1""#, r#","message":"no""#, r#","details":"no""#, r#","errors":{"a":"b"}"#] {
            assert_eq!(marker(said), "", "{said}");
        }
    }

    #[test]
    fn a_bare_key_says_no_by_the_status() {
        let layout = ErrorLayout { bare: Some("data"), message: &["message"], ..LAYOUT };
        let Verdict::Fault(fault) = judged(layout, 401, true, Format::Json, r#"{"data":null}"#) else {
            panic!("a fault");
        };
        assert_eq!((fault.kind, fault.code, fault.marker.as_str()), (FaultKind::Auth, None, "nothing but `data`"));
        for other in ["{}", r#"{"data":{"id":7}}"#, r#"{"data":null,"id":7}"#, r#"{"other":null}"#, "[null]"] {
            assert_eq!(judged(layout, 401, true, Format::Json, other), Verdict::Unrecognised, "{other}");
            assert_eq!(judged(LAYOUT, 401, true, Format::Json, r#"{"data":null}"#), Verdict::Unrecognised);
        }
        assert_eq!(judged(layout, 200, true, Format::Json, r#"{"data":null}"#), Verdict::Success);
    }

    #[test]
    fn a_code_with_which_nothing_was_done_counts_under_any_status() {
        let layout = ErrorLayout { code: &["code"], message: &["message"], ..LAYOUT };
        let fault = |status: u16, body: &str| match judged(layout, status, true, Format::Json, body) {
            Verdict::Fault(fault) => fault,
            verdict => panic!("no fault: {verdict:?}"),
        };
        for status in [400, 500, 503, 599] {
            let undone = fault(status, r#"{"code":"gone"}"#);
            assert!(!undone.is_of_a_failed_server() && !undone.verify, "{undone:?}");
            assert!(format!("{undone:?}").contains("undone: true"));
        }
        for body in [r#"{"code":"late"}"#, r#"{"code":"other"}"#, r#"{"message":"gone"}"#] {
            let open = fault(500, body);
            assert!(open.is_of_a_failed_server(), "{open:?}");
            assert!(!format!("{open:?}").contains("undone"));
        }
    }

    #[test]
    fn what_one_of_several_results_leaves_open_is_open() {
        let layout =
            ErrorLayout { present: "results/code", code: &["results/code"], message: &["results/text"], ..LAYOUT };
        let fault = |status: u16, results: &[&str]| {
            let body = format!(r#"{{"results":[{}]}}"#, results.join(","));
            match marked(layout, "results/status", &[Word::Text("ok")], status, true, Format::Json, &body) {
                Verdict::Fault(fault) => fault,
                verdict => panic!("no fault: {verdict:?}"),
            }
        };
        let (gone, late) = (r#"{"status":"no","code":"gone"}"#, r#"{"status":"no","code":"late"}"#);
        let (plain, silent) = (r#"{"status":"no","code":"7"}"#, r#"{"status":"no"}"#);
        let is_open = |fault: &Fault<Code>| fault.verify || fault.is_of_a_failed_server();
        for (status, results, expected) in [
            (200, [gone, gone], false),
            (200, [gone, plain], false),
            (200, [gone, late], true),
            (200, [late, gone], true),
            (200, [gone, silent], true),
            (200, [silent, gone], true),
            (400, [gone, silent], false),
            (500, [gone, gone], false),
            (500, [gone, plain], true),
            (500, [plain, gone], true),
            (500, [gone, silent], true),
        ] {
            let fault = fault(status, &results);
            assert_eq!(is_open(&fault), expected, "{status} {results:?}: {fault:?}");
        }
    }

    #[test]
    fn what_a_fault_says_is_of_one_result() {
        let paths = ["packet/*/*/result/error/code", "packet/*/*/result/code"];
        let layout = ErrorLayout {
            present: "packet/*/*/result/code",
            code: &paths,
            message: &["packet/*/*/result/text"],
            details: &["packet/*/*/result/id"],
            fields: "packet/*/*/result/fields",
            ..LAYOUT
        };
        let fault = |results: &str| {
            let body = format!("<packet><thing><get>{results}</get></thing></packet>");
            let success = [Word::Text("ok")];
            match marked(layout, "packet/*/*/result/status", &success, 200, false, Format::Xml, &body) {
                Verdict::Fault(fault) => (fault.code.unwrap().0, fault.message, fault.details, fault.fields.len()),
                verdict => panic!("no fault: {verdict:?}"),
            }
        };
        let said = |code: &str, text: &str, id: &str, fields| (code.to_owned(), text.to_owned(), id.to_owned(), fields);
        let silent = "<result><status>no</status><code>1</code></result>";
        let full =
            "<result><status>no</status><code>2</code><text>two</text><id>7</id><fields><a>b</a></fields></result>";
        let ok = "<result><status>ok</status><id>9</id></result>";
        let odd = "<result><status>ok</status><code>3</code><text>three</text></result>";
        let inner = "<result><status>no</status><code>4</code><error><code>5</code></error></result>";
        for (results, expected) in [
            ([silent, full], said("1", "", "", 0)),
            ([full, silent], said("2", "two", "7", 1)),
            ([ok, silent], said("1", "", "", 0)),
            ([ok, full], said("2", "two", "7", 1)),
            // One that says that it is a success is the last to be shown as the fault.
            ([odd, full], said("2", "two", "7", 1)),
            ([odd, ok], said("3", "three", "", 0)),
            ([inner, full], said("5", "", "", 0)),
            ([silent, inner], said("1", "", "", 0)),
        ] {
            assert_eq!(fault(&results.concat()), expected, "{results:?}");
        }
    }

    #[test]
    fn one_of_several_results_does_not_say_that_nothing_is_there() {
        let layout =
            ErrorLayout { present: "r/item/code", code: &["r/item/code"], message: &["r/item/text"], ..LAYOUT };
        let fault = |acts, items: &[&str]| {
            let body = format!("<r>{}</r>", items.concat());
            match marked(layout, "r/item/status", &[Word::Text("ok")], 200, acts, Format::Xml, &body) {
                Verdict::Fault(fault) => (fault.kind, fault.part),
                verdict => panic!("no fault: {verdict:?}"),
            }
        };
        let gone = "<item><status>no</status><code>gone</code></item>";
        let other = "<item><status>no</status><code>7</code></item>";
        let (ok, silent) = ("<item><status>ok</status></item>", "<item><status>no</status></item>");
        for acts in [true, false] {
            assert_eq!(fault(acts, &[gone]), (FaultKind::NotFound, false));
            assert_eq!(fault(acts, &[gone, gone]), (FaultKind::NotFound, false));
            assert_eq!(fault(acts, &[gone, other]), (FaultKind::Other, true));
            assert_eq!(fault(acts, &[gone, silent]), (FaultKind::Other, true));
        }
        assert_eq!(fault(false, &[gone, ok]), (FaultKind::Other, true), "the other was found");
    }

    #[test]
    fn a_result_with_a_code_at_two_places_is_one() {
        let layout = ErrorLayout { present: "r/code", code: &["r/error/code", "r/code"], ..LAYOUT };
        let fault = |body: &str| match marked(layout, "r/ok", &[Word::Flag(true)], 200, false, Format::Json, body) {
            Verdict::Fault(fault) => (fault.code.unwrap().0, fault.kind, fault.part),
            verdict => panic!("no fault: {verdict:?}"),
        };
        let two = r#"{"ok":false,"code":"7","error":{"code":"gone"}}"#;
        assert_eq!(fault(&format!(r#"{{"r":[{two}]}}"#)), ("gone".to_owned(), FaultKind::NotFound, false));
        // What its marker calls a success is the last to be shown, also where the marker is a flag.
        let odd = r#"{"ok":true,"code":"odd"}"#;
        assert_eq!(fault(&format!(r#"{{"r":[{odd},{two}]}}"#)), ("gone".to_owned(), FaultKind::Other, true));
    }

    #[test]
    fn a_status_says_the_kind_of_what_has_no_code_of_the_catalogue() {
        use FaultKind::{Conflict, Internal, NotFound, Temporary, Unsupported};
        let own = [StatusMeaning { status: 405, kind: Temporary, text: "Not now." }];
        let all = [
            StatusMeaning { status: 405, kind: Unsupported, text: "" },
            StatusMeaning { status: 409, kind: Internal, text: "" },
        ];
        let layout = ErrorLayout { bare: Some("data"), code: &["code"], message: &["message"], ..LAYOUT };
        let fault = |status: u16, statuses, body: &str| {
            let document = hostkit_wire::parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).unwrap();
            let (texts, verify, undone) = (&[], &[], &[]);
            let faults = DocumentFaults { layouts: &[layout], texts, verify, undone, marker: "", success: &[] };
            let facts = CallFacts { endpoint: "order", acts: true, statuses, ..CallFacts::default() };
            match faults.verdict_on::<Code>(status, Some(document.root()), facts) {
                Verdict::Fault(fault) => (fault.kind, fault.verify, fault.marker),
                verdict => panic!("no fault: {verdict:?}"),
            }
        };
        let text = r#"{"message":"no"}"#;
        assert_eq!(fault(405, [&[], &[]], text), (Conflict, false, String::new()));
        assert_eq!(fault(405, [&[], &all], text), (Unsupported, false, String::new()));
        assert_eq!(fault(405, [&own, &all], text), (Temporary, false, String::new()));
        assert_eq!(fault(409, [&own, &all], text), (Internal, true, String::new()));
        assert_eq!(fault(405, [&own, &all], r#"{"code":"gone"}"#), (NotFound, false, String::new()));
        assert_eq!(fault(405, [&own, &all], r#"{"code":"7"}"#), (Temporary, false, String::new()));
        let bare = r#"{"data":null}"#;
        assert_eq!(fault(405, [&own, &all], bare), (Temporary, false, "Not now (nothing but `data`)".to_owned()));
    }

    #[test]
    fn an_empty_body_says_no_where_the_meaning_of_its_status_is_known() {
        const KNOWN: &[StatusMeaning<'_>] = &[
            StatusMeaning { status: 204, kind: FaultKind::Other, text: "" },
            StatusMeaning { status: 401, kind: FaultKind::Auth, text: "Wrong key." },
            StatusMeaning { status: 404, kind: FaultKind::NotFound, text: "" },
            StatusMeaning { status: 410, kind: FaultKind::Empty, text: "" },
            StatusMeaning { status: 595, kind: FaultKind::Temporary, text: "" },
        ];
        const SHOP: ApiInfo = ApiInfo { formats: &[Format::Json], statuses: KNOWN, ..ApiInfo::DEFAULT };
        let headers = HeaderMap::new();
        let judged = |bare: Option<&str>, status: u16, body: &str| {
            let info = EndpointInfo { name: "order", effect: Effect::Spends, ..EndpointInfo::DEFAULT };
            let answer = RawAnswer::new(&info, &SHOP, status, &headers, body.as_bytes());
            let layouts = &[ErrorLayout { bare, ..LAYOUT }];
            let faults = DocumentFaults { layouts, texts: &[], verify: &[], undone: &[], marker: "", success: &[] };
            faults.verdict::<Code>(&answer)
        };
        for body in ["", " \n", r#""""#, "null"] {
            let Verdict::Fault(fault) = judged(Some(""), 401, body) else { panic!("a fault: {body:?}") };
            assert_eq!((fault.kind, fault.marker.as_str()), (FaultKind::Auth, "Wrong key (an empty body)"));
            let Verdict::Fault(fault) = judged(Some(""), 595, body) else { panic!("a fault: {body:?}") };
            assert_eq!((fault.kind, fault.marker.as_str()), (FaultKind::Temporary, "an empty body"));
            assert!(fault.is_of_a_failed_server());
            // Any server on the way may send it, and these would show that something was deleted.
            for status in [404, 410, 403, 500, 302] {
                assert_eq!(judged(Some(""), status, body), Verdict::Unrecognised, "{status} {body:?}");
            }
            assert_eq!(judged(Some("data"), 401, body), Verdict::Unrecognised, "{body:?}");
            assert_eq!(judged(None, 401, body), Verdict::Unrecognised, "{body:?}");
            assert_eq!(judged(Some(""), 204, body), Verdict::Success, "{body:?}");
        }
        for body in ["{}", "[]", "0", "false", r#"{"":null}"#, "<html></html>"] {
            assert_eq!(judged(Some(""), 401, body), Verdict::Unrecognised, "{body}");
        }
    }

    /// A read says what a server wrote in plain words; a call that acts is in doubt after any text that is no document.
    #[test]
    fn a_plain_text_says_what_its_status_means_of_a_read_alone() {
        const fn of(status: u16, kind: FaultKind) -> StatusMeaning<'static> {
            StatusMeaning { status, kind, text: "" }
        }
        const KNOWN: &[StatusMeaning<'_>] =
            &[of(595, FaultKind::Temporary), of(401, FaultKind::Auth), of(404, FaultKind::NotFound)];
        const SHOP: ApiInfo = ApiInfo { formats: &[Format::Json], statuses: KNOWN, ..ApiInfo::DEFAULT };
        let headers = HeaderMap::new();
        let judged = |effect: Effect, status: u16, body: &str| {
            let info = EndpointInfo { name: "look", effect, ..EndpointInfo::DEFAULT };
            let answer = RawAnswer::new(&info, &SHOP, status, &headers, body.as_bytes());
            let faults =
                DocumentFaults { layouts: &[LAYOUT], texts: &[], verify: &[], undone: &[], marker: "", success: &[] };
            faults.verdict::<Code>(&answer)
        };
        let Verdict::Fault(fault) = judged(Effect::Safe, 595, "Connection timed out\n") else { panic!("a fault") };
        assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Temporary, "Connection timed out"));
        for (effect, status, body) in [
            (Effect::Spends, 595, "Connection timed out"),
            (Effect::Idempotent, 595, "Connection timed out"),
            (Effect::Safe, 595, "<html>Connection timed out</html>"),
            (Effect::Safe, 595, "{\"error"),
            // Nobody but the API says that credentials are wrong, or that something is not there.
            (Effect::Safe, 401, "no ticket"),
            (Effect::Safe, 404, "not here"),
            // What the spec does not list.
            (Effect::Safe, 502, "Bad Gateway"),
        ] {
            assert_eq!(judged(effect, status, body), Verdict::Unrecognised, "{effect:?} {status} {body}");
        }
    }

    #[test]
    fn a_body_is_parsed_where_it_can_say_something() {
        let layout = ErrorLayout { code: &["error/code"], message: &["error/message"], ..LAYOUT };
        let present = ErrorLayout { present: "error", ..layout };
        let headers = HeaderMap::new();
        let judged = |layout: ErrorLayout<'_>, status: u16, effect: Effect, body: &str| {
            let info = EndpointInfo { name: "order", effect, ..EndpointInfo::DEFAULT };
            let answer = RawAnswer::new(&info, &API, status, &headers, body.as_bytes());
            let faults =
                DocumentFaults { layouts: &[layout], texts: &[], verify: &[], undone: &[], marker: "", success: &[] };
            (faults.verdict::<Code>(&answer), answer.is_parsed())
        };
        let error = r#"{"error":{"code":"gone","message":"no"}}"#;
        for effect in [Effect::Safe, Effect::Spends] {
            assert!(matches!(judged(layout, 404, effect, error), (Verdict::Fault(_), true)), "{effect:?}");
            assert!(matches!(judged(present, 200, effect, error), (Verdict::Fault(_), true)), "{effect:?}");
            assert_eq!(judged(layout, 404, effect, " "), (Verdict::Unrecognised, false));
            assert_eq!(judged(present, 200, effect, " "), (Verdict::Success, false));
        }
        assert!(matches!(judged(layout, 200, Effect::Spends, error), (Verdict::Unclear(_), true)));
        assert_eq!(judged(layout, 200, Effect::Safe, error), (Verdict::Success, false));
    }
}
