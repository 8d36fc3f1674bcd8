//! What an endpoint's file leaves to others: statuses to the service, its line to the inventory, and its examples to the
//! files beside it.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::source::{At, Sources, Span};
use crate::surface::{Endpoint, Example, ExampleFacts, Fault, FaultStyle, Inventory, Service, Status};

/// What an example is.
const KINDS: [&str; 3] = ["request", "answer", "fault"];

/// The extensions of examples: formats, and `http` for a file with a head.
const ENDINGS: [&str; 6] = ["xml", "json", "php", "print_r", "form", "http"];

/// Completes an endpoint.
pub(super) fn complete(
    api: &str,
    endpoint: &mut Endpoint,
    service: &Service,
    inventory: Option<&Inventory>,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) {
    let documented = inventory.into_iter().flat_map(|inventory| &inventory.endpoints);
    let documented = documented.filter(|(number, ..)| Some(*number) == endpoint.document);
    endpoint.source_line = endpoint.source_line.or_else(|| documented.filter_map(|(.., line)| *line).next());
    statuses(endpoint, service, diagnostics);
    endpoint.examples = examples(api, endpoint, service, sources);
    unknown(endpoint, diagnostics);
    origins(endpoint, diagnostics);
}

/// Reports examples of the document without its line, and lines of what is not from it.
fn origins(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let mut reported: Vec<&str> = Vec::new();
    for example in &endpoint.examples {
        let is_of_document = example.origin == "document";
        if is_of_document == example.line.is_some() {
            continue;
        }
        let name = example.name();
        let facts = endpoint.facts.iter().find(|facts| [&name, &example.file()].contains(&&facts.name.value));
        // What a line says of all files of a name is reported once.
        if facts.is_some_and(|facts| reported.contains(&facts.name.as_str())) {
            continue;
        }
        reported.extend(facts.map(|facts| facts.name.as_str()));
        let span = facts.map_or(&example.case.span, |facts| &facts.name.span);
        let (message, label, help) = match is_of_document {
            true => (
                "an example of the document has no `line`",
                "where does it stand?",
                "`line` is the first line of its block, and says alone that the bytes are from there",
            ),
            false => (
                "an example with a `line` is from the document, and this one is not",
                "from somewhere else",
                "leave out `line` or `origin`",
            ),
        };
        diagnostics.add_with_help("E0217", span, message, label, help);
    }
}

/// Reports what is no status.
pub(super) fn check_statuses(statuses: &[Status], fault: &Fault, diagnostics: &mut Diagnostics) {
    for status in statuses.iter().filter(|status| !(100..600).contains(&status.code.value)) {
        let help = "the keys of `[status]` are the statuses of HTTP, such as 404";
        diagnostics.add_with_help("E0240", &status.code.span, "this is no status", "not from 100 to 599", help);
    }
    // An envelope has its marker under any status.
    let by_status = |status: &&Status| (100..600).contains(&status.code.value) && fault.style != FaultStyle::Envelope;
    for status in statuses.iter().filter(by_status) {
        let code = status.code.value;
        let is_success = (200..300).contains(&code);
        let is_shown = fault.documents.iter().any(|one| !one.present.is_empty());
        let is_said = !status.means.is_empty();
        if !is_said || code >= 200 && (is_success != status.is_fault() || is_success && is_shown) {
            continue;
        }
        let message = if code < 200 {
            format!("no answer ends with status {code}")
        } else if is_success {
            format!("no answer is a fault under status {code}")
        } else {
            format!("no answer is a success under status {code}")
        };
        let help =
            "the status decides: 200 to 299 say yes, others no; a fault under any status shows by what is `present`";
        diagnostics.add_with_help("E0240", &status.code.span, message, "nothing uses it", help);
    }
    for status in statuses.iter().filter(|status| status.code.value >= 500 && status.means == "rate-limited") {
        let help =
            "any server on the way may send it: give the code of the fault, or a `match` of its text, this `kind`";
        let message = format!("status {} alone does not say that nothing was done", status.code.value);
        diagnostics.add_with_help("E0240", &status.code.span, message, "not known to be a limit", help);
    }
}

