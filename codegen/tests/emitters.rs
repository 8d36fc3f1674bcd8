//! The emitters of Rust build tokens: none of them makes code of text, but for the one that writes documentation.

mod common;

use common::{files, package};

/// What makes, changes or parses text.
const FORBIDDEN: [&str; 6] = ["format!", "write!", "push_str", "replace", "parse_str", "from_str"];

/// Where the texts of documentation are made.
const DOCUMENTATION: [&str; 2] = ["docs.rs", "docs/sample.rs"];

#[test]
fn emitters_make_tokens_and_not_text() {
    let all = files(&package().join("src/emit/rust"));
    assert!(all.len() > 10, "{} files", all.len());
    for documentation in DOCUMENTATION {
        assert!(all.iter().any(|(path, _)| path == documentation), "{documentation} is gone: take it off the list");
    }
    let mut findings = Vec::new();
    for (path, bytes) in all.iter().filter(|(path, _)| !DOCUMENTATION.contains(&path.as_str())) {
        let text = String::from_utf8_lossy(bytes);
        for (line, number) in text.lines().zip(1..) {
            // Identifiers are tokens.
            let line = line.replace("format_ident!", "");
            let found = FORBIDDEN.iter().filter(|word| line.contains(*word));
            findings.extend(found.map(|word| format!("{path}:{number}: `{word}`")));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
