//! The seeded defects: edits of source files, read from `xtask/sabotage/P8.toml` and so on.
//!
//! An edit names a text that occurs exactly once in its file, so it depends neither on line numbers nor on other edits.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::workspace::{files, read, root};

/// Folder of the defects.
const FOLDER: &str = "xtask/sabotage";

/// Placeholder in a replacement: true while the defect is on.
const ON: &str = "$on";

/// Environment variable that names the active defect to a test of the copy.
pub(super) const VARIABLE: &str = "HOSTKIT_SABOTAGE";

/// A defect: its edits, and the message of the failing test.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Defect {
    /// Part of a line of the test's output; a failure without it does not count.
    pub(super) says: String,
    edits: Vec<Edit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// Path from the root of the workspace.
    file: String,
    text: String,
    replacement: String,
}

/// All defects, by name.
pub(super) type Defects = BTreeMap<String, Defect>;

/// Reads every defect.
pub(super) fn load() -> Result<Defects, String> {
    let folder = root().join(FOLDER);
    let mut defects = Defects::new();
    for name in files(&folder)? {
        let place = format!("{FOLDER}/{name}");
        let promise = name.strip_suffix(".toml").ok_or_else(|| format!("{place}: not a .toml file"))?;
        defects.extend(parse(promise, &read(&folder.join(&name))?).map_err(|error| format!("{place}: {error}"))?);
    }
    Ok(defects)
}

fn parse(promise: &str, text: &str) -> Result<Defects, String> {
    let defects: Defects = toml::from_str(text).map_err(|error| error.to_string())?;
    match defects.keys().find(|name| name.split('-').next() != Some(promise)) {
        Some(name) => Err(format!("`{name}` breaks another promise than {promise}")),
        None => Ok(defects),
    }
}

/// The changed files, with every defect built in and switched off; or the edits that do not fit.
pub(super) fn apply(
    defects: &Defects,
    text: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut findings = Vec::new();
    let mut by_file: BTreeMap<&str, Vec<(&str, &Edit)>> = BTreeMap::new();
    for (name, defect) in defects {
        if !defect.edits.iter().any(|edit| edit.replacement.contains(ON)) {
            findings.push(format!("{name}: no replacement has `{ON}`"));
        }
        for edit in &defect.edits {
            by_file.entry(&edit.file).or_default().push((name, edit));
        }
    }
    let mut files = BTreeMap::new();
    for (path, edits) in by_file {
        match text(path) {
            Some(text) => match changed(&text, &edits) {
                Ok(text) => drop(files.insert(path.to_owned(), text)),
                Err(found) => findings.extend(found.into_iter().map(|finding| format!("{path}: {finding}"))),
            },
            None => findings.push(format!("{path}: there is no such file, and a defect changes it")),
        }
    }
    if findings.is_empty() { Ok(files) } else { Err(findings) }
}

/// A text with all its edits, each located in the original text.
fn changed(text: &str, edits: &[(&str, &Edit)]) -> Result<String, Vec<String>> {
    let mut findings = Vec::new();
    let mut places = Vec::new();
    for (name, edit) in edits {
        match text.match_indices(&edit.text).map(|(start, _)| start).collect::<Vec<_>>()[..] {
            [start] if !edit.text.is_empty() => places.push((start, *name, *edit)),
            [..] if edit.text.is_empty() => findings.push(format!("{name}: an edit without a text")),
            ref starts => findings.push(format!("{name}: stands there {} times: `{}`", starts.len(), edit.text)),
        }
    }
    places.sort_by_key(|(start, ..)| *start);
    let mut result = String::new();
    let mut end = 0;
    for (start, name, edit) in places {
        match text.get(end..start) {
            Some(between) => result.push_str(between),
            None => findings.push(format!("{name}: overlaps another edit: `{}`", edit.text)),
        }
        result.push_str(&edit.replacement.replace(ON, &switch(name)));
        end = start + edit.text.len();
    }
    result.push_str(text.get(end..).unwrap_or_default());
    if findings.is_empty() { Ok(result) } else { Err(findings) }
}

/// An expression that is true while the defect is on; reads the environment once, because some edits are in loops.
fn switch(name: &str) -> String {
    format!(
        "({{ static ON: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| \
         std::env::var_os(\"{VARIABLE}\").is_some_and(|name| name == \"{name}\")); *ON }})"
    )
}

