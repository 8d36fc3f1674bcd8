//! Walks a document by the types of the model: values, objects, unions. Collects all problems, so that one run reports
//! everything.

use std::collections::HashSet;

use hostkit_proto::codec::{MistakenChoice, one_of};
use hostkit_proto::{Leniency, ListShape, MapShape, Verdict, place};
use hostkit_wire::{Format, Kind, Node};

use super::encode::Chosen;
use super::fields::Fields;
use super::items::Items;
use super::message::Message;
use super::problem::Problem;
use super::scalar::Scalars;
use super::verdict::{self, Code};
use crate::model::{Endpoint, Field, ITSELF, Model, Output, Type, TypeKind, WireName, called, choices};
use crate::resolve::broken_by;
use crate::source::Span;
use crate::surface::Limits;

pub(super) struct Walker<'m> {
    pub(super) model: &'m Model,
    pub(super) problems: Vec<Problem>,
    /// Top-level keys of the document that are not fields.
    pub(super) envelope: Vec<String>,
    /// Index of the node where the answer begins, and those of the nodes that are ignored.
    pub(super) top: usize,
    ignored: HashSet<usize>,
    /// Those of the markers of a success.
    marks: HashSet<usize>,
    /// Places of the totals and of the required fields that were shown.
    pub(super) shown: Vec<Span>,
    /// The variants of groups that a request has.
    pub(super) chosen: Chosen,
    /// Offset of the body in the file.
    pub(super) base: usize,
    /// Path to the current value.
    path: Vec<String>,
    /// The type or endpoint that describes the value, and its spec.
    owner: (String, String),
    /// The limits of the input that is read.
    limits: Limits,
    /// Whether a request is read: limits are those of what is sent.
    pub(super) is_request: bool,
}

/// Maximum length of a value in a message.
const SHOWN: usize = 40;

impl<'m> Walker<'m> {
    pub(super) fn new(model: &'m Model, endpoint: &Endpoint) -> Self {
        Self {
            model,
            problems: Vec::new(),
            envelope: model.service.fault.keys.clone(),
            top: 0,
            ignored: HashSet::new(),
            marks: HashSet::new(),
            shown: Vec::new(),
            chosen: Chosen::new(),
            base: 0,
            path: Vec::new(),
            owner: (endpoint.type_name.clone(), endpoint.spec.clone()),
            limits: Limits::default(),
            is_request: false,
        }
    }

