//! The report that a user sends in, and the answers that can be kept beside the specs.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;

use hostkit_proto::server::every::Served;
use hostkit_wire::{Document, Format};

use super::differences::{Comparison, Difference, document};
use super::place::Names;
use super::plan::{Made, Plan};
use super::probe::{Means, Probe, Request};
use super::recorder::Recorded;
use super::replace::{Replacer, Written};
use super::{ApiSpecs, Settings};

/// What a run found; as text, it is the report in Markdown. It shows no value of the account.
#[derive(Debug, Clone)]
pub struct Report {
    api: &'static str,
    host: String,
    /// What became of each call that was made: module and name, status, and what the answer means.
    calls: Vec<(String, u16, String)>,
    differences: BTreeMap<(String, Difference), usize>,
    not_tried: Vec<(String, String)>,
    written: Vec<Written>,
    not_written: Vec<(String, String)>,
}

impl Report {
    /// Every difference with the module and the name of its call.
    pub fn differences(&self) -> impl Iterator<Item = (&str, &Difference)> {
        self.differences.keys().map(|(call, difference)| (call.as_str(), difference))
    }

    /// The calls that were made.
    pub fn made(&self) -> impl Iterator<Item = &str> {
        self.calls.iter().map(|(call, ..)| call.as_str())
    }

    /// The calls that were not made, and why.
    pub fn not_tried(&self) -> &[(String, String)] {
        &self.not_tried
    }

    /// The answers with every value replaced.
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// The calls whose answers are not among the written ones, and why.
    pub fn not_written(&self) -> &[(String, String)] {
        &self.not_written
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}: answers against the specs\n", self.api)?;
        writeln!(
            f,
            "Host: {}. Specs of version {}. No value of the account is shown.\n",
            self.host,
            env!("CARGO_PKG_VERSION")
        )?;
        writeln!(f, "## Differences\n")?;
        if self.differences.is_empty() {
            writeln!(f, "None.")?;
        }
        for ((call, Difference { place, expected, found }), count) in &self.differences {
            let times = if *count > 1 { format!(" ({count} answers)") } else { String::new() };
            writeln!(f, "* `{call}`, `{place}`: expected {expected}, found {found}{times}")?;
        }
        writeln!(f, "\n## Calls\n")?;
        for (call, status, meaning) in &self.calls {
            writeln!(f, "* `{call}`: {status}, {meaning}")?;
        }
        writeln!(f, "\n## Not tried\n\nCalls that act are never made.\n")?;
        for (call, reason) in &self.not_tried {
            writeln!(f, "* `{call}`: {reason}")?;
        }
        Ok(())
    }
}

/// Compares the answers of a run.
///
/// # Errors
/// The examples of the specs cannot be read.
pub(super) fn of<A: Served>(
    plan: &Plan<'_, A>,
    specs: &ApiSpecs,
    settings: &Settings,
) -> Result<Report, Box<dyn Error>> {
    let mut names = Names::new(&specs.outline);
    for made in &plan.made {
        if let Some(document) = plan.probes.get(made.probe).and_then(|probe| document::<A>(&**probe, &made.answer.body))
        {
            names.learn(document.root());
        }
    }
    let mut replacer = Replacer::new(&names);
    let mut report = Report {
        api: A::INFO.name,
        host: host::<A>(settings),
        calls: Vec::new(),
        differences: BTreeMap::new(),
        not_tried: plan.not_tried.clone(),
        written: Vec::new(),
        not_written: Vec::new(),
    };
    for made in &plan.made {
        let (Some(probe), Some(call)) = (plan.probes.get(made.probe), plan.call(made.probe)) else { continue };
        let name = plan.name(made.probe);
        let comparison = Comparison::new(call, &names, &**probe, &probe.examples(&specs.folder)?);
        let (means, differences) = comparison.of(&**probe, &made.request, &made.answer);
        for difference in differences {
            *report.differences.entry((name.clone(), difference)).or_default() += 1;
        }
        report.calls.push((name.clone(), made.answer.status, describe(means)));
        if made.is_sign_in {
            report.not_written.push((name, "it is the sign-in".to_owned()));
            continue;
        }
        let count = report.written.iter().filter(|written| written.path.starts_with(&format!("{name}/"))).count();
        match written(&comparison, &**probe, made, means, &mut replacer, &name, count) {
            Ok(written) => report.written.push(written),
            Err(reason) => report.not_written.push((name, reason)),
        }
    }
    Ok(report)
}

