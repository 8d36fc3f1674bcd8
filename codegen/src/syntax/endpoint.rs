//! Reads an endpoint's file into the surface.

use toml::de::{DeTable, DeValue};

use super::check::Checker;
use super::field::{read_by_format, read_fields, read_remarks, read_root};
use super::keys;
use super::node::{Described, Node, decimal};
use crate::source::{At, Span};
use crate::surface::{
    Condition, Endpoint, Evidence, ExampleFacts, OneOf, Paging, Removed, Response, Status, Variant, Waiter, Wanted,
};

/// Checks `one-of`, whose groups have free names beside their own keys.
pub(super) fn check_one_of(checker: &mut Checker<'_>, top: &DeTable<'_>) {
    let Some(groups) = top.get("one-of").and_then(|value| value.get_ref().as_table()) else {
        return;
    };
    for (name, group) in groups {
        let place = checker.span(name);
        let Some(group) = group.get_ref().as_table() else {
            checker.diagnostics.add("E0103", &place, format!("`{}` has to be a table", name.get_ref()), "not a table");
            continue;
        };
        for key in keys::ONE_OF.iter().filter(|key| key.required && !group.contains_key(key.name)) {
            let message = format!("the group `{}` has no `{}`", name.get_ref(), key.name);
            checker.diagnostics.add_with_help(
                "E0102",
                &place,
                message,
                format!("`{}` is missing here", key.name),
                key.doc,
            );
        }
        for (variant, value) in group {
            if let Some(key) = keys::ONE_OF.iter().find(|key| key.name == variant.get_ref()) {
                checker.value(value, key);
            } else if let Some(fields) = value.get_ref().as_table() {
                fields.into_iter().for_each(|(wire, field)| checker.input(wire, field, keys::FIELD, variant.get_ref()));
            } else {
                let place = checker.span(variant);
                let message = format!("unknown key `{}` in a group", variant.get_ref());
                checker.diagnostics.add_with_help(
                    "E0101",
                    &place,
                    message,
                    "not a key of the spec language",
                    "the keys are: required, before, en, and a table for each variant",
                );
            }
        }
    }
}

pub(super) fn read(place: Span, module: &str, stem: &str, node: &Node<'_, '_>) -> Endpoint {
    let flags = node.texts("flags");
    let has = |flag: &str| flags.iter().any(|said| said == flag);
    Endpoint {
        file: place.file,
        module: module.to_owned(),
        stem: stem.to_owned(),
        place,
        method: node.optional("method"),
        path: node.optional_at("path"),
        action: node.optional("action"),
        effect: node.text_at("effect"),
        flags: flags
            .iter()
            .filter(|flag| ![keys::REPEATABLE, keys::ANONYMOUS].contains(&flag.as_str()))
            .cloned()
            .collect(),
        repeat_documented: has(keys::REPEATABLE),
        rates: node.texts_at("rates"),
        en: node.text("en"),
        ru: node.ru(),
        about: node.text("about"),
        document: node.integer("document"),
        source_line: node.integer("line"),
        provenance: node.optional("provenance"),
        deadline: node.integer("deadline"),
        recovery: node.text("recovery"),
        authorised: !has(keys::ANONYMOUS),
        removed: node.table("removed-at").map(|node| Removed {
            hosts: node.pairs("hosts"),
            instead: node.text("instead"),
            provenance: node.optional("provenance"),
        }),
        path_parameters: read_fields(node.table("path-params")),
        query: read_fields(node.table("query")),
        headers: read_fields(node.table("headers")),
        body: read_fields(node.table("body")),
        has_body: node.has("body") || node.has("request") || node.has("one-of"),
        fixed_query: node.constants("query"),
        fixed_headers: node.constants("headers"),
        fixed_body: node.constants("body"),
        request_root: read_root(node.table("request")),
        at_least_one: node.texts_at("at-least-one"),
        one_of: node
            .table("one-of")
            .iter()
            .flat_map(Node::tables)
            .map(|(name, node)| read_one_of(name, &node))
            .collect(),
        response: read_response(node.table("response")),
        paging: node.table("paging").map(|node| Paging {
            place: node.place(),
            next: node.pairs("next"),
            list: node.optional_at("list"),
            from: node.integer_at("from"),
            total: node.optional_at("total"),
            pages: node.optional_at("pages"),
        }),
        statuses: read_statuses(node),
        waiters: node
            .table("waiter")
            .iter()
            .flat_map(Node::tables)
            .map(|(name, node)| read_waiter(name, &node))
            .collect(),
        evidence: node.table("evidence").map(|node| read_evidence(&node)),
        no_evidence: node.optional_at("no-evidence"),
        examples: Vec::new(),
        facts: node
            .table("examples")
            .iter()
            .flat_map(Node::tables)
            .map(|(name, node)| read_facts(name, &node))
            .collect(),
        shown: node.texts_at("shown"),
        remarks: read_remarks(node),
    }
}

