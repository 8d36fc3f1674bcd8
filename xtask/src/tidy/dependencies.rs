//! Requires every dependency in `docs/dependencies.md`: direct ones with a hand-written reason, indirect ones with the
//! direct ones that need them.

use std::collections::{BTreeMap, BTreeSet};

use toml::Table;

use crate::manifest::{Manifest, members};
use crate::workspace::{self, read, root};

const PAGE: &str = "docs/dependencies.md";
const OPEN: &str = "<!-- indirect -->";
const CLOSE: &str = "<!-- /indirect -->";

/// Unlisted dependencies, and entries that nothing needs.
pub(super) fn check(members: &[Manifest]) -> Result<Vec<String>, String> {
    let page = read(&root().join(PAGE))?;
    let lock = Lock::read(&read(&root().join("Cargo.lock"))?)?;
    Ok(findings(&page, &lock, &direct(members)))
}

/// Rewrites the page's list of indirect dependencies.
pub(super) fn write() -> Result<(), String> {
    let path = root().join(PAGE);
    let page = read(&path)?;
    let lock = Lock::read(&read(&root().join("Cargo.lock"))?)?;
    let (Some((before, _)), Some((_, after))) = (page.split_once(OPEN), page.split_once(CLOSE)) else {
        return Err(format!("{PAGE}: `{OPEN}` and `{CLOSE}` are missing"));
    };
    let list = lock.indirect(&direct(&members()?));
    workspace::write(&path, &format!("{before}{OPEN}\n{list}{CLOSE}{after}"))
}

/// Direct dependencies of the members, other than members.
fn direct(members: &[Manifest]) -> BTreeSet<String> {
    let own: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let all = members.iter().flat_map(|member| &member.dependencies);
    all.filter(|name| !own.contains(name.as_str())).cloned().collect()
}

/// The dependency graph of Cargo.lock, by package name.
struct Lock {
    needs: BTreeMap<String, BTreeSet<String>>,
    /// Packages from a registry.
    foreign: BTreeSet<String>,
}

impl Lock {
    fn read(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
        let (mut needs, mut foreign): (BTreeMap<String, BTreeSet<String>>, _) = (BTreeMap::new(), BTreeSet::new());
        for package in table.get("package").and_then(|packages| packages.as_array()).into_iter().flatten() {
            let name = package.get("name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
            if package.get("source").is_some() {
                foreign.insert(name.clone());
            }
            let dependencies = package.get("dependencies").and_then(|list| list.as_array()).into_iter().flatten();
            // The lock file writes `name version` where several versions exist.
            let names = dependencies.filter_map(|entry| entry.as_str()?.split(' ').next().map(str::to_owned));
            needs.entry(name).or_default().extend(names);
        }
        Ok(Self { needs, foreign })
    }

    /// A line per indirect dependency, with the direct ones that need it.
    fn indirect(&self, direct: &BTreeSet<String>) -> String {
        let mut through: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for start in direct {
            let mut open = vec![start.as_str()];
            let mut seen = BTreeSet::new();
            while let Some(name) = open.pop() {
                for next in self.needs.get(name).into_iter().flatten() {
                    if seen.insert(next.as_str()) && !direct.contains(next) {
                        through.entry(next).or_default().insert(start);
                        open.push(next);
                    }
                }
            }
        }
        let line = |(name, starts): (&&str, &BTreeSet<&str>)| {
            let starts: Vec<&str> = starts.iter().copied().collect();
            format!("- `{name}`: {}\n", starts.join(", "))
        };
        through.iter().map(line).collect()
    }
}

fn findings(page: &str, lock: &Lock, direct: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut reasons = BTreeSet::new();
    for row in page.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (name, reason) = row.split_once('`').unwrap_or_default();
        reasons.insert(name.to_owned());
        if reason.split('|').nth(2).is_none_or(|reason| reason.trim().len() < 10) {
            findings.push(format!("{PAGE}: `{name}` has no reason"));
        }
    }
    for name in direct.difference(&reasons) {
        findings.push(format!("{PAGE}: the direct dependency `{name}` is not listed with its reason"));
    }
    for name in reasons.difference(direct) {
        findings.push(format!("{PAGE}: `{name}` is listed, but nothing of ours depends on it"));
    }
    let listed: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("- `")?.split('`').next()).collect();
    for name in lock.foreign.iter().filter(|name| !direct.contains(*name) && !listed.contains(name.as_str())) {
        findings.push(format!("{PAGE}: `{name}` of Cargo.lock is not listed; `cargo xtask tidy --write` lists it"));
    }
    for name in listed.iter().filter(|name| !lock.foreign.contains(**name)) {
        findings
            .push(format!("{PAGE}: `{name}` is listed, but not in Cargo.lock; `cargo xtask tidy --write` removes it"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"ours\"\nversion = \"1.0.0\"\ndependencies = [\"near\"]\n\
        [[package]]\nname = \"near\"\nversion = \"1.0.0\"\nsource = \"r\"\ndependencies = [\"far 2.0.0\"]\n\
        [[package]]\nname = \"far\"\nversion = \"2.0.0\"\nsource = \"r\"\n";

    fn check(page: &str) -> Vec<String> {
        findings(page, &Lock::read(LOCK).unwrap(), &BTreeSet::from(["near".to_owned()]))
    }

    #[test]
    fn a_full_page_has_no_findings() {
        let page = "| `near` | crate | reads what we need |\n- `far`: near\n";
        assert_eq!(check(page), Vec::<String>::new());
        let lock = Lock::read(LOCK).unwrap();
        assert_eq!(lock.indirect(&BTreeSet::from(["near".to_owned()])), "- `far`: near\n");
    }

    #[test]
    fn what_is_not_listed_is_found() {
        let found = check("");
        assert!(found.iter().any(|line| line.contains("`near` is not listed")), "{found:?}");
        assert!(found.iter().any(|line| line.contains("`far` of Cargo.lock")), "{found:?}");
        assert!(!check("| `near` | crate | |\n- `far`: near\n").is_empty(), "no reason");
        assert!(!check("| `near` | crate | reads what we need |\n- `far`: near\n- `gone`: near\n").is_empty());
    }
}
