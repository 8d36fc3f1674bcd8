//! P18: a document of another kind is an error, also with status 200: every impostor at every endpoint, and right
//! documents with additions of a server on the way.

use std::collections::{BTreeMap, BTreeSet};

use hostkit::protocol::Value;
use hostkit_tests::entries;
use hostkit_tests::entries::{Answer, Entry};
use hostkit_tests::impostors::IMPOSTORS;

/// The statuses under which an impostor may come.
const STATUSES: [u16; 3] = [200, 201, 202];

/// Impostors that are what an endpoint answers.
const RIGHT: &[(&str, &str)] = &[
    ("obstacle-rest/shelf/list_lent", "an empty list"),
    ("obstacle-rest/shelf/list_shelf", "an empty list"),
    ("obstacle-rest/things/clear_thing", "null"),
    ("obstacle-rest/things/get_terms", "a form"),
    ("obstacle-rest/things/list_numbers", "a status of true"),
    ("obstacle-rest/things/list_numbers", "a status that is a list"),
    ("obstacle-rest/things/list_wrapped", "an empty list"),
    ("obstacle-rpc/things/clear_thing", "a result of null"),
    ("obstacle-rpc/things/count_things", "a result that is a number"),
    ("obstacle-signed/auth/get_time", "zero"),
    ("obstacle-signed/labels/list_labels", "an empty list"),
    ("obstacle-signed/notes/find_notes", "an empty object"),
    ("obstacle-signed/notes/find_notes", "null"),
    ("obstacle-signed/notes/get_pinned", "null"),
    ("obstacle-signed/notes/get_word", "an empty text"),
    ("obstacle-signed/notes/get_word", "null"),
    ("obstacle-signed/notes/get_word", "the word OK in quotes"),
    ("obstacle-signed/notes/list_kinds", "an empty list"),
    ("obstacle-signed/notes/list_kinds", "null"),
];

#[test]
fn no_impostor_is_a_success() {
    let all = entries::all();
    let apis: BTreeSet<_> = all.iter().map(|entry| entry.api).collect();
    let (mut cases, mut wrong) = (0, BTreeMap::<String, Vec<&str>>::new());
    for entry in all.iter().filter(|entry| !entry.takes_anything()) {
        for (name, body) in IMPOSTORS {
            if RIGHT.contains(&(entry.folder, name)) {
                assert!((entry.accepts)(200, body.as_bytes()), "{} does not take {name} any more", entry.folder);
                continue;
            }
            for status in STATUSES {
                cases += 1;
                // A call without required output may be answered with an empty 201 or 202.
                let is_silent = !entry.has_output() || entry.output.starts_with("core::option::Option<");
                let is_bare = is_silent && status != 200 && body.trim_ascii().is_empty();
                if (entry.accepts)(status, body.as_bytes()) && !is_bare {
                    wrong.entry(format!("{} takes {name} under {status}", entry.folder)).or_default().push(name);
                }
            }
        }
    }
    println!(
        "P18: {cases} cases, {} impostors at {} endpoints of {} APIs, {} accepted",
        IMPOSTORS.len(),
        all.len(),
        apis.len(),
        wrong.len()
    );
    assert!(IMPOSTORS.len() >= 30);
    assert!(wrong.is_empty(), "{}", wrong.keys().cloned().collect::<Vec<_>>().join("\n"));
}

/// Which endpoints accept answers of which other API, and why: the two use the same keys for the same thing. Only a
/// client with another hoster's base URL could get such an answer, and its credentials would be refused there.
const SAME_WORDS: &[(&str, &str, &str)] = &[
    ("clodo/billing/get_balance", "inferno/account/get_balance", "`balance` is the whole answer"),
    ("clodo/billing/get_balance", "rootpanel/", "`balance` is the whole answer"),
];

