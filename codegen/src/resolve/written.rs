//! Checks that what a call sends can be written, and that answers in XML can be read: names, places and shapes that a format
//! does not have.

use std::collections::BTreeSet;

use hostkit_proto::wire;
use hostkit_proto::{BaseUrl, Format, Value};

use super::kinds::is_text;
use super::put::is_header_name;
use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, Model, Output, Type, TypeKind};
use crate::source::{At, Span};
use crate::surface::{Constant, IdKind, Place, Root};

pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let service = &model.service;
    let formats = service.body_formats();
    let has_xml = service.sends(true);
    let mut written = Written { model, diagnostics };
    written.hosts();
    written.request_ids();
    for endpoint in &model.endpoints {
        let is_sent = endpoint.surface.has_body || !endpoint.fixed_body.is_empty() || !endpoint.fixed_top.is_empty();
        let unwritten = formats.iter().find(|format| ["php", "print_r"].contains(&format.as_str()));
        if let Some(format) = unwritten.filter(|_| is_sent) {
            let help = "`request` in service.toml says in which format bodies are sent: `form`, `json` or `xml`";
            let message = format!("no client writes {format}");
            written.diagnostics.add_with_help("E0250", &endpoint.surface.place, message, "of this body", help);
        }
        written.headers(endpoint);
        written.constants(endpoint);
        written.beside(endpoint);
        fields(endpoint).for_each(|field| written.paths(field));
        if has_xml && is_sent {
            written.root_element(endpoint);
            written.names(endpoint);
        }
        if let Output::Under(_, name) = &endpoint.output
            && name.json.iter().chain(&name.xml).any(String::is_empty)
        {
            let place = endpoint.surface.response.ty.as_ref().map_or(&endpoint.surface.place, |ty| &ty.span);
            let help = "`root` of `[response]`: names with slashes between them, or none for the whole document";
            written.diagnostics.add_with_help(
                "E0251",
                place,
                "a root has a name between slashes",
                "an empty name",
                help,
            );
        }
        if model.answers_in(endpoint, true) {
            written.answer(endpoint);
        }
    }
    for entry in model.types.values() {
        if let TypeKind::Struct(fields) = &entry.kind {
            fields.iter().for_each(|field| written.paths(field));
        }
    }
    let sent = model.endpoints.iter().flat_map(|endpoint| fields(endpoint).map(|field| &field.ty));
    let read = model.endpoints.iter().filter(|endpoint| model.answers_in(endpoint, true));
    let read = reached(model, read.filter_map(|endpoint| endpoint.output.ty()));
    let sent = if has_xml { reached(model, sent) } else { BTreeSet::new() };
    for (name, entry) in &model.types {
        let TypeKind::Struct(fields) = &entry.kind else { continue };
        for field in fields {
            if sent.contains(name.as_str()) {
                written.field_names(field);
            }
            if sent.contains(name.as_str()) || read.contains(name.as_str()) {
                written.nested(&field.ty, &field.surface.ty.span);
            }
        }
    }
}

/// The inputs of the body, those of variants too.
fn fields(endpoint: &Endpoint) -> impl Iterator<Item = &Field> {
    let variants = endpoint.one_of.iter().flat_map(|group| &group.variants);
    endpoint.body.iter().chain(variants.flat_map(|variant| &variant.fields))
}

/// The named types that values of these types contain, at any depth.
fn reached<'m>(model: &'m Model, types: impl Iterator<Item = &'m Type>) -> BTreeSet<&'m str> {
    let mut open: Vec<&str> = types.flat_map(Type::names).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !found.insert(name) {
            continue;
        }
        let parts = model.types.get(name).map(|entry| entry.kind.parts()).unwrap_or_default();
        open.extend(parts.into_iter().flat_map(Type::names));
    }
    found
}

/// Whether XML can have an element or an attribute of this name.
fn is_xml_name(step: &str) -> bool {
    let name = step.strip_prefix('@').unwrap_or(step);
    let element = Value::Map(vec![(name.to_owned().into(), Value::Null)]);
    wire::write(Format::Xml, &element).is_ok()
}

