//! Keys that have no meaning where they are written: what a generator never reads is a mistake of its author, who believes
//! that it holds.
//!
//! They are reported once and then forgotten, so that no other check says more of them.

use crate::diagnostic::Diagnostics;
use crate::model::{Field, Model, TypeEntry, TypeKind};
use crate::source::At;
use crate::surface::{self, FaultStyle, Surface, Writing};

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Query,
    Header,
    Body,
    Variant,
    /// A field of a type that an answer contains.
    Answer,
    /// A field of a type that stands in a header of an answer.
    AnswerHeader,
    /// A field of a type that is the whole body of an answer.
    Whole,
    /// A field of a type that a request contains.
    Request,
}

use Place::{Answer, AnswerHeader, Body, Header, Path, Query, Request, Variant, Whole};

impl Place {
    fn name(self) -> &'static str {
        match self {
            Path => "an input in the path",
            Query => "an input in the query",
            Header => "an input in a header",
            Body => "an input in the body",
            Variant => "an input of a variant",
            Answer => "a field of an answer",
            AnswerHeader => "a field in a header of an answer",
            Whole => "a field that is the whole body of an answer",
            Request => "a field of an object within a request",
        }
    }
}

/// Where values stand in objects, under names that formats have.
const IN_OBJECTS: &[Place] = &[Body, Variant, Answer, Request];
/// The inputs of a call.
const INPUTS: &[Place] = &[Path, Query, Header, Body, Variant];
/// What has limits: the inputs of a call, and what stands in them.
const SENT: &[Place] = &[Path, Query, Header, Body, Variant, Request];
/// The inputs that others may depend on.
const WITH_OTHERS: &[Place] = &[Query, Header, Body];

/// A key of a field, where it has a meaning, and what to do elsewhere. What is not here has one everywhere.
const MEANINGS: &[(&str, &[Place], &str)] = &[
    ("json", IN_OBJECTS, "the key of the table is the name there"),
    ("xml", IN_OBJECTS, "the key of the table is the name there"),
    ("item", &[Body, Variant, Answer, Whole, Request], "only the items of a list in an object have keys"),
    ("also", IN_OBJECTS, "only an object may have a field under another name"),
    ("write", IN_OBJECTS, "there each value is a text"),
    (
        ENCODED,
        &[Query, Body, Variant, Answer, Request],
        "only a query, a body or an answer has JSON, Base64 or percent-encoded text in one text",
    ),
    ("pattern", &[Query, Body, Variant, Answer, Request], "there a date is as `2026-11-29`, or make it a text"),
    ("absent", &[Answer, Request], "an input that is not given is not sent: leave it out"),
    ("trim", &[Answer], "only texts of answers are trimmed"),
    ("total", &[Answer], "only the list or map of an answer has a total"),
    ("header", &[Answer, AnswerHeader, Request], "an input in a header stands in `[headers]`"),
    (
        "max-items",
        &[Path, Query, Header, Body, Variant, Answer, Whole, Request],
        "only inputs of a call, and lists in objects, have it",
    ),
    ("min", SENT, LIMITED),
    ("max", SENT, LIMITED),
    ("multiple-of", SENT, LIMITED),
    ("max-bytes", SENT, LIMITED),
    ("shape", SENT, LIMITED),
    ("hosts", INPUTS, BY_HOST),
    ("when", &[Path, Query, Header, Body], ALONE),
    ("not-below", &[Path, Query, Header, Body], ALONE),
    ("only-if", WITH_OTHERS, ALONE),
    (CONDITION, WITH_OTHERS, ALONE),
    (ONE_OF, &[Request], CHOSEN),
    ("names", &[Query, Body, Answer], "names are made for inputs of `[query]` and `[body]`, and for maps of answers"),
    ("from", &[Query, Body], "it belongs to `names` of an input of `[query]` or `[body]`"),
];

const LIMITED: &str = "only what is sent is checked: the inputs of a call, and fields of types that requests have";
const BY_HOST: &str = "only the inputs of a call know the host";
const ALONE: &str = "only an input that may be left out, of `[query]`, `[headers]` or `[body]`, depends on another one";

