//! What an answer has to say beside its data: the envelope's words, the keys of a map, and the inputs that it repeats.

use super::kinds::{self, may_be_equal};
use super::names::with_slashes;
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Each, Echo, EchoedInput, Endpoint, Field, ITSELF, Model, Output, Type, dotted};
use crate::source::{At, Span};
use crate::surface::{Fault, FaultStyle, Status};

/// Resolves the answers of every endpoint.
pub(super) fn resolve(model: &mut Model, diagnostics: &mut Diagnostics) {
    envelope(model, diagnostics);
    let mut resolved = Vec::new();
    for endpoint in &model.endpoints {
        if let Some(place) = &endpoint.surface.response.may_lack_marker
            && (endpoint.effect() != "safe" || model.service.fault.marker.is_empty())
        {
            let help = "without the marker, an answer to a call that acts leaves its outcome unknown";
            let message = "only reads of an API whose answers have a marker may lack it";
            diagnostics.add_with_help("E0235", place, message, "not such a call", help);
        }
        if let Some(place) = &endpoint.surface.response.is_each {
            each(model, endpoint, place, diagnostics);
        }
        is_each_said(endpoint, diagnostics);
        for is_xml in [false, true].into_iter().filter(|is_xml| model.answers_in(endpoint, *is_xml)) {
            if let Err(step) = endpoint.mark(&model.service, is_xml) {
                let help = "`root` of `[response]` names it, also of a call without output";
                let message = format!(
                    "nothing says what stands for the `*` at step {step} of the marker `{}`",
                    model.service.fault.marker
                );
                diagnostics.add_with_help(
                    "E0249",
                    &endpoint.surface.place,
                    message,
                    "in the answers to this call",
                    help,
                );
                break;
            }
        }
        let mut answer = Answer { model, endpoint, diagnostics };
        resolved.push((answer.key(), answer.echo(), answer.each()));
    }
    for (endpoint, (key, echo, each)) in model.endpoints.iter_mut().zip(resolved) {
        (endpoint.key, endpoint.echo, endpoint.each) = (key, echo, each);
    }
}

/// Checks a call each of whose items is a value or a fault.
fn each(model: &Model, endpoint: &Endpoint, place: &Span, diagnostics: &mut Diagnostics) {
    let surface = &endpoint.surface;
    let has_marker = |is_xml: bool| {
        let mark = endpoint.mark(&model.service, is_xml).ok().flatten();
        let above = mark.as_deref().and_then(|mark| mark.rsplit_once('/')).map(|(above, _)| above.to_owned());
        match &endpoint.output {
            Output::Under(Type::List(_), name) => above == Some(if is_xml { &name.xml } else { &name.json }.join("/")),
            _ => false,
        }
    };
    let mut formats = [false, true].into_iter().filter(|is_xml| model.answers_in(endpoint, *is_xml));
    if !formats.all(has_marker) {
        let help = "the list at the `root`, where the marker of `[success]` stands in each item";
        let message = "only such items have a verdict each";
        diagnostics.add_with_help("E0235", place, message, "not such a call", help);
    } else if endpoint.effect() != "safe" && !["POST", "PATCH"].contains(&endpoint.method.as_str()) {
        let help = "leave it out: where some results are refused, the outcome is then unknown";
        let message = format!("a proxy may repeat a {}, and a refusal may then answer the second one", endpoint.method);
        diagnostics.add_with_help("E0235", place, message, "of POST and PATCH alone each result can be believed", help);
    } else if surface.response.echo.iter().any(|(_, input)| !is_of_each(endpoint, input)) || is_list_of_all(endpoint) {
        let help = "leave out `echo` but of items of `each`, `total`, `[waiter.NAME]` and `[paging]`: a list with faults \
                    in it is no list of what there is";
        let message = "what has faults among its items is neither awaited, nor read page by page, nor compared";
        diagnostics.add_with_help("E0235", place, message, "not beside these", help);
    }
}

/// Whether an input of `echo` is a field of the items that have a result each.
fn is_of_each(endpoint: &Endpoint, input: &str) -> bool {
    endpoint.surface.response.each.iter().flatten().any(|list| part_of(list, input).is_some())
}

/// The field of a list's items that an input of `echo` is.
fn part_of<'i>(list: &str, input: &'i str) -> Option<&'i str> {
    input.strip_prefix(list)?.strip_prefix('/')
}

