//! Puts every mutant of a file into one text, each behind a switch, and finds the mutants that rustc rejects.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, ExprBinary, ExprMatch, ExprStruct, ExprUnary, Pat, PatGuard};

use crate::module_tree::without_tests;

/// Environment variable that has the number of the mutant that is on.
pub(super) const ON: &str = "HOSTKIT_MUTANT";

/// Environment variable that names a file, to which the numbers of all mutants go whose code is reached.
pub(super) const REACHED: &str = "HOSTKIT_MUTANTS_REACHED";

/// The end of a crate's root file: the switch of its mutants, whose numbers are at most `last`.
pub(super) fn switch(last: usize) -> String {
    format!(
        r#"
pub(crate) fn mutant(number: u32) -> bool {{
    use std::sync::atomic::{{AtomicBool, Ordering}};
    use std::sync::{{LazyLock, Mutex}};
    static ON: LazyLock<Option<u32>> = LazyLock::new(|| std::env::var("{ON}").ok()?.parse().ok());
    static REACHED: LazyLock<Option<Mutex<std::fs::File>>> = LazyLock::new(|| {{
        let path = std::env::var_os("{REACHED}")?;
        Some(Mutex::new(std::fs::File::options().create(true).append(true).open(path).expect("the file opens")))
    }});
    static SEEN: [AtomicBool; {last} + 1] = [const {{ AtomicBool::new(false) }}; {last} + 1];
    if let Some(file) = &*REACHED && !SEEN[number as usize].swap(true, Ordering::Relaxed) {{
        let line = format!("{{number}}\n");
        std::io::Write::write_all(&mut *file.lock().expect("no panic"), line.as_bytes()).expect("it is written");
    }}
    *ON == Some(number)
}}
"#
    )
}

/// A mutant as `cargo mutants --list --json` describes it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Mutant {
    pub(super) name: String,
    pub(super) file: String,
    /// Of the file's text.
    #[serde(skip)]
    pub(super) version: String,
    genre: Genre,
    replacement: String,
    span: Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Lines {
    start: Position,
    end: Position,
}

/// Both count from 1, columns in letters.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Position {
    line: usize,
    column: usize,
}

/// Where a mutant goes in its file, in bytes.
struct Place {
    /// The part that is chosen between; empty where a text is only inserted.
    range: Range<usize>,
    replacement: String,
    /// The part in which rustc reports what is wrong with the mutant, beside its own text.
    blamed: Range<usize>,
}

/// A file with its mutants.
pub(super) struct Switched {
    pub(super) text: String,
    /// What the text is made of: copied from a part of the file, or written for a mutant.
    pieces: Vec<(Range<usize>, Piece)>,
    /// By number, the part of the file in which rustc reports what is wrong with it.
    blamed: BTreeMap<u32, Range<usize>>,
}

enum Piece {
    Copied(usize),
    Of(u32),
    Other,
}

