//! Reading directly from the body gives what the tree gives: value, outcome and report, over every example and changes of
//! it, from a tree's structure down to single bytes.
//!
//! `HOSTKIT_PROMISE_SIZE=long` runs more than a million changes.

use std::collections::BTreeMap;

use hostkit::Format;
use hostkit::protocol::Value;
use hostkit_tests::mutation::{Case, Random, cases, change, on_a_small_stack};
use hostkit_tests::targets::probe;
use hostkit_tests::{entries, mutation};

/// Answers that were compared, and how many of them were read directly.
#[derive(Default)]
struct Count {
    compared: usize,
    direct: usize,
}

/// Texts that a value is replaced by.
const TEXTS: [&str; 12] = [
    "",
    "0",
    "1",
    "-1",
    "12.50",
    "0000-00-00 00:00:00",
    "2026-11-28 10:00:00",
    "a \"quoted\" text",
    "текст",
    " spaces ",
    "<b>&amp;</b>",
    "line\nline",
];

/// Changes one node of a tree.
fn restructure(random: &mut Random, node: &mut Value) -> bool {
    let text = TEXTS[random.below(TEXTS.len())].to_owned();
    match (random.below(12), node) {
        // Keys in another order, twice, left out, renamed, added.
        (0, Value::Map(fields)) if fields.len() > 1 => {
            let (from, to) = (random.below(fields.len()), random.below(fields.len()));
            fields.swap(from, to);
        }
        (1, Value::Map(fields)) if !fields.is_empty() => {
            let field = fields[random.below(fields.len())].clone();
            fields.insert(random.below(fields.len() + 1), field);
        }
        (2, Value::Map(fields)) if !fields.is_empty() => {
            fields.remove(random.below(fields.len()));
        }
        (3, Value::Map(fields)) if !fields.is_empty() => {
            let place = random.below(fields.len());
            fields[place].0 = ["id", "other", "0", "@id", "status", ""][random.below(6)].into();
        }
        (4, Value::Map(fields)) => {
            let place = random.below(fields.len() + 1);
            fields.insert(place, ("unknown".into(), Value::Text(text)));
        }
        // A list as a map, with gaps, of one, of none.
        (5, node @ Value::List(_)) => {
            let Value::List(items) = std::mem::replace(node, Value::Null) else { return false };
            let step = 1 + random.below(2);
            let entries = items.into_iter().enumerate();
            *node = Value::Map(entries.map(|(index, item)| ((index * step).to_string().into(), item)).collect());
        }
        (6, Value::List(items)) => items.truncate(random.below(2)),
        (7, node) => *node = Value::Null,
        (8, node) => *node = Value::List(vec![node.clone()]),
        (9, node) => *node = [Value::Map(Vec::new()), Value::List(Vec::new())][random.below(2)].clone(),
        (10, node) => *node = [Value::Bool(true), Value::Number("7".to_owned())][random.below(2)].clone(),
        (_, node @ (Value::Text(_) | Value::Number(_) | Value::Null)) => *node = Value::Text(text),
        _ => return false,
    }
    true
}

/// A regular answer, and changes that a reading in a hurry does not see, each of a piece that is there once.
struct Odd {
    folder: &'static str,
    regular: &'static str,
    changes: &'static [(&'static str, &'static str)],
}

