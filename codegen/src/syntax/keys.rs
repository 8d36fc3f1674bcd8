//! The keys of every table of the spec language, from which the reader, help texts and JSON Schemas are all made. This
//! file has types and fields; the submodules have the other kinds of files.

mod endpoint;
mod inventory;
mod service;

#[cfg(test)]
pub(crate) use endpoint::WAITER;
pub(crate) use endpoint::{CONDITION, ENDPOINT, NOT, ONE_OF};
pub(crate) use inventory::INVENTORY;
pub(crate) use service::SERVICE;

/// Required shape of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    /// A name in Rust.
    Name,
    /// A text that other languages translate.
    Sentence,
    Integer,
    /// A whole number from the first to the second.
    Number(i64, i64),
    Flag,
    /// A truth value, or a text.
    FlagOrText,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or a pattern.
    Form(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// One text, or a list of them.
    TextOrTexts,
    /// A list of texts, whole numbers and truth values.
    Scalars,
    /// A list of whole numbers from the first to the second.
    Numbers(i64, i64),
    /// A list of words.
    Words(&'static [&'static str]),
    /// Text, or a table from formats to text.
    TextByFormat,
    /// A table with these keys.
    Table(&'static [Key]),
    /// A list of tables with these keys.
    Tables(&'static [Key]),
    /// A table whose keys are free and whose values are tables with these keys.
    Named(&'static [Key]),
    /// As `Named`, but a text stands for a table with `en` alone.
    Described(&'static [Key]),
    /// A table whose keys are free and whose values are tables with these keys, or scalars that are constants.
    Inputs(&'static [Key]),
    /// A table of free keys and scalars.
    Constants,
    /// A table of free keys whose values are a text, or a list of texts.
    PairsOfTexts,
    /// A table of free keys and texts.
    Pairs,
    /// A table from paths to expected values: a text or number, a list of alternatives, `true` for presence, or a table
    /// with what it may not be.
    Conditions,
    /// A text or number, or a list of them, which is not empty.
    Alternatives,
    /// A table from places of a request to templates.
    Put,
    /// The same for every request; a table below the name of a format holds for answers of that format.
    PutByFormat,
    /// Text with names in braces.
    Template,
    /// Any value; the reader checks it.
    Any,
}

/// How many there are, from one up: of items, of calls, of lines.
const COUNT: Shape = Shape::Number(1, MOST);
/// A number that may be none.
const FROM_ZERO: Shape = Shape::Number(0, MOST);
/// A time in whole seconds, as long as a clock can add.
const SECONDS: Shape = Shape::Number(1, MOST);
/// What counts has at most 32 bits, and so have times: more would be more than a century.
const MOST: i64 = u32::MAX as i64;
/// The statuses of HTTP.
const STATUSES: (i64, i64) = (100, 599);

/// One key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// Description for editors.
    pub(crate) doc: &'static str,
}

const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc }
}

const fn must(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: true, doc }
}

pub(crate) const FORMATS: &[&str] = &["xml", "json", "php", "print_r", "form"];
const EFFECTS: &[&str] = &["safe", "idempotent", "state", "spends", "destructive"];
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
const PROVENANCES: &[&str] = &["documented", "recorded", "client", "inferred"];
const ORIGINS: &[&str] = &["document", "recorded", "made", "derived"];
const FLAGS: &[&str] = &[
    "secret-request",
    "secret-response",
    "pii",
    "disruptive",
    "async",
    "additive",
    "recurring",
    "get-with-effect",
    "body-required-for-meaning",
    "hazard",
    REPEATABLE,
    ANONYMOUS,
];
/// The document says that a repeat of an idempotent call is harmless.
pub(super) const REPEATABLE: &str = "repeatable";
/// The call is sent without credentials.
pub(super) const ANONYMOUS: &str = "anonymous";
const FAULT_KINDS: &[&str] = &[
    "auth",
    "forbidden",
    "not-found",
    "conflict",
    "invalid-argument",
    "rate-limited",
    "temporary",
    "internal",
    "payment",
    "empty",
    "unsupported",
    "other",
];

/// Meanings of an answer's status.
const STATUS_MEANINGS: &[&str] = &[
    "ok",
    "accepted",
    "auth",
    "forbidden",
    "not-found",
    "conflict",
    "invalid-argument",
    "rate-limited",
    "temporary",
    "internal",
    "payment",
    "empty",
    "unsupported",
    "other",
];

const SHAPES: &[&str] = &["domain", "link", "ipv4", "ipv6"];

const LIMITS: &[Key] = &[
    key("min", Shape::Integer, "Lowest value, or the fewest characters."),
    key("max", Shape::Integer, "Highest value, or the most characters."),
    key("multiple-of", COUNT, "The value is a multiple of this."),
    key("max-bytes", COUNT, "The most bytes of the text that is sent."),
    key("shape", Shape::Form(SHAPES), "The shape of the text: a word, or a pattern from `^` to `$`."),
];

