//! Reads fields, types and remarks into the surface.

use super::keys;
use super::node::{Described, Node};
use crate::source::At;
use crate::surface::{
    Coding, EnumerationValue, Field, IdKind, Limits, Quirk, Remarks, Root, TypeDefinition, TypeKind, Writing,
};

pub(super) fn read_fields(node: Option<Node<'_, '_>>) -> Vec<Field> {
    node.iter().flat_map(Node::tables).map(|(wire, node)| read_field(wire, &node)).collect()
}

pub(super) fn read_field(wire: At<String>, node: &Node<'_, '_>) -> Field {
    let hosts = node.table("hosts");
    let when = node.table("when");
    let ty = node.text("type");
    Field {
        ty: node.text_at("type"),
        name: node.optional_at("as"),
        json: node.optional("json"),
        xml: node.optional("xml"),
        item: node.optional_at("item"),
        also: node.texts("also"),
        required: node.flag("required") == Some(true),
        absent: node.flag_at("absent"),
        header: node.optional("header"),
        unit: node.optional("unit"),
        pattern: node.optional("pattern"),
        write: match node.optional("write").as_deref() {
            Some("text") => Some(Writing::Quoted),
            Some("json") => Some(Writing::Json),
            Some("percent") => Some(Writing::Coded(Coding::Percent)),
            Some("base64") => Some(Writing::Coded(Coding::Base64)),
            _ => None,
        },
        trim: node.flag("trim") == Some(true),
        limits: read_limits(node, &ty),
        host_limits: hosts.iter().flat_map(Node::tables).map(|(name, node)| (name, read_limits(&node, &ty))).collect(),
        max_items: node.integer("max-items"),
        total: read_by_format(node, "total"),
        when: when.iter().flat_map(Node::tables).map(|(name, node)| (name, read_limits(&node, &ty))).collect(),
        not_below: node.optional_at("not-below"),
        required_if: node.optional_at("required"),
        only_if: node.optional_at("only-if"),
        one_of: node.optional_at("one-of"),
        names: node.optional_at("names"),
        from: node.integer_at("from"),
        words: node.words_at("words"),
        join: node.optional_at("join"),
        provenance: node.optional("provenance"),
        en: node.text("en"),
        ru: node.ru(),
        keys: node.keys(),
        wire,
    }
}

/// The limits of a field of this type: the least and the most are numbers, or lengths of a text.
fn read_limits(node: &Node<'_, '_>, ty: &str) -> Limits {
    let (least, most) = (node.integer("min"), node.integer("max"));
    let item = ty.rsplit(':').next().unwrap_or_default();
    let is_text = ["text", "secret"].contains(&item.trim_matches(['[', ']', '{', '}', '?', ' ']));
    let number = |limit: Option<i64>| limit.filter(|_| !is_text);
    let length = |limit: Option<i64>| limit.filter(|_| is_text);
    Limits {
        min: number(least),
        max: number(most),
        multiple_of: node.integer("multiple-of"),
        min_length: length(least),
        max_length: length(most),
        max_bytes: node.integer("max-bytes"),
        shape: node.optional("shape"),
    }
}

pub(super) fn read_root(node: Option<Node<'_, '_>>) -> Root {
    node.and_then(|node| read_by_format(&node, "root")).map(|root| root.value).unwrap_or_default()
}

/// A path that may differ by format.
pub(super) fn read_by_format(node: &Node<'_, '_>, key: &str) -> Option<At<Root>> {
    let root = match (node.optional(key), node.table(key)) {
        (Some(root), _) => Root { xml: Some(root.clone()), json: Some(root) },
        (None, Some(root)) => Root { xml: root.optional("xml"), json: root.optional("json") },
        (None, None) => return None,
    };
    Some(At { value: root, span: node.span(key) })
}

pub(super) fn read_type(name: At<String>, node: &Node<'_, '_>) -> TypeDefinition {
    let kind = if let Some(id) = node.optional("id") {
        let kind = match id.as_str() {
            "number" => IdKind::Number,
            "free" => IdKind::Free,
            _ => IdKind::Text,
        };
        let key = ["max", "min"].into_iter().find(|key| node.has(key)).unwrap_or("id");
        let ty = if kind == IdKind::Number { "" } else { "text" };
        TypeKind::Id { kind, limits: At { value: read_limits(node, ty), span: node.span(key) } }
    } else if let Some(key) = ["max", "min"].into_iter().find(|key| node.has(key)) {
        TypeKind::Ranged(At { value: read_limits(node, ""), span: node.span(key) })
    } else if let Some(values) = node.table("values") {
        let values = values.tables().map(|(wire, node)| EnumerationValue {
            wire,
            name: node.optional_at("as"),
            en: node.text("en"),
            ru: node.ru(),
        });
        TypeKind::Enumeration {
            is_number: node.optional("kind").as_deref() == Some("number"),
            values: values.collect(),
        }
    } else if let Some(union) = node.table("union") {
        TypeKind::Union {
            number: union.optional_at("number"),
            scalar: union.optional_at("scalar"),
            object: union.optional_at("object"),
            list: union.optional_at("list"),
            objects: union.texts_at("objects"),
        }
    } else {
        TypeKind::Struct(read_fields(node.table("fields")))
    };
    TypeDefinition {
        name,
        en: node.text("en"),
        ru: node.ru(),
        about: node.text("about"),
        kind,
        keep_raw: node.flag("keep-raw") == Some(true),
        keys: node.keys(),
    }
}

pub(super) fn read_remarks(node: &Node<'_, '_>) -> Remarks {
    let mut remarks = Remarks::default();
    for Described { name: id, en, table, .. } in node.described(keys::QUIRKS.name) {
        match table.and_then(|table| table.optional_at("example")) {
            Some(example) => remarks.quirks.push(Quirk { id, en, example }),
            None => remarks.notes.push((id, en)),
        }
    }
    remarks
}
