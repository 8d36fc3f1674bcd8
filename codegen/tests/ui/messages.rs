//! The messages of diagnostics, as they stand in the source: the texts that are given for a parameter `message`, followed
//! through variables and the functions that return one as an error.

use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A message with its place: what stands between the values that it shows.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    file: String,
    text: String,
    /// Whether braces stand for values.
    is_format: bool,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.text)
    }
}

impl Message {
    /// Whether a title may be this message, with any values; in an example its place may stand before it.
    pub fn fits(&self, title: &str) -> bool {
        self.is(title) || title.match_indices(": ").any(|(at, _)| self.is(&title[at + 2..]))
    }

    fn is(&self, title: &str) -> bool {
        if !self.is_format {
            return title == self.text;
        }
        let mut pieces = pieces(&self.text).into_iter();
        let Some(mut rest) = pieces.next().and_then(|first| title.strip_prefix(first.as_str())) else { return false };
        let mut last = String::new();
        for piece in pieces {
            let Some((_, behind)) = rest.split_once(piece.as_str()) else { return false };
            rest = behind;
            last = piece;
        }
        rest.is_empty() || last.is_empty() && self.text.ends_with('}')
    }
}

/// The texts between the holes of a format string.
fn pieces(text: &str) -> Vec<String> {
    let (mut pieces, mut is_hole) = (vec![String::new()], false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.peek() == Some(&letter) && !is_hole => {
                letters.next();
                pieces.last_mut().expect("there is one").push(letter);
            }
            '{' => {
                is_hole = true;
                pieces.push(String::new());
            }
            '}' => is_hole = false,
            _ if is_hole => {}
            _ => pieces.last_mut().expect("there is one").push(letter),
        }
    }
    pieces
}

/// A function with the position of its parameter `message`, if it has one.
struct Function {
    file: String,
    name: String,
    message: Option<usize>,
    /// Whether it returns a text as an error.
    fails: bool,
    body: Vec<TokenTree>,
}

/// The messages of source files.
pub fn of(files: &[(String, String)]) -> BTreeSet<Message> {
    let mut functions = Vec::new();
    for (file, text) in files {
        let tokens: TokenStream = text.parse().expect("a source file is Rust");
        collect(file, tokens, &mut functions);
    }
    let mut search = Search { functions: &functions, found: BTreeSet::new(), followed: BTreeSet::new() };
    for function in &functions {
        search.calls(function, &function.body);
    }
    search.found
}

fn collect(file: &str, tokens: TokenStream, functions: &mut Vec<Function>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        // What tests say is no diagnostic.
        if is_word(tokens.get(at), "mod") && is_word(tokens.get(at + 1), "tests") {
            return;
        }
        if is_word(tokens.get(at), "fn")
            && let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
        {
            let group = |from: usize, delimiter: Delimiter| {
                let place = (from..tokens.len()).find(|at| group_of(&tokens[*at], delimiter).is_some())?;
                Some((place, group_of(&tokens[place], delimiter)?))
            };
            if let Some((head, parameters)) = group(at + 2, Delimiter::Parenthesis)
                && let Some((end, body)) = group(head + 1, Delimiter::Brace)
            {
                let named = |part: &Vec<TokenTree>| part.first().cloned();
                let names =
                    parts(parameters).iter().filter_map(named).filter(|name| !is_self(name)).collect::<Vec<_>>();
                let message = names.iter().position(|name| is_word(Some(name), "message"));
                let returned = tokens[head..end].iter().map(ToString::to_string).collect::<String>();
                let fails = returned.contains("Result<") && returned.contains(",String>");
                let body = body.stream().into_iter().collect();
                functions.push(Function { file: file.to_owned(), name: name.to_string(), message, fails, body });
                at = end + 1;
                continue;
            }
        }
        if let TokenTree::Group(group) = &tokens[at] {
            collect(file, group.stream(), functions);
        }
        at += 1;
    }
}

struct Search<'f> {
    functions: &'f [Function],
    found: BTreeSet<Message>,
    /// Variables by their file and function, of which each may be assigned from others.
    followed: BTreeSet<(String, String, String)>,
}

