//! Rule: links between pages lead to a file of the repository, and to a heading of it.

use std::collections::{BTreeMap, BTreeSet};

use super::files::File;
use crate::workspace::root;

pub(super) fn check(files: &[File]) -> Vec<String> {
    let pages = files.iter().filter(|file| file.path.ends_with(".md") && !file.is_wire_example());
    let headings: BTreeMap<&str, BTreeSet<String>> =
        pages.clone().map(|page| (page.path.as_str(), anchors(&page.text))).collect();
    let mut findings = Vec::new();
    for page in pages {
        for link in links(&page.text) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { Some(page.path.clone()) } else { joined(&page.path, path) };
            let is_there = path.is_empty() || target.as_ref().is_some_and(|target| root().join(target).exists());
            let known = target.as_deref().and_then(|target| headings.get(target));
            if !is_there {
                findings.push(format!("{}: the link `{link}` leads nowhere", page.path));
            } else if !anchor.is_empty() && known.is_some_and(|known| !known.contains(anchor)) {
                findings.push(format!("{}: `{link}`: no such heading", page.path));
            }
        }
    }
    findings
}

/// The targets of links of a page that are not addresses of the web.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets =
        prose(text).flat_map(|line| line.split("](").skip(1)).filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:") && !target.contains(' '))
}

/// The lines that are not code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The anchors of headings, as forges make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | ' ');
    let anchor =
        |heading: &str| heading.to_lowercase().chars().filter(|c| kept(*c)).collect::<String>().replace(' ', "-");
    headings.map(anchor).collect()
}

/// The path that a link of a page leads to; `None` if it leaves the repository.
fn joined(page: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let page = |text: &str| File { path: "docs/page.md".to_owned(), text: text.to_owned() };
        let found = |text: &str| check(&[page(text)]);
        let sound = "# A *page*, for one\n[a](../README.md) [b](#a-page-for-one) [c](https://example.org/x)\n```\n[d](no)\n```\n";
        assert_eq!(found(sound), Vec::<String>::new());
        assert_eq!(found("[a](no.md)"), ["docs/page.md: the link `no.md` leads nowhere"]);
        assert_eq!(found("[a](../../README.md)"), ["docs/page.md: the link `../../README.md` leads nowhere"]);
        assert_eq!(found("[a](#b)"), ["docs/page.md: `#b`: no such heading"]);
    }
}
