//! Checks the wire examples as the generated decoders would read them: strictly, with the service's leniencies.
//!
//! The table test of the API's crate checks more (the value, the way back); this one runs before anything is compiled,
//! and names the place in the example and the spec that it contradicts.

mod encode;
mod fields;
mod files;
mod items;
mod message;
mod pages;
mod place;
mod problem;
mod request;
mod rules;
mod scalar;
mod verdict;
mod walk;

use hostkit_proto::Verdict;
use hostkit_wire::{Format, Limits};

use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, Model, Output, TypeEntry, TypeKind};
use crate::source::{FileId, Sources, Span};
use crate::surface::Example;
use files::wire_format;
use message::Message;
use problem::{Problem, unreadable};
use walk::Walker;

pub(crate) use files::{check as check_files, path as example_path, values_path};

/// Checks every example that has a file against the model.
pub(crate) fn check(model: &Model, sources: &Sources, diagnostics: &mut Diagnostics) {
    let files = files::by_path(sources);
    let mut shown = Vec::new();
    for endpoint in &model.endpoints {
        for example in &endpoint.surface.examples {
            let path = files::path(&model.api, &endpoint.surface, example);
            if let Some((file, bytes)) = files.get(path.as_str()) {
                let case = Case { model, endpoint, example, bytes };
                shown.extend(case.check(*file, sources, diagnostics));
            }
        }
    }
    pages::check(model, &files, diagnostics);
    for (entry, fields) in answer_types(model) {
        let is_missing = |field: &&Field| field.is_required() && !shown.contains(&field.surface.wire.span);
        let missing: Vec<&Field> = fields.iter().filter(is_missing).collect();
        let Some(first) = missing.first() else { continue };
        let names: Vec<String> = missing.iter().map(|field| format!("`{}`", field.wire())).collect();
        let (are, them) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
        let message = format!("{} of `{}` {are} required, but no example shows {them}", names.join(", "), entry.name);
        let help = format!("add an example that has {them}, preferably a recorded one, or drop `required`");
        diagnostics.add_with_help("E0237", &first.surface.wire.span, message, "not shown", help);
    }
    for path in model.service.ignore.iter().filter(|path| !shown.contains(&path.span)) {
        let help = "a path that no answer shows may be misspelt: add an example with it";
        let message = format!("no example has `{}`", path.value);
        diagnostics.add_with_help("E0243", &path.span, message, "not shown", help);
    }
    let totals =
        answer_fields(model).filter_map(Field::total).chain(model.endpoints.iter().filter_map(Endpoint::total));
    for total in totals.filter(|total| !shown.contains(&total.place)) {
        let help = "a key that no answer shows may be misspelt: add an example with it";
        let message = format!("no example has `{}`", total.name.json.join("/"));
        diagnostics.add_with_help("E0236", &total.place, message, "not shown", help);
    }
}

fn answer_fields(model: &Model) -> impl Iterator<Item = &Field> {
    answer_types(model).flat_map(|(_, fields)| fields)
}

fn answer_types(model: &Model) -> impl Iterator<Item = (&TypeEntry, &Vec<Field>)> {
    model.types.values().filter(|entry| entry.in_answers).filter_map(|entry| match &entry.kind {
        TypeKind::Struct(fields) => Some((entry, fields)),
        _ => None,
    })
}

/// One file of an example.
struct Case<'m> {
    model: &'m Model,
    endpoint: &'m Endpoint,
    example: &'m Example,
    bytes: &'m [u8],
}