impl Switched {
    /// The file with those of its mutants that are code of more than tests.
    pub(super) fn new(file: &str, mutants: &[(u32, &Mutant)]) -> Result<Self, String> {
        let mut parsed = syn::parse_file(file).map_err(|error| error.to_string())?;
        without_tests(&mut parsed.items);
        let starts: Vec<usize> = std::iter::once(0).chain(file.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let wanted = |(number, mutant): &(u32, &Mutant)| {
            let offset = |place: Position| {
                let start = *starts.get(place.line.checked_sub(1)?)?;
                let line = file.get(start..)?;
                let column = line.char_indices().nth(place.column.checked_sub(1)?);
                Some(start + column.map_or(line.len(), |(at, _)| at))
            };
            let range = offset(mutant.span.start)?..offset(mutant.span.end)?;
            Some(Wanted { number: *number, genre: mutant.genre, range, replacement: mutant.replacement.clone() })
        };
        let mut finder = Finder { file, wanted: mutants.iter().filter_map(wanted).collect(), found: BTreeMap::new() };
        finder.visit_file(&parsed);
        Ok(Self::build(file, finder.found))
    }

    /// The mutants that are in the text.
    pub(super) fn numbers(&self) -> BTreeSet<u32> {
        self.blamed.keys().copied().collect()
    }

    fn build(file: &str, found: BTreeMap<u32, Place>) -> Self {
        let mut choices: BTreeMap<(usize, usize), Vec<(u32, String)>> = BTreeMap::new();
        let mut blamed = BTreeMap::new();
        for (number, place) in found {
            choices.entry((place.range.start, place.range.end)).or_default().push((number, place.replacement));
            blamed.insert(number, place.blamed);
        }
        // What is written where: ends first, inner ones before outer ones; then insertions; then starts, outer ones first.
        let mut written: BTreeMap<(usize, u8, usize), Vec<(Piece, String)>> = BTreeMap::new();
        for ((start, end), mutants) in choices {
            let is_choice = start < end;
            let mut texts: Vec<(Piece, String)> = Vec::new();
            for (number, replacement) in mutants {
                let on = format!("crate::mutant({number})");
                match is_choice {
                    true => texts.push((Piece::Of(number), format!("if {on} {{ {replacement} }} else "))),
                    false => texts.push((Piece::Of(number), replacement.replace("$on", &on))),
                }
            }
            if is_choice {
                texts.insert(0, (Piece::Other, "(".to_owned()));
                texts.push((Piece::Other, "{ ".to_owned()));
                written.insert((end, 0, usize::MAX - start), vec![(Piece::Other, " })".to_owned())]);
                written.insert((start, 2, usize::MAX - end), texts);
            } else {
                written.insert((start, 1, 0), texts);
            }
        }
        let mut switched = Self { text: String::new(), pieces: Vec::new(), blamed };
        let mut done = 0;
        for ((at, ..), texts) in written {
            switched.push(Piece::Copied(done), file.get(done..at).unwrap_or_default());
            done = at;
            texts.into_iter().for_each(|(piece, text)| switched.push(piece, &text));
        }
        switched.push(Piece::Copied(done), file.get(done..).unwrap_or_default());
        switched
    }

    fn push(&mut self, piece: Piece, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push((start..self.text.len(), piece));
    }

    /// The mutants to which an error at this byte of the text is due: the one whose text has it, or those that changed
    /// the smallest part around it.
    pub(super) fn blamed(&self, at: usize) -> BTreeSet<u32> {
        let Some((range, piece)) = self.pieces.iter().find(|(range, _)| range.contains(&at)) else {
            return BTreeSet::new();
        };
        match piece {
            Piece::Of(number) => BTreeSet::from([*number]),
            Piece::Other => BTreeSet::new(),
            Piece::Copied(start) => {
                let at = start + at - range.start;
                let around = || self.blamed.iter().filter(|(_, part)| part.contains(&at));
                let smallest = around().map(|(_, part)| part.len()).min();
                around().filter(|(_, part)| Some(part.len()) == smallest).map(|(number, _)| *number).collect()
            }
        }
    }
}

/// A mutant that is looked for.
struct Wanted {
    number: u32,
    genre: Genre,
    range: Range<usize>,
    replacement: String,
}

/// Finds the places of mutants in the syntax, which has only the lines and columns of their own letters.
struct Finder<'f> {
    file: &'f str,
    wanted: Vec<Wanted>,
    found: BTreeMap<u32, Place>,
}

impl Finder<'_> {
    fn find(
        &mut self,
        genre: Genre,
        is_it: impl Fn(&Range<usize>) -> bool,
        place: impl Fn(&str, &str) -> (Range<usize>, String, Range<usize>),
    ) {
        for wanted in self.wanted.iter().filter(|wanted| wanted.genre == genre && is_it(&wanted.range)) {
            let (range, replacement, blamed) = place(self.file, &wanted.replacement);
            self.found.insert(wanted.number, Place { range, replacement, blamed });
        }
    }
}

