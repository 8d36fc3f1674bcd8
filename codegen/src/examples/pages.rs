//! Looks for the last page among the examples of a list in pages: from them, a sandbox answers as such an API does.
//!
//! What a page goes on to is read here as far as that needs it; whether it can be read is checked with its example.

use std::collections::BTreeMap;

use hostkit_wire::{Document, Format, Limits, Node};

use super::files::{path, wire_format};
use super::message::Message;
use super::scalar::Scalars;
use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, GoesOn, Model, Output, Paging, WireName};
use crate::source::FileId;
use crate::surface::Example;

/// Reports lists whose examples have requests for pages, but none for the last one.
pub(super) fn check(model: &Model, files: &BTreeMap<&str, (FileId, &[u8])>, diagnostics: &mut Diagnostics) {
    for endpoint in &model.endpoints {
        let (Some(paging), Some(surface)) = (&endpoint.paging, &endpoint.surface.paging) else { continue };
        let pages = Pages { model, endpoint, paging, files };
        let ends: Vec<bool> = pages.requested().into_iter().filter_map(|answer| pages.is_last(answer)).collect();
        if ends.is_empty() || ends.contains(&true) {
            continue;
        }
        let shows = match &paging.goes_on {
            GoesOn::To(path) => {
                let steps: Vec<&str> = path.iter().map(|field| field.rust.as_str()).collect();
                format!("in which `{}` is absent or empty", steps.join("/"))
            }
            GoesOn::ByOne(_) | GoesOn::ByItems => "which has no items".to_owned(),
        };
        let help = format!(
            "a sandbox answers from the examples: add `end.request.http` with the `{}` of the last page, and its answer \
             `end.answer`, {shows}",
            paging.input.wire()
        );
        let message = "no example shows the last page";
        diagnostics.add_with_help("E0246", &surface.place, message, "each page that is asked for has a next one", help);
    }
}

struct Pages<'m> {
    model: &'m Model,
    endpoint: &'m Endpoint,
    paging: &'m Paging,
    files: &'m BTreeMap<&'m str, (FileId, &'m [u8])>,
}

impl<'m> Pages<'m> {
    fn examples(&self, kind: &'static str) -> impl Iterator<Item = &'m Example> {
        self.endpoint.surface.examples.iter().filter(move |example| example.kind == kind)
    }

    /// The answers to the requests with a head: that of the same case, or the first one.
    fn requested(&self) -> Vec<&'m Example> {
        let shown = self.endpoint.surface.examples_to_show("answer");
        let (with_head, alone): (Vec<_>, Vec<_>) = shown.into_iter().partition(|answer| answer.ending == "http");
        let answers: Vec<&Example> = alone.into_iter().chain(with_head).collect();
        let requests = self.examples("request").filter(|request| request.ending == "http");
        let is_refused =
            |request: &&Example| self.examples("fault").any(|fault| fault.case.value == request.case.value);
        let own = |request: &Example| {
            answers.iter().find(|answer| answer.case.value == request.case.value).or(answers.first())
        };
        requests.filter(|request| !is_refused(request)).filter_map(|request| own(request).copied()).collect()
    }

    /// Whether nothing comes behind this page; `None` if it cannot be read.
    fn is_last(&self, answer: &Example) -> Option<bool> {
        let (_, bytes) = self.files.get(path(&self.model.api, &self.endpoint.surface, answer).as_str())?;
        let (message, document) = if answer.ending == "http" {
            let message = Message::split(bytes).ok()?;
            let own = &self.endpoint.surface.response.formats;
            let formats = if own.is_empty() { &self.model.service.formats } else { own };
            let formats: Vec<Format> = formats.iter().map(|format| wire_format(format)).collect();
            let document = hostkit_wire::parse_any(&formats, message.body, &Limits::DEFAULT);
            (Some(message), document)
        } else {
            (None, hostkit_wire::parse(wire_format(&answer.ending), bytes, &Limits::DEFAULT))
        };
        let document = document.ok()?;
        // An answer without the output says that there is nothing.
        let Some(output) = self.output(&document) else { return Some(true) };
        Some(match &self.paging.goes_on {
            GoesOn::To(path) => !self.goes_on(path, output, message.as_ref()),
            GoesOn::ByOne(_) | GoesOn::ByItems => match self.paging.list.as_ref().filter(|list| !list.is_body()) {
                Some(list) => below(output, &list.name).is_none_or(Node::is_empty),
                None => output.is_empty(),
            },
        })
    }

    /// Where the output of the call is.
    fn output<'d>(&self, document: &'d Document<'_>) -> Option<Node<'d>> {
        let top = self.model.service.top(document.format() == Format::Xml);
        let root = hostkit_proto::place::below(document.root(), top)?;
        match &self.endpoint.output {
            Output::Under(_, name) => below(root, name),
            _ => Some(root),
        }
    }

    /// Whether there is something at this path that a next page can be asked for by.
    fn goes_on(&self, path: &[Field], output: Node<'_>, message: Option<&Message<'_>>) -> bool {
        if let Some(header) = path.first().and_then(|field| field.surface.header.as_deref()) {
            return message.and_then(|message| message.header(header)).is_some_and(|text| !text.is_empty());
        }
        let scalars = Scalars { model: self.model };
        let found = path.iter().try_fold(output, |node, field| below(node, &field.name));
        let is_absent = |node: Node<'_>| {
            path.last().is_none_or(|field| scalars.is_absent(&field.ty, node)) || node.as_str() == Some("")
        };
        found.is_some_and(|node| !is_absent(node))
    }
}

/// What stands at a path in the format of the node, under any of its names.
fn below<'d>(node: Node<'d>, name: &WireName) -> Option<Node<'d>> {
    let steps = if node.format() == Format::Xml { &name.xml } else { &name.json };
    let (last, above) = steps.split_last()?;
    let outer = above.iter().try_fold(node, |node, step| node.get(step))?;
    std::iter::once(last).chain(&name.also).find_map(|step| outer.get(step))
}
