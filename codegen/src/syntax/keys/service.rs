//! The keys of `service.toml`.

use super::{
    COUNT, FAULT_KINDS, Key, METHODS, ORIGINS, PROVENANCES, QUIRKS, SECONDS, STATUS_MEANINGS, Shape, key, must,
};

const LENIENCIES: &[&str] = &[
    "one-as-list",
    "map-as-list",
    "null-as-empty",
    "list-as-empty-map",
    "loose-scalars",
    "empty-text-is-absent",
    "loose-flags",
];

const DATES: &[Key] = &[
    key("datetime", Shape::Texts, "Forms of date-times; the first is written."),
    key("date", Shape::Texts, "Forms of dates."),
];

const HOST: &[Key] = &[
    must("name", Shape::Text, "The name that limits by host use."),
    must("url", Shape::Text, "The base URL."),
    key("currency", Shape::Text, "The currency of amounts there: `RUB`."),
    key("en", Shape::Sentence, "One English sentence."),
];

const CREDENTIALS: &[Key] = &[
    must("name", Shape::Name, "The name of the variant."),
    must("en", Shape::Sentence, "One English sentence."),
    must(
        "fields",
        Shape::Pairs,
        "The fields: text, int or secret; with `?`, such as `text?`, one that not every account has.",
    ),
    key("sign-in", Shape::Text, "The endpoint that makes a session."),
    key("token", Shape::Text, "The field that is the session's token already."),
    key("put", Shape::Put, "What every call carries: templates over the fields."),
];

const SESSION: &[Key] = &[
    key("put", Shape::Put, "What every call carries: templates over `{token}`."),
    must("token", Shape::Text, "The field of the sign-in's output with the token."),
    key("base-url", Shape::Text, "The field with the base URL of further calls."),
    key("lifetime", SECONDS, "Seconds that a token is good for, at most."),
    key("ends", Shape::Text, "The field of the sign-in's output that says when the token ends."),
    key("issued", Shape::Text, "The field that says when it was issued, by the same clock."),
    key("hosts", Shape::Texts, "Hosts that such a base URL may have."),
];

const SIGNATURE: &[Key] = &[
    must("algorithm", Shape::Word(&["sha1", "sha256", "sha512"]), "The digest; with a `key`, that of an HMAC."),
    key("key", Shape::Template, "The key of an HMAC: a template over the fields of credentials."),
    must("text", Shape::Template, "What is signed: a template over fields, `{method}`, `{path}`, `{body}` and more."),
    key("clock", Shape::Text, "The call whose answer tells the server's time, if that of the client does not count."),
];

const SUCCESS: &[Key] = &[
    must("marker", Shape::Text, "Key of the marker of an envelope around every answer."),
    must("is", Shape::Scalars, "Markers of success, in their letters: texts, numbers or truth values."),
    key("inner", Shape::Texts, "Markers of verdicts inside a success: `a/b`, the entry b of the object a."),
    key("keys", Shape::Texts, "All keys of the envelope."),
    key("write", Shape::Constants, "What a server writes around a success."),
];

const FAULT: &[Key] = &[
    key("is", Shape::Scalars, "Markers of failure of an envelope; any other marker is in doubt."),
    key("wrapped", Shape::Flag, "A document with a numeric code, below the name of the fault or with it as its text."),
    key("present", Shape::Text, "What shows by being there that it is a fault, under any status."),
    key(
        "bare",
        Shape::Text,
        "The only key of a document under a failing status, without a value: it says no by the status. The empty key is \
         an empty body.",
    ),
    key("code", Shape::TextOrTexts, "Place of the code, or places."),
    key("message", Shape::TextOrTexts, "Place of the text, or places."),
    key("details", Shape::TextOrTexts, "Place of the longer text, or places."),
    key("fields", Shape::Text, "Place of the errors of single fields."),
    key("no-code", Shape::Texts, "Codes that stand for none."),
    key("auth", Shape::Texts, "Texts of a fault without a code that mean wrong credentials, in any case of letters."),
];

