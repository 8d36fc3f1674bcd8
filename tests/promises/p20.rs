//! P20: money is exact: a number with more digits than a float has comes back unchanged from every field that accepts
//! it.

use hostkit::protocol::Value;
use hostkit::protocol::codec::{FromText, ToText};
use hostkit::{Decimal, Format};
use hostkit_tests::{entries, size};

/// Sums that binary floats cannot represent.
const SUMS: [&str; 6] = [
    "0.1",
    "-0.01",
    "9007199254740993.17",
    "123456789012345678.123456789",
    "79228162514264337593543950335",
    "1234567.8900",
];

fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Number(text) | Value::Text(text) => found.push(text.clone()),
        Value::List(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| leaves(value, found)),
        _ => {}
    }
}

#[test]
fn sums_come_back_from_every_field() {
    let (mut cases, mut taken, mut wrong) = (0, 0, Vec::new());
    for entry in entries::all() {
        for answer in entry.answers.iter().filter(|answer| answer.format != Format::Form) {
            let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
            for sum in SUMS.into_iter().skip(size::size(3, 0, 0)) {
                // Only values that look like numbers are changed; other text keeps everything anyway.
                let changed = entries::variants(&tree, |key, node| match node {
                    // The envelope is not data, and a PHP number is a float from the start.
                    _ if !entry.is_data(key) => false,
                    Value::Number(_) if answer.format == Format::Php => false,
                    Value::Number(text) | Value::Text(text) if text.parse::<f64>().is_ok() => {
                        *text = sum.to_owned();
                        true
                    }
                    _ => false,
                });
                for tree in changed {
                    let Ok(bytes) = hostkit::protocol::wire::write(answer.format, &tree) else { continue };
                    cases += 1;
                    // A field of another type refuses the sum, or counts as absent and is reported.
                    let Ok(again) = (entry.rewrite)(answer.status, &bytes, answer.format) else { continue };
                    let Some(again) = entries::tree(answer.format, &again) else { continue };
                    let mut found = Vec::new();
                    leaves(&again, &mut found);
                    taken += 1;
                    // In PHP, a server half without a spelling of its own writes a float.
                    let is_float = |text: &String| answer.format == Format::Php && text.parse::<f64>() == sum.parse();
                    let is_there = found.iter().any(|text| text == sum || is_float(text));
                    // An object kept as received is not written again.
                    let shown =
                        || format!("{} {} {sum}: {}", entry.folder, answer.case, String::from_utf8_lossy(&bytes));
                    if !is_there {
                        wrong.push(shown());
                    }
                }
            }
        }
    }
    println!("P20: {cases} cases, sums in fields; {taken} taken, {} changed", wrong.len());
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.iter().take(30).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(taken > 500, "{taken} taken");
}

#[test]
fn decimals_keep_every_digit() {
    let mut state = 20_120_124_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let cases = size::size(3_000, 30_000, 1_000_000);
    for _ in 0..cases {
        let (whole, fraction, scale) = (random(), random(), usize::try_from(random() % 11).unwrap_or(0));
        let fraction = format!("{fraction:010}");
        let text = match &fraction[..scale] {
            "" => format!("{whole}"),
            digits => format!("{whole}.{digits}"),
        };
        let number = Decimal::from_text(&text).unwrap_or_else(|| panic!("{text} is a decimal"));
        assert_eq!(number.to_text(), text);
    }
    for lossy in [
        "0.00000000000000000000000000001",
        "79228162514264337593543950336",
        "1e400",
        "NaN",
        "inf",
        "0x10",
        "1,5",
        "123456789012345678901234567.896E0",
        "1234567890123456789012345678.96e-1",
        "1.5e-28",
        "1e29",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "0.1e-99999",
        "1_000",
        "1e1_0",
        "+-1",
        "1e",
        "e1",
    ] {
        assert_eq!(Decimal::from_text(lossy), None, "{lossy} would lose digits, or is no number");
    }
    for (text, exact) in [
        ("1.5e3", "1500"),
        ("1E-28", "0.0000000000000000000000000001"),
        ("12345678901234567890123456.789e3", "12345678901234567890123456789"),
        ("7.9228162514264337593543950335e28", "79228162514264337593543950335"),
        ("100.00e-2", "1"),
    ] {
        assert_eq!(Decimal::from_text(text), Some(exact.parse().expect("a decimal")), "{text}");
    }
    println!("P20: {cases} cases, decimals as text and back");
}