impl Case<'_> {
    /// Returns the places of the totals and of the required fields that the file shows.
    fn check(&self, file: FileId, sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<Span> {
        let mut walker = Walker::new(self.model, self.endpoint);
        if let Err(problem) = self.read(&mut walker) {
            walker.problems.push(problem);
        }
        for problem in walker.problems {
            let range = place::token(sources.text(file), problem.offset);
            let span = Span { file, range };
            diagnostics.add_with_help(problem.code, &span, problem.message, problem.label, problem.help);
        }
        walker.shown
    }

    fn read(&self, walker: &mut Walker<'_>) -> Result<(), Problem> {
        let is_request = self.example.kind == "request";
        walker.is_request = is_request;
        if self.example.ending != "http" {
            let format = wire_format(&self.example.ending);
            let path = self.example.path.as_ref().unwrap_or(&self.endpoint.path);
            return match is_request {
                true => request::only_body(self.endpoint, walker, path, self.bytes, format),
                false => self.answer(walker, &[format], self.status(), self.bytes, None),
            };
        }
        let message = Message::split(self.bytes)?;
        if is_request {
            return request::check(self.model, self.endpoint, walker, &message);
        }
        let service = &self.model.service;
        let own = &self.endpoint.surface.response.formats;
        let formats = if own.is_empty() { &service.formats } else { own };
        let formats: Vec<Format> = formats.iter().map(|format| wire_format(format)).collect();
        let status = message.status()?;
        walker.base = message.body_start;
        self.answer(walker, &formats, status, message.body, Some(&message))
    }

    fn status(&self) -> i64 {
        self.example.status.unwrap_or(if self.example.kind == "fault" { 400 } else { 200 })
    }

    fn answer(
        &self,
        walker: &mut Walker<'_>,
        formats: &[Format],
        status: i64,
        body: &[u8],
        message: Option<&Message<'_>>,
    ) -> Result<(), Problem> {
        let is_empty = body.iter().all(u8::is_ascii_whitespace);
        let is_raw = matches!(self.endpoint.output, Output::Text(_) | Output::Bytes);
        let wants_fault = self.example.kind == "fault";
        let (document, unread) = match hostkit_wire::parse_any(formats, body, &Limits::DEFAULT) {
            Ok(document) => (Some(document), None),
            // An answer may have no body, and the verdict does not need one; a fault may be a plain text.
            Err(_) if is_empty || is_raw && !wants_fault => (None, None),
            Err(error) if wants_fault => (None, Some(error)),
            Err(error) => return Err(unreadable(&error, walker.base)),
        };
        let root = document.as_ref().and_then(|document| {
            hostkit_proto::place::below(document.root(), self.model.service.top(document.format() == Format::Xml))
        });
        if let (Some(document), None, false) = (&document, root, is_raw) {
            walker.missing(self.model.service.top(document.format() == Format::Xml), walker.base);
            return Ok(());
        }
        // An invalid status number is not a success.
        let status = status.try_into().unwrap_or_default();
        let phrase = message.map_or("", Message::phrase);
        let verdict = verdict::of(self.model, self.endpoint, (status, phrase), root, body);
        if let (Verdict::Fault(_), Some(root)) = (&verdict, root) {
            walker.ignore(root);
        }
        if let (Verdict::Unrecognised, Some(error)) = (&verdict, &unread) {
            return Err(unreadable(error, walker.base));
        }
        match (&verdict, wants_fault) {
            (Verdict::Fault(_), true) => return Ok(()),
            (Verdict::Fault(fault), false) if verdict::is_nothing(self.endpoint, fault) => return Ok(()),
            (Verdict::Success | Verdict::Accepted(_), false) => {}
            (found, _) => return Err(walker.misjudged(wants_fault, found)),
        }
        let headers = self.endpoint.header_fields(self.model);
        match (message, &self.endpoint.output) {
            (Some(message), _) => walker.headers(&headers, message),
            (None, Output::Headers(_)) => {}
            (None, _) => headers.iter().filter(|field| field.is_required()).for_each(|field| {
                walker.missing(field.wire(), 0);
            }),
        }
        walker.base = message.map_or(0, |message| message.body_start);
        match &self.endpoint.output {
            Output::Headers(_) => return Ok(()),
            Output::Bytes => return walker.bytes(body),
            Output::Text(ty) => return walker.text(ty, body),
            _ => {}
        }
        match root {
            Some(root) => walker.output(self.endpoint, root),
            None => walker.no_output(&self.endpoint.output),
        }
        Ok(())
    }
}
