//! Checks `SECURITY.md` against the list of promises: one row each, naming tests that exist.

use super::list::PROMISES;
use crate::workspace::{read, root};

const PAGE: &str = "SECURITY.md";

/// Promises of the list that are missing or wrong on the page, and rows that are in no list.
pub(crate) fn check() -> Result<Vec<String>, String> {
    let page = read(&root().join(PAGE))?;
    let ids: Vec<&str> = PROMISES.iter().map(|promise| promise.id).collect();
    Ok(findings(&page, &ids, |path| std::fs::read_to_string(root().join(path)).ok()))
}

fn findings(page: &str, ids: &[&str], file: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut findings = Vec::new();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| P")?.strip_suffix('|'))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    for id in ids {
        let [row] = rows.iter().filter(|row| row.first() == id.strip_prefix('P').as_ref()).collect::<Vec<_>>()[..]
        else {
            findings.push(format!("{PAGE}: {id} needs one row"));
            continue;
        };
        let [_, promise, tests] = row[..] else {
            findings.push(format!("{PAGE}: {id}: a row is number, promise, tests"));
            continue;
        };
        if promise.len() < 20 {
            findings.push(format!("{PAGE}: {id} says nothing"));
        }
        let named: Vec<(&str, &str)> = tests.split('`').filter_map(|text| text.rsplit_once("::")).collect();
        if named.is_empty() {
            findings.push(format!("{PAGE}: {id} names no test (`path::function`)"));
        }
        for (path, function) in named {
            match file(path) {
                None => findings.push(format!("{PAGE}: {id}: there is no {path}")),
                Some(text) if !["(", "<"].iter().any(|end| text.contains(&format!("fn {function}{end}"))) => {
                    findings.push(format!("{PAGE}: {id}: there is no `{function}` in {path}"));
                }
                Some(_) => {}
            }
        }
    }
    let strangers = rows.iter().filter_map(|row| row.first()).filter(|id| !ids.contains(&format!("P{id}").as_str()));
    findings.extend(strangers.map(|id| format!("{PAGE}: P{id} is no promise of `cargo xtask test promises`")));
    findings
}

#[cfg(test)]
mod tests {
    use super::findings;

    fn check(page: &str) -> Vec<String> {
        findings(page, &["P1", "P2"], |path| (path == "a.rs").then(|| "fn one() {}\nfn two() {}".to_owned()))
    }

    #[test]
    fn a_full_page_has_no_findings() {
        let page = "| P1 | It is never sent twice. | `a.rs::one`, `a.rs::two` |\n\
            | P2 | It ends as one of five. | `a.rs::two` |\n";
        assert_eq!(check(page), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_is_found() {
        let good = "| P1 | It is never sent twice. | `a.rs::one` |\n";
        for (row, finding) in [
            ("", "P2 needs one row"),
            ("| P2 | It ends as one of five. | `b.rs::one` |", "no b.rs"),
            ("| P2 | It ends as one of five. | `a.rs::three` |", "no `three`"),
            ("| P2 | It ends as one of five. | by and by |", "names no test"),
            ("| P2 | | `a.rs::one` |", "says nothing"),
            ("| P2 | It ends as one of five. |", "a row is"),
            ("| P1 | It is never sent twice. | `a.rs::one` |", "P1 needs one row"),
            ("| P3 | It ends as one of five. | `a.rs::one` |", "P3 is no promise"),
        ] {
            let found = check(&format!("{good}{row}\n"));
            assert!(found.iter().any(|line| line.contains(finding)), "{row}: {found:?}");
        }
    }
}
