//! `fuzz/TOTALS.tsv`: how much each target has been fuzzed so far.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::workspace::{read, root, write};

const HEAD: &str = "target\tengine\texecutions\tseconds\tcrashes\tlast run\n";

/// Result of running one target.
pub(super) struct Run {
    pub(super) executions: u64,
    pub(super) seconds: u64,
    pub(super) crashes: u64,
}

/// Adds a run to the totals.
pub(super) fn add(name: &str, engine: &str, run: &Run) -> Result<(), String> {
    let path = root().join("fuzz/TOTALS.tsv");
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let text = if path.exists() { read(&path)? } else { HEAD.to_owned() };
    write(&path, &merged(&text, name, engine, run, &today)?)
}

fn merged(text: &str, name: &str, engine: &str, run: &Run, today: &str) -> Result<String, String> {
    let mut rows = BTreeMap::new();
    for line in text.strip_prefix(HEAD).ok_or("fuzz/TOTALS.tsv has another head")?.lines() {
        let [name, engine, numbers @ .., last] = &line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("fuzz/TOTALS.tsv: {line}"));
        };
        let numbers: Result<Vec<u64>, _> = numbers.iter().map(|number| number.parse()).collect();
        let numbers: Option<[u64; 3]> = numbers.ok().and_then(|numbers| numbers.try_into().ok());
        let numbers = numbers.ok_or_else(|| format!("fuzz/TOTALS.tsv: {line}"))?;
        rows.insert(((*name).to_owned(), (*engine).to_owned()), (numbers, (*last).to_owned()));
    }
    let (numbers, last) = rows.entry((name.to_owned(), engine.to_owned())).or_default();
    for (sum, more) in numbers.iter_mut().zip([run.executions, run.seconds, run.crashes]) {
        *sum += more;
    }
    *last = today.to_owned();
    let mut text = HEAD.to_owned();
    for ((name, engine), ([executions, seconds, crashes], last)) in rows {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name}\t{engine}\t{executions}\t{seconds}\t{crashes}\t{last}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{HEAD, Run, merged};

    #[test]
    fn totals_add_up() {
        let run = |executions| Run { executions, seconds: 60, crashes: 0 };
        let first = merged(HEAD, "xml", "libFuzzer", &run(10), "2026-01-01").expect("a table");
        let second = merged(&first, "json", "libFuzzer", &run(5), "2026-01-02").expect("a table");
        let third = merged(&second, "xml", "libFuzzer", &run(7), "2026-01-03").expect("a table");
        let rows = "json\tlibFuzzer\t5\t60\t0\t2026-01-02\nxml\tlibFuzzer\t17\t120\t0\t2026-01-03\n";
        assert_eq!(third, format!("{HEAD}{rows}"));
        assert!(merged("something else", "xml", "libFuzzer", &run(1), "").is_err());
        assert!(merged(&format!("{HEAD}xml\tlibFuzzer\tx\t1\t1\tnever\n"), "xml", "libFuzzer", &run(1), "").is_err());
    }
}
