//! Example files: which the specs name, which are missing, and which belong to no spec.

use std::collections::{BTreeMap, BTreeSet};

use hostkit_wire::Format;

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::source::{FileId, Sources, Span};
use crate::surface::{Endpoint, Example, Surface};

/// The file that records what a call's examples decode to.
const VALUES: &str = "values.txt";

/// Path of the recorded values of a call's examples.
pub(crate) fn values_path(api: &str, endpoint: &Endpoint) -> String {
    format!("{api}/{}/{}/{VALUES}", endpoint.module, endpoint.stem)
}

/// The path of an example's file.
pub(crate) fn path(api: &str, endpoint: &Endpoint, example: &Example) -> String {
    format!("{api}/{}/{}/{}", endpoint.module, endpoint.stem, example.file())
}

/// Format of a file extension.
pub(super) fn wire_format(name: &str) -> Format {
    match name {
        "xml" => Format::Xml,
        "php" => Format::Php,
        "print_r" => Format::PrintR,
        "form" => Format::Form,
        _ => Format::Json,
    }
}

/// Example files by path.
pub(super) fn by_path(sources: &Sources) -> BTreeMap<&str, (FileId, &[u8])> {
    sources.examples().map(|(file, path, bytes)| (path, (file, bytes))).collect()
}

/// Reports files that are no example of an endpoint.
pub(crate) fn check(surface: &Surface, sources: &Sources, diagnostics: &mut Diagnostics) {
    let files = by_path(sources);
    let mut wanted = BTreeSet::new();
    for endpoint in &surface.endpoints {
        if !endpoint.examples.is_empty() {
            wanted.insert(values_path(&surface.api, endpoint));
        }
        wanted.extend(endpoint.examples.iter().map(|example| path(&surface.api, endpoint, example)));
    }
    for (path, (file, _)) in &files {
        if !path.starts_with(&format!("{}/", surface.api)) || wanted.contains(*path) {
            continue;
        }
        const NAME: &str = "an example is `case.kind.format` in the folder of its endpoint: kind is request, answer or \
                            fault; format xml, json, php, print_r, form or http";
        let help = match did_you_mean(path, wanted.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `specs/{near}`? {NAME}"),
            None => NAME.to_owned(),
        };
        let text = sources.text(*file);
        let span = Span { file: *file, range: 0..text.find('\n').unwrap_or(text.len()) };
        diagnostics.add_with_help("E0219", &span, "this file is no example of an endpoint", "a stray file", help);
    }
}