#[test]
fn no_answer_of_another_api_is_a_success() {
    let all = entries::of_hosters();
    let (mut cases, mut wrong, mut excused) = (0, Vec::new(), BTreeSet::new());
    for taker in &all {
        for giver in all.iter().filter(|giver| giver.api != taker.api) {
            for answer in &giver.answers {
                cases += 1;
                // Without output on both sides there is nothing to distinguish.
                let is_excused = !taker.has_output() && (!giver.has_output() || answer.bytes.trim_ascii().is_empty());
                if !is_excused && (taker.accepts)(200, &answer.bytes) {
                    let excuse = SAME_WORDS.iter().position(|(takes, gives, _)| {
                        taker.folder.starts_with(takes) && giver.folder.starts_with(gives)
                    });
                    if let Some(excuse) = excuse {
                        excused.insert(excuse);
                        continue;
                    }
                    wrong.push(format!("{} takes {} {} {}", taker.folder, giver.folder, answer.case, answer.format));
                }
            }
        }
    }
    println!("P18: {cases} cases, answers of other APIs, {} accepted beside those of the list", wrong.len());
    assert_eq!(excused.len(), SAME_WORDS.len(), "an excuse that is not needed any more");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The right document with additions around it, or twice.
fn spoilt(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let around = |before: &[u8], after: &[u8]| [before, bytes, after].concat();
    let warning = b"<br />\n<b>Warning</b>:  Undefined array key \"id\" on line <b>42</b><br />\n";
    vec![
        ("a warning before", around(warning, b"")),
        ("a warning after", around(b"", warning)),
        ("garbage before", around(b"debug: 1\n", b"")),
        ("garbage after", around(b"", b"\n}]--garbage--")),
        ("in a page", around(b"<html><body><pre>", b"</pre></body></html>")),
        ("in a function call", around(b"callback(", b");")),
        ("twice", bytes.repeat(2)),
        ("a zero byte after", around(b"", b"\0")),
    ]
}

#[test]
fn nothing_stands_around_an_answer() {
    let (mut cases, mut wrong) = (0, Vec::new());
    for entry in entries::all() {
        // Text and bytes of every kind are an answer, and what stands behind a form belongs to its last value.
        let is_document = |answer: &&Answer| !entry.takes_anything() && answer.format != hostkit::Format::Form;
        let answers = entry.answers.iter().filter(|answer| !answer.bytes.trim_ascii().is_empty());
        for answer in answers.filter(is_document) {
            for (name, bytes) in spoilt(&answer.bytes) {
                // Flat `print_r` text has no end mark, so twice the document is one object with every key twice.
                if answer.format == hostkit::Format::PrintR && name == "twice" {
                    continue;
                }
                cases += 1;
                if (entry.accepts)(answer.status, &bytes) {
                    wrong.push(format!("{} {} {}: {name}", entry.folder, answer.case, answer.format));
                }
            }
        }
    }
    println!("P18: {cases} cases, answers with something around them, {} accepted", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names below which an answer stands.
fn names(answer: &Answer) -> Vec<String> {
    let (mut names, mut tree) = (Vec::new(), entries::tree(answer.format, &answer.bytes));
    while let Some(Value::Map(mut fields)) = tree {
        fields.retain(|(key, value)| !key.starts_with('@') && matches!(value, Value::Map(_)));
        tree = fields.pop().map(|(key, value)| {
            names.push(key.into_owned());
            value
        });
    }
    names
}

#[test]
fn calls_without_output_accept_each_other() {
    let all = entries::all();
    let silent: Vec<&Entry> = all.iter().filter(|entry| !entry.has_output()).collect();
    let mut cases = 0;
    // Where a call is answered with null, or under a status without a body, it is told from the others.
    let says_so = |entry: &Entry| {
        let is_null = |answer: &Answer| answer.bytes.trim_ascii() == b"null";
        !entry.info.bodiless.is_empty() || entry.answers.iter().any(is_null)
    };
    for taker in silent.iter().filter(|taker| !says_so(taker)) {
        for giver in silent.iter().filter(|giver| giver.api == taker.api && !says_so(giver)) {
            for answer in &giver.answers {
                let formats = taker.info.formats;
                if !formats.is_empty() && !formats.contains(&answer.format) {
                    continue;
                }
                cases += 1;
                // Where the answer to a call stands below names of its own, it may be told from the others, too.
                let is_elsewhere = |own: &Answer| own.format == answer.format && names(own) != names(answer);
                assert!(
                    (taker.accepts)(answer.status, &answer.bytes) || taker.answers.iter().any(is_elsewhere),
                    "{} refuses {} {}",
                    taker.folder,
                    giver.folder,
                    answer.case
                );
            }
        }
    }
    println!("P18: {cases} cases, calls without output accept each other");
    assert!(cases > 100, "{cases} cases");
}