fn read_one_of(name: At<String>, node: &Node<'_, '_>) -> OneOf {
    let variant = |(name, node): (At<String>, Node<'_, '_>)| Variant {
        fields: read_fields(Some(node)),
        fixed: node.scalars(),
        name,
    };
    OneOf {
        required: node.flag("required") == Some(true),
        before: node.optional_at("before"),
        en: node.text("en"),
        ru: node.ru(),
        variants: node.tables().map(variant).collect(),
        name,
    }
}

fn read_response(node: Option<Node<'_, '_>>) -> Response {
    let Some(node) = node else {
        return Response::default();
    };
    let empty = node.table("empty");
    Response {
        ty: node.optional_at("type"),
        root: read_root(Some(node)),
        item: node.optional_at("item"),
        max_items: node.integer("max-items"),
        total: read_by_format(&node, "total"),
        formats: node.texts("formats"),
        from: node.optional_at("from"),
        empty_statuses: empty.map(|node| node.integers("status")).unwrap_or_default(),
        empty_codes: empty.map(|node| node.texts("code")).unwrap_or_default(),
        empty_except: empty.map(|node| node.texts("except")).unwrap_or_default(),
        may_lack_marker: (node.text("marker") == "optional").then(|| node.span("marker")),
        is_each: (node.text("marker") == "each").then(|| node.span("marker")),
        key: node.optional_at("key"),
        each: node.has("each").then(|| node.texts_at("each")),
        list: node.optional_at("list"),
        echo: node.pairs_of_texts("echo"),
    }
}

fn read_conditions(node: &Node<'_, '_>, key: &str) -> Vec<Condition> {
    let conditions = node.table(key);
    let conditions = conditions.iter().flat_map(Node::raw).map(|(path, value)| {
        let wanted = match value {
            DeValue::Boolean(false) => Wanted::Absent,
            DeValue::Boolean(true) => Wanted::There,
            DeValue::Table(table) => {
                let others = table.get(keys::NOT.name).map(|others| texts(others.get_ref()));
                Wanted::Not(others.unwrap_or_default())
            }
            value => Wanted::Texts(texts(value)),
        };
        Condition { path, wanted }
    });
    conditions.collect()
}

/// A text or a number, or several of them.
fn texts(value: &DeValue<'_>) -> Vec<String> {
    match value {
        DeValue::Array(items) => items.iter().flat_map(|item| texts(item.get_ref())).collect(),
        DeValue::Integer(number) => vec![decimal(number)],
        value => vec![value.as_str().unwrap_or_default().to_owned()],
    }
}

fn read_waiter(name: At<String>, node: &Node<'_, '_>) -> Waiter {
    let seconds = |key: &str| node.integer(key).unwrap_or(1);
    Waiter {
        en: node.text("en"),
        ru: node.ru(),
        ready: read_conditions(node, "ready"),
        failed: read_conditions(node, "failed"),
        gone: node.flag("gone") == Some(true),
        text: node.optional_at("text"),
        percent: node.optional_at("percent"),
        first: seconds("first"),
        interval: seconds("interval"),
        cap: seconds("cap"),
        deadline: seconds("deadline"),
        lag: node.integer("lag").unwrap_or(0),
        keys: node.keys(),
        name,
    }
}

fn read_evidence(node: &Node<'_, '_>) -> Evidence {
    Evidence {
        first: node.optional_at("first"),
        read: node.text_at("read"),
        inputs: node.pairs("inputs"),
        with: node.constants("with"),
        lists: node.texts_at("list"),
        each: node.optional_at("each"),
        count: node.optional_at("count"),
        filter: node.pairs("where"),
        is: read_conditions(node, "is"),
        new: node.optional_at("new"),
        changed: node.optional_at("changed"),
        by: node.optional_at("by"),
        below: node.pairs("below"),
        by_itself: node.flag("by-itself") == Some(true),
        by_itself_if: node.optional_at("by-itself"),
        there: node.optional_at("there"),
        gone: node.flag("gone") == Some(true),
        not_found: node.flag("not-found") == Some(true),
        absent_is_no: node.has("absent"),
        not_seen: node.optional_at("not-seen"),
        already: node.optional_at("already"),
        lag: node.integer("lag").unwrap_or(60),
    }
}

/// What the statuses of an endpoint or a service mean.
pub(super) fn read_statuses(node: &Node<'_, '_>) -> Vec<Status> {
    let status = |described: Described<'_, '_>| Status {
        means: described.table.map(|table| table.text("means")).unwrap_or_default(),
        // What is no number is reported as no status.
        code: At { value: described.name.parse().unwrap_or(0), span: described.name.span },
        en: described.en,
        ru: described.ru,
    };
    node.described("status").into_iter().map(status).collect()
}

fn read_facts(name: At<String>, node: &Node<'_, '_>) -> ExampleFacts {
    ExampleFacts {
        origin: node.optional("origin"),
        line: node.integer("line"),
        status: node.integer("status"),
        note: node.optional("note"),
        path: node.optional("path"),
        name,
    }
}