const ODD: [Odd; 3] = [
    Odd {
        folder: "rootpanel/tariffs/get_tarifs",
        regular: concat!(
            r#"a:2:{s:6:"status";s:7:"SUCCESS";s:6:"tarifs";a:2:{i:0;a:4:{s:2:"id";s:5:"47000";s:4:"name";s:3:"VDS";"#,
            r#"s:13:"allowForRenew";s:1:"1";s:11:"costMonthly";s:4:"4.99";}i:1;a:1:{s:2:"id";i:1234567;}}}"#,
        ),
        changes: &[
            ("i:1234567;", "i1234567;"),
            ("i:1234567;", "i:1234567"),
            ("i:1234567;", "i:1234567:"),
            ("i:1234567;", "i:1234567890123456789012;"),
            ("s:5:\"47000\";", "s:5:\"4700\";"),
            ("s:5:\"47000\";", "s:4:\"47000\";"),
            ("s:5:\"47000\";", "s:5:\"47000\""),
            ("s:5:\"47000\";", "s:5:\"47000\":"),
            ("s:5:\"47000\";", "s:5;\"47000\";"),
            ("s:2:\"id\";s", "s:2:\"id\":s"),
            ("s:2:\"id\";s", "s:3:\"id\";s"),
            ("s:2:\"id\";s", "s;2:\"id\";s"),
            ("s:11:\"cost", "s:12:\"cost"),
            ("s:11:\"cost", "s:1:\"cost"),
            ("Monthly\";", "Monthly\":"),
            ("i:1;a", "i:2;a"),
            ("i:1;a", "i:1:a"),
            ("a:4:{", "a:5:{"),
            ("a:4:{", "a:3:{"),
            ("s:1:\"1\";", "s:2:\"1\";"),
            ("s:1:\"1\";", "s:0:\"1\";"),
            ("s:1:\"1\";", "s:1:\"1\":"),
            ("}}}", "}}"),
            ("}}}", "}}}}"),
        ],
    },
    Odd {
        folder: "rootpanel/tariffs/get_tarifs",
        regular: concat!(
            r#"{"status":"SUCCESS","tarifs":[{"id":47000,"name":"VDS","costMonthly":"4.99"},"#,
            r#"{"id":"1234567"}]}"#,
        ),
        changes: &[
            ("47000", "047000"),
            ("47000", "47000."),
            ("47000", "47000 1"),
            ("47000", "\"47000"),
            ("47000", "1234567890123456789012"),
            ("1234567", "1234567890123456789012"),
            ("1234567\"", "1234567"),
            ("000,\"name", "000 \"name"),
            ("000,\"name", "000,,\"name"),
            ("name\":", "name\""),
            ("name\":", "name\"\":"),
            ("VDS", "VDS\u{1}"),
            ("4.99\"", "4.99\","),
            ("[{", "[{,"),
            ("]}", "]}}"),
            ("]}", "]"),
        ],
    },
    Odd {
        folder: "clodo/servers/list_servers",
        regular: concat!(
            "<?xml version=\"1.0\"?>\n<servers>\n<server><id>298</id><name>a b</name><status>is_running</status>",
            "<addresses><public><ip addr=\"10.0.0.1\" isp=\"1\"/></public></addresses>",
            "<unknown a=\"b\"><c>d</c></unknown></server></servers>\n",
        ),
        changes: &[
            ("298", "298\u{1}"),
            ("298", "\u{C}298"),
            ("a b", "a\u{0}b"),
            ("a b", "\u{1F}a b"),
            ("a b", "a b\u{C}"),
            ("a b", "a\rb"),
            ("a b", "a&b"),
            ("a b", "a &amp; b\u{B}"),
            ("10.0.0.1", "10.0.0.1\u{1}"),
            ("10.0.0.1", "10.0.0.1<"),
            (" isp", "\u{C}isp"),
            (" isp", "isp"),
            ("isp=\"1\"", "isp=\"1\" isp=\"1\""),
            ("isp=\"1\"", "isp=\"1'"),
            ("isp=\"1\"", "isp=\"\u{2}\""),
            ("isp=\"1\"", "isp=1"),
            ("isp=\"1\"", "isp"),
            ("\"b\"", "\"b\u{1}\""),
            ("d</c>", "d\u{1}</c>"),
            ("\"1\"/>", "\"1\">"),
            ("\"1\"/>", "\"1\"/"),
            ("</id>", "</ib>"),
            ("</id>", "</ids>"),
            ("</id>", "<id>"),
            ("</public>", "</private>"),
            ("</servers>", ""),
            ("</servers>\n", "</servers>x"),
            ("</servers>\n", "</servers>\u{C}"),
            ("?>\n", "?>\u{C}"),
            ("<?xml", "<?xml\u{1}"),
        ],
    },
];