const ERROR: &[Key] = &[
    must("code", Shape::Text, "The code on the wire."),
    must("en", Shape::Sentence, "One English sentence."),
    key("as", Shape::Name, "The Rust name."),
    must("kind", Shape::Word(FAULT_KINDS), "What it means."),
    key("match", Shape::Texts, "Parts of the text of a fault without a code that mean this one."),
    key("accepted", Shape::Text, "A success with this code is an acceptance, for this reason."),
    key(
        "happened",
        Shape::Word(&["perhaps", "no"]),
        "Whether the call was carried out: the document leaves it open, or never, under any status.",
    ),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

const RATE: &[Key] = &[
    must("count", COUNT, "Calls in one window."),
    must("per", Shape::Word(&["second", "minute", "hour", "day"]), "The window."),
    key("en", Shape::Sentence, "One English sentence."),
];

const STATUS: &[Key] = &[
    must("means", Shape::Word(STATUS_MEANINGS), "What it means."),
    key("en", Shape::Sentence, "One English sentence."),
    key("provenance", Shape::Word(PROVENANCES), "Where the fact is from."),
];

const MODULE: &[Key] = &[must("en", Shape::Sentence, "One English sentence.")];

pub(crate) const SERVICE: &[Key] = &[
    must("name", Shape::Name, "The Rust type that implements `Api`."),
    must("en", Shape::Sentence, "One English sentence."),
    key("about", Shape::Text, "A longer text."),
    key("aliases", Shape::Texts, "More search words."),
    must("zone", Shape::Text, "The time zone of its dates."),
    key("currency", Shape::Text, "The currency of all amounts, if the document says it: `RUB`."),
    must("formats", Shape::Words(&["xml", "json", "php", "print_r"]), "Formats of answers; the first is the default."),
    key("request", Shape::Word(&["xml", "json", "form"]), "The format of request bodies, if it is another."),
    key("negotiates", Shape::Flag, "The wanted format is said in `Accept`."),
    key("path", Shape::Text, "The path of endpoints that give none."),
    key("method", Shape::Word(METHODS), "The method of endpoints that give none."),
    key("put", Shape::PutByFormat, "What every request has: `{action}`, or constants, also below a format."),
    key("lenient", Shape::Words(LENIENCIES), "What answers may do besides."),
    key("ignore", Shape::Texts, "Paths to the parts of answers that are skipped: `@Type`, `*/debug`."),
    key("scalar", Shape::Text, "The key of the scalar in an object that stands for it: `$`."),
    key("words", Shape::Scalars, "The words of flags, in pairs, that for no first; the first pair is written."),
    key(
        "root",
        Shape::TextByFormat,
        "What every answer stands below: a path; `*` is a name that changes with the call.",
    ),
    key("dates", Shape::Table(DATES), "The forms of dates."),
    key(
        "host",
        Shape::Tables(HOST),
        "The hosts; the first is the default. Without one, each client says its base URL.",
    ),
    must("credentials", Shape::Tables(CREDENTIALS), "What a user proves himself with."),
    key("session", Shape::Table(SESSION), "What a sign-in gives."),
    key("signature", Shape::Table(SIGNATURE), "What `{signature}` in the `put` of credentials is."),
    key("success", Shape::Table(SUCCESS), "How the API says yes, if not by the status alone."),
    must("fault", Shape::Tables(FAULT), "How the API says no: forms that are tried in this order."),
    key(
        "request-id",
        Shape::TextOrTexts,
        "Where a fault has the id of its request: a path, or `header.NAME`; or several, of which the first counts.",
    ),
    key("error", Shape::Tables(ERROR), "The catalogue of error codes."),
    key("rates", Shape::Named(RATE), "Rate limits, by the names that endpoints use."),
    key("status", Shape::Named(STATUS), "What the statuses mean."),
    key(
        "modules",
        Shape::Described(MODULE),
        "What a user does with the calls of each module, as the start of its page.",
    ),
    key("document", Shape::Text, "The file name of the hoster's document, whose contents `inventory.toml` lists."),
    key("origin", Shape::Word(ORIGINS), "Where the bytes of examples are from; derived where it is not said."),
    QUIRKS,
];
