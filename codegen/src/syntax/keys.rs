//! The keys of every table of the spec language, in one place: the reader, the help texts and the JSON Schemas agree
//! because they all read this.

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Integer,
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// One text, or a list of them.
    TextOrTexts,
    /// A list of integers.
    Integers,
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
    /// A table of free keys and scalars.
    Constants,
    /// Anything: the reader says more.
    Any,
}

/// One key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// For editors.
    pub(crate) doc: &'static str,
}

const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc }
}

const fn must(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: true, doc }
}

pub(crate) const FORMATS: &[&str] = &["xml", "json", "php", "print_r", "form"];
pub(crate) const EFFECTS: &[&str] = &["safe", "idempotent", "state", "spends", "destructive"];
pub(crate) const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "HEAD"];
pub(crate) const PROVENANCES: &[&str] = &["documented", "recorded", "client", "inferred"];
pub(crate) const ORIGINS: &[&str] = &["document", "recorded", "made", "derived"];
pub(crate) const FLAGS: &[&str] = &[
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
];
pub(crate) const FAULT_KINDS: &[&str] = &[
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

/// What a status of an answer means.
pub(crate) const STATUS_MEANINGS: &[&str] = &[
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

pub(crate) const SHAPES: &[&str] = &["clock", "domain", "link", "ipv4", "ipv6", "hex32"];

const LIMITS: &[Key] = &[
    key("range", Shape::Integers, "Lowest and highest value."),
    key("min", Shape::Integer, "Lowest value."),
    key("max", Shape::Integer, "Highest value."),
    key("multiple-of", Shape::Integer, "The value is a multiple of this."),
    key("min-length", Shape::Integer, "Characters, at least."),
    key("max-length", Shape::Integer, "Characters, at most."),
    key("shape", Shape::Word(SHAPES), "The shape of the text."),
];

pub(crate) const HOST_LIMITS: &[Key] = LIMITS;

pub(crate) const FIELD: &[Key] = &[
    must("type", Shape::Text, "The type expression."),
    must("en", Shape::Text, "One English sentence: the docstring."),
    must("ru", Shape::Text, "One Russian sentence."),
    key("as", Shape::Text, "The Rust name."),
    key("json", Shape::Text, "The name in JSON, PHP and print_r; `a/b` goes down."),
    key("xml", Shape::Text, "The name in XML; `@a` is an attribute."),
    key("also", Shape::Texts, "More names that are accepted."),
    key("required", Shape::Flag, "The object is not this object without it."),
    key("absent", Shape::Flag, "What the absence of a flag means."),
    key("header", Shape::Text, "The header that has the value."),
    key("unit", Shape::Text, "The unit, for the docs."),
    key("form", Shape::Text, "A date form other than the first of the service."),
    key("write", Shape::Word(&["text"]), "How a number is written."),
    key("trim", Shape::Flag, "Blanks around the text of an answer are left out."),
    key("range", Shape::Integers, "Lowest and highest value."),
    key("min", Shape::Integer, "Lowest value."),
    key("max", Shape::Integer, "Highest value."),
    key("multiple-of", Shape::Integer, "The value is a multiple of this."),
    key("min-length", Shape::Integer, "Characters, at least."),
    key("max-length", Shape::Integer, "Characters, at most."),
    key("shape", Shape::Word(SHAPES), "The shape of the text."),
    key("max-items", Shape::Integer, "Items of a list, at most."),
    key("hosts", Shape::Named(HOST_LIMITS), "Limits that differ by host."),
    key("when", Shape::Named(LIMITS), "Limits that hold where this `field=value` does."),
    key("not-below", Shape::Text, "The input that this one must not be less than."),
    key("required-if", Shape::Text, "Required where this flag is on, or this `field=value` holds."),
    key("only-if", Shape::Text, "Allowed only where this flag is on, or this `field=value` holds."),
    key("spread", Shape::Text, "The template of made keys."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

pub(crate) const TYPE: &[Key] = &[
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
    key("about", Shape::Text, "A longer text."),
    key("fields", Shape::Named(FIELD), "The fields of a struct."),
    key("values", Shape::Named(ENUM_VALUE), "The values of an open enumeration."),
    key("kind", Shape::Word(&["text", "number"]), "What the values of an enumeration are on the wire."),
    key("id", Shape::Word(&["number", "text"]), "The type is an id."),
    key("min", Shape::Integer, "The lowest number of an id that may be sent."),
    key("union", Shape::Table(UNION), "The shapes that a value may have."),
    key("keep-raw", Shape::Flag, "The struct keeps the object as it came."),
    key("provenance", Shape::Word(PROVENANCES), "Where the facts are from."),
];

pub(crate) const UNION: &[Key] = &[
    key("scalar", Shape::Text, "The type of a scalar."),
    key("object", Shape::Text, "The type of an object."),
    key("list", Shape::Text, "The type of a list."),
];

pub(crate) const ENUM_VALUE: &[Key] = &[
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
    key("as", Shape::Text, "The Rust name."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

pub(crate) const QUIRK: &[Key] = &[
    must("id", Shape::Text, "The id of the inconsistency."),
    must("en", Shape::Text, "What is done about it."),
    must("example", Shape::Text, "The case that exercises it: `module/endpoint:case`, or the case of this endpoint."),
];

pub(crate) const NOTE: &[Key] = &[
    must("id", Shape::Text, "The id of the inconsistency."),
    must("en", Shape::Text, "Why it needs no code, or where it is handled."),
];

pub(crate) const EXAMPLE: &[Key] = &[
    must("case", Shape::Text, "The name of the case."),
    must("kind", Shape::Word(&["request", "answer", "fault"]), "What the files are."),
    must("formats", Shape::Words(&["xml", "json", "php", "print_r", "form", "http"]), "The endings of the files."),
    must("origin", Shape::Word(ORIGINS), "Where the bytes are from."),
    key("line", Shape::Integer, "The first line of the block in the document."),
    key("lines", Shape::Integers, "The lines of several blocks, one for each format."),
    key("status", Shape::Integer, "The status of an answer without a head."),
    key("note", Shape::Text, "What was corrected, and why."),
    key("path", Shape::Text, "The path of a request whose example is a body alone."),
];

pub(crate) const STATUS: &[Key] = &[
    must("code", Shape::Integer, "The HTTP status."),
    must("means", Shape::Word(STATUS_MEANINGS), "What it means."),
    key("en", Shape::Text, "One English sentence."),
    key("ru", Shape::Text, "One Russian sentence."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

pub(crate) const SOURCE: &[Key] = &[
    key("line", Shape::Integer, "The line of the document."),
    key("provenance", Shape::Word(PROVENANCES), "Where the facts are from."),
];

pub(crate) const REQUEST: &[Key] = &[key("root", Shape::TextByFormat, "The wrapper of the body.")];

pub(crate) const FIXED: &[Key] = &[
    key("body", Shape::Constants, "Constants of the body."),
    key("query", Shape::Constants, "Constants of the query."),
];

pub(crate) const EMPTY: &[Key] = &[
    key("statuses", Shape::Integers, "HTTP statuses."),
    key("codes", Shape::Texts, "Codes or messages."),
    key("except", Shape::Texts, "Texts that show another fault after all."),
];

pub(crate) const RESPONSE: &[Key] = &[
    key("type", Shape::Text, "The type of the output."),
    key("root", Shape::TextByFormat, "Where it stands in the document."),
    key("max-items", Shape::Integer, "Items of a list, at most."),
    key("formats", Shape::Words(FORMATS), "Formats of the answer, if not the service's."),
    key("from", Shape::Word(&["headers"]), "The output stands in headers."),
    key("empty", Shape::Table(EMPTY), "Faults that mean that there is nothing."),
];

pub(crate) const WAITER: &[Key] = &[
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
    must("ready", Shape::Constants, "All of these mean that it is there."),
    key("failed", Shape::Constants, "Any of these means that it will never be."),
    key("gone", Shape::Word(&["ready", "failed", "pending"]), "What a not-found fault means."),
    key("text", Shape::Text, "The field with the progress in words."),
    key("percent", Shape::Text, "The field with the progress in percent."),
    must("first", Shape::Integer, "Seconds before the first look."),
    must("interval", Shape::Integer, "Seconds between looks."),
    must("cap", Shape::Integer, "The longest interval in seconds."),
    must("deadline", Shape::Integer, "Seconds after which it gives up."),
];

pub(crate) const TRACE: &[Key] = &[
    key("first", Shape::Text, "A list that is read first: the read is made for each of its items."),
    must("read", Shape::Text, "The call that is read: `module/endpoint`."),
    key("inputs", Shape::Constants, "Inputs of that call from inputs of this one, or from `first.field`."),
    key("list", Shape::Any, "The field of its answer with the items, or fields that are an item each."),
    key("each", Shape::Text, "The input with a list: each of its items shows as an item of its own."),
    key("named", Shape::Constants, "Fields of the item that hold what the caller chose to know it by."),
    key("where", Shape::Constants, "More fields of the item that hold inputs of the call."),
    key("is", Shape::Constants, "Fields of the item that have these values."),
    key("new", Shape::Text, "The field that tells items apart: the item was not there before."),
    key("changed", Shape::Text, "The field that is not what it was before."),
    key("there", Shape::Text, "The field that is there now and was not before."),
    key("gone", Shape::Flag, "No such item is left."),
    key("not-found", Shape::Flag, "A not-found fault of the read means that it happened."),
    key("absent", Shape::Word(&["no"]), "An absent field says that it did not happen; else it says nothing."),
    key("not-seen", Shape::Word(&["nothing"]), "It shows only while it lasts: that it is not seen says nothing."),
    key("settle", Shape::Integer, "Seconds that it may take to show; 60 where it is not said."),
];

pub(crate) const ONE_OF: &[Key] = &[
    key("required", Shape::Flag, "One of the variants has to be given."),
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
];

pub(crate) const ENDPOINT: &[Key] = &[
    must("name", Shape::Text, "The name, which is the file's."),
    key("method", Shape::Word(METHODS), "The HTTP verb."),
    key("path", Shape::Text, "The path template."),
    key("action", Shape::Text, "The value of the service's selector."),
    must("effect", Shape::Word(EFFECTS), "What the call may do; there is no default."),
    key("flags", Shape::Words(FLAGS), "More properties."),
    key("repeat", Shape::Word(&["documented"]), "The document says that a repeat is harmless."),
    key("rates", Shape::Texts, "The rate rules that count it."),
    must("en", Shape::Text, "One English sentence: the docstring."),
    must("ru", Shape::Text, "One Russian sentence."),
    key("about", Shape::Text, "A longer text."),
    key("documents", Shape::Integer, "The number in the inventory."),
    key("source", Shape::Table(SOURCE), "Where the facts are from."),
    key("deadline", Shape::Integer, "Seconds that it may take."),
    key("reconcile", Shape::Text, "How to find out whether it happened."),
    key("trace", Shape::Table(TRACE), "The read where it shows that the call happened."),
    key("no-trace", Shape::Text, "Why nothing on the API shows that the call happened: instead of `trace`."),
    key("authorised", Shape::Flag, "Whether it is sent with credentials."),
    key("path-params", Shape::Named(FIELD), "Inputs in the path."),
    key("query", Shape::Named(FIELD), "Inputs in the query."),
    key("headers", Shape::Named(FIELD), "Inputs in headers."),
    key("body", Shape::Named(FIELD), "Inputs in the body."),
    key("request", Shape::Table(REQUEST), "The body as a whole."),
    key("at-least-one", Shape::TextOrTexts, "Inputs of which one has to be given, or `body`."),
    key("one-of", Shape::Any, "Groups of inputs of which one variant is given."),
    key("fixed", Shape::Table(FIXED), "Constants that make this variant what it is."),
    key("response", Shape::Table(RESPONSE), "The answer."),
    key("status", Shape::Tables(STATUS), "What the statuses mean."),
    key("waiter", Shape::Named(WAITER), "Waiters that poll this call."),
    key("example", Shape::Tables(EXAMPLE), "Wire examples."),
    key("quirk", Shape::Tables(QUIRK), "Inconsistencies that are handled."),
    key("note", Shape::Tables(NOTE), "Inconsistencies that need no code."),
];

pub(crate) const LENIENT: &[Key] = &[
    key("one-as-list", Shape::Flag, "A list of one may be the item itself."),
    key("map-as-list", Shape::Flag, "A list may be a map; its values are the items."),
    key("null-as-empty", Shape::Flag, "A list or map may be null or empty text."),
    key("list-as-empty-map", Shape::Flag, "A map may be [] when it is empty."),
    key("loose-scalars", Shape::Flag, "Numbers as text and text as numbers."),
    key("empty-text-is-absent", Shape::Flag, "Empty text is no value."),
    key("loose-flags", Shape::Flag, "0, 1, \"0\", \"1\", \"\" and null are flags too."),
];

pub(crate) const DATES: &[Key] = &[
    key("datetime", Shape::Texts, "Forms of date-times; the first is written."),
    key("date", Shape::Texts, "Forms of dates."),
    key("zero", Shape::Texts, "Texts that stand for no date."),
];

pub(crate) const HOST: &[Key] = &[
    must("name", Shape::Text, "The name that limits by host use."),
    must("url", Shape::Text, "The base URL."),
    key("en", Shape::Text, "One English sentence."),
    key("ru", Shape::Text, "One Russian sentence."),
];

pub(crate) const CREDENTIALS: &[Key] = &[
    must("name", Shape::Text, "The name of the variant."),
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
    must("fields", Shape::Constants, "The fields: text, int or secret."),
    key("sign-in", Shape::Text, "The endpoint that makes a session."),
    key("token", Shape::Text, "The field that is the session's token already."),
    key("headers", Shape::Constants, "Headers of every call, from fields."),
    key("body", Shape::Constants, "Fields of every body, from fields."),
];

pub(crate) const SESSION: &[Key] = &[
    key("headers", Shape::Constants, "Headers of every call, from the token."),
    must("token", Shape::Text, "The field of the sign-in's output with the token."),
    key("base-url", Shape::Text, "The field with the base URL of further calls."),
    key("lifetime", Shape::Integer, "Seconds that a token is good for, at most."),
    key("ends", Shape::Text, "The field of the sign-in's output that says when the token ends."),
    key("issued", Shape::Text, "The field that says when it was issued, by the same clock."),
    key("hosts", Shape::Texts, "Hosts that such a base URL may have."),
];

pub(crate) const ALWAYS_FORMAT: &[Key] = &[
    key("body", Shape::Constants, "Constants of the body."),
    key("query", Shape::Constants, "Constants of the query."),
];

pub(crate) const ALWAYS: &[Key] = &[
    key("xml", Shape::Table(ALWAYS_FORMAT), "For answers in XML."),
    key("json", Shape::Table(ALWAYS_FORMAT), "For answers in JSON."),
    key("php", Shape::Table(ALWAYS_FORMAT), "For answers in PHP serialize."),
];

pub(crate) const FAULT: &[Key] = &[
    must("kind", Shape::Word(&["status", "envelope"]), "How the API says no."),
    key("code", Shape::Any, "Key of the code, or keys."),
    key("message", Shape::Any, "Key of the text, or keys."),
    key("details", Shape::Text, "Key of the longer text."),
    key("marker", Shape::Text, "Key of the marker of an envelope."),
    key("success", Shape::Texts, "Markers of success."),
    key("fields", Shape::Text, "Key of the field errors."),
    key("keys", Shape::Texts, "All keys of the envelope."),
    key("write", Shape::Constants, "What a server writes around a success."),
];

pub(crate) const ERROR: &[Key] = &[
    must("code", Shape::Text, "The code on the wire."),
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
    key("as", Shape::Text, "The Rust name."),
    must("kind", Shape::Word(FAULT_KINDS), "What it means."),
    key("accepted", Shape::Text, "A success with this code is an acceptance, for this reason."),
    key("verify", Shape::Flag, "The document leaves open whether the call was carried out."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

pub(crate) const RATE: &[Key] = &[
    must("name", Shape::Text, "The name that endpoints use."),
    must("count", Shape::Integer, "Calls in one window."),
    must("per", Shape::Word(&["second", "minute", "hour", "day"]), "The window."),
    key("en", Shape::Text, "One English sentence."),
    key("ru", Shape::Text, "One Russian sentence."),
];

pub(crate) const SELECTOR: &[Key] =
    &[must("in", Shape::Word(&["body", "query"]), "Where the action goes."), must("name", Shape::Text, "The key.")];

pub(crate) const SERVICE: &[Key] = &[
    must("name", Shape::Text, "The Rust type that implements `Api`."),
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
    key("about", Shape::Text, "A longer text."),
    key("aliases", Shape::Texts, "More search words."),
    must("zone", Shape::Text, "The time zone of its dates."),
    must("formats", Shape::Words(&["xml", "json", "php", "print_r"]), "Formats of answers; the first is the default."),
    key("request-format", Shape::Word(FORMATS), "The format of request bodies, if it is another."),
    key("negotiates", Shape::Flag, "The wanted format is said in `Accept`."),
    key("path", Shape::Text, "The path of endpoints that give none."),
    key("method", Shape::Word(METHODS), "The method of endpoints that give none."),
    key("selector", Shape::Table(SELECTOR), "Where an endpoint's action goes."),
    key("lenient", Shape::Table(LENIENT), "What answers may do besides."),
    key("dates", Shape::Table(DATES), "The forms of dates."),
    must("host", Shape::Tables(HOST), "The hosts; the first is the default."),
    must("credentials", Shape::Tables(CREDENTIALS), "What a user proves himself with."),
    key("session", Shape::Table(SESSION), "What a sign-in gives."),
    key("always", Shape::Table(ALWAYS), "Constants of every request."),
    must("fault", Shape::Table(FAULT), "How the API says no."),
    key("error", Shape::Tables(ERROR), "The catalogue of error codes."),
    key("rate", Shape::Tables(RATE), "Rate limits."),
    key("quirk", Shape::Tables(QUIRK), "Inconsistencies that are handled."),
    key("note", Shape::Tables(NOTE), "Inconsistencies that need no code."),
];

pub(crate) const INVENTORY_ENDPOINT: &[Key] = &[
    must("number", Shape::Integer, "The number in the fact sheet."),
    must("title", Shape::Text, "The call as the document writes it."),
    key("line", Shape::Integer, "The line of the document."),
];

pub(crate) const INVENTORY_BLOCK: &[Key] = &[
    must("line", Shape::Integer, "The first line of the block."),
    must("sha256", Shape::Text, "Of the bytes between the fences."),
    must("kind", Shape::Word(&["request", "answer", "fault", "part"]), "What the block shows."),
    key("endpoint", Shape::Integer, "The number of the endpoint."),
    key("note", Shape::Text, "Why a part is no example."),
];

pub(crate) const INVENTORY_ID: &[Key] = &[must("id", Shape::Text, "The id in the fact sheet.")];

pub(crate) const INVENTORY: &[Key] = &[
    must("document", Shape::Text, "The file name of the document."),
    key("endpoint", Shape::Tables(INVENTORY_ENDPOINT), "Every documented endpoint."),
    key("block", Shape::Tables(INVENTORY_BLOCK), "Every example block."),
    key("inconsistency", Shape::Tables(INVENTORY_ID), "Every inconsistency of the fact sheet."),
];