/// Checks that a call that acts, and answers a list with a list, says whether each item has a result: with fewer of them it
/// would be done, and some of it was not.
fn is_each_said(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let response = &endpoint.surface.response;
    let (Some(ty), None, Some(Type::List(_))) = (&response.ty, &response.each, endpoint.output.ty()) else { return };
    let is_list = |field: &Field| matches!(field.ty, Type::List(_));
    let variants = endpoint.one_of.iter().flat_map(|group| {
        let of_list =
            group.variants.iter().filter(|variant| matches!(variant.fields.as_slice(), [field] if is_list(field)));
        of_list.map(|variant| format!("\"{}/{}\"", group.rust, variant.name))
    });
    let inputs = endpoint.inputs().filter(|field| is_list(field)).map(|field| format!("\"{}\"", field.rust));
    let lists: Vec<String> = inputs.chain(variants).collect();
    if endpoint.effect() == "safe" || lists.is_empty() || is_list_of_all(endpoint) {
        return;
    }
    let help = format!("`each = [{}]` of those that have, and `each = []` where none has", lists.join(", "));
    let message = "nothing says whether each item of an input has one result";
    diagnostics.add_with_help("E0235", &ty.span, message, "with fewer, a part would pass for all", help);
}

/// Whether an answer is a list of what there is, or a page of it.
fn is_list_of_all(endpoint: &Endpoint) -> bool {
    let surface = &endpoint.surface;
    !surface.waiters.is_empty() || surface.paging.is_some() || surface.response.total.is_some()
}

/// Checks the words of an envelope.
fn envelope(model: &Model, diagnostics: &mut Diagnostics) {
    let fault = &model.service.fault;
    documents(model, diagnostics);
    marker(fault, diagnostics);
    let Some(place) = fault.place.as_ref().filter(|_| fault.style == FaultStyle::Envelope) else { return };
    for (table, words) in [("success", &fault.success), ("[fault]", &fault.failure)] {
        if words.is_empty() {
            let help = "without it, a success cannot be told from a failure";
            diagnostics.add_with_help(
                "E0234",
                place,
                format!("`is` of `[{table}]` has no word"),
                "of this marker",
                help,
            );
        }
    }
    if let Some(word) = fault.success.iter().find(|word| fault.failure.contains(word)) {
        let message = format!("{} means success and failure", word.as_protocol());
        diagnostics.add("E0234", place, message, "one word, one meaning");
    }
    for path in &fault.inner {
        if path.split('/').count() != 2 {
            let message = format!("`{path}` is not an inner verdict");
            diagnostics.add("E0234", place, message, "it is the entry of an object: `a/b`");
        }
    }
    let nested = fault.inner.iter().chain(&fault.code).chain(&fault.message).filter_map(|path| path.split_once('/'));
    for above in nested.map(|(above, _)| above) {
        if !fault.keys.iter().any(|key| key == above) {
            let help = "a verdict in it is read with the envelope";
            let message = format!("`{above}` is not among the `keys` of the envelope");
            diagnostics.add_with_help("E0234", place, message, "it holds a verdict, a code or a text", help);
        }
    }
    if fault.keys.len() > NOTED {
        diagnostics.add("E0234", place, format!("the envelope has more than {NOTED} keys"), "too many");
    }
}

/// Checks the marker of an API whose faults are documents.
fn marker(fault: &Fault, diagnostics: &mut Diagnostics) {
    let Some(place) = fault.place.as_ref().filter(|_| fault.is_marked_document()) else { return };
    if fault.success.is_empty() {
        let help = "without it, no answer is a success";
        diagnostics.add_with_help("E0234", place, "`is` of `[success]` has no word", "of this marker", help);
    }
    let of_envelope =
        [("inner", fault.inner.is_empty()), ("keys", fault.keys.is_empty()), ("write", fault.write.is_empty())];
    for (key, _) in of_envelope.iter().filter(|(_, is_empty)| !is_empty) {
        let help = "faults that show by what is `present` have no envelope: leave it out, or say `is` in `[[fault]]`";
        let message = format!("`{key}` of `[success]` is for an envelope");
        diagnostics.add_with_help("E0249", place, message, "of this marker", help);
    }
    if fault.marker.split('/').any(str::is_empty) || fault.marker.ends_with('*') {
        let help = "wire names with slashes between them, `*` for any, and the marker's own name at the end";
        diagnostics.add_with_help("E0249", place, "this is no path to a marker", "not a path", help);
    }
}