fn statuses(endpoint: &mut Endpoint, service: &Service, diagnostics: &mut Diagnostics) {
    check_statuses(&endpoint.statuses, &service.fault, diagnostics);
    for status in &mut endpoint.statuses {
        let known = service.statuses.iter().find(|known| known.code.value == status.code.value);
        if status.means.is_empty() {
            match known {
                Some(known) => status.means.clone_from(&known.means),
                None => {
                    let help = "say `means` here, or in `[status]` of service.toml for every call";
                    let message = format!("nothing says what status {} means", status.code.value);
                    diagnostics.add_with_help("E0240", &status.code.span, message, "not in service.toml", help);
                }
            }
        }
        if let Some(known) = known.filter(|_| status.en.is_empty()) {
            status.en.clone_from(&known.en);
            status.ru.clone_from(&known.ru);
        }
    }
}

/// The examples in the folder beside the spec: those of the document in its order, then the others by name; formats as
/// the service orders them.
fn examples(api: &str, endpoint: &Endpoint, service: &Service, sources: &Sources) -> Vec<Example> {
    let folder = format!("{api}/{}/{}/", endpoint.module, endpoint.stem);
    let files = sources.examples().filter_map(|(file, path, _)| Some((file, path.strip_prefix(&folder)?)));
    let mut examples: Vec<Example> = files
        .filter_map(|(file, name)| {
            let (case, kind, ending) = parts(name)?;
            // What is said of the file comes before what is said of all files of its name.
            let facts = |wanted: &str| endpoint.facts.iter().find(|facts| facts.name.value == wanted);
            let (own, all) = (facts(name), facts(&format!("{case}.{kind}")));
            let text = |of: fn(&ExampleFacts) -> Option<&String>| own.and_then(of).or(all.and_then(of)).cloned();
            let number = |of: fn(&ExampleFacts) -> Option<i64>| own.and_then(of).or(all.and_then(of));
            let line = number(|facts| facts.line);
            let origin = text(|facts| facts.origin.as_ref());
            let origin = origin.or_else(|| line.map(|_| "document".to_owned())).or_else(|| service.origin.clone());
            Some(Example {
                case: At { value: case.to_owned(), span: Span { file, range: 0..0 } },
                kind: kind.to_owned(),
                ending: ending.to_owned(),
                origin: origin.unwrap_or_else(|| "derived".to_owned()),
                line,
                status: number(|facts| facts.status),
                note: text(|facts| facts.note.as_ref()),
                path: text(|facts| facts.path.as_ref()),
            })
        })
        .collect();
    examples.sort_by_cached_key(|example| {
        let format = service.formats.iter().position(|format| *format == example.ending).unwrap_or(usize::MAX);
        let is_other = example.origin != "document";
        (is_other, example.line, example.case.value.clone(), format, example.ending.clone())
    });
    examples
}

/// Case, kind and extension of a file's name.
fn parts(name: &str) -> Option<(&str, &str, &str)> {
    let (rest, ending) = name.rsplit_once('.')?;
    let (case, kind) = rest.rsplit_once('.')?;
    (KINDS.contains(&kind) && ENDINGS.contains(&ending) && !case.contains('/')).then_some((case, kind, ending))
}

/// Reports names of examples that no file has.
fn unknown(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let known: BTreeSet<String> =
        endpoint.examples.iter().flat_map(|example| [example.name(), example.file()]).collect();
    for name in endpoint.facts.iter().map(|facts| &facts.name).chain(&endpoint.shown) {
        if known.contains(&name.value) {
            continue;
        }
        let help = match did_you_mean(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the name of a file is `case.kind.format`; the line may leave out the format".to_owned(),
        };
        let message = format!("no example is called `{}`", name.value);
        diagnostics.add_with_help("E0217", &name.span, message, "no such file", help);
    }
}