struct Written<'m, 'd> {
    model: &'m Model,
    diagnostics: &'d mut Diagnostics,
}

impl Written<'_, '_> {
    fn hosts(&mut self) {
        let mut names = BTreeSet::new();
        for host in &self.model.service.hosts {
            if let Err(error) = host.url.parse::<BaseUrl>() {
                let help = "such as `https://api.example.net` or `https://example.net/api/v2`";
                self.diagnostics.add_with_help("E0251", &host.name.span, error.to_string(), "its `url`", help);
            }
            if !names.insert(&host.name.value) {
                let message = format!("two hosts are called `{}`", host.name.value);
                self.diagnostics.add("E0204", &host.name.span, message, "the second one");
            }
        }
    }

    /// Refuses constants that are no numbers of JSON although they stand without quotes, and inputs without a name.
    fn constants(&mut self, endpoint: &Endpoint) {
        let surface = &endpoint.surface;
        let of_groups = surface.one_of.iter().flat_map(|group| &group.variants).flat_map(|variant| &variant.fixed);
        let beside = surface.fixed_query.iter().chain(&surface.fixed_headers).chain(&surface.fixed_body);
        for constant in beside.chain(of_groups).filter(|constant| constant.is_number) {
            let number = Value::Number(constant.text.clone());
            let is_flag = ["true", "false"].contains(&constant.text.as_str());
            if !is_flag && wire::write(Format::Json, &number).is_err() {
                let message = format!("the constant `{}` is no number that JSON has", constant.text);
                let help = "as a text, in quotes, it is sent in these letters";
                self.diagnostics.add_with_help("E0251", &constant.key.span, message, "not a number", help);
            }
        }
        let names = endpoint.query.iter().map(|field| &field.surface.wire);
        let names = names.chain(surface.fixed_query.iter().map(|constant| &constant.key));
        for name in names.filter(|name| name.is_empty()) {
            let help = "the key of the table is the name in the query";
            self.diagnostics.add_with_help("E0251", &name.span, "a parameter has a name", "an empty name", help);
        }
    }

    fn headers(&mut self, endpoint: &Endpoint) {
        let puts = self.put_beside(endpoint, Place::Header);
        let mut known: BTreeSet<String> = puts.map(|name| name.to_ascii_lowercase()).collect();
        known.extend(["host", "content-length"].map(str::to_owned));
        for constant in &endpoint.fixed_headers {
            let is_sound =
                constant.text.trim() == constant.text && constant.text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            if !is_sound {
                let help = "printable characters of ASCII, without blanks around them";
                let message = format!("the header `{}` cannot have this text", constant.key.value);
                self.diagnostics.add_with_help("E0251", &constant.key.span, message, "not a text of a header", help);
            }
        }
        let constants = endpoint.fixed_headers.iter().map(|one| (one.key.as_str(), &one.key.span, true));
        let inputs = endpoint.headers.iter().map(|field| (field.wire(), &field.surface.wire.span, false));
        for (name, span, is_constant) in constants.chain(inputs) {
            // A constant replaces a media type that is sent otherwise.
            let is_media_type = ["content-type", "accept"].iter().any(|known| name.eq_ignore_ascii_case(known));
            if !is_header_name(name) {
                self.no_header(name, span);
            }
            if !known.insert(name.to_ascii_lowercase()) || is_media_type && !is_constant {
                let help = "clients, credentials and other inputs set headers of their own: each name is there once";
                let message = format!("the header `{name}` would be sent twice");
                self.diagnostics.add_with_help("E0203", span, message, "the second one", help);
            }
        }
    }

    fn no_header(&mut self, name: &str, span: &Span) {
        let help = "letters, digits and `-`, without blanks";
        let message = format!("`{}` is no name of a header", name.escape_debug());
        self.diagnostics.add_with_help("E0251", span, message, "not a name", help);
    }

