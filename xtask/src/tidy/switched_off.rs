//! Finds tests in libraries whose manifest switches them off because there were none.

use super::files::File;
use crate::manifest::Manifest;

/// Unit tests and doc examples that never run because of `test = false` or `doctest = false`.
pub(super) fn check(files: &[File], members: &[Manifest]) -> Vec<String> {
    let mut findings = Vec::new();
    for member in members {
        let is_off = |key: &str| {
            let library = member.table.get("lib").and_then(|library| library.as_table());
            library.and_then(|library| library.get(key)).and_then(|value| value.as_bool()) == Some(false)
        };
        let source = format!("{}/src/", member.folder);
        for file in files.iter().filter(|file| file.is_rust() && file.path.starts_with(&source)) {
            if is_off("test") && file.text.contains("#[cfg(test)]") {
                findings.push(format!("{}: its tests do not run: `test = false` in Cargo.toml", file.path));
            }
            let is_example = |line: &str| line.trim_start().starts_with("//") && line.contains("```");
            if is_off("doctest") && file.text.lines().any(is_example) {
                findings.push(format!("{}: its example does not run: `doctest = false` in Cargo.toml", file.path));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::manifest::parse;
    use crate::tidy::files::File;

    fn findings(manifest: &str, text: &str) -> usize {
        let files = [File { path: "crates/a/src/lib.rs".to_owned(), text: text.to_owned() }];
        check(&files, &[parse("crates/a", manifest).expect("a manifest")]).len()
    }

    #[test]
    fn what_does_not_run_is_found() {
        let (test, example) = ("#[cfg(test)]\nmod tests {}\n", "/// ```\n/// a();\n/// ```\nfn a() {}\n");
        assert_eq!(findings("[lib]\ntest = false\n", test), 1);
        assert_eq!(findings("[lib]\ndoctest = false\n", example), 1);
        assert_eq!(findings("[lib]\ndoctest = false\n", test), 0);
        assert_eq!(findings("[lib]\ntest = false\n", example), 0);
        assert_eq!(findings("[package]\nname = \"a\"\n", &format!("{test}{example}")), 0);
    }
}
