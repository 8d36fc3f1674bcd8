//! Allows no dependency cycles between a crate's modules but those that `xtask/module-cycles.toml` lists with a reason.

mod graph;
mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::manifest::Manifest;
use crate::module_tree::{ModuleTree, Sources, roots};
use crate::tidy::files::File;
use crate::workspace::{self, read, root};

const LIST: &str = "xtask/module-cycles.toml";

const HEAD: &str = "\
# Dependency cycles of modules that are left, each with its reason; `cargo xtask tidy` holds the code against it.
# The list can only shrink: a cycle that became smaller or is gone is a finding until its entry is, too, and
# `cargo xtask tidy --write` shrinks entries but never adds one. Files are relative to the crate's folder.
";

/// Reason given to the cycles that existed before the list did.
const FIRST_REASON: &str = "to be untied";

/// A listed cycle.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
    files: BTreeSet<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    cycle: Vec<Entry>,
}

/// A cycle found in the code.
#[derive(Debug)]
struct Cycle {
    package: String,
    files: BTreeSet<String>,
    /// One way around, one line per step.
    way: Vec<String>,
}

/// Cycles that are not listed, and outdated entries.
pub(super) fn check(files: &[File], members: &[Manifest]) -> Result<Vec<String>, String> {
    Ok(findings(&cycles(files, members)?, &listed()?.unwrap_or_default()))
}

/// Shrinks the list to the remaining cycles; writes a first one if there is none.
pub(super) fn write(files: &[File], members: &[Manifest]) -> Result<(), String> {
    let cycles = cycles(files, members)?;
    let entries = match listed()? {
        Some(listed) => shrunk(&cycles, &listed),
        None => cycles
            .into_iter()
            .map(|Cycle { package, files, .. }| Entry { package, reason: FIRST_REASON.to_owned(), files })
            .collect(),
    };
    workspace::write(&root().join(LIST), &text_of(&entries))
}

fn listed() -> Result<Option<Vec<Entry>>, String> {
    let path = root().join(LIST);
    if !path.exists() {
        return Ok(None);
    }
    let list: List = toml::from_str(&read(&path)?).map_err(|error| format!("{LIST}: {error}"))?;
    Ok(Some(list.cycle))
}

/// The cycles of all members, without generated code.
fn cycles(files: &[File], members: &[Manifest]) -> Result<Vec<Cycle>, String> {
    let sources = |member: &Manifest| -> Sources {
        let folder = format!("{}/src/", member.folder);
        let own = files.iter().filter(|file| file.is_rust() && !file.is_generated() && file.path.starts_with(&folder));
        own.map(|file| (file.path.clone(), file.text.clone())).collect()
    };
    // One thread per crate, because parsing takes nearly all the time.
    std::thread::scope(|scope| {
        let tasks: Vec<_> = members
            .iter()
            .map(|member| {
                let sources = sources(member);
                scope.spawn(move || of_package(&member.name, &member.folder, &sources))
            })
            .collect();
        let mut found = Vec::new();
        for task in tasks {
            found.extend(task.join().map_err(|_| "tidy: reading the modules of a crate panicked".to_owned())??);
        }
        Ok(found)
    })
}

/// The cycles of a package's library and programs.
fn of_package(name: &str, folder: &str, sources: &Sources) -> Result<Vec<Cycle>, String> {
    let mut found = Vec::new();
    for root in roots(folder, sources) {
        let uses = graph::uses(&ModuleTree::read(&root, sources)?);
        for cycle in graph::cycles(&uses) {
            let way = graph::way_around(&uses, &cycle);
            let inside = |file: &String| file.strip_prefix(folder).unwrap_or(file).trim_start_matches('/').to_owned();
            found.push(Cycle { package: name.to_owned(), files: cycle.iter().map(inside).collect(), way });
        }
    }
    found.sort_by(|a, b| a.files.cmp(&b.files));
    Ok(found)
}

/// The entry that contains the cycle.
fn entry_of<'a>(cycle: &Cycle, listed: &'a [Entry]) -> Option<&'a Entry> {
    let mut entries = listed.iter().filter(|entry| entry.package == cycle.package);
    entries.find(|entry| cycle.files.is_subset(&entry.files))
}

fn findings(cycles: &[Cycle], listed: &[Entry]) -> Vec<String> {
    let mut findings = Vec::new();
    for cycle in cycles {
        let Cycle { package, files, way } = cycle;
        let way = format!("one way around:\n  {}", way.join("\n  "));
        match entry_of(cycle, listed) {
            Some(entry) if entry.files == *files => {}
            Some(entry) => findings.push(format!(
                "{LIST}: {package}: a cycle of {} files became one of {}: shrink the entry with `cargo xtask tidy \
                 --write`",
                entry.files.len(),
                files.len()
            )),
            None => findings.push(format!(
                "{package}: a dependency cycle of {} files that {LIST} does not list: {}; {way}",
                files.len(),
                files.iter().cloned().collect::<Vec<_>>().join(", ")
            )),
        }
    }
    for entry in listed {
        let Entry { package, reason, files } = entry;
        let first = files.first().map(String::as_str).unwrap_or_default();
        if reason.trim().len() < 10 {
            findings.push(format!("{LIST}: {package}: the cycle of {first} has no reason"));
        }
        if !cycles.iter().any(|cycle| entry_of(cycle, listed) == Some(entry)) {
            findings.push(format!(
                "{LIST}: {package}: the cycle of {} files with {first} is gone: remove the entry with `cargo xtask tidy \
                 --write`",
                files.len()
            ));
        }
    }
    findings
}

/// The entries, reduced to what the code still has.
fn shrunk(cycles: &[Cycle], listed: &[Entry]) -> Vec<Entry> {
    let left = |cycle: &Cycle| {
        let entry = entry_of(cycle, listed)?;
        Some(Entry { files: cycle.files.clone(), ..entry.clone() })
    };
    cycles.iter().filter_map(left).collect()
}

fn text_of(entries: &[Entry]) -> String {
    let mut text = HEAD.to_owned();
    for Entry { package, reason, files } in entries {
        let _ = write!(text, "\n[[cycle]]\ncrate = {package:?}\nreason = {reason:?}\nfiles = [\n");
        for file in files {
            let _ = writeln!(text, "    {file:?},");
        }
        text.push_str("]\n");
    }
    text
}
