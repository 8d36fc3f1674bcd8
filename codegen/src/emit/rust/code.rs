//! Rust text on its way to tokens: lines, and docs that are wrapped for their indent.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::docs;

/// Items that are being written.
#[derive(Debug, Default)]
pub(super) struct Code {
    text: String,
    indent: usize,
}

impl Code {
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    pub(super) fn blank(&mut self) {}

    pub(super) fn tokens(&mut self, tokens: TokenStream) {
        self.line(tokens.to_string());
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
        if text.is_empty() {
            return self.line("///");
        }
        self.line(docs::Doc::new(self.indent * 4, text).into_token_stream().to_string());
    }

    /// A doc line as it is: code of an example is not wrapped.
    pub(super) fn doc_line(&mut self, text: &str) {
        self.line(if text.is_empty() { "///".to_owned() } else { format!("/// {text}") });
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

    /// `head` + arguments + `tail`.
    pub(super) fn call(&mut self, head: &str, arguments: &[String], tail: &str) {
        self.line(format!("{head}{}{tail}", arguments.join(", ")));
    }

    /// A struct literal: `head {`, fields, `}` + `tail`.
    pub(super) fn literal(&mut self, head: &str, fields: &[String], tail: &str) {
        self.line(format!("{head} {{ {} }}{tail}", fields.join(", ")));
    }

    /// Runs `write` one step further in.
    pub(super) fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 1;
        write(self);
        self.indent -= 1;
    }

    pub(super) fn long_line(&mut self, head: &str, expression: &str, tail: &str) {
        self.line(format!("{head}{expression}{tail}"));
    }

    pub(super) fn statement(&mut self, text: &str) {
        self.line(text);
    }

    pub(super) fn list(&mut self, head: &str, items: &[String], tail: &str) {
        self.call(head, items, tail);
    }

    /// A match arm with alternatives.
    pub(super) fn alternatives(&mut self, patterns: &[String], value: &str) {
        self.arm(&patterns.join(" | "), value);
    }

    /// `if a && b {`.
    pub(super) fn condition(&mut self, head: &str, tests: &[String], operator: &str) {
        self.line(format!("{head}{} {{", tests.join(&format!(" {operator} "))));
    }

    pub(super) fn append(&mut self, text: &str) {
        self.line(text);
    }

    pub(super) fn reopen(&mut self) {
        self.indent += 1;
    }

    pub(super) fn chain(&mut self, head: &str, expression: &str, tail: &str) {
        self.line(format!("{head}{expression}{tail}"));
    }

    pub(super) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn arm(&mut self, pattern: &str, expression: &str) {
        self.line(format!("{pattern} => {expression},"));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Text as a Rust string literal.
pub(super) fn quoted(text: &str) -> String {
    proc_macro2::Literal::string(text).to_string()
}