const CHOSEN: &str = "only the objects of requests are checked: of the inputs of a call choose by `[one-of.NAME.VARIANT]`, and \
                      what answers have, too, is a union of `objects`";

/// The choice that a field belongs to.
const ONE_OF: &str = "one-of";

/// `required` with a text.
const CONDITION: &str = "required=";

/// `write` of JSON in one text, or of a text that is encoded.
const ENCODED: &str = "write=json";

/// What the template of made names replaces.
const BESIDE_NAMES: [&str; 6] = ["json", "xml", "also", "item", "write", "pattern"];

/// What only a field that may be absent has.
const OF_OPTIONAL: [&str; 2] = ["absent", "only-if"];

/// Reports keys without a meaning, and forgets them.
pub(super) fn check(model: &mut Model, surface: &Surface, diagnostics: &mut Diagnostics) {
    for endpoint in &mut model.endpoints {
        let inputs = [
            (&mut endpoint.path_parameters, Path),
            (&mut endpoint.query, Query),
            (&mut endpoint.headers, Header),
            (&mut endpoint.body, Body),
        ];
        for (fields, place) in inputs {
            fields.iter_mut().for_each(|field| of_field(field, &[place], false, diagnostics));
        }
        for variant in endpoint.one_of.iter_mut().flat_map(|group| &mut group.variants) {
            variant.fields.iter_mut().for_each(|field| of_field(field, &[Variant], false, diagnostics));
        }
    }
    for entry in model.types.values_mut() {
        let (places, is_answered) = (places(entry), entry.in_answers);
        let TypeKind::Struct(fields) = &mut entry.kind else { continue };
        for field in fields {
            let own: &[Place] = match field.surface.header.is_some() {
                _ if field.is_body() => &[Whole],
                true => &[AnswerHeader],
                false => places,
            };
            of_field(field, own, is_answered, diagnostics);
        }
    }
    for definition in surface.types.iter().flat_map(|file| &file.types) {
        of_type(definition, diagnostics);
    }
    of_errors(model, diagnostics);
}

/// Where the fields of a type stand; one that nothing uses could stand in both.
fn places(entry: &TypeEntry) -> &'static [Place] {
    match (entry.in_answers, entry.in_requests) {
        (true, false) => &[Answer],
        (false, true) => &[Request],
        _ => &[Answer, Request],
    }
}

fn of_field(field: &mut Field, places: &[Place], is_answered: bool, diagnostics: &mut Diagnostics) {
    let Some(place) = places.first().copied() else { return };
    for key in field.surface.keys.clone() {
        let is_condition = key.value == "required" && field.surface.required_if.is_some();
        let known = match key.as_str() {
            _ if is_condition => CONDITION,
            "write" if matches!(field.surface.write, Some(Writing::Json | Writing::Coded(_))) => ENCODED,
            // A part that is called by a value has a name of its own, too.
            "names" if field.caller().is_some() && places.iter().any(|place| [Answer, Request].contains(place)) => {
                continue;
            }
            known => known,
        };
        // It belongs to the names, which are reported.
        if known == "from" && field.surface.keys.iter().any(|other| other.value == "names") && !has_names(places) {
            continue;
        }
        let meaning = MEANINGS.iter().find(|(name, ..)| *name == known);
        let (what, label, help) = match meaning {
            Some((_, allowed, help)) if !places.iter().any(|place| allowed.contains(place)) => {
                (place.name(), "not here", *help)
            }
            // What answers have, too, is read without a look at it.
            Some((ONE_OF, _, help)) if is_answered => (Answer.name(), "not here", *help),
            _ if field.surface.names.is_some() && field.caller().is_none() && BESIDE_NAMES.contains(&known) => {
                let help = "`names` says what is written: leave out one of them";
                ("a value with made names", "beside `names`", help)
            }
            _ if field.is_required() && OF_OPTIONAL.contains(&known) => {
                ("a field that is always there", "beside `required`", "leave out one of them")
            }
            _ => continue,
        };
        let shown = match &field.surface.required_if {
            Some(condition) if is_condition => format!("required = {:?}", condition.value),
            _ => key.value.clone(),
        };
        without_meaning(&At { value: shown, span: key.span.clone() }, what, label, help, diagnostics);
        forget(&mut field.surface, known);
    }
}

