//! The keys of an endpoint's file.

use super::{
    EFFECTS, FIELD, FLAGS, FORMATS, Key, METHODS, NOTE, ORIGINS, PROVENANCES, QUIRK, STATUS_MEANINGS, Shape, key, must,
};

const EXAMPLE: &[Key] = &[
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

const STATUS: &[Key] = &[
    must("code", Shape::Integer, "The HTTP status."),
    must("means", Shape::Word(STATUS_MEANINGS), "What it means."),
    key("en", Shape::Text, "One English sentence."),
    key("ru", Shape::Text, "One Russian sentence."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

const SOURCE: &[Key] = &[
    key("line", Shape::Integer, "The line of the document."),
    key("provenance", Shape::Word(PROVENANCES), "Where the facts are from."),
];

const REQUEST: &[Key] = &[key("root", Shape::TextByFormat, "The wrapper of the body.")];

const FIXED: &[Key] = &[
    key("body", Shape::Constants, "Constants of the body."),
    key("query", Shape::Constants, "Constants of the query."),
];

const EMPTY: &[Key] = &[
    key("statuses", Shape::Integers, "HTTP statuses."),
    key("codes", Shape::Texts, "Codes or messages."),
    key("except", Shape::Texts, "Texts that show another fault after all."),
];

const REMOVED_AT: &[Key] = &[
    must("hosts", Shape::Pairs, "The hosts that no longer have the call, and since when."),
    must("instead", Shape::Text, "What to use there: the end of an English sentence."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

const RESPONSE: &[Key] = &[
    key("type", Shape::Text, "The type of the output."),
    key("root", Shape::TextByFormat, "Where it stands in the document."),
    key("max-items", Shape::Integer, "Items of a list, at most."),
    key("total", Shape::TextByFormat, "Where the answer says how many items the list or map has in all."),
    key("formats", Shape::Words(FORMATS), "Formats of the answer, if not the service's."),
    key("from", Shape::Word(&["headers"]), "The output stands in headers."),
    key("empty", Shape::Table(EMPTY), "Faults that mean that there is nothing."),
    key("may-lack-marker", Shape::Flag, "The answer of this read may lack the envelope's marker."),
    key("key", Shape::Text, "Of a map: the field of an item that is its key."),
    key("echo", Shape::Pairs, "Fields of the answer that repeat inputs: the answer to another call has others."),
];

pub(crate) const WAITER: &[Key] = &[
    must("en", Shape::Text, "One English sentence."),
    must("ru", Shape::Text, "One Russian sentence."),
    must("ready", Shape::Conditions, "All of these mean that it is there."),
    key("failed", Shape::Conditions, "Any of these means that it will never be."),
    key("gone", Shape::Flag, "It waits until the object does not exist."),
    key("text", Shape::Text, "The field with the progress in words."),
    key("percent", Shape::Text, "The field with the progress in percent."),
    must("first", Shape::Integer, "Seconds before the first look."),
    must("interval", Shape::Integer, "Seconds between looks."),
    must("cap", Shape::Integer, "The longest interval in seconds."),
    must("deadline", Shape::Integer, "Seconds after which it gives up."),
    key("settle", Shape::Integer, "Seconds for which an end that is there from the first look on may be of before."),
];

const TRACE: &[Key] = &[
    key("first", Shape::Text, "A list that is read first: the read is made for each of its items."),
    must("read", Shape::Text, "The call that is read: `module/endpoint`."),
    key("inputs", Shape::Pairs, "Inputs of that call from inputs of this one, or from `first.field`."),
    key("list", Shape::Any, "The field of its answer with the items, or fields that are an item each."),
    key("each", Shape::Text, "The input with a list: each of its items shows as an item of its own."),
    key("count", Shape::Text, "The input that says how many items the call makes."),
    key("where", Shape::Pairs, "Fields of the item that hold inputs of the call."),
    key("below", Shape::Pairs, "As `where`, for names that the answer may have in full or without their domain."),
    key(
        "is",
        Shape::Constants,
        "Fields of the item that have these values; of what changed, the values that it becomes.",
    ),
    key("new", Shape::Text, "The field that tells items apart: the item was not there before."),
    key("changed", Shape::Text, "The field that is not what it was before."),
    key("by", Shape::Text, "The input that says by how much it grows; of a date, by how many months."),
    key(
        "by-itself",
        Shape::Any,
        "The hoster does the same by itself: the field that says whether, or `true` where none does.",
    ),
    key("there", Shape::Text, "The field that is there now and was not before."),
    key("gone", Shape::Flag, "No such item is left."),
    key("not-found", Shape::Flag, "A not-found fault of the read means that it happened."),
    key("absent", Shape::Word(&["no"]), "An absent field says that it did not happen; else it says nothing."),
    key(
        "not-seen",
        Shape::Word(&["nothing"]),
        "It shows only while it lasts, or perhaps days later: that it is not seen says nothing.",
    ),
    key("already", Shape::Word(&["refused"]), "Where it is so before the call, the call is not sent."),
    key("settle", Shape::Integer, "Seconds that it may take to show; 60 where it is not said."),
];

/// Constants of a variant, beside its fields.
pub(crate) const VARIANT_FIXED: Key = key("fixed", Shape::Constants, "Constants of this variant.");

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
    key("removed-at", Shape::Table(REMOVED_AT), "Hosts at which the call is refused before it is sent."),
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
