//! Documentation: sentences wrapped to the width of the project.

/// rustfmt's `max_width` in this project: it does not wrap docs.
const WIDTH: usize = 120;

/// The lines of a text behind a doc comment's marker at an indent; paragraphs have an empty line between them.
pub(super) fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let room = WIDTH - indent - "/// ".len();
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n").filter(|text| !text.trim().is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        let mut width = 0;
        for word in paragraph.split_whitespace() {
            let more = word.chars().count();
            if width > 0 && width + 1 + more > room {
                lines.push(std::mem::take(&mut line));
                width = 0;
            }
            if width > 0 {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += more;
        }
        lines.push(line);
    }
    lines
}

/// The doc of a module.
pub(super) fn module_doc(text: &str) -> String {
    wrapped(text, 0).iter().map(|line| format!("//! {line}\n")).collect()
}