/// Checks that each form of a fault has what it needs, and nothing that another kind of form has.
fn documents(model: &Model, diagnostics: &mut Diagnostics) {
    let fault = &model.service.fault;
    if let [_, second, ..] = fault.documents.as_slice()
        && fault.style != FaultStyle::Documents
    {
        let help = "several forms are for errors that are recognised by their status or by what is there";
        let message = "an envelope and a named document have one form";
        diagnostics.add_with_help("E0234", &second.place, message, "the second one", help);
    }
    for document in &fault.documents {
        let of_envelope = !document.is.is_empty() || !document.no_code.is_empty() || !document.auth.is_empty();
        let wrong = match fault.style {
            FaultStyle::Envelope if document.wrapped || !document.present.is_empty() || document.bare.is_some() => {
                Some("`wrapped`, `present` and `bare` are for errors without an envelope")
            }
            FaultStyle::Envelope => None,
            _ if of_envelope => Some("`is`, `no-code` and `auth` are for the envelope of `[success]`"),
            FaultStyle::Documents if document.wrapped => Some("a document that is named is the only form"),
            FaultStyle::Wrapped if document.code.len() != 1 || document.message.len() != 1 => {
                Some("a document that is named has one `code` and one `message`")
            }
            FaultStyle::Wrapped if !document.present.is_empty() || document.bare.is_some() => {
                Some("a document that is named shows by its code")
            }
            FaultStyle::Documents
                if document.code.is_empty() && document.message.is_empty() && document.bare.is_none() =>
            {
                Some("a form of a fault needs a `code`, a `message` or `bare`")
            }
            _ => None,
        };
        if let Some(message) = wrong {
            let help = "`[success]` with a marker is an envelope; a fault without it is `wrapped`, or has paths";
            diagnostics.add_with_help("E0234", &document.place, message, "in this form", help);
        } else if document.bare.as_deref() == Some("") && !model.service.statuses.iter().any(Status::may_stand_alone) {
            let help = "list those that come without a body, each with its kind: `401 = { means = \"auth\" }`";
            let message = "`bare = \"\"` is an empty body, but no `[status]` says what a status alone means";
            diagnostics.add_with_help("E0234", &document.place, message, "never a fault", help);
        }
    }
}

/// The most keys of an envelope that are read without a tree.
const NOTED: usize = 8;

struct Answer<'m, 'd> {
    model: &'m Model,
    endpoint: &'m Endpoint,
    diagnostics: &'d mut Diagnostics,
}

impl Answer<'_, '_> {
    /// The field of an item that is its key in the map.
    fn key(&mut self) -> Option<Field> {
        let name = self.endpoint.surface.response.key.as_ref()?;
        let Some(Type::Map(key, item)) = self.endpoint.output.ty() else {
            return self.wrong(&name.span, "`key` is for an answer that is a map", "not a map");
        };
        let field = self.field("the items have no field", self.model.fields(item).unwrap_or_default(), name)?;
        if field.ty != **key {
            let (own, keys) =
                (&field.surface.ty.value, self.endpoint.surface.response.ty.as_ref().map_or("", |ty| ty.as_str()));
            let message = format!("the field is `{own}`, and the keys are those of `{keys}`");
            return self.wrong(&name.span, &message, "never equal");
        }
        Some(field)
    }

    fn echo(&mut self) -> Vec<Echo> {
        let echo = self.endpoint.surface.response.echo.iter().filter(|(_, input)| !is_of_each(self.endpoint, input));
        echo.filter_map(|(path, input)| self.one(path, input)).collect()
    }

    /// The input lists whose items have one result each, and what the results repeat of them.
    fn each(&mut self) -> Vec<Each> {
        let (place, lists) = (&self.endpoint.surface.response.list, &self.endpoint.surface.response.each);
        if let (Some(place), None) = (place, lists) {
            self.wrong::<Each>(&place.span, "`list` is where the results of `each` are", "alone");
            return Vec::new();
        }
        lists.iter().flatten().filter_map(|name| self.each_of(name)).collect()
    }

    fn each_of(&mut self, name: &At<String>) -> Option<Each> {
        let list = match (&self.endpoint.surface.response.list, self.endpoint.output.ty()) {
            (Some(list), Some(ty @ Type::Named(_))) => {
                let fields = self.model.fields(ty).unwrap_or_default();
                Some(self.field("the answer has no field", fields, list)?)
            }
            (Some(list), _) => return self.wrong(&list.span, "only an object has a list in a field", "no object"),
            (None, _) => None,
        };
        let results = list.as_ref().map(|list| &list.ty).or(self.endpoint.output.ty());
        let Some(Type::List(result)) = results.filter(|_| !is_list_of_all(self.endpoint)).cloned() else {
            let help = "it is for an answer that is a list, or has it in the field `list`, without `total`, \
                        `[waiter.NAME]` and `[paging]`";
            let message = "not every answer has one result for each item of an input";
            self.diagnostics.add_with_help("E0235", &name.span, message, "not of this call", help);
            return None;
        };
        let (input, own) = self.input(name)?;
        let Type::List(item) = &own.ty else {
            return self.wrong(&name.span, "`each` is an input that is a list", "not a list");
        };
        let own_fields = self.model.fields(item).unwrap_or_default();
        let mut echo = Vec::new();
        for (path, input) in &self.endpoint.surface.response.echo {
            let Some(part) = part_of(name, input) else { continue };
            let found = self.fields(path, result.judged())?;
            let part = At { value: part.to_owned(), span: input.span.clone() };
            let own = if part.value == ITSELF {
                Field::itself(item)
            } else {
                self.field("the items of this input have no field", own_fields, &part)?
            };
            // What they are on the wire is compared: a number may be repeated as a text.
            let ty = if let Type::Nullable(item) | Type::Option(item) = &own.ty { item } else { &own.ty };
            let is_text = kinds::is_text(self.model, ty);
            if !is_text || found.last().is_none_or(|field| !may_be_equal(self.model, &field.ty, ty)) {
                let message = format!("`{}` and `{}` are no scalars that can be equal", path.value, input.value);
                return self.wrong(&path.span, &message, "never equal");
            }
            // A list of something else would be taken for the results.
            let is_marked = self.endpoint.surface.response.is_each.is_some();
            if found.iter().any(Field::is_option) && !is_marked {
                let help = "mark it with `required = true`, or leave out the `echo` if answers may lack it";
                let message = format!("`{}` may be absent, and tells no results from another list then", path.value);
                self.diagnostics.add_with_help("E0235", &path.span, message, "not required", help);
                return None;
            }
            echo.push((found, own));
        }
        Some(Each { name: name.value.clone(), input, list, echo })
    }