    pub(super) fn scalars(&self) -> Scalars<'m> {
        Scalars { model: self.model }
    }

    /// Runs `read` one step deeper.
    pub(super) fn within(&mut self, step: impl Into<String>, read: impl FnOnce(&mut Self)) {
        self.path.push(step.into());
        read(self);
        self.path.pop();
    }

    /// Reads an input with its limits, which hold for each of its items. Those that differ by host are none of an example.
    pub(super) fn limited(&mut self, field: &Field, read: impl FnOnce(&mut Self)) {
        let holds = self.is_request && field.surface.host_limits.is_empty();
        let own = if holds { field.surface.limits.clone() } else { Limits::default() };
        let outer = std::mem::replace(&mut self.limits, own);
        read(self);
        self.limits = outer;
    }

    /// Checks an input that is one text.
    pub(super) fn limited_text(&mut self, field: &Field, text: &str, offset: usize) {
        if field.ty != Type::Secret {
            self.limited(field, |walker| walker.within(field.wire(), |walker| walker.limits(&field.ty, text, offset)));
        }
    }

    /// Reports a text beyond the limits of the input that is read.
    fn limits(&mut self, ty: &Type, text: &str, offset: usize) {
        let of_type = match ty.item() {
            Type::Named(name) if self.is_request => self.model.types.get(name).map(|entry| entry.limits.clone()),
            _ => None,
        };
        let of_type = of_type.unwrap_or_default();
        let rules = match ty {
            Type::Csv(item, separator) if !of_type.has_length() => {
                broken_by(&self.limits.clone().or(&of_type), &Type::Csv(item.clone(), *separator), text)
            }
            Type::Csv(item, separator) => {
                let parts = text.split(*separator).map(str::trim).filter(|part| !part.is_empty());
                let parts = parts.flat_map(|part| broken_by(&of_type, item, part));
                parts.chain(broken_by(&self.limits, ty, text)).collect()
            }
            _ => broken_by(&self.limits.clone().or(&of_type), ty, text),
        };
        for rule in rules {
            let help = format!("{} says the limits: no client sends such a value", self.owner.1);
            self.report("E0306", offset, &rule, "beyond its limits".to_owned(), help);
        }
    }

    /// Reports a value in one text that is beyond the limits of the whole, and reads its parts, which have their own.
    fn whole(&mut self, ty: &Type, node: Node<'_>, read: impl FnOnce(&mut Self)) {
        if let Some(text) = Leniency::scalar_text(node) {
            self.limits(ty, text, node.offset());
        }
        let outer = std::mem::take(&mut self.limits);
        read(self);
        self.limits = outer;
    }

    /// Passes over a node that no field has.
    pub(super) fn pass(&mut self, node: Node<'_>) {
        self.ignored.insert(node.index());
    }

    fn report(&mut self, code: &'static str, offset: usize, message: &str, label: String, help: String) {
        let path = self.path.join(".").replace(".[", "[");
        let message = if path.is_empty() { message.to_owned() } else { format!("{path}: {message}") };
        self.problems.push(Problem { code, offset: self.base + offset, message, label, help });
    }

    /// Reports a node of the wrong kind.
    pub(super) fn expected(&mut self, expected: &str, node: Node<'_>) {
        self.expected_or(expected, node, None);
    }

    /// Reports a node of the wrong kind that a leniency of the service would accept.
    fn expected_or(&mut self, expected: &str, node: Node<'_>, leniency: Option<&str>) {
        let what = format!("expected {expected}, found {}", describe(node));
        let (owner, spec) = (&self.owner.0, &self.owner.1);
        let mut help = format!("`{owner}` is described in {spec}: correct the type there, or the example");
        if let Some(name) = leniency {
            help.push_str(&format!("; if the API writes it so, the service says `lenient = [\"{name}\"]`"));
        }
        self.report("E0302", node.offset(), &what, format!("not {expected}"), help);
    }

    /// Reports an object that is none of several, or could be two of them.
    fn expected_one(&mut self, mistake: &MistakenChoice, node: Node<'_>) {
        let (owner, spec) = (&self.owner.0, &self.owner.1);
        let help = format!("`{owner}` in {spec} has the object, which is told by the fields that it has");
        self.report("E0302", node.offset(), &mistake.to_string(), "not one of the objects".to_owned(), help);
    }

    /// Reports a missing value.
    pub(super) fn missing(&mut self, what: &str, offset: usize) {
        let spec = &self.owner.1;
        if what == ITSELF {
            let help = format!(
                "{spec} says that `{ITSELF}` is always there, a part without a name: is it, or is the example incomplete?"
            );
            return self.report(
                "E0303",
                offset,
                "there is no part without a name",
                "it is missing here".to_owned(),
                help,
            );
        }
        let help = match what.contains('.') {
            true => format!("{spec} has the name `{what}`: for a path write `{}`", what.replace('.', "/")),
            false => format!("{spec} says that `{what}` is always there: is it, or is the example incomplete?"),
        };
        self.report("E0303", offset, &format!("there is no `{what}`"), format!("`{what}` is missing here"), help);
    }

    /// Reports a field that the spec lacks, or that occurs twice.
    pub(super) fn unknown(&mut self, key: &str, node: Node<'_>, is_double: bool, near: Option<String>) {
        if self.ignored.contains(&node.index()) {
            return;
        }
        let (owner, spec) = (&self.owner.0, &self.owner.1);
        let (what, help) = match (is_double, near) {
            (true, _) => {
                (format!("`{key}` stands here twice"), "each field once: a reader could take either".to_owned())
            }
            (false, Some(near)) => {
                (format!("`{owner}` has no field `{key}`"), format!("{spec} has `{near}`: did you mean that?"))
            }
            (false, None) => (
                format!("`{owner}` has no field `{key}`"),
                format!("add `{key}` to `{owner}` in {spec}, or correct the example"),
            ),
        };
        let label = if is_double { "the second one" } else { "not in the spec" };
        self.report("E0304", node.offset(), &what, label.to_owned(), help);
    }

    /// The problem of an answer that is a fault, or the reverse.
    pub(super) fn misjudged(&self, wants_fault: bool, found: &Verdict<Code>) -> Problem {
        let wanted = if wants_fault { "a fault" } else { "an answer" };
        let found = match found {
            Verdict::Success | Verdict::Accepted(_) => "a success".to_owned(),
            Verdict::Fault(fault) => format!("the fault {}", verdict::words(fault)),
            Verdict::Unclear(error) => {
                let (path, expected, found) = (error.path(), error.expected(), error.found());
                format!("neither: {path}: expected {expected}, found {found}")
            }
            Verdict::Unrecognised => {
                "neither: the status fails, and the body is not the API's error document".to_owned()
            }
        };
        Problem {
            code: "E0305",
            offset: self.base,
            message: format!("the example is to be {wanted}, but it reads as {found}"),
            label: format!("not {wanted}"),
            help: format!(
                "the file's name and its `status` in {} say what it is; `[fault]` of the service, how a fault looks",
                self.owner.1
            ),
        }
    }

    /// Reports required headers that are missing, and values that do not fit.
    pub(super) fn headers(&mut self, fields: &[&Field], message: &Message<'_>) {
        self.base = 0;
        for field in fields {
            let name = field.surface.header.as_deref().unwrap_or_else(|| field.wire());
            self.header(field, name, message.header(name), "E0302");
        }
    }

    /// Checks a body that is one text.
    pub(super) fn text(&mut self, ty: &Type, body: &[u8]) -> Result<(), Problem> {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let text = text.strip_suffix('\n').unwrap_or(text);
        if text.is_empty() || !self.scalars().fits_body(ty, text) {
            let what = format!("the body is not {}", self.scalars().expected(ty));
            self.report("E0302", 0, &what, "this body".to_owned(), format!("{} reads it as one text", self.owner.1));
        }
        Ok(())
    }

    /// Checks a body that is read as it is.
    pub(super) fn bytes(&mut self, body: &[u8]) -> Result<(), Problem> {
        if body.is_empty() {
            self.missing("a body", 0);
        }
        Ok(())
    }

    /// Checks one header.
    pub(super) fn header(&mut self, field: &Field, name: &str, found: Option<&str>, code: &'static str) {
        if let Some(text) = found.filter(|text| self.scalars().fits(&field.ty, text)) {
            self.limited_text(field, text, 0);
        }
        let what = match found {
            Some(text) if self.scalars().fits(&field.ty, text) => {
                return self.shown.push(field.surface.wire.span.clone());
            }
            None if !field.is_required() => return,
            Some(_) => format!("the header `{name}` is not {}", self.scalars().expected_bare(&field.ty)),
            None => format!("there is no header `{name}`"),
        };
        let help = format!("`{}` in {} is read from this header", field.wire(), self.owner.1);
        self.report(code, 0, &what, "in this head".to_owned(), help);
    }

    /// The scalar in an object that stands for it, or the node itself. A field beside it is unknown where only a scalar
    /// can be meant.
    pub(super) fn unwrapped<'t>(&mut self, ty: &Type, node: Node<'t>) -> Node<'t> {
        let key = self.model.service.scalar();
        match node.get(key) {
            Some(scalar) if !key.is_empty() && self.is_scalar(ty) => {
                for (other, node) in node.entries().filter(|(other, _)| *other != key) {
                    self.unknown(other, node, false, None);
                }
                scalar
            }
            _ => place::unwrapped(node, key),
        }
    }

    /// Whether a value of the type is never read from an object.
    fn is_scalar(&self, ty: &Type) -> bool {
        match ty {
            Type::Any | Type::List(_) | Type::Map(..) => false,
            Type::Option(inner) | Type::Nullable(inner) => self.is_scalar(inner),
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Struct(_) | TypeKind::Objects(_)) => false,
                Some(TypeKind::Union { number, scalar, object, .. }) => {
                    (number.is_some() || scalar.is_some()) && object.is_none()
                }
                _ => true,
            },
            _ => true,
        }
    }

    /// Finds what is ignored in an answer, or in a fault.
    pub(super) fn ignore(&mut self, root: Node<'_>) {
        for path in &self.model.service.ignore {
            let found = place::ignored(root, &[path.as_str()]);
            if !found.is_empty() {
                self.shown.push(path.span.clone());
            }
            self.ignored.extend(found);
        }
    }

    /// Reads the output of an endpoint from where the answer begins.
    pub(super) fn output(&mut self, endpoint: &Endpoint, root: Node<'_>) {
        self.top = root.index();
        self.ignore(root);
        if self.model.service.fault.is_marked_document() {
            self.marks = place::ignored(root, &[self.model.service.fault.marker.as_str()]);
            self.ignored.extend(&self.marks);
        }
        let output = &endpoint.output;
        match output {
            Output::None => match endpoint.null() {
                None => self.nothing(endpoint, root),
                Some(place) => {
                    let path = place.map(|name| if root.format() == Format::Xml { name.xml } else { name.json });
                    let found = path.iter().flatten().try_fold(root, |node, step| node.get(step));
                    match found {
                        Some(node) if node.kind() == Kind::Null => {}
                        Some(node) => self.expected("null", node),
                        None => self.missing("null", root.offset()),
                    }
                }
            },
            Output::Headers(_) if endpoint.effect() != "safe" => self.nothing(endpoint, root),
            Output::Headers(_) | Output::Text(_) | Output::Bytes => {}
            Output::Whole(_) if let Some(body) = endpoint.body_field(self.model) => {
                self.shown.push(body.surface.wire.span.clone());
                match (&body.ty, &body.name.item) {
                    (Type::List(item), Some(key)) => Items::Wrapped(root, key.clone()).read(self, item),
                    (ty, _) => self.value(ty, root),
                }
            }
            Output::Whole(Type::List(item)) if let Some(key) = &endpoint.surface.response.item => {
                Items::Wrapped(root, key.value.clone()).read(self, item);
            }
            // Nothing is no answer to a call that acts.
            Output::Whole(Type::Option(inner))
                if endpoint.effect() != "safe" && self.scalars().is_absent(inner, root) =>
            {
                self.expected("a value", root);
            }
            Output::Whole(ty) => self.value(ty, root),
            Output::Under(Type::List(item), name) if matches!(**item, Type::Judged(_)) => self.each(item, name, root),
            Output::Under(ty, name) => {
                let Some(mut fields) = Fields::open(self, root) else {
                    return;
                };
                let total = fields.total(self, endpoint.total());
                match ty {
                    // Without an envelope, a document without the root is a different document; nothing under the root is no
                    // answer to a call that acts.
                    Type::Option(inner) if self.envelope.is_empty() && endpoint.effect() != "safe" => {
                        fields.required(self, inner, name, name_text(name), &total);
                    }
                    Type::Option(inner) if !self.envelope.is_empty() => {
                        fields.optional(self, inner, name, name_text(name), &total)
                    }
                    Type::Option(_) if endpoint.surface.response.may_lack_marker.is_some() && fields.lacks(name) => {}
                    ty => {
                        fields.required(self, ty, name, name_text(name), &total);
                    }
                }
                fields.finish(self, &[]);
            }
        }
    }

    /// Reads all that stand at a path, through whatever repeats on the way.
    fn each(&mut self, item: &Type, name: &WireName, root: Node<'_>) {
        let path = if root.format() == Format::Xml { &name.xml } else { &name.json };
        let mut nodes = vec![root];
        for (index, step) in path.iter().enumerate() {
            let mut found = Vec::new();
            for node in nodes {
                for (key, inner) in node.entries() {
                    match inner.kind() {
                        _ if key != step => self.unknown(key, inner, false, None),
                        Kind::List => found.extend(inner.items()),
                        Kind::Map if index + 1 == path.len() && root.format() != Format::Xml => {
                            found.extend(self.item_of_list(inner));
                        }
                        _ => found.push(inner),
                    }
                }
            }
            if found.is_empty() && index + 1 < path.len() {
                return self.missing(step, root.offset());
            }
            nodes = found;
        }
        Items::Elements(nodes).read(self, item);
    }

    /// The item that stands in the place of a list, where the service's leniencies allow that.
    fn item_of_list<'t>(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        match self.model.service.lenient.list(node) {
            Some(ListShape::Item) => vec![node],
            Some(ListShape::Values) => node.entries().map(|(_, item)| item).collect(),
            Some(ListShape::Items | ListShape::Nothing) => Vec::new(),
            None => {
                self.expected("a list", node);
                Vec::new()
            }
        }
    }

    /// Reports an empty answer, unless the output may be empty.
    pub(super) fn no_output(&mut self, output: &Output) {
        let may_be_empty = match output {
            Output::None | Output::Headers(_) => true,
            Output::Whole(ty) | Output::Under(ty, _) => matches!(ty, Type::Option(_)),
            Output::Text(_) | Output::Bytes => false,
        };
        if !may_be_empty || !self.envelope.is_empty() {
            self.missing("a body", 0);
        }
    }

    /// As a call without output reads its answer: keys of the envelope, and no data.
    fn nothing(&mut self, endpoint: &Endpoint, root: Node<'_>) {
        if self.model.service.fault.is_marked_document() {
            let path = endpoint.marked_root(&self.model.service);
            let path = path.map(|name| if root.format() == Format::Xml { name.xml } else { name.json });
            return match path.iter().flatten().try_fold(root, |node, step| node.get(step)) {
                Some(node) => self.nothing_but_markers(node),
                None => self.missing(&path.unwrap_or_default().join("/"), root.offset()),
            };
        }
        if self.envelope.is_empty() {
            return self.expected("an empty body", root);
        }
        if !Leniency::is_object(root) {
            return self.expected("an object", root);
        }
        if !self.envelope.iter().any(|key| root.get(key).is_some()) {
            let key = self.envelope.first().cloned().unwrap_or_default();
            return self.missing(&key, root.offset());
        }
        for (key, node) in root.entries() {
            if matches!(node.kind(), Kind::Map | Kind::List) && !node.is_empty() {
                if !self.ignored.contains(&node.index()) {
                    self.expected("no data, since the call has no output", node);
                }
            } else if self.envelope.iter().all(|known| known != key) {
                self.unknown(key, node, false, None);
            }
        }
    }

    fn nothing_but_markers(&mut self, node: Node<'_>) {
        for item in node.items() {
            self.nothing_but_markers(item);
        }
        for (key, inner) in
            node.entries().filter(|(_, inner)| !self.ignored.contains(&inner.index())).collect::<Vec<_>>()
        {
            match inner.kind() {
                Kind::Map | Kind::List => self.nothing_but_markers(inner),
                _ => self.unknown(key, inner, false, None),
            }
        }
    }

    /// Whether this is the only item of a list, or an object, and has the marker of a success and nothing else.
    pub(super) fn is_marker_alone(&self, nodes: &[Node<'_>]) -> bool {
        let [item] = nodes else { return false };
        !item.is_empty()
            && item.kind() == Kind::Map
            && item.entries().all(|(_, inner)| self.marks.contains(&inner.index()))
    }

    /// Reads a value of a type.
    pub(super) fn value(&mut self, ty: &Type, node: Node<'_>) {
        let node = self.unwrapped(ty, node);
        match ty {
            Type::List(item) => Items::read_list(self, item, node, None),
            Type::Map(key, item) => self.map(key, item, node),
            Type::Option(inner) if self.scalars().is_absent(inner, node) || self.is_marker_alone(&[node]) => {}
            Type::Nullable(_) if node.kind() == Kind::Null => {}
            Type::Judged(inner) => {
                let words = verdict::words_of(&self.model.service.fault.success);
                let mut marks = node.entries().map(|(_, mark)| mark).filter(|mark| self.marks.contains(&mark.index()));
                match marks.next() {
                    // What a fault says beside its code and texts is of no type.
                    Some(mark) if !words.iter().any(|word| word.is(mark)) => {}
                    Some(_) => self.value(inner, node),
                    None => self.expected("an item with the marker of a success or of a fault", node),
                }
            }
            Type::Option(inner) | Type::Nullable(inner) => self.value(inner, node),
            Type::Joined(item, separator) => self.whole(ty, node, |walker| walker.joined(item, *separator, node)),
            Type::Json(item) => self.whole(ty, node, |walker| walker.json(item, node)),
            Type::Named(name) => match self.model.types.get(name).map(|entry| (&entry.kind, entry)) {
                Some((TypeKind::Struct(fields), entry)) => {
                    let outer = std::mem::replace(&mut self.owner, (entry.name.clone(), entry.spec.clone()));
                    if let Some(mut object) = Fields::open(self, node) {
                        object.fields(self, fields);
                        if entry.keep_raw {
                            object.keep_all();
                        }
                        object.finish(self, fields);
                        self.choices(fields, node, |walker, field| walker.is_given(field, node));
                    }
                    self.owner = outer;
                }
                Some((TypeKind::Union { number, scalar, object, list }, _)) => {
                    let shape = match node.kind() {
                        Kind::Number if number.is_some() => number,
                        Kind::Text | Kind::Number | Kind::Bool => scalar,
                        Kind::Map => object,
                        Kind::List => list,
                        Kind::Null => &None,
                    };
                    match shape {
                        Some(ty) => self.value(ty, node),
                        None => self.expected(&format!("one of the shapes of `{name}`"), node),
                    }
                }
                Some((TypeKind::Objects(objects), _)) => match self.scalars().one_object(objects, node) {
                    Ok(ty) => self.value(ty, node),
                    Err(mistake) => self.expected_one(&mistake, node),
                },
                _ => self.scalar(ty, node),
            },
            ty => self.scalar(ty, node),
        }
    }

    /// Reports the choices between the fields of an object that are against the rule.
    pub(super) fn choices(&mut self, fields: &[Field], node: Node<'_>, is_given: impl Fn(&Self, &Field) -> bool) {
        for choice in choices(fields) {
            let given: Vec<(&str, bool)> =
                choice.fields.iter().map(|field| (field.wire(), is_given(self, field))).collect();
            if let Some(mistake) = one_of(choice.is_required, &given) {
                let help = format!("{} says the choice: no client sends this", self.owner.1);
                let label = "against a choice between fields".to_owned();
                self.report("E0306", node.offset(), &mistake.to_string(), label, help);
            }
        }
    }

    /// Whether an object has something for a field.
    fn is_given(&self, field: &Field, node: Node<'_>) -> bool {
        let path = if node.format() == Format::Xml { &field.name.xml } else { &field.name.json };
        let found = path.iter().try_fold(node, |node, step| node.get(step));
        let found = found.or_else(|| field.name.also.iter().find_map(|name| node.get(name)));
        found.is_some_and(|found| match field.ty {
            // An element without content is an item, too.
            Type::List(_) => node.format() == Format::Xml || !Leniency::is_nothing(found) && !found.is_empty(),
            Type::Map(..) => !Leniency::is_nothing(found) && !found.is_empty(),
            Type::Nullable(_) => true,
            ref ty => !self.scalars().is_absent(ty, found),
        })
    }

    /// Reads an object in one text.
    fn joined(&mut self, item: &Type, separator: char, node: Node<'_>) {
        const EXPECTED: &str = "texts with their names, as `a=1`";
        let Some(text) = Leniency::scalar_text(node) else { return self.expected(EXPECTED, node) };
        if let Type::Map(key, item) = item {
            let mut found: Vec<&str> = Vec::new();
            for part in text.split(separator).map(str::trim).filter(|part| !part.is_empty()) {
                let Some((name, value)) = part.split_once('=') else { return self.expected(EXPECTED, node) };
                let (name, value) = (name.trim(), value.trim());
                let wrong = [(key, name), (item, value)].into_iter().find(|(ty, text)| !self.scalars().fits(ty, text));
                match wrong {
                    _ if found.contains(&name) => self.unknown(name, node, true, None),
                    Some((ty, _)) => {
                        let expected = self.scalars().expected(ty);
                        self.within(name, |walker| walker.expected(&expected, node));
                    }
                    None => {}
                }
                found.push(name);
            }
            return;
        }
        let fields = self.model.fields(item).unwrap_or_default();
        let keeps = matches!(item, Type::Named(name) if self.model.types.get(name).is_some_and(|it| it.keep_raw));
        let mut found: Vec<&str> = Vec::new();
        for part in text.split(separator).map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((ITSELF, part));
            let (name, value) = (name.trim(), value.trim());
            if let Some((field, caller)) = called(self.model, fields, name) {
                let wires = [field.wire_in_json(), caller.wire_in_json()];
                if wires.iter().any(|wire| found.contains(wire)) {
                    self.unknown(name, node, true, None);
                } else if !self.scalars().fits_address(field, value) {
                    let expected = self.scalars().expected(&field.ty);
                    self.within(name, |walker| walker.expected(&expected, node));
                }
                found.extend(wires);
                continue;
            }
            let field =
                fields.iter().find(|field| field.wire_in_json() == name || field.name.also.iter().any(|it| it == name));
            let known = field.map_or(name, Field::wire_in_json);
            match field {
                _ if found.contains(&known) => self.unknown(name, node, true, None),
                Some(field) if !self.scalars().fits_address(field, value) => {
                    let expected = self.scalars().expected(&field.ty);
                    self.within(name, |walker| walker.expected(&expected, node));
                }
                _ if name == ITSELF && (field.is_none() || !found.is_empty()) => self.expected(EXPECTED, node),
                None if !keeps => self.unknown(name, node, false, None),
                _ => {}
            }
            found.push(known);
        }
        for field in fields.iter().filter(|field| field.is_required()) {
            if found.contains(&field.wire_in_json()) {
                self.shown.push(field.surface.wire.span.clone());
            } else {
                self.missing(field.wire(), node.offset());
            }
        }
        self.choices(fields, node, |_, field| found.contains(&field.wire_in_json()));
    }

    /// Reads a value whose JSON is one text.
    fn json(&mut self, item: &Type, node: Node<'_>) {
        const EXPECTED: &str = "JSON in one text";
        let Some(text) = Leniency::scalar_text(node) else { return self.expected(EXPECTED, node) };
        let Ok(document) = hostkit_wire::parse(Format::Json, text.as_bytes(), &hostkit_wire::Limits::DEFAULT) else {
            return self.expected(EXPECTED, node);
        };
        // The nodes of another document have numbers of their own, and its places are in the text.
        let (ignored, marks) = (std::mem::take(&mut self.ignored), std::mem::take(&mut self.marks));
        let (top, before) = (std::mem::replace(&mut self.top, usize::MAX), self.problems.len());
        self.value(item, document.root());
        (self.ignored, self.marks, self.top) = (ignored, marks, top);
        let offset = self.base + node.offset();
        self.problems.iter_mut().skip(before).for_each(|problem| problem.offset = offset);
    }

    fn scalar(&mut self, ty: &Type, node: Node<'_>) {
        match (self.scalars().check(ty, node), Leniency::scalar_text(node)) {
            (Err(expected), _) => self.expected_or(&expected, node, self.scalars().wanted_leniency(ty, node)),
            (Ok(()), Some(text)) if *ty != Type::Secret => self.limits(ty, text, node.offset()),
            (Ok(()), _) => {}
        }
    }

    fn map(&mut self, key: &Type, item: &Type, node: Node<'_>) {
        match self.model.service.lenient.map(node) {
            Some(MapShape::Entries) => {
                let mut seen = std::collections::BTreeSet::new();
                for (name, value) in node.entries() {
                    if !self.scalars().fits(key, name) {
                        let expected = format!("{} as the key `{name}`", self.scalars().expected_bare(key));
                        self.expected(&expected, value);
                    }
                    if !seen.insert(name) {
                        self.unknown(name, value, true, None);
                    }
                    self.within(name, |walker| walker.value(item, value));
                }
            }
            Some(MapShape::Nothing) => {}
            None => self.expected("a map", node),
        }
    }
}

fn name_text(name: &WireName) -> &str {
    name.json.last().map_or("", String::as_str)
}

fn describe(node: Node<'_>) -> String {
    let text = node.as_str().unwrap_or_default();
    let shown = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    match node.kind() {
        Kind::Null => "nothing".to_owned(),
        Kind::Bool => format!("{}", node.as_bool() == Some(true)),
        Kind::Number => shown,
        Kind::Text => format!("{shown:?}"),
        Kind::List => "a list".to_owned(),
        Kind::Map => "an object".to_owned(),
    }
}