    /// Checks where faults have the id of their request.
    fn request_ids(&mut self) {
        for place in &self.model.service.request_id {
            match place.strip_prefix("header.") {
                Some(name) if !is_header_name(name) => self.no_header(name, &place.span),
                None if is_near_header(place) => {
                    let name = place.split_once('.').map_or("", |(_, name)| name);
                    let help = format!(
                        "a header is `header.{name}`; a key of the document with a dot in it stands below another key"
                    );
                    let message = format!("`{}` is no header, and would be a key of the document", place.value);
                    self.diagnostics.add_with_help("E0251", &place.span, message, "never there", help);
                }
                None if place.split('/').any(str::is_empty) => {
                    let help = "`error/request_id` of the document of a fault, or `header.X-Request-Id`";
                    let message = "the id of a request stands at a path, or in a header";
                    self.diagnostics.add_with_help("E0251", &place.span, message, "an empty name", help);
                }
                _ => {}
            }
        }
    }

    /// Refuses paths that lead nowhere.
    fn paths(&mut self, field: &Field) {
        let span = &field.surface.wire.span;
        if let Some(header) = field.surface.header.as_ref().filter(|header| !is_header_name(header)) {
            self.no_header(header, span);
        }
        let help = "names with slashes between them; in XML `@name` or `$text` may be the last";
        let name = &field.name;
        if name.json.iter().chain(&name.xml).chain(&name.also).chain(&name.item).any(String::is_empty) {
            self.diagnostics.add_with_help("E0251", span, "a path has a name between slashes", "an empty name", help);
            return;
        }
        let Some((last, above)) = name.xml.split_last() else { return };
        let ends = |step: &str| step.starts_with('@') || step == "$text";
        if above.iter().any(|step| ends(step)) {
            let message = format!("nothing is below an attribute or a text of XML: `{}`", name.xml.join("/"));
            self.diagnostics.add_with_help("E0251", span, message, "not the last name", help);
        }
        let item = match &field.ty {
            Type::Csv(item, _) => item,
            ty => ty,
        };
        let is_plain = is_text(self.model, item)
            || matches!(item, Type::Secret | Type::Coded(_) | Type::Joined(..) | Type::Json(_));
        // A name such as `@id` may be that of an object's key in JSON alone.
        let has_xml = self.model.service.speaks(true);
        if ends(last) && has_xml && !is_plain && !(last == "$text" && matches!(item, Type::Html | Type::Any)) {
            let message = format!("`{last}` holds text, which `{}` is not", field.surface.ty.value);
            let help = "a scalar can stand there; what has parts is an element";
            self.diagnostics.add_with_help("E0251", span, message, "not one text", help);
        }
    }

    /// Checks that there is one element at the top, and that it can be one.
    fn root_element(&mut self, endpoint: &Endpoint) {
        let help =
            "`root` of `[request]` names the element around them: `root = \"order\"`, or `root = { xml = \"order\" }`";
        let root = &endpoint.surface.request_root;
        let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        let mut heads: BTreeSet<String> = self.put_beside(endpoint, Place::Body).map(|key| top(&key)).collect();
        heads.extend(endpoint.fixed_top.iter().map(|constant| top(&constant.key)));
        heads.retain(|head| !head.starts_with('@'));
        if let Some(root) = &root.xml {
            heads.insert(top(root));
            self.one_of_heads(
                &heads,
                &endpoint.surface.place,
                "what is put into each body stands beside it: leave \
                              out `root`, or put it elsewhere",
            );
            return;
        }
        heads.extend(endpoint.fixed_body.iter().map(|constant| top(&constant.key)));
        let of = |fields: &[Field], fixed: &[Constant]| -> BTreeSet<String> {
            let fields = fields.iter().filter_map(|field| field.name.xml.first().cloned());
            fields.chain(fixed.iter().map(|constant| top(&constant.key))).collect()
        };
        heads.extend(of(&endpoint.body, &[]));
        let mut is_said = self.one_of_heads(&heads, &endpoint.surface.place, help);
        for (group, surface) in endpoint.one_of.iter().zip(&endpoint.surface.one_of) {
            let mut of_group = heads.clone();
            for variant in &group.variants {
                let own = of(&variant.fields, &variant.fixed);
                let with: BTreeSet<String> = heads.union(&own).cloned().collect();
                is_said = is_said || self.one_of_heads(&with, &surface.name.span, help);
                of_group.extend(own);
            }
            // Another group stands beside any variant of this one.
            heads = of_group;
        }
        for field in fields(endpoint) {
            let is_top = field.name.xml.len() == 1;
            let head = field.name.xml.first().map_or("", String::as_str);
            let (span, ty) = (&field.surface.wire.span, &field.ty);
            if is_top && matches!(ty, Type::List(_)) {
                let message = "a list cannot be the root element of XML, which is there once";
                self.diagnostics.add_with_help("E0250", span, message, "at the top", help);
            } else if head.starts_with('@') || head == "$text" {
                let message = "an attribute or a text of XML needs an element that has it";
                self.diagnostics.add_with_help("E0250", span, message, "at the top", help);
            }
        }
    }

