//! What stands at a path of an error document.

use hostkit_wire::{Kind, Node};

/// What stands at a path, if it is something: neither absent nor null, false or empty.
pub(super) fn some<'t>(root: Node<'t>, path: &str) -> Option<Node<'t>> {
    let node = if path.is_empty() { None } else { at(root, path) };
    node.filter(is_something)
}

pub(super) fn is_something(node: &Node<'_>) -> bool {
    !is_nothing(*node) && node.as_bool() != Some(false)
}

/// What stands at a path; nothing where a name is there twice, since it could be either. The path limits the depth.
fn at<'t>(node: Node<'t>, path: &str) -> Option<Node<'t>> {
    let (step, rest) = path.split_once('/').unwrap_or((path, ""));
    let below = |node: Node<'t>, rest: &str| if rest.is_empty() { Some(node) } else { at(node, rest) };
    if step == "*" {
        return node.entries().map(|(_, inner)| inner).find_map(|inner| below(inner, rest));
    }
    if let (Kind::List, Ok(index)) = (node.kind(), step.parse()) {
        return below(node.items().nth(index)?, rest);
    }
    let mut named = node.entries().filter(|(name, _)| *name == step).map(|(_, inner)| inner);
    let first = named.next()?;
    if let Some(second) = named.next() {
        // A list in XML is a name that repeats.
        let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let index = index.parse().ok()?;
        return below([first, second].into_iter().chain(named).nth(index)?, rest);
    }
    match rest.strip_prefix("0/").or((rest == "0").then_some("")) {
        // A list of one in XML is the item itself.
        Some(rest) if first.kind() != Kind::List && first.get("0").is_none() => below(first, rest),
        _ => below(first, rest),
    }
}

/// Whether it is null or empty.
pub(super) fn is_nothing(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Null => true,
        Kind::List | Kind::Map => node.is_empty(),
        Kind::Text => node.is_empty_text(),
        Kind::Bool | Kind::Number => false,
    }
}