impl Search<'_> {
    /// The messages of the calls in these tokens.
    fn calls(&mut self, function: &Function, tokens: &[TokenTree]) {
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else { continue };
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            if let Some(TokenTree::Ident(name)) = at.checked_sub(1).and_then(|at| tokens.get(at))
                && group.delimiter() == Delimiter::Parenthesis
                && let Some(argument) = self.argument(function, &name.to_string(), group)
            {
                self.texts(function, &argument, false);
            }
            // A problem of an example becomes a diagnostic.
            if at > 0 && is_word(tokens.get(at - 1), "Problem") {
                for part in inner.split(|token| is_punctuation(Some(token), ',')) {
                    match part {
                        [name] if is_word(Some(name), "message") => self.variable(function, "message"),
                        [name, colon, value @ ..]
                            if is_word(Some(name), "message") && is_punctuation(Some(colon), ':') =>
                        {
                            self.texts(function, value, false);
                        }
                        _ => {}
                    }
                }
            }
            self.calls(function, &inner);
        }
        // A closure that is called with messages.
        for at in 0..tokens.len() {
            let (Some(name), Some(place)) = (closure(tokens, at), position(tokens, at)) else { continue };
            let calls = tokens.iter().enumerate().skip(at + 4).filter(|(_, token)| is_word(Some(token), &name));
            for (call, _) in calls {
                if let Some(group) = tokens.get(call + 1).and_then(|token| group_of(token, Delimiter::Parenthesis))
                    && let Some(argument) = parts(group).get(place)
                {
                    self.texts(function, argument, false);
                }
            }
            self.closure_calls(function, tokens, &name, place);
        }
    }

    /// The messages of the calls of a closure, at any depth.
    fn closure_calls(&mut self, function: &Function, tokens: &[TokenTree], name: &str, place: usize) {
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else { continue };
            let is_call = at > 0 && is_word(tokens.get(at - 1), name);
            if is_call && let Some(argument) = parts(group).get(place) {
                self.texts(function, argument, false);
            }
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            self.closure_calls(function, &inner, name, place);
        }
    }

    /// The argument that is the message of a call of this name.
    fn argument(&self, function: &Function, name: &str, arguments: &Group) -> Option<Vec<TokenTree>> {
        let known = |other: &&Function| {
            other.name == name
                && other.message.is_some()
                && (other.file == function.file || other.file == "diagnostic.rs")
        };
        let place = self.functions.iter().find(known)?.message?;
        parts(arguments).get(place).cloned()
    }

    /// The texts that an expression may be.
    fn texts(&mut self, function: &Function, expression: &[TokenTree], is_format: bool) {
        let expression = match expression {
            [first, rest @ ..] if is_punctuation(Some(first), '&') => rest,
            _ => expression,
        };
        let mut is_known = false;
        for (at, token) in expression.iter().enumerate() {
            match token {
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.found.insert(Message { file: function.file.clone(), text: text.value(), is_format });
                        is_known = true;
                    }
                }
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let is_format = at > 1 && is_word(expression.get(at - 2), "format");
                    // What a message shows is no message.
                    let inner = if is_format { inner.into_iter().take(1).collect() } else { inner };
                    self.texts(function, &inner, is_format);
                    is_known = true;
                }
                TokenTree::Ident(name) if expression.len() == 1 => self.variable(function, &name.to_string()),
                _ => {}
            }
        }
        // A variable, or a field of what somebody else found.
        let is_simple = expression.iter().all(|token| !matches!(token, TokenTree::Literal(_) | TokenTree::Group(_)));
        assert!(is_known || is_simple, "{}: no text in `{expression:?}`", function.file);
    }

    /// The texts that a variable may be: what is assigned to it, or the error of a function.
    fn variable(&mut self, function: &Function, name: &str) {
        if !self.followed.insert((function.file.clone(), function.name.clone(), name.to_owned())) {
            return;
        }
        let mut assigned = Vec::new();
        assignments(&function.body, name, &mut assigned);
        for expression in &assigned {
            self.texts(function, expression, false);
        }
        if name == "why" {
            for failing in self.functions.iter().filter(|other| other.fails) {
                self.errors(failing, &failing.body);
            }
        }
    }

    /// The texts that a function returns as errors.
    fn errors(&mut self, function: &Function, tokens: &[TokenTree]) {
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else { continue };
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let makes_error = ["Err", "ok_or", "ok_or_else"];
            if at > 0 && makes_error.iter().any(|word| is_word(tokens.get(at - 1), word)) {
                self.texts(function, &inner, false);
            }
            self.errors(function, &inner);
        }
    }
}

/// What is assigned to a variable, by `let`, or as the inside of a pattern.
fn assignments(tokens: &[TokenTree], name: &str, found: &mut Vec<Vec<TokenTree>>) {
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_pattern = inner.len() == 1 && is_word(inner.first(), name);
            if is_pattern && is_punctuation(tokens.get(at + 1), '=') && !is_punctuation(tokens.get(at + 2), '>') {
                found.push(until(&tokens[at + 2..], |token| group_of(token, Delimiter::Brace).is_some()));
            }
            assignments(&inner, name, found);
        }
        let is_let = is_word(Some(token), "let") && is_word(tokens.get(at + 1), name);
        if is_let && is_punctuation(tokens.get(at + 2), '=') {
            found.push(until(&tokens[at + 3..], |token| is_punctuation(Some(token), ';')));
        }
    }
}

fn until(tokens: &[TokenTree], is_end: impl Fn(&TokenTree) -> bool) -> Vec<TokenTree> {
    tokens.iter().take_while(|token| !is_end(token)).cloned().collect()
}

/// The name of a closure that begins here: `let [mut] name = |`.
fn closure(tokens: &[TokenTree], at: usize) -> Option<String> {
    let at = at + usize::from(is_word(tokens.get(at), "let") && is_word(tokens.get(at + 1), "mut"));
    let TokenTree::Ident(name) = tokens.get(at + 1)? else { return None };
    let is_closure = is_punctuation(tokens.get(at + 2), '=') && is_punctuation(tokens.get(at + 3), '|');
    is_closure.then(|| name.to_string())
}

/// The position of the parameter `message` of a closure that begins here.
fn position(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let open = (at..tokens.len()).find(|at| is_punctuation(tokens.get(*at), '|'))?;
    let close = (open + 1..tokens.len()).find(|at| is_punctuation(tokens.get(*at), '|'))?;
    let parameters = tokens[open + 1..close].split(|token| is_punctuation(Some(token), ','));
    parameters.into_iter().position(|parameter| is_word(parameter.first(), "message"))
}

/// The arguments of a call, or the parameters of a function.
fn parts(group: &Group) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    tokens.split(|token| is_punctuation(Some(token), ',')).map(<[TokenTree]>::to_vec).collect()
}

fn group_of(token: &TokenTree, delimiter: Delimiter) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

fn is_punctuation(token: Option<&TokenTree>, letter: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == letter)
}

fn is_self(token: &TokenTree) -> bool {
    is_punctuation(Some(token), '&') || is_word(Some(token), "self") || is_word(Some(token), "mut")
}
