//! Coverage: how much of a document's inventory the specs cover.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Endpoint, Model};

/// Coverage of one API by its specs.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// The folder in `specs/`.
    pub api: String,
    /// Calls that the document has.
    pub documented: usize,
    /// Documented calls that have a spec.
    pub specified: usize,
    /// Documented calls whose specs all have a request example and an answer example.
    pub with_examples: usize,
    /// Specs; a documented call may need several, and some calls are undocumented.
    pub specs: usize,
    /// File and type name of each spec.
    pub types: Vec<(String, String)>,
    /// Specs that the sandbox answers; filled in by a caller that can read its sources.
    pub in_sandbox: usize,
    /// Example files by origin: document, recorded, made, derived.
    pub examples: BTreeMap<String, usize>,
    /// Example blocks of the document, without blocks that are not examples.
    pub blocks: usize,
    /// Blocks whose line an example names.
    pub blocks_covered: usize,
    /// Inconsistencies of the document.
    pub inconsistencies: usize,
    /// Inconsistencies whose id a quirk or note names.
    pub inconsistencies_covered: usize,
    /// Everything missing, one line each.
    pub missing: Vec<String>,
    /// Inconsistencies that no quirk or note names.
    pub nowhere: Vec<String>,
    /// What the specs name but the inventory lacks.
    pub unknown: Vec<String>,
}

/// Counts the coverage of one API.
pub(crate) fn count(model: &Model) -> Coverage {
    let mut coverage = Coverage { api: model.api.clone(), specs: model.endpoints.len(), ..Coverage::default() };
    for endpoint in &model.endpoints {
        coverage.types.push((endpoint.spec.clone(), endpoint.type_name.clone()));
        for example in &endpoint.surface.examples {
            *coverage.examples.entry(example.origin.clone()).or_default() += 1;
        }
    }
    if model.service.document.is_some() && model.inventory.is_none() {
        coverage.missing.push(format!("specs/{}/inventory.toml", model.api));
    }
    count_calls(model, &mut coverage);
    count_blocks(model, &mut coverage);
    count_inconsistencies(model, &mut coverage);
    coverage
}

fn count_calls(model: &Model, coverage: &mut Coverage) {
    let calls = model.inventory.iter().flat_map(|inventory| &inventory.endpoints);
    let mut numbers = BTreeSet::new();
    for (number, title, line) in calls {
        numbers.insert(*number);
        coverage.documented += 1;
        let specs: Vec<&Endpoint> =
            model.endpoints.iter().filter(|endpoint| endpoint.surface.document == Some(*number)).collect();
        if specs.is_empty() {
            let place = line.map(|line| format!(" (line {line})")).unwrap_or_default();
            coverage.missing.push(format!("call {number}, {title}{place}: no spec"));
            continue;
        }
        coverage.specified += 1;
        let before = coverage.missing.len();
        for endpoint in specs {
            for kind in ["request", "answer"] {
                if !endpoint.surface.examples.iter().any(|example| example.kind == kind) {
                    coverage.missing.push(format!("{}: no example of {}", endpoint.spec, article(kind)));
                }
            }
        }
        coverage.with_examples += usize::from(coverage.missing.len() == before);
    }
    for endpoint in &model.endpoints {
        let surface = &endpoint.surface;
        if model.service.document.is_some()
            && surface.document.is_none()
            && surface.source_line.is_none()
            && surface.provenance.is_none()
        {
            coverage
                .missing
                .push(format!("{}: neither `document` nor `provenance` says where it is known from", endpoint.spec));
        }
        if let Some(number) = endpoint.surface.document.filter(|number| !numbers.contains(number)) {
            coverage.unknown.push(format!("{}: `document = {number}`", endpoint.spec));
        }
    }
}

fn article(kind: &str) -> &'static str {
    if kind == "answer" { "an answer" } else { "a request" }
}

