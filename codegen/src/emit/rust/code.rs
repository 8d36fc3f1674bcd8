//! Rust text: lines with an indent, wrapped as rustfmt would, and wrapped docs.

/// rustfmt's `max_width` in this project.
pub(super) const WIDTH: usize = 120;

/// A file that is being written.
#[derive(Debug, Default)]
pub(super) struct Code {
    text: String,
    indent: usize,
}

impl Code {
    /// One line at the present indent; an empty text is an empty line.
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', self.indent * 4));
            self.text.push_str(text);
        }
        self.text.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Opens a block: the line, and everything until [`Code::close`] one step further in.
    pub(super) fn open(&mut self, text: impl AsRef<str>) {
        self.line(text);
        self.indent += 1;
    }

    pub(super) fn close(&mut self, text: impl AsRef<str>) {
        self.indent -= 1;
        self.line(text);
    }

    /// Doc comment lines, wrapped; an empty part is an empty doc line.
    pub(super) fn doc(&mut self, text: &str) {
        self.prefixed("///", text);
    }

    /// A doc line as it is: code of an example is not wrapped.
    pub(super) fn doc_line(&mut self, text: &str) {
        self.line(if text.is_empty() { "///".to_owned() } else { format!("/// {text}") });
    }

    fn prefixed(&mut self, prefix: &str, text: &str) {
        if text.is_empty() {
            return self.line(prefix);
        }
        for (index, paragraph) in text.split("\n\n").filter(|text| !text.trim().is_empty()).enumerate() {
            if index > 0 {
                self.line(prefix);
            }
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let width = self.indent * 4 + prefix.len() + 2 + line.chars().count() + word.chars().count();
                if !line.is_empty() && width > WIDTH {
                    self.line(format!("{prefix} {line}"));
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            self.line(format!("{prefix} {line}"));
        }
    }

    /// `#[doc(alias = "…")]` for a Russian sentence or word.
    pub(super) fn alias(&mut self, text: &str) {
        let text: String =
            text.trim().trim_end_matches('.').chars().filter(|c| !matches!(c, '"' | '\'' | '\\' | '`')).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            self.line(format!("#[doc(alias = \"{text}\")]"));
        }
    }

    /// `head` + arguments + `tail` on one line if it fits, else one argument a line with a trailing comma.
    pub(super) fn call(&mut self, head: &str, arguments: &[String], tail: &str) {
        let one = format!("{head}{}{tail}", arguments.join(", "));
        if self.indent * 4 + one.chars().count() <= WIDTH {
            return self.line(one);
        }
        self.open(head);
        for argument in arguments {
            self.line(format!("{argument},"));
        }
        self.close(tail);
    }

    /// A struct literal: `head {`, fields, `}` + `tail`.
    pub(super) fn literal(&mut self, head: &str, fields: &[String], tail: &str) {
        let one = match fields {
            [] => format!("{head} {{}}{tail}"),
            _ => format!("{head} {{ {} }}{tail}", fields.join(", ")),
        };
        if self.fits(&one) {
            return self.line(one);
        }
        if let Some((binding, value)) = head.split_once(" = ") {
            let second = format!("{value} {{ {} }}{tail}", fields.join(", "));
            if self.indent * 4 + 4 + second.chars().count() <= WIDTH {
                self.line(format!("{binding} ="));
                return self.indented(|code| code.line(second));
            }
        }
        self.open(format!("{head} {{"));
        for field in fields {
            let comma = if field.starts_with("..") { "" } else { "," };
            match field.split_once(": ") {
                Some((name, value)) => self.long_line(&format!("{name}: "), value, comma),
                None => self.line(format!("{field}{comma}")),
            }
        }
        self.close(format!("}}{tail}"));
    }

    /// Runs `write` one step further in.
    pub(super) fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 1;
        write(self);
        self.indent -= 1;
    }

    /// `head` + an accessor call + `tail`; where that is too long, broken behind the dots as rustfmt does.
    pub(super) fn long_line(&mut self, head: &str, expression: &str, tail: &str) {
        let one = format!("{head}{expression}{tail}");
        if self.indent * 4 + one.chars().count() <= WIDTH {
            return self.line(one);
        }
        // rustfmt leaves a long text where it stands.
        if expression.starts_with('"') {
            return self.line(one);
        }
        let Some((object, call)) = expression.split_once('.') else {
            return self.line(one);
        };
        // One column less than usual: rustfmt holds it free for the comma that it would set behind the arguments.
        if self.indent * 4 + 5 + call.chars().count() + tail.len() < WIDTH {
            self.line(format!("{head}{object}"));
            return self.indented(|code| code.line(format!(".{call}{tail}")));
        }
        self.by_arguments(&one);
    }

    /// A call statement; where it is too long it is broken behind the receiver, or else an argument a line.
    pub(super) fn statement(&mut self, text: &str) {
        if self.fits(text) {
            return self.line(text);
        }
        if let Some((receiver, call)) = text.split_once('.')
            && self.indent * 4 + call.chars().count() + 5 <= WIDTH
        {
            self.line(receiver);
            return self.indented(|code| code.line(format!(".{call}")));
        }
        self.by_arguments(text);
    }

    /// A call with an argument a line.
    fn by_arguments(&mut self, text: &str) {
        let (Some(start), Some(end)) = (text.find('('), text.rfind(')')) else {
            return self.line(text);
        };
        let mut arguments = vec![String::new()];
        let mut depth = 0;
        for character in text[start + 1..end].chars() {
            match character {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    arguments.push(String::new());
                    continue;
                }
                _ => {}
            }
            if let Some(last) = arguments.last_mut() {
                last.push(character);
            }
        }
        self.open(&text[..=start]);
        for argument in arguments {
            self.line(format!("{},", argument.trim()));
        }
        self.close(&text[end..]);
    }

    /// A list on one line if it fits, else an item a line.
    pub(super) fn list(&mut self, head: &str, items: &[String], tail: &str) {
        self.call(head, items, tail);
    }

    /// A match arm with alternatives, broken as rustfmt breaks them.
    pub(super) fn alternatives(&mut self, patterns: &[String], value: &str) {
        let one = format!("{} => {value},", patterns.join(" | "));
        if self.indent * 4 + one.chars().count() <= WIDTH {
            return self.line(one);
        }
        let head = format!("{} => {{", patterns.join(" | "));
        if self.fits(&head) {
            self.open(head);
            self.line(value);
            return self.close("}");
        }
        let last = patterns.len().saturating_sub(1);
        for (index, pattern) in patterns.iter().enumerate() {
            let bar = if index == 0 { "" } else { "| " };
            let tail = if index == last { format!(" => {value},") } else { String::new() };
            self.line(format!("{bar}{pattern}{tail}"));
        }
    }

    /// `if a && b {` on one line if it fits, else a test a line.
    pub(super) fn condition(&mut self, head: &str, tests: &[String], operator: &str) {
        let one = format!("{head}{} {{", tests.join(&format!(" {operator} ")));
        if self.indent * 4 + one.chars().count() <= WIDTH {
            return self.line(one);
        }
        for (index, test) in tests.iter().enumerate() {
            if index == 0 {
                self.chain(head, test, "");
            } else {
                self.indented(|code| code.chain(&format!("{operator} "), test, ""));
            }
        }
        self.line("{");
    }

    /// Adds to the line that was written last.
    pub(super) fn append(&mut self, text: &str) {
        self.text.truncate(self.text.trim_end_matches('\n').len());
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Goes one step further in, after a line that closed one block and opened the next.
    pub(super) fn reopen(&mut self) {
        self.indent += 1;
    }

    /// `let name = a.b().c();` on one line if it fits, else a link a line.
    pub(super) fn chain(&mut self, head: &str, expression: &str, tail: &str) {
        let one = format!("{head}{expression}{tail}");
        if self.fits(&one) {
            return self.line(one);
        }
        let mut links = vec![String::new()];
        let mut depth = 0;
        for character in expression.chars() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                '.' if depth == 0 => links.push(String::new()),
                _ => {}
            }
            if let Some(last) = links.last_mut() {
                last.push(character);
            }
        }
        let last = links.len() - 1;
        for (index, link) in links.iter().enumerate() {
            let tail = if index == last { tail } else { "" };
            match index {
                0 => self.line(format!("{head}{link}{tail}")),
                _ => self.indented(|code| code.line(format!("{link}{tail}"))),
            }
        }
    }

    /// Whether a line has room at the present indent.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.indent * 4 + text.chars().count() <= WIDTH
    }

    /// Lines that are indented already.
    pub(super) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A match arm; where it is too long, its expression stands in a block.
    pub(super) fn arm(&mut self, pattern: &str, expression: &str) {
        let one = format!("{pattern} => {expression},");
        if self.indent * 4 + one.chars().count() <= WIDTH {
            return self.line(one);
        }
        self.open(format!("{pattern} => {{"));
        self.line(expression);
        self.close("}");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Text as a Rust string literal.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                literal.push('\\');
                literal.push(character);
            }
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}