/// Whether values at one of these places may have made names.
fn has_names(places: &[Place]) -> bool {
    places.iter().any(|place| [Query, Body, Answer].contains(place))
}

fn without_meaning(key: &At<String>, what: &str, label: &str, help: &str, diagnostics: &mut Diagnostics) {
    let message = format!("`{}` has no meaning for {what}", key.value);
    diagnostics.add_with_help("E0253", &key.span, message, label, help);
}

/// Takes a key out of a field.
fn forget(field: &mut surface::Field, key: &str) {
    field.keys.retain(|known| known.value != key);
    match key {
        "absent" => field.absent = None,
        "trim" => field.trim = false,
        "total" => field.total = None,
        "write" => field.write = None,
        ENCODED => field.keys.retain(|known| known.value != "write"),
        "header" => field.header = None,
        "max-items" => field.max_items = None,
        "min" => (field.limits.min, field.limits.min_length) = (None, None),
        "max" => (field.limits.max, field.limits.max_length) = (None, None),
        "multiple-of" => field.limits.multiple_of = None,
        "max-bytes" => field.limits.max_bytes = None,
        "shape" => field.limits.shape = None,
        "hosts" => field.host_limits.clear(),
        "when" => field.when.clear(),
        "not-below" => field.not_below = None,
        "only-if" => field.only_if = None,
        ONE_OF => field.one_of = None,
        CONDITION => field.required_if = None,
        "names" => (field.names, field.from) = (None, None),
        "from" => field.from = None,
        "item" => field.item = None,
        "pattern" => field.pattern = None,
        // Names were resolved before, and are what they would be elsewhere.
        _ => {}
    }
}

/// The keys of each kind of type: the first one that is there says the kind.
const KINDS: [(&str, &str, &[&str]); 6] = [
    ("id", "an id", &["id", "min", "max", "shape"]),
    ("max", "a whole number", &["min", "max"]),
    ("min", "a whole number", &["min", "max"]),
    ("values", "an enumeration", &["values", "kind"]),
    ("union", "a union", &["union"]),
    ("", "a type with fields", &["fields", "keep-raw"]),
];

fn of_type(definition: &surface::TypeDefinition, diagnostics: &mut Diagnostics) {
    let has = |name: &str| name.is_empty() || definition.keys.iter().any(|key| key.value == name);
    let Some((_, what, own)) = KINDS.iter().find(|(name, ..)| has(name)) else { return };
    let is_of_kind = |key: &str| KINDS.iter().any(|(.., keys)| keys.contains(&key));
    for key in definition.keys.iter().filter(|key| is_of_kind(key) && !own.contains(&key.as_str())) {
        let help = "a type is one of: an `id`, a number from `min` to `max`, `values`, a `union`, `fields`";
        without_meaning(key, what, "not of this type", help, diagnostics);
    }
}

/// What only some forms of faults look at.
fn of_errors(model: &Model, diagnostics: &mut Diagnostics) {
    let style = model.service.fault.style;
    for error in &model.service.errors {
        for key in &error.keys {
            let help = match (key.as_str(), style) {
                ("match", FaultStyle::Envelope | FaultStyle::Wrapped) => {
                    "only a fault that shows by its status or by what is `present` is told by its text"
                }
                ("accepted", FaultStyle::Documents | FaultStyle::Wrapped) => {
                    "only an envelope has codes beside a success"
                }
                ("happened", FaultStyle::Wrapped) if error.undone => {
                    "a document with a name says by a status below 500 that nothing was done, and by no other"
                }
                // What is internal leaves it open in any case.
                ("happened", FaultStyle::Wrapped) if error.kind != "internal" => {
                    "what a document with a name says was not carried out, but where its `kind` is `internal`"
                }
                _ => continue,
            };
            let what = match style {
                FaultStyle::Envelope => "a code of an envelope",
                FaultStyle::Wrapped => "a code that is the name of a document",
                FaultStyle::Documents => "a code of a document",
            };
            without_meaning(key, what, "never looked at", help, diagnostics);
        }
    }
}