/// Edits that no longer fit, and names known to only one of list and folder.
pub(super) fn findings(
    defects: &Defects,
    listed: &BTreeSet<&str>,
    text: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut findings = apply(defects, text).err().unwrap_or_default();
    let known: BTreeSet<&str> = defects.keys().map(String::as_str).collect();
    findings.extend(listed.difference(&known).map(|name| format!("{name}: no defect of this name")));
    findings.extend(known.difference(listed).map(|name| format!("{name}: no test of the list fails under it")));
    findings.iter().map(|finding| format!("{FOLDER}: {finding}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Defects, apply, findings, parse, switch};

    const FILE: &str = "one();\ntwo();\nthree();\n";

    fn text(path: &str) -> Option<String> {
        (path == "a.rs").then(|| FILE.to_owned())
    }

    fn defects(edits: &[(&str, &str, &str, &str)]) -> Defects {
        let one = |(name, file, text, replacement): &(&str, &str, &str, &str)| {
            let edit =
                format!("[[P1-{name}.edits]]\nfile = '{file}'\ntext = {text:?}\nreplacement = {replacement:?}\n");
            format!("[P1-{name}]\nsays = 'x'\n{edit}")
        };
        parse("P1", &edits.iter().map(one).collect::<String>()).unwrap()
    }

    #[test]
    fn edits_of_a_file_do_not_depend_on_their_order() {
        let edits = [("a", "a.rs", "three()", "if !$on { three() }"), ("b", "a.rs", "one();", "one(); two($on);")];
        let expected = format!("one(); two({});\ntwo();\nif !{} {{ three() }};\n", switch("P1-b"), switch("P1-a"));
        let files = apply(&defects(&edits), text).unwrap();
        assert_eq!(files["a.rs"], expected);
        let [a, b] = edits;
        let renamed = [("b", a.1, a.2, a.3), ("a", b.1, b.2, b.3)];
        let expected = format!("one(); two({});\ntwo();\nif !{} {{ three() }};\n", switch("P1-a"), switch("P1-b"));
        assert_eq!(apply(&defects(&renamed), text).unwrap()["a.rs"], expected);
    }

    #[test]
    fn what_does_not_fit_is_found() {
        for (edits, finding) in [
            (&[("a", "a.rs", "four()", "$on")][..], "a.rs: P1-a: stands there 0 times: `four()`"),
            (&[("a", "a.rs", "();", "$on")], "a.rs: P1-a: stands there 3 times: `();`"),
            (&[("a", "a.rs", "", "$on")], "a.rs: P1-a: an edit without a text"),
            (&[("a", "b.rs", "one()", "$on")], "b.rs: there is no such file"),
            (&[("a", "a.rs", "one()", "two()")], "P1-a: no replacement has `$on`"),
            (
                &[("a", "a.rs", "one();\ntwo", "$on"), ("b", "a.rs", "two()", "$on")],
                "a.rs: P1-b: overlaps another edit: `two()`",
            ),
        ] {
            let found = apply(&defects(edits), text).unwrap_err();
            assert!(found.len() == 1 && found[0].starts_with(finding), "{finding}: {found:?}");
        }
    }

    #[test]
    fn the_list_and_the_folder_know_the_same_defects() {
        let defects = defects(&[("a", "a.rs", "one()", "$on"), ("b", "a.rs", "two()", "$on")]);
        let found =
            |listed: &[&'static str]| findings(&defects, &listed.iter().copied().collect::<BTreeSet<_>>(), text);
        assert!(found(&["P1-a", "P1-b"]).is_empty());
        assert!(found(&["P1-a", "P1-b", "P1-c"])[0].contains("P1-c: no defect"));
        assert!(found(&["P1-a"])[0].contains("P1-b: no test"));
    }

    #[test]
    fn a_file_breaks_its_own_promise_only() {
        assert!(parse("P1", "[P1]\nsays = 'x'\nedits = []\n").is_ok());
        assert!(parse("P1", "[P11]\nsays = 'x'\nedits = []\n").is_err());
        assert!(parse("P1", "[P1]\nsays = 'x'\nedits = []\nline = 7\n").is_err());
    }
}
