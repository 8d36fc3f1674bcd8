//! P19: new fields and new values never break an answer and are not lost: every example is changed in every place.

use hostkit::protocol::Value;
use hostkit::{Format, UnknownFields};
use hostkit_tests::entries;

const FIELD: &str = "field_of_tomorrow";
const TEXT: &str = "value_of_tomorrow";

/// Words in the errors of typed fields, the only ones that may refuse a new text.
const TYPED: &[&str] =
    &["number", "date", "time", "flag", "IP address", "letters, digits", "list", "object", "map", "separated", "item"];

/// Whether answers come in this format; forms are only requests.
fn is_written(format: Format) -> bool {
    !matches!(format, Format::Form)
}

#[test]
fn a_new_field_is_reported() {
    let (mut cases, mut kept, mut wrong) = (0, 0, Vec::new());
    for entry in entries::all() {
        for answer in entry.answers.iter().filter(|answer| is_written(answer.format)) {
            let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
            let changed = entries::variants(&tree, |_, node| match node {
                // A map with numeric keys has ids, so a word among them is not a field; an empty one may be a list.
                Value::Map(fields) if fields.iter().all(|(key, _)| key.bytes().all(|byte| byte.is_ascii_digit())) => {
                    false
                }
                Value::Map(fields) => {
                    fields.push((FIELD.into(), Value::Text(TEXT.to_owned())));
                    true
                }
                _ => false,
            });
            for tree in changed {
                let Ok(bytes) = hostkit::protocol::wire::write(answer.format, &tree) else { continue };
                cases += 1;
                let shown = || {
                    format!("{} {} {}: {}", entry.folder, answer.case, answer.format, String::from_utf8_lossy(&bytes))
                };
                match (entry.decode)(answer.status, &bytes, UnknownFields::Collect) {
                    Ok(decoded) => {
                        let report = &decoded.report;
                        let is_named = report.unknown().iter().any(|path| path.ends_with(FIELD))
                            || report
                                .defects()
                                .iter()
                                .chain(report.left_out())
                                .any(|why| why.to_string().contains(FIELD));
                        // A map with arbitrary keys gets one more entry; an object kept as received holds it without
                        // showing it.
                        let is_in_value = decoded.shown.contains(FIELD) || decoded.shown.contains("Raw([withheld])");
                        // An item that is a fault is not decoded, no more than an answer that is one.
                        let is_in_fault = decoded.shown.contains("Err(Fault");
                        if is_named || is_in_value || is_in_fault {
                            kept += 1;
                        } else {
                            wrong.push(format!("lost: {}\n{report:?}", shown()));
                        }
                    }
                    Err(error) => wrong.push(format!("refused: {error}: {}", shown())),
                }
            }
        }
    }
    println!("P19: {cases} cases, one field more in every object; {kept} found again, {} lost or refused", wrong.len());
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(cases > 1_000, "{cases} cases");
}

#[test]
fn a_new_value_is_kept() {
    let (mut cases, mut unknown, mut refused, mut wrong) = (0, 0, 0, Vec::new());
    for entry in entries::all() {
        for answer in entry.answers.iter().filter(|answer| is_written(answer.format)) {
            let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
            for new in [TEXT, "987654321"] {
                let changed = entries::variants(&tree, |key, node| match node {
                    // The envelope is read by the verdict, not by the decoder.
                    _ if !entry.is_data(key) => false,
                    Value::Text(_) | Value::Number(_) if new == TEXT => {
                        *node = Value::Text(new.to_owned());
                        true
                    }
                    Value::Number(number) => {
                        *number = new.to_owned();
                        true
                    }
                    _ => false,
                });
                for tree in changed {
                    let Ok(bytes) = hostkit::protocol::wire::write(answer.format, &tree) else { continue };
                    cases += 1;
                    match (entry.decode)(answer.status, &bytes, UnknownFields::Collect) {
                        Ok(decoded) => {
                            let is_open = decoded.shown.contains(&format!("Unknown({new:?})"));
                            let is_kept = decoded.shown.contains(new) || decoded.shown.contains("[redacted]");
                            let is_kept = is_kept || decoded.shown.contains("Raw([withheld])");
                            unknown += usize::from(is_open);
                            if !is_kept && decoded.report.is_empty() {
                                wrong.push(format!(
                                    "lost: {} {} {}: {}",
                                    entry.folder,
                                    answer.case,
                                    answer.format,
                                    String::from_utf8_lossy(&bytes)
                                ));
                            }
                        }
                        // The success marker is the only text that may not change.
                        Err(error) if error.starts_with("a fault") || error == "unrecognised" => refused += 1,
                        Err(error) => {
                            refused += 1;
                            let expected = error.split("expected ").nth(1).unwrap_or_default();
                            let expected = expected.split(", found").next().unwrap_or_default();
                            if !TYPED.iter().any(|word| expected.contains(word)) {
                                wrong.push(format!("refused: {} {}: {error}", entry.folder, answer.case));
                            }
                        }
                    }
                }
            }
        }
    }
    println!(
        "P19: {cases} cases, another value in every scalar; {unknown} open values, {refused} refused by their type, {} lost",
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(unknown > 100, "{unknown} open values");
}