fn count_blocks(model: &Model, coverage: &mut Coverage) {
    let mut lines: BTreeMap<i64, &str> = BTreeMap::new();
    for endpoint in &model.endpoints {
        let examples = endpoint.surface.examples.iter().filter(|example| example.origin == "document");
        lines.extend(examples.filter_map(|example| Some((example.line?, endpoint.spec.as_str()))));
    }
    let blocks = model.inventory.iter().flat_map(|inventory| &inventory.blocks);
    let mut known = BTreeSet::new();
    for block in blocks {
        known.insert(block.line);
        if block.kind == "part" {
            continue;
        }
        coverage.blocks += 1;
        if lines.contains_key(&block.line) {
            coverage.blocks_covered += 1;
        } else {
            let call = block.endpoint.map(|number| format!(" of call {number}")).unwrap_or_default();
            coverage.missing.push(format!("block at line {}{call}: no example of the {}", block.line, block.kind));
        }
    }
    for (line, spec) in lines.iter().filter(|(line, _)| !known.contains(line)) {
        coverage.unknown.push(format!("{spec}: an example from line {line}, where the inventory has no block"));
    }
}

fn count_inconsistencies(model: &Model, coverage: &mut Coverage) {
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for (spec, remarks) in &model.remarks {
        named.extend(remarks.quirks.iter().map(|quirk| (quirk.id.value.as_str(), spec.as_str())));
        named.extend(remarks.notes.iter().map(|(id, _)| (id.value.as_str(), spec.as_str())));
    }
    let ids = model.inventory.iter().flat_map(|inventory| &inventory.inconsistencies);
    let known: BTreeSet<&str> = ids.map(String::as_str).collect();
    coverage.inconsistencies = known.len();
    for id in &known {
        if named.contains_key(id) {
            coverage.inconsistencies_covered += 1;
        } else {
            coverage.nowhere.push((*id).to_owned());
        }
    }
    for (id, spec) in named.iter().filter(|(id, _)| !known.contains(*id)) {
        coverage.unknown.push(format!("{spec}: the inventory has no inconsistency {id}"));
    }
}

/// The README's table, with a row per API and a total.
pub fn coverage_table(all: &[Coverage]) -> String {
    let mut text = String::from(
        "| API | documented calls | specified | with examples | specs | answered by the sandbox \
         | blocks of the document that are tests | inconsistencies handled | example files: document / recorded / made / derived |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut total = Coverage { api: "together".to_owned(), ..Coverage::default() };
    for coverage in all {
        text.push_str(&row(coverage));
        total.add(coverage);
    }
    text.push_str(&row(&total));
    text
}

impl Coverage {
    fn add(&mut self, other: &Self) {
        self.documented += other.documented;
        self.specified += other.specified;
        self.with_examples += other.with_examples;
        self.specs += other.specs;
        self.in_sandbox += other.in_sandbox;
        self.blocks += other.blocks;
        self.blocks_covered += other.blocks_covered;
        self.inconsistencies += other.inconsistencies;
        self.inconsistencies_covered += other.inconsistencies_covered;
        for (origin, count) in &other.examples {
            *self.examples.entry(origin.clone()).or_default() += count;
        }
    }
}

fn row(coverage: &Coverage) -> String {
    let origins = ["document", "recorded", "made", "derived"];
    let examples = origins.map(|origin| coverage.examples.get(origin).copied().unwrap_or_default().to_string());
    let examples = examples.join(" / ");
    let Coverage { api, documented, specified, with_examples, specs, in_sandbox, blocks, blocks_covered, .. } =
        coverage;
    let (inconsistencies, handled) = (coverage.inconsistencies, coverage.inconsistencies_covered);
    format!(
        "| {api} | {documented} | {specified}/{documented} | {with_examples}/{documented} | {specs} | {in_sandbox}/{specs} \
         | {blocks_covered}/{blocks} | {handled}/{inconsistencies} | {examples} |\n"
    )
}
