//! P19: new fields and new values never break a response and are not lost: every example is changed at every place.

use hostkit::protocol::Value;
use hostkit::{Format, UnknownFields};
use hostkit_tests::entries;

const FIELD: &str = "field_of_tomorrow";
const TEXT: &str = "value_of_tomorrow";

/// What a field says that is no enumeration and cannot hold a new text: only those may refuse one.
const TYPED: &[&str] =
    &["number", "date", "time", "flag", "IP address", "letters, digits", "list", "object", "map", "separated"];

/// A format that the writers know; none of them writes forms as answers.
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
                // Where the keys are numbers they are ids, and a word among them is no field; what is empty may be a list.
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
                            || report.defects().iter().any(|defect| defect.to_string().contains(FIELD));
                        // A map by free keys has one more entry; an object kept as it came holds it unseen.
                        let is_in_value = decoded.shown.contains(FIELD) || decoded.shown.contains("Raw([withheld])");
                        if is_named || is_in_value {
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
                    // The words of the envelope are for the verdict, and in the raw answer.
                    _ if entry.envelope.contains(&key) => false,
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
                        // The marker of success is the one text that must be what it is.
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