/// The host by its name in the spec: another base URL may tell who asks.
fn host<A: Served>(settings: &Settings) -> String {
    match (&settings.base_url, &settings.host) {
        (Some(_), _) => "another base URL".to_owned(),
        (None, Some(name)) => name.clone(),
        (None, None) => A::INFO.hosts.first().map_or("none", |host| host.name).to_owned(),
    }
}

fn describe(means: Means) -> String {
    match means {
        Means::Value => "a value".to_owned(),
        Means::Nothing => "a fault that means that there is nothing".to_owned(),
        Means::Fault(kind, _) => format!("a fault of the kind {kind:?}"),
        Means::Unreadable => "a success that cannot be read".to_owned(),
        Means::NotOfThisApi => "no document of this API".to_owned(),
    }
}

/// The answer with other values, if it reads as the answer did.
fn written<A: Served>(
    comparison: &Comparison<'_>,
    probe: &dyn Probe<A>,
    made: &Made,
    means: Means,
    replacer: &mut Replacer<'_>,
    name: &str,
    count: usize,
) -> Result<Written, String> {
    let Made { answer, .. } = made;
    let document = document::<A>(probe, &answer.body).ok_or("its body is no document")?;
    let format = document.format();
    // An answer is asked for again by nothing, so what it repeats need not be the input.
    let (_, before) = comparison.of(probe, &Request::default(), answer);
    let value = replacer.tree(document.root(), &new_fields(comparison, probe, made, &document));
    let body = hostkit_wire::write(format, &value).map_err(|error| format!("it cannot be written: {error}"))?;
    let replaced = Recorded { body: body.clone(), headers: http::HeaderMap::new(), ..answer.clone() };
    let (means_now, after) = comparison.of(probe, &Request::default(), &replaced);
    let without_headers = |found: BTreeSet<Difference>| -> Vec<Difference> {
        found.into_iter().filter(|found| found.place != "headers").collect()
    };
    let (before, after) = (without_headers(before), without_headers(after));
    if before != after || means_now != means {
        let other = after.iter().find(|found| !before.contains(found)).map_or_else(String::new, |found| {
            format!(": `{}`, expected {}, found {}", found.place, found.expected, found.found)
        });
        return Err(format!("with other values it reads differently{other}"));
    }
    let kind = if matches!(means, Means::Fault(..) | Means::Nothing) { "fault" } else { "answer" };
    let case = if count == 0 { "doctor".to_owned() } else { format!("doctor_{}", count + 1) };
    let ending = ending(format);
    let status = answer.status;
    Ok(Written {
        path: format!("{name}/{case}.{kind}.{ending}"),
        bytes: body,
        line: format!("\"{case}.{kind}\" = {{ origin = \"recorded\", status = {status} }}"),
    })
}

/// The names of the fields that the spec does not know.
fn new_fields<A: Served>(
    comparison: &Comparison<'_>,
    probe: &dyn Probe<A>,
    made: &Made,
    document: &Document<'_>,
) -> BTreeSet<String> {
    let reading = probe.read(comparison.call, &made.request, &made.answer);
    let found = reading.unknown.iter().filter_map(|path| super::place::find(document.root(), path));
    let kept = comparison.unknown_of_kept(document.root());
    found.map(|(name, _)| name).chain(kept.into_iter().map(|(_, name, _)| name)).map(str::to_owned).collect()
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Xml => "xml",
        Format::Json => "json",
        Format::Php => "php",
        Format::PrintR => "print_r",
        Format::Form => "form",
    }
}