    /// The names of what is put into a place beside the inputs: credentials, and constants of every call with them.
    fn put_beside(&self, endpoint: &Endpoint, place: Place) -> impl Iterator<Item = String> {
        let service = &self.model.service;
        let constants = service.put.iter().filter(|put| put.names().is_empty());
        let constants = constants.chain(service.put_by_format.iter().flat_map(|(_, puts)| puts));
        let session = service.session.iter().flat_map(|session| &session.put);
        let all = service.credentials.iter().flat_map(|credentials| &credentials.put).chain(constants).chain(session);
        all.filter(move |put| put.place == place && endpoint.surface.authorised).map(|put| put.key.value.clone())
    }

    /// Refuses an input whose name something else has that is put into the same place.
    fn beside(&mut self, endpoint: &Endpoint) {
        let is_rooted = endpoint.surface.request_root.json.is_some();
        let body: BTreeSet<String> = self.put_beside(endpoint, Place::Body).filter(|_| !is_rooted).collect();
        let query: BTreeSet<String> = self.put_beside(endpoint, Place::Query).collect();
        // At the top of a body in XML is its only element.
        let in_json = fields(endpoint).filter(|_| self.model.service.sends(false));
        let in_body = in_json.map(|field| (&body, field.wire_in_json(), &field.surface.wire.span));
        let in_query = endpoint.query.iter().map(|field| (&query, field.wire(), &field.surface.wire.span));
        let constants = endpoint.surface.fixed_body.iter().map(|one| (&body, one.key.as_str(), &one.key.span));
        let queries = endpoint.surface.fixed_query.iter().map(|one| (&query, one.key.as_str(), &one.key.span));
        let all: Vec<(&str, &Span)> = in_body
            .chain(in_query)
            .chain(constants)
            .chain(queries)
            .filter(|(known, name, _)| known.contains(*name))
            .map(|(_, name, span)| (name, span))
            .collect();
        for (name, span) in all {
            let message = format!("`{name}` would be sent twice");
            let help = "`put` of service.toml has that name: leave out one of them";
            self.diagnostics.add_with_help("E0203", span, message, "the second one", help);
        }
    }

    /// Whether several elements would stand at the top, which is reported.
    fn one_of_heads(&mut self, heads: &BTreeSet<String>, span: &Span, help: &str) -> bool {
        if heads.len() < 2 {
            return false;
        }
        let names = heads.iter().map(|head| format!("`{head}`")).collect::<Vec<_>>().join(", ");
        let message = format!("XML has one root element, and this body has {names} at the top");
        self.diagnostics.add_with_help("E0250", span, message, "cannot be written", help);
        true
    }

    /// Checks the names of elements and attributes, and what they hold.
    fn names(&mut self, endpoint: &Endpoint) {
        if let Some(root) = &endpoint.surface.request_root.xml {
            // An element that is named like an attribute is none.
            root.split('/')
                .for_each(|step| self.name(step.strip_prefix('@').map_or(step, |_| ""), &endpoint.surface.place));
        }
        let variants = endpoint.one_of.iter().flat_map(|group| &group.variants);
        let fixed = variants.flat_map(|variant| &variant.fixed);
        for constant in endpoint.fixed_top.iter().chain(&endpoint.fixed_body).chain(fixed) {
            constant.key.split('/').for_each(|step| self.name(step, &constant.key.span));
        }
        for field in fields(endpoint).filter(|field| field.surface.names.is_none()) {
            self.field_names(field);
            self.nested(&field.ty, &field.surface.ty.span);
        }
    }