    /// The fields on the way to one of the answer, or of each item of a list.
    fn answered(&mut self, path: &At<String>) -> Option<Vec<Field>> {
        let item = match self.endpoint.output.ty() {
            Some(Type::List(item) | Type::Option(item)) => item.judged(),
            Some(ty) => ty,
            None => return self.wrong(&path.span, "a call without output repeats nothing", "not in the answer"),
        };
        self.fields(path, item)
    }

    /// The fields on the way to one of the answer, from an object of this type.
    fn fields(&mut self, path: &At<String>, item: &Type) -> Option<Vec<Field>> {
        let (mut fields, mut found) = (self.model.fields(item).unwrap_or_default(), Vec::new());
        for step in path.split('/') {
            let step = At { value: step.to_owned(), span: path.span.clone() };
            let field = self.field("the answer has no field", fields, &step)?;
            fields = self.model.fields(&field.ty).unwrap_or_default();
            found.push(field);
        }
        Some(found)
    }

    fn one(&mut self, path: &At<String>, input: &At<String>) -> Option<Echo> {
        let found = self.answered(path)?;
        let (input, own) = self.input(input)?;
        let ty = if let Type::Nullable(item) = &own.ty { item } else { &own.ty };
        if let Some(field) = found.last().filter(|field| !may_be_equal(self.model, &field.ty, ty)) {
            let message =
                format!("the field is `{}`, and the input is `{}`", field.surface.ty.value, own.surface.ty.value);
            return self.wrong(&path.span, &message, "never equal");
        }
        Some(Echo { name: dotted(path), path: found, input })
    }

    /// An input by its Rust name, or by `group/variant`.
    fn input(&mut self, name: &At<String>) -> Option<(EchoedInput, Field)> {
        if let Some((group, variant)) = name.split_once('/') {
            let group = self.endpoint.one_of.iter().find(|known| known.rust == group);
            let found = group.and_then(|group| {
                let found = group.variants.iter().find(|known| known.name == variant)?;
                let [field] = found.fields.as_slice() else { return None };
                let input = EchoedInput::Variant {
                    group: group.rust.clone(),
                    is_required: group.required,
                    type_name: group.type_name.clone(),
                    variant: found.rust.clone(),
                };
                Some((input, field.clone()))
            });
            return match found {
                Some(found) => Some(found),
                None => self.wrong(&name.span, "there is no such variant of one field", "unknown"),
            };
        }
        let inputs: Vec<Field> = self.endpoint.inputs().cloned().collect();
        let field = self.field("this call has no input", &inputs, name)?;
        Some((EchoedInput::Field(Box::new(field.clone())), field))
    }

    fn field(&mut self, nothing: &str, fields: &[Field], name: &At<String>) -> Option<Field> {
        if let Some(field) = fields.iter().find(|field| field.rust == name.value) {
            return Some(field.clone());
        }
        let help = match did_you_mean(name, fields.iter().map(|field| field.rust.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None if name.value == ITSELF => "`.` is an item itself in evidence alone: name a field".to_owned(),
            None if nothing.starts_with("the items") => "fields are named as in Rust".to_owned(),
            None => with_slashes(name).unwrap_or_else(|| {
                "`echo = { id = \"server\" }` is a field of the answer and the input that it repeats, both named as in Rust"
                    .to_owned()
            }),
        };
        let message = format!("{nothing} `{}`", name.value);
        self.diagnostics.add_with_help("E0235", &name.span, message, "unknown", help);
        None
    }

    fn wrong<T>(&mut self, span: &Span, message: &str, label: &str) -> Option<T> {
        self.diagnostics.add("E0235", span, message, label);
        None
    }
}