#[test]
fn an_odd_body_says_what_its_tree_says() {
    for Odd { folder, regular, changes } in &ODD {
        let probe = probe::all().into_iter().find(|probe| probe.folder == *folder).expect("a call");
        assert!((probe.compare)(200, regular.as_bytes()), "not read directly: {regular}");
        for (from, to) in *changes {
            assert_eq!(regular.matches(from).count(), 1, "{from} in {regular}");
            let body = regular.replace(from, to);
            assert!(!(probe.compare)(200, body.as_bytes()), "read directly: {body}");
        }
    }
}

#[test]
fn a_body_says_what_its_tree_says() {
    on_a_small_stack(|| {
        let probes = probe::all();
        let (seed, numbers) = cases(40, 2_400);
        let mut counts: BTreeMap<String, [Count; 2]> = BTreeMap::new();
        for (entry, probe) in entries::all().iter().zip(&probes) {
            assert_eq!(entry.folder, probe.folder);
            let others: Vec<&[u8]> = entry.answers.iter().map(|answer| answer.bytes.as_slice()).collect();
            for answer in &entry.answers {
                let count = counts.entry(format!("{} {}", entry.api, answer.format)).or_default();
                let mut compare = |place: usize, bytes: &[u8]| {
                    count[place].compared += 1;
                    count[place].direct += usize::from((probe.compare)(answer.status, bytes));
                };
                // The answer to a call that acts is always read from its tree.
                compare(usize::from(entry.info.effect.acts()), &answer.bytes);
                let tree = entries::tree(answer.format, &answer.bytes);
                for number in numbers.clone() {
                    let _case = Case(seed, number);
                    let mut random = Random::of(seed, number);
                    let mut bytes = match &tree {
                        // Mostly changes of the structure, since most changes of bytes are errors of syntax.
                        Some(tree) if random.below(4) > 0 => {
                            let mut tree = tree.clone();
                            for _ in 0..=random.below(3) {
                                let chosen = random.below(entries::count(&tree));
                                let one = std::cell::RefCell::new(&mut random);
                                let changed =
                                    entries::variant(&tree, chosen, |_, node| restructure(&mut one.borrow_mut(), node));
                                tree = changed.unwrap_or(tree);
                            }
                            match hostkit::protocol::wire::write(answer.format, &tree) {
                                Ok(bytes) => bytes,
                                Err(_) => continue,
                            }
                        }
                        _ => answer.bytes.clone(),
                    };
                    if random.below(4) == 0 {
                        change(&mut bytes, &mut random, &others);
                    }
                    compare(1, &bytes);
                }
                // Cut at every byte.
                let step = if mutation::is_long() { 1 } else { 1 + answer.bytes.len() / 40 };
                for end in (0..answer.bytes.len().min(4_096)).step_by(step) {
                    compare(1, &answer.bytes[..end]);
                }
            }
        }
        let (mut total, mut of_format) = (0, BTreeMap::<&str, [usize; 2]>::new());
        for (name, [examples, changed]) in &counts {
            println!(
                "{name}: {} of {} examples read directly, {} of {} changes, 0 different",
                examples.direct, examples.compared, changed.direct, changed.compared
            );
            total += changed.compared;
            let [direct, compared] =
                of_format.entry(name.split_once(' ').map_or("", |(_, format)| format)).or_default();
            *direct += examples.direct;
            *compared += examples.compared;
        }
        for (format, [direct, compared]) in of_format {
            if format != Format::PrintR.to_string() && !format.ends_with("form") {
                assert!(direct * 2 > compared, "{format}: few examples are read directly");
            }
        }
        println!("{total} changes");
        assert!(total > 10_000, "{total} changes");
    });
}