/// The text of `whole` with `replacement` in place of `part`.
fn with(file: &str, whole: &Range<usize>, part: &Range<usize>, replacement: &str) -> String {
    let before = file.get(whole.start..part.start).unwrap_or_default();
    format!("{before}{replacement}{}", file.get(part.end..whole.end).unwrap_or_default())
}

fn has_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_block(&mut self, block: &'a Block) {
        if let Some(first) = block.stmts.first() {
            let (start, body) = (first.span().byte_range().start, block.span().byte_range());
            self.find(
                Genre::FnValue,
                |range| range.start == start,
                // Where a function returns `impl Trait`, rustc takes what the mutant returns for the type of the rest.
                |_, replacement| (start..start, format!("if $on {{ return {replacement}; }}\n"), body.clone()),
            );
        }
        visit::visit_block(self, block);
    }

    fn visit_expr_binary(&mut self, binary: &'a ExprBinary) {
        let (whole, part) = (binary.span().byte_range(), binary.op.span().byte_range());
        // A condition with `let` is no expression, and no operator but `&&` may stand there.
        if !has_let(&binary.left) && !has_let(&binary.right) {
            self.find(
                Genre::BinaryOperator,
                |range| *range == part,
                |file, replacement| (whole.clone(), with(file, &whole, &part, replacement), whole.clone()),
            );
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'a ExprUnary) {
        let (whole, part) = (unary.span().byte_range(), unary.op.span().byte_range());
        self.find(
            Genre::UnaryOperator,
            |range| *range == part,
            |file, replacement| (whole.clone(), with(file, &whole, &part, replacement), whole.clone()),
        );
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_match(&mut self, decision: &'a ExprMatch) {
        let whole = decision.span().byte_range();
        for arm in &decision.arms {
            let start = arm.span().byte_range().start;
            let guard = match &arm.pat {
                Pat::Guard(guarded) => Some(guarded.guard.span().byte_range()),
                _ => None,
            };
            let end = arm.pat.span().byte_range().end;
            self.find(
                Genre::MatchArm,
                |range| range.start == start,
                |_, _| match guard.clone() {
                    Some(guard) => (guard, "false".to_owned(), whole.clone()),
                    None => (end..end, " if !$on".to_owned(), whole.clone()),
                },
            );
        }
        visit::visit_expr_match(self, decision);
    }

    fn visit_pat_guard(&mut self, guarded: &'a PatGuard) {
        let whole = guarded.guard.span().byte_range();
        self.find(
            Genre::MatchArmGuard,
            |range| *range == whole,
            |_, replacement| (whole.clone(), replacement.to_owned(), whole.clone()),
        );
        visit::visit_pat_guard(self, guarded);
    }

    fn visit_expr_struct(&mut self, literal: &'a ExprStruct) {
        let whole = literal.span().byte_range();
        for pair in literal.fields.pairs() {
            let field = pair.value().span().byte_range();
            let end = pair.punct().map_or(field.end, |comma| comma.span().byte_range().end);
            self.find(
                Genre::StructField,
                |range| range.start == field.start,
                |file, replacement| {
                    (whole.clone(), with(file, &whole, &(field.start..end), replacement), whole.clone())
                },
            );
        }
        visit::visit_expr_struct(self, literal);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Mutant, Switched};

    const FILE: &str = "\
//! ж
fn first(a: u32, b: u32) -> bool {
    a < b && !is(b)
}
fn second(a: Option<u32>) -> S {
    match a {
        Some(n) if n > 1 => S { x: n, ..S::new() },
        None => S { x: 0, y: 1, ..S::new() },
        _ => S::new(),
    }
}
#[cfg(all(test, unix))]
fn third() -> bool {
    true
}
";

    /// A mutant of the `nth` time that `part` stands in the file.
    fn mutant(genre: &str, part: &str, nth: usize, replacement: &str) -> Mutant {
        let (start, _) = FILE.match_indices(part).nth(nth).unwrap();
        let position = |at: usize| {
            let before = &FILE[..at];
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            serde_json::json!({ "line": before.matches('\n').count() + 1, "column": column })
        };
        let value = serde_json::json!({
            "name": "n", "file": "f", "genre": genre, "replacement": replacement,
            "span": { "start": position(start), "end": position(start + part.len()) },
        });
        serde_json::from_value(value).unwrap()
    }

    fn switched(mutants: &[Mutant]) -> Switched {
        Switched::new(FILE, &(1..).zip(mutants).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn every_kind_of_change_stands_behind_its_switch() {
        let mutants = [
            mutant("FnValue", "a < b && !is(b)", 0, "false"),
            mutant("BinaryOperator", "<", 0, "=="),
            mutant("BinaryOperator", "<", 0, ">"),
            mutant("BinaryOperator", "&&", 0, "||"),
            mutant("UnaryOperator", "!", 1, ""),
            mutant("MatchArmGuard", "n > 1", 0, "true"),
            mutant("MatchArm", "Some(n) if n > 1 => S { x: n, ..S::new() },", 0, ""),
            mutant("MatchArm", "None => S { x: 0, y: 1, ..S::new() },", 0, ""),
            mutant("StructField", "x: 0", 0, ""),
            mutant("FnValue", "true", 0, "false"),
        ];
        let switched = switched(&mutants);
        let expected = "\
//! ж
fn first(a: u32, b: u32) -> bool {
    if crate::mutant(1) { return false; }
(if crate::mutant(4) { a < b || !is(b) } else { (if crate::mutant(2) { a == b } else if crate::mutant(3) { a > b } \
else { a < b }) && (if crate::mutant(5) { is(b) } else { !is(b) }) })
}
fn second(a: Option<u32>) -> S {
    match a {
        Some(n) if (if crate::mutant(6) { true } else if crate::mutant(7) { false } else { n > 1 }) => \
S { x: n, ..S::new() },
        None if !crate::mutant(8) => (if crate::mutant(9) { S {  y: 1, ..S::new() } } else { S { x: 0, y: 1, \
..S::new() } }),
        _ => S::new(),
    }
}
#[cfg(all(test, unix))]
fn third() -> bool {
    true
}
";
        assert_eq!(switched.text, expected);
        assert!(syn::parse_file(&switched.text).is_ok());
        assert_eq!(switched.numbers(), (1..=9).collect(), "the last one is code of tests");
    }

    #[test]
    fn an_error_is_blamed_on_the_nearest_change() {
        let switched = switched(&[
            mutant("FnValue", "a < b && !is(b)", 0, "false"),
            mutant("BinaryOperator", "&&", 0, "||"),
            mutant("MatchArm", "None => S { x: 0, y: 1, ..S::new() },", 0, ""),
        ]);
        let at = |text: &str| switched.blamed(switched.text.find(text).unwrap());
        assert_eq!(at("false; }"), BTreeSet::from([1]));
        assert_eq!(at("a < b || "), BTreeSet::from([2]));
        assert_eq!(at("a < b && "), BTreeSet::from([2]));
        assert_eq!(at("a {\n"), BTreeSet::from([3]), "patterns that do not cover everything");
        assert!(at("fn third").is_empty());
    }

    #[test]
    fn a_condition_with_let_stays_as_it_is() {
        let file = "fn f() { if a && let Some(_) = b {} }";
        let mut mutant = mutant("BinaryOperator", "&&", 0, "||");
        let at = |column| super::Position { line: 1, column };
        mutant.span = super::Lines { start: at(15), end: at(17) };
        assert_eq!(Switched::new(file, &[(1, &mutant)]).unwrap().text, file);
    }
}
