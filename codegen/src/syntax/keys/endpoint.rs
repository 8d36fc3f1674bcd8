//! The keys of an endpoint's file.

use super::{
    COUNT, EFFECTS, FIELD, FLAGS, FORMATS, FROM_ZERO, Key, METHODS, ORIGINS, PROVENANCES, QUIRKS, SECONDS,
    STATUS_MEANINGS, STATUSES, Shape, key, must,
};

const EXAMPLE: &[Key] = &[
    key("line", COUNT, "The first line of the block in the document, from which the bytes then are."),
    key("origin", Shape::Word(ORIGINS), "Where the bytes are from, if not from where the service says."),
    key("status", Shape::Number(STATUSES.0, STATUSES.1), "The status of an answer without a head."),
    key("note", Shape::Text, "What was corrected, and why."),
    key("path", Shape::Text, "The path of a request whose example is a body alone."),
];

const STATUS: &[Key] = &[
    key("means", Shape::Word(STATUS_MEANINGS), "What it means, if not what it means for the service."),
    key("en", Shape::Sentence, "One English sentence."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

const REQUEST: &[Key] = &[key("root", Shape::TextByFormat, "The wrapper of the body.")];

const EMPTY: &[Key] = &[
    key("status", Shape::Numbers(STATUSES.0, STATUSES.1), "HTTP statuses."),
    key("code", Shape::Texts, "Codes or messages."),
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
    key("item", Shape::Text, "The key of each item of the list, in all formats but XML."),
    key("max-items", COUNT, "Items of a list, at most."),
    key("total", Shape::TextByFormat, "Where the answer says how many items the list or map has in all."),
    key("formats", Shape::Words(FORMATS), "Formats of the answer, if not the service's."),
    key(
        "from",
        Shape::Word(&["headers", "text", "bytes", "null"]),
        "The output stands in headers, or is the body itself, or null says success.",
    ),
    key("empty", Shape::Table(EMPTY), "Faults that mean that there is nothing."),
    key(
        "marker",
        Shape::Word(&["optional", "each"]),
        "The answer of this read may lack the marker of a success, or each item is judged by its own.",
    ),
    key("key", Shape::Text, "Of a map: the field of an item that is its key."),
    key(
        "each",
        Shape::TextOrTexts,
        "The input list whose items have one result each, in their order; or those of several variants, or `[]` for none.",
    ),
    key("list", Shape::Text, "The field of the answer with these results, if the answer is not the list."),
    key("echo", Shape::PairsOfTexts, "Fields of the answer that repeat inputs: the answer to another call has others."),
];

const PAGING: &[Key] = &[
    must("next", Shape::Pairs, "The input that goes on: to a field of the answer, or by `+1` or `+items`."),
    key("list", Shape::Text, "The field of the answer with the items, if the answer is not the list."),
    key("from", FROM_ZERO, "The number of the first page, if it is not 1."),
    key(
        "total",
        Shape::Text,
        "The field of the answer that says how many items there are on all pages; with `?` where an empty list lacks it.",
    ),
    key("pages", Shape::Text, "The field of the answer that says how many pages there are."),
];

pub(crate) const NOT: Key = must("not", Shape::Alternatives, "It is there, not empty, and none of these.");

/// What is wanted of a field, where a value alone does not say it.
pub(crate) const CONDITION: &[Key] = &[NOT];

pub(crate) const WAITER: &[Key] = &[
    must("en", Shape::Sentence, "One English sentence."),
    must("ready", Shape::Conditions, "All of these mean that it is there."),
    key("failed", Shape::Conditions, "Any of these means that it will never be."),
    key("gone", Shape::Flag, "It waits until the object does not exist."),
    key("text", Shape::Text, "The field with the progress in words."),
    key("percent", Shape::Text, "The field with the progress in percent."),
    must("first", SECONDS, "Seconds before the first look."),
    must("interval", SECONDS, "Seconds between looks."),
    must("cap", SECONDS, "The longest interval in seconds."),
    must("deadline", SECONDS, "Seconds after which it gives up."),
    key("lag", FROM_ZERO, "Seconds for which an end that is there from the first look on may be of before."),
];

const EVIDENCE: &[Key] = &[
    key("first", Shape::Text, "A list that is read first: the read is made for each of its items."),
    must("read", Shape::Text, "The call that is read: `module/endpoint`."),
    key(
        "inputs",
        Shape::Pairs,
        "Inputs of that call, or `group/variant` of it, from such of this one, or from `first/field`.",
    ),
    key("with", Shape::Constants, "Inputs of that call that always have these values, whatever this one has."),
    key("list", Shape::TextOrTexts, "The field of its answer with the items, or fields that are an item each."),
    key("each", Shape::Text, "The input with a list: each of its items shows as an item of its own."),
    key("count", Shape::Text, "The input that says how many items the call makes."),
    key("where", Shape::Pairs, "Fields of the item that hold inputs of the call."),
    key("below", Shape::Pairs, "As `where`, for names that the answer may have in full or without their domain."),
    key(
        "is",
        Shape::Conditions,
        "Fields of the item that have these values; of what changed, the values that it becomes.",
    ),
    key("new", Shape::Text, "The field that tells items apart: the item was not there before."),
    key("changed", Shape::Text, "The field that is not what it was before."),
    key("by", Shape::Text, "The input that says by how much it grows; of a date, by how many months."),
    key(
        "by-itself",
        Shape::FlagOrText,
        "The hoster does the same by itself: the field that says whether, or `true` where none does.",
    ),
    key("there", Shape::Text, "The field that is there now and was not before."),
    key("gone", Shape::Flag, "No such item is left."),
    key("not-found", Shape::Flag, "A not-found fault of the read means that it happened."),
    key("absent", Shape::Word(&["no"]), "An absent field says that it did not happen; else it says nothing."),
    key(
        "not-seen",
        Shape::Word(&["nothing", "no"]),
        "`nothing`: it shows only while it lasts, or perhaps days later; `no`: at once, also what is taken for later.",
    ),
    key("already", Shape::Word(&["refused"]), "Where it is so before the call, the call is not sent."),
    key("lag", FROM_ZERO, "Seconds that it may take to show; 60 where it is not said."),
];

pub(crate) const ONE_OF: &[Key] = &[
    key("required", Shape::Flag, "One of the variants has to be given."),
    key(
        "before",
        Shape::Text,
        "The input or constant of `[body]` before which it is written; else behind all of them.",
    ),
    must("en", Shape::Sentence, "One English sentence."),
];

pub(crate) const ENDPOINT: &[Key] = &[
    key("method", Shape::Word(METHODS), "The HTTP verb."),
    key("path", Shape::Text, "The path template."),
    key("action", Shape::Text, "The `{action}` of what the service puts into every request."),
    must("effect", Shape::Word(EFFECTS), "What the call may do; there is no default."),
    key("flags", Shape::Words(FLAGS), "More properties."),
    key("rates", Shape::Texts, "The rate rules that count it."),
    must("en", Shape::Sentence, "One English sentence: the docstring."),
    key("about", Shape::Text, "A longer text."),
    key("document", FROM_ZERO, "The number in the inventory."),
    key("line", COUNT, "The line of the document, if it is not that of the number."),
    key("provenance", Shape::Word(PROVENANCES), "Where the facts are from."),
    key("deadline", SECONDS, "Seconds that it may take."),
    key("recovery", Shape::Text, "How to find out whether it happened."),
    key("evidence", Shape::Table(EVIDENCE), "The read where it shows that the call happened."),
    key("no-evidence", Shape::Text, "Why nothing on the API shows that the call happened: instead of `evidence`."),
    key("removed-at", Shape::Table(REMOVED_AT), "Hosts at which the call is refused before it is sent."),
    key("path-params", Shape::Named(FIELD), "Inputs in the path."),
    key("query", Shape::Inputs(FIELD), "Inputs in the query; a scalar is a constant."),
    key("headers", Shape::Inputs(FIELD), "Inputs in headers; a scalar is a constant."),
    key("body", Shape::Inputs(FIELD), "Inputs in the body; a scalar is a constant."),
    key("request", Shape::Table(REQUEST), "The body as a whole."),
    key("at-least-one", Shape::TextOrTexts, "Inputs of which one has to be given, or `body`."),
    key("one-of", Shape::Any, "Groups of inputs of which one variant is given."),
    key("response", Shape::Table(RESPONSE), "The answer."),
    key("paging", Shape::Table(PAGING), "The answer is a page of a list: what the call for the next one has."),
    key("status", Shape::Described(STATUS), "The statuses that it answers, and what differs from the service."),
    key("waiter", Shape::Named(WAITER), "Waiters that poll this call."),
    key("shown", Shape::Texts, "Examples that the documentation shows before the others: `case.kind`."),
    key("examples", Shape::Named(EXAMPLE), "What the names of the example files do not say: `case.kind`, or a file."),
    QUIRKS,
];
