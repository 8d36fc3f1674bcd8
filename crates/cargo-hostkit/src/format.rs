//! Formats specs: blanks and line ends, never the order of keys, which is that of the Rust fields.

use std::collections::BTreeSet;

use crate::{Error, Workspace, files, read, write};

/// Formats the specs of all APIs, and returns those that needed it; with `check` it writes nothing.
///
/// # Errors
/// A file cannot be read or written, or with `check` the specs that need it.
pub fn format(workspace: &Workspace, check: bool) -> Result<Vec<String>, Error> {
    let mut found: Vec<String> = Vec::new();
    let folders: BTreeSet<&str> = workspace.layouts().iter().map(|layout| layout.specs.as_str()).collect();
    for folder in folders {
        let specs = workspace.root().join(folder);
        for file in files(&specs)?.into_iter().filter(|file| file.ends_with(".toml")) {
            let full = specs.join(&file);
            let text = read(&full)?;
            let tidy = layout(&text);
            if tidy != text {
                found.push(format!("{folder}/{file}"));
                if !check {
                    write(&full, &tidy)?;
                }
            }
        }
    }
    if check && !found.is_empty() {
        let lines = found.join("\n");
        return Err(Error::new(format!("{lines}\nnot formatted; `{} fmt` formats them", workspace.commands().spec)));
    }
    Ok(found)
}

/// No trailing blanks, LF, at most one empty line in a row, one line end at the end.
fn layout(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut is_blank = true;
    for line in text.lines() {
        let line = line.trim_end();
        if !(line.is_empty() && is_blank) {
            tidy.push_str(line);
            tidy.push('\n');
        }
        is_blank = line.is_empty();
    }
    let end = tidy.trim_end().len();
    tidy.truncate(end);
    if !tidy.is_empty() {
        tidy.push('\n');
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::layout;

    #[test]
    fn layout_changes_blanks_and_nothing_else() {
        assert_eq!(layout("\n\na = 1  \r\n\n\n\n[b]\t\nc = 2\n\n"), "a = 1\n\n[b]\nc = 2\n");
        assert_eq!(layout(""), "");
        let tidy = "a = 1\n\n[b]\nc = \"  x  \"\n";
        assert_eq!(layout(tidy), tidy);
    }
}