pub(crate) const FIELD: &[Key] = &[
    must("type", Shape::Text, "The type expression."),
    must("en", Shape::Sentence, "One English sentence: the docstring."),
    key("as", Shape::Name, "The Rust name."),
    key("json", Shape::Text, "The name in JSON, PHP and print_r; `a/b` goes down."),
    key("xml", Shape::Text, "The name in XML; `@a` is an attribute."),
    key("item", Shape::Text, "The key of each item of a list, in all formats but XML: `[{\"thing\": {}}]`."),
    key("also", Shape::Texts, "More names that are accepted."),
    key(
        "required",
        Shape::FlagOrText,
        "The object is not this object without it; a text: where this flag is on, or this `field=value` or `field=a|b` holds.",
    ),
    key("absent", Shape::Flag, "What the absence of a flag means."),
    key("header", Shape::Text, "The header that has the value."),
    key("unit", Shape::Text, "The unit, for the docs."),
    key("pattern", Shape::Text, "A date pattern other than the first of the service."),
    key(
        "write",
        Shape::Word(&["text", "json", "base64", "percent"]),
        "A number in quotes, the JSON of a list, a map or an object as one text, or a text that is percent-encoded by itself.",
    ),
    key("trim", Shape::Flag, "Blanks around the text of an answer are left out."),
    key("min", Shape::Integer, "Lowest value, or the fewest characters."),
    key("max", Shape::Integer, "Highest value, or the most characters."),
    key("multiple-of", COUNT, "The value is a multiple of this."),
    key("max-bytes", COUNT, "The most bytes of the text that is sent."),
    key("shape", Shape::Form(SHAPES), "The shape of the text: a word, or a pattern from `^` to `$`."),
    key("max-items", COUNT, "Items of a list, at most."),
    key("total", Shape::TextByFormat, "The key beside a list or map of an answer with the number of items in all."),
    key("hosts", Shape::Named(LIMITS), "Limits that differ by host."),
    key("when", Shape::Named(LIMITS), "Limits that hold where this `field=value` or `field=a|b` does."),
    key("not-below", Shape::Text, "The input that this one must not be less than."),
    key("only-if", Shape::Text, "Allowed only where this flag is on, or this `field=value` or `field=a|b` holds."),
    key(
        "one-of",
        Shape::Text,
        "Of the fields of an object in a request with the same word here, one may be given, at most; exactly one where they \
         are `required`.",
    ),
    key(
        "names",
        Shape::Text,
        "The template of the names that nested values have: `pid[{index}]`, `{field}_{key}`. Of a field of an object in one \
         text: the field whose value is the name of its part, `{model}`.",
    ),
    key("from", FROM_ZERO, "The `{index}` of the first item, if it is not 1."),
    key(
        "join",
        Shape::Word(&[",", ";", "|", " ", "\0"]),
        "The items of a list, or the fields of an object or entries of a map as `name=value`, are one text, with this \
         between them.",
    ),
    key(
        "words",
        Shape::Scalars,
        "The words of a flag, in pairs, that for no first; the first pair is written. One alone says yes by being there.",
    ),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

pub(crate) const TYPE: &[Key] = &[
    must("en", Shape::Sentence, "One English sentence."),
    key("about", Shape::Text, "A longer text."),
    key("fields", Shape::Named(FIELD), "The fields of a struct."),
    key("values", Shape::Named(ENUM_VALUE), "The values of an open enumeration."),
    key("kind", Shape::Word(&["text", "number"]), "What the values of an enumeration are on the wire."),
    key("id", Shape::Word(&["number", "text", "free"]), "The type is an id; a free one is any text."),
    key("min", Shape::Integer, "The lowest number, or the fewest characters of an id of text, that may be sent."),
    key("max", Shape::Integer, "The highest number, or the most characters of an id of text, that may be sent."),
    key(
        "shape",
        Shape::Form(SHAPES),
        "The shape of an id of text that may be sent: a word, or a pattern from `^` to `$`.",
    ),
    key("union", Shape::Table(UNION), "The shapes that a value may have."),
    key("keep-raw", Shape::Flag, "The struct keeps the object as it came."),
    key("provenance", Shape::Word(PROVENANCES), "Where the facts are from."),
];

const UNION: &[Key] = &[
    key("number", Shape::Text, "The type of a number, if it is not that of a scalar."),
    key("scalar", Shape::Text, "The type of a scalar."),
    key("object", Shape::Text, "The type of an object."),
    key("list", Shape::Text, "The type of a list."),
    key("objects", Shape::Texts, "The types of an object that is one of several, told by the fields that it has."),
];

const ENUM_VALUE: &[Key] = &[
    must("en", Shape::Sentence, "One English sentence."),
    key("as", Shape::Name, "The Rust name."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

pub(crate) const QUIRK: &[Key] = &[
    must("en", Shape::Text, "What is done about it, or why it needs no code."),
    key("example", Shape::Text, "The case that exercises it: `module/endpoint:case`, or the case of this endpoint."),
];

/// Inconsistencies of the document, by id.
pub(crate) const QUIRKS: Key =
    key("quirks", Shape::Described(QUIRK), "Inconsistencies of the document; a text alone needs no code.");