    fn field_names(&mut self, field: &Field) {
        let steps = field.name.xml.iter().filter(|step| *step != "$text" && !step.is_empty());
        steps.for_each(|step| self.name(step, &field.surface.wire.span));
        if let Type::Map(key, _) = &field.ty
            && !self.may_be_name(key)
        {
            let help = "keys of `text` or of an id that is text, or a list of objects with the key as a field";
            let message = "a key of this map would be the name of an element, which starts with a letter";
            self.diagnostics.add_with_help("E0250", &field.surface.ty.span, message, "not as XML", help);
        }
    }

    fn name(&mut self, step: &str, span: &Span) {
        if !is_xml_name(step) {
            let message = format!("`{}` is no name of an element of XML", step.escape_debug());
            let help = "`xml = \"…\"` of a field gives it another name in XML";
            self.diagnostics.add_with_help("E0250", span, message, "not a name", help);
        }
    }

    fn may_be_name(&self, key: &Type) -> bool {
        match key {
            Type::Text | Type::Currency | Type::Secret => true,
            Type::Named(name) => matches!(
                self.model.types.get(name).map(|entry| &entry.kind),
                Some(TypeKind::Id(IdKind::Text | IdKind::Free) | TypeKind::Enumeration { is_number: false, .. })
            ),
            _ => false,
        }
    }

    /// Whether a value may be a list: of a union, in one of its shapes.
    fn may_be_list(&self, ty: &Type) -> bool {
        match ty {
            Type::List(_) => true,
            Type::Named(name) => matches!(
                self.model.types.get(name).map(|entry| &entry.kind),
                Some(TypeKind::Union { list: Some(_), .. })
            ),
            _ => false,
        }
    }

    /// Refuses lists whose items would have no element around them.
    fn nested(&mut self, ty: &Type, span: &Span) {
        let (Type::List(item) | Type::Map(_, item)) = ty else { return };
        if self.may_be_list(item) {
            let help = "a type with a field that is the list: `[Row]`, and `[Row]` has `cells`";
            let message = "a list within a list or map has no element of its own in XML";
            self.diagnostics.add_with_help("E0250", span, message, "not as XML", help);
        }
        self.nested(item, span);
    }

    /// Checks that an answer is not expected to be without its root element.
    fn answer(&mut self, endpoint: &Endpoint) {
        let (Some(ty), Some(place)) = (endpoint.output.ty(), &endpoint.surface.response.ty) else { return };
        self.nested(ty, &place.span);
        let service = &self.model.service;
        if matches!(&endpoint.output, Output::Under(Type::Option(inner), _) if matches!(**inner, Type::List(_))) {
            let help = "leave out the `?`: a list without items is empty";
            let message = "a list in XML is the elements of its name, so none of them is an empty one";
            self.diagnostics.add_with_help("E0250", &place.span, message, "not absent", help);
        }
        let has_root = |root: &At<Root>| root.xml.is_some();
        let Output::Whole(inner) = &endpoint.output else { return };
        let inner = match endpoint.body_field(self.model).map_or(inner, |body| &body.ty) {
            Type::Option(inner) => inner,
            ty => ty,
        };
        let is_scalar =
            (is_text(self.model, inner) || matches!(inner, Type::Secret | Type::Html)) && service.scalar.is_none();
        let is_list = matches!(inner, Type::List(_)) && service.lenient == hostkit_proto::Leniency::STRICT;
        if (is_scalar || is_list) && !service.root.as_ref().is_some_and(has_root) {
            let help = "`root = { xml = \"items/item\" }` of `[response]` names it, or `formats` leaves out `xml`";
            let message = "XML has a root element, in which this output stands";
            self.diagnostics.add_with_help("E0250", &place.span, message, "without a `root`", help);
        }
    }
}

/// Whether somebody may have meant a header by this place: `headers.X-Request-Id`.
fn is_near_header(place: &str) -> bool {
    let before = place.split_once('.').filter(|_| !place.contains('/')).map(|(before, _)| before.to_ascii_lowercase());
    before.is_some_and(|before| ["header", "headers"].contains(&before.as_str()))
}
