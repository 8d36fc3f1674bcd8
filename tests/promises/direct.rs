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

/// Bodies that a reading in a hurry takes for regular ones.
const ODD: [&str; 14] = [
    r#"a:2:{s:6:"status";s:7:"SUCCESS";s:7:"orderid";i47000;}"#,
    r#"a:2:{s:6:"status";s:7:"SUCCESS";s:7:"orderid";i:47000}"#,
    r#"a:2:{s:6:"status";s:7:"SUCCESS";s:7:"orderid";s:5:"4700";}"#,
    r#"a:2:{s:6:"status";s:7:"SUCCESS"s:7:"orderid";i:47000;}"#,
    r#"{"status":"SUCCESS","orderid":047000}"#,
    r#"{"status":"SUCCESS","orderid":47000.}"#,
    r#"{"status":"SUCCESS","orderid":47000 1}"#,
    r#"{"status":"SUCCESS","orderid":"47000}"#,
    r#"{"status":"SUCCESS","orderid":1234567890123456789012}"#,
    r#"{"status":"SUCCESS","orderid":"1234567890123456789012"}"#,
    r#"{"status":"SUCCESS" "orderid":47000}"#,
    r#"{"status":"SUCCESS","orderid":47000,}"#,
    r#"{,"status":"SUCCESS","orderid":47000}"#,
    r#"{"status":"SUCCESS","orderid":47000}}"#,
];

#[test]
fn an_odd_body_says_what_its_tree_says() {
    let probe = probe::all().into_iter().find(|probe| probe.folder == "rootpanel/orders/create_order").unwrap();
    for body in ODD {
        assert!(!(probe.compare)(200, body.as_bytes()) || body.contains("1234567890"), "{body}");
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
        let mut total = 0;
        for (name, [examples, changed]) in &counts {
            println!(
                "{name}: {} of {} examples read directly, {} of {} changes, 0 different",
                examples.direct, examples.compared, changed.direct, changed.compared
            );
            total += changed.compared;
            if !name.ends_with(&Format::PrintR.to_string()) && !name.ends_with("form") {
                assert!(examples.direct * 2 > examples.compared, "{name}: few examples are read directly");
            }
        }
        println!("{total} changes");
        assert!(total > 10_000, "{total} changes");
    });
}
